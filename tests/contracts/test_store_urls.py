"""URLs and files that cannot be a store are refused with what to do, and left as they were."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from qbapps.errors import ConfigurationError, StoreError
from qbapps.store.opening import open_store


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere, does not exist") as refusal:
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
    assert "Create the folder" in refusal.value.hint
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and longer than a header of one hundred bytes " * 20)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_database_with_a_neighbours_tables_is_left_alone(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'theirs.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tasks (theirs TEXT)"))
    with pytest.raises(StoreError, match="tasks already exists"):
        open_store(f"sqlite:///{tmp_path / 'theirs.db'}")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["tasks"]
    engine.dispose()


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://me:hunter2@host/db",
        "postgresql+asyncpg://me:hunter2@host/db",
        "me:hunter2@host",
        "sqlite:///file:x?uri=true",
        "",
    ],
)
def test_what_is_not_supported_is_refused_with_what_is(wrong: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        open_store(wrong)
    assert "hunter2" not in str(refusal.value)
    assert "sqlite:///" in refusal.value.hint
    assert "postgresql://" in refusal.value.hint


def test_a_server_that_is_not_there_is_a_retryable_store_error() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="connection") as refusal:
        open_store("postgresql://me:hunter2@127.0.0.1:1/db")
    assert refusal.value.retryable
    assert "hunter2" not in str(refusal.value)


def test_a_missing_driver_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match="psycopg") as refusal:
        open_store("postgresql://host/db")
    assert 'pip install "qbapps[postgresql]"' in refusal.value.hint
