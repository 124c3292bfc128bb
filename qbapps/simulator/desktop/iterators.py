"""Answers in pages: Start, Continue, Stop."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from qbapps.simulator.desktop.behaviour import Iterators

_NAMES = uuid.UUID("0d9c3e1a-5a43-4b0c-8f43-7a3cf17d5f10")
_LONGEST_REST = timedelta(minutes=10)


@attrs.define(kw_only=True)
class OpenIterator:
    """One iterator, with what is left of its rows."""

    iterator_id: str
    app: tuple[str, ...]
    ticket: str
    asked: str
    rows: list[Any]
    used_at: datetime


class OpenIterators:
    """The iterators that can be continued."""

    def __init__(self) -> None:
        self._open: dict[str, OpenIterator] = {}
        self._made = 0

    def start(self, app: tuple[str, ...], ticket: str, asked: str, rows: Sequence[Any], at: datetime) -> OpenIterator:
        """Open an iterator over *rows*; *asked* is the request that must be repeated."""
        self._made += 1
        iterator_id = f"{{{uuid.uuid5(_NAMES, str(self._made))}}}"
        opened = OpenIterator(iterator_id=iterator_id, app=app, ticket=ticket, asked=asked, rows=list(rows), used_at=at)
        self._open[iterator_id] = opened
        return opened

    def find(
        self, iterator_id: str, app: tuple[str, ...], ticket: str, asked: str, at: datetime, lives: Iterators
    ) -> OpenIterator | None:
        """Find an iterator that this app may still continue with this request."""
        found = self._open.get(iterator_id)
        if found is None or found.app != app or found.asked != asked:
            return None
        if lives == Iterators.DIE_WITH_SESSION and found.ticket != ticket:
            return None
        if lives == Iterators.LIVE_10_MINUTES and at - found.used_at > _LONGEST_REST:
            return None
        return found

    def take(self, iterator: OpenIterator, most: int, at: datetime) -> list[Any]:
        """Take the next rows; the iterator ends with the last of them."""
        rows, iterator.rows = iterator.rows[:most], iterator.rows[most:]
        iterator.used_at = at
        if not iterator.rows:
            self.stop(iterator)
        return rows

    def stop(self, iterator: OpenIterator) -> None:
        """Close an iterator."""
        self._open.pop(iterator.iterator_id, None)
