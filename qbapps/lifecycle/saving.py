"""Saving a beat: the change first, then telling those who listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qbapps.domain.connection import Connection
from qbapps.errors import StaleVersion
from qbapps.lifecycle.sealing import with_first_key
from qbapps.ports import Change, Ports

T = TypeVar("T")

_TRIES = 8


def save(ports: Ports, change: Change) -> None:
    """Save *change* in one transaction; listeners hear of its events once they are true."""
    ports.store.save(with_first_key(ports.vault, change))
    for connection_id in _touched(change):
        ports.memory.forget(connection_id)
    for event in change.events:
        ports.announce(event)


def _touched(change: Change) -> set[str]:
    touched = {record.id for record in change.records if isinstance(record, Connection)}
    if change.tokens is not None:
        touched.add(change.tokens.connection_id)
    if change.destroy_tokens_of is not None:
        touched.add(change.destroy_tokens_of)
    return touched


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
