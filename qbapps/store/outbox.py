"""
The outbox: which events somebody is still to be told of, saved together with the events themselves.

Every listener has rows of its own, so that one that fails holds up nobody else. A listener is told of
the events of one stream in their order: only its first row of a stream can be claimed. Whoever claims a
row counts its attempts up; a row whose count is no longer what was read belongs to somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    String,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from qbapps.domain import deliveries
from qbapps.domain.deliveries import Delivery
from qbapps.domain.events import Event, EventKind
from qbapps.store import faults, rows, schema, upserts
from qbapps.store.columns import Instant, Word
from qbapps.store.ready import Ready

Wanted = Mapping[str, Collection[EventKind]]
"""Listeners by name, and what each is told of."""

PAGE: Final = 100
"""Rows that are looked at together."""

_outbox, _events, _subscriptions = schema.outbox, schema.events, schema.subscriptions


def _queueing() -> Insert:
    kind = bindparam("of_kind", type_=Word(EventKind))
    row = {
        "listener": _subscriptions.c.listener,
        "stream": bindparam("of_stream", type_=String()),
        "sequence": bindparam("numbered", type_=BigInteger()),
        "kind": kind,
        "queued_at": bindparam("at", type_=Instant()),
        "attempts": literal(0, BigInteger()),
        "due_at": bindparam("due", type_=Instant()),
    }
    listening = and_(_subscriptions.c.kind == kind, _subscriptions.c.seen_at > bindparam("since", type_=Instant()))
    return insert(_outbox).from_select(list(row), select(*row.values()).where(listening))


_QUEUE: Final = Ready(_queueing())


def queue(connection: Connection, told: Iterable[Event]) -> None:
    """Add a row for each listener of each event, in the transaction that saves the events."""
    _QUEUE.run_each(
        connection,
        [
            {
                "of_kind": event.kind,
                "of_stream": event.stream,
                "numbered": event.sequence,
                "at": event.at,
                "due": event.at + deliveries.HEAD_START,
                "since": event.at - deliveries.KEPT_FOR,
            }
            for event in told
        ],
    )


class SqlOutbox:
    """
    The outbox of the store on an SQLAlchemy engine. Each method is one transaction; any may raise ``StoreError``.

    Args:
        engine: For reading.
        writer: For writing; see ``engines.WRITING``.
    """

    def __init__(self, engine: Engine, writer: Engine) -> None:
        self._engine = engine
        self._writer = writer

    def subscribe(self, wanted: Wanted, at: datetime) -> None:
        """Keep rows for these listeners from now on; they end when nobody says so again for ``KEPT_FOR``."""
        with self._writing("noting who listens") as connection:
            for listener, kinds in sorted(wanted.items()):
                for kind in sorted(kinds):
                    upserts.put(connection, _subscriptions, {"listener": listener, "kind": kind, "seen_at": at})

    def waiting(
        self,
        wanted: Wanted,
        at: datetime,
        *,
        streams: Collection[str] | None = None,
        at_once: bool = False,
        most: int = PAGE,
    ) -> tuple[Delivery, ...]:
        """
        Return what can be claimed: of each listener and stream the first row, when it is due.

        Args:
            streams: Only of these.

            at_once: Also what the process that saved it has a head start for.
        """
        due = or_(_outbox.c.due_at <= at, _outbox.c.due_at > at + deliveries.PLAUSIBLE)
        if at_once:
            due = or_(due, _outbox.c.attempts == 0)
        conditions = [or_(*(_first_of(listener, kinds) for listener, kinds in sorted(wanted.items()))), due]
        if streams is not None:
            conditions.append(_outbox.c.stream.in_(streams))
        statement = (
            select(_outbox.c.listener, _outbox.c.attempts, *_events.c)
            .join(_events, and_(_events.c.stream == _outbox.c.stream, _events.c.sequence == _outbox.c.sequence))
            .where(*conditions)
            .order_by(_outbox.c.listener, _outbox.c.stream)
            .limit(most)
        )
        with faults.told("reading outbox"), self._engine.connect() as connection:
            return tuple(
                Delivery(listener=row[0], attempts=row[1], event=rows.EVENTS.read(row[2:]))
                for row in connection.execute(statement)
            )

    def claim(self, delivery: Delivery, until: datetime) -> bool:
        """Count one more attempt and keep others away until then; False when somebody else was faster."""
        return self._change(_row(delivery, delivery.attempts), attempts=delivery.attempts + 1, due_at=until)

    def put_off(self, delivery: Delivery, until: datetime) -> None:
        """Let whoever looks from *until* on try again, if the claim is still ours."""
        self._change(_row(delivery, delivery.attempts + 1), due_at=until)

    def settle(self, delivery: Delivery) -> None:
        """Take out what was delivered, if the claim is still ours; who took it over since tells it again."""
        with self._writing("settling a delivery") as connection:
            connection.execute(delete(_outbox).where(_row(delivery, delivery.attempts + 1)))

    def drop(self, before: datetime) -> dict[str, int]:
        """Take out rows, and listeners, that are older than that; return how many rows of which listener."""
        too_old = _outbox.c.queued_at < before
        counted = select(_outbox.c.listener, func.count()).where(too_old).group_by(_outbox.c.listener)
        with self._writing("dropping old deliveries") as connection:
            dropped = {row[0]: row[1] for row in connection.execute(counted)}
            if dropped:
                connection.execute(delete(_outbox).where(too_old))
            connection.execute(delete(_subscriptions).where(_subscriptions.c.seen_at < before))
        return dropped

    def _change(self, row: ColumnElement[bool], **values: Any) -> bool:
        with self._writing("claiming a delivery") as connection:
            return connection.execute(update(_outbox).where(row).values(values)).rowcount == 1

    @contextmanager
    def _writing(self, doing: str) -> Iterator[Connection]:
        with faults.told(doing), self._writer.begin() as connection:
            yield connection


def _first_of(listener: str, kinds: Collection[EventKind]) -> ColumnElement[bool]:
    # Kinds that this process does not want wait for one that does, and hold up nothing here.
    earlier = _outbox.alias("earlier")
    is_later = exists().where(
        earlier.c.listener == listener,
        earlier.c.stream == _outbox.c.stream,
        earlier.c.sequence < _outbox.c.sequence,
        earlier.c.kind.in_(sorted(kinds)),
    )
    return and_(_outbox.c.listener == listener, _outbox.c.kind.in_(sorted(kinds)), ~is_later)


def _row(delivery: Delivery, attempts: int) -> ColumnElement[bool]:
    return and_(
        _outbox.c.listener == delivery.listener,
        _outbox.c.stream == delivery.event.stream,
        _outbox.c.sequence == delivery.event.sequence,
        _outbox.c.attempts == attempts,
    )
