"""How often a call of a connector reads: a poll that finds nothing to do is most of what a service is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from desktop_house import House, house, talk
from sqlalchemy import event
from sqlalchemy.pool import Pool

from qbapps.desktop.beat import MANY, Beat, load


@pytest.fixture
def there() -> Iterator[House]:
    with house() as made:
        made.later()
        yield made


def trips(call: Callable[[], object]) -> int:
    """Count how often *call* takes a connection to the database: once for each statement, or transaction."""
    seen: list[object] = []

    def note(*given: object) -> None:
        seen.append(given)

    event.listen(Pool, "checkout", note)
    try:
        call()
    finally:
        event.remove(Pool, "checkout", note)
    return len(seen)


def test_a_poll_that_finds_nothing_to_do_reads_three_times(there: House) -> None:
    login = {"strUserName": there.username, "strPassword": there.password}

    def poll() -> None:
        ticket, answer = there.call("authenticate", **login)[:2]
        assert answer == "none"
        assert there.call("closeConnection", ticket=ticket) == "OK"

    poll()
    assert trips(poll) == 3


def test_a_call_in_a_session_finds_it_in_one_statement(there: House) -> None:
    there.add()
    ticket = talk(there).ticket
    assert trips(lambda: there.call("getLastError", ticket=ticket)) == 1


def test_how_much_is_left_is_told_up_to_many(there: House) -> None:
    def left() -> int:
        return beat().left()

    def beat() -> Beat:
        return load(there.qb.desktop._ports, there.id)

    for number in range(MANY - 1):
        there.ask()
        assert left() == number + 1
    there.ask()
    there.ask()
    assert left() == MANY


def test_a_hundred_percent_is_said_when_nothing_is_left_only(there: House) -> None:
    asked = MANY + 5
    for _ in range(asked):
        there.ask(page=None)
    begun = talk(there)
    done = [begun.exchange() for _ in range(asked)]
    assert done == sorted(done)
    assert min(done) > 0
    assert [number for number, percent in enumerate(done, 1) if percent == 100] == [asked]
