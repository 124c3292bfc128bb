"""Callbacks while Intuit fails or a process dies, and what is at rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import (
    BAKERY,
    GARAGE,
    JEAN,
    MARIE,
    House,
    altered,
    built,
    down,
    parameter,
    read_company,
)

from qbapps.domain.authorization import AuthorizationState
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.errors import (
    AuthorizationError,
    GrantUnverified,
    IntuitError,
    IntuitProtocolError,
    IntuitUnavailable,
    ReconnectRequired,
    StateMismatch,
    WrongCompany,
)
from qbapps.simulator import Fault

# Intuit fails


def test_a_code_that_intuit_refuses_ends_the_link(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with pytest.raises(AuthorizationError, match="refused the code"):
        house.qb.complete(altered(callback, code="made-up"))

    with pytest.raises(StateMismatch, match="already used"):
        house.qb.complete(callback)
    assert house.qb.unverified_grants() == ()


def test_the_same_callback_works_again_when_intuit_was_down_before_it_did_anything(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))
    house.intuit.inject(Fault("exchange", "throttled", times=None))

    with pytest.raises(IntuitUnavailable) as failure:
        house.qb.complete(callback)

    assert failure.value.processed is False
    house.intuit.clear_faults()
    assert house.works(house.qb.complete(callback).id)


def test_a_transfers_callback_works_again_after_an_outage_too(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    callback = house.agree(transfer, MARIE)
    house.intuit.inject(Fault("exchange", "throttled", times=None))
    with pytest.raises(IntuitUnavailable):
        house.qb.complete(callback)
    house.intuit.clear_faults()

    assert house.qb.complete(callback).id == connection.id
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED


@pytest.mark.parametrize("kind", ["drop_after", "html_after", "truncated"])
def test_an_answer_that_is_lost_after_the_exchange_is_seen_and_a_fresh_link_heals_it(online: House, kind: str) -> None:
    connection = online.connect()
    transfer = online.qb.begin_transfer(connection.id, to=MARIE)
    callback = online.agree(transfer, MARIE)
    online.intuit.inject(Fault("exchange", kind))

    with pytest.raises((IntuitUnavailable, IntuitProtocolError)):
        online.qb.complete(callback)

    assert online.count("exchange") == 2, "a code is never sent twice"
    assert online.qb.transfer(transfer.id).state is TransferState.PENDING
    with pytest.raises(StateMismatch):
        online.qb.complete(callback)
    again = online.qb.complete(online.agree(online.qb.renew_link(transfer.id), MARIE))
    assert again.id == connection.id
    assert online.works(connection.id)


def test_a_transfer_waits_while_nobody_can_say_who_consented_and_is_adopted_later(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    callback = house.agree(transfer, MARIE)
    house.intuit.inject(Fault("exchange", "unknown_kid"), *down("jwks", "userinfo"))

    with pytest.raises(GrantUnverified) as refusal:
        house.qb.complete(callback)

    assert house.qb.transfer(transfer.id).state is TransferState.PENDING
    (kept,) = house.qb.unverified_grants()
    assert kept.id == refusal.value.grant_id
    house.intuit.clear_faults()
    adopted = house.qb.adopt(kept.id)
    assert adopted.id == connection.id
    assert adopted.owner is not None
    assert adopted.owner.email == MARIE
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED
    assert house.works(connection.id)


def test_userinfo_alone_tells_who_it_was_when_the_keys_cannot_be_had(house: House) -> None:
    house.intuit.inject(*down("jwks"))
    callback = house.agree(house.qb.begin_connect("dext", owner=MARIE), MARIE)

    connection = house.qb.complete(callback)

    assert connection.owner is not None
    assert connection.owner.email == MARIE
    assert house.count("userinfo") == 1


def test_a_company_that_cannot_be_asked_leaves_the_grant_for_later(house: House) -> None:
    house.intuit.inject(*down("company"))

    with pytest.raises(GrantUnverified) as refusal:
        house.connect()

    assert refusal.value.retryable
    house.intuit.clear_faults()
    assert house.works(house.qb.adopt(str(refusal.value.grant_id)).id)


def test_two_answers_that_name_two_people_are_not_believed(house: House) -> None:
    house.intuit.inject(Fault("userinfo", "wrong_sub", times=None))

    with pytest.raises(GrantUnverified, match="two different people"):
        house.connect()

    assert not list(house.qb.connections())


class Crash(BaseException):
    """The process dies here."""


class Crashing:
    """A port that kills the process wherever it is first used."""

    def __getattr__(self, name: str) -> Any:
        raise Crash(name)


@pytest.mark.parametrize("dies_in", ["companies", "store"])
def test_a_process_that_dies_between_sealing_and_checking_is_resumed_by_adopt(house: House, dies_in: str) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    callback = house.agree(transfer, MARIE)
    dying = house.with_ports(companies=Crashing())
    if dies_in == "store":
        dying = house.with_ports(store=DiesWhenPromoting(house.ports.store))

    with pytest.raises(Crash):
        dying.complete(callback)

    (kept,) = house.qb.unverified_grants()
    assert house.qb.transfer(transfer.id).state is TransferState.PENDING
    assert house.qb.adopt(kept.id).id == connection.id
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED
    assert house.works(connection.id)


class DiesWhenPromoting:
    """A store that dies when a pair is about to become a connection's."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(self, change: Any) -> None:
        if change.tokens is not None:
            raise Crash("save")
        self._store.save(change)


def test_adopting_does_not_skip_the_check_of_the_company(house: House) -> None:
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified) as refusal:
        house.qb.complete(house.agree(house.qb.begin_connect("dext", realm_id=BAKERY), JEAN, GARAGE))
    house.intuit.clear_faults()

    with pytest.raises(WrongCompany):
        house.qb.adopt(str(refusal.value.grant_id))

    assert not list(house.qb.connections())


def test_adopting_a_grant_that_died_meanwhile_says_so(house: House) -> None:
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified) as refusal:
        house.connect()
    house.intuit.clear_faults()
    house.intuit.disconnect("dext-client", BAKERY)
    house.clock.advance(timedelta(hours=2))

    with pytest.raises(GrantUnverified, match="cannot be checked any more"):
        house.qb.adopt(str(refusal.value.grant_id))


def test_our_own_keys_being_wrong_blames_neither_the_link_nor_the_connection(house: House) -> None:
    connection = house.connect()
    house.intuit.add_app("dext-client", "another-secret", redirect_uris=["http://localhost:8400/callback"])
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)

    with pytest.raises(IntuitError, match="invalid_client"):
        house.qb.complete(house.agree(transfer, MARIE))

    assert house.qb.transfer(transfer.id).state is TransferState.PENDING
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


# At rest


def test_the_state_is_stored_hashed(filed: House) -> None:
    link = filed.qb.begin_connect("dext", bind="browser-canary")
    connection = filed.connect()
    transfer = filed.qb.begin_transfer(connection.id, to=MARIE)
    assert transfer.url is not None

    raw = filed.raw_bytes()

    for secret in (parameter(link.url, "state"), parameter(transfer.url, "state"), "browser-canary"):
        assert secret.encode() not in raw
    (pending,) = filed.sql("select count(*) from authorizations where state = ?", AuthorizationState.PENDING)[0]
    assert pending == 2


def test_a_used_link_never_revives_a_dead_connection_by_itself(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))
    connection = house.qb.complete(callback)
    house.qb.disconnect(connection.id)

    with pytest.raises(StateMismatch):
        house.qb.complete(callback)

    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)


def test_many_houses_do_not_know_each_others_states(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with built(over_http=False) as other, pytest.raises(StateMismatch, match="none of ours"):
        other.qb.complete(callback)

    assert read_company(house.qb, house.qb.complete(callback)) == "Boulangerie Martin"
