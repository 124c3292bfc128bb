"""What was mistyped of a bank connection, or became known later, is corrected and told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from banks_house import A_DAY, BEGIN, END, JEAN, MARIE, Banks

from qbapps import banks
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError

S, E, A = banks.BankState, banks.BankEvent, banks.RepairAction
CONNECTED, BROKEN = ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT


def test_what_was_mistyped_is_corrected_and_told(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()

    after = room.correct(
        made.id, authenticated_on=BEGIN - A_DAY, stated=date(2022, 3, 1), history="90 days", owner=MARIE, by=JEAN
    )

    status = room.status(made.id)
    assert (status.consent_end, status.history, status.granted_by) == (date(2022, 3, 1), "90 days", MARIE)
    assert f"{after.refresh_hard_expires_at:%Y-%m-%d}" == "2022-03-01"
    (told,) = house.told(made.id, "bank.corrected")
    assert (told.by, told.details["what"]) == (JEAN, "authenticated_on, history, owner, stated")
    assert room.correct(made.id, stated=None, regime="OTHER").refresh_hard_expires_at is None
    assert status.consent is not None
    assert room.correct(made.id, regime="OTHER") == room.correct(made.id, regime="OTHER")
    assert len(house.told(made.id, "bank.corrected")) == 2


def test_a_correction_makes_an_ended_one_work_and_the_other_way_round(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    house.go_to(END + A_DAY)
    house.qb.refresh_due()

    assert room.correct(made.id, stated=END + 30 * A_DAY).state is CONNECTED
    assert room.correct(made.id, stated=END).state is BROKEN
    assert house.qb.verify_events() == ()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"bank": "LCL"},
        {"stated": BEGIN - A_DAY},
        {"stated": "2022-01-01"},
        {"authenticated_on": BEGIN + 5 * A_DAY},
        {"authenticated_on": None},
        {"regime": "FR"},
        {"history": "long"},
        {"owner": "Marie"},
    ],
)
def test_a_correction_that_does_not_fit_changes_nothing(house: Banks, changes: dict[str, Any]) -> None:
    made = house.connect()

    with pytest.raises(ConfigurationError) as refusal:
        house.qb.banks.correct(made.id, **changes)
    assert refusal.value.hint
    assert house.qb.connection(made.id) == made
