"""Saving a beat: the change first, then telling those who listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qbapps.errors import StaleVersion
from qbapps.ports import Change, Ports

T = TypeVar("T")

_TRIES = 8


def save(ports: Ports, change: Change) -> None:
    """Save *change* in one transaction; listeners hear of its events once they are true."""
    ports.store.save(change)
    for event in change.events:
        ports.announce(event)


def retry_stale(decide_and_save: Callable[[], T]) -> T:
    """
    Run a beat again when somebody saved between its load and its save.

    The beat must load what it decides on and act on nothing outside, so that running it again is
    harmless.

    Raises:
        StaleVersion: Somebody saved first every time.
    """
    for _ in range(_TRIES - 1):
        try:
            return decide_and_save()
        except StaleVersion:
            continue
    return decide_and_save()
