"""The app for hours on QuickBooks Desktop: the whole show, and each option of its installation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

import qbapps
from qbapps.errors import PlanAltered
from qbapps.simulator.desktop import CompanyFile, Employee, FakeQuickBooks, FakeWebConnector, InProcess
from qbapps.testing import FakeClock

HERE = Path(__file__).parents[2] / "examples" / "desktop_time"
BASE_URL = "https://time.example/qbwc"


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(HERE))
    names = ("time_options", "time_books", "time_app")
    yield {name: __import__(name) for name in names}
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def town(parts: dict[str, ModuleType], qb: qbapps.QBApps, qbapps_clock: FakeClock) -> Any:
    company = CompanyFile.sample("Menuiserie Petit")
    quickbooks = FakeQuickBooks(open_company=company, clock=qbapps_clock)
    wire = InProcess(qb.desktop.dispatch, BASE_URL)

    @attrs.define
    class Town:
        app: Any
        company: CompanyFile
        connector: FakeWebConnector

    def make(**options: bool) -> Town:
        books = parts["time_books"].TimeBooks()
        books.add_own("customer", "Trial customer")
        books.add_own("project", "Trial project")
        books.add_person("Trial user")
        app = parts["time_app"].TimeApp(qb, books, parts["time_options"].Options(**options))
        connector = FakeWebConnector(quickbooks, wire.post, wire.get)
        qwc, password = app.install("Menuiserie Petit", base_url=BASE_URL)
        connector.add(qwc)
        connector.set_password(password.reveal())
        return Town(app, company, connector)

    return make


def through(town: Any) -> Any:
    """Install, confirm and take in."""
    warning = town.app.warn()
    town.app.confirm("supprimer", warning.digest, by="Marie")
    town.connector.update_selected()
    assert town.app.take_in()
    return town


def hours(parts: dict[str, ModuleType], **changes: Any) -> Any:
    given = {"id": "4711", "person": "Jean Durand", "day": "2026-01-05", "minutes": 510, **changes}
    return parts["time_books"].Shift(**given)


def test_the_whole_show_says_what_it_promises(run) -> None:
    told = run("desktop_time").stdout

    assert "Without the word: awaiting_confirmation" in told
    assert "With it: Café Gagnon, Café Gagnon:Counter, Durand & Fils" in told
    assert "mapping_required: Gagnon Hardware, Lapointe Lumber" in told
    assert "active: everybody can be paid" in told
    assert "An answer was lost; in QuickBooks: 1 shift, known here: ()" in told
    assert "in QuickBooks: 1, known here: ('4711',)" in told


def test_nothing_is_deleted_before_the_word_is_typed(town: Any, qb: qbapps.QBApps) -> None:
    here = town()
    warning = here.app.warn("fr")
    here.connector.update_selected()

    assert warning.word == "supprimer"
    assert dict(warning.counts) == {"customers": 1, "projects": 1, "users": 1}
    assert not here.app.take_in()
    assert here.app.books.names("customer") == ("Trial customer",)
    assert qb.desktop.status(here.app.connection_id).state == "awaiting_confirmation"
    assert [job.state for job in qb.desktop.jobs(here.app.connection_id)] == ["queued"] * 5


def test_nothing_is_deleted_when_something_was_added_since(town: Any) -> None:
    here = town()
    warning = here.app.warn()
    here.app.confirm("delete", warning.digest, by="Marie")
    here.connector.update_selected()
    here.app.books.add_own("project", "A late one")

    with pytest.raises(PlanAltered):
        here.app.take_in()
    assert here.app.books.names("project") == ("A late one", "Trial project")
    assert here.app.books.people() == ("Trial user",)


def test_what_quickbooks_has_takes_the_place_of_what_was_here(town: Any) -> None:
    books = through(town()).app.books

    assert books.names("customer") == (
        "Café Gagnon",
        "Café Gagnon:Counter",
        "Durand & Fils",
        "Durand & Fils:Kitchen",
        "Durand & Fils:Stairs",
        "Tremblay",
    )
    assert books.names("service_item") == ("Design", "Installation", "Repair")
    assert books.names("class") == ("Site", "Workshop")
    assert books.people() == ("Jean Durand", "Marie Lavoie")


@pytest.mark.parametrize(
    ("option", "kind"), [("import_customers", "customer"), ("service_items", "service_item"), ("classes", "class")]
)
def test_what_is_not_wanted_is_not_asked_for(town: Any, option: str, kind: str) -> None:
    assert through(town(**{option: False})).app.books.names(kind) == ()


def test_vendors_can_track_hours_and_need_a_payroll_item_like_others(town: Any, qb: qbapps.QBApps) -> None:
    app = through(town(vendors_as_employees=True)).app

    assert app.books.people() == ("Gagnon Hardware", "Jean Durand", "Lapointe Lumber", "Marie Lavoie")
    assert app.report() == ("Gagnon Hardware", "Lapointe Lumber")
    assert qb.desktop.status(app.connection_id).state == "mapping_required"
    app.books.map("Gagnon Hardware", "Regular Pay")
    app.books.map("Lapointe Lumber", "Regular Pay")
    assert app.report() == ()
    assert qb.desktop.status(app.connection_id).state == "active"


def test_people_who_are_kept_can_stay(town: Any) -> None:
    assert "Trial user" in through(town(archive_users=False)).app.books.people()


def test_hours_get_there_with_all_that_was_chosen(town: Any, parts: dict[str, ModuleType]) -> None:
    here = through(town())
    chosen = {"customer": "Durand & Fils:Kitchen", "service_item": "Installation", "class_name": "Site"}
    here.app.books.record(hours(parts, **chosen, is_billable=True, notes="Stairs, too"))

    assert here.app.send_hours() == ()
    here.connector.update_selected()
    here.app.take_back()

    (time,) = here.company.times
    assert time.duration == "PT8H30M"
    assert here.app.books.transferred() == ("4711",)
    assert {str(value) for value in attrs.asdict(time, recurse=False).values()} >= {"Durand & Fils:Kitchen", "Site"}


def test_hours_of_somebody_without_a_payroll_item_wait(town: Any, parts: dict[str, ModuleType]) -> None:
    here = through(town(vendors_as_employees=True))
    here.app.books.record(hours(parts, person="Lapointe Lumber"))

    assert here.app.send_hours() == ("Gagnon Hardware", "Lapointe Lumber")
    assert [shift.id for shift in here.app.books.unsent()] == ["4711"]


def test_hours_that_quickbooks_refuses_say_why(town: Any, parts: dict[str, ModuleType]) -> None:
    here = through(town())
    here.app.books.record(hours(parts, customer="Nobody"))
    here.app.send_hours()
    here.connector.update_selected()
    here.app.take_back()

    assert here.company.times == []
    assert "does not exist" in here.app.books.problems()["4711"]


def test_an_answer_that_is_lost_makes_no_second_shift(
    town: Any, parts: dict[str, ModuleType], qbapps_clock: FakeClock
) -> None:
    here = through(town())
    here.app.books.record(hours(parts))
    here.app.send_hours()
    here.connector.lose_request_of("receiveResponseXML")
    here.connector.update_selected()
    qbapps_clock.advance(timedelta(minutes=30))
    here.connector.update_selected()
    here.app.take_back()

    assert len(here.company.times) == 1
    assert here.app.books.transferred() == ("4711",)


def test_a_company_whose_people_are_not_paid_by_hours_is_kept_from_its_first_sync(town: Any, qb: qbapps.QBApps) -> None:
    here = town()
    here.company.add_employee(Employee(name="Luc Petit", payroll_items=("Regular Pay",), uses_time_data=False))
    warning = here.app.warn()
    here.app.confirm("delete", warning.digest, by="Marie")
    here.connector.update_selected()

    status = qb.desktop.status(here.app.connection_id)
    assert status.attention is not None
    assert (status.attention.code, status.attention.note) == ("checks_failed", "time_data")
    assert here.app.books.names("customer") == ("Trial customer",)
