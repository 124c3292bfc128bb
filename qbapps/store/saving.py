"""Saving one change: each step runs in the transaction it is given, or refuses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import attrs
from sqlalchemy import Connection, String, bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError

from qbapps.domain import connection as domain_connection
from qbapps.domain import events
from qbapps.domain.desktop.sessions import DesktopSession
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import StaleVersion
from qbapps.ports import Change, Record
from qbapps.store import faults, leases, outbox, rows, schema, upserts
from qbapps.store.ready import Ready
from qbapps.values import as_utc

_ORDER = {kind: place for place, kind in enumerate(rows.VERSIONED)}
_JOURNAL = ("intent_at", "intent_by", "ambiguous_since", "doubted_since", "refused_at")

_events = schema.events.c
_stream: Any = bindparam("of_stream", type_=String())

_REPLACE: Final = {kind: shape.update(where="version") for kind, shape in rows.VERSIONED.items()}
_SUCCEED: Final = rows.TOKENS.update(where="generation")
_MARK: Final = rows.TOKENS.update(where="generation", only=_JOURNAL)
_DESTROY: Final = Ready(delete(schema.tokens).where(schema.tokens.c.connection_id == bindparam("of_connection_id")))
_pages = schema.desktop.pages.c
_DROP_PAGES: Final = Ready(
    delete(schema.desktop.pages).where(_pages.job_id == bindparam("of_job_id"), _pages.attempt < bindparam("before"))
)
_HOLD: Final = Ready(
    select(schema.connections.c.id)
    .where(schema.connections.c.id == bindparam("of_id"), schema.connections.c.version == bindparam("before"))
    .with_for_update(read=True)
)
_LOCK: Final = Ready(select(func.pg_advisory_xact_lock(func.hashtextextended(_stream, 0))))
_END: Final = Ready(
    select(_events.sequence, _events.hash).where(_events.stream == _stream).order_by(_events.sequence.desc()).limit(1)
)


def save(connection: Connection, change: Change) -> None:
    """
    Carry out *change* in the transaction of *connection*.

    Raises:
        StaleVersion: A record, or the pair, is no longer what the change was made from.
    """
    if change.release is not None:
        # First, as a lease is taken first: whoever takes it and whoever ends it never wait for each other in a circle.
        leases.release(connection, change.release)
    if change.unchanged is not None:
        _hold(connection, change.unchanged)
    _records(connection, change.records)
    _tokens(connection, change)
    for tombstone in sorted(change.tombstones, key=attrgetter("connection_id", "generation", "digest")):
        upserts.put_if_new(connection, schema.tombstones, rows.TOMBSTONES.row(tombstone))
    for secret in sorted(change.secrets, key=attrgetter("app_id")):
        upserts.put(connection, schema.app_secrets, rows.SECRETS.row(secret))
    for identity in sorted(change.identities, key=attrgetter("app_id", "email")):
        upserts.put(connection, schema.identities, rows.IDENTITIES.row(identity))
    for company in sorted(change.companies, key=attrgetter("environment", "realm_id")):
        upserts.put_company(connection, rows.COMPANIES.row(company))
    for listing in sorted(change.listings, key=attrgetter("firm_id", "connection_id")):
        upserts.put(connection, schema.listings, rows.LISTINGS.row(listing))
    for confirmation in sorted(change.confirmations, key=attrgetter("connection_id")):
        upserts.put(connection, schema.confirmations, rows.CONFIRMATIONS.row(confirmation))
    _desktop(connection, change)
    for stream, told in groupby(sorted(change.events, key=attrgetter("stream")), key=attrgetter("stream")):
        _append(connection, stream, list(told))


def _desktop(connection: Connection, change: Change) -> None:
    if change.fresh_pages_of is not None:
        job = change.fresh_pages_of
        _DROP_PAGES.run(connection, {"of_job_id": job.id, "before": job.attempt})
    if change.pages:
        rows.DESKTOP_PAGES.insert.run_each(connection, [rows.DESKTOP_PAGES.row(page) for page in change.pages])
    for kept in sorted(change.desktop_checks, key=attrgetter("connection_id", "item")):
        upserts.put(connection, schema.desktop.checks, rows.DESKTOP_CHECKS.row(kept))


def check(change: Change) -> None:
    """
    Refuse a change that contradicts itself.

    Raises:
        ValueError: It is a mistake of the caller, not of the data.
    """
    if (change.tokens is None) != (change.parent_generation is None):
        raise ValueError("tokens and parent_generation go together; 0 is the parent of a first pair")
    if change.tokens is not None and change.tokens.connection_id == change.destroy_tokens_of:
        raise ValueError("a change cannot save a pair and destroy it")
    if change.unchanged is not None and any(_is_of(change.unchanged, record) for record in change.records):
        raise ValueError("a change cannot replace a connection that must stay unchanged")


def _is_of(one: domain_connection.Connection, record: Record) -> bool:
    return isinstance(record, domain_connection.Connection) and record.id == one.id


def _hold(connection: Connection, unchanged: domain_connection.Connection) -> None:
    """Keep *unchanged* in its version until the commit; on SQLite the transaction already does."""
    if not _HOLD.rows(connection, {"of_id": unchanged.id, "before": unchanged.version}):
        raise faults.stale(rows.CONNECTIONS.name(unchanged), connection_id=unchanged.id)


def _records(connection: Connection, records: Iterable[Record]) -> None:
    # One order for everybody, so that two changes never wait for each other in a circle.
    for (kind, is_new), alike in groupby(sorted(records, key=_place), key=_kind_and_newness):
        if is_new:
            _add(connection, rows.VERSIONED[kind], list(alike))
        else:
            for record in alike:
                _replace(connection, rows.VERSIONED[kind], record)


def _place(record: Record) -> tuple[int, bool, tuple[str, ...], int]:
    """Return the place of a record in that order; a session that ends makes room for the new one."""
    shape = rows.VERSIONED[type(record)]
    is_opened = isinstance(record, DesktopSession) and record.version == 1
    return _ORDER[type(record)], is_opened, tuple(getattr(record, name) for name in shape.key), record.version


def _kind_and_newness(record: Record) -> tuple[type[Record], bool]:
    return type(record), record.version == 1


def _add(connection: Connection, shape: rows.Shape[Any], records: list[Record]) -> None:
    if not _insert(connection, shape.insert, [shape.row(record) for record in records]):
        first = shape.name(records[0])
        if len(records) == 1:
            raise faults.stale(first, connection_id=_connection_of(records[0]))
        raise faults.stale(f"One of {len(records)} new records, from {first} on")


def _replace(connection: Connection, shape: rows.Shape[Any], record: Record) -> None:
    values = {**shape.row(record), **shape.of(record), "before": record.version - 1}
    if not _update(connection, _REPLACE[type(record)], values):
        raise faults.stale(shape.name(record), connection_id=_connection_of(record))


def _insert(connection: Connection, statement: Ready, new: list[dict[str, Any]]) -> bool:
    """Insert rows; False when one of them is already there."""
    try:
        statement.run_each(connection, new)
    except IntegrityError as error:
        if faults.is_duplicate(error):
            return False
        raise
    return True


def _update(connection: Connection, statement: Ready, values: dict[str, Any]) -> bool:
    """Update one row; False when it is not there, or when another one already is what it would become."""
    try:
        return statement.run(connection, values) == 1
    except IntegrityError as error:
        if faults.is_duplicate(error):
            return False
        raise


def _connection_of(record: Record) -> str | None:
    if isinstance(record, domain_connection.Connection):
        return record.id
    return getattr(record, "connection_id", None)


def _tokens(connection: Connection, change: Change) -> None:
    if change.tokens is not None and change.parent_generation is not None:
        _pair(connection, change.tokens, change.parent_generation)
    if change.marks is not None:
        _marks(connection, change.marks)
    if change.destroy_tokens_of is not None:
        _DESTROY.run(connection, {"of_connection_id": change.destroy_tokens_of})


def _pair(connection: Connection, tokens: SealedTokens, parent: int) -> None:
    row = rows.TOKENS.row(tokens)
    if parent == 0:
        saved = _insert(connection, rows.TOKENS.insert, [row])
    else:
        saved = _update(connection, _SUCCEED, {**row, **rows.TOKENS.of(tokens), "before": parent})
    if not saved:
        raise _moved_on(tokens, parent)


def _marks(connection: Connection, marks: SealedTokens) -> None:
    noted = {name: getattr(marks, name) for name in _JOURNAL}
    if not _update(connection, _MARK, {**noted, **rows.TOKENS.of(marks), "before": marks.generation}):
        raise _moved_on(marks, marks.generation)


def _moved_on(tokens: SealedTokens, generation: int | None) -> StaleVersion:
    return faults.stale(
        f"The pair of {tokens.connection_id} is no longer generation {generation}",
        connection_id=tokens.connection_id,
    )


def _append(connection: Connection, stream: str, told: list[events.Event]) -> None:
    """Number *told* and chain them to what the stream already holds."""
    if connection.dialect.name == "postgresql":
        # Until commit nobody else may look for the end of this stream.
        _LOCK.rows(connection, {"of_stream": stream})
    end = _END.rows(connection, {"of_stream": stream})
    sequence, previous = end[0] if end else (0, events.GENESIS)
    chained = []
    for event in told:
        sequence += 1
        linked = events.link(_in_utc(event), sequence=sequence, previous=previous)
        previous = linked.hash
        chained.append(linked)
    rows.EVENTS.insert.run_each(connection, [rows.EVENTS.row(linked) for linked in chained])
    outbox.queue(connection, chained)


def _in_utc(event: events.Event) -> events.Event:
    """Return *event* with its instant as it will be read back, because its hash covers the way it is written."""
    return event if event.at.tzinfo is UTC else attrs.evolve(event, at=as_utc(event.at))
