"""
Whose turn it is to write, between the processes that share one SQLite file.

SQLite lets whoever waits try again at intervals that grow to a tenth of a second. Who has waited for
long so tries most seldom, and between a few busy processes somebody waits for seconds while others
write a hundred times. Here everybody tries every millisecond, and in the long run all get their turn
equally often. (Letting processes queue at a lock on a file of its own, on top of this, made no
difference that could be measured with up to sixteen of them.)
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Final

from sqlalchemy import Connection

STEP_SECONDS: Final = 0.001
"""Between two tries: less than a commit takes."""

_BEGIN: Final = "BEGIN IMMEDIATE"


def begin(connection: Connection, seconds: float) -> None:
    """
    Begin a transaction that writes.

    Args:
        seconds: How long to wait for the others.

    Raises:
        OperationalError: Somebody else has been writing all that time, or the database failed.
    """
    driver: Any = connection.connection.dbapi_connection
    until = time.monotonic() + seconds
    driver.execute("PRAGMA busy_timeout = 0")
    try:
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
