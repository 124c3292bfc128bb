"""Transfers: a company that was connected stays connected, whatever happens on the way."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import attrs
import pytest
from lifecycle_house import BAKERY, CLIENT_ID, GARAGE, JEAN, MARIE, PAUL, House, built, parameter
from lifecycle_inventory import inventory

from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskKind, TaskState
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import (
    ConsentDenied,
    NotPermitted,
    ReconnectRequired,
    StateExpired,
    StateMismatch,
    TransitionError,
    WrongCompany,
    WrongOwner,
)
from qbapps.simulator import Behaviour


def test_a_transfer_keeps_the_connection_and_changes_its_owner(online: House) -> None:
    before = online.connect(reference="tenant-42")
    online.clock.advance(timedelta(hours=30))
    online.token(before.id)
    transfer = online.qb.begin_transfer(before.id, to=MARIE, by="boss@durand.example")
    assert (transfer.state, transfer.to, transfer.from_owner) == (TransferState.PENDING, MARIE, JEAN)
    assert transfer.expires_at == online.clock.now() + timedelta(days=7)

    after = online.qb.complete(online.agree(transfer, MARIE))

    assert after.id == before.id
    assert after.owner is not None
    assert (after.owner.email, after.owner.sub) == (MARIE, online.intuit.user(MARIE).sub)
    assert (after.grant, after.generation, after.reference) == (2, 3, "tenant-42")
    assert online.count("revoke") == 0
    assert online.qb.transfer(transfer.id).state is TransferState.COMPLETED
    assert online.kinds(before.id)[-3:] == ["grant.kept", "connection.transferred", "transfer.ended"]
    assert [event.by for event in online.qb.events(before.id) if event.kind == "connection.transferred"] == [
        "boss@durand.example"
    ]
    assert online.works(before.id)
    assert online.qb.verify_events() == ()


def test_the_link_is_shown_once_and_nowhere_else(house: House) -> None:
    transfer = house.qb.begin_transfer(house.connect().id, to=MARIE)

    assert transfer.url is not None
    assert house.qb.transfer(transfer.id).url is None
    assert [found.url for found in house.qb.transfers()] == [None]
    assert transfer.url not in repr(transfer)


@pytest.mark.parametrize("state", ["connected", "needs_reconnect", "paused"])
def test_a_transfer_is_possible_from_every_state_but_disconnected(house: House, state: str) -> None:
    connection = house.connect()
    if state == "paused":
        house.qb.pause(connection.id)
    if state == "needs_reconnect":
        house.intuit.disconnect(CLIENT_ID, BAKERY)
        house.clock.advance(timedelta(hours=2))
        with pytest.raises(ReconnectRequired):
            house.qb.access_token(connection.id)
    assert house.qb.connection(connection.id).state == state

    after = house.qb.complete(house.agree(house.qb.begin_transfer(connection.id, to=MARIE), MARIE))

    assert after.id == connection.id
    assert after.state == ("paused" if state == "paused" else "connected")
    if state == "paused":
        house.qb.resume(after.id)
    assert house.works(after.id)


def test_a_disconnected_connection_is_not_transferred(house: House) -> None:
    connection = house.connect()
    house.qb.disconnect(connection.id)

    with pytest.raises(TransitionError, match="begin transfer is not possible"):
        house.qb.begin_transfer(connection.id, to=MARIE)


def test_there_is_one_pending_transfer_at_a_time(house: House) -> None:
    connection = house.connect()
    first = house.qb.begin_transfer(connection.id, to=MARIE)

    with pytest.raises(TransitionError, match="already has a pending transfer") as refusal:
        house.qb.begin_transfer(connection.id, to=PAUL)

    assert refusal.value.allowed == ("renew_link", "cancel_transfer")
    house.qb.cancel_transfer(first.id)
    assert house.qb.begin_transfer(connection.id, to=PAUL).state is TransferState.PENDING


@pytest.mark.parametrize("how", ["declined", "expired", "wrong_company"])
def test_renewing_an_old_transfer_does_not_make_a_second_pending_one(house: House, how: str) -> None:
    connection = house.connect()
    old = house.qb.begin_transfer(connection.id, to=MARIE)
    if how == "declined":
        with pytest.raises(ConsentDenied):
            house.qb.complete(house.agree(old, MARIE, decision="deny"))
    elif how == "expired":
        house.clock.advance(timedelta(days=8))
    else:
        with pytest.raises(WrongCompany):
            house.qb.complete(house.agree(old, MARIE, GARAGE))
    current = house.qb.begin_transfer(connection.id, to=PAUL)

    with pytest.raises(TransitionError, match=current.id):
        house.qb.renew_link(old.id)

    assert [found.id for found in house.qb.transfers(state="pending")] == [current.id]
    assert house.qb.complete(house.agree(current, PAUL)).id == connection.id


@pytest.mark.parametrize("address", [JEAN, JEAN.upper()])
def test_nobody_transfers_to_whom_it_belongs_already(house: House, address: str) -> None:
    connection = house.connect()

    with pytest.raises(NotPermitted, match="already belongs"):
        house.qb.begin_transfer(connection.id, to=address)


def test_somebody_who_has_left_cannot_take_over(house: House) -> None:
    connection = house.connect()
    house.qb.add_firm("durand", name="Cabinet Durand")
    house.qb.add_client("durand", realm_id=BAKERY, name="Boulangerie Martin")
    house.qb.add_person(MARIE, role="primary_admin", firm="durand", left_on=house.clock.now().date())

    with pytest.raises(NotPermitted, match="left on"):
        house.qb.begin_transfer(connection.id, to=MARIE)

    assert house.qb.transfers() == ()
    house.qb.add_person(MARIE, role="primary_admin", firm="durand", left_on=date(2030, 1, 1))
    assert house.qb.begin_transfer(connection.id, to=MARIE).state is TransferState.PENDING


@pytest.mark.parametrize("role", ["standard", "team_member"])
def test_somebody_who_is_no_admin_cannot_take_over(house: House, role: str) -> None:
    connection = house.connect()
    house.qb.add_person(MARIE, role=role, realm_id=BAKERY)

    with pytest.raises(NotPermitted) as refusal:
        house.qb.begin_transfer(connection.id, to=MARIE)

    assert (refusal.value.role, refusal.value.needed) == (role, ("primary_admin", "admin"))


def test_an_unknown_role_forbids_nothing_and_a_known_one_is_remembered(house: House) -> None:
    connection = house.connect()
    house.qb.add_person(MARIE, role="admin", realm_id=BAKERY)

    after = house.qb.complete(house.agree(house.qb.begin_transfer(connection.id, to=MARIE), MARIE))

    assert after.owner is not None
    assert after.owner.role == "admin"


# Endings


def test_a_declined_transfer_leaves_everything_as_it_was(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)

    with pytest.raises(ConsentDenied):
        house.qb.complete(house.agree(transfer, MARIE, decision="deny"))

    assert house.qb.transfer(transfer.id).state is TransferState.DECLINED
    assert attrs.evolve(house.qb.connection(connection.id), version=connection.version) == connection
    assert house.works(connection.id)


def test_an_expired_transfer_shows_so_and_its_late_consent_can_be_adopted(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE, expires_in=timedelta(days=1))
    house.clock.advance(timedelta(days=1))
    assert house.qb.transfer(transfer.id).state is TransferState.EXPIRED
    assert [found.id for found in house.qb.transfers(state="expired")] == [transfer.id]

    with pytest.raises(StateExpired) as refusal:
        house.qb.complete(house.agree(transfer, MARIE))

    after = house.qb.adopt(str(refusal.value.grant_id))
    assert after.id == connection.id
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED
    assert house.works(connection.id)


def test_an_expired_transfer_makes_way_for_another(house: House) -> None:
    connection = house.connect()
    old = house.qb.begin_transfer(connection.id, to=MARIE)
    house.clock.advance(timedelta(days=7))

    new = house.qb.begin_transfer(connection.id, to=PAUL)

    assert house.qb.transfer(old.id).state is TransferState.EXPIRED
    assert house.qb.complete(house.agree(new, PAUL)).id == connection.id


def test_a_cancelled_transfers_link_does_not_transfer(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    assert house.qb.cancel_transfer(transfer.id).state is TransferState.CANCELLED

    with pytest.raises(StateExpired, match="was cancelled"):
        house.qb.complete(house.agree(transfer, MARIE))

    assert house.qb.connection(connection.id).owner == connection.owner
    with pytest.raises(TransitionError):
        house.qb.cancel_transfer(transfer.id)


def test_a_fresh_link_ends_the_old_one(house: House) -> None:
    connection = house.connect()
    old = house.qb.begin_transfer(connection.id, to=MARIE)
    new = house.qb.renew_link(old.id)
    assert old.url is not None
    assert new.url is not None
    assert (new.id, parameter(new.url, "state") != parameter(old.url, "state")) == (old.id, True)

    with pytest.raises(StateExpired, match="was cancelled"):
        house.qb.complete(house.agree(old, PAUL))

    assert house.qb.complete(house.agree(new, MARIE)).id == connection.id
    with pytest.raises(StateMismatch):
        house.qb.complete(house.agree(new, MARIE))


def test_a_declined_transfer_can_be_asked_for_again(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    with pytest.raises(ConsentDenied):
        house.qb.complete(house.agree(transfer, MARIE, decision="deny"))

    assert house.qb.complete(house.agree(house.qb.renew_link(transfer.id), MARIE)).id == connection.id
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED


def test_a_disconnect_cancels_the_transfer_and_a_late_consent_stays_unverified(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    house.qb.disconnect(connection.id)
    assert house.qb.transfer(transfer.id).state is TransferState.CANCELLED

    with pytest.raises(StateExpired):
        house.qb.complete(house.agree(transfer, MARIE))

    assert house.qb.connection(connection.id).state is ConnectionState.DISCONNECTED
    (kept,) = house.qb.unverified_grants()
    house.qb.discard(kept.id)
    assert house.qb.connection(connection.id).state is ConnectionState.DISCONNECTED


# By hand


def by_hand(house: House) -> str:
    """Keep one connection by hand, as an inventory does."""
    house.qb.add_firm("durand", name="Cabinet Durand", realm_id="9130350000000001")
    report = house.qb.import_inventory(inventory(f"Client;Boulangerie Martin;{BAKERY};Zapier;{JEAN}"), firm="durand")
    (connection,) = report.taken
    return connection.id


def test_a_transfer_by_hand_is_a_task_and_its_confirmation_changes_the_owner(house: House) -> None:
    connection_id = by_hand(house)
    house.intuit.clear_requests()
    transfer = house.qb.begin_transfer(connection_id, to=MARIE)
    assert (transfer.state, transfer.url) == (TransferState.AWAITING_HAND, None)
    (task,) = house.qb.worklist(firm="durand")
    assert (task.id, task.kind, task.person, task.connection_id) == (
        transfer.task_id,
        TaskKind.TRANSFER,
        MARIE,
        connection_id,
    )

    done = house.qb.confirm_task(task.id, by="sophie", note="done on the phone")

    assert (done.state, done.confirmed_by, done.note) == (TaskState.DONE, "sophie", "done on the phone")
    after = house.qb.connection(connection_id)
    assert after.owner is not None
    assert (after.owner.email, after.owner.sub) == (MARIE, None)
    assert house.qb.transfer(transfer.id).state is TransferState.COMPLETED
    assert house.qb.worklist() == ()
    with pytest.raises(TransitionError):
        house.qb.confirm_task(task.id, by="sophie")
    assert house.intuit.requests == ()


def test_cancelling_a_transfer_by_hand_takes_its_task_back(house: House) -> None:
    transfer = house.qb.begin_transfer(by_hand(house), to=MARIE)

    house.qb.cancel_transfer(transfer.id)

    assert house.qb.worklist() == ()
    with pytest.raises(TransitionError):
        house.qb.confirm_task(str(transfer.task_id), by="sophie")


def test_a_disconnect_by_hand_that_is_confirmed_ends_a_transfer_begun_meanwhile(house: House) -> None:
    connection_id = by_hand(house)
    receipt = house.qb.disconnect(connection_id)
    transfer = house.qb.begin_transfer(connection_id, to=MARIE)

    house.qb.confirm_task(str(receipt.task_id), by="sophie")

    assert house.qb.connection(connection_id).state is ConnectionState.DISCONNECTED
    assert house.qb.transfer(transfer.id).state is TransferState.CANCELLED
    assert house.qb.worklist() == ()


# The promise, in every world

WORLDS = [
    *product(
        ["dies_at_once", "dies_at_next_refresh", "stays"], ["pair", "app_company", "user_app"], ["die"], ["exchange"]
    ),
    *product(["dies_at_once", "dies_at_next_refresh", "stays"], ["user_app"], ["stay"], ["consent"]),
]


@pytest.mark.parametrize(
    "ending", ["completed", "wrong_owner", "wrong_company", "wrong_company_held", "declined", "expired", "cancelled"]
)
@pytest.mark.parametrize(("takeover", "reach", "again", "moment"), WORLDS)
def test_a_transfer_never_leaves_a_company_without_a_working_connection(
    ending: str, takeover: str, reach: str, again: str, moment: str
) -> None:
    behaviour = Behaviour(takeover=takeover, revoke_reach=reach, same_user_again=again, takeover_moment=moment)
    with built(behaviour, over_http=False) as house:
        connection = house.connect()
        held = [connection.id]
        if ending == "wrong_company_held":
            held.append(house.connect(realm_id=GARAGE).id)
        transfer = house.qb.begin_transfer(connection.id, to=MARIE)

        play(house, ending, transfer)

        for connection_id in held:
            assert house.works(connection_id)
            house.clock.advance(timedelta(hours=26))
            assert house.works(connection_id)
        assert house.count("revoke") <= (1 if ending == "wrong_company" else 0)
        assert house.qb.verify_events() == ()


def play(house: House, ending: str, transfer: Transfer) -> None:
    """Let a transfer end in one of its ways, and tidy up after it as a user would."""
    match ending:
        case "completed":
            house.qb.complete(house.agree(transfer, MARIE))
        case "wrong_owner":
            with pytest.raises(WrongOwner):
                house.qb.complete(house.agree(transfer, PAUL))
        case "wrong_company" | "wrong_company_held":
            with pytest.raises(WrongCompany):
                house.qb.complete(house.agree(transfer, MARIE, GARAGE))
            for kept in house.qb.unverified_grants():
                house.qb.discard(kept.id)
        case "declined":
            with pytest.raises(ConsentDenied):
                house.qb.complete(house.agree(transfer, MARIE, decision="deny"))
        case "expired" | "cancelled":
            if ending == "expired":
                house.clock.advance(timedelta(days=8))
            else:
                house.qb.cancel_transfer(transfer.id)
            with pytest.raises(StateExpired) as refusal:
                house.qb.complete(house.agree(transfer, MARIE))
            house.qb.adopt(str(refusal.value.grant_id))
