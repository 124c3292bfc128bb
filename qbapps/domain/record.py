"""Versioned records: how a change names the version it read."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import attrs


class Versioned(Protocol):
    """Anything the store keeps under a version number that grows by one at each save."""

    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=Versioned)


def revise(record: R, **changes: Any) -> R:
    """
    Return *record* changed, as the next version of what was read.

    Saving it fails with ``StaleVersion`` when somebody saved in between.
    """
    return attrs.evolve(record, version=record.version + 1, **changes)  # type: ignore[misc]


def revise_if_changed(record: R, **changes: Any) -> R:
    """Return *record* itself when *changes* say nothing new, else :func:`revise` it."""
    if all(getattr(record, name) == value for name, value in changes.items()):
        return record
    return revise(record, **changes)
