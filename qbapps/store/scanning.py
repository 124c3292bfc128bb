"""Tables of the store as frames; what is sealed is never in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, Table

from qbapps.errors import ConfigurationError
from qbapps.store import scan_parts, scan_seen, schema
from qbapps.store.columns import Sealed

if TYPE_CHECKING:
    import polars as pl

    from qbapps.store.scan_pages import Scan

NAMES: Final = (
    "apps",
    "firms",
    "clients",
    "people",
    "companies",
    "connections",
    "listings",
    "confirmations",
    "tasks",
    "transfers",
    "disconnections",
    "events",
    *scan_parts.PARTS,
)
"""The tables that can be had as frames."""


PAGE: Final = 65_536
"""Rows per page of a table that is read whole: as many as make the cost of a page nothing."""


class SqlTables:
    """
    ``ports.Tables`` on an engine whose schema is up to date.

    Args:
        page: Rows per page of a table that is read whole.
    """

    def __init__(self, engine: Engine, *, page: int = PAGE) -> None:
        self._engine = engine
        self._page = page

    def frame(self, table: str, *, firm_id: str | None = None) -> pl.DataFrame:
        """Return a table whole, as of one instant."""
        return self._scan(table, firm_id).whole(self._page)

    def frames(self, table: str, *, firm_id: str | None = None, rows: int = PAGE) -> Iterator[pl.DataFrame]:
        """Stream a table in frames of at most *rows* rows, holding nothing of the database between them."""
        if rows < 1:
            raise ValueError("rows must be at least 1")
        return self._scan(table, firm_id).pages(rows)

    def _scan(self, name: str, firm_id: str | None) -> Scan:
        table = table_named(name)
        seen = [*scan_parts.ONLY.get(name, ()), *([] if firm_id is None else scan_seen.seen(table, firm_id))]
        try:
            # polars takes as long to import as all of qbapps.
            import polars  # noqa: F401, ICN001, PLC0415
        except ImportError:
            raise ConfigurationError(
                "Tables as frames need polars, which is not installed.", hint='Run: pip install "qbapps[audit]"'
            ) from None
        from qbapps.store.scan_pages import Scan  # noqa: PLC0415

        return Scan(self._engine, table, tuple(seen))


def table_named(name: str) -> Table:
    """
    Return the table *name*.

    Raises:
        ValueError: It is not one that can be had as a frame.
    """
    table = scan_parts.PARTS.get(name, schema.metadata.tables.get(name)) if name in NAMES else None
    if table is None or any(isinstance(column.type, Sealed) for column in table.c):
        raise ValueError(f"the table {name} is not to be had as a frame")
    return table
