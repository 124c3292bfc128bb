"""Transfers: who may begin one, how it ends, and when its link works again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import pytest
from domain_samples import DAY, INSTANT, JEAN, MARIE, NOON, REALM, connection
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import transfer as transfers
from qbapps.domain.parties import Owner, Reach, Role
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import NotPermitted, TransitionError

END = NOON + 7 * DAY

# Each state: may it end, may its link be renewed, is it over before and after its link's end.
TABLE = {
    "pending": (True, True, False, True),
    "completed": (False, False, True, True),
    "declined": (False, True, True, True),
    "expired": (False, True, True, True),
    "cancelled": (False, False, True, True),
    "wrong_company": (False, True, True, True),
    "wrong_owner": (False, False, True, True),
    "awaiting_hand": (True, False, False, False),
}


def start(pending: Transfer | None = None, at: datetime = NOON, to: str = MARIE, **changes: Any) -> Transfer:
    return transfers.start(connection(**changes), id="trf_1", to=to, by="boss", pending=pending, at=at, expires_at=END)


def in_state(state: str) -> Transfer:
    return attrs.evolve(start(), state=TransferState(state), url="https://x.example/?state=st4te")


def test_the_table_names_every_state() -> None:
    assert set(TABLE) == set(TransferState)


def test_a_transfer_begins_as_it_was_asked() -> None:
    begun = start(to=f" {MARIE.upper()} ")

    assert begun == Transfer(
        id="trf_1",
        connection_id="con_1",
        app_id="dext",
        realm_id=REALM,
        company_name="Boulangerie Martin",
        to=MARIE,
        from_owner=JEAN,
        by="boss",
        state=TransferState.PENDING,
        created_at=NOON,
        expires_at=END,
    )


def test_a_transfer_whose_credentials_are_not_held_waits_for_a_person() -> None:
    assert start(reach=Reach.HAND).state == "awaiting_hand"


@pytest.mark.parametrize("state", ["connected", "needs_reconnect", "paused"])
def test_a_living_connection_can_be_transferred(state: str) -> None:
    assert start(state=ConnectionState(state)).state == "pending"


def test_a_disconnected_connection_cannot_be_transferred() -> None:
    with pytest.raises(TransitionError) as caught:
        start(state=ConnectionState.DISCONNECTED)

    assert caught.value.action == "begin_transfer"
    assert "connect" in caught.value.allowed


@pytest.mark.parametrize("to", [JEAN, JEAN.upper(), f" {JEAN} "])
def test_a_connection_is_not_transferred_to_its_owner(to: str) -> None:
    with pytest.raises(NotPermitted) as caught:
        start(to=to)

    assert caught.value.role == "admin"
    assert caught.value.connection_id == "con_1"


@pytest.mark.parametrize("owner", [None, Owner(sub="sub-x"), Owner(email="other@x.example", role=Role.ADMIN)])
def test_an_owner_without_that_address_does_not_stand_in_the_way(owner: Owner | None) -> None:
    begun = start(owner=owner)

    assert begun.from_owner == (owner.email if owner else None)


@pytest.mark.parametrize("state", TransferState)
@pytest.mark.parametrize(("at", "column"), [(NOON, 2), (END - INSTANT, 2), (END, 3), (END + DAY, 3)])
def test_one_transfer_is_pending_at_a_time(state: TransferState, at: datetime, column: int) -> None:
    other, over = in_state(state), TABLE[state][column]

    assert transfers.is_over(other, at) is over
    if over:
        assert start(pending=other, at=at).id == "trf_1"
        return
    with pytest.raises(TransitionError) as caught:
        start(pending=other, at=at)
    assert caught.value.state == state
    assert caught.value.allowed == ("renew_link", "cancel_transfer")
    assert MARIE in caught.value.message


ENDINGS = ["completed", "declined", "expired", "cancelled", "wrong_company", "wrong_owner"]


@pytest.mark.parametrize("state", TransferState)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_transfer_ends_once(state: TransferState, ending: str) -> None:
    before = in_state(state)

    if TABLE[state][0]:
        after = transfers.end(before, TransferState(ending), NOON)
        assert (after.state, after.ended_at, after.version) == (ending, NOON, before.version + 1)
        return
    with pytest.raises(TransitionError) as caught:
        transfers.end(before, TransferState(ending), NOON)
    assert (caught.value.state, caught.value.action) == (state, ending)
    assert caught.value.connection_id == "con_1"


@pytest.mark.parametrize("state", TransferState)
def test_a_link_is_renewed_while_somebody_may_still_follow_it(state: TransferState) -> None:
    before = attrs.evolve(in_state(state), ended_at=NOON)

    if TABLE[state][1]:
        after = transfers.renewed(before, expires_at=END + DAY)
        assert (after.state, after.ended_at, after.expires_at) == ("pending", None, END + DAY)
        assert after.version == before.version + 1
        return
    with pytest.raises(TransitionError) as caught:
        transfers.renewed(before, expires_at=END + DAY)
    assert (caught.value.state, caught.value.action) == (state, "renew_link")


@pytest.mark.parametrize("state", TransferState)
@pytest.mark.parametrize("at", [NOON, END - INSTANT, END, END + DAY])
def test_a_pending_transfer_past_its_end_is_shown_expired(state: TransferState, at: datetime) -> None:
    shown = transfers.seen(in_state(state), at)

    if state == "pending" and at >= END:
        assert (shown.state, shown.ended_at) == ("expired", END)
    else:
        assert shown == in_state(state)
    assert shown.version == 1, "looking is not a change"


def test_a_transfer_does_not_show_its_link() -> None:
    assert "st4te" not in repr(in_state("pending"))


@given(st.sampled_from(TransferState), st.timedeltas(min_value=-30 * DAY, max_value=30 * DAY))
def test_what_is_shown_as_ended_is_over_and_the_reverse(state: TransferState, later: Any) -> None:
    at = NOON + later
    shown = transfers.seen(in_state(state), at)

    assert (shown.state in transfers.OPEN) is not transfers.is_over(in_state(state), at)
