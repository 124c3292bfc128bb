"""Deadlines: the caller leaves in time, and what it began goes on and is saved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from lifecycle_house import House, built

from qbapps.errors import ConfigurationError, DeadlineExceeded

PATIENCE = 30
SOON = timedelta(milliseconds=50)


@pytest.fixture
def stale(tmp_path: Path) -> Iterator[tuple[House, str]]:
    """A house over real HTTP, with one connection whose access token is stale."""
    with built(path=tmp_path / "house.db") as house:
        connection = house.connect()
        house.clock.advance(timedelta(hours=2))
        yield house, connection.id


def until_saved(house: House, connection_id: str) -> None:
    """Wait until the refresh that was left behind has ended: the next one joins it or comes after it."""
    for thread in threading.enumerate():
        if thread.name == f"qbapps {connection_id}":
            thread.join(PATIENCE)


def test_a_caller_leaves_at_its_deadline_and_the_refresh_is_saved(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    with house.intuit.hold("refresh", "after") as gate:
        with pytest.raises(DeadlineExceeded) as late, house.qb.deadline(SOON):
            house.qb.access_token(connection_id)
        assert late.value.retryable
        gate.wait_arrived()
        gate.release()
    until_saved(house, connection_id)
    assert house.qb.access_token(connection_id).generation == 2
    assert house.count("refresh") == 1


def test_a_deadline_binds_its_own_caller_only(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    with house.intuit.hold("refresh") as gate, ThreadPoolExecutor(1) as threads:
        with pytest.raises(DeadlineExceeded), house.qb.deadline(SOON):
            house.qb.access_token(connection_id)
        patient = threads.submit(house.qb.access_token, connection_id)
        gate.wait_arrived()
        gate.release()
        assert patient.result(PATIENCE).generation == 2
    assert house.count("refresh") == 1


def test_a_follower_leaves_too(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    with house.intuit.hold("refresh") as gate, ThreadPoolExecutor(1) as threads:
        leader = threads.submit(house.qb.access_token, connection_id)
        gate.wait_arrived()
        with pytest.raises(DeadlineExceeded), house.qb.deadline(SOON):
            house.qb.access_token(connection_id)
        gate.release()
        assert leader.result(PATIENCE).generation == 2


def test_waiting_for_another_process_is_bounded_too(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    ports = house.ports
    lease = ports.store.acquire_lease(f"refresh/{connection_id}", "another", timedelta(hours=1), house.clock.now())
    assert lease is not None
    freed = threading.Event()
    house.clock.sleep = lambda _: freed.wait(PATIENCE)  # type: ignore[method-assign,assignment]
    with pytest.raises(DeadlineExceeded), house.qb.deadline(SOON):
        house.qb.access_token(connection_id)
    ports.store.release_lease(lease)
    freed.set()
    until_saved(house, connection_id)
    assert house.qb.access_token(connection_id).generation == 2


def test_any_verb_is_bounded(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    with house.intuit.hold("revoke") as gate:
        with pytest.raises(DeadlineExceeded), house.qb.deadline(SOON):
            house.qb.disconnect(connection_id)
        gate.wait_arrived()
        gate.release()
    assert house.qb.disconnect(connection_id).proof == "refused_after_revoke"
    assert house.count("revoke") == 1


def test_a_request_of_the_ready_made_client_is_bounded(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    client = house.qb.quickbooks(connection_id)
    with house.intuit.hold("query"), pytest.raises(DeadlineExceeded), house.qb.deadline(SOON):
        client.query("select * from CompanyInfo")


def test_of_two_deadlines_the_nearer_counts_and_none_outlives_its_block(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    later = timedelta(hours=1)
    with (
        house.intuit.hold("refresh"),
        pytest.raises(DeadlineExceeded),
        house.qb.deadline(SOON),
        house.qb.deadline(later),
    ):
        house.qb.access_token(connection_id)
    until_saved(house, connection_id)
    assert house.qb.access_token(connection_id).generation == 2


def test_a_deadline_that_has_passed_begins_nothing(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    with house.qb.deadline(SOON):
        house.clock.advance(SOON)
        with pytest.raises(DeadlineExceeded):
            house.qb.disconnect(connection_id)
        with pytest.raises(DeadlineExceeded):
            house.qb.access_token(connection_id)
    assert house.count("revoke", "refresh") == 0
    assert house.qb.connection(connection_id).state == "connected"


def test_a_call_that_is_done_in_time_gives_its_own_result_or_error(stale: tuple[House, str]) -> None:
    house, connection_id = stale
    with house.qb.deadline(timedelta(seconds=PATIENCE)):
        assert house.qb.access_token(connection_id).generation == 2
        assert house.qb.connection(connection_id).id == connection_id
        with pytest.raises(ConfigurationError):
            house.qb.disconnect(connection_id, reason="no such reason")


def test_a_deadline_is_a_positive_duration(house: House) -> None:
    for wrong in (timedelta(0), timedelta(seconds=-1), 2):
        with pytest.raises(ConfigurationError), house.qb.deadline(wrong):  # type: ignore[arg-type]
            pass
