"""Eight processes on one store: one token that all of them want, and many that each refreshes for itself."""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs
import library
from measure import Samples, Scene, Table, figure
from sqlalchemy import URL, create_engine, make_url, text
from standin import StandIn

PROCESSES = 8
THREADS = 4
SERVICE = 0.05
AGE = timedelta(minutes=58)
_NUMBERS = itertools.count()


@attrs.frozen
class Task:
    """
    What one process is to do.

    Attributes:
        warm: A connection of its own to refresh before the start, so that what is timed is a process at work.

        threads: Its connections, thread by thread.
    """

    url: str
    intuit: StandIn
    ahead: timedelta
    warm: str
    threads: list[list[str]]


def run(scene: Scene) -> list[Table]:
    """Measure on SQLite, and on PostgreSQL where ``QBAPPS_TEST_POSTGRESQL`` names a server."""
    tables = [_on(scene, "SQLite", library.sqlite_url(scene.folder, "contention"))]
    server = os.environ.get("QBAPPS_TEST_POSTGRESQL")
    if server:
        with new_database(server) as url:
            tables.append(_on(scene, "PostgreSQL", url))
    return tables


def _on(scene: Scene, name: str, url: str) -> Table:
    library.prepare(url)
    each = scene.amount(25, 4)
    ahead = timedelta(0)
    with library.open_store_at(url, scene.intuit, library.Ageing()) as qb:
        ids = library.connect(qb, scene.intuit, PROCESSES * (each + 1), tls=True, families=f"many{next(_NUMBERS)}x")
    warm, ids = ids[:PROCESSES], ids[PROCESSES:]
    own = [ids[number::PROCESSES] for number in range(PROCESSES)]
    kinds = {
        "one token, wanted by all": [[[ids[0]] for _ in range(THREADS)] for _ in range(PROCESSES)],
        f"{each} tokens for each": [[mine[n::THREADS] for n in range(THREADS)] for mine in own],
        f"the same {each} tokens, in one order": [[ids[:each] for _ in range(THREADS)] for _ in range(PROCESSES)],
    }
    table = Table(
        f"Contention: {PROCESSES} processes × {THREADS} threads on one {name}, {SERVICE * 1e3:.0f} ms service, TLS",
        ("", "tokens", "POSTs", "failures", "median ms", "99 % ms", "longest ms"),
    )
    longest, lags = Samples(), Samples()
    for kind, shares in kinds.items():
        tokens = len({one for share in shares for thread in share for one in thread})
        runs = []
        for _ in range(scene.rounds):
            ahead += AGE
            scene.intuit.delay(service=SERVICE)
            tasks = [Task(url, scene.intuit, ahead, *work) for work in zip(warm, shares, strict=True)]
            took, ends, failures = _processes(tasks)
            runs.append((scene.intuit.counts()["posts"] - PROCESSES, failures, took))
            if tokens == 1:
                # The winner returns right after its commit: whoever returns later waited for it, and this long.
                lags.values.extend((end - min(ends)) * 1e3 for end in ends)
        took = sorted(one * 1e3 for run in runs for one in run[2])
        posts, failures = (statistics.median(run[place] for run in runs) for place in (0, 1))
        percentile = took[int(len(took) * 0.99)]
        figures = (float(tokens), posts, failures, statistics.median(took), percentile, took[-1])
        table.rows.append((kind, *(figure(value) for value in figures)))
        table.figures[kind] = dict(
            zip(("tokens", "posts", "failures", "median", "p99", "longest"), figures, strict=True)
        )
        longest.values.append(took[-1])
        table.aim(f"{kind}: one POST a token, no failure", max(run[0] - tokens + run[1] for run in runs), most=0)
    scene.intuit.delay()
    ordered = sorted(lags.values)
    figures = (figure(statistics.median(ordered)), figure(ordered[int(len(ordered) * 0.99)]), figure(ordered[-1]))
    table.rows.append(("a waiter behind the winner's commit", "1", "", "", *figures))
    table.figures["lag"] = {"median": statistics.median(ordered), "longest": ordered[-1]}
    if name == "SQLite":
        table.aim("a waiter has the winner's token within 50 ms of its commit", max(lags.values), most=50)
        table.aim("no waiter beyond 500 ms, the answer's 50 ms included", max(longest.values), most=500)
    return table


def _processes(tasks: list[Task]) -> tuple[list[float], list[float], int]:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(len(tasks), timeout=120)
    with ProcessPoolExecutor(len(tasks), context, _share, (start,)) as pool:
        found = list(pool.map(_work, tasks))
    took, ends = ([one for part in found for one in part[place]] for place in (0, 1))
    return took, ends, sum(failures for _, _, failures in found)


_shared: dict[str, Any] = {}


def _share(start: Any) -> None:
    _shared["start"] = start


def _work(task: Task) -> tuple[list[float], list[float], int]:
    """Refresh in one process, each thread its own list; every call is timed by itself, and by the machine's clock."""
    took: list[float] = []
    ends: list[float] = []
    failures: list[int] = []
    adding = threading.Lock()
    with library.open_store_at(task.url, task.intuit, library.Ageing(task.ahead)) as qb:
        qb.access_token(task.warm)

        def thread(ids: list[str]) -> None:
            for connection in ids:
                theirs, failed = library.timed(functools.partial(qb.access_token, connection))
                ended = time.monotonic()
                with adding:
                    took.append(theirs)
                    ends.append(ended)
                    failures.append(failed)

        _shared["start"].wait()
        library.at_once([functools.partial(thread, ids) for ids in task.threads])
    return took, ends, sum(failures)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Make a database for this bench, and drop it afterwards."""
    name = f"qbapps_bench_{os.getpid()}"
    admin = create_engine(_psycopg(make_url(server)), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _psycopg(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg")
