"""A house of banks for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from banks_house import Banks, opened


@pytest.fixture
def house() -> Iterator[Banks]:
    """A house in memory."""
    with opened() as made:
        yield made
