"""One refresh at a time, however many threads, processes and hosts want it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from crowd import PATIENCE, Got, crowd
from databases import POSTGRESQL
from sqlalchemy import update

import qbapps
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour, Intuit
from qbapps.store import engines, schema
from qbapps.vault import new_key

CALLBACK = "http://localhost:8400/callback"
REALM = "9130350000000002"
JEAN = "jean@durand.example"
PROCESSES, CALLERS = 4, 32


@attrs.frozen
class Place:
    """A store that processes share, Intuit, and one connection whose access token is stale."""

    url: str
    key: str
    intuit: Intuit
    qb: QBApps
    connection_id: str

    def refreshes(self) -> int:
        return sum(record.operation == "refresh" for record in self.intuit.requests)


@contextmanager
def stale_connection(url: str) -> Iterator[Place]:
    key = new_key().reveal()
    with (
        Intuit(behaviour=Behaviour(rotation="each_refresh", replay="kills_chain")) as intuit,
        qbapps.open(url, key=key) as qb,
    ):
        intuit.add_app("cid", "sec", redirect_uris=[CALLBACK])
        intuit.add_user(JEAN)
        intuit.add_company(REALM, name="Boulangerie Martin", admins=[JEAN])
        qb.register_app(
            "dext",
            client_id="cid",
            client_secret="sec",
            redirect_uri=CALLBACK,
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        request = qb.begin_connect("dext")
        connection = qb.complete(intuit.consent(request.url, user=JEAN, realm_id=REALM))
        make_stale(url)
        yield Place(url, key, intuit, qb, connection.id)


def make_stale(url: str) -> None:
    """Let every access token have ended a minute ago; on this machine's own clock nobody can wait an hour."""
    engine = engines.make_engine(engines.read_url(url))
    ended = datetime.now(UTC) - timedelta(minutes=1)  # noqa: TID251 - the processes go by this machine's clock
    with engine.execution_options(**{engines.WRITING: True}).begin() as connection:
        connection.execute(update(schema.tokens).values(access_expires_at=ended))
    engine.dispose()


def ask_all(place: Place) -> list[list[Got]]:
    context = multiprocessing.get_context("spawn")
    together, results = context.Barrier(PROCESSES), context.Queue()
    processes = [
        context.Process(target=crowd, args=(place.url, place.key, place.connection_id, CALLERS, together, results))
        for _ in range(PROCESSES)
    ]
    with place.intuit.hold("refresh", "after") as gate:
        for process in processes:
            process.start()
        # Whoever was first is at Intuit; the others find that out while it is held there.
        gate.wait_arrived(timeout=PATIENCE)
        gate.release()
        found = [results.get(timeout=PATIENCE) for _ in processes]
    for process in processes:
        process.join(PATIENCE)
    return found


@pytest.fixture(params=["sqlite", POSTGRESQL])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'shared.db'}"
    else:
        url = request.getfixturevalue("server").migrated()
    with stale_connection(url) as made:
        yield made


def test_128_callers_in_four_processes_make_one_refresh_and_share_its_token(place: Place) -> None:
    found = ask_all(place)
    callers = [got for crowd in found for got in crowd]
    assert len(callers) == PROCESSES * CALLERS
    assert {got.error for got in callers} == {None}
    assert {got.generation for got in callers} == {2}
    assert len({got.digest for got in callers}) == 1
    assert place.refreshes() == 1
    assert place.qb.connection(place.connection_id).generation == 2
