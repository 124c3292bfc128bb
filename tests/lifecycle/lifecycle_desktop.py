"""A firm with connections to QuickBooks Desktop, whose connectors call in the same process."""

from __future__ import annotations

from datetime import timedelta

import attrs
from lifecycle_house import House

from qbapps.desktop import qbxml
from qbapps.domain.connection import Connection
from qbapps.simulator.desktop import CompanyFile, FakeQuickBooks, FakeWebConnector, InProcess

FIRM = "durand"
BASE = "https://apps.example/qbwc"
DAY = timedelta(days=1)


@attrs.define
class Computer:
    """One Windows computer: a company file that is open, and the Web Connector beside it."""

    house: House
    id: str
    connector: FakeWebConnector
    quickbooks: FakeQuickBooks

    def update(self) -> None:
        """Click Update Selected."""
        self.connector.update_selected()


def register(house: House, app_id: str = "time", name: str = "QuickBooks Time") -> None:
    """Register an app for QuickBooks Desktop."""
    house.qb.desktop.register_app(
        app_id, name=name, base_url=BASE, support_url="https://apps.example/support", description="Hours of work"
    )


def connect(
    house: House,
    company: str = "Menuiserie Petit",
    *,
    app: str = "time",
    firm: str | None = FIRM,
    level: str = "client",
    mode: str = "continuous",
) -> Connection:
    """Make a connection that nobody has set up yet."""
    connection, _ = house.qb.desktop.connect(app, company=company, firm=firm, level=level, mode=mode)
    return connection


def installed(house: House, company: str = "Menuiserie Petit", **wanted: str) -> Computer:
    """Make a connection, and set it up on a computer; it is at work then."""
    connection, password = house.qb.desktop.connect("time", company=company, **{"firm": FIRM, **wanted})
    quickbooks = FakeQuickBooks(open_company=CompanyFile.sample(company), clock=house.clock)
    into = InProcess(house.qb.desktop.dispatch, BASE)
    computer = Computer(house, connection.id, FakeWebConnector(quickbooks, into.post, into.get), quickbooks)
    computer.connector.add(house.qb.desktop.qwc(connection.id))
    computer.connector.set_password(password.reveal())
    house.qb.desktop.enqueue(connection.id, qbxml.query("Customer"))
    computer.update()
    return computer
