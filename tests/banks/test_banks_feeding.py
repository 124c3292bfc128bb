"""What feeds what: each of a bank's accounts has one ledger account for life, and each ledger account one bank."""

from __future__ import annotations

from datetime import date

import pytest
from banks_house import A_DAY, BAKERY, BEGIN, FIRM, Banks

from qbapps import banks
from qbapps.domain.banks.guards import same_account
from qbapps.errors import ConfigurationError, TransitionError

E = banks.BankEvent
IBAN = "FR76 3000 6000 0112 3456 7894 821"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (IBAN, "fr7630006000011234567894821", True),
        (IBAN, "4821", True),
        (IBAN, "…4821", True),
        (IBAN, "FR76…4821", True),
        (IBAN, "XXXX4821", True),
        (IBAN, "**** 4821", True),
        (IBAN, "821", False),
        (IBAN, "4822", False),
        ("821", "821", True),
        ("0001 4821", "0002 4821", False),
    ],
)
def test_the_last_digits_tell_an_account(one: str, other: str, same: bool) -> None:
    assert same_account(one, other) is same
    assert same_account(other, one) is same


def revoked(house: Banks, **accounts: str) -> str:
    made = house.connect(accounts=accounts)
    house.qb.banks.record(made.id, E.REVOKED, on=BEGIN)
    return made.id


@pytest.mark.parametrize("again", [IBAN, "fr76 3000 6000 0112 3456 7894 821", "XX4821"])
def test_an_account_keeps_its_ledger_account_however_it_is_written(house: Banks, again: str) -> None:
    found = revoked(house, **{"512000": "4821"})

    with pytest.raises(ConfigurationError, match="it went to 512000 before"):
        house.qb.banks.record(found, E.RECONNECTED, on=BEGIN, accounts={"512900": again})
    house.qb.banks.record(found, E.RECONNECTED, on=BEGIN, accounts={"512000": again})
    assert list(house.qb.banks.status(found).accounts) == ["512000"]


def test_it_is_kept_over_generations_that_left_the_account_out(house: Banks) -> None:
    found = revoked(house, **{"512000": "4821", "512100": "4822"})
    house.qb.banks.record(found, E.RECONNECTED, on=BEGIN, accounts={"512000": "4821"})
    house.qb.banks.record(found, E.REVOKED, on=BEGIN)

    with pytest.raises(ConfigurationError, match="it went to 512100 before"):
        house.qb.banks.record(found, E.RECONNECTED, on=BEGIN, accounts={"512200": "4822"})


def test_digits_that_may_be_either_are_no_name(house: Banks) -> None:
    found = revoked(house, **{"512000": "1 4821", "512100": "2 4821"})

    with pytest.raises(ConfigurationError, match="it may be the one of 512000 or of 512100") as refusal:
        house.qb.banks.record(found, E.RECONNECTED, on=BEGIN, accounts={"512000": "4821"})
    assert "more digits" in (refusal.value.hint or "")


def test_a_reconnect_takes_nothing_back_that_another_bank_feeds_by_now(house: Banks) -> None:
    made = house.connect(accounts={"512000": "4821"})
    house.qb.banks.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=0)
    house.connect(bank="BNP", accounts={"512000": "9"})

    with pytest.raises(ConfigurationError, match="another connection feeds it"):
        house.qb.banks.record(made.id, E.RECONNECTED, on=BEGIN)
    assert house.qb.banks.status(made.id).state == "disconnected"


def test_two_logins_do_not_read_one_account(house: Banks) -> None:
    house.connect(accounts={"512000": IBAN})

    with pytest.raises(ConfigurationError, match="another connection reads it"):
        house.connect(login="Marie", accounts={"512900": IBAN})
    # A few digits are no proof that it is the same.
    assert house.connect(login="Marie", accounts={"512900": "4821"})


def test_accounts_are_added_and_left_out_as_time_goes_by(house: Banks) -> None:
    room, made = house.qb.banks, house.connect(accounts={"512000": "4821"})

    room.record(made.id, E.ACCOUNTS_MAPPED, on=BEGIN, accounts={"512000": "4821", "512100": "4822"})
    assert set(room.status(made.id).accounts) == {"512000", "512100"}
    # Nobody has consented anew by that.
    assert house.qb.connection(made.id).grant == 1
    assert house.told(made.id, "connection.reconnected") == []
    with pytest.raises(TransitionError, match="for review"):
        room.record(made.id, E.ACCOUNTS_MAPPED, on=BEGIN, accounts={"512100": "4822"})
    after = room.record(made.id, E.ACCOUNTS_MAPPED, on=BEGIN, accounts={"512100": "4822"}, in_review=0)
    assert after.state == "connected"
    assert set(room.status(made.id).accounts) == {"512100"}
    room.record(made.id, E.SYNC_FAILED, on=BEGIN)
    room.record(made.id, E.ACCOUNTS_MAPPED, on=BEGIN, accounts={"512000": "4821", "512100": "4822"})
    assert room.status(made.id).state == "error"


def test_a_company_without_a_number_has_its_bank_once(house: Banks) -> None:
    named = {"realm_id": None, "company": "SARL Dupont", "firm": FIRM}
    made = house.connect(**named)

    with pytest.raises(ConfigurationError, match=f"is {made.id}"):
        house.connect(**{**named, "company": "sarl  dupont"})
    with pytest.raises(ConfigurationError, match="another connection feeds it"):
        house.connect(bank="Qonto", **named)
    house.qb.add_firm("other", name="Other", realm_id="9130350000000777")
    assert house.connect(**{**named, "firm": "other"}).id != made.id
    assert house.connect(**{**named, "company": "Garage Petit"}).id != made.id


def test_the_bank_is_compared_as_people_write_it_and_steps_name_it_without_the_login(house: Banks) -> None:
    made = house.connect(login="pro")

    assert made.app_id == "bank-credit-agricole-pro"
    status = house.qb.banks.status(made.id)
    assert (status.bank, status.login) == ("Crédit Agricole", "pro")
    house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=BEGIN, institution="CREDIT  AGRICOLE")
    house.qb.banks.record(made.id, E.REVOKED, on=BEGIN)
    assert not any("(pro)" in step for step in house.qb.banks.repair(made.id).steps("fr"))


def test_the_same_ledger_number_of_another_company_is_another_account(house: Banks) -> None:
    house.connect(accounts={"512000": "1"})

    assert house.connect(realm_id=BAKERY, accounts={"512000": "2"}, authenticated_on=date(2021, 12, 10) - A_DAY)
