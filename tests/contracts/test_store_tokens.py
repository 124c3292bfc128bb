"""Pairs: only the successor of the present one is saved, and the present one alone is marked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest
from samples import LATER, NOW, connection, pair, save

from qbapps.errors import StaleVersion
from qbapps.ports import Change
from qbapps.store.sql import SqlStore


@pytest.fixture
def connected(store: SqlStore) -> SqlStore:
    save(store, connection(), tokens=pair(1), parent_generation=0)
    return store


def test_a_pair_is_read_back_as_it_was_saved(store: SqlStore) -> None:
    full = pair(
        7,
        access=bytes(range(256)),
        refresh_hard_expires_at=LATER,
        intent_at=NOW,
        intent_by="host:1:a",
        ambiguous_since=NOW,
        refused_at=LATER,
    )
    save(store, connection(), tokens=full, parent_generation=0)
    assert store.tokens("con_0001") == full


def test_a_successor_replaces_its_parent(connected: SqlStore) -> None:
    connected.save(Change(tokens=pair(2), parent_generation=1))
    assert connected.tokens("con_0001") == pair(2)


def test_a_successor_of_an_older_pair_is_stale(connected: SqlStore) -> None:
    connected.save(Change(tokens=pair(2), parent_generation=1))
    with pytest.raises(StaleVersion, match="con_0001 is no longer generation 1") as refusal:
        connected.save(Change(tokens=pair(2, access=b"late"), parent_generation=1))
    assert refusal.value.connection_id == "con_0001"
    assert connected.tokens("con_0001") == pair(2)


def test_a_first_pair_is_stale_when_there_is_one(connected: SqlStore) -> None:
    with pytest.raises(StaleVersion):
        connected.save(Change(tokens=pair(1, access=b"other"), parent_generation=0))
    assert connected.tokens("con_0001") == pair(1)


def test_a_successor_of_nothing_is_stale(store: SqlStore) -> None:
    save(store, connection())
    with pytest.raises(StaleVersion):
        store.save(Change(tokens=pair(2), parent_generation=1))


def test_after_its_pair_was_destroyed_a_connection_goes_on_counting(connected: SqlStore) -> None:
    connected.save(Change(tokens=pair(2), parent_generation=1))
    connected.save(Change(destroy_tokens_of="con_0001"))
    assert connected.tokens("con_0001") is None
    with pytest.raises(StaleVersion):
        connected.save(Change(tokens=pair(3), parent_generation=2))
    connected.save(Change(tokens=pair(3), parent_generation=0))
    assert connected.tokens("con_0001") == pair(3)


def test_a_pair_can_be_sealed_again_in_its_place(connected: SqlStore) -> None:
    connected.save(Change(tokens=pair(1, access=b"sealed again"), parent_generation=1))
    assert connected.tokens("con_0001") == pair(1, access=b"sealed again")


def test_destroying_what_is_not_there_does_nothing(store: SqlStore) -> None:
    store.save(Change(destroy_tokens_of="con_0001"))


def test_marks_change_the_journal_and_nothing_else(connected: SqlStore) -> None:
    marks = pair(
        1,
        access=b"not saved",
        digest="not saved",
        intent_at=NOW,
        intent_by="host:1:a",
        ambiguous_since=NOW,
        refused_at=NOW,
    )
    connected.save(Change(marks=marks))
    assert connected.tokens("con_0001") == attrs.evolve(marks, access=pair(1).access, digest=pair(1).digest)
    connected.save(Change(marks=pair(1)))
    assert connected.tokens("con_0001") == pair(1)


@pytest.mark.parametrize("generation", [0, 2])
def test_marks_of_another_generation_are_stale(connected: SqlStore, generation: int) -> None:
    with pytest.raises(StaleVersion):
        connected.save(Change(marks=pair(generation, refused_at=NOW)))
    assert connected.tokens("con_0001") == pair(1)


def test_of_many_threads_that_bring_a_successor_one_wins(connected: SqlStore) -> None:
    together = threading.Barrier(8)

    def bring(number: int) -> bool:
        together.wait()
        try:
            connected.save(Change(tokens=pair(2, intent_by=str(number)), parent_generation=1))
        except StaleVersion:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(bring, range(8)))
    assert sum(won) == 1
    assert connected.tokens("con_0001") == pair(2, intent_by=str(won.index(True)))


@pytest.mark.parametrize(
    "change",
    [
        Change(tokens=pair(1)),
        Change(parent_generation=1),
        Change(tokens=pair(1), parent_generation=0, destroy_tokens_of="con_0001"),
    ],
)
def test_a_change_that_contradicts_itself_is_refused(store: SqlStore, change: Change) -> None:
    with pytest.raises(ValueError, match="pair"):
        store.save(change)
