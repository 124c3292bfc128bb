"""Hints from an online connection of the same company: from the simulator's books to a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs
import pytest
from hint_books import to

from qbapps.banks import EvidenceSource, WindowCode
from qbapps.banks.hinting import hints_of
from qbapps.banks.hints import HintCode, Hints
from qbapps.domain.connection import Connection
from qbapps.errors import (
    ConfigurationError,
    IntuitRejected,
    IntuitUnavailable,
    NotFoundError,
    ReconnectRequired,
    TransitionError,
)
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour, Fault, Intuit
from qbapps.testing import FakeClock, open_without_sockets

REALM, OTHER = "9130350000000002", "9130350000000003"
JEAN = "jean@durand.example"
CALLBACK = "http://localhost:8400/callback"
TODAY = date(2026, 1, 5)  # of the fake clock


@attrs.define
class House:
    qb: QBApps
    intuit: Intuit
    bank: str = ""

    def register(self, app: str) -> None:
        self.intuit.add_app(app, f"{app}-secret", redirect_uris=[CALLBACK])
        self.qb.register_app(
            app,
            client_id=app,
            client_secret=f"{app}-secret",
            redirect_uri=CALLBACK,
            discovery_url=self.intuit.discovery_url,
            api_url=self.intuit.api_url,
        )

    def online(self, app: str = "dext", realm_id: str = REALM) -> Connection:
        self.register(app)
        url = self.qb.begin_connect(app).url
        return self.qb.complete(self.intuit.consent(url, user=JEAN, realm_id=realm_id))

    def hints(self, **more: Any) -> Hints:
        return hints_of(self.qb._ports, self.bank, **more)

    def enter(self, entity: str, day: str, cleared: str = "", **body: Any) -> str:
        return self.intuit.enter(REALM, entity, {"TxnDate": day, **body}, cleared=cleared)


@pytest.fixture
def house() -> Iterator[House]:
    clock = FakeClock()
    intuit = Intuit(clock=clock)
    intuit.add_user(JEAN, name="Jean Durand")
    for realm_id, name in ((REALM, "Menuiserie Petit"), (OTHER, "Boulangerie Martin")):
        intuit.add_company(realm_id, name=name, admins=[JEAN])
    intuit.add_account(REALM, "Banque", number="512000")
    intuit.add_account(REALM, "Carte", number="512900", kind="Credit Card")
    with open_without_sockets(intuit, clock) as qb:
        made = House(qb, intuit)
        made.bank = qb.banks.connect(
            "Crédit Agricole",
            realm_id=REALM,
            owner=JEAN,
            authenticated_on=date(2025, 5, 1),
            accounts={"512000": "FR76…4821", "512900": "…9313"},
        ).id
        yield made


def test_the_books_become_evidence_and_a_plan_that_says_so(house: House) -> None:
    online = house.online()
    house.enter("Purchase", "2025-10-20", "C", TotalAmt=12, **to("1", "AccountRef"))
    house.enter("Deposit", "2025-10-28", "R", TotalAmt=100, **to("1"))
    house.enter("Purchase", "2026-01-03", TotalAmt=9, **to("1", "AccountRef"))
    house.enter("CreditCardPayment", "2025-09-02", Amount=9, **to("2", "CreditCardAccountRef"))
    house.enter("Purchase", "2026-02-01", TotalAmt=30, **to("2", "AccountRef"))

    hints = house.hints()

    bank, card = hints.accounts["512000"], hints.accounts["512900"]
    assert bank.newest is not None
    assert bank.newest_cleared is not None
    assert (bank.newest.id, bank.newest_cleared.id, bank.ledger.name) == ("3", "2", "Banque")
    assert card.newest is not None
    assert (card.newest.kind, card.newest.id, card.newest_cleared) == ("CreditCardPayment", "4", None)
    assert card.future is not None
    assert hints.connection_id == online.id
    assert hints.requests <= 15
    evidence = hints.evidence()
    assert [one.source for one in evidence.values()] == [EvidenceSource.API_CLEARED, EvidenceSource.API_ANY]
    repair = house.qb.banks.repair(house.bank, TODAY, accounts=evidence)
    assert repair.windows["512000"].start == date(2025, 10, 29)
    assert WindowCode.FROM_THE_LEDGER in repair.windows["512000"].codes
    assert {WindowCode.FROM_THE_LEDGER, WindowCode.FUTURE_ROWS_IGNORED} <= set(repair.windows["512900"].codes)


def test_what_is_asked_is_what_intuit_answers(house: House) -> None:
    house.online()
    house.hints()

    asked = [record for record in house.intuit.requests if record.operation in ("query", "company")]
    queries = [record.body for record in asked if record.operation == "query"]
    assert {record.status for record in asked} == {200}
    assert queries[0] == "SELECT * FROM Account WHERE Active IN (true, false) STARTPOSITION 1 MAXRESULTS 1000"
    assert queries[1].endswith("TxnDate >= '2024-01-06' ORDERBY TxnDate DESC STARTPOSITION 1 MAXRESULTS 1000")
    reports = [record.query for record in asked if "reports" in record.path]
    assert [one["account"] for one in reports] == ["1,2"] * 4
    assert all("AccountRef" not in query for query in queries)


def test_the_one_connection_that_can_be_asked_is_found(house: House) -> None:
    with pytest.raises(ConfigurationError, match="No online connection") as refused:
        house.hints()
    assert "begin_connect" in refused.value.hint
    house.online("elsewhere", OTHER)
    dext = house.online()
    assert house.hints().connection_id == dext.id
    house.qb.pause(dext.id)
    with pytest.raises(ConfigurationError, match="No online connection") as refused:
        house.hints()
    assert f"{dext.id} (dext, paused)" in refused.value.hint
    with pytest.raises(TransitionError):
        house.hints(online=dext.id)


def test_of_several_one_has_to_be_named(house: House) -> None:
    dext, zapier = house.online("dext"), house.online("zapier")

    with pytest.raises(ConfigurationError, match="Several") as refused:
        house.hints()

    assert refused.value.hint.endswith(f"{dext.id} (dext, connected); {zapier.id} (zapier, connected).")
    assert house.hints(online=zapier.id).connection_id == zapier.id


def test_a_connection_that_cannot_answer_for_the_company_is_refused(house: House) -> None:
    other = house.online("dext", OTHER)
    for named in (other.id, house.bank):
        with pytest.raises(ConfigurationError, match="no online connection"):
            house.hints(online=named)
    with pytest.raises(NotFoundError):
        house.hints(online="con_none")
    with pytest.raises(NotFoundError, match="bank connection"):
        hints_of(house.qb._ports, other.id)


def test_without_accounts_or_a_company_there_is_nothing_to_ask(house: House) -> None:
    house.online()
    draft = house.qb.banks.connect("Banque Postale", realm_id=REALM)
    with pytest.raises(ConfigurationError, match="which accounts"):
        hints_of(house.qb._ports, draft.id)
    house.qb.add_firm("durand", name="Cabinet Durand")
    nameless = house.qb.banks.connect(
        "Banque Postale",
        company="Garage Étoile",
        firm="durand",
        authenticated_on=date(2025, 5, 1),
        accounts={"512000": "…1"},
    )
    with pytest.raises(ConfigurationError, match="realm id"):
        hints_of(house.qb._ports, nameless.id)


def test_an_account_that_the_chart_calls_otherwise_is_told_with_those_that_are_there_and_can_be_named(
    house: House,
) -> None:
    house.online()
    house.enter("Deposit", "2025-10-28", TotalAmt=100, **to("1"))
    other = house.qb.banks.connect(
        "Banque Postale", realm_id=REALM, authenticated_on=date(2025, 5, 1), accounts={"512001": "…1"}
    )

    with pytest.raises(ConfigurationError, match="512001") as refused:
        hints_of(house.qb._ports, other.id)
    found = hints_of(house.qb._ports, other.id, named={"512001": "banque"})

    assert "512000 Banque (id 1); 512900 Carte (id 2)" in refused.value.hint
    assert list(found.evidence()) == ["512001"]
    assert found.accounts["512001"].newest is not None
    with pytest.raises(ConfigurationError, match="does not feed 512002"):
        hints_of(house.qb._ports, other.id, named={"512002": "banque"})


def test_a_kind_that_the_company_s_edition_lacks_is_left_out_and_told(house: House) -> None:
    house.online()
    house.enter("Deposit", "2025-10-28", TotalAmt=100, **to("1"))
    house.intuit.inject(Fault("query", "api_fault", after=3, code="5020", status=400, type="ValidationFault"))

    hints = house.hints()

    assert [(each.code, each.values["error"]) for each in hints.unread] == [(HintCode.NOT_READ, "5020")]
    assert hints.accounts["512000"].newest is not None


def test_a_report_that_is_refused_leaves_the_marks_unknown(house: House) -> None:
    house.online()
    house.enter("Deposit", "2025-10-28", "C", TotalAmt=100, **to("1"))
    house.intuit.inject(Fault("company", "api_fault", times=None, code="5020", status=403, type="ValidationFault"))

    hint = house.hints().accounts["512000"]

    assert (hint.newest_cleared, hint.cleared_known) == (None, False)
    assert hint.newest is not None


def test_an_outage_is_waited_for_and_then_told(house: House) -> None:
    house.online()
    house.intuit.inject(Fault("query", "unavailable", times=2))
    assert house.hints().accounts["512000"].newest is None
    house.intuit.inject(Fault("query", "unavailable", times=None))
    with pytest.raises(IntuitUnavailable):
        house.hints()


def test_a_throttle_is_told_with_how_long_to_wait(house: House) -> None:
    online = house.online()
    house.intuit.behaviour = Behaviour(enforce_limits=True)

    with pytest.raises(IntuitUnavailable) as throttled:
        house.hints()

    assert (throttled.value.status, throttled.value.connection_id) == (429, online.id)
    assert throttled.value.retry_after is not None


def test_a_connection_that_ended_meanwhile_needs_a_reconnect(house: House) -> None:
    online = house.online()
    house.intuit.disconnect("dext", REALM)

    with pytest.raises((ReconnectRequired, IntuitRejected)):
        house.hints(online=online.id)
    assert house.qb.connection(online.id).state != "connected"


def test_the_day_is_the_clock_s_or_the_caller_s(house: House) -> None:
    house.online()
    house.enter("Deposit", "2025-10-28", TotalAmt=100, **to("1"))
    assert house.hints().accounts["512000"].today == TODAY

    earlier = house.hints(today=date(2025, 10, 27), since=date(2025, 1, 1)).accounts["512000"]

    assert (earlier.newest, earlier.since) == (None, date(2025, 1, 1))
    assert earlier.future is not None
