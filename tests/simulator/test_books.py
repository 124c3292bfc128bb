"""A company's chart and transactions: entered, queried as Intuit lets one, and reported."""

import json
from urllib.parse import urlencode

import pytest

from qbapps.simulator import Intuit, ScenarioError, scenario

TO_BANK = {"DepositToAccountRef": {"value": "1"}}
ENTERED = {
    "Purchase": {"AccountRef": {"value": "1"}, "TotalAmt": 12.5, "PaymentType": "Check"},
    "Deposit": {**TO_BANK, "TotalAmt": 100},
    "Transfer": {"FromAccountRef": {"value": "1"}, "ToAccountRef": {"value": "2"}, "Amount": 40},
    "BillPayment": {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "1"}}, "TotalAmt": 30},
    "Payment": {**TO_BANK, "TotalAmt": 20},
    "SalesReceipt": {**TO_BANK, "TotalAmt": 21},
    "RefundReceipt": {**TO_BANK, "TotalAmt": 5},
    "CreditCardPayment": {"BankAccountRef": {"value": "1"}, "CreditCardAccountRef": {"value": "2"}, "Amount": 9},
    "Invoice": {**TO_BANK, "TotalAmt": 80, "Deposit": 8},
    "JournalEntry": {
        "Line": [
            {"Amount": 3, "JournalEntryLineDetail": {"PostingType": "Credit", "AccountRef": {"value": "1"}}},
            {"Amount": 3, "JournalEntryLineDetail": {"PostingType": "Debit", "AccountRef": {"value": "2"}}},
        ]
    },
}


@pytest.fixture
def kept(app):
    app.intuit.add_account(app.realm, "Banque", number="512000")
    app.intuit.add_account(app.realm, "Carte", kind="Credit Card", parent="Banque")
    return app


def rows(reply, key):
    assert reply.status == 200, reply.note
    return reply.json()["QueryResponse"].get(key, [])


@pytest.mark.parametrize("entity", ENTERED)
def test_a_transaction_is_found_by_its_date_and_not_by_its_account(kept, entity):
    token = kept.connect()["access_token"]
    for day in ("2026-03-01", "2026-03-03", "2026-03-02"):
        kept.intuit.enter(kept.realm, entity, {**ENTERED[entity], "TxnDate": day})
    key = {"CreditCardPayment": "CreditCardPaymentTxn"}.get(entity, entity)
    text = f"select * from {entity} where TxnDate >= '2026-03-02' orderby TxnDate desc startposition 1 maxresults 1000"  # noqa: S608
    found = rows(kept.query(token, text), key)
    assert [row["TxnDate"] for row in found] == ["2026-03-03", "2026-03-02"]
    assert [row["Id"] for row in found] == ["2", "3"]
    for field in ("AccountRef", "DepositToAccountRef", "Line.Amount"):
        for clause in (f"where {field} = '1'", f"orderby {field}"):
            refused = kept.query(token, f"select * from {entity} {clause}")  # noqa: S608
            error = refused.json()["Fault"]["Error"][0]
            assert (refused.status, error["code"], error["Message"]) == (400, "4001", "Invalid query")
            assert error["Detail"] == f"QueryValidationError: property '{field}' is not queryable"


def test_pages_hold_no_more_than_a_thousand(kept):
    token = kept.connect()["access_token"]
    for _ in range(3):
        kept.intuit.enter(kept.realm, "Deposit", {**ENTERED["Deposit"], "TxnDate": "2026-03-01"})
    text = "select * from Deposit startposition {} maxresults {}"
    assert [row["Id"] for row in rows(kept.query(token, text.format(1, 2)), "Deposit")] == ["1", "2"]
    assert [row["Id"] for row in rows(kept.query(token, text.format(3, 2)), "Deposit")] == ["3"]
    assert rows(kept.query(token, text.format(4, 2)), "Deposit") == []
    assert kept.query(token, text.format(1, 1001)).status == 400
    assert rows(kept.query(token, "select * from Purchase where PaymentType = 'Cash'"), "Purchase") == []
    assert kept.query(token, "select * from Deposit where PaymentType = 'Cash'").status == 400


def test_an_account_that_is_not_active_is_found_only_when_asked_for(kept):
    token = kept.connect()["access_token"]
    kept.intuit.add_account(kept.realm, "Ancienne", active=False)
    active = rows(kept.query(token, "select * from Account"), "Account")
    assert [row["FullyQualifiedName"] for row in active] == ["Banque", "Banque:Carte"]
    assert (active[0]["AcctNum"], active[0]["AccountType"]) == ("512000", "Bank")
    assert len(rows(kept.query(token, "select * from Account where Active in (true, false)"), "Account")) == 3
    assert len(rows(kept.query(token, "select * from Account where Active = false"), "Account")) == 1
    assert kept.query(token, "select * from Account where AcctNum = '512000'").status == 400


def report(kept, token, **asked):
    return kept.get(f"/v3/company/{kept.realm}/reports/GeneralLedger?{urlencode(asked)}", token)


def section(body, number):
    keys = [column["MetaData"][0]["Value"] for column in body["Columns"]["Column"]]
    data = body["Rows"]["Row"][number]
    return data["Header"]["ColData"][0]["id"], [
        dict(zip(keys, (cell["value"] for cell in row["ColData"]), strict=True)) for row in data["Rows"]["Row"]
    ]


def test_the_general_ledger_has_each_side_of_a_transaction_with_its_mark(kept):
    token = kept.connect()["access_token"]
    for number, (entity, body) in enumerate(ENTERED.items(), 1):
        day = f"2026-03-{number:02}"
        kept.intuit.enter(kept.realm, entity, {**body, "TxnDate": day}, cleared="C" if number == 2 else "")
    asked = {"start_date": "2026-03-02", "end_date": "2026-03-31", "columns": "tx_date,is_cleared,subt_nat_amount,x"}
    body = report(kept, token, account="1", magic="9", **asked).json()
    assert (body["Header"]["StartPeriod"], body["Header"]["EndPeriod"]) == ("2026-03-02", "2026-03-31")
    assert len(body["Rows"]["Row"]) == 1
    account, lines = section(body, 0)
    assert account == "1"
    assert lines[0]["tx_date"] == "Beginning Balance"
    amounts = [line["subt_nat_amount"] for line in lines[1:]]
    assert amounts == ["100.00", "-40.00", "-30.00", "20.00", "21.00", "-5.00", "-9.00", "8.00", "-3.00"]
    assert [line["is_cleared"] for line in lines[1:3]] == ["C", ""]
    card, charged = section(report(kept, token, **asked).json(), 1)
    # A card owes less after each of them.
    assert (card, [line["subt_nat_amount"] for line in charged[1:]]) == ("2", ["-40.00", "-9.00", "-3.00"])


def test_a_report_without_rows_says_so_and_one_with_a_wrong_date_is_refused(kept):
    token = kept.connect()["access_token"]
    body = report(kept, token).json()
    assert body["Header"]["Option"] == [{"Name": "NoReportData", "Value": "true"}]
    assert (body["Header"]["StartPeriod"], body["Rows"]) == ("2026-01-01", {})
    assert report(kept, token, start_date="01/02/2026").status == 400


@pytest.mark.parametrize(
    ("entity", "body", "cleared"),
    [("Bill", {"TxnDate": "2026-03-01"}, ""), ("Deposit", {}, ""), ("Deposit", {"TxnDate": "2026-03-01"}, "X")],
)
def test_what_cannot_be_entered_is_refused(kept, entity, body, cleared):
    with pytest.raises(ValueError, match=r"no entity|isoformat|is marked"):
        kept.intuit.enter(kept.realm, entity, body, cleared=cleared)


def test_books_are_part_of_a_scenario_and_of_the_control_door():
    first = Intuit.from_scenario({"companies": [{"realm_id": "77", "accounts": [{"name": "Banque", "number": "512"}]}]})
    headers = {"Content-Type": "application/json"}
    more = {"realm_id": "77", "name": "Carte", "parent": "Banque", "kind": "Credit Card"}
    assert first.handle("POST", "/simulator/account", headers, json.dumps(more)).json() == {"id": "2"}
    written = {"realm_id": "77", "entity": "Deposit", "body": {**ENTERED["Deposit"], "TxnDate": "2026-03-01"}}
    assert first.handle("POST", "/simulator/enter", headers, json.dumps(written)).json() == {"id": "1"}
    again = Intuit.from_scenario(scenario.dump(first))
    assert again.companies[0].accounts == first.companies[0].accounts
    assert again.companies[0].transactions == first.companies[0].transactions
    with pytest.raises(ScenarioError, match=r"companies\[0\]\.transactions\[0\] lacks 'body'"):
        Intuit.from_scenario({"companies": [{"realm_id": "77", "transactions": [{"entity": "Deposit"}]}]})
