"""A store with many QuickBooks Desktop connections in use, made faster than people set them up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import attrs
import library
import web_connector
from web_connector import Caller, Post

import qbapps
from qbapps.desktop import qbxml
from qbapps.ports import Change
from qbapps.simulator.desktop import CompanyFile, FakeQuickBooks, FakeWebConnector, InProcess
from qbapps.store.opening import open_store

BASE_URL = "https://time.example/qbwc"
APP = "time"
EVERY = timedelta(minutes=15)

LITTLE, REAL = 2, 2**14


class Standing:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self._at = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the same instant until it is moved."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Move on by *seconds* at once."""
        self.advance(timedelta(seconds=seconds))

    def advance(self, by: timedelta = EVERY) -> None:
        """Move on, by default to the next poll."""
        self._at += by


@attrs.frozen
class Town:
    """
    A store and the connectors of its connections.

    Attributes:
        ids: Of the connections.
        names: Of their users.
        first: What the QuickBooks of the first connection says of itself, its company file stamped with *stamp*.
        callers: Their connectors.
    """

    url: str
    ids: Sequence[str]
    names: Sequence[str]
    first: str
    stamp: str
    callers: Sequence[Caller] = attrs.field(init=False)

    @callers.default
    def _made(self) -> Sequence[Caller]:
        return [Caller.of(name, one) for name, one in zip(self.names, self.ids, strict=True)]

    def said(self, number: int) -> str:
        """Return what the QuickBooks of a connection says of itself."""
        return self.first.replace(self.stamp, _guid(number)) if number else self.first

    def told(self) -> str:
        """Return it as a text, for another process."""
        return json.dumps([self.url, self.ids, self.names, self.first, self.stamp])

    @classmethod
    def read(cls, text: str) -> Town:
        """Return what was told."""
        return cls(*json.loads(text))


def settle(url: str, count: int, *, work: int = LITTLE) -> Town:
    """
    Put *count* connections in full use into the empty store at *url*.

    One is set up as people do, with the fake connector and the fake QuickBooks; the others are made after it.

    Args:
        work: scrypt's factor for their passwords, which each process spends once; :data:`REAL` as in use.
    """
    clock = Standing()
    first: list[str] = []
    with qbapps.open(url, key=library.KEY, clock=clock) as qb:
        qb.desktop.register_app(
            APP,
            name="Hours",
            base_url=BASE_URL,
            support_url="https://time.example/help",
            description="Hours of a bench",
            every=EVERY,
        )
        connection, password = qb.desktop.connect(APP, company="Menuiserie Petit")
        books = FakeQuickBooks(open_company=CompanyFile.sample("Menuiserie Petit"), clock=clock)
        connector = FakeWebConnector(books, InProcess(qb.desktop.dispatch, BASE_URL).post)
        connector.before("sendRequestXML", lambda call: first.append(call.arguments["strHCPResponse"]))
        connector.add(qb.desktop.qwc(connection.id))
        connector.set_password(password.reveal())
        connector.update_selected()
        state = qb.desktop.status(connection.id).state
    if state != "active" or not first[0]:
        raise RuntimeError(f"the connection is {state} after its first update")
    ids, names, stamp = _multiply(url, connection.id, count, work)
    return Town(url, ids, names, first[0], stamp)


def _multiply(url: str, model: str, count: int, work: int) -> tuple[list[str], list[str], str]:
    """Make *count* - 1 connections like *model*; give it, and them, the password of all; tell the stamp of *model*."""
    store = open_store(url)
    link, connection = store.desktop.link(model), store.connection(model)
    if link is None or connection is None:
        raise RuntimeError(f"{model} has gone")
    ids, names = [model], [link.username]
    records: list[object] = [attrs.evolve(link, password=_hashed(0, work), version=link.version + 1)]
    for number in range(1, count):
        ids.append(f"con_{number:027x}")
        names.append(f"{APP}-{number}")
        records.append(attrs.evolve(connection, id=ids[-1], company_name=f"Menuiserie {number}", version=1))
        own = {"connection_id": ids[-1], "username": names[-1], "file_id": _guid(number), "version": 1}
        records.append(attrs.evolve(link, password=_hashed(number, work), **own))
    store.save(Change(records=tuple(records)))
    store.close()
    return ids, names, link.file_id


def _hashed(number: int, work: int) -> str:
    salt = f"{number:032x}"
    found = hashlib.scrypt(
        web_connector.PASSWORD.encode(), salt=bytes.fromhex(salt), n=work, r=8, p=1, maxmem=2**26, dklen=32
    )
    return f"scrypt${work}$8$1${salt}${found.hex()}"


def _guid(number: int) -> str:
    return f"{{00000000-0000-4000-8000-{number:012x}}}"


@contextmanager
def served(url: str, clock: Standing | None = None) -> Iterator[tuple[qbapps.QBApps, Post]]:
    """Open the store, with nothing remembered, and give what answers connectors."""
    with qbapps.open(url, key=library.KEY, clock=clock or Standing()) as qb:

        def post(path: str, body: bytes) -> bytes:
            status, answer = qb.desktop.dispatch(body, path=path)
            if status != 200:
                raise web_connector.Unexpected(f"{status}: {answer.decode()}")
            return answer

        yield qb, post


def queue(qb: qbapps.QBApps, connection_id: str, pairs: int) -> None:
    """Queue a query and a write, *pairs* times."""
    asked = qbxml.query("Customer", most=web_connector.CUSTOMERS)
    hours = {"TxnDate": date(2026, 1, 5), "EntityRef": "Jean Durand", "Duration": timedelta(hours=8, minutes=30)}
    added = qbxml.add("TimeTracking", hours)
    for _ in range(pairs):
        qb.desktop.enqueue(connection_id, asked)
        qb.desktop.enqueue(connection_id, added)
