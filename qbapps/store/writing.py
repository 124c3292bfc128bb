"""Writing: each piece of work in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")


class Writer(Protocol):
    """Carries out pieces of work that change the database, each whole or not at all."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """
        Return what *work* returns, once it is committed.

        Raises:
            Exception: What *work* raised, or SQLAlchemy at the commit; nothing was changed, unless
                the connection was lost at the commit itself.
        """


class Alone:
    """
    Gives each piece of work a transaction of its own.

    Args:
        engine: One that begins transactions that write; see ``engines.WRITING``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, work: Callable[[Connection], T]) -> T:
        """Carry out *work*; once more on a new connection when the first one is lost before the commit."""
        for last_try in (False, True):
            committing = False
            try:
                with self._engine.begin() as connection:
                    done = work(connection)
                    committing = True
            except DBAPIError as error:
                # Without a commit the server has forgotten all of it; with one, nobody can know.
                if last_try or committing or not error.connection_invalidated:
                    raise
            else:
                return done
        raise AssertionError("the last try returns or raises")
