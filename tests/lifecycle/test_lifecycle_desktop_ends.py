"""Ending connections to QuickBooks Desktop with those to QuickBooks Online: plans, worklists, receipts, the trail."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from lifecycle_desktop import DAY, FIRM, Computer, connect, installed, register
from lifecycle_house import JEAN, MARIE, House
from lifecycle_plans import FAST, staff, tally

import qbapps
from qbapps import NotPermitted, TransitionError, verify_exported


@pytest.fixture
def firm(house: House) -> House:
    house.qb.add_firm(FIRM, name="Cabinet Durand")
    house.qb.add_firm("blanc", name="Cabinet Blanc")
    register(house)
    return house


@pytest.fixture
def computer(firm: House) -> Computer:
    return installed(firm)


def state_of(firm: House, computer: Computer) -> str:
    return firm.qb.desktop.status(computer.id).state


def test_a_plan_denies_it_at_once_and_leaves_its_removal_to_a_person(firm: House, computer: Computer) -> None:
    clients = staff(firm, 2)
    plan = firm.qb.plan_disconnect(firm=FIRM, reason="service_ending")

    assert {item.connection_id for item in plan.items} == {computer.id, *(one.id for one in clients)}
    (row,) = (item for item in plan.items if item.connection_id == computer.id)
    assert (row.reach, row.level, row.siblings, row.grant) == ("hand", "client", 0, 1)
    assert (plan.estimate.by_hand, plan.estimate.primary_admin) == (1, 0)
    assert [item.connection_id for item in plan.by_hand] == [computer.id]
    assert state_of(firm, computer) == "active"

    report = firm.qb.apply(plan.id, **FAST)

    assert tally(report) == {"done": 2, "by_hand": 1}
    (left,) = report.by_hand
    assert left.note == "It is denied here; a person has to remove it from its computer."
    assert (state_of(firm, computer), firm.qb.connection(computer.id).state) == ("removing", "disconnected")
    computer.update()
    assert state_of(firm, computer) == "removing"


def test_a_plan_that_is_applied_again_does_nothing_twice_and_ends_with_the_task(
    firm: House, computer: Computer
) -> None:
    plan = firm.qb.plan_disconnect(firm=FIRM)
    firm.qb.apply(plan.id, **FAST)
    kinds = firm.kinds(computer.id)

    assert tally(firm.qb.apply(plan.id, **FAST)) == {"by_hand": 1}
    assert firm.kinds(computer.id) == kinds
    (task,) = firm.qb.worklist(firm=FIRM)
    firm.qb.confirm_task(task.id, by="Marie")

    assert tally(firm.qb.apply(plan.id, **FAST)) == {"done": 1}
    assert state_of(firm, computer) == "removed"
    assert len(firm.qb.disconnections(computer.id)) == 1


def test_a_row_drifts_when_quickbooks_has_let_it_in_since(firm: House) -> None:
    waiting = connect(firm)
    plan = firm.qb.plan_disconnect(firm=FIRM)
    computer = installed(firm, "Garage Étoile")
    # Its first consent came in between: the plan was of one that had none.
    begun = firm.qb.plan_disconnect(app="time")
    assert {item.grant for item in begun.items} == {0, 1}

    quickbooks_let_it_in = installed(firm, "Fleurs d'Ici")
    later = firm.qb.plan_disconnect(app="time")
    firm.qb.desktop.reissue(quickbooks_let_it_in.id)
    password = firm.qb.desktop.reissue(quickbooks_let_it_in.id)
    quickbooks_let_it_in.connector.set_password(password.reveal())
    firm.clock.advance(DAY)
    quickbooks_let_it_in.update()

    drifted = {item.connection_id: item.note for item in firm.qb.apply(later.id, **FAST).drifted}
    assert drifted == {quickbooks_let_it_in.id: "A new consent came in: it was grant 1 and is grant 2."}
    assert firm.qb.connection(quickbooks_let_it_in.id).state == "connected"
    assert tally(firm.qb.apply(plan.id, **FAST)) == {"by_hand": 1}
    assert firm.qb.connection(waiting.id).state == firm.qb.connection(computer.id).state == "disconnected"


def test_one_that_ended_by_itself_meanwhile_is_not_ended_again(firm: House, computer: Computer) -> None:
    plan = firm.qb.plan_disconnect(firm=FIRM)
    firm.qb.desktop.deauthorize(computer.id)

    report = firm.qb.apply(plan.id, **FAST)

    assert [item.note for item in report.drifted] == ["It was disconnected."]
    assert firm.qb.disconnections(computer.id) == ()
    assert [item.note for item in firm.qb.plan_disconnect(firm=FIRM).skipped] == ["It is disconnected already."]


def test_a_transfer_leaves_it_out_and_says_why(firm: House, computer: Computer) -> None:
    (client,) = staff(firm, 1)

    plan = firm.qb.plan_transfer(firm=FIRM, to=MARIE)

    assert [item.connection_id for item in plan.items] == [client.id]
    (skipped,) = plan.skipped
    assert (skipped.connection_id, skipped.level) == (computer.id, "client")
    assert skipped.note == "It belongs to a company file of QuickBooks Desktop, not to a person."
    with pytest.raises(TransitionError):
        firm.qb.begin_transfer(computer.id, to=MARIE)
    assert firm.qb.siblings(computer.id) == ()


def test_its_task_is_in_the_worklist_of_the_firms_that_list_it_and_of_no_other(firm: House, computer: Computer) -> None:
    firm.qb.disconnect(computer.id, by=JEAN)

    (task,) = firm.qb.worklist(firm=FIRM)
    assert firm.qb.worklist(firm="blanc") == ()
    assert (task.firm_id, task.level, task.connection_id) == (FIRM, "client", computer.id)
    assert "Web Connector" in " ".join(task.steps)
    assert "primary admin" not in " ".join(task.steps)


def test_a_worklist_goes_out_as_a_page_and_a_sheet_and_the_sheet_comes_back_ticked(
    firm: House, computer: Computer, tmp_path: Path
) -> None:
    firm.qb.disconnect(computer.id)

    page = firm.qb.write_worklist(tmp_path / "worklist.html", firm=FIRM, lang="fr").read_text()
    sheet = firm.qb.write_worklist(tmp_path / "worklist.csv", firm=FIRM, lang="en")
    assert "connecteur Web" in page
    assert "Menuiserie Petit" in page
    rows = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    done, by = rows[0].index("Done?"), rows[0].index("Done by")
    rows[1][done], rows[1][by] = "x", "Marie"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)

    taken = firm.qb.import_worklist(sheet)

    assert [task.connection_id for task in taken.confirmed] == [computer.id]
    assert taken.refused == ()
    assert state_of(firm, computer) == "removed"
    assert firm.qb.import_worklist(sheet).confirmed == ()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_notice_claims_no_more_than_is_known(firm: House, computer: Computer, lang: str) -> None:
    receipt = firm.qb.disconnect(computer.id, reason="service_ending")

    waiting = firm.qb.notice(receipt, lang=lang)
    (task,) = firm.qb.worklist()
    firm.qb.confirm_task(task.id, by="Marie")
    (over,) = firm.qb.disconnections(computer.id)
    removed = firm.qb.notice(over, lang=lang)

    assert over.proof == "none"
    for told in (waiting, removed):
        assert "QuickBooks Desktop" in told.text
        assert "QuickBooks Desktop" in told.letter
        assert "Menuiserie Petit" in told.letter
    assert "Marie" not in waiting.text
    assert "Marie" in removed.text


def test_the_notice_says_what_stays_on_the_computer_and_that_data_may_stay_with_the_app(
    firm: House, computer: Computer
) -> None:
    receipt = firm.qb.disconnect(computer.id)

    told = firm.qb.notice(receipt, lang="en").text

    assert "nothing by Intuit, which is not told of connections to QuickBooks Desktop" in told
    assert "“Integrated Applications”" in told
    assert "disconnecting does not delete them" in told
    assert "Intuit accepted" not in told
    assert "Somebody has to look in QuickBooks that the app is gone" not in told


def test_a_connector_that_calls_again_was_not_removed_whoever_said_so(firm: House, computer: Computer) -> None:
    firm.qb.disconnect(computer.id)
    (task,) = firm.qb.worklist()
    firm.qb.confirm_task(task.id, by="Marie")
    firm.clock.advance(2 * DAY)
    computer.update()

    (receipt,) = firm.qb.disconnections(computer.id)
    assert "Marie" not in firm.qb.notice(receipt, lang="en").text
    assert [one.connection_id for one in firm.qb.worklist(firm=FIRM)] == [computer.id]


def test_receipts_are_the_firms_and_go_into_one_file(firm: House, computer: Computer, tmp_path: Path) -> None:
    other = installed(firm, "Fleurs d'Ici", firm="blanc")
    firm.qb.disconnect(computer.id)
    firm.qb.disconnect(other.id)

    (receipt,) = firm.qb.receipts(firm=FIRM)
    page = firm.qb.write_receipts(tmp_path / "receipts.html", disconnections=[receipt], lang="en").read_text()

    assert receipt.connection_id == computer.id
    assert "To be done by hand" in page
    assert "nothing by Intuit, which is not told of connections to QuickBooks Desktop" in page
    assert "Fleurs" not in page


def test_a_receipt_of_online_is_told_as_ever(firm: House) -> None:
    (client,) = staff(firm, 1)

    told = firm.qb.notice(firm.qb.disconnect(client.id), lang="en").text

    assert "Desktop" not in told
    assert "Intuit accepted the withdrawal of the access" in told


def test_who_has_left_the_firm_that_lists_it_may_not_end_it_and_another_firms_people_are_not_known(
    firm: House, computer: Computer
) -> None:
    firm.qb.add_person(JEAN, role="admin", firm=FIRM, left_on=date(2020, 1, 1))
    firm.qb.add_person(MARIE, role="standard", firm="blanc")

    with pytest.raises(NotPermitted, match="left on"):
        firm.qb.disconnect(computer.id, by=JEAN)
    firm.qb.disconnect(computer.id, by=MARIE)

    (opened,) = (one for one in firm.qb.events(computer.id) if one.kind == "task.opened")
    assert opened.details["permission"] == "unverified"


def test_an_audit_finds_what_its_end_leaves_behind(firm: House) -> None:
    computer = installed(firm, mode="once")
    assert state_of(firm, computer) == "deauthorized"

    def rules() -> set[str]:
        return {one.rule for one in firm.qb.audit(firm=FIRM).findings}

    assert rules() == set()
    firm.clock.advance(7 * DAY)
    assert rules() == {"not_removed"}
    computer.update()
    assert rules() == {"still_calls"}
    firm.qb.desktop.remove(computer.id)
    firm.clock.advance(DAY)
    (task,) = firm.qb.worklist(firm=FIRM)
    firm.qb.confirm_task(task.id, by="Marie")
    assert rules() == set()


def test_an_audit_finds_a_computer_that_was_switched_off_and_what_somebody_has_to_look_at(
    firm: House, computer: Computer
) -> None:
    assert firm.qb.audit(firm=FIRM).findings == ()
    firm.clock.advance(4 * DAY)
    (silent,) = firm.qb.audit(firm=FIRM, lang="en").findings
    assert (silent.rule, silent.connection_id) == ("connector_silent", computer.id)

    computer.connector.set_password("nonsense")
    computer.update()
    assert {one.rule for one in firm.qb.audit(firm=FIRM).findings} == {"connector_silent", "password_refused"}
    assert firm.qb.audit(firm="blanc").findings == ()


def test_the_trail_is_whole_and_can_be_had_as_a_frame_and_a_file(
    firm: House, computer: Computer, tmp_path: Path
) -> None:
    firm.qb.disconnect(computer.id, by=JEAN)
    checkpoint = tmp_path / "trail.checkpoint"
    firm.qb.checkpoint_events(checkpoint)

    kinds = firm.kinds(computer.id)
    assert kinds[-3:] == ["task.opened", "connection.disconnected", "desktop.moved"]
    assert {"desktop.password_issued", "desktop.moved", "connection.connected"} <= set(kinds)
    assert {one.connection_id for one in firm.qb.events(computer.id)} == {computer.id}
    assert firm.qb.verify_events() == firm.qb.verify_events(checkpoint=checkpoint) == ()
    frame = qbapps.frame(firm.qb.events(computer.id))
    assert frame["kind"].to_list() == kinds
    assert firm.ports.tables.frame("events", firm_id=FIRM).height == len(kinds)
    assert firm.ports.tables.frame("events", firm_id="blanc").height == 0
    assert verify_exported(firm.qb.write_events(tmp_path / "events.jsonl")) == ()


def test_a_listener_hears_of_its_end(firm: House, computer: Computer) -> None:
    heard = []
    firm.qb.on("connection.disconnected", heard.append, name="ends")

    firm.qb.disconnect(computer.id, reason="service_ending")

    (told,) = heard
    assert (told.connection_id, told.details["reason"], told.details["was"]) == (
        computer.id,
        "service_ending",
        "connected",
    )


def test_no_frame_has_what_is_nobodys_business(firm: House, computer: Computer) -> None:
    links = firm.ports.tables.frame("desktop_links")

    assert links.height == 1
    assert not {"password", "username", "file_id", "path", "facts"} & set(links.columns)
    assert not {"xml", "sent", "note"} & set(firm.ports.tables.frame("desktop_jobs").columns)
    assert firm.ports.tables.frame("desktop_links", firm_id="blanc").height == 0
    assert firm.ports.tables.frame("desktop_links", firm_id=FIRM)["connection_id"].to_list() == [computer.id]
