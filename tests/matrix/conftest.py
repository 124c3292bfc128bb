"""The matrix is played at full speed: which lines it runs, the other tests measure."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    """Let coverage look away, which makes everything several times slower."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)
