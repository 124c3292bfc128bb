"""Bank connections that are kept: noted, seen in the lists of all kinds, and told of in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from banks_house import A_DAY, ACCOUNTS, BAKERY, BEGIN, END, FIRM, FIRM_REALM, JEAN, WORKSHOP, Banks

from qbapps import banks
from qbapps.domain.banks.consent import Basis
from qbapps.domain.banks.guards import Account, AccountKind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.parties import Role
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, NotFoundError

S, E, A = banks.BankState, banks.BankEvent, banks.RepairAction
CONNECTED, BROKEN, ENDED = (
    ConnectionState.CONNECTED,
    ConnectionState.NEEDS_RECONNECT,
    ConnectionState.DISCONNECTED,
)


# Noting a connection


def test_one_that_works_stands_in_all_lists(house: Banks) -> None:
    made = house.connect()

    assert (made.kind, made.state, made.reach, made.grant, made.realm_id) == ("bank", CONNECTED, "hand", 1, WORKSHOP)
    assert made.company_name == "Menuiserie Petit"
    assert made.owner is not None
    assert made.owner.email == JEAN
    assert f"{made.refresh_hard_expires_at}" == f"{END} 23:59:59+00:00"
    assert house.qb.connection(made.id) == made
    assert list(house.qb.connections(kind="bank", firm=FIRM)) == [made]
    assert house.qb.client_apps(FIRM, client=WORKSHOP) == (made,)
    assert [one.kind for one in house.qb.events(made.id)] == ["bank.recorded", "connection.connected"]
    assert house.qb.apps()[0].name == "Crédit Agricole"


def test_its_status_says_until_when_and_what_comes_next(house: Banks) -> None:
    made = house.connect()

    status = house.qb.banks.status(made.id)

    assert (status.state, status.consent_end, status.basis, status.days_left) == (S.ACTIVE, END, Basis.TABLE, 90)
    assert (status.granted_by, status.accounts) == (JEAN, {"512000": "FR764821", "512100": "4822"})
    assert status.next_step == "Nothing: it works."
    assert house.qb.banks.status(made.id, END, lang="fr").next_step.startswith("Renouvelez le consentement")


def test_what_the_screen_says_beats_the_table(house: Banks) -> None:
    made = house.connect(stated=date(2022, 3, 1))

    status = house.qb.banks.status(made.id)

    assert (status.consent_end, status.basis) == (date(2022, 3, 1), Basis.STATED)


def test_a_draft_goes_on_as_things_happen(house: Banks) -> None:
    room, made = house.qb.banks, house.connect(authenticated_on=None, accounts=None)
    states = [(made.state, room.status(made.id).state)]
    steps: list[tuple[str, dict[str, Any]]] = [
        (E.CONSENT_ASKED, {}),
        (E.CONSENT_ACCEPTED, {"stated": date(2022, 3, 9)}),
        (E.BANK_AUTHENTICATED, {"institution": "crédit agricole "}),
        (E.ACCOUNTS_MAPPED, {"accounts": ACCOUNTS}),
    ]
    for event, facts in steps:
        made = room.record(made.id, event, on=BEGIN, **facts)
        states.append((made.state, room.status(made.id).state))

    assert states == [
        (BROKEN, S.DRAFT),
        (BROKEN, S.AWAITING_CONSENT),
        (BROKEN, S.AWAITING_BANK),
        (BROKEN, S.CHOOSING_ACCOUNTS),
        (CONNECTED, S.ACTIVE),
    ]
    assert made.grant == 1
    assert room.status(made.id).consent_end == date(2022, 3, 9)
    assert [one.kind for one in house.told(made.id, "connection.connected")] == ["connection.connected"]


def test_a_second_connection_to_the_same_bank_is_refused_and_named(house: Banks) -> None:
    made = house.connect()

    with pytest.raises(ConfigurationError, match=f"is {made.id}, connected") as refusal:
        house.connect(bank="CREDIT  AGRICOLE", accounts={"512200": "1"})

    assert refusal.value.connection_id == made.id
    other = house.connect(login="Pro", accounts={"512200": "1"})
    assert other.app_id == "bank-credit-agricole-pro"
    assert house.connect(realm_id=BAKERY).app_id == made.app_id


def test_a_ledger_account_is_fed_by_one_living_connection(house: Banks) -> None:
    made = house.connect()

    with pytest.raises(ConfigurationError, match="another connection feeds it"):
        house.connect(bank="Qonto", accounts={"512000": "9"})
    assert len(list(house.qb.connections())) == 1

    house.qb.banks.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=0)
    assert house.connect(bank="Qonto", accounts={"512000": "9"}).state is CONNECTED
    assert house.connect(realm_id=BAKERY, bank="Qonto", accounts={"512000": "9"}).state is CONNECTED


def test_pairs_of_accounts_are_compared_in_kind_and_currency(house: Banks) -> None:
    card, ledger = Account(id="4821", kind=AccountKind.CREDIT_CARD), Account(id="512000")

    with pytest.raises(ConfigurationError, match="credit_card"):
        house.connect(accounts=[(card, ledger)])
    made = house.connect(accounts=[(Account(id="4821", currency="EUR"), Account(id=" 512000 ", currency="EUR"))])
    assert house.qb.banks.status(made.id).accounts == {"512000": "4821"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bank": " "}, "bank is empty"),
        ({"realm_id": None}, "No company"),
        ({"realm_id": "x"}, "not a realm id"),
        ({"owner": "Jean"}, "not an e-mail"),
        ({"authenticated_on": None}, "no day on which its customer logged in"),
        ({"authenticated_on": BEGIN + 2 * A_DAY}, "still to come"),
        ({"stated": BEGIN - A_DAY}, "before it begins"),
        ({"accounts": {"512000": 4821}}, "accounts is"),
        ({"accounts": {"512000": "1", "512100": "1"}}, "mapped already"),
        ({"regime": "FR"}, "no set of consent rules"),
        ({"history": "long"}, "no length of time"),
        ({"realm_id": None, "company": "Petit", "firm": FIRM, "level": "x"}, "level"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(house: Banks, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refusal:
        house.connect(**given)

    assert refusal.value.hint
    assert list(house.qb.connections()) == []
    assert house.qb.apps() == ()


def test_a_company_without_a_number_is_seen_by_the_firm_that_was_named(house: Banks) -> None:
    with pytest.raises(NotFoundError):
        house.connect(realm_id=None, company="Petit", firm="nobody")
    made = house.connect(realm_id=None, company="Garage Petit", firm=FIRM)

    assert list(house.qb.connections(firm=FIRM, level="client")) == [made]
    assert [one.bank for one in house.qb.banks.statuses(firm=FIRM)] == ["Crédit Agricole"]


def test_what_is_known_of_its_owner_is_used(house: Banks) -> None:
    house.qb.add_person(JEAN, name="Jean", role="admin", firm=FIRM)

    owner = house.connect().owner

    assert owner is not None
    assert (owner.name, owner.role) == ("Jean", Role.ADMIN)


# Time


def test_the_last_good_day_is_good_and_the_next_is_not(house: Banks) -> None:
    made = house.connect()

    house.go_to(END, hour=23)
    assert house.qb.refresh_due().lapsed == ()
    assert house.qb.connection(made.id).state is CONNECTED
    assert house.qb.banks.status(made.id).days_left == 0

    house.go_to(END + A_DAY, hour=0)
    assert house.qb.refresh_due().lapsed == (made.id,)
    gone = house.qb.connection(made.id)
    assert (gone.state, gone.cause) == (BROKEN, Cause.CONSENT_ENDED)
    assert house.qb.banks.status(made.id).state is S.EXPIRED
    assert house.told(made.id, "connection.needs_reconnect")[0].details["cause"] == "consent_ended"
    assert house.qb.refresh_due().lapsed == ()


def test_its_end_is_told_once_at_each_lead(house: Banks) -> None:
    made, told = house.connect(), []

    for days in (15, 14, 13, 8, 7, 5, 1, 0):
        house.go_to(END - days * A_DAY)
        report = house.qb.refresh_due()
        assert report.expiring == (() if days == 15 else (made.id,))
        told.append(len(house.told(made.id, "connection.expiring")))

    assert told == [0, 1, 1, 1, 2, 2, 3, 4]
    house.go_to(END)
    house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=END)
    house.qb.refresh_due()
    assert len(house.told(made.id, "connection.expiring")) == 4


def test_a_paused_one_stays_paused_and_breaks_all_the_same(house: Banks) -> None:
    made = house.connect()
    house.qb.pause(made.id)
    house.go_to(BEGIN + A_DAY)

    assert house.qb.banks.record(made.id, E.SYNCED, on=BEGIN + A_DAY).state is ConnectionState.PAUSED
    house.go_to(END + A_DAY)
    house.qb.refresh_due()
    assert house.qb.connection(made.id).state is BROKEN
    assert house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=END + A_DAY).state is ConnectionState.PAUSED


# Many


def test_statuses_come_by_end_and_a_firm_sees_its_own(house: Banks) -> None:
    late = house.connect(stated=date(2022, 5, 1))
    soon = house.connect(realm_id=FIRM_REALM, bank="Qonto", stated=date(2022, 1, 1))
    house.connect(realm_id="9130350000000099", bank="LCL")

    assert [one.connection_id for one in house.qb.banks.statuses(firm=FIRM)] == [soon.id, late.id]
    assert len(house.qb.banks.statuses()) == 3
    assert {one.id for one in house.qb.banks.consents(firm=FIRM)} == {soon.id, late.id}
    with pytest.raises(NotFoundError):
        house.qb.banks.statuses(firm="nobody")


def test_a_calendar_moves_with_a_renewal_and_is_cancelled_by_the_end(house: Banks) -> None:
    made = house.connect()
    first = banks.reminders_ics(house.qb.banks.consents(), leads=(0,))
    house.go_to(END)
    house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=END)
    moved = banks.reminders_ics(house.qb.banks.consents(), leads=(0,))
    house.qb.banks.record(made.id, E.REVOKED, on=END)
    over = banks.reminders_ics(house.qb.banks.consents(), leads=(0,))
    house.qb.banks.record(made.id, E.RECONNECTED, on=END)
    anew = banks.reminders_ics(house.qb.banks.consents(), leads=(0,))

    def line(text: str, name: str) -> str:
        return next(one for one in text.splitlines() if one.startswith(name))

    assert len({line(text, "UID") for text in (first, moved, over, anew)}) == 1
    assert (line(anew, "SEQUENCE"), line(anew, "STATUS")) == ("SEQUENCE:3", "STATUS:CONFIRMED")
    assert [line(text, "SEQUENCE") for text in (first, moved, over)] == ["SEQUENCE:0", "SEQUENCE:1", "SEQUENCE:2"]
    assert [line(text, "STATUS") for text in (first, moved, over)] == [
        "STATUS:CONFIRMED",
        "STATUS:CONFIRMED",
        "STATUS:CANCELLED",
    ]
    assert line(moved, "DTSTART") == "DTSTART;VALUE=DATE:20220608"
