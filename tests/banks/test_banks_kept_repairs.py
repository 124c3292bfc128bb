"""The repair of a connection that is kept goes by what was recorded of it."""

from __future__ import annotations

from datetime import date

import pytest
from banks_house import A_DAY, BEGIN, END, Banks

from qbapps import banks
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, TransitionError

S, E, A = banks.BankState, banks.BankEvent, banks.RepairAction
CONNECTED, BROKEN = ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT


def test_a_repair_goes_by_what_was_recorded(house: Banks) -> None:
    made = house.connect(history="90 days")
    evidence = {"512000": banks.Evidence(review=[date(2022, 3, 9)], booked=[date(2022, 3, 4)])}

    found = {
        day: house.qb.banks.repair(made.id, day, accounts=evidence).action
        for day in (BEGIN, END - 5 * A_DAY, date(2022, 6, 10), date(2022, 6, 11))
    }

    assert list(found.values()) == [A.NOTHING, A.UPDATE, A.UPDATE, A.RECONNECT]
    late = house.qb.banks.repair(made.id, date(2022, 7, 1), accounts=evidence)
    # The bank gives 90 days only: what lies before is missing.
    assert late.windows["512000"].start == date(2022, 4, 2)
    assert late.windows["512000"].gap == (date(2022, 3, 10), date(2022, 4, 1))
    assert late.bank == "Crédit Agricole"


def test_an_update_that_failed_leaves_a_reconnect(house: Banks) -> None:
    made = house.connect()
    house.go_to(END + 10 * A_DAY)
    house.qb.banks.record(made.id, E.SYNC_FAILED, on=END + 10 * A_DAY, update_failed=True)

    assert house.qb.banks.repair(made.id).action is A.RECONNECT
    house.qb.banks.record(made.id, E.RECONNECTED, on=END + 10 * A_DAY)
    assert house.qb.banks.repair(made.id).action is A.NOTHING


@pytest.mark.parametrize(
    ("event", "action"),
    [
        (E.CREDENTIALS_CHANGED, A.EDIT_CREDENTIALS),
        (E.REVOKED, A.RECONNECT),
        (E.DISCONNECTED, A.RECONNECT),
        (E.SYNC_FAILED, A.NOTHING),
        (E.ACTION_NEEDED, A.UPDATE),
    ],
)
def test_each_cause_has_its_repair(house: Banks, event: str, action: str) -> None:
    made = house.connect()
    facts = {"in_review": 0} if event == E.DISCONNECTED else {}
    house.qb.banks.record(made.id, event, on=BEGIN, **facts)

    assert house.qb.banks.repair(made.id, BEGIN + A_DAY).action is action


def test_a_repair_that_cannot_be_planned_says_why(house: Banks) -> None:
    made = house.connect()

    with pytest.raises(ConfigurationError, match="does not feed 512999") as refusal:
        house.qb.banks.repair(made.id, accounts={"512999": banks.Evidence()})
    assert "512000, 512100" in (refusal.value.hint or "")
    draft = house.connect(bank="Qonto", authenticated_on=None, accounts=None)
    with pytest.raises(TransitionError, match="not set up yet"):
        house.qb.banks.repair(draft.id)


def test_the_trail_says_where_it_stood_that_day(house: Banks) -> None:
    made = house.connect()
    house.go_to(END + A_DAY)

    house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=END + A_DAY)

    details = house.told(made.id, "bank.recorded")[-1].details
    assert (details["from"], details["to"], details["on"]) == ("expired", "active", "2022-03-11")


def test_one_that_was_cut_is_repaired_as_such_whatever_was_tried_before(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    room.record(made.id, E.SYNC_FAILED, on=BEGIN, update_failed=True)
    room.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=0)

    assert room.repair(made.id).cause == "disconnected"


def test_it_stopped_when_the_first_of_two_reasons_stopped_it(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    house.go_to(END + 30 * A_DAY)
    room.record(made.id, E.CREDENTIALS_CHANGED, on=BEGIN + 5 * A_DAY)

    assert room.repair(made.id).stopped_on == BEGIN + 5 * A_DAY
    renewed = house.connect(bank="LCL", accounts={"512200": "1"})
    room.record(renewed.id, E.CREDENTIALS_CHANGED, on=END + 20 * A_DAY)
    assert room.repair(renewed.id).stopped_on == END
