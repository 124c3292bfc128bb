"""
An app for hours, from its installation to hours in QuickBooks Desktop, with nothing else running.

    python examples/desktop_time

QuickBooks and its Web Connector are played on this machine, in this process; with real ones, `qb.desktop.asgi()` is
served at the address of `base_url`, and people do what `connector` does here. Shown are the warning before the first
sync, the import, people without a payroll item, and hours that get there once, although an answer is lost on the way.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
from time_app import TimeApp
from time_books import Shift, TimeBooks
from time_options import Options

import qbapps
from qbapps.simulator.desktop import CompanyFile, Employee, FakeQuickBooks, FakeWebConnector, InProcess

BASE_URL = "https://time.example/qbwc"


def main(folder: str) -> None:
    """Play it through and say what happens."""
    with qbapps.open(f"sqlite:///{Path(folder) / 'time.db'}") as qb:
        app = TimeApp(qb, _books(), Options(vendors_as_employees=True))
        company = _company()
        connector = _computer(qb, company)

        qwc, password = app.install("Menuiserie Petit", base_url=BASE_URL)
        print("To be done on the Windows computer:")
        for number, step in enumerate(qb.desktop.steps(app.connection_id), start=1):
            print(f"  {number}. {step}")
        connector.add(qwc)
        connector.set_password(password.reveal())

        warning = app.warn()
        print(f"\nThe first sync deletes or archives {dict(warning.counts)}: type “{warning.word}” to go on.")
        connector.update_selected()
        print(f"Without the word: {qb.desktop.status(app.connection_id).state}")
        app.confirm("delete", warning.digest, by="Marie")
        connector.update_selected()
        app.take_in()
        print(f"With it: {', '.join(app.books.names('customer'))}")

        print(f"\n{qb.desktop.status(app.connection_id).state}: {', '.join(app.report())}")
        for person, item in (("Lapointe Lumber", "Regular Pay"), ("Gagnon Hardware", "Regular Pay")):
            app.books.map(person, item)
        waiting = app.report()
        print(f"{qb.desktop.status(app.connection_id).state}: {', '.join(waiting) or 'everybody can be paid'}")

        shift = Shift(id="4711", person="Jean Durand", day="2026-01-05", minutes=510, customer="Durand & Fils:Kitchen")
        app.books.record(attrs.evolve(shift, service_item="Installation", is_billable=True))
        app.send_hours()
        app.send_hours()  # asked twice: one job
        connector.lose_reply_of("receiveResponseXML")
        connector.update_selected()
        print(f"\nAn answer was lost; in QuickBooks: {len(company.times)} shift, known here: {app.books.transferred()}")
        qb.desktop.pause(app.connection_id)
        connector.update_selected()
        qb.desktop.resume(app.connection_id)
        connector.update_selected()
        app.take_back()
        print(f"Asked again, byte for byte; in QuickBooks: {len(company.times)}, known here: {app.books.transferred()}")


def _books() -> TimeBooks:
    """What the company had in the app before."""
    books = TimeBooks()
    books.add_own("customer", "Trial customer")
    books.add_person("Trial user")
    return books


def _company() -> CompanyFile:
    company = CompanyFile.sample("Menuiserie Petit")
    company.add_employee(Employee(name="Luc Petit", payroll_items=("Regular Pay",)))
    return company


def _computer(qb: qbapps.QBApps, company: CompanyFile) -> FakeWebConnector:
    """The computer where QuickBooks is, with its Web Connector."""
    wire = InProcess(qb.desktop.dispatch, BASE_URL)
    return FakeWebConnector(FakeQuickBooks(open_company=company), wire.post, wire.get)


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        main(made)
