"""Tables in pages, by key, over any database; see ``scan_texts`` for how a page is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final

import attrs
import polars as pl
from sqlalchemy import ColumnElement, Connection, Engine, Table

from qbapps.store import faults, scan_frames, scan_texts
from qbapps.store.scan_texts import Key

# As of one instant, and by one process of the server, whatever a page costs.
_ON_POSTGRESQL: Final = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL max_parallel_workers_per_gather = 0"
)

Make = Callable[[], pl.DataFrame]


@attrs.frozen
class Scan:
    """
    One table to be read.

    Attributes:
        seen: What its rows must satisfy.
    """

    engine: Engine
    table: Table
    seen: tuple[ColumnElement[bool], ...]

    def whole(self, rows: int) -> pl.DataFrame:
        """
        Return all rows, as of one instant.

        This thread has pages of *rows* rows read while another makes frames of them.
        """
        with ThreadPoolExecutor(1) as making, faults.told(self._doing), self._reading() as connection:
            made = []
            after: Key | None = None
            while True:
                make, after = self._page(connection, after, rows)
                made.append(making.submit(make))
                if after is None:
                    return pl.concat([one.result() for one in made])

    def pages(self, rows: int) -> Iterator[pl.DataFrame]:
        """Stream frames of at most *rows* rows, each of an instant of its own; nothing is held between them."""
        page, after = self._one(None, rows)
        yield page
        while after is not None:
            del page  # not to be held while the next is read
            page, after = self._one(after, rows)
            if len(page):
                yield page

    def _one(self, after: Key | None, rows: int) -> tuple[pl.DataFrame, Key | None]:
        with faults.told(self._doing):
            with self._reading() as connection:
                make, last = self._page(connection, after, rows)
            return make(), last

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if self._dialect == "postgresql":
                connection.exec_driver_sql(_ON_POSTGRESQL)
            yield connection

    def _page(self, connection: Connection, after: Key | None, rows: int) -> tuple[Make, Key | None]:
        """Read the rows behind *after*; return what makes a frame of them, and the last key unless it was the last."""
        found = connection.execute(scan_texts.bound(self.table, self.seen, after, rows)).one_or_none()
        last = None if found is None else tuple(found)
        where = (self.table, self._dialect, self.seen, after, last)
        count, *texts = connection.execute(scan_texts.joined(*where)).one()
        if scan_texts.can_be_parted(count, texts):
            return partial(scan_frames.from_joined, self.table, count, texts), last
        values = connection.execute(scan_texts.apart(*where)).all()
        return partial(scan_frames.from_rows, self.table, values), last

    @property
    def _dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def _doing(self) -> str:
        return f"reading {self.table.name}"
