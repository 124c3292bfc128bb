"""Callbacks of other people and other tenants, and several at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import (
    BAKERY,
    GARAGE,
    JEAN,
    MARIE,
    PAUL,
    House,
)

from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.errors import (
    AuthorizationError,
    GrantUnverified,
    WrongCompany,
    WrongOwner,
)
from qbapps.simulator import Behaviour

# The person


def test_a_wrong_person_for_the_right_company_holds_the_connection_from_then_on(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)

    with pytest.raises(WrongOwner, match=PAUL) as refusal:
        house.qb.complete(house.agree(transfer, PAUL))

    assert refusal.value.connection_id == connection.id
    assert "fresh link" in refusal.value.hint
    after = house.qb.connection(connection.id)
    assert after.owner is not None
    assert (after.owner.email, after.grant, after.state) == (PAUL, 2, ConnectionState.CONNECTED)
    assert house.qb.transfer(transfer.id).state is TransferState.WRONG_OWNER
    assert house.kinds(connection.id)[-2:] == ["connection.taken_over", "transfer.ended"]
    assert house.works(connection.id)
    assert house.count("revoke") == 0


def test_a_wrong_person_for_no_company_that_we_hold_is_kept_unverified(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext", owner=MARIE), PAUL)

    with pytest.raises(WrongOwner) as refusal:
        house.qb.complete(callback)

    assert [kept.id for kept in house.qb.unverified_grants()] == [refusal.value.grant_id]
    assert not list(house.qb.connections())


def test_a_person_is_known_by_the_subject_and_not_by_a_recycled_address(house: House) -> None:
    garage = house.connect(MARIE, GARAGE)
    bakery = house.connect()
    house.intuit.add_user(PAUL, email_verified=False)
    impostor = house.intuit.add_user(MARIE, name="Another Marie", sub="sub-of-an-impostor")
    house.intuit.set_admins(BAKERY, [impostor, JEAN])
    transfer = house.qb.begin_transfer(bakery.id, to=MARIE)

    with pytest.raises(WrongOwner):
        house.qb.complete(house.agree(transfer, "sub-of-an-impostor"))

    assert house.qb.transfer(transfer.id).state is TransferState.WRONG_OWNER
    assert house.qb.connection(garage.id) == garage


def test_an_address_that_intuit_did_not_verify_names_nobody(house: House) -> None:
    connection = house.connect()
    house.intuit.add_user(MARIE, email_verified=False)
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)

    with pytest.raises(GrantUnverified, match="verified e-mail"):
        house.qb.complete(house.agree(transfer, MARIE))

    assert house.qb.transfer(transfer.id).state is TransferState.PENDING
    house.intuit.add_user(MARIE, email_verified=True)
    (kept,) = house.qb.unverified_grants()
    assert house.qb.adopt(kept.id).id == connection.id
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED


# The tenant


def test_the_company_of_another_tenant_is_refused_and_still_works(house: House) -> None:
    first = house.connect(reference="tenant-42")

    with pytest.raises(WrongCompany, match="another reference") as refusal:
        house.connect(MARIE, reference="tenant-43")

    assert refusal.value.connection_id == first.id
    after = house.qb.connection(first.id)
    assert after.reference == "tenant-42"
    assert house.works(first.id)
    assert list(house.qb.connections(reference="tenant-43")) == []


def test_the_same_tenant_may_connect_again(house: House) -> None:
    first = house.connect(reference="tenant-42")
    again = house.connect(MARIE, reference="tenant-42")

    assert (again.id, again.grant, again.reference) == (first.id, 2, "tenant-42")
    assert house.kinds(first.id)[-1] == "connection.reconnected"


def test_a_company_that_was_disconnected_belongs_to_whoever_connects_it_next(house: House) -> None:
    first = house.connect(reference="tenant-42")
    house.qb.disconnect(first.id)

    assert house.connect(reference="tenant-43").reference == "tenant-43"


# Races


def test_of_two_threads_with_one_callback_one_wins(online: House) -> None:
    callback = online.agree(online.qb.begin_connect("dext"))
    outcomes: list[Any] = []
    barrier = threading.Barrier(2)

    def finish() -> None:
        barrier.wait()
        try:
            outcomes.append(online.qb.complete(callback))
        except AuthorizationError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=finish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Connection", "StateMismatch"]
    assert online.count("exchange") == 1
    (connection,) = online.qb.connections()
    assert online.works(connection.id)


class Intruding:
    """A store in which something else happens just before a pair is promoted."""

    def __init__(self, store: Any, intrude: Callable[[], object]) -> None:
        self._store = store
        self._intrude: Callable[[], object] | None = intrude

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(self, change: Any) -> None:
        intrude = self._intrude
        if change.tokens is not None and intrude is not None:
            self._intrude = None
            intrude()
        self._store.save(change)


@pytest.mark.parametrize("user", [MARIE, JEAN], ids=["another admin", "the same user"])
@pytest.mark.parametrize("first", [True, False], ids=["first connection", "held"])
def test_a_consent_that_was_overtaken_never_replaces_the_living_pair(house: House, user: str, first: bool) -> None:
    if not first:
        house.connect(PAUL)
    slow, quick = (house.agree(house.qb.begin_connect("dext"), who) for who in (JEAN, user))

    def overtake() -> None:
        house.clock.advance(timedelta(seconds=1))
        house.qb.complete(quick)

    beaten = house.with_ports(store=Intruding(house.ports.store, overtake))
    with pytest.raises(AuthorizationError, match="later consent"):
        beaten.complete(slow)

    (connection,) = house.qb.connections()
    assert connection.owner is not None
    assert connection.owner.email == user
    assert house.works(connection.id)
    (kept,) = house.qb.unverified_grants()
    house.qb.discard(kept.id)
    assert house.works(connection.id)


def test_a_consent_that_overtakes_an_older_one_wins_though_it_is_saved_first(house: House) -> None:
    house.connect(PAUL)
    older, newer = (house.agree(house.qb.begin_connect("dext"), who) for who in (JEAN, MARIE))
    house.intuit.behaviour = Behaviour(takeover="stays")
    checked = house.with_ports(store=Intruding(house.ports.store, lambda: None))
    checked.complete(older)
    house.clock.advance(timedelta(seconds=1))

    connection = house.qb.complete(newer)

    assert connection.owner is not None
    assert (connection.owner.email, connection.grant) == (MARIE, 3)
