"""Frames of tables: what is refused, what fails, and what is left as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import polars as pl
import pytest
from databases import POSTGRESQL, Server
from samples import connection, pair, save
from sqlalchemy import BigInteger, Column, Interval, MetaData, Table, make_url, text

from qbapps.errors import StoreError
from qbapps.store import scan_frames, scan_seen, scanning, schema
from qbapps.store.columns import Sealed
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore

SEALED = sorted(
    name for name, table in schema.metadata.tables.items() if any(isinstance(one.type, Sealed) for one in table.c)
)


@pytest.mark.parametrize("name", [*SEALED, "authorizations", "tombstones", "qbapps_version", "nothing", "apps; --"])
def test_what_is_no_business_of_a_frame_is_refused(store: SqlStore, name: str) -> None:
    with pytest.raises(ValueError, match="not to be had as a frame"):
        store.tables.frame(name)
    with pytest.raises(ValueError, match="not to be had as a frame"):
        store.tables.frames(name)


def test_a_table_with_something_sealed_is_refused_even_by_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"tokens", "grants", "app_secrets"} <= set(SEALED)
    monkeypatch.setattr(scanning, "NAMES", (*scanning.NAMES, *SEALED))

    for name in SEALED:
        with pytest.raises(ValueError, match="not to be had as a frame"):
            scanning.table_named(name)


def test_a_column_that_nobody_thought_of_is_refused() -> None:
    with pytest.raises(TypeError, match="no type in a frame"):
        scan_frames.kind(Column("lasts", Interval))


def test_a_table_that_is_nobodys_is_refused() -> None:
    with pytest.raises(ValueError, match="which firm"):
        scan_seen.seen(Table("strange", MetaData(), Column("id", BigInteger)), "durand")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("connected_at", "soon"),
        ("last_used_on", "2026-02-30"),
        ("grant", "many"),
        ("scopes", "{"),
        ("scopes", '{"a": 1}'),
    ],
)
def test_what_qbapps_did_not_write_is_a_store_error(tmp_path: Path, column: str, value: str) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    save(store, connection(1), connection(2))
    with store._writer.begin() as work:
        work.execute(text(f"UPDATE connections SET \"{column}\" = :value WHERE id = 'con_0002'"), {"value": value})  # noqa: S608

    with pytest.raises(StoreError, match="reading connections"):
        store.tables.frame("connections")
    with pytest.raises(StoreError, match="reading connections"):
        list(store.tables.frames("connections"))
    store.close()


@pytest.mark.parametrize(
    ("column", "value"), [("connected_at", "infinity"), ("connected_at", "20000-01-01"), ("last_used_on", "-infinity")]
)
@pytest.mark.postgresql
def test_what_is_no_date_of_ours_is_a_store_error(postgresql_url: str, column: str, value: str) -> None:
    store = open_store(postgresql_url)
    save(store, connection(1), connection(2))
    with store._writer.begin() as work:
        work.execute(text(f"UPDATE connections SET {column} = '{value}' WHERE id = 'con_0002'"))  # noqa: S608

    if value == "-infinity":
        # As PostgreSQL sends it, it is what is sent for none.
        assert store.tables.frame("connections")["last_used_on"].to_list() == [None, None]
    else:
        with pytest.raises(StoreError, match="reading connections"):
            store.tables.frame("connections")
    store.close()


def test_a_file_that_is_broken_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    save(store, *(connection(n, company_name="x" * 3000) for n in range(1, 40)))
    store.close()
    store = open_store(f"sqlite:///{path}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3] + b"\xee" * (len(whole) - len(whole) // 3))

    with pytest.raises(StoreError, match="reading connections"):
        store.tables.frame("connections")
    with pytest.raises(StoreError, match="reading connections"):
        list(store.tables.frames("connections"))
    store.close()


def test_a_database_without_the_table_is_a_store_error(store: SqlStore) -> None:
    with store._writer.begin() as work:
        work.execute(text("DROP TABLE listings"))

    with pytest.raises(StoreError, match="reading listings"):
        store.tables.frame("listings")
    assert store._engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.postgresql
def test_no_password_is_told(postgresql_server: Server) -> None:
    url = make_url(postgresql_server.migrated()).set(drivername="postgresql", password="p@ss w/ö%rd'\"")
    store = open_store(url.render_as_string(hide_password=False))
    save(store, connection(1))
    assert store.tables.frame("connections").height == 1
    with store._writer.begin() as work:
        work.execute(text("ALTER TABLE connections RENAME TO elsewhere"))

    with pytest.raises(StoreError) as raised:
        store.tables.frame("connections")

    told = "".join(traceback.format_exception(raised.value))
    assert "w/ö" not in told
    assert "w%2F" not in told
    store.close()


def test_nothing_sealed_is_in_any_frame(store: SqlStore) -> None:
    save(store, connection(1), tokens=pair(access=b"sealed-access", refresh=b"sealed-refresh"), parent_generation=0)

    frames = [store.tables.frame(name) for name in scanning.NAMES]

    assert not [frame for frame in frames if "sealed" in str(frame.to_dicts())]
    assert not [frame for frame in frames if pl.Binary in frame.dtypes]


def test_threads_read_and_write_at_once(store: SqlStore) -> None:
    save(store, *(connection(n) for n in range(100)))
    failures: list[Exception] = []
    heights: list[int] = []

    def read() -> None:
        try:
            for _ in range(5):
                heights.append(store.tables.frame("connections").height)
                heights.append(sum(page.height for page in store.tables.frames("connections", rows=40)))
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(100, 120):
        save(store, connection(number))
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(heights) == 40
    assert set(heights) <= set(range(100, 121))


NOBODY_ELSE_MAY_WRITE = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
try:
    other.execute("BEGIN IMMEDIATE")
    print("taken")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_a_frame_leaves_the_locks_of_this_process_alone(tmp_path: Path) -> None:
    """Another SQLite library in this process would drop them as it closes the file."""
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    save(store, *(connection(n) for n in range(1, 10)))

    with store._writer.begin() as work:
        work.execute(text("UPDATE connections SET version = 2"))
        store.tables.frame("connections")
        list(store.tables.frames("connections", rows=3))
        said = subprocess.run(
            [sys.executable, "-c", NOBODY_ELSE_MAY_WRITE, path], capture_output=True, text=True, check=True
        )

    assert said.stdout.strip() == "database is locked"
    store.close()


def test_after_a_frame_the_file_is_left_as_by_any_reader(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    save(store, connection(1))
    store.tables.frame("connections")
    next(store.tables.frames("connections"))

    store.close()

    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]
    if Path("/proc/self/fd").exists():
        assert not [one for one in os.listdir("/proc/self/fd") if _leads_to(one, tmp_path)]  # noqa: PTH208


def _leads_to(descriptor: str, folder: Path) -> bool:
    try:
        return str(folder) in os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
    except FileNotFoundError:
        return False


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[2].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import qbapps
from qbapps.store.opening import open_store
store = open_store(sys.argv[1])
print(sorted({"polars", "pyarrow"} & set(sys.modules)))
try:
    print(store.tables.frame("connections").height, sum(one.height for one in store.tables.frames("connections")))
except qbapps.ConfigurationError as error:
    print(error.code, error.hint)
"""


@pytest.mark.parametrize("kind", ["file", POSTGRESQL])
def test_nothing_but_polars_is_needed(kind: str, url: str) -> None:
    store = open_store(url)
    save(store, connection(1))
    store.close()
    missing = "pyarrow,numpy,pandas,adbc_driver_manager,adbc_driver_sqlite,adbc_driver_postgresql,connectorx"

    said = subprocess.run(
        [sys.executable, "-c", WITHOUT, url, missing], capture_output=True, text=True, check=True, env=environment()
    )

    assert said.stdout.splitlines() == ["[]", "1 1"]


def test_without_polars_it_is_said_what_to_install(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT, f"sqlite:///{tmp_path / 'store.db'}", "polars"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )

    assert said.stdout.splitlines() == ["[]", 'configuration_error Run: pip install "qbapps[audit]"']


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
