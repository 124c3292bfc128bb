"""What an audit of a store says of its bank connections: of everybody's, and of a firm's own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import icalendar
import polars as pl
import pytest
from banks_house import ACCOUNTS, BAKERY, BEGIN, END, FIRM, JEAN, WORKSHOP, Banks, opened

from qbapps.audit.audit import Audit
from qbapps.audit.columns import CONNECTIONS

DAY = timedelta(days=1)
SHOWN = ("bank_state", "consent_end", "consent_basis", "consent_days_left")


def rules(audit: Audit) -> set[str]:
    return {one.rule for one in audit.findings}


def shown(audit: Audit) -> tuple[object, ...]:
    return audit.to_polars().select("kind", *SHOWN).row(0)


def test_an_audit_follows_a_consent_from_its_first_day_to_where_only_a_reconnect_helps(house: Banks) -> None:
    made = house.connect()
    told = {}
    for days in (0, 75, 76, 83, 90, 91, 168, 169, 182, 183):
        house.go_to(BEGIN + days * DAY, hour=23)
        audit = house.qb.audit(firm=FIRM)
        told[days] = sorted((one.rule, one.severity.value) for one in audit.findings)
        status = house.qb.banks.status(made.id)
        assert shown(audit) == ("bank", status.state, END, "table", status.days_left)

    assert told == {
        0: [],
        75: [],
        76: [("bank_consent_ends", "medium")],
        83: [("bank_consent_ends", "high")],
        90: [("bank_consent_ends", "high"), ("bank_silent", "low")],
        91: [("bank_consent_ended", "high")],
        168: [("bank_update_ends", "high")],
        169: [("bank_update_ends", "high")],
        182: [("bank_update_ends", "high")],
        183: [("bank_reconnect_only", "high")],
    }


def test_it_finds_the_same_whether_or_not_somebody_has_marked_what_ended(house: Banks) -> None:
    house.connect()
    house.go_to(END + DAY)
    before = house.qb.audit()

    house.qb.refresh_due()
    after = house.qb.audit()

    assert (before.to_polars()["state"][0], after.to_polars()["state"][0]) == ("connected", "needs_reconnect")
    assert rules(before) == rules(after) == {"bank_consent_ended"}
    assert shown(before) == shown(after)


def test_rows_that_a_disconnect_deleted_are_told_until_it_is_connected_anew(house: Banks) -> None:
    made, room = house.connect(), house.qb.banks
    house.go_to(BEGIN + 9 * DAY)
    room.record(made.id, "disconnected", on=BEGIN + 9 * DAY, in_review=3, accept_loss=True)
    (lost,) = house.qb.audit().findings
    assert (lost.rule, lost.evidence["rows_lost"]) == ("bank_rows_lost", 3)

    room.record(made.id, "reconnected", on=BEGIN + 9 * DAY)
    assert house.qb.audit().findings == ()


def test_who_consented_and_left_is_told_by_the_finding_of_banks_only(house: Banks) -> None:
    house.connect()
    house.qb.add_person(JEAN, firm=FIRM, left_on=BEGIN)

    (finding,) = house.qb.audit(firm=FIRM).findings

    assert (finding.rule, finding.owner, finding.plan) == ("bank_owner_gone", JEAN, None)


def test_a_firm_sees_its_own_banks_and_no_other(house: Banks) -> None:
    own = house.connect()
    house.qb.add_firm("blanc", name="Cabinet Blanc")
    named = house.connect(bank="Crédit Mutuel", realm_id=None, company="Fleurs d'Ici", firm="blanc")
    nobodys = house.connect(bank="LCL", realm_id="9130350000000099", accounts={"512": "1"})

    def seen(firm: str | None) -> dict[str, str | None]:
        return dict(house.qb.audit(firm=firm).to_polars().select("id", "bank_state").iter_rows())

    assert seen(FIRM) == {own.id: "active"}
    assert seen("blanc") == {named.id: "active"}
    assert seen(None) == dict.fromkeys((own.id, named.id, nobodys.id), "active")
    tables = house.qb._ports.tables
    assert tables.frame("bank_links", firm_id=FIRM)["connection_id"].to_list() == [own.id]
    (place,) = house.qb.audit(firm="blanc").to_polars().select("firm_id", "level").rows()
    assert place == ("blanc", "client")


def test_frames_that_are_streamed_have_the_same_columns_and_rows(house: Banks) -> None:
    for number in range(5):
        house.connect(bank=f"Bank {number}", accounts={f"51{number}": "1"})
    house.connect(realm_id=BAKERY, authenticated_on=None, accounts=None)
    whole = house.qb.audit().to_polars()

    streamed = pl.concat(house.qb.connection_frames(rows=2))

    assert tuple(streamed.columns) == CONNECTIONS
    assert streamed.sort("id").equals(whole.sort("id"))
    assert sorted(streamed["bank_state"]) == [*["active"] * 5, "draft"]


def test_no_number_of_an_account_and_no_note_is_in_any_frame(tmp_path: Path) -> None:
    with opened(folder=tmp_path) as house:
        made = house.connect()
        house.qb.banks.record(made.id, "synced", on=BEGIN, note="canary note")
        audit = house.qb.audit()
        files = [audit.to_csv(tmp_path / "a.csv"), audit.to_jsonl(tmp_path / "a.jsonl"), audit.to_html(tmp_path / "a")]
        files.append(audit.to_jsonl(tmp_path / "f.jsonl", "findings"))
        kept = house.qb._ports.tables.frame("bank_links").write_json() + str(audit.view.collect().to_dicts())

    text = kept + "".join(path.read_text("utf-8") for path in files)
    for secret in ("canary", *ACCOUNTS.values(), "FR764821"):
        assert secret not in text


def entries(audit: Audit, folder: Path) -> dict[date, icalendar.Event]:
    made = audit.to_ics(folder / "a.ics").read_bytes()
    return {event.decoded("dtstart"): event for event in icalendar.Calendar.from_ical(made).walk("VEVENT")}


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "last day of bank access"), ("fr", "dernier jour d’accès à la banque")]
)
def test_the_calendar_has_the_last_good_day_itself(house: Banks, tmp_path: Path, lang: str, said: str) -> None:
    made = house.connect()

    event = entries(house.qb.audit(lang=lang), tmp_path)[END]

    assert str(event["summary"]).startswith("Crédit Agricole · Menuiserie Petit")
    assert said in str(event["summary"])
    assert "qbapps bank repair" in str(event["description"])
    assert event.decoded("dtend") == END + DAY
    assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == [-14 * DAY, -7 * DAY, -1 * DAY]
    house.go_to(END, hour=23)
    assert list(entries(house.qb.audit(), tmp_path)) == [END], "it is good on that day"
    house.go_to(END + DAY, hour=0)
    assert entries(house.qb.audit(), tmp_path) == {}
    house.qb.banks.record(made.id, "bank_authenticated", on=END + DAY)
    assert list(entries(house.qb.audit(), tmp_path)) == [END + 91 * DAY]


def test_the_calendar_has_no_day_of_what_does_not_work_or_has_no_known_end(house: Banks, tmp_path: Path) -> None:
    room, withdrawn = house.qb.banks, house.connect()
    room.record(withdrawn.id, "revoked", on=BEGIN)
    house.connect(bank="LCL", regime="OTHER", accounts={"513": "1"})
    cut = house.connect(bank="Crédit Mutuel", accounts={"514": "1"})
    room.record(cut.id, "disconnected", on=BEGIN, in_review=0)

    assert entries(house.qb.audit(), tmp_path) == {}


def test_of_several_banks_on_one_day_all_are_named(house: Banks, tmp_path: Path) -> None:
    house.connect()
    house.connect(realm_id=BAKERY)

    event = entries(house.qb.audit(), tmp_path)[END]

    assert str(event["summary"]) == "Last day of access to 2 banks"
    assert "- Crédit Agricole · Boulangerie Martin\n- Crédit Agricole · Menuiserie Petit" in str(event["description"])


def test_apps_in_a_frame_are_told_from_banks(house: Banks) -> None:
    house.connect(realm_id=WORKSHOP)

    frame = house.qb._ports.tables.frame("apps")

    assert dict(frame.select("name", "is_bank").iter_rows()) == {"Crédit Agricole": True}
