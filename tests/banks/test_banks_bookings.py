"""What entries move in which accounts, and which account a name means."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hint_books import CHART, to
from hypothesis import given
from hypothesis import strategies as st

from qbapps.banks import bookings, ledger_accounts
from qbapps.errors import ConfigurationError
from qbapps.simulator import transactions

DAY = "2022-03-04"
SPENT = {"Amount": 5, "AccountBasedExpenseLineDetail": to("2", "AccountRef")}
BACK = {"Amount": 10, **to("2", "AccountRef")}
BETWEEN = {**to("1", "BankAccountRef"), **to("2", "CreditCardAccountRef")}
FROM_CARD = {"Amount": 4, "DepositLineDetail": to("2", "AccountRef")}


def posting(account: str, kind: str, amount: float) -> dict[str, Any]:
    return {"Amount": amount, "JournalEntryLineDetail": {"PostingType": kind, **to(account, "AccountRef")}}


CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("Purchase", {"TotalAmt": 12.5, **to("1", "AccountRef")}, {"1": "-12.5"}),
    ("Purchase", {"TotalAmt": 12.5, "Credit": True, **to("1", "AccountRef")}, {"1": "12.5"}),
    ("Purchase", {"TotalAmt": 5, **to("1", "AccountRef"), "Line": [SPENT]}, {"1": "-5", "2": "5"}),
    ("Deposit", {"TotalAmt": 100.1, **to("1")}, {"1": "100.1"}),
    ("Deposit", {"TotalAmt": 4, **to("1"), "Line": [FROM_CARD]}, {"1": "4", "2": "-4"}),
    ("Deposit", {"TotalAmt": 90, **to("1"), "CashBack": BACK}, {"1": "90", "2": "10"}),
    ("Transfer", {"Amount": 7, **to("1", "FromAccountRef"), **to("2", "ToAccountRef")}, {"1": "-7", "2": "7"}),
    ("Transfer", {"Amount": 7, **to("1", "FromAccountRef"), **to("1", "ToAccountRef")}, {}),
    ("BillPayment", {"TotalAmt": 3, "CheckPayment": to("1", "BankAccountRef")}, {"1": "-3"}),
    ("BillPayment", {"TotalAmt": 3, "CreditCardPayment": to("2", "CCAccountRef")}, {"2": "-3"}),
    ("Payment", {"TotalAmt": 8, **to("1")}, {"1": "8"}),
    ("Payment", {"TotalAmt": 8}, {}),
    ("SalesReceipt", {"TotalAmt": 8, **to("1")}, {"1": "8"}),
    ("RefundReceipt", {"TotalAmt": 8, **to("1")}, {"1": "-8"}),
    ("CreditCardPayment", {"Amount": 6, **BETWEEN}, {"1": "-6", "2": "6"}),
    ("JournalEntry", {"Line": [posting("1", "Debit", 9), posting("2", "Credit", 9)]}, {"1": "9", "2": "-9"}),
    ("JournalEntry", {"Line": [posting("1", "Debit", 9), posting("1", "Credit", 9)]}, {}),
    ("JournalEntry", {"Line": [{"DetailType": "DescriptionOnly", "Description": "…"}]}, {}),
    ("Invoice", {"TotalAmt": 80, "Deposit": 20, **to("1")}, {"1": "20"}),
    ("Invoice", {"TotalAmt": 80, **to("1")}, {}),
    ("Deposit", {"TotalAmt": 0, **to("1")}, {}),
]  # fmt: skip
BY_NAME = {entity.name: entity for entity in bookings.ENTITIES}


@pytest.mark.parametrize(("name", "body", "moved"), CASES)
def test_an_entry_moves_what_its_references_say(name: str, body: dict[str, Any], moved: dict[str, str]) -> None:
    found = bookings.read(BY_NAME[name], {"Id": "145", "TxnDate": DAY, **body})

    assert found is not None
    assert (found.id, found.day) == ("145", date(2022, 3, 4))
    assert found.movements == {account: Decimal(amount) for account, amount in moved.items()}


@pytest.mark.parametrize(("name", "body", "moved"), CASES)
def test_the_simulator_which_knows_nothing_of_it_says_the_same(
    name: str, body: dict[str, Any], moved: dict[str, str]
) -> None:
    legs: dict[str, Decimal] = {}
    for account, amount in transactions.legs(transactions.make(name, "1", {"TxnDate": DAY, **body}, "")):
        legs[account] = legs.get(account, Decimal(0)) + amount

    assert {account: str(amount) for account, amount in legs.items() if amount} == moved


def test_every_entity_is_tried() -> None:
    assert {name for name, _, _ in CASES} == set(BY_NAME) == set(transactions.KEYS)
    assert {entity.name: entity.key for entity in bookings.ENTITIES} == transactions.KEYS


@pytest.mark.parametrize(
    "row",
    [
        None,
        7,
        {},
        {"Id": "1", "TotalAmt": 3, **to("1")},
        {"TxnDate": DAY, "TotalAmt": 3, **to("1")},
        {"Id": 1, "TxnDate": DAY, "TotalAmt": 3, **to("1")},
        {"Id": "1", "TxnDate": "04/03/2022", "TotalAmt": 3, **to("1")},
        {"Id": "1", "TxnDate": DAY, **to("1")},
        {"Id": "1", "TxnDate": DAY, "TotalAmt": "12,50", **to("1")},
        {"Id": "1", "TxnDate": DAY, "TotalAmt": "NaN", **to("1")},
        {"Id": "1", "TxnDate": DAY, "TotalAmt": True, **to("1")},
        {"Id": "1", "TxnDate": DAY, "TotalAmt": 3, "DepositToAccountRef": "1"},
        {"Id": "1", "TxnDate": DAY, "TotalAmt": 3, **to("1"), "Line": [None]},
    ],
)
def test_a_row_that_is_not_understood_is_none(row: object) -> None:
    assert bookings.read(BY_NAME["Deposit"], row) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Line", "TotalAmt", "value", "Amount", "Id"]), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = [
    "Id",
    "TxnDate",
    "TotalAmt",
    "Amount",
    "Line",
    "DepositToAccountRef",
    "AccountRef",
    "CheckPayment",
    "CashBack",
]


@given(entity=st.sampled_from(bookings.ENTITIES), row=st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_row_makes_reading_fail(entity: bookings.Entity, row: dict[str, Any]) -> None:
    found = bookings.read(entity, {"Id": "1", "TxnDate": DAY, **row})

    assert found is None or all(amount.is_finite() for amount in found.movements.values())


CHART_READ = [account for row in CHART if (account := ledger_accounts.read(row)) is not None]


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("1", "1"),
        (" 512000 ", "1"),
        ("banque", "1"),
        ("BANQUE:CARTE", "2"),
        ("carte", "2"),
        ("706000", "3"),
    ],
)
def test_an_account_is_found_by_its_id_its_number_or_its_name(name: str, identity: str) -> None:
    assert ledger_accounts.resolve(name, CHART_READ).id == identity


def test_the_full_name_of_one_is_preferred_to_the_last_name_of_another() -> None:
    chart = [*CHART_READ, ledger_accounts.LedgerAccount(id="9", name="Banque", full_name="Ventes:Banque")]

    assert ledger_accounts.resolve("Banque", chart).id == "1"
    assert ledger_accounts.resolve("Ventes:Banque", chart).id == "9"


@pytest.mark.parametrize(
    "other",
    [
        {"id": "512000", "name": "Autre", "full_name": "Autre"},
        {"id": "9", "name": "Autre", "full_name": "Autre", "number": "512000"},
        {"id": "9", "name": "512000", "full_name": "512000"},
    ],
)
def test_a_name_that_may_be_two_accounts_is_no_name(other: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="several") as refused:
        ledger_accounts.resolve("512000", [*CHART_READ, ledger_accounts.LedgerAccount(**other)])

    assert "512000 Banque (id 1)" in refused.value.hint
    assert f"(id {other['id']})" in refused.value.hint


def test_a_name_that_is_not_there_is_refused_with_the_bank_accounts_that_are() -> None:
    with pytest.raises(ConfigurationError, match="'512'") as refused:
        ledger_accounts.resolve("512", CHART_READ)

    assert "512000 Banque (id 1); " in refused.value.hint or "; 512000 Banque (id 1)" in refused.value.hint
    assert "Ventes" not in refused.value.hint
    with pytest.raises(ConfigurationError, match="no account"):
        ledger_accounts.resolve("512", [])


def test_a_long_chart_is_not_listed_whole() -> None:
    chart = [
        ledger_accounts.LedgerAccount(id=str(n), name=f"Banque {n}", full_name=f"Banque {n}", kind="Bank")
        for n in range(300)
    ]

    with pytest.raises(ConfigurationError) as refused:
        ledger_accounts.resolve("Caisse", chart)

    assert len(refused.value.hint) < 400
    assert "…" in refused.value.hint


@pytest.mark.parametrize("row", [{}, {"Id": "1"}, {"Name": "x"}, {"Id": 1, "Name": "x"}, {"Id": " ", "Name": "x"}])
def test_a_row_of_the_chart_without_id_or_name_is_no_account(row: dict[str, Any]) -> None:
    assert ledger_accounts.read(row) is None
