"""QuickBooks Desktop: a thousand connectors that find nothing to do, one that works, and what a long answer costs."""

from __future__ import annotations

import functools
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import desktop_peers
import library
import memory_of_desktop
from contention import new_database
from desktop_peers import Login
from desktop_store import EVERY, REAL, Standing, Town, queue, served, settle
from measure import Run, Samples, Scene, Table, figure, in_threads, ratio
from sqlalchemy import Engine, event
from web_connector import POLL, Caller, Post, Stopwatch, poll, work

THREADS = (1, 8)
COLD = 24
"""Logins with real passwords: enough to tell, and scrypt takes its time for each."""

PAIRS = 50
LONG_QUEUE = 2_000
"""Pairs of requests that wait while the first of them are worked through."""

_numbers = itertools.count()


def run(scene: Scene) -> list[Table]:
    """Measure on SQLite, and on PostgreSQL where ``QBAPPS_TEST_POSTGRESQL`` names a server; then memory."""
    tables = _on(scene, "SQLite", lambda: library.sqlite_url(scene.folder, f"desktop-{next(_numbers)}"))
    server = os.environ.get("QBAPPS_TEST_POSTGRESQL")
    if server:
        with _databases(server) as new:
            tables += _on(scene, "PostgreSQL", new)
    return [*tables, *memory_of_desktop.tables(scene)] if sys.platform == "linux" else tables


@contextmanager
def _databases(server: str) -> Iterator[Callable[[], str]]:
    """Give empty databases, one at a time: each begins where the one before it is dropped."""
    open_now: list[Any] = []

    def drop() -> None:
        if open_now:
            open_now.pop().__exit__(None, None, None)

    def new() -> str:
        drop()
        made = new_database(server)
        url = made.__enter__()
        open_now.append(made)
        library.prepare(url)
        return url

    try:
        yield new
    finally:
        drop()


def _on(scene: Scene, name: str, new: Callable[[], str]) -> list[Table]:
    town = settle(new(), scene.amount(1000, 40))
    tables = [_polls(scene, name, town, threads) for threads in THREADS]
    tables.append(_sessions(scene, name, settle(new(), 2)))
    tables.append(_first_logins(scene, name, settle(new(), scene.amount(COLD, 4), work=REAL)))
    return tables


@attrs.define
class Found:
    """What one contender showed, round by round."""

    rates: Samples = attrs.field(factory=Samples)
    cpus: Samples = attrs.field(factory=Samples)

    def add(self, run: Run) -> None:
        """Keep a round."""
        self.rates.values.append(run.rate)
        self.cpus.values.append(run.cpu)


def _rounds(scene: Scene, contenders: dict[str, Callable[[], Run]]) -> dict[str, Found]:
    """Let every contender have its turn once a round; a first round is left out."""
    found = {name: Found() for name in contenders}
    for number in range(scene.rounds + 1):
        for name, once in contenders.items():
            run = once()
            if number:
                found[name].add(run)
    return found


def _polls(scene: Scene, name: str, town: Town, threads: int) -> Table:
    count = len(town.callers)
    clock = Standing()
    login = Login.of(town.names)
    noted, again = "qbapps, a poll every 15 minutes", "qbapps, again within 30 seconds"
    with served(town.url, clock) as (_, post):

        def next_poll() -> Run:
            clock.advance()
            return _all(post, town, threads)

        contenders = {noted: next_poll, again: functools.partial(_all, post, town, threads)}
        for peer, answers in _peers(login).items():
            contenders[peer] = functools.partial(_all, answers, town, threads)
        found = _rounds(scene, contenders)
        commits = {noted: _commits(next_poll), again: _commits(contenders[again])}
    table = Table(
        f"Desktop: {count:,} connections poll, {POLL} callbacks each, nothing to do; {name}, "
        f"{threads} {'thread' if threads == 1 else 'threads'}",
        ("", "callbacks/s", "lowest – highest", "times qbapps", "ms CPU a poll", "of a CPU for all", "commits a poll"),
    )
    ours = found[noted].rates.median
    for one, shown in found.items():
        cpu = shown.cpus.median
        share = cpu / 1e3 * count / EVERY.total_seconds()
        table.rows.append(
            (
                one,
                figure(shown.rates.median * POLL),
                f"{figure(min(shown.rates.values) * POLL)} – {figure(max(shown.rates.values) * POLL)}",
                ratio(shown.rates.median, ours),
                figure(cpu),
                f"{share:.2%}",
                f"{commits[one] / count:.2f}" if one in commits else "–",
            )
        )
        table.figures[one] = {"callbacks": shown.rates.median * POLL, "cpu_ms": cpu}
    whole = found[noted].cpus.median / 1e3 * count / EVERY.total_seconds()
    table.aim("at most 1 % of a CPU for all of them, every 15 minutes", whole * 100, most=1)
    return table


def _peers(login: Login) -> dict[str, Post]:
    known = {
        "qbwc-kit, in memory": desktop_peers.kit(login),
        "spyne, in memory": desktop_peers.spyne(login),
        "qbapps' SOAP alone, nothing behind it": desktop_peers.soap_alone() if not login.pairs else None,
    }
    return {name: post for name, post in known.items() if post is not None}


def _all(post: Post, town: Town, threads: int) -> Run:
    return in_threads(functools.partial(poll, post), list(town.callers), threads)


def _commits(call: Callable[[], object]) -> int:
    """Count the transactions that *call* commits."""
    seen: list[object] = []
    note = seen.append
    event.listen(Engine, "commit", note)
    try:
        call()
    finally:
        event.remove(Engine, "commit", note)
    return len(seen)


def _sessions(scene: Scene, name: str, town: Town) -> Table:
    pairs = scene.amount(PAIRS, 5)
    caller, waiting = town.callers
    ours, long_queue = "qbapps, each request and answer committed", f"the same, {2 * LONG_QUEUE:,} more waiting"
    login = Login.of(town.names, pairs)
    clock = Standing()
    with served(town.url, clock) as (qb, post):
        queue(qb, town.ids[1], scene.amount(LONG_QUEUE, 20))
        turn = functools.partial(_session, first=town.said(0), requests=2 * pairs)

        def session() -> Run:
            clock.advance()
            queue(qb, town.ids[0], pairs)
            return turn(post, caller)

        def with_others() -> Run:
            clock.advance()
            queue(qb, town.ids[1], pairs)
            return turn(post, waiting, first=town.said(1))

        contenders: dict[str, Callable[[], Run]] = {ours: session, long_queue: with_others}
        for peer, answers in _peers(login).items():
            contenders[f"{peer}, nothing kept"] = functools.partial(turn, answers, caller)
        found = _rounds(scene, contenders)
        queue(qb, town.ids[0], pairs)
        commits = _commits(lambda: turn(post, caller))
    table = Table(
        f"Desktop: a session of {2 * pairs} requests, {pairs} queries of 10 customers and {pairs} shifts; {name}",
        ("", "callbacks/s", "lowest – highest", "times qbapps", "ms CPU each", "commits a request"),
    )
    for one, shown in found.items():
        table.rows.append(
            (
                one,
                figure(shown.rates.median),
                shown.rates.spread,
                ratio(shown.rates.median, found[ours].rates.median),
                figure(shown.cpus.median),
                f"{commits / (2 * pairs):.2f}" if one == ours else "0" if "nothing kept" in one else "",
            )
        )
        table.figures[one] = {"callbacks": shown.rates.median, "cpu_ms": shown.cpus.median}
    return table


def _session(post: Post, caller: Caller, *, first: str, requests: int) -> Run:
    watch = Stopwatch(post)
    sent = work(watch, caller, first, most=requests)
    if sent != requests:
        raise RuntimeError(f"{sent} requests, not {requests}")
    return Run(rate=watch.calls / watch.seconds, cpu=watch.cpu / watch.calls * 1e3)


def _first_logins(scene: Scene, name: str, town: Town) -> Table:
    threads = max(THREADS)
    clock = Standing()

    def first() -> Run:
        clock.advance()
        with served(town.url, clock) as (_, post):
            return _all(post, town, threads)

    first_of = "the first login of each in a process: scrypt"
    with served(town.url, clock) as (_, post):
        _all(post, town, threads)

        def later() -> Run:
            clock.advance()
            return _all(post, town, threads)

        found = _rounds(scene, {first_of: first, "the later ones": later})
    table = Table(
        f"Desktop: logins after a start; {name}, {threads} threads",
        ("", "logins/s", "lowest – highest", "ms CPU each", "1,000 take, s"),
    )
    for one, shown in found.items():
        rate = shown.rates.median
        table.rows.append((one, figure(rate), shown.rates.spread, figure(shown.cpus.median), figure(1000 / rate)))
        table.figures[one] = {"logins": rate, "cpu_ms": shown.cpus.median}
    return table
