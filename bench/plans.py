"""Applying plans: many disconnects with a journal, beside the plain loop and the bound rows × latency ÷ workers."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import library
import memory_of_plans
import peers
from contention import new_database
from measure import Scene, Table, figure

from qbapps.domain.limits import UNLIMITED
from qbapps.manager import QBApps

SERVICE = 0.05
CALLS = 2
"""A disconnect makes two calls: the revoke, and the refresh that must be refused."""

SIZES = {1: 100, 8: 1000, 32: 1000}
"""Rows by workers: one worker alone would take minutes for a thousand."""

_numbers = itertools.count()


def run(scene: Scene) -> list[Table]:
    """Measure on SQLite, and on PostgreSQL where ``QBAPPS_TEST_POSTGRESQL`` names a server; then memory."""
    peers.trust(scene.intuit.ca_file)
    tables = [_on(scene, "SQLite", lambda name: library.sqlite_url(scene.folder, name))]
    server = os.environ.get("QBAPPS_TEST_POSTGRESQL")
    if server:
        with new_database(server) as url:
            tables.append(_on(scene, "PostgreSQL", lambda _: url))
    return [*tables, _memory(scene)] if sys.platform == "linux" else tables


def _on(scene: Scene, name: str, url_of: Callable[[str], str]) -> Table:
    table = Table(
        f"Plans: disconnects on {name}, {SERVICE * 1e3:.0f} ms an answer, {CALLS} calls a row, plain HTTP, no limits",
        ("", "rows", "seconds", "the bound", "of the bound", "rows a second", "ms CPU a row"),
    )
    wanted = dict(SIZES) if not scene.quick else {8: 32}
    cases = [(workers, count) for workers, count in wanted.items()]
    if not scene.quick:
        cases.append((32, 10_000))
    for workers, count in cases:
        for what, once in (("the plain loop, as a script writes it", _loop), ("apply, journal and all", _apply)):
            number = next(_numbers)
            url = url_of(f"plans-{number}")
            library.prepare(url)
            with library.open_store_at(url, scene.intuit) as qb:
                scene.intuit.delay()
                ids = library.connect(qb, scene.intuit, count, tls=False, families=f"plan{number}x")
                scene.intuit.delay(service=SERVICE)
                took, cpu = _timed(once, qb, ids, workers)
            bound = count * CALLS * SERVICE / workers
            table.rows.append(
                (
                    f"{what}, {workers} workers",
                    f"{count:,}",
                    figure(took),
                    figure(bound),
                    f"{took / bound:.2f}",
                    figure(count / took),
                    figure(cpu / count * 1e3),
                )
            )
            table.figures[f"{what}, {workers} workers, {count}"] = {"seconds": took, "bound": bound}
            if once is _apply and workers == 32 and count == 1000:
                table.aim("within 1.15 of the bound with 32 workers", took / bound, most=1.15)
    scene.intuit.delay()
    return table


def _timed(
    once: Callable[[QBApps, list[str], int], None], qb: QBApps, ids: list[str], workers: int
) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    once(qb, ids, workers)
    return time.perf_counter() - began, time.process_time() - cpu


def _loop(qb: QBApps, ids: list[str], workers: int) -> None:
    """End each connection from a pool of threads; nothing says afterwards what was done."""
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda one: qb.disconnect(one, reason="service_ending"), ids))


def _apply(qb: QBApps, ids: list[str], workers: int) -> None:
    plan = qb.plan_disconnect(app=library.APP, state="connected", reason="service_ending")
    if len(plan.items) != len(ids):
        raise RuntimeError(f"{len(plan.items)} rows for {len(ids)} connections")
    report = qb.apply(plan.id, workers=workers, limits=UNLIMITED, canary=False)
    if not report.is_complete:
        raise RuntimeError(f"not complete: {report.counts}")


def _memory(scene: Scene) -> Table:
    table = Table(
        "Plans: memory of apply on SQLite, rows by hand, in a process of its own",
        ("rows", "before, MiB", "peak, MiB", "more, MiB", "rows a second"),
    )
    for count in (1000, 100_000) if not scene.quick else (100, 500):
        found = memory_of_plans.measured(Path(scene.folder), count)
        table.rows.append(
            (
                f"{count:,}",
                figure(found.before),
                figure(found.peak),
                figure(found.peak - found.before),
                figure(found.rate),
            )
        )
        table.figures[f"{count}"] = {"before": found.before, "peak": found.peak}
    return table
