"""The same promises over every database: an SQLite file, SQLite in memory and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from databases import POSTGRESQL

from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "migrated.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Gives the URL of a migrated database of a kind."""

    def make(kind: str) -> str:
        if kind == "memory":
            return "sqlite://"
        if kind == "postgresql":
            return request.getfixturevalue("server").migrated()
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"

    return make


@pytest.fixture(params=["file", "memory", POSTGRESQL])
def store(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> Iterator[SqlStore]:
    """A new, empty store on each database."""
    opened = open_store(new_url(request.param))
    yield opened
    opened.close()


@pytest.fixture(params=["file", POSTGRESQL])
def url(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> str:
    """The URL of a new, empty store that several processes can open."""
    return new_url(request.param)


@pytest.fixture
def opened() -> Iterator[Callable[[str], SqlStore]]:
    """Opens stores, and closes them at the end."""
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(closing(open_store(url)))
