"""Packages that only some installations have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qbapps.errors import ConfigurationError


@contextmanager
def needed() -> Iterator[None]:
    """
    Say which package is missing when an import in the ``with`` block fails, and how to get it.

    Raises:
        ConfigurationError: One is missing.
    """
    try:
        yield
    except ImportError as missing:
        raise ConfigurationError(
            f"An audit needs {missing.name or 'a package'}, which is not installed.",
            hint='Run: pip install "qbapps[audit]"',
        ) from None
