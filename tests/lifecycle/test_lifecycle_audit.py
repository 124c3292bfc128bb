"""The audit as users take it, of a store that lived."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from lifecycle_house import BAKERY, FIRM_REALM, GARAGE, JEAN, MARIE, House
from lifecycle_inventory import SHORT, inventory

from qbapps import ConfigurationError, NotFoundError, Rule, Thresholds
from qbapps.audit.audit import Audit

DAY = timedelta(days=1)
PAUL = "paul@durand.example"


@pytest.fixture
def firm(house: House) -> House:
    house.qb.add_firm("durand", name="Cabinet Durand", realm_id=FIRM_REALM)
    house.qb.add_client("durand", realm_id=BAKERY, name="Boulangerie Martin")
    return house


def rules_of(audit: Audit, connection_id: str | None = None) -> set[str]:
    """What was found, but for the companies of the simulator, which are French unless it is told otherwise."""
    found = {one.rule for one in audit.findings if connection_id in (None, one.connection_id)}
    return found - {"edition_ended"}


def test_an_audit_shows_what_is_connected_and_by_whom(firm: House) -> None:
    bakery, garage = firm.connect(), firm.connect(MARIE, GARAGE)

    frame = firm.qb.audit().to_polars()

    rows = {row["id"]: row for row in frame.iter_rows(named=True)}
    assert set(rows) == {bakery.id, garage.id}
    row = rows[bakery.id]
    for name in ("kind", "app_id", "realm_id", "company_name", "state", "reach", "grant", "generation", "version"):
        assert row[name] == getattr(bakery, name)
    for name in ("connected_at", "refreshed_at", "refresh_expires_at", "refresh_hard_expires_at", "last_used_on"):
        assert row[name] == getattr(bakery, name)
    assert bakery.owner is not None
    assert (row["owner"], row["owner_sub"], row["owner_name"]) == (JEAN, bakery.owner.sub, "Jean Durand")
    assert (row["app_name"], row["firm_id"], row["level"]) == ("Dext", "durand", "client")
    assert (rows[garage.id]["firm_id"], rows[garage.id]["level"]) == (None, "company")
    assert tuple(row["scopes"]) == bakery.scopes


def test_a_firm_sees_its_own_books_and_its_clients(firm: House) -> None:
    books, bakery = firm.connect(realm_id=FIRM_REALM), firm.connect()
    firm.connect(MARIE, GARAGE)

    audit = firm.qb.audit(firm="durand")

    seen = dict(audit.to_polars().select("id", "level").iter_rows())
    assert seen == {books.id: "firm", bakery.id: "client"}
    assert (audit.firm_id, len(audit)) == ("durand", 2)
    with pytest.raises(NotFoundError, match="no firm 'nobody'"):
        firm.qb.audit(firm="nobody")


def test_somebody_who_leaves_is_found_with_the_plan_that_helps_and_the_plan_works(firm: House) -> None:
    connection = firm.connect()
    firm.qb.add_person(MARIE, role="primary_admin", firm="durand")
    firm.qb.add_person(JEAN, role="admin", firm="durand", left_on=firm.clock.now().date())

    (gone,) = [one for one in firm.qb.audit(firm="durand").findings if one.rule == "owner_gone"]

    assert (gone.connection_id, gone.severity, gone.owner) == (connection.id, "high", JEAN)
    assert gone.plan is not None
    plan = firm.qb.plan_transfer(**gone.plan.arguments)
    assert [item.connection_id for item in plan.items] == [connection.id]


def test_what_ends_is_found_as_time_passes(house: House) -> None:
    connection = house.connect()
    assert rules_of(house.qb.audit()) == set()

    house.clock.advance(71 * DAY)
    assert rules_of(house.qb.audit()) == {"token_ends"}
    house.clock.advance(20 * DAY)
    assert rules_of(house.qb.audit()) == {"token_ends", "unused"}
    house.qb.refresh_due()
    assert rules_of(house.qb.audit()) == {"unused"}, "keeping it alive is no use of it"
    house.token(connection.id)
    house.clock.advance(timedelta(hours=2))
    house.token(connection.id)
    assert rules_of(house.qb.audit()) == set()


def test_a_company_that_closed_is_found_once_a_probe_has_seen_it(house: House) -> None:
    connection = house.connect()
    house.intuit.set_subscription(BAKERY, "EXPIRED")
    assert "company_closed" not in rules_of(house.qb.audit())

    house.qb.probe(connection.id)

    assert "company_closed" in rules_of(house.qb.audit(), connection.id)


def test_the_france_edition_is_over_for_what_is_connected_there(house: House) -> None:
    house.intuit.add_company("9130350000000009", name="Fleurs d'Ici", admins=[JEAN], country="FR")
    connection = house.connect(realm_id="9130350000000009")

    (finding,) = [one for one in house.qb.audit().findings if one.rule == "edition_ended"]

    assert finding.connection_id == connection.id
    assert finding.what == ("QuickBooks ended in France on 29 December 2023; Dext at Fleurs d'Ici is connected.")


def test_a_list_and_what_is_known_are_compared(firm: House) -> None:
    connection = firm.connect()
    header = f"{SHORT};Statut"
    firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Dext;{JEAN};Déconnectée", header=header), firm="durand")
    assert "listed_as_gone" in rules_of(firm.qb.audit(), connection.id)

    firm.qb.disconnect(connection.id)
    assert "still_listed" not in rules_of(firm.qb.audit()), "the list is older than the disconnect"
    firm.clock.advance(DAY)
    firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Dext;{JEAN};Connectée", header=header), firm="durand")
    assert "still_listed" in rules_of(firm.qb.audit(), connection.id)


def test_a_row_kept_by_hand_is_silent_once_somebody_looked(firm: House) -> None:
    report = firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Zapier;{JEAN}"), firm="durand")
    (kept,) = report.taken
    assert "never_confirmed" in rules_of(firm.qb.audit(), kept.id)

    firm.qb.confirm_connection(kept.id, by=MARIE)

    assert "never_confirmed" not in rules_of(firm.qb.audit(), kept.id)


def test_rules_may_be_skipped_added_and_replaced(house: House) -> None:
    house.connect()
    house.clock.advance(95 * DAY)
    own = Rule(name="unused", severity="low", when=pl.col("unused_days") > 1, what="{app_name}", do="Look.")

    assert rules_of(house.qb.audit()) == {"token_ends", "unused"}
    assert rules_of(house.qb.audit(skip=["unused"])) == {"token_ends"}
    assert rules_of(house.qb.audit(skip="unused")) == {"token_ends"}
    assert rules_of(house.qb.audit(thresholds=Thresholds(unused_for=96 * DAY))) == {"token_ends"}
    (mine,) = [one for one in house.qb.audit(rules=[own]).findings if one.rule == "unused"]
    assert (mine.severity, mine.what) == ("low", "Dext")
    with pytest.raises(ConfigurationError, match="no rule nonsense to skip") as told:
        house.qb.audit(skip=["nonsense"])
    assert "owner_gone" in told.value.hint
    with pytest.raises(ConfigurationError, match="one name"):
        house.qb.audit(rules=[own, own])


def test_an_audit_does_not_change_when_the_store_does_and_works_when_it_is_closed(filed: House) -> None:
    connection = filed.connect()
    audit = filed.qb.audit()
    filed.qb.disconnect(connection.id)
    later = filed.qb.audit()
    filed.qb.close()

    assert audit.to_polars()["state"].to_list() == ["connected"]
    assert [one.connection_id for one in later.diff(audit).gone] == [connection.id]


def test_what_is_streamed_is_what_an_audit_holds(filed: House, tmp_path: Path) -> None:
    filed.qb.add_firm("durand", name="Cabinet Durand", realm_id=FIRM_REALM)
    rows = [f"Client;C{n};{9130350000001000 + n};Dext;{JEAN}" for n in range(25)]
    filed.qb.import_inventory(inventory(*rows), firm="durand")
    filed.connect()
    whole = filed.qb.audit().to_polars().sort("id")

    parts = list(filed.qb.connection_frames(rows=7))

    assert [part.height for part in parts] == [7, 7, 7, 5]
    assert pl.concat(parts).sort("id").equals(whole)
    assert pl.concat(filed.qb.connection_frames(firm="durand")).height == 25
    written = filed.qb.write_connections(tmp_path / "all.parquet")
    assert pl.read_parquet(written).sort("id").equals(whole)
    assert len(filed.qb.write_connections(tmp_path / "all.jsonl").read_text().splitlines()) == 26
    assert filed.qb.write_connections(tmp_path / "all.csv", firm="durand").read_bytes().count(b"\r\n") == 26
    with pytest.raises(ConfigurationError, match="ends in no form"):
        filed.qb.write_connections(tmp_path / "all.xls")


def test_a_deadline_of_a_plan_stands_in_the_calendar_until_the_plan_is_over(firm: House, tmp_path: Path) -> None:
    firm.connect()
    deadline = firm.clock.now() + 30 * DAY
    plan = firm.qb.plan_disconnect(firm="durand", deadline=deadline)

    before = firm.qb.audit(firm="durand").to_ics(tmp_path / "before.ics").read_text()
    firm.qb.apply(plan.id)
    after = firm.qb.audit(firm="durand").to_ics(tmp_path / "after.ics").read_text()

    assert f"qbapps apply {plan.id}" in before.replace("\n ", "").replace("\r", "")
    assert plan.id not in after


BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "polars":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
import qbapps
with qbapps.open("sqlite://") as qb:
    for verb in (qb.audit, lambda: qb.write_connections("x.csv"), lambda: next(qb.connection_frames())):
        try:
            verb()
        except qbapps.ConfigurationError as error:
            print(error.message, error.hint)
"""


def test_without_polars_it_says_what_to_install() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=True)

    told = 'An audit needs polars, which is not installed. Run: pip install "qbapps[audit]"'
    assert done.stdout.splitlines() == [told] * 3
