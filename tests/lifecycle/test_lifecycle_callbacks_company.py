"""Callbacks for another company than the one expected, and what becomes of their grants."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from lifecycle_house import (
    BAKERY,
    GARAGE,
    JEAN,
    MARIE,
    PAUL,
    House,
    altered,
    down,
    without,
)

from qbapps.domain.connection import Connection
from qbapps.domain.transfer import TransferState
from qbapps.errors import (
    GrantUnverified,
    StateExpired,
    WrongCompany,
)
from qbapps.simulator import Behaviour


def as_it_was(house: House, connection: Connection) -> bool:
    """Tell whether nothing about it has changed but that somebody saved it."""
    return attrs.evolve(house.qb.connection(connection.id), version=connection.version) == connection


def expected_elsewhere(house: House, user: str = JEAN) -> WrongCompany:
    """Let a user choose the garage where the bakery was expected."""
    callback = house.agree(house.qb.begin_connect("dext", realm_id=BAKERY), user, GARAGE)
    with pytest.raises(WrongCompany) as refusal:
        house.qb.complete(callback)
    return refusal.value


def test_a_wrong_company_that_we_do_not_hold_stays_unverified(house: House) -> None:
    error = expected_elsewhere(house)

    (kept,) = house.qb.unverified_grants()
    assert (error.grant_id, error.realm_id) == (kept.id, GARAGE)
    assert kept.realm_id == GARAGE
    assert not list(house.qb.connections())


def test_a_wrong_company_can_be_discarded_and_is_revoked_when_that_reaches_nobody(house: House) -> None:
    error = expected_elsewhere(house)

    house.qb.discard(str(error.grant_id))

    assert house.count("revoke") == 1
    assert not house.intuit.connection("dext-client", GARAGE).connected
    assert house.qb.unverified_grants() == ()


def test_discarding_revokes_nothing_while_the_same_person_holds_another_connection(house: House) -> None:
    bakery = house.connect()
    error = expected_elsewhere(house)

    house.qb.discard(str(error.grant_id))

    assert house.count("revoke") == 0
    assert house.works(bakery.id)


def test_discarding_revokes_nothing_while_a_connections_owner_is_unknown(house: House) -> None:
    house.qb.register_app(
        "dext",
        name="Dext",
        client_id="dext-client",
        redirect_uri="http://localhost:8400/callback",
        discovery_url=house.intuit.discovery_url,
        api_url=house.intuit.api_url,
        identity=False,
    )
    bakery = house.connect()
    assert bakery.owner is None
    house.register()
    house.intuit.behaviour = Behaviour(revoke_reach="user_app")
    error = expected_elsewhere(house)

    house.qb.discard(str(error.grant_id))

    assert house.works(bakery.id)


def test_discarding_revokes_when_only_strangers_to_the_grant_are_connected(house: House) -> None:
    bakery = house.connect(PAUL)
    error = expected_elsewhere(house, MARIE)

    house.qb.discard(str(error.grant_id))

    assert house.count("revoke") == 1
    assert house.works(bakery.id)


def test_discarding_an_unverified_company_revokes_nothing(house: House) -> None:
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified) as refusal:
        house.connect()
    house.intuit.clear_faults()

    house.qb.discard(str(refusal.value.grant_id))

    assert house.count("revoke") == 0
    assert house.qb.unverified_grants() == ()


def test_discarding_the_grant_of_a_company_that_we_hold_revokes_nothing(house: House) -> None:
    link = house.qb.begin_connect("dext")
    bakery = house.connect(MARIE)
    house.intuit.behaviour = Behaviour(takeover="stays")
    house.clock.advance(timedelta(minutes=11))
    callback = house.agree(link, JEAN)
    with pytest.raises(StateExpired) as refusal:
        house.qb.complete(callback)

    house.qb.discard(str(refusal.value.grant_id))

    assert house.count("revoke") == 0
    assert house.works(bakery.id)


def test_a_wrong_company_that_we_hold_is_promoted_there_and_the_transfer_ends(house: House) -> None:
    bakery, garage = house.connect(), house.connect(realm_id=GARAGE)
    transfer = house.qb.begin_transfer(bakery.id, to=MARIE)

    with pytest.raises(WrongCompany, match="taken over") as refusal:
        house.qb.complete(house.agree(transfer, MARIE, GARAGE))

    assert refusal.value.connection_id == garage.id
    assert refusal.value.grant_id is None
    assert house.qb.transfer(transfer.id).state is TransferState.WRONG_COMPANY
    after = house.qb.connection(garage.id)
    assert after.owner is not None
    assert (after.owner.email, after.grant) == (MARIE, garage.grant + 1)
    assert house.kinds(garage.id)[-1] == "connection.taken_over"
    assert as_it_was(house, bakery)
    assert house.works(bakery.id)
    assert house.works(garage.id)
    assert house.count("revoke") == 0


def test_a_transfer_to_a_wrong_company_that_we_do_not_hold_ends_with_its_grant_kept(house: House) -> None:
    bakery = house.connect()
    transfer = house.qb.begin_transfer(bakery.id, to=MARIE)

    with pytest.raises(WrongCompany) as refusal:
        house.qb.complete(house.agree(transfer, MARIE, GARAGE))

    assert house.qb.transfer(transfer.id).state is TransferState.WRONG_COMPANY
    assert [kept.id for kept in house.qb.unverified_grants()] == [refusal.value.grant_id]
    assert as_it_was(house, bakery)
    assert house.works(bakery.id)


@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_a_forged_realm_id_never_puts_one_companys_tokens_over_anothers(house: House, held: bool) -> None:
    bakery = house.connect()
    if held:
        house.connect(realm_id=GARAGE)
    callback = house.agree(house.qb.begin_connect("dext"), MARIE, GARAGE)

    connection = house.qb.complete(altered(callback, realmId=BAKERY))

    assert connection.realm_id == GARAGE
    assert connection.company_name == "Garage Étoile"
    assert as_it_was(house, bakery)
    assert house.token(bakery.id) in house.intuit.connection("dext-client", BAKERY).access_tokens
    assert house.token(connection.id) in house.intuit.connection("dext-client", GARAGE).access_tokens
    assert house.works(bakery.id)


def test_a_forged_realm_id_of_an_app_without_identity_keeps_the_grant_and_changes_nothing(house: House) -> None:
    house.intuit.add_app("plain-client", "plain-secret", redirect_uris=["http://localhost:8400/callback"])
    house.qb.register_app(
        "plain",
        client_id="plain-client",
        client_secret="plain-secret",
        redirect_uri="http://localhost:8400/callback",
        discovery_url=house.intuit.discovery_url,
        api_url=house.intuit.api_url,
        identity=False,
    )
    bakery = house.connect(app="plain")
    callback = house.agree(house.qb.begin_connect("plain"), MARIE, GARAGE)

    with pytest.raises(WrongCompany, match="No company answers") as refusal:
        house.qb.complete(altered(callback, realmId=BAKERY))

    assert refusal.value.grant_id is not None
    assert as_it_was(house, bakery)
    assert house.works(bakery.id)


def test_a_callback_without_a_realm_id_goes_by_the_signed_company(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"), JEAN, GARAGE)

    assert house.qb.complete(without(callback, "realmId")).realm_id == GARAGE
