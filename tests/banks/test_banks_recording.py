"""What is recorded of a bank connection, day by day, and the repair that follows from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from banks_house import A_DAY, ACCOUNTS, BAKERY, BEGIN, END, MARIE, Banks

from qbapps import banks
from qbapps.domain.diagnosis import Cause
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, NotFoundError, TransitionError

S, E, A = banks.BankState, banks.BankEvent, banks.RepairAction
CONNECTED, BROKEN, ENDED = (
    ConnectionState.CONNECTED,
    ConnectionState.NEEDS_RECONNECT,
    ConnectionState.DISCONNECTED,
)


def test_an_update_gives_it_new_days_and_keeps_its_generation(house: Banks) -> None:
    made = house.connect()
    house.go_to(date(2022, 3, 20))

    after = house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=date(2022, 3, 15), owner=MARIE)

    status = house.qb.banks.status(made.id)
    assert (after.state, after.grant) == (CONNECTED, 2)
    assert (status.consent_end, status.generation, status.granted_by) == (date(2022, 6, 13), 1, MARIE)
    assert house.told(made.id, "bank.recorded")[-1].details["owner"] == MARIE


def test_a_reconnect_keeps_the_id_and_the_ledger_accounts_and_begins_a_generation(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    house.go_to(date(2022, 7, 1))
    day = date(2022, 7, 1)

    with pytest.raises(ConfigurationError, match="it went to 512000 before"):
        room.record(made.id, E.RECONNECTED, on=day, accounts={"512900": "FR764821"})
    after = room.record(made.id, E.RECONNECTED, on=day, accounts={"512000": "FR76 4821", "512100": "7777"})

    status = room.status(made.id)
    assert (after.id, after.state, after.grant) == (made.id, CONNECTED, 2)
    assert (status.generation, status.consent_end) == (2, date(2022, 9, 29))
    assert status.accounts == {"512000": "FR764821", "512100": "7777"}


def test_one_that_works_cannot_be_reconnected_beside_itself(house: Banks) -> None:
    made = house.connect()

    with pytest.raises(TransitionError, match="active: reconnected is not possible"):
        house.qb.banks.record(made.id, E.RECONNECTED, on=BEGIN)


@pytest.mark.parametrize(
    ("event", "state", "cause"),
    [
        (E.CREDENTIALS_CHANGED, S.NEEDS_LOGIN, Cause.BANK_LOGIN_CHANGED),
        (E.ACTION_NEEDED, S.NEEDS_BANK_ACTION, Cause.BANK_WAITS),
        (E.SUSPEND, S.SUSPENDED, Cause.SYNC_SUSPENDED),
        (E.REVOKED, S.REVOKED, Cause.CONSENT_WITHDRAWN),
    ],
)
def test_what_stops_it_shows_in_lists_with_its_cause(house: Banks, event: str, state: str, cause: Cause) -> None:
    made = house.connect()
    house.go_to(BEGIN + 20 * A_DAY)
    house.qb.banks.record(made.id, E.SYNCED, on=BEGIN + 9 * A_DAY)

    after = house.qb.banks.record(made.id, event, on=BEGIN + 20 * A_DAY, note="seen")

    status = house.qb.banks.status(made.id)
    assert (after.state, after.cause) == (BROKEN, cause)
    assert (status.state, status.stopped_on, status.note) == (state, BEGIN + 9 * A_DAY, "seen")
    assert house.qb.explain(made.id).cause is cause
    assert list(house.qb.connections(state="needs_reconnect")) == [after]


def test_ten_failures_in_a_row_suspend_it_and_rows_that_come_undo_that(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()

    states = {room.record(made.id, E.SYNC_FAILED, on=BEGIN).state for _ in range(9)}
    assert states == {CONNECTED}
    assert house.qb.explain(made.id).cause is Cause.NEEDS_ATTENTION
    assert room.record(made.id, E.SYNC_FAILED, on=BEGIN).state is BROKEN
    assert room.status(made.id).state is S.SUSPENDED
    assert room.record(made.id, E.SYNCED, on=BEGIN).state is CONNECTED
    assert room.status(made.id).failures == 0


def test_a_disconnect_that_would_lose_rows_unseen_is_refused(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()

    for facts in ({}, {"in_review": 3}):
        with pytest.raises(TransitionError, match="wait"):
            room.record(made.id, E.DISCONNECTED, on=BEGIN, **facts)
    assert house.qb.connection(made.id) == made
    after = room.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=3, accept_loss=True)

    assert (after.state, after.disconnected_at is not None) == (ENDED, True)
    assert house.told(made.id, "bank.recorded")[-1].details["in_review"] == 3
    assert any("3" in one for one in house.qb.explain(made.id).evidence)


@pytest.mark.parametrize(
    ("event", "on", "facts", "said"),
    [
        ("exploded", BEGIN, {}, "no event 'exploded'"),
        (E.SYNCED, BEGIN, {"stated": END}, "synced has no stated"),
        (E.ACCOUNTS_MAPPED, BEGIN, {}, "needs accounts"),
        (E.SYNCED, BEGIN - A_DAY, {}, "Something is recorded"),
        (E.SYNCED, BEGIN + 2 * A_DAY, {}, "still to come"),
        (E.BANK_AUTHENTICATED, BEGIN, {"stated": BEGIN - A_DAY}, "before it begins"),
        (E.BANK_AUTHENTICATED, BEGIN, {"stated": "2022-01-01"}, "datetime.date"),
        (E.BANK_AUTHENTICATED, BEGIN, {"owner": "Marie"}, "not an e-mail"),
        (E.DISCONNECTED, BEGIN, {"in_review": -1}, "in_review is -1"),
        (E.DISCONNECTED, BEGIN, {"in_review": True}, "in_review is True"),
    ],
)
def test_a_record_that_does_not_fit_changes_nothing(
    house: Banks, event: str, on: date, facts: dict[str, Any], said: str
) -> None:
    made = house.connect()

    with pytest.raises(ConfigurationError, match=said) as refusal:
        house.qb.banks.record(made.id, event, on=on, **facts)

    assert refusal.value.hint
    assert house.qb.connection(made.id) == made
    assert len(list(house.qb.events(made.id))) == 2


def test_another_bank_than_its_own_is_refused(house: Banks) -> None:
    made = house.connect()

    with pytest.raises(TransitionError, match="login was at LCL"):
        house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=BEGIN, institution="LCL")


def test_only_bank_connections_are_recorded(house: Banks) -> None:
    with pytest.raises(NotFoundError, match="no bank connection"):
        house.qb.banks.record("con_none", E.SYNCED, on=BEGIN)
    with pytest.raises(NotFoundError, match="no bank connection"):
        house.qb.banks.status("con_none")


def test_what_was_paused_before_it_ended_comes_back_at_work(house: Banks) -> None:
    made = house.connect()
    house.qb.pause(made.id)
    house.qb.banks.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=0)

    assert house.qb.banks.record(made.id, E.RECONNECTED, on=BEGIN).state is CONNECTED


def test_an_end_stays_when_the_bank_withdraws_the_consent_too(house: Banks) -> None:
    made = house.connect()
    first = house.qb.banks.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=0)
    house.go_to(BEGIN + A_DAY)

    after = house.qb.banks.record(made.id, E.REVOKED, on=BEGIN + A_DAY)

    status = house.qb.banks.status(made.id)
    assert after.disconnected_at == first.disconnected_at
    assert status.state is S.DISCONNECTED
    assert status.consent is not None
    assert (status.consent.ended_on, status.days_left) == (BEGIN, None)


def test_rows_that_came_count_as_its_last_use(house: Banks) -> None:
    made = house.connect()

    assert made.last_used_on is None
    assert house.qb.banks.record(made.id, E.SYNCED, on=BEGIN).last_used_on == BEGIN


def test_an_end_that_was_stated_for_a_refused_consent_is_forgotten(house: Banks) -> None:
    room, made = house.qb.banks, house.connect(authenticated_on=None, accounts=None)
    for event, facts in (
        (E.CONSENT_ASKED, {}),
        (E.CONSENT_ACCEPTED, {"stated": date(2022, 1, 1)}),
        (E.CONSENT_REFUSED, {}),
        (E.CONSENT_ASKED, {}),
        (E.CONSENT_ACCEPTED, {}),
        (E.BANK_AUTHENTICATED, {}),
    ):
        room.record(made.id, event, on=BEGIN, **facts)

    assert room.status(made.id).consent_end == END


def test_an_update_forgets_what_went_wrong_before(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    room.record(made.id, E.SYNC_FAILED, on=BEGIN, update_failed=True)
    room.record(made.id, E.SYNC_FAILED, on=BEGIN)
    assert room.repair(made.id).action is A.RECONNECT

    room.record(made.id, E.BANK_AUTHENTICATED, on=BEGIN)

    status = room.status(made.id)
    assert (status.failures, status.stopped_on) == (0, None)
    assert room.repair(made.id).action is A.NOTHING


def test_one_without_accounts_is_set_up_anew_by_a_reconnect(house: Banks) -> None:
    room, made = house.qb.banks, house.connect(accounts=None)
    room.record(made.id, E.DISCONNECTED, on=BEGIN)

    after = room.record(made.id, E.RECONNECTED, on=BEGIN)

    assert (after.state, room.status(made.id).state, after.grant) == (BROKEN, S.CHOOSING_ACCOUNTS, 0)
    assert house.told(made.id, "connection.needs_reconnect") == []
    assert room.record(made.id, E.ACCOUNTS_MAPPED, on=BEGIN, accounts=ACCOUNTS).grant == 1


def test_what_was_lost_at_one_end_is_not_told_of_the_next_generation(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    room.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=3, accept_loss=True)

    room.record(made.id, E.RECONNECTED, on=BEGIN)

    assert not any("lost" in one for one in house.qb.explain(made.id).evidence)


def test_a_suspended_one_counts_as_many_failures_as_that_takes(house: Banks) -> None:
    made = house.connect()
    house.qb.banks.record(made.id, E.SUSPEND, on=BEGIN)

    assert house.qb.banks.status(made.id).failures == 10


def test_rows_cannot_have_come_after_the_end(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    house.go_to(END + 5 * A_DAY)

    with pytest.raises(TransitionError, match="had ended before") as refusal:
        room.record(made.id, E.SYNCED, on=END + A_DAY)
    assert "correct the day" in (refusal.value.hint or "")
    room.record(made.id, E.SYNCED, on=END)
    assert room.status(made.id).stopped_on == END


def test_saying_that_it_goes_on_mends_nothing(house: Banks) -> None:
    room = house.qb.banks
    house.go_to(date(2022, 4, 1))
    made = house.connect(regime="UK", authenticated_on=date(2022, 4, 1), accounts={"512000": "1"})
    house.go_to(date(2022, 7, 20))
    room.record(made.id, E.SYNC_FAILED, on=date(2022, 7, 10), update_failed=True)

    after = room.record(made.id, E.RECONFIRMED, on=date(2022, 7, 20))

    assert (after.state, room.status(made.id).state) == (CONNECTED, S.ERROR)
    assert room.repair(made.id).action is A.RECONNECT
    assert room.record(made.id, E.RECONNECTED, on=date(2022, 7, 20)).state is CONNECTED


def test_a_late_reconfirmation_that_was_taken_is_recorded(house: Banks) -> None:
    house.go_to(date(2022, 4, 1))
    made = house.connect(regime="UK", authenticated_on=date(2022, 4, 1), accounts={"512000": "1"})
    house.go_to(date(2022, 8, 20))

    after = house.qb.banks.record(made.id, E.RECONFIRMED, on=date(2022, 8, 20))

    assert after.state is CONNECTED
    assert house.qb.banks.status(made.id).consent_end == date(2022, 11, 18)
    french = house.connect(realm_id=BAKERY, authenticated_on=date(2022, 8, 20))
    with pytest.raises(TransitionError, match="reconfirm"):
        house.qb.banks.record(french.id, E.RECONFIRMED, on=date(2022, 8, 20))


def test_a_day_long_ago_is_not_the_day_it_stopped(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    room.record(made.id, E.SYNCED, on=BEGIN)
    house.go_to(END)
    room.record(made.id, E.BANK_AUTHENTICATED, on=END)
    house.go_to(END + 20 * A_DAY)

    room.record(made.id, E.SYNC_FAILED, on=END + 20 * A_DAY)

    assert room.status(made.id).stopped_on == END
    assert room.repair(made.id).action is A.NOTHING


def test_what_stopped_before_the_end_stopped_then(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    house.go_to(date(2022, 1, 15))
    room.record(made.id, E.SYNCED, on=date(2022, 1, 14))
    room.record(made.id, E.SYNC_FAILED, on=date(2022, 1, 15))
    house.go_to(date(2022, 5, 1))

    assert room.status(made.id).stopped_on == date(2022, 1, 14)
    assert room.repair(made.id).action is A.RECONNECT


def test_an_end_is_told_whatever_else_is_wrong(house: Banks) -> None:
    made = house.connect()
    house.qb.banks.record(made.id, E.CREDENTIALS_CHANGED, on=BEGIN)
    house.go_to(END)

    assert house.qb.refresh_due().expiring == (made.id,)
    assert house.told(made.id, "connection.expiring")[0].details["days_left"] == 0


def test_it_ended_on_the_day_that_was_recorded(house: Banks) -> None:
    made = house.connect()
    house.go_to(END)

    after = house.qb.banks.record(made.id, E.DISCONNECTED, on=BEGIN + 3 * A_DAY, in_review=0)

    assert f"{after.disconnected_at:%Y-%m-%d}" == f"{BEGIN + 3 * A_DAY}"
    assert house.told(made.id, "connection.disconnected")[0].details["on"] == f"{BEGIN + 3 * A_DAY}"


def test_one_that_is_mended_is_not_connected_for_the_first_time(house: Banks) -> None:
    made = house.connect()
    house.qb.banks.record(made.id, E.CREDENTIALS_CHANGED, on=BEGIN)
    house.qb.banks.record(made.id, E.SYNCED, on=BEGIN)

    assert len(house.told(made.id, "connection.connected")) == 1
    assert len(house.told(made.id, "connection.reconnected")) == 1


def test_a_pause_hides_no_end(house: Banks) -> None:
    made = house.connect()
    house.qb.pause(made.id)
    house.go_to(END + A_DAY)

    after = house.qb.resume(made.id)

    assert (after.state, after.cause) == (BROKEN, Cause.CONSENT_ENDED)


def test_a_draft_takes_what_happened_before_it_was_noted(house: Banks) -> None:
    made = house.connect(authenticated_on=None, accounts=None)

    assert house.qb.banks.record(made.id, E.CONSENT_ASKED, on=BEGIN - A_DAY)
