"""The house of each test, fresh: without sockets for speed, over real HTTP where that matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lifecycle_house import House, built


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
