"""A usable token that this process has not read yet: one look into the SQLite file."""

from __future__ import annotations

import functools
import itertools
import os
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import library
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from measure import Scene, Table, figure, interleave, microseconds, ratio
from sqlalchemy import create_engine, text

SECRET = b"x" * 900
WARM_UP = 20
"""Calls that are left out after opening: they open connections to the file and compile statements."""


def run(scene: Scene) -> list[Table]:
    """Measure a first look at each connection beside what such a look is made of."""
    count = scene.amount(400, 40)
    url = library.sqlite_url(scene.folder, "misses")
    with library.open_store_at(url, scene.intuit) as qb:
        ids = library.connect(qb, scene.intuit, count, tls=False, families="miss")

    def ours() -> float:
        with library.open_store_at(url, scene.intuit) as fresh:
            took = [_timed(fresh, connection) for connection in ids]
        return statistics.median(took[WARM_UP:])

    file = scene.folder / "plain.db"
    _fill(file)
    name = "qbapps access_token, first look"
    amount = scene.amount(5_000, 100)
    engine = create_engine(f"sqlite:///{file}")
    statement = text("SELECT body FROM pairs WHERE id = :id")
    keys = _keys()
    cipher = AESGCM(b"k" * 32)
    sealed = cipher.encrypt(b"n" * 12, SECRET, b"row")
    fernet = Fernet(Fernet.generate_key())
    token = fernet.encrypt(SECRET)

    def with_checkout() -> object:
        with engine.connect() as connection:
            return connection.execute(statement, {"id": next(keys)}).one()

    with sqlite3.connect(file) as raw, engine.connect() as held:
        calls = {
            "sqlite3 point read": lambda: raw.execute("SELECT body FROM pairs WHERE id = ?", (next(keys),)).fetchone(),
            "SQLAlchemy Core, held connection": lambda: held.execute(statement, {"id": next(keys)}).one(),
            "SQLAlchemy Core, from the pool": with_checkout,
            "AES-256-GCM open": lambda: cipher.decrypt(b"n" * 12, sealed, b"row"),
            "Fernet open": lambda: fernet.decrypt(token),
        }
        contenders = {name: ours}
        contenders |= {key: functools.partial(microseconds, call, amount) for key, call in calls.items()}
        found = interleave(contenders, scene.rounds)
    engine.dispose()
    table = Table("A miss: the first look at a usable token, SQLite", ("", "µs", "lowest – highest", "of qbapps"))
    for key, samples in found.items():
        table.rows.append((key, figure(samples.median), samples.spread, ratio(samples.median, found[name].median)))
        table.figures[key] = samples.median
    table.aim("at most 60 µs", found[name].median, most=60)
    return [table]


def _timed(qb: library.qbapps.QBApps, connection: str) -> float:
    started = time.perf_counter()
    qb.access_token(connection)
    return (time.perf_counter() - started) * 1e6


def _fill(file: Path) -> None:
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("CREATE TABLE pairs (id TEXT PRIMARY KEY, body BLOB)")
    raw.executemany("INSERT INTO pairs VALUES (?, ?)", [(f"con_{n:06d}", os.urandom(1000)) for n in range(1000)])
    raw.commit()
    raw.close()


def _keys() -> Iterator[str]:
    return itertools.cycle([f"con_{n * 7 % 1000:06d}" for n in range(1000)])
