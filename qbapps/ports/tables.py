"""Tables of the store as frames of polars, for those who look at all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl


class Tables(Protocol):
    """
    Tables of the store as frames; nothing that is sealed is in them.

    A frame has the table's columns under their own names, also when it has no rows. Instants are
    ``Datetime("us", "UTC")``, days ``Date``, texts and words ``String``, numbers ``Int64``, lists of texts
    ``List(String)``. A text that is absent is null, and so is an empty one where the text may be absent.
    Rows come in no particular order.

    Both methods raise ``ConfigurationError`` when polars is not installed, ``ValueError`` for a table that
    is not to be had as a frame, and ``StoreError`` when the database fails. They only read.
    """

    def frame(self, table: str, *, firm_id: str | None = None) -> pl.DataFrame:
        """
        Return a table whole.

        Args:
            table: ``connections``, ``apps``, ``firms``, ``clients``, ``people``, ``companies``, ``listings``,
                ``confirmations``, ``tasks``, ``transfers``, ``disconnections`` or ``events``; and of QuickBooks
                Desktop, without what is nobody's business, ``desktop_apps``, ``desktop_links`` and the
                ``desktop_jobs`` that failed or whose fate is unknown; and ``bank_links`` without account numbers.
            firm_id: Only what this firm sees: its own books and its clients'. Apps are everybody's.
        """

    def frames(self, table: str, *, firm_id: str | None = None, rows: int = 65_536) -> Iterator[pl.DataFrame]:
        """
        Stream a table in frames of at most *rows* rows, holding nothing of the database between them.

        Each row comes at most once. Of what is written meanwhile, some may be in it and some not. A table
        without rows gives one frame without rows.
        """
