"""What is noted as a bank is disconnected, and facts that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from banks_house import A_DAY, ACCOUNTS, BEGIN, Banks

from qbapps import banks
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, TransitionError

S, E, A = banks.BankState, banks.BankEvent, banks.RepairAction
CONNECTED, BROKEN = ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT


def test_a_snapshot_is_what_a_later_repair_goes_by(house: Banks) -> None:
    room, made = house.qb.banks, house.connect(accounts={"512000": "1"})
    seen = {"512000": banks.Evidence(review=[BEGIN], booked=[BEGIN - 9 * A_DAY])}

    with pytest.raises(TransitionError):
        room.record(made.id, E.DISCONNECTED, on=BEGIN, snapshot=seen)
    room.record(made.id, E.DISCONNECTED, on=BEGIN, snapshot=seen, accept_loss=True)

    window = room.repair(made.id, BEGIN + 100 * A_DAY).windows["512000"]
    assert window.start <= BEGIN
    assert window.newest == BEGIN - 9 * A_DAY
    typed = room.repair(made.id, BEGIN + 100 * A_DAY, accounts={"512000": banks.Evidence(booked=[BEGIN])})
    assert typed.windows["512000"].newest == BEGIN


def test_a_snapshot_without_rows_that_wait_loses_nothing(house: Banks) -> None:
    room, made = house.qb.banks, house.connect()
    room.record(made.id, E.DISCONNECTED, on=BEGIN, snapshot={name: banks.Evidence(booked=[BEGIN]) for name in ACCOUNTS})

    assert room.status(made.id).state is S.DISCONNECTED
    other = house.connect(bank="LCL", accounts={"512200": "1", "512300": "2"})
    with pytest.raises(TransitionError):
        room.record(other.id, E.DISCONNECTED, on=BEGIN, snapshot={"512200": banks.Evidence(booked=[BEGIN])})
    for wrong in ({"512999": banks.Evidence()}, {"512200": BEGIN}, "x"):
        with pytest.raises(ConfigurationError):
            room.record(other.id, E.DISCONNECTED, on=BEGIN, snapshot=wrong)


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (E.DISCONNECTED, {"accept_loss": "no"}),
        (E.SYNC_FAILED, {"update_failed": "false"}),
        (E.BANK_AUTHENTICATED, {"institution": 5}),
        (E.BANK_AUTHENTICATED, {"owner": 5}),
        (E.SYNCED, {"note": 5}),
    ],
)
def test_a_fact_of_another_kind_is_refused(house: Banks, event: str, facts: dict[str, Any]) -> None:
    made = house.connect()

    with pytest.raises(ConfigurationError, match=next(iter(facts))):
        house.qb.banks.record(made.id, event, on=BEGIN, **facts)
