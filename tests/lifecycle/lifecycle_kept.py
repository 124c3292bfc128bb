"""A trail of events on a database that a test can write to behind everybody's back, and a checkpoint of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
from sqlalchemy import create_engine, text

import qbapps
from qbapps.domain.events import Event, EventKind
from qbapps.manager import QBApps
from qbapps.ports import Change
from qbapps.store import engines
from qbapps.testing import FakeClock
from qbapps.vault import new_key

KEY = new_key().reveal()
STREAMS = ("dext", "con_b", "con_a", "Zoho Books", "pln-1")


@attrs.define
class Kept:
    """A store whose events were told behind the back of everybody else, and a checkpoint of it."""

    qb: QBApps
    url: str
    checkpoint: Path

    def tell(self, *streams: str, times: int = 1) -> None:
        at = FakeClock().now()
        told = [
            Event(stream=stream, kind=EventKind.PROBED, at=at + timedelta(seconds=number), details={"number": number})
            for stream in streams
            for number in range(times)
        ]
        self.qb._ports.store.save(Change(events=tuple(told)))

    def sql(self, statement: str, **values: object) -> None:
        engine = create_engine(engines.read_url(self.url))
        with engine.begin() as connection:
            assert connection.execute(text(statement), values).rowcount > 0
        engine.dispose()

    def put(self, stream: str, sequence: int, column: str, value: str) -> None:
        """Put what an SQL expression gives into a column of one event."""
        engine = create_engine(engines.read_url(self.url))
        with engine.begin() as connection:
            place = f"stream = '{stream}' AND sequence = {sequence}"
            changed = connection.exec_driver_sql(f'UPDATE events SET "{column}" = {value} WHERE {place}')  # noqa: S608
            assert changed.rowcount == 1
        engine.dispose()

    def breaks(self, *, compared: bool = True) -> list[tuple[str, int, str]]:
        told = self.qb.verify_events(checkpoint=self.checkpoint) if compared else self.qb.verify_events()
        return [(one.stream, one.sequence, one.what) for one in told]


def open_kept(url: str, checkpoint: Path) -> Iterator[Kept]:
    """Give a store at *url* with four events in each of its streams."""
    with qbapps.open(url, key=KEY) as qb:
        made = Kept(qb, url, checkpoint)
        made.tell(*STREAMS, times=4)
        made.qb.checkpoint_events(made.checkpoint)
        yield made
