"""Reads of a company's books: repeated where that is safe, and our errors instead of the library's."""

from __future__ import annotations

from typing import Any

import intuit_wire as wire
import pytest

from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import IntuitProtocolError, IntuitRejected, IntuitUnavailable, ReconnectRequired
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.transport import Transport
from qbapps.ports import Books
from qbapps.simulator import Fault, Intuit
from qbapps.values import Secret

APP = wire.credentials(api_url="https://api.example")


@pytest.fixture
def books(companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant) -> Books:
    intuit.add_account(wire.REALM, "Banque", number="512000")
    deposit = {"TxnDate": "2026-03-04", "TotalAmt": 10.1, "DepositToAccountRef": {"value": "1"}}
    intuit.enter(wire.REALM, "Deposit", deposit, cleared="C")
    token = grant.access_token
    client = companies.client(app, wire.REALM, "con_1", lambda: token, lambda _: token)
    return companies.books(client)


def scripted(body: Any) -> tuple[Books, wire.Scripted]:
    adapter = wire.Scripted(lambda _: wire.as_json(200, body))
    companies = IntuitCompanies(wire.FakeClock(), transport=Transport(adapter=adapter))
    token = Secret("canary-token")
    client = companies.client(APP, wire.REALM, "con_1", lambda: token, lambda _: token)
    return companies.books(client), adapter


def test_queries_and_reports_come_as_intuit_answers_them(books: Books) -> None:
    found = books.query("select * from Deposit")["QueryResponse"]["Deposit"]
    asked = {"start_date": "2026-01-01", "end_date": "2026-06-30"}
    report = books.get_report("GeneralLedger", asked)

    assert [row["TotalAmt"] for row in found] == [10.1]
    assert report["Header"]["EndPeriod"] == "2026-06-30"
    assert set(asked) == {"start_date", "end_date"}


def test_a_refused_query_is_a_rejection_with_its_number(books: Books) -> None:
    with pytest.raises(IntuitRejected) as refused:
        books.query("select * from Deposit where DepositToAccountRef = '1'")
    with pytest.raises(IntuitRejected) as unknown:
        books.get_report("Wizardry", {})

    assert (refused.value.error, refused.value.realm_id, refused.value.connection_id) == ("4001", wire.REALM, "con_1")
    assert unknown.value.error == "500"
    assert refused.value.__cause__ is refused.value.__context__ is None


@pytest.mark.parametrize("kind", ["reset", "unavailable", "server_error", "drop_after", "html"])
def test_a_read_is_repeated_while_intuit_is_unavailable(books: Books, intuit: Intuit, kind: str) -> None:
    intuit.inject(Fault("query", kind, times=2))

    assert "QueryResponse" in books.query("select * from Deposit")
    assert [record.operation for record in intuit.requests].count("query") == 3


def test_an_outage_that_lasts_is_raised_and_a_throttle_at_once(books: Books, intuit: Intuit) -> None:
    intuit.inject(Fault("query", "throttled"))
    with pytest.raises(IntuitUnavailable) as throttled:
        books.query("select * from Deposit")
    assert throttled.value.status == 429
    assert [record.operation for record in intuit.requests].count("query") == 1
    intuit.inject(Fault("query", "unavailable", times=None))
    with pytest.raises(IntuitUnavailable):
        books.query("select * from Deposit")


def test_an_owner_who_lost_access_is_120(books: Books, intuit: Intuit) -> None:
    intuit.remove_admin(wire.REALM, wire.JEAN)

    with pytest.raises(IntuitRejected) as refused:
        books.query("select * from Deposit")

    assert refused.value.error == "120"


def test_what_the_connection_says_comes_through_as_it_is(
    companies: IntuitCompanies, app: Credentials, intuit: Intuit
) -> None:
    def over(*_: object) -> Secret:
        raise ReconnectRequired("Over.", hint="Reconnect.", connection_id="con_1")

    with pytest.raises(ReconnectRequired):
        companies.books(companies.client(app, wire.REALM, "con_1", over, over)).query("select * from Deposit")
    assert [record for record in intuit.requests if record.operation == "query"] == []


@pytest.mark.parametrize("body", [[], [7], "text", None])
def test_an_answer_that_is_no_object_is_not_understood_and_spills_nothing(body: Any) -> None:
    books, _ = scripted(body)

    with pytest.raises((IntuitProtocolError, IntuitUnavailable)) as garbled:
        books.query("select * from Deposit")

    assert wire.spilled(garbled.value, "canary-token") == []
