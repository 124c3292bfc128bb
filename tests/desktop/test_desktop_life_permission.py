"""Being let in: refused, withdrawn, given again; editions and the checklist."""

from __future__ import annotations

import pytest
from desktop_house import House, house

from qbapps.simulator.desktop import Access, Consent, Employee, QuickBooksBehaviour, RemovedCertificate

REFUSALS = {
    "0x80040418": "authorising",
    "0x8004041A": "authorising",
    "0x8004041D": "authorising",
    "0x80040420": "authorising",
}
WAITS = {"0x80040408", "0x80040409", "0x80040410", "0x80040414", "0x80040438", "0x80040403", "0x80040401"}
PASSES = {"0x80040422", "0x80040424"}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_permission_that_is_withdrawn_is_asked_for_again_and_work_goes_on(code: str) -> None:
    with house() as there:
        there.add("monday")
        there.update()
        assert there.qb.connection(there.id).grant == 1
        there.quickbooks.refuse_with(code, times=2)
        waiting = there.add("tuesday")
        assert there.later().outcome == "no_quickbooks"
        assert (there.state, there.attention) == (REFUSALS[code], code)
        connection = there.qb.connection(there.id)
        assert (connection.state, connection.cause) == ("needs_reconnect", "access_withdrawn")
        there.later()
        assert there.job(waiting).state == "queued"
        assert there.later().outcome == "done"
        assert (there.state, there.attention) == ("active", None)
        connection = there.qb.connection(there.id)
        assert (connection.state, connection.cause, connection.grant) == ("connected", None, 2)
        assert there.hours() == ["monday", "tuesday"]
        kinds = [event.kind for event in there.qb.events(there.id)]
        assert kinds.count("connection.reconnected") == 1
        assert kinds.count("connection.needs_reconnect") == 1


@pytest.mark.parametrize("code", sorted(WAITS | PASSES))
def test_what_is_no_matter_of_permission_keeps_the_state(code: str) -> None:
    with house() as there:
        there.update()
        there.add("monday")
        # Twice: of the file that is named, and of whichever is open.
        there.quickbooks.refuse_with(code, times=2)
        there.later()
        there.quickbooks._refusals.clear()
        assert there.state == "active"
        assert there.attention == (code if code in WAITS else None)
        assert there.later().outcome == "done"
        assert there.attention is None
        assert there.hours() == ["monday"]


@pytest.mark.parametrize("how", RemovedCertificate)
def test_a_certificate_that_was_removed(how: RemovedCertificate) -> None:
    with house(quickbooks=QuickBooksBehaviour(removed_certificate=how)) as there:
        there.update()
        (certificate,) = there.company.certificates.values()
        certificate.access = Access.REMOVED
        there.add("monday")
        there.later()
        if how == "asked_again":
            assert there.state == "active"
            return
        assert there.state == "authorising"
        certificate.access = Access.ALWAYS
        there.later()
        assert there.state == "active"


def test_yes_only_while_open_is_enough_while_it_is_open() -> None:
    with house(is_installed=False) as there:
        there.quickbooks.consent = Consent(access=Access.WHILE_OPEN)
        there.install()
        there.add("monday")
        there.update()
        assert there.state == "active"
        there.quickbooks.close()
        there.add("tuesday")
        there.later()
        assert (there.state, there.attention) == ("authorising", "0x8004041D")
        item = next(one for one in there.qb.desktop.checklist(there.id) if one.item == "always_allow")
        assert item.state == "failed"


def test_an_edition_that_the_app_does_not_support_is_not_worked_with() -> None:
    with house(edition="Pro") as there:
        # What an app supports may change; the .qwc that lies on the computer does not.
        there.qb.desktop.register_app(
            "time",
            base_url="https://apps.example/qbwc",
            support_url="https://apps.example/support",
            description="Hours of work",
            editions=["enterprise"],
        )
        there.add("monday")
        assert there.update().outcome == "stopped"
        assert (there.state, there.attention) == ("verifying", "edition")
        assert there.hours() == []
        there.later()
        assert there.hours() == []


def with_checks(there: House) -> dict[str, str]:
    return {one.item: one.state for one in there.qb.desktop.checklist(there.id)}


def test_checks_that_fail_keep_the_first_sync_waiting_and_are_looked_at_again() -> None:
    needs = {"requires": ["week_start", "payroll_on"], "week_start": "sunday"}
    with house(**needs) as there:
        there.add("monday")
        assert there.update().outcome == "stopped"
        assert (there.state, there.attention) == ("verifying", "checks_failed")
        assert with_checks(there)["week_start"] == "failed"
        assert there.hours() == []
        there.company.first_day_of_week = "Sunday"
        assert there.later().outcome == "done"
        assert (there.state, there.attention) == ("active", None)
        assert with_checks(there)["week_start"] == "verified"
        assert there.hours() == ["monday"]


def test_a_preview_does_not_pass_by_checks_that_fail() -> None:
    with house(requires=["week_start"], week_start="sunday", deletes_first=True) as there:
        there.add("monday")
        there.update()
        assert there.state == "verifying"
        shown = there.qb.desktop.preview_destructive(there.id, {"project": ["1"]})
        assert there.state == "verifying"
        there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=shown.digest, by="Marie")
        there.later()
        assert there.state == "verifying"
        assert there.hours() == []


def test_personal_data_that_is_refused_does_not_break_the_look() -> None:
    refuses = QuickBooksBehaviour(personal_data="refused_3261")
    with house(quickbooks=refuses, requires=["payroll_items", "time_data"]) as there:
        there.add("monday")
        there.update()
        assert there.state == "active"


def test_an_employee_without_payroll_item_fails_the_check_that_needs_it() -> None:
    with house(requires=["payroll_items"], personal_data=True) as there:
        there.company.add_employee(Employee(name="Nina Roy", payroll_items=()))
        there.add("monday")
        there.update()
        assert there.attention == "checks_failed"
        item = next(one for one in there.qb.desktop.checklist(there.id, lang="en") if one.item == "payroll_items")
        assert "Nina Roy" in (item.evidence or "")
