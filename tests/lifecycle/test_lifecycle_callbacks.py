"""Each way a callback can come back, and what is true afterwards."""

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
    altered,
    built,
    down,
    parameter,
    read_company,
    without,
)

from qbapps.domain.authorization import AuthorizationState
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.errors import (
    AuthorizationError,
    ConsentDenied,
    GrantUnverified,
    IntuitError,
    IntuitProtocolError,
    IntuitUnavailable,
    ReconnectRequired,
    StateExpired,
    StateMismatch,
    TransitionError,
    WrongCompany,
    WrongOwner,
)
from qbapps.simulator import Behaviour, Fault


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


# The company


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
    assert house.qb.connection(bakery.id) == bakery
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
    assert house.qb.connection(bakery.id) == bakery
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
    assert house.qb.connection(bakery.id) == bakery
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
    assert house.qb.connection(bakery.id) == bakery
    assert house.works(bakery.id)


def test_a_callback_without_a_realm_id_goes_by_the_signed_company(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"), JEAN, GARAGE)

    assert house.qb.complete(without(callback, "realmId")).realm_id == GARAGE


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
