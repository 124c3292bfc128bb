"""Opening a store: the schema is found up to date, made so, or refused."""

from __future__ import annotations

import threading
from typing import Final

from sqlalchemy import URL, Connection, Engine, func, inspect, select
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table

from qbapps.errors import MigrationNeeded
from qbapps.store import engines, faults, schema
from qbapps.store.migrations import HEAD, REVISIONS, VERSION_TABLE
from qbapps.store.sql import SqlStore

_version = named_table(VERSION_TABLE, named_column("version_num"))
_alembic = threading.Lock()
"""Alembic keeps the migration under way in a variable of its module, so threads take turns."""

_MIGRATION_LOCK: Final = 7_142_061_735_520_394_001  # any number that nobody else would take


def open_store(url: str) -> SqlStore:
    """
    Open the store at *url*.

    An SQLite file is created and migrated as needed, by one process at a time. A PostgreSQL
    database is only looked at.

    Args:
        url: ``sqlite:///file``, ``sqlite://`` for one in memory, or ``postgresql://...``.

    Raises:
        ConfigurationError: *url* is not one of these, its driver is missing, or its folder is.
        MigrationNeeded: The schema is newer than this version of qbapps, or it is older, or
            missing, on PostgreSQL.
        StoreError: The database cannot be opened.
    """
    target = engines.read_url(url)
    engine = engines.make_engine(target)
    try:
        with faults.told("opening the store"):
            _prepare(engine, target)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine)


def upgrade(url: str) -> bool:
    """
    Bring the schema of the database at *url* up to this version.

    Returns:
        Whether anything had to be done.

    Raises:
        ConfigurationError: As for ``open_store``.
        MigrationNeeded: The schema is newer than this version of qbapps.
        StoreError: The database failed; its schema is what it was.
    """
    target = engines.read_url(url)
    engine = engines.make_engine(target)
    try:
        with faults.told("upgrading the schema"):
            return _migrate(engine)
    finally:
        engine.dispose()


def _prepare(engine: Engine, target: URL) -> None:
    if engines.is_in_memory(target):
        _create_all(engine)
        return
    with engine.connect() as connection:
        found = revision(connection)
    if found == HEAD:
        return
    _refuse_newer(found)
    if target.get_backend_name() == "postgresql":
        state = "has no qbapps schema yet" if found is None else "has the schema of an older version of qbapps"
        raise MigrationNeeded(f"The PostgreSQL database {state}.", hint="Run: qbapps db upgrade")
    _migrate(engine)


def revision(connection: Connection) -> str | None:
    """Return the revision of the schema behind *connection*; None when it has none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(_version.c.version_num)).scalar_one_or_none()


def _create_all(engine: Engine) -> None:
    """Make the newest schema at once: a database in memory has no past to migrate from."""
    with engine.execution_options(**{engines.WRITING: True}).begin() as connection:
        schema.metadata.create_all(connection)


def _migrate(engine: Engine) -> bool:
    with engine.execution_options(**{engines.WRITING: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        # Whoever waited for the lock looks again: the work may be done.
        found = revision(connection)
        if found == HEAD:
            return False
        _refuse_newer(found)
        _run_migrations(connection)
        return True


def _run_migrations(connection: Connection) -> None:
    # Only a database that needs it pays for importing Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "qbapps.store:migrations")
    config.attributes["connection"] = connection
    with _alembic:
        command.upgrade(config, "head")


def _refuse_newer(found: str | None) -> None:
    if found is not None and found not in REVISIONS:
        raise MigrationNeeded(
            f"The database has the schema {found}, which is newer than this version of qbapps.",
            hint="Install the version of qbapps that wrote it, or a later one: pip install --upgrade qbapps",
        )
