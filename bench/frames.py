"""Tables as frames: all connections of a store, beside the loaders made for that; and how much memory it takes."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251  # the same at each run
from typing import Any

import library
import polars as pl
from contention import new_database
from measure import Scene, Table, figure, interleave, ratio
from sqlalchemy import insert, make_url

import qbapps
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Owner, Reach, Role
from qbapps.domain.states import ConnectionState
from qbapps.store import rows, schema
from qbapps.store.opening import open_store
from qbapps.store.ready import Ready
from qbapps.values import Environment

QUERY = "SELECT * FROM connections"
FEW = 100_000
"""Rows up to which objects are made of each, too: beyond, that takes minutes and gigabytes."""

BATCH = 20_000
_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_SCOPES = ("com.intuit.quickbooks.accounting", "openid", "email", "profile")


def run(scene: Scene) -> list[Table]:
    """Measure on SQLite, and on PostgreSQL where ``QBAPPS_TEST_POSTGRESQL`` names a server; then memory."""
    sizes = (FEW, 1_000_000) if not scene.quick else (2_000,)
    urls = {count: library.sqlite_url(scene.folder, f"frames-{count}") for count in sizes}
    tables = []
    for count, url in urls.items():
        fill(url, count)
        tables.append(_on(scene, "SQLite", url, count))
    server = os.environ.get("QBAPPS_TEST_POSTGRESQL")
    for count in sizes if server else ():
        with new_database(str(server)) as url:
            library.prepare(url)
            fill(url, count)
            tables.append(_on(scene, "PostgreSQL", url, count))
    return [*tables, _memory(urls)] if sys.platform == "linux" else tables


def fill(url: str, count: int) -> None:
    """Put *count* connections into the empty store at *url*, without their pairs."""
    store = open_store(url)
    ready = Ready(insert(schema.connections), schema.connections.c.keys())
    made = _connections(count)
    while batch := list(itertools.islice(made, BATCH)):
        store._write(  # noqa: SLF001  # a bench fills it faster than anybody connects
            "filling the store", lambda connection, batch=batch: ready.run_each(connection, batch)
        )
    store.close()


def _connections(count: int) -> Iterator[dict[str, Any]]:
    chance = Random(1)  # noqa: S311  # no secret
    for number in range(count):
        at = _BEGAN + timedelta(seconds=7 * number, microseconds=chance.randrange(10**6))
        who = number % 50_000
        made = Connection(
            id=f"con_{(0x19400000000 + number) << 64 | chance.getrandbits(64):027x}",
            app_id=f"app-{number % 20}",
            environment=Environment.PRODUCTION,
            realm_id=str(9130350000000000 + number),
            company_name=f"Société nº {number} & Fils",
            owner=Owner(
                sub=f"{who:032x}", email=f"Owner{who}@Exemple.fr", name=f"Jeanne Durand {who}", role=Role.ADMIN
            ),
            state=ConnectionState.CONNECTED if number % 10 else ConnectionState.NEEDS_RECONNECT,
            reach=Reach.API,
            reference=f"tenant-{number}" if number % 2 else None,
            scopes=_SCOPES,
            grant=1,
            generation=number % 400,
            connected_at=at,
            refreshed_at=at + timedelta(days=30),
            access_expires_at=at + timedelta(days=30, hours=1),
            refresh_expires_at=at + timedelta(days=130),
            refresh_hard_expires_at=at + timedelta(days=5 * 365),
            cause=None if number % 10 else "refused",
            last_used_on=date(2025, 6, 1) + timedelta(days=number % 100),
            version=number % 400 + 1,
        )
        yield rows.CONNECTIONS.row(made)


def _on(scene: Scene, name: str, url: str, count: int) -> Table:
    store = open_store(url)

    def streamed() -> int:
        return sum(page.height for page in store.tables.frames("connections"))

    contenders: dict[str, Callable[[], int]] = {
        "qbapps frame": lambda: store.tables.frame("connections").height,
        "qbapps frames, page by page": streamed,
        **{
            loader: found
            for loader, found in {"ADBC": _adbc(url), "connectorx": _connectorx(url)}.items()
            if _works(found, count)
        },
    }
    if count <= FEW:
        contenders["pandas.read_sql"] = _pandas(url)
        contenders["qb.connections(), an object each"] = _objects(url)
    found = interleave({one: _seconds(call, count) for one, call in contenders.items()}, scene.rounds)
    store.close()
    table = Table(
        f"Frames: {count:,} connections on {name}, 28 columns",
        ("", "seconds", "lowest – highest", "rows a second", "of qbapps"),
    )
    ours = found["qbapps frame"].median
    for one, samples in found.items():
        table.rows.append(
            (
                one,
                figure(samples.median),
                samples.spread,
                figure(count / samples.median),
                ratio(samples.median, ours),
            )
        )
        table.figures[one] = samples.values
    loaders = [found[one].median for one in ("ADBC", "connectorx") if one in found]
    table.aim("within 1.2 of the best loader", ours / min(loaders), most=1.2)
    return table


def _seconds(call: Callable[[], int], count: int) -> Callable[[], float]:
    def once() -> float:
        began = time.perf_counter()
        found = call()
        took = time.perf_counter() - began
        if found != count:
            raise RuntimeError(f"{found} rows, not {count}")
        return took

    return once


def _works(call: Callable[[], int], count: int) -> bool:
    """Tell whether a loader can read this database as it is reached here; say so if not."""
    try:
        return call() == count
    except BaseException as error:  # noqa: BLE001  # Rust's panics are no Exception
        print(f"left out: {type(error).__name__}")
        return False


def _adbc(url: str) -> Callable[[], int]:
    """ADBC, in batches as large as ours; on SQLite it leaves instants and days as the texts they are kept as."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        from adbc_driver_sqlite import dbapi as driver  # noqa: PLC0415

        place, options = f"file:{parsed.database}?mode=ro", {"adbc.sqlite.query.batch_rows": 65_536}
    else:
        from adbc_driver_postgresql import dbapi as driver  # noqa: PLC0415

        place, options = parsed.set(drivername="postgresql").render_as_string(hide_password=False), {}

    def load() -> int:
        with driver.connect(place) as connection, connection.cursor() as cursor:
            if options:
                cursor.adbc_statement.set_options(**options)
            cursor.execute(QUERY)
            frame: pl.DataFrame = cursor.fetch_polars()
            return frame.height

    return load


def _connectorx(url: str) -> Callable[[], int]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        place = f"sqlite://{parsed.database}"
    else:
        folder = parsed.query.get("host", parsed.host)
        place = parsed.set(drivername="postgresql", host=str(folder), query={}).render_as_string(hide_password=False)

    def load() -> int:
        import connectorx  # noqa: PLC0415

        return int(connectorx.read_sql(place, QUERY, return_type="polars").height)

    return load


def _pandas(url: str) -> Callable[[], int]:
    def load() -> int:
        import pandas  # noqa: ICN001, PLC0415
        from sqlalchemy import create_engine  # noqa: PLC0415

        engine = create_engine(make_url(url).set(drivername=_driver(url)))
        try:
            return len(pandas.read_sql(QUERY, engine))
        finally:
            engine.dispose()

    return load


def _driver(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"


def _objects(url: str) -> Callable[[], int]:
    def load() -> int:
        with qbapps.open(url, key=library.KEY) as qb:
            return sum(1 for _ in qb.connections())

    return load


def _memory(urls: dict[int, str]) -> Table:
    table = Table(
        "Frames: memory on SQLite, in a process of its own", ("", "rows", "before, MiB", "peak, MiB", "more, MiB")
    )
    for (count, url), way in itertools.product(urls.items(), ("frames", "frame")):
        told = subprocess.run(  # noqa: S603  # this very file
            [sys.executable, __file__, url, way],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parent,
        )
        found = json.loads(told.stdout)
        more = found["peak"] - found["before"]
        table.rows.append((way, f"{count:,}", figure(found["before"]), figure(found["peak"]), figure(more)))
        table.figures[f"{way} {count}"] = found
    return table


def main(url: str, way: str) -> None:
    """Read the connections once, and print what it took."""
    import memory_of_plans as memory  # noqa: PLC0415

    store = open_store(url)
    store.tables.frame("apps")
    memory._forget_peak()  # noqa: SLF001  # the same measure
    before = memory._peak()  # noqa: SLF001
    if way == "frame":
        store.tables.frame("connections")
    else:
        for _page in store.tables.frames("connections"):
            pass
    print(json.dumps({"before": before, "peak": memory._peak()}))  # noqa: SLF001
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
