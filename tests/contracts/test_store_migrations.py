"""Migrations: what the first schema held is still there and can be read, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from databases import POSTGRESQL, Server
from samples import READERS, full_records
from sqlalchemy import Date, DateTime, Engine, LargeBinary, MetaData, Table, create_engine, select

from qbapps.domain import trail
from qbapps.errors import MigrationNeeded
from qbapps.store import engines, migrations
from qbapps.store.opening import open_store, upgrade
from qbapps.store.sql import SqlStore

FIRST: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("first_schema.json").read_text("utf-8"))
"""What the first version of qbapps kept, table by table: one record of each kind with every field filled, and more."""


def config(connection: Any) -> Config:
    made = Config()
    made.set_main_option("script_location", "qbapps.store:migrations")
    made.attributes["connection"] = connection
    return made


def from_text(kind: Any, value: Any) -> Any:
    """Return what the file shows as text as the value of a column."""
    if value is None:
        return None
    match kind:
        case DateTime():
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case Date():
            return date.fromisoformat(value)
        case LargeBinary():
            return bytes.fromhex(value)
    return value


def reflected(engine: Engine) -> dict[str, Table]:
    tables = MetaData()
    tables.reflect(engine)
    return tables.tables  # type: ignore[return-value]


def kept(table: Table) -> list[dict[str, Any]]:
    """Return the rows that the first version kept in *table*."""
    return [{name: from_text(table.c[name].type, value) for name, value in row.items()} for row in FIRST[table.name]]


@pytest.fixture(params=["file", POSTGRESQL])
def first_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database as the first version left it."""
    if request.param == "file":
        url = f"sqlite:///{tmp_path / 'first.db'}"
    else:
        server: Server = request.getfixturevalue("server")
        url = server.new()
    engine = create_engine(engines.read_url(url))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
    tables = reflected(engine)
    with engine.begin() as connection:
        for table in tables["apps"].metadata.sorted_tables:
            if table.name in FIRST:
                connection.execute(table.insert(), kept(table))
    engine.dispose()
    return url


def test_the_file_fills_every_table_and_column_of_the_first_schema(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'first.db'}")
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
    tables = reflected(engine)
    engine.dispose()
    assert set(FIRST) == set(tables) - {migrations.VERSION_TABLE}
    for name, rows in FIRST.items():
        filled = {column for row in rows for column, value in row.items() if value is not None}
        assert filled == set(tables[name].c.keys()), name


def test_all_that_the_first_version_kept_is_still_there(first_url: str) -> None:
    assert upgrade(first_url)
    engine = create_engine(engines.read_url(first_url))
    with engine.connect() as connection:
        for name, table in reflected(engine).items():
            if name in FIRST:
                columns = [table.c[column] for column in FIRST[name][0]]
                found = [dict(row._mapping) for row in connection.execute(select(*columns))]
                expected = kept(table)
                for row in (*found, *expected):
                    for column, value in row.items():
                        if isinstance(value, datetime):
                            row[column] = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
                assert sorted(found, key=str) == sorted(expected, key=str), name
    engine.dispose()


def test_all_that_the_first_version_kept_can_be_read(first_url: str, opened: Callable[[str], SqlStore]) -> None:
    upgrade(first_url)
    store = opened(first_url)
    for record in full_records():
        found = READERS[type(record)](store, record)
        assert found is not None
        assert type(found) is type(record)
    tokens = store.tokens("con_0001")
    assert tokens is not None
    assert (tokens.access, tokens.generation, tokens.fence) == (b"\x00\xffsealed access", 3, 0)
    assert tokens.intent_at == datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
    assert store.unanswered() == (tokens,)
    assert store.client_secret("dext") == b"\x00sealed secret"
    assert len(store.tombstones("con_0001")) == 2
    assert store.identity("dext", email="marie@durand.example") is not None
    assert [one.sequence for one in store.events("con_0001")] == [1, 2]
    assert trail.verify(store.events("con_0001")) == ()
    standing = store.standing("con_0001")
    assert standing is not None
    assert (standing.tokens, standing.client_secret) == (tokens, b"\x00sealed secret")


def test_a_lease_of_the_first_version_ends_as_any_other(first_url: str) -> None:
    upgrade(first_url)
    store = open_store(first_url)
    taken = datetime.fromisoformat(FIRST["leases"][0]["taken_at"]).replace(tzinfo=UTC)
    later = store.acquire_lease("refresh/con_0001", "b", timedelta(seconds=45), taken + timedelta(minutes=1))
    assert later is not None
    assert later.fence == 2
    store.close()


def test_a_file_is_brought_up_to_date_when_it_is_opened_and_a_server_is_not(first_url: str) -> None:
    if first_url.startswith("sqlite"):
        open_store(first_url).close()
        assert not upgrade(first_url)
    else:
        with pytest.raises(MigrationNeeded, match="qbapps db upgrade"):
            open_store(first_url)


def test_there_is_no_way_back(first_url: str) -> None:
    upgrade(first_url)
    engine = create_engine(engines.read_url(first_url))
    with pytest.raises((AttributeError, NotImplementedError)), engine.begin() as connection:
        command.downgrade(config(connection), "0001")
    with engine.connect() as connection:
        assert len(connection.execute(select(reflected(engine)["connections"])).all()) == 2
    engine.dispose()


def test_two_processes_that_upgrade_at_once_both_end_well_and_one_did_it(first_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "qbapps", "--json", "db", "upgrade"],
            env={**os.environ, "QBAPPS_STORE": first_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=120) for one in started]
    assert [one.returncode for one in started] == [0, 0], said
    assert sorted(json.loads(out)["changed"] for out, _ in said) == [False, True], said
    assert not upgrade(first_url)
