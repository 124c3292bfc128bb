"""Bank connections under threads and on both databases: nothing that was recorded is lost, nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from databases import POSTGRESQL

import qbapps
from qbapps.errors import QBAppsError
from qbapps.manager import QBApps
from qbapps.store.opening import upgrade
from qbapps.testing import FakeClock

AT_ONCE = 8
BEGIN = date(2021, 12, 10)
REALM = "9130350000000002"


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at the beginning."""
    return FakeClock(datetime(2021, 12, 10, 9, tzinfo=UTC))


@pytest.fixture(params=["file", POSTGRESQL])
def handles(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[list[QBApps]]:
    """As many processes would have: a handle each, on one store, going by one clock."""
    if request.param == "file":
        url = f"sqlite:///{tmp_path / 'banks.db'}"
        upgrade(url)
    else:
        url = request.getfixturevalue("server").migrated()
    with ExitStack() as opened:
        yield [opened.enter_context(qbapps.open(url, key="A" * 43, clock=clock)) for _ in range(AT_ONCE)]


def all_at_once(handles: list[QBApps], act: Callable[[QBApps, int], Any]) -> list[Any]:
    """Let each handle act at the same moment, and return what came of it; errors of the library too."""
    together = Barrier(len(handles))

    def one(number: int) -> Any:
        together.wait(30)
        try:
            return act(handles[number], number)
        except QBAppsError as error:
            return error

    with ThreadPoolExecutor(len(handles)) as threads:
        return list(threads.map(one, range(len(handles))))


def connect(qb: QBApps, accounts: dict[str, str], bank: str = "LCL") -> Any:
    return qb.banks.connect(bank, realm_id=REALM, authenticated_on=BEGIN, accounts=accounts)


def test_of_many_who_note_one_bank_one_does_and_the_others_are_told(handles: list[QBApps]) -> None:
    found = all_at_once(handles, lambda qb, _: connect(qb, {"512000": "1"}))

    errors = [one for one in found if isinstance(one, QBAppsError)]
    assert len(errors) == AT_ONCE - 1
    (made,) = handles[0].connections()
    assert {error.connection_id for error in errors} == {made.id}, errors
    assert len(handles[0].apps()) == 1
    assert handles[0].verify_events() == ()


def test_failures_that_are_recorded_at_once_all_count(handles: list[QBApps]) -> None:
    made = connect(handles[0], {"512000": "1"})

    found = all_at_once(handles, lambda qb, _: qb.banks.record(made.id, "sync_failed", on=BEGIN))

    assert not [one for one in found if isinstance(one, QBAppsError)]
    assert handles[0].banks.status(made.id).failures == AT_ONCE
    assert len([one for one in handles[0].events(made.id) if one.kind == "bank.recorded"]) == AT_ONCE + 1


def test_of_many_who_reconnect_it_one_begins_a_generation(handles: list[QBApps]) -> None:
    made = connect(handles[0], {"512000": "1"})
    handles[0].banks.record(made.id, "revoked", on=BEGIN)

    found = all_at_once(handles, lambda qb, _: qb.banks.record(made.id, "reconnected", on=BEGIN))

    assert len([one for one in found if isinstance(one, QBAppsError)]) == AT_ONCE - 1
    assert handles[0].banks.status(made.id).generation == 2


def test_an_end_is_marked_and_told_once_whoever_looks(handles: list[QBApps], clock: FakeClock) -> None:
    made = connect(handles[0], {"512000": "1"})
    clock.advance(timedelta(days=91))

    found = all_at_once(handles, lambda qb, _: qb.refresh_due())

    assert sum(made.id in report.lapsed for report in found) == 1
    told = [one for one in handles[0].events(made.id) if one.kind == "connection.needs_reconnect"]
    assert len(told) == 1


def test_of_many_banks_one_feeds_a_ledger_account(handles: list[QBApps]) -> None:
    found = all_at_once(handles, lambda qb, number: connect(qb, {"512000": f"{number}"}, bank=f"Bank {number}"))

    assert len([one for one in found if isinstance(one, QBAppsError)]) == AT_ONCE - 1
    assert len(list(handles[0].connections())) == 1


def test_of_two_that_come_back_at_once_one_takes_the_ledger_account(handles: list[QBApps]) -> None:
    ended = []
    for bank in ("LCL", "BNP"):
        ended.append(connect(handles[0], {"512000": "1"}, bank).id)
        handles[0].banks.record(ended[-1], "disconnected", on=BEGIN, in_review=0)

    found = all_at_once(handles, lambda qb, number: qb.banks.record(ended[number % 2], "reconnected", on=BEGIN))

    assert len([one for one in found if isinstance(one, QBAppsError)]) == AT_ONCE - 1
    assert sum(one.state == "active" for one in handles[0].banks.statuses(today=BEGIN)) == 1


def test_an_end_that_comes_is_told_once_whoever_looks(handles: list[QBApps], clock: FakeClock) -> None:
    made = connect(handles[0], {"512000": "1"})
    clock.advance(timedelta(days=85))

    found = all_at_once(handles, lambda qb, _: qb.refresh_due())

    assert all(report.expiring == (made.id,) for report in found)
    assert len([one for one in handles[0].events(made.id) if one.kind == "connection.expiring"]) == 1
