"""When a connection was last used: what counts as a use, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import attrs
import pytest
from lifecycle_house import BAKERY, JEAN, House, read_company
from lifecycle_inventory import SHORT, inventory

from qbapps.ports import Change
from qbapps.simulator import Fault

DAY = timedelta(days=1)

USES: dict[str, Callable[[House, str], object]] = {
    "a token": lambda house, connection_id: house.qb.access_token(connection_id),
    "a request": lambda house, connection_id: read_company(house.qb, house.qb.connection(connection_id)),
}
UPKEEP: dict[str, Callable[[House, str], object]] = {
    "keep alive": lambda house, _: house.qb.refresh_due(within=timedelta(days=400)),
    "a look": lambda house, connection_id: house.qb.probe(connection_id),
    "recovery": lambda house, _: house.qb.recover(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_refresh_that_a_use_asked_for_is_the_last_use(house: House, use: Callable[[House, str], object]) -> None:
    connection = house.connect()
    assert connection.last_used_on is None
    house.clock.advance(DAY)

    use(house, connection.id)

    used = house.qb.connection(connection.id)
    assert used.last_used_on == house.clock.now().date()
    assert used.version == connection.version + 1, "in the same save as the pair"
    use(house, connection.id)
    assert house.qb.connection(connection.id) == used, "what needs no refresh writes nothing"


def test_a_token_that_intuit_refused_is_renewed_for_a_use(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "unauthorized"))

    read_company(house.qb, connection)

    assert house.qb.connection(connection.id).last_used_on == house.clock.now().date()


def test_a_look_whose_token_is_refused_renews_it_for_no_use(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "unauthorized"))

    assert house.qb.probe(connection.id).alive

    after = house.qb.connection(connection.id)
    assert (after.generation, after.last_used_on) == (2, None)


@pytest.mark.parametrize("upkeep", UPKEEP.values(), ids=UPKEEP)
def test_what_nobody_asked_for_is_no_use(house: House, upkeep: Callable[[House, str], object]) -> None:
    connection = house.connect()
    cut_off(house, connection.id)
    house.clock.advance(DAY)

    upkeep(house, connection.id)

    after = house.qb.connection(connection.id)
    assert (after.generation, after.last_used_on) == (2, None)


def cut_off(house: House, connection_id: str) -> None:
    """Leave the journal as a process does that dies while it refreshes."""
    sealed = house.ports.store.tokens(connection_id)
    assert sealed is not None
    house.ports.store.save(Change(marks=attrs.evolve(sealed, intent_at=house.clock.now(), intent_by="dead")))


@pytest.fixture
def firm(house: House) -> House:
    house.qb.add_firm("durand", name="Cabinet Durand")
    return house


def test_the_last_use_only_moves_forward_whoever_says_it(firm: House) -> None:
    connection = firm.connect()
    firm.clock.advance(DAY)
    firm.qb.access_token(connection.id)
    today = firm.clock.now().date()
    header = f"{SHORT};Dernière utilisation"

    for said, known in ((date(2020, 1, 1), today), (today + 40 * DAY, today + 40 * DAY)):
        firm.qb.import_inventory(
            inventory(f"Client;Martin;{BAKERY};Dext;{JEAN};{said:%d/%m/%Y}", header=header), firm="durand"
        )
        assert firm.qb.connection(connection.id).last_used_on == known
    firm.clock.advance(DAY)
    firm.qb.access_token(connection.id)
    assert firm.qb.connection(connection.id).last_used_on == today + 40 * DAY
