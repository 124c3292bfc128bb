"""Opening: a file is made and migrated, a server is only looked at, and what is newer is refused."""

from __future__ import annotations

import multiprocessing
import os
import stat
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import POSTGRESQL, Server
from samples import connection, full_records, pair, read, save
from sqlalchemy import Engine, create_engine, text

from qbapps.errors import MigrationNeeded, QBAppsError
from qbapps.ports import ConnectionFilter
from qbapps.store import engines, migrations, schema
from qbapps.store.opening import open_store, upgrade
from qbapps.store.rows import CONNECTIONS
from qbapps.store.sql import SqlStore


@pytest.fixture(params=["file", POSTGRESQL])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that nothing was made in."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    server: Server = request.getfixturevalue("server")
    return server.new()


def differences(engine: Engine) -> list[object]:
    """Return what Alembic would change to arrive at the schema."""
    with engine.connect() as connection:
        options = {"version_table": migrations.VERSION_TABLE, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata))


def test_the_migrated_database_is_the_schema(bare_url: str) -> None:
    upgrade(bare_url)
    engine = create_engine(engines.read_url(bare_url))
    try:
        assert differences(engine) == []
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE apps ADD COLUMN stray INTEGER"))
        assert len(differences(engine)) == 1
    finally:
        engine.dispose()


def test_what_was_refreshed_before_uses_were_noted_counts_as_used_then(bare_url: str) -> None:
    upgrade(bare_url)
    engine = create_engine(engines.read_url(bare_url))
    late = "2026-01-31T23:30:00+00:00"
    rows = {"refreshed": (late, None), "by hand": (None, None), "known": (late, "2026-01-05")}
    try:
        with engine.begin() as database:
            for statement in (
                *(f"DROP TABLE {name}" for name in ("companies", "listings", "confirmations")),
                *(f"DROP TABLE desktop_{name}" for name in ("pages", "jobs", "sessions", "checks", "links", "apps")),
                *(f"DROP TABLE bank_{name}" for name in ("links", "feeds")),
                "ALTER TABLE apps DROP COLUMN category",
                "ALTER TABLE apps DROP COLUMN is_bank",
                f"UPDATE {migrations.VERSION_TABLE} SET version_num = '0006'",  # noqa: S608
            ):
                database.execute(text(statement))
            for number, (refreshed_at, used_on) in enumerate(rows.values()):
                row = connection(
                    number,
                    refreshed_at=refreshed_at and datetime.fromisoformat(refreshed_at),
                    last_used_on=used_on and date.fromisoformat(used_on),
                )
                database.execute(schema.connections.insert(), CONNECTIONS.row(row))
    finally:
        engine.dispose()

    upgrade(bare_url)

    with closing(open_store(bare_url)) as store:
        days = [one.last_used_on for one in store.connections(ConnectionFilter())]
    assert days == [date(2026, 1, 31), None, date(2026, 1, 5)]


def test_migrating_makes_the_same_foreign_keys_as_the_schema(tmp_path: Path) -> None:
    made = []
    for kind in ("migrated", "made"):
        engine = create_engine(f"sqlite:///{tmp_path / kind}")
        if kind == "migrated":
            upgrade(f"sqlite:///{tmp_path / kind}")
        else:
            schema.metadata.create_all(engine)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql LIKE '%FOREIGN KEY%'"))
            made.append({line.strip(" ,") for (sql,) in rows for line in sql.splitlines() if "FOREIGN KEY" in line})
        engine.dispose()
    assert made[0] == made[1]
    assert len(made[0]) == 17


def test_the_revisions_are_those_of_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", "qbapps.store:migrations")
    script = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == migrations.REVISIONS
    assert script.get_current_head() == migrations.HEAD


def test_a_file_is_made_for_its_owner_alone(tmp_path: Path, opened: Callable[[str], SqlStore]) -> None:
    path = tmp_path / "store.db"
    save(opened(f"sqlite:///{path}"), connection())
    files = sorted(tmp_path.iterdir())
    assert [one.name for one in files] == ["store.db", "store.db-shm", "store.db-wal"]
    if sys.platform != "win32":
        assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}


def test_what_was_saved_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    for record in (None, *full_records()):
        with closing(open_store(url)) as store:
            if record is None:
                save(store, *full_records())
            else:
                assert read(store, record) == record


def test_a_file_is_in_wal_mode_and_waits_for_the_disk(tmp_path: Path, opened: Callable[[str], SqlStore]) -> None:
    store = opened(f"sqlite:///{tmp_path / 'store.db'}")
    with store._engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        said = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]
    assert said == ["wal", 2, 1, engines.BUSY_SECONDS * 1000]


def test_upgrading_twice_does_nothing_the_second_time(bare_url: str, opened: Callable[[str], SqlStore]) -> None:
    assert upgrade(bare_url)
    assert not upgrade(bare_url)
    assert opened(bare_url).apps() == ()


def test_a_server_without_the_schema_is_not_migrated_silently(postgresql_server: Server) -> None:
    url = postgresql_server.new()
    for _ in range(2):
        with pytest.raises(MigrationNeeded, match="no qbapps schema yet") as refusal:
            open_store(url)
        assert "qbapps db upgrade" in refusal.value.hint


def set_revision(url: str, revision: str) -> None:
    engine = create_engine(engines.read_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE qbapps_version SET version_num = :to"), {"to": revision})
    engine.dispose()


@pytest.mark.parametrize("do", [open_store, upgrade])
def test_a_newer_schema_is_refused(url: str, do: Callable[[str], object]) -> None:
    set_revision(url, "9999")
    with pytest.raises(MigrationNeeded, match="9999, which is newer"):
        do(url)


def test_an_older_schema_on_a_server_is_refused(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbapps.store.opening.REVISIONS", ("0000", "0001"))
    set_revision(postgresql_url, "0000")
    with pytest.raises(MigrationNeeded, match="an older version of qbapps") as refusal:
        open_store(postgresql_url)
    assert "qbapps db upgrade" in refusal.value.hint


def open_and_add(url: str, number: int, together: Barrier, errors: Queue[str]) -> None:
    """Open the store with everybody else, and save one connection."""
    together.wait()
    try:
        with closing(open_store(url)) as store:
            save(store, connection(number))
    except QBAppsError as error:
        errors.put(str(error))


def test_eight_processes_open_a_fresh_file_at_once(tmp_path: Path, opened: Callable[[str], SqlStore]) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    context = multiprocessing.get_context("spawn")
    together, errors = context.Barrier(8), context.Queue()
    processes = [context.Process(target=open_and_add, args=(url, place, together, errors)) for place in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert errors.empty(), errors.get()
    assert [process.exitcode for process in processes] == [0] * 8
    store = opened(url)
    assert all(store.connection(f"con_{place:04}") for place in range(8))


def switch_and_write(path: Path, together: threading.Barrier) -> None:
    engine = engines.make_engine(engines.read_url(f"sqlite:///{path}"))
    together.wait()
    with engine.execution_options(**{engines.WRITING: True}).begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS written (a TEXT)"))
    engine.dispose()


def test_switching_fresh_files_to_wal_at_once_waits_its_turn(tmp_path: Path) -> None:
    together = threading.Barrier(12)
    with ThreadPoolExecutor(12) as threads:
        for place in range(40):
            path = tmp_path / f"{place}.db"
            done = [threads.submit(switch_and_write, path, together) for _ in range(12)]
            assert [one.result(60) for one in done] == [None] * 12


def raw_connection(store: SqlStore) -> object:
    """Return what the pool would give out now."""
    with store._engine.connect() as connection:
        return connection.connection.dbapi_connection


def save_in_child(store: SqlStore, parents: object) -> None:
    assert raw_connection(store) is not parents
    save(store, connection(2))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_makes_connections_of_its_own(url: str, opened: Callable[[str], SqlStore]) -> None:
    store = opened(url)
    save(store, connection(1))
    parents = raw_connection(store)
    child = multiprocessing.get_context("fork").Process(target=save_in_child, args=(store, parents))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert raw_connection(store) is parents
    save(store, connection(3))
    assert store.connection("con_0002") == connection(2)


def test_each_database_in_memory_is_its_own(opened: Callable[[str], SqlStore]) -> None:
    first, second = opened("sqlite://"), opened("sqlite:///:memory:")
    save(first, connection())
    assert second.connection("con_0001") is None


def test_the_pair_is_committed_before_save_returns(url: str, opened: Callable[[str], SqlStore]) -> None:
    first, second = opened(url), opened(url)
    save(first, connection(), tokens=pair(1), parent_generation=0)
    assert second.tokens("con_0001") == pair(1)
