"""The house of each test, fresh: without sockets for speed, over real HTTP where that matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import POSTGRESQL
from lifecycle_house import House, built
from lifecycle_kept import Kept, open_kept

from qbapps.store.opening import upgrade


@pytest.fixture
def house() -> Iterator[House]:
    """A house with its store in memory, talking to Intuit without sockets."""
    with built(over_http=False) as made:
        yield made


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[House]:
    """A house with its store in a file."""
    with built(path=tmp_path / "house.db", over_http=False) as made:
        yield made


@pytest.fixture
def online(tmp_path: Path) -> Iterator[House]:
    """A house with its store in a file, over real HTTP."""
    with built(path=tmp_path / "house.db") as made:
        yield made


@pytest.fixture(params=["file", POSTGRESQL])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """A trail on each database."""
    if request.param == "file":
        url = f"sqlite:///{tmp_path / 'trail.db'}"
        upgrade(url)
    else:
        url = request.getfixturevalue("server").migrated()
    yield from open_kept(url, tmp_path / "trail.checkpoint")


@pytest.fixture
def kept_file(tmp_path: Path) -> Iterator[Kept]:
    """A trail in a file."""
    upgrade(f"sqlite:///{tmp_path / 'trail.db'}")
    yield from open_kept(f"sqlite:///{tmp_path / 'trail.db'}", tmp_path / "trail.checkpoint")


@pytest.fixture
def kept_server(postgresql_url: str, tmp_path: Path) -> Iterator[Kept]:
    """A trail on PostgreSQL."""
    yield from open_kept(postgresql_url, tmp_path / "trail.checkpoint")
