"""Connectors that log in at the same moment, in two processes: one session, and the others are told to wait."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from databases import POSTGRESQL

import qbapps

sys.path.insert(0, str(Path(__file__).parents[1] / "desktop"))

from desktop_house import KEY, call, register

PROCESSES, CALLERS, ROUNDS = 2, 8, 4
PATIENCE = 60


def log_in(
    url: str, username: str, password: str, connection_id: str, together: Barrier, results: Queue[list[list[str]]]
) -> None:
    """Log in from all threads at once, in rounds that all processes begin together."""
    with qbapps.open(url, key=KEY) as qb, ThreadPoolExecutor(CALLERS) as threads:
        start = threading.Barrier(CALLERS)
        told: list[list[str]] = []
        given = {"to": connection_id, "strUserName": username, "strPassword": password}

        def ask(_: int) -> tuple[str, str]:
            start.wait(PATIENCE)
            ticket, said, *_ = call(qb, "authenticate", **given)
            return said, ticket

        # A password that is known already is looked at for all who come at once; of others, few are.
        first, *_ = call(qb, "authenticate", **given)
        call(qb, "closeConnection", to=connection_id, ticket=first)
        for _ in range(ROUNDS):
            together.wait(PATIENCE)
            found = list(threads.map(ask, range(CALLERS)))
            together.wait(PATIENCE)
            for said, ticket in found:
                if said == "":
                    call(qb, "closeConnection", to=connection_id, ticket=ticket)
            told.append([said for said, _ in found])
        results.put(told)


@pytest.fixture(params=["file", POSTGRESQL])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that processes share."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("server").migrated())
    return f"sqlite:///{tmp_path / 'store.db'}"


def test_one_of_sixteen_logins_opens_a_session_and_the_others_are_busy(url: str) -> None:
    with qbapps.open(url, key=KEY) as qb:
        register(qb)
        connection, password = qb.desktop.connect("time", company="Boulangerie Martin")
        username = qb.desktop.status(connection.id).username
        context = multiprocessing.get_context("spawn")
        together, results = context.Barrier(PROCESSES), context.Queue()
        given = (url, username, password.reveal(), connection.id, together, results)
        processes = [context.Process(target=log_in, args=given) for _ in range(PROCESSES)]
        for process in processes:
            process.start()
        told = [results.get(timeout=2 * PATIENCE) for _ in processes]
        for process in processes:
            process.join(PATIENCE)
        for rounds in zip(*told, strict=True):
            said = Counter(one for answers in rounds for one in answers)
            assert said == {"": 1, "busy": PROCESSES * CALLERS - 1}
        sessions = qb.desktop._ports.desktop.sessions(connection.id)
        assert ROUNDS < len(sessions) <= ROUNDS + PROCESSES
        assert all(session.is_over for session in sessions)
        assert qb.verify_events() == ()
