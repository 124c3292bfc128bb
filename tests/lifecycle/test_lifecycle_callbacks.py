"""Each way a callback can come back, and what is true afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lifecycle_house import (
    BAKERY,
    JEAN,
    MARIE,
    House,
    altered,
    without,
)

from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.errors import (
    AuthorizationError,
    ConsentDenied,
    StateExpired,
    StateMismatch,
    TransitionError,
)
from qbapps.simulator import Behaviour


def test_a_consent_makes_a_connection_that_says_all_it_knows(online: House) -> None:
    connection = online.connect(reference="tenant-42")

    assert connection.state is ConnectionState.CONNECTED
    assert (connection.realm_id, connection.company_name) == (BAKERY, "Boulangerie Martin")
    assert connection.owner is not None
    assert connection.owner.email == JEAN
    assert connection.owner.sub == online.intuit.user(JEAN).sub
    assert (connection.grant, connection.generation, connection.reference) == (1, 1, "tenant-42")
    assert connection == online.qb.connection(connection.id)
    assert online.kinds(connection.id) == ["connection.connected"]
    assert online.works(connection.id)


# Refused before a code is looked at


def test_a_refused_consent_is_denied_and_its_link_is_used_up(house: House) -> None:
    link = house.qb.begin_connect("dext")
    callback = house.agree(link, decision="deny")

    with pytest.raises(ConsentDenied):
        house.qb.complete(callback)

    assert house.count("exchange") == 0
    assert not list(house.qb.connections())
    with pytest.raises(StateMismatch, match="already used"):
        house.qb.complete(house.agree(link))


def test_a_replayed_callback_is_refused_without_touching_its_code(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))
    connection = house.qb.complete(callback)

    with pytest.raises(StateMismatch, match="already used") as refusal:
        house.qb.complete(callback)

    assert house.count("exchange") == 1
    assert refusal.value.grant_id is not None
    assert house.works(connection.id)


def test_a_state_that_is_none_of_ours_is_refused(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with pytest.raises(StateMismatch, match="none of ours"):
        house.qb.complete(altered(callback, state="guessed"))

    assert house.count("exchange") == 0
    assert house.qb.complete(callback).realm_id == BAKERY


def test_a_callback_without_a_state_is_refused(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with pytest.raises(StateMismatch, match="has no state"):
        house.qb.complete(without(callback, "state"))


@pytest.mark.parametrize("name", ["state", "code", "realmId", "error"])
def test_a_parameter_that_comes_twice_is_refused_and_uses_nothing_up(house: House, name: str) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))
    doubled = f"{callback}&{name}=1&{name}=2"

    with pytest.raises(AuthorizationError, match="same parameter twice"):
        house.qb.complete(doubled)

    assert house.count("exchange") == 0
    assert house.qb.complete(callback).realm_id == BAKERY


def test_a_callback_with_neither_code_nor_error_is_refused(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with pytest.raises(AuthorizationError, match="neither a code nor an error"):
        house.qb.complete(without(callback, "code"))

    assert house.qb.complete(callback).realm_id == BAKERY


@pytest.mark.parametrize("bind", [None, "another-cookie"])
def test_a_callback_from_another_browser_is_refused_and_the_right_one_still_works(
    house: House, bind: str | None
) -> None:
    callback = house.agree(house.qb.begin_connect("dext", bind="cookie-1"))

    with pytest.raises(StateMismatch, match="another browser"):
        house.qb.complete(callback, bind=bind)

    assert house.count("exchange") == 0
    assert house.qb.complete(callback, bind="cookie-1").realm_id == BAKERY


def test_a_scope_that_intuit_does_not_know_is_named_in_the_hint(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with pytest.raises(AuthorizationError, match="invalid_scope") as refusal:
        house.qb.complete(altered(without(callback, "code"), error="invalid_scope"))

    assert type(refusal.value) is AuthorizationError
    assert "scopes" in refusal.value.hint


def test_an_error_of_the_browsers_own_making_is_not_shown(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))

    with pytest.raises(AuthorizationError, match="unreadable_error") as refusal:
        house.qb.complete(altered(without(callback, "code"), error="<script>"))

    assert "<script>" not in str(refusal.value)


def test_a_company_that_another_admin_holds_can_be_closed_to_a_second_one(house: House) -> None:
    connection = house.connect()
    house.intuit.behaviour = Behaviour(takeover_refused=True)
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)

    with pytest.raises(AuthorizationError, match="app_already_purchased") as refusal:
        house.qb.complete(house.agree(transfer, MARIE))

    assert "disconnect in QuickBooks" in refusal.value.hint
    # Not declined by anybody: a fresh link may still do.
    assert house.qb.transfer(transfer.id).state is TransferState.PENDING
    assert house.works(connection.id)


# Time


def test_a_link_works_for_ten_minutes(house: House) -> None:
    link = house.qb.begin_connect("dext")
    assert link.expires_at == house.clock.now() + timedelta(minutes=10)

    callback = house.agree(link)
    house.clock.advance(timedelta(minutes=10) - timedelta(microseconds=1))

    assert house.qb.complete(callback).realm_id == BAKERY


def test_a_callback_that_comes_too_late_is_kept_and_can_be_adopted(house: House) -> None:
    link = house.qb.begin_connect("dext", reference="tenant-42")
    house.clock.advance(timedelta(minutes=10))
    callback = house.agree(link)

    with pytest.raises(StateExpired, match="had expired") as refusal:
        house.qb.complete(callback)

    assert not list(house.qb.connections())
    (kept,) = house.qb.unverified_grants()
    assert kept.id == refusal.value.grant_id
    connection = house.qb.adopt(kept.id)
    assert (connection.realm_id, connection.reference) == (BAKERY, "tenant-42")
    assert house.qb.unverified_grants() == ()
    assert house.works(connection.id)


def test_a_grant_is_adopted_or_discarded_once(house: House) -> None:
    link = house.qb.begin_connect("dext")
    house.clock.advance(timedelta(minutes=11))
    with pytest.raises(StateExpired) as refusal:
        house.qb.complete(house.agree(link))
    grant_id = str(refusal.value.grant_id)
    house.qb.adopt(grant_id)

    with pytest.raises(TransitionError, match="promoted"):
        house.qb.adopt(grant_id)
    with pytest.raises(TransitionError, match="promoted"):
        house.qb.discard(grant_id)
    assert house.count("revoke") == 0


def test_a_grant_whose_access_token_ran_out_is_refreshed_before_it_is_adopted(house: House) -> None:
    link = house.qb.begin_connect("dext")
    house.clock.advance(timedelta(minutes=11))
    with pytest.raises(StateExpired) as refusal:
        house.qb.complete(house.agree(link))
    house.clock.advance(timedelta(hours=30))

    connection = house.qb.adopt(str(refusal.value.grant_id))

    assert house.count("refresh") == 1
    assert house.works(connection.id)
