"""Calls that get lost and programs that die, at each call: every change is made once, every job comes to its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest
from desktop_house import House, house

from qbapps.simulator.desktop import Checksum, ConnectorBehaviour, Iterators, LostReply, QuickBooksBehaviour

CUSTOMERS = 6
Mishap = Callable[[House, str, int], None]


def crash_after(there: House, method: str, n: int) -> None:
    """Let QuickBooks crash after a call: its session is dead, the Web Connector goes on."""
    left = [n]

    def count(_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            there.quickbooks.crash()

    there.connector.after(method, count)


MISHAPS: dict[str, Mishap] = {
    "request lost": lambda there, method, n: there.connector.lose_request_of(method, n),
    "reply lost": lambda there, method, n: there.connector.lose_reply_of(method, n),
    "connector killed": lambda there, method, n: there.connector.die_after(method, n),
    "quickbooks crashed": crash_after,
}
BEHAVIOURS = [
    (ConnectorBehaviour(), QuickBooksBehaviour()),
    (
        ConnectorBehaviour(lost_reply=LostReply.ASKS_ONCE_MORE),
        QuickBooksBehaviour(iterators=Iterators.LIVE_10_MINUTES, checksum=Checksum.REQUESTS),
    ),
]


def queue(there: House) -> None:
    there.add("monday")
    there.ask()
    there.add("tuesday")
    there.ask("Vendor", page=None)
    there.add("wednesday")


def boundaries() -> list[tuple[str, int]]:
    """Return each call of an update in which nothing goes wrong, and its number among its like."""
    with house() as there:
        places: list[tuple[str, int]] = []
        seen: Counter[str] = Counter()

        def note(method: str) -> None:
            seen[method] += 1
            places.append((method, seen[method]))

        for method in ("sendRequestXML", "receiveResponseXML", "authenticate", "closeConnection", "process"):
            there.connector.before(method, lambda _, method=method: note(method))
        queue(there)
        there.update()
        assert there.hours() == ["monday", "tuesday", "wednesday"]
    assert len(places) > 20
    return places


PLACES = boundaries()
CASES = [
    pytest.param(place, mishap, connector, books, id=f"{mishap}-{place[0]}-{place[1]}-{connector.label}")
    for place, mishap, (connector, books) in product(PLACES, MISHAPS, BEHAVIOURS)
    if mishap in ("connector killed", "quickbooks crashed") or place[0] != "process"
]


@pytest.mark.parametrize(("place", "mishap", "connector", "books"), CASES)
def test_whatever_gets_lost_each_change_is_made_once_and_each_job_ends(
    place: tuple[str, int], mishap: str, connector: ConnectorBehaviour, books: QuickBooksBehaviour
) -> None:
    with house(connector=connector, quickbooks=books) as there:
        queue(there)
        MISHAPS[mishap](there, *place)
        there.update()
        there.settle()
        assert there.hours() == ["monday", "tuesday", "wednesday"]
        assert set(there.jobs().values()) == {"done"}, there.jobs()
        asked = next(one for one in there.qb.desktop.jobs(there.id) if one.name == "CustomerQuery")
        assert len(there.names(asked)) == CUSTOMERS
        assert len(set(there.names(asked))) == CUSTOMERS
        assert there.state == "active"
        assert there.attention is None
        assert there.status.session is None
        assert there.qb.verify_events() == ()
