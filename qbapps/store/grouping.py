"""
Group commit: threads of one process that write to one SQLite file at once share its transactions.

SQLite has one writer at a time, and most of a writer's time is spent waiting for the disk at its
commit. Whoever comes while another thread is there leaves its work in a queue; the next to lead takes
all of it into one transaction, with one commit. Each piece of work has a savepoint, so that one that
is refused leaves no trace and the others stay. A thread that is alone finds no queue and pays nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ReleaseSavepointClause, RollbackToSavepointClause, SavepointClause

from qbapps.errors import StoreError
from qbapps.store.ready import Ready
from qbapps.store.writing import Alone

T = TypeVar("T")

MOST: Final = 64
"""Pieces of work in one transaction: other processes wait for it."""

_SAVEPOINT, _ROLLBACK, _RELEASE = (
    Ready(clause("work")) for clause in (SavepointClause, RollbackToSavepointClause, ReleaseSavepointClause)
)


class _Piece:
    """One thread's work; its answer or its error is there once it is settled."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.is_settled = False
        self.answer: Any = None
        self.error: BaseException | None = None
        self._calls: SimpleQueue[None] = SimpleQueue()

    def wait(self) -> None:
        """Wait until somebody calls: it is settled, or there may be nobody who leads."""
        self._calls.get()

    def call(self) -> None:
        self._calls.put(None)

    def attempt(self, connection: Connection) -> None:
        """Carry it out under a savepoint."""
        _SAVEPOINT.run(connection, {})
        try:
            self.answer = self.work(connection)
        except Exception as error:  # noqa: BLE001 - the thread it belongs to raises it
            self.error = error
            _ROLLBACK.run(connection, {})
        _RELEASE.run(connection, {})

    def alone(self, writer: Alone) -> None:
        """Carry it out in a transaction of its own."""
        self.answer = self.error = None
        try:
            self.answer = writer.write(self.work)
        except Exception as error:  # noqa: BLE001 - the thread it belongs to raises it
            self.error = error


class Grouped:
    """
    Lets threads share transactions; see the module.

    Args:
        engine: One that begins transactions that write; see ``engines.WRITING``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._alone = Alone(engine)
        self._turns = threading.Lock()
        self._queue: list[_Piece] = []
        self._is_led = False
        _all.add(self)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what *work* returns once it is committed; whichever thread leads runs it."""
        piece = _Piece(work)
        with self._turns:
            self._queue.append(piece)
        try:
            while not piece.is_settled:
                taken = self._lead()
                if taken:
                    self._carry_out(taken)
                else:
                    piece.wait()
        except BaseException:
            self._leave(piece)
            raise
        if piece.error is not None:
            raise piece.error
        answer: T = piece.answer
        return answer

    def _lead(self) -> list[_Piece]:
        """Become the one who leads and take what is waiting; nothing when another thread leads."""
        with self._turns:
            if self._is_led:
                return []
            taken = self._queue[:MOST]
            del self._queue[:MOST]
            self._is_led = bool(taken)
            return taken

    def _carry_out(self, taken: list[_Piece]) -> None:
        """Settle all of *taken*, and call those it belongs to and one who may lead next."""
        try:
            if len(taken) == 1:
                taken[0].alone(self._alone)
            else:
                self._together(taken)
        except BaseException as error:
            for piece in taken:
                piece.error = error if isinstance(error, Exception) else _broken_off()
            if not isinstance(error, Exception):
                raise
        finally:
            with self._turns:
                self._is_led = False
                called = self._queue[:1]
                for piece in taken:
                    piece.is_settled = True
            for piece in (*called, *taken):
                piece.call()

    def _together(self, taken: list[_Piece]) -> None:
        try:
            with self._engine.begin() as connection:
                for piece in taken:
                    piece.attempt(connection)
        except IntegrityError:
            # References are checked at the commit, which does not say whose is wrong. Nothing was committed.
            for piece in taken:
                piece.alone(self._alone)

    def _leave(self, piece: _Piece) -> None:
        """Take an interrupted thread's work back unless somebody has it, and pass on what it was called for."""
        with self._turns:
            if piece in self._queue:
                self._queue.remove(piece)
            called = [] if self._is_led else self._queue[:1]
        for one in called:
            one.call()

    def forget(self) -> None:
        """
        Begin anew in a forked process: the threads that led and waited stayed with the parent.

        In the midst of a transaction no process that uses SQLite may fork: the child's SQLite would
        think that transaction its own for ever, and find the database locked.
        """
        self._turns = threading.Lock()
        self._queue = []
        self._is_led = False


_all: WeakSet[Grouped] = WeakSet()


def _forget_after_fork() -> None:
    for one in _all:
        one.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def _broken_off() -> StoreError:
    error = StoreError(
        "The thread that was saving this together with changes of its own was broken off.",
        hint="Load it again to see whether it was saved, and try again.",
    )
    error.retryable = True
    return error
