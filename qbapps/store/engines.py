"""Engines: which databases there are, and how each is spoken to."""

from __future__ import annotations

import math
import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, InvalidatePoolError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from qbapps.errors import ConfigurationError
from qbapps.store import turns

BUSY_SECONDS: Final = 30
"""How long a caller waits for another one's transaction on SQLite, or for a pooled connection."""

KEPT: Final = 64
"""Connections to an SQLite file that stay open; one more than these is opened, and closed again, each time."""

IDLE_SECONDS: Final = 5
"""How long a connection to a server may lie idle before it is asked for a sign of life."""

WRITING: Final = "qbapps_writing"
"""Execution option of a transaction that will write."""

_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


def read_url(url: str) -> URL:
    """
    Return *url* in the form the engine needs.

    Raises:
        ConfigurationError: It is not an SQLite or PostgreSQL URL. The message does not repeat it:
            it may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _unsupported("The store's URL cannot be read.") from None
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in _SQLITE and not (parsed.database or "").startswith("file:"):
        return parsed.set(drivername="sqlite+pysqlite")
    raise _unsupported(f"The store's URL begins with {parsed.drivername}, which is not supported.")


def is_in_memory(url: URL) -> bool:
    """Tell whether *url* is an SQLite database that lives only in this process."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def make_engine(url: URL) -> Engine:
    """
    Return an engine for *url*; nothing is opened yet.

    Raises:
        ConfigurationError: The driver is missing, or the folder of the file is.
    """
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    if is_in_memory(url):
        return _memory(url)
    return _file(url)


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=20)
    except (ImportError, NoSuchModuleError):
        raise ConfigurationError(
            "PostgreSQL needs the psycopg driver, which is not installed.",
            hint='Run: pip install "qbapps[postgresql]"',
        ) from None
    event.listen(engine, "connect", _begin_nothing_by_itself)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    _forget_after_fork(engine)
    _ask_whether_it_lives(engine)
    return engine


def _begin_nothing_by_itself(dbapi_connection: Any, _record: Any) -> None:
    """Let a single SELECT be sent alone; what needs a transaction begins one."""
    dbapi_connection.autocommit = True


def _ask_whether_it_lives(engine: Engine) -> None:
    """
    Before a connection that was idle for a while is used, ask the server for a sign of life.

    Asking each time, as SQLAlchemy's ``pool_pre_ping`` does, would make every read two round trips.
    A connection that is lost at any other moment is replaced by whoever notices; see ``ready`` and ``writing``.
    """

    def checkin(_dbapi_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def checkout(dbapi_connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", math.inf) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error:
            raise InvalidatePoolError("the server has gone, or was started again") from None

    event.listen(engine, "checkin", checkin)
    event.listen(engine, "checkout", checkout)


def _memory(url: URL) -> Engine:
    # One connection is the database; threads take turns at it.
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        connect_args={"check_same_thread": False},
    )
    _begin_as_told(engine)
    event.listen(engine, "connect", _check_references)
    return engine


def _file(url: URL) -> Engine:
    path = Path(url.database or "")
    _create(path)
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=KEPT,
        # The one that was used last has its statements ready and its pages at hand.
        pool_use_lifo=True,
        max_overflow=-1,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    _begin_as_told(engine)
    _forget_after_fork(engine)
    event.listen(engine, "connect", _check_references)
    event.listen(engine, "connect", _use_wal)
    event.listen(engine, "connect", _never_lose_a_commit)
    return engine


def _create(path: Path) -> None:
    """Create the file for this user alone; SQLite gives its journals the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except FileNotFoundError:
        raise ConfigurationError(
            f"The folder of the store, {path.absolute().parent}, does not exist.",
            hint="Create the folder, or name another file.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The store's file {path.absolute()} cannot be opened: {error.strerror}.",
            hint="Name a file that this user may read and write.",
        ) from None


def _begin_as_told(engine: Engine) -> None:
    """
    Begin each transaction ourselves: at once when it will write.

    A transaction that reads first and writes later can be refused half-way, and waiting does not help it.
    """

    def connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITING, False):
            turns.begin(connection, BUSY_SECONDS)
        else:
            connection.exec_driver_sql("BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


def _check_references(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(dbapi_connection: Any, _record: Any) -> None:
    """Let readers and the writer not stop each other. SQLite itself does not wait for its turn to switch."""
    for attempt in range(BUSY_SECONDS * 20):
        try:
            dbapi_connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == BUSY_SECONDS * 20 - 1:
                raise
            time.sleep(0.05)
        else:
            return


def _never_lose_a_commit(dbapi_connection: Any, _record: Any) -> None:
    # In WAL mode NORMAL may lose the last commits when power fails, and with them a rotated token.
    dbapi_connection.execute("PRAGMA synchronous = FULL")


def _forget_after_fork(engine: Engine) -> None:
    """Keep a forked process from using its parent's connections."""

    def connect(_dbapi_connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()

    def checkout(_dbapi_connection: Any, record: Any, proxy: Any) -> None:
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("the connection belongs to the parent process")

    event.listen(engine, "connect", connect)
    event.listen(engine, "checkout", checkout)


def _unsupported(message: str) -> ConfigurationError:
    return ConfigurationError(
        message,
        hint="Use sqlite:///path/to/file.db, sqlite:// for one in memory, or postgresql://user:password@host/database.",
    )
