"""
Whose turn it is to write, between the processes that share one SQLite file.

SQLite lets whoever waits try again, at intervals that grow to a tenth of a second; with a few busy
processes whoever has just written writes again at once, and somebody waits for seconds. So processes
queue at a turnstile, a lock on a file next to the database, and only the one inside it tries, every
millisecond, until it has SQLite's own lock. Nothing but fairness depends on the turnstile: it is let
go before anything is written, it is passed by when somebody keeps it, and Windows has none.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection

STEP_SECONDS: Final = 0.001
"""Between two tries: about what a commit takes."""

PATIENCE_SECONDS: Final = 5
"""How long the turnstile is waited for before it is passed by: only a process that was stopped keeps it so long."""

SUFFIX: Final = "-turn"

_BEGIN: Final = "BEGIN IMMEDIATE"


def begin(connection: Connection, seconds: float, path: str | None) -> None:
    """
    Begin a transaction that writes.

    Args:
        seconds: How long to wait for the others.

        path: The database's file; None when there is nobody else to wait for.

    Raises:
        OperationalError: Somebody else has been writing all that time, or the database failed.
    """
    if path is None:
        connection.exec_driver_sql(_BEGIN)
        return
    driver: Any = connection.connection.dbapi_connection
    until = time.monotonic() + seconds
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        with _turnstile(path + SUFFIX):
            while not _begins(driver) and time.monotonic() < until:
                time.sleep(STEP_SECONDS)
            if not driver.in_transaction:
                connection.exec_driver_sql(_BEGIN)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _begins(driver: Any) -> bool:
    """Try once; False while somebody else is writing."""
    try:
        driver.execute(_BEGIN)
    except sqlite3.OperationalError as error:
        # What else may be wrong is for SQLAlchemy to tell.
        return not error.sqlite_errorname.startswith("SQLITE_BUSY")
    return True


if sys.platform == "win32":

    @contextmanager
    def _turnstile(_path: str) -> Iterator[None]:
        yield

else:
    import fcntl

    @contextmanager
    def _turnstile(path: str) -> Iterator[None]:
        """Be the only one inside, if that can be had in time."""
        try:
            # Opened anew each time: a forked process would share a lock with its parent.
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            yield
            return
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while not _locks(file) and time.monotonic() < until:
                time.sleep(STEP_SECONDS)
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)

    def _locks(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
