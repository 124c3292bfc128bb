"""A workshop with QuickBooks Desktop, its Web Connector, and the library that it calls, all in one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs

import qbapps
from qbapps.desktop import qbxml
from qbapps.domain.desktop.jobs import Job
from qbapps.domain.desktop.status import DesktopStatus
from qbapps.manager import QBApps
from qbapps.simulator.desktop import (
    CompanyFile,
    ConnectorBehaviour,
    FakeQuickBooks,
    FakeWebConnector,
    InProcess,
    QuickBooksBehaviour,
    Session,
    Update,
    envelopes,
)
from qbapps.simulator.desktop.behaviour import EmptyStrings
from qbapps.simulator.desktop.transports import Get, Post
from qbapps.testing import FakeClock

BASE = "https://apps.example/qbwc"
KEY = "A" * 43
COMPANY = "Menuiserie Petit"
EMPLOYEE = "Marie Lavoie"
QUARTER = timedelta(minutes=15)
Wire = tuple[Post, Get]
ALL_OVER = timedelta(minutes=11)
"""Longer than any lease of a session."""


@attrs.define(kw_only=True)
class House:
    """
    One connection, from its .qwc to its end.

    Attributes:
        id: Of the connection.
    """

    qb: QBApps
    clock: FakeClock
    company: CompanyFile
    quickbooks: FakeQuickBooks
    connector: FakeWebConnector
    id: str
    password: str

    def install(self) -> None:
        """Add the .qwc and type the password, as the person at the computer does."""
        self.connector.add(self.qb.desktop.qwc(self.id))
        self.connector.set_password(self.password, self.username)

    def update(self) -> Update:
        """Click Update Selected for this connection, in a connector that is started first if it died."""
        self.connector.restart()
        (update,) = self.connector.update_selected(self.username).updates
        return update

    def later(self, by: timedelta = QUARTER) -> Update:
        """Let time pass, then click."""
        self.clock.advance(by)
        return self.update()

    def settle(self, runs: int = 4) -> None:
        """Let the connector run until nothing more can be waiting."""
        for _ in range(runs):
            self.later()

    @property
    def username(self) -> str:
        return self.status.username

    @property
    def status(self) -> DesktopStatus:
        return self.qb.desktop.status(self.id)

    @property
    def state(self) -> str:
        return self.status.state

    @property
    def attention(self) -> str | None:
        found = self.status.attention
        return None if found is None else found.code

    def add(self, key: str | None = None, hours: int = 8) -> Job:
        """Queue hours of an employee, with their key as a note."""
        return self.qb.desktop.enqueue(self.id, self.request(key, hours), key=key)

    def request(self, note: str | None = None, hours: int = 8) -> qbxml.Request:
        """Return the request for hours of an employee."""
        fields = {"TxnDate": "2026-01-05", "EntityRef": EMPLOYEE, "Duration": timedelta(hours=hours), "Notes": note}
        return qbxml.add("TimeTracking", {name: value for name, value in fields.items() if value is not None})

    def ask(self, kind: str = "Customer", page: int | None = 2) -> Job:
        """Queue a question."""
        return self.qb.desktop.enqueue(self.id, qbxml.query(kind, page=page))

    def job(self, job: Job) -> Job:
        return self.qb.desktop.job(job.id)

    def jobs(self) -> dict[str, str]:
        """Return the states of all jobs by id."""
        return {job.id: job.state for job in self.qb.desktop.jobs(self.id)}

    def names(self, job: Job) -> list[str]:
        """Return the full names among the results of a job."""
        return [record.fields["FullName"] for record in self.qb.desktop.results(job.id)]

    def hours(self) -> list[str]:
        """Return the notes of all hours in the company file."""
        return sorted(time.notes or "" for time in self.company.times)

    def call(self, method: str, *, to: str | None = None, **arguments: str) -> Any:
        """Make one call of a connector by hand."""
        return call(self.qb, method, to=self.id if to is None else to, **arguments)

    def log_in(self) -> tuple[str, ...]:
        """Log in by hand; return ticket, answer and seconds."""
        answer: tuple[str, ...] = self.call("authenticate", strUserName=self.username, strPassword=self.password)
        return answer


@attrs.define
class Talk:
    """A session that is led by hand, with one session of QuickBooks."""

    there: House
    ticket: str
    books: Session

    def ask(self) -> str:
        """Ask for a request."""
        path = self.there.company.path
        return str(self.there.call("sendRequestXML", ticket=self.ticket, strHCPResponse="", strCompanyFileName=path))

    def process(self, request: str) -> str:
        """Let QuickBooks carry a request out."""
        return str(self.there.quickbooks.process(request, self.books.ticket))

    def receive(self, answer: str, hresult: str = "", message: str = "") -> int:
        """Hand an answer over."""
        said = {"response": answer, "hresult": hresult, "message": message}
        return int(self.there.call("receiveResponseXML", ticket=self.ticket, **said))

    def exchange(self) -> int:
        """Ask, let QuickBooks answer, and hand it over."""
        return self.receive(self.process(self.ask()))


def talk(there: House, *, is_known: bool = True) -> Talk:
    """
    Log in by hand.

    Args:
        is_known: Whether the company is shown to be the right one, too.
    """
    ticket, said, *_ = there.log_in()
    assert said in ("", there.company.path)
    books = there.quickbooks.begin_session(there.connector.application(there.username).file.app, said)
    assert isinstance(books, Session)
    begun = Talk(there, ticket, books)
    if is_known:
        assert begun.exchange() > 0
    return begun


def call(qb: QBApps, method: str, *, to: str = "", **arguments: str) -> Any:
    """Make one call of a connector by hand."""
    body = envelopes.write(method, arguments, "Document", EmptyStrings.SELF_CLOSED)
    return envelopes.read(method, *qb.desktop.dispatch(body, path=to), "Document")


@contextmanager
def house(
    url: str = "sqlite://",
    *,
    is_installed: bool = True,
    is_open: bool = True,
    mode: str = "continuous",
    connector: ConnectorBehaviour | None = None,
    quickbooks: QuickBooksBehaviour | None = None,
    edition: str = "Premier",
    clock: FakeClock | None = None,
    wire: Wire | None = None,
    **app: Any,
) -> Iterator[House]:
    """
    Make a house whose library keeps what it knows at *url*.

    Args:
        wire: How the connector reaches the library, where another process serves it.

        is_installed: Whether the .qwc was added and the password typed.

        is_open: Whether QuickBooks is open, with the company file.
    """
    clock = clock or FakeClock()
    with qbapps.open(url, clock=clock, key=KEY) as qb:
        register(qb, **app)
        connection, password = qb.desktop.connect("time", company=COMPANY, mode=mode)
        company = CompanyFile.sample(COMPANY)
        inside = FakeQuickBooks(
            open_company=company if is_open else None,
            files=[company],
            clock=clock,
            behaviour=quickbooks,
            edition=edition,
        )
        made = House(
            qb=qb,
            clock=clock,
            company=company,
            quickbooks=inside,
            connector=FakeWebConnector(inside, *(wire or wire_to(qb)), behaviour=connector),
            id=connection.id,
            password=password.reveal(),
        )
        if is_installed:
            made.install()
        yield made


def register(qb: QBApps, app_id: str = "time", **settings: Any) -> None:
    """Register an app."""
    given = {
        "name": "QuickBooks Time",
        "base_url": BASE,
        "support_url": "https://apps.example/support",
        "description": "Hours of work",
    }
    qb.desktop.register_app(app_id, **{**given, **settings})


def plug(qb: QBApps, quickbooks: FakeQuickBooks, behaviour: ConnectorBehaviour | None = None) -> FakeWebConnector:
    """Return a Web Connector on the computer of *quickbooks*."""
    return FakeWebConnector(quickbooks, *wire_to(qb), behaviour=behaviour)


def wire_to(qb: QBApps) -> Wire:
    """Return the way to *qb* in this process."""
    into = InProcess(qb.desktop.dispatch, BASE, opened=qb.desktop._opened)
    return into.post, into.get
