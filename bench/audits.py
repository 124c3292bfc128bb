"""An audit of a store: its frame beside the loaders made for that, and everything its rules find."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import frames
import library
from contention import new_database
from measure import Scene, Table, figure, interleave, ratio
from sqlalchemy import Table as Stored
from sqlalchemy import insert

import qbapps
from qbapps.audit.audit import Audit
from qbapps.store import schema
from qbapps.store.opening import open_store
from qbapps.store.ready import Ready

AT = frames._BEGAN + timedelta(days=95)  # noqa: SLF001  # when every pair of the store still lives
FIRM = "durand"
CLIENTS, STAFF = 200_000, 1_000
"""Of a store with a million connections, each to a company of its own."""


class Then:
    """A clock that stands at :data:`AT`."""

    def now(self) -> datetime:
        """Return the same instant each time."""
        return AT

    def sleep(self, seconds: float) -> None:
        """Nothing here waits."""


def run(scene: Scene) -> list[Table]:
    """Measure on SQLite, and on PostgreSQL where ``QBAPPS_TEST_POSTGRESQL`` names a server."""
    count = 2_000 if scene.quick else 1_000_000
    url = library.sqlite_url(scene.folder, "audits")
    fill(url, count)
    tables = [_on(scene, "SQLite", url, count)]
    server = os.environ.get("QBAPPS_TEST_POSTGRESQL")
    if server:
        with new_database(server) as url:
            library.prepare(url)
            fill(url, count)
            tables.append(_on(scene, "PostgreSQL", url, count))
    return tables


def fill(url: str, count: int) -> None:
    """
    Put *count* connections of as many companies into the empty store, and what an audit knows of them besides.

    One in ten needs a reconnect, one in fifty belongs to somebody who has left, one company in a hundred has no
    running subscription; a fifth of the companies are a firm's clients and in its list.
    """
    frames.fill(url, count)
    clients = min(CLIENTS, count // 5)
    realms = [str(9130350000000000 + number) for number in range(count)]
    store = open_store(url)
    ids = store.tables.frame("connections").sort("realm_id")["id"]
    app = {"environment": "production", "scopes": frames._SCOPES, "registered_at": AT, "is_bank": False, "version": 1}  # noqa: SLF001
    lots: tuple[tuple[Stored, Iterable[dict[str, Any]]], ...] = (
        (schema.apps, ({**app, "id": f"app-{n}", "name": f"App {n}", "category": f"Purpose {n}"} for n in range(20))),
        (schema.firms, [{"id": FIRM, "name": "Cabinet Durand", "realm_id": None, "version": 1}]),
        (
            schema.clients,
            ({"firm_id": FIRM, "realm_id": realms[n], "name": f"Société {n}", "version": 1} for n in range(clients)),
        ),
        (schema.people, (_person(n) for n in range(STAFF))),
        (schema.companies, (_company(realm, n) for n, realm in enumerate(realms))),
        (
            schema.listings,
            ({"firm_id": FIRM, "connection_id": ids[n], "listed_at": AT, "state": "connected"} for n in range(clients)),
        ),
    )
    for table, rows in lots:
        _insert(store, table, rows)
    store.close()


def _person(number: int) -> dict[str, Any]:
    return {
        "id": f"per_{number:027x}",
        "email": f"owner{number}@exemple.fr",
        "role": "admin",
        "firm_id": FIRM,
        "realm_id": None,
        "left_on": (AT - timedelta(days=1)).date() if number % 50 == 0 else None,
        "version": 1,
    }


def _company(realm_id: str, number: int) -> dict[str, Any]:
    return {
        "environment": "production",
        "realm_id": realm_id,
        "country": "CA",
        "subscription_status": "SUBSCRIBED" if number % 100 else "EXPIRED",
        "seen_at": AT,
        "source": "intuit",
    }


def _insert(store: Any, table: Stored, rows: Iterable[dict[str, Any]]) -> None:
    ready = Ready(insert(table), table.c.keys())
    made: Iterator[dict[str, Any]] = ({**dict.fromkeys(table.c.keys()), **row} for row in rows)
    while batch := list(itertools.islice(made, frames.BATCH)):
        store._write(  # noqa: SLF001  # a bench fills it faster than anybody types
            "filling the store", lambda connection, batch=batch: ready.run_each(connection, batch)
        )


def _on(scene: Scene, name: str, url: str, count: int) -> Table:
    qb = qbapps.open(url, key=library.KEY, clock=Then())
    found: dict[str, int] = {}

    def findings() -> float:
        taken: Audit = qb.audit()
        began = time.perf_counter()
        found["findings"] = taken.to_polars("findings").height
        found["rules"] = len(taken.rules)
        return time.perf_counter() - began

    loaders = {"ADBC": frames._adbc(url), "connectorx": frames._connectorx(url)}  # noqa: SLF001
    contenders: dict[str, Callable[[], float]] = {
        "qb.audit().to_polars()": frames._seconds(lambda: qb.audit().to_polars().height, count),  # noqa: SLF001
        "its findings, once it is taken": findings,
        **{
            loader: frames._seconds(call, count)  # noqa: SLF001
            for loader, call in loaders.items()
            if frames._works(call, count)  # noqa: SLF001
        },
        "pandas.read_sql": frames._seconds(frames._pandas(url), count),  # noqa: SLF001
    }
    measured = interleave(contenders, scene.rounds)
    qb.close()
    table = Table(
        f"Audit: {count:,} connections on {name}, {found['findings']:,} findings of {found['rules']} rules",
        ("", "seconds", "lowest – highest", "of the audit's frame"),
    )
    ours = measured["qb.audit().to_polars()"].median
    for one, samples in measured.items():
        table.rows.append((one, figure(samples.median), samples.spread, ratio(samples.median, ours)))
        table.figures[one] = samples.values
    best = min(measured[one].median for one in ("ADBC", "connectorx") if one in measured)
    table.aim("frame within 1.2 of the best loader of one table", ours / best, most=1.2)
    judged = measured["its findings, once it is taken"].median
    table.aim("all findings within 3 times the best loader: 3 s where that takes one", judged / best, most=3.0)
    return table
