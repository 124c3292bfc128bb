"""
How much memory connectors cost, measured in processes that do nothing else, on Linux: a thousand that poll, and an
answer of 30 million characters.
"""

from __future__ import annotations

import gc
import json
import logging
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import desktop_peers
import library
import memory_of_plans as memory
from desktop_peers import Login
from desktop_store import Standing, Town, served, settle
from measure import Samples, Scene, Table, figure, ratio
from sqlalchemy import make_url
from web_connector import Post, begin, filled, long_message, percent, poll

from qbapps.desktop import qbxml

LENGTH = 30_000_000
PASSES = (1, 10, 30)
"""How often all have polled when memory is looked at."""

QBAPPS = "qbapps, SQLite"
KEEPS = "qbapps: compressed and committed"
READS = "qbapps results(): every record, from the store"
KIT = "qbwc-kit: all records in memory"
SPYNE = "spyne as its examples are: 2 MiB at most"
ALLOWED = "spyne, 64 MiB allowed: 10 MB at most for lxml"
HUGE = "spyne, 64 MiB allowed and huge_tree"
ALONE = "qbapps' SOAP alone, nothing behind it"
REFUSED, UNREAD = "refused", "not read"
_MESSAGE = "desktop-long.xml"


def tables(scene: Scene) -> list[Table]:
    """Measure polling, then a long answer."""
    return [_polling(scene), _long(scene)]


def _polling(scene: Scene) -> Table:
    count, passes = scene.amount(1000, 20), PASSES if not scene.quick else (1, 2)
    told = settle(library.sqlite_url(scene.folder, "desktop-memory"), count).told()
    table = Table(
        f"Desktop: memory of {count:,} connections that poll, in a process of its own, MiB",
        ("", "one polls", *(f"all {times} times" if times > 1 else "all once" for times in passes), "more"),
    )
    for name in (QBAPPS, "qbwc-kit, in memory", "spyne, in memory"):
        found = _alone(["polling", told, name.partition(",")[0], *map(str, passes)])
        if found is not None:
            at = found["at"]
            table.rows.append((name, *map(figure, at), figure(at[-1] - at[0])))
            table.figures[name] = found
            if name == QBAPPS:
                table.aim("connectors that poll leave at most 10 MiB", at[-1] - at[0], most=10)
    return table


def _long(scene: Scene) -> Table:
    length, names = LENGTH, (KEEPS, READS, KIT, SPYNE, ALLOWED, HUGE, ALONE)
    if scene.quick:
        length, names = 5_000_000, (KEEPS, READS, KIT)
    size = (scene.folder / _MESSAGE).write_bytes(long_message(length))
    table = Table(
        f"Desktop: an answer of {length / 1e6:.0f} million characters, a message of {size / 2**20:.0f} MiB; "
        "memory beyond it, in a process of its own",
        ("", "seconds", "lowest – highest", "of qbapps", "peak, MiB", "of it Python's", "records"),
    )
    took: dict[str, Samples] = {}
    peaks: dict[str, Samples] = {}
    records: dict[str, Any] = {}
    for number in range(scene.rounds):
        town = settle(library.sqlite_url(scene.folder, f"desktop-long-{number}"), 1).told()
        for name in names:
            found = _alone(["long", town, name, "resident"])
            if found is None:
                continue
            took.setdefault(name, Samples()).values.append(found["seconds"])
            peaks.setdefault(name, Samples()).values.append(found["peak"])
            records[name] = found["records"]
    town = settle(library.sqlite_url(scene.folder, "desktop-long-traced"), 1).told()
    ours = took[KEEPS].median
    for name, seconds in took.items():
        traced = None if scene.quick else _alone(["long", town, name, "traced"])
        is_refused = records[name] == REFUSED
        table.rows.append(
            (
                name,
                figure(seconds.median),
                seconds.spread,
                "–" if is_refused else ratio(seconds.median, ours),
                figure(peaks[name].median),
                figure(traced["peak"]) if traced else "",
                records[name] if isinstance(records[name], str) else f"{records[name]:,}",
            )
        )
        table.figures[name] = {"seconds": seconds.median, "peak": peaks[name].median, "traced": traced}
    table.aim("a long answer takes at most twice its message more", peaks[KEEPS].median / (size / 2**20), most=2)
    return table


def _alone(asked: list[str]) -> dict[str, Any] | None:
    told = subprocess.run(  # noqa: S603  # this very file
        [sys.executable, __file__, *asked], check=True, capture_output=True, text=True, cwd=Path(__file__).parent
    )
    found: dict[str, Any] | None = json.loads(told.stdout)
    return found


def _resident() -> float:
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _poll_alone(told: str, who: str, *passes: str) -> dict[str, Any] | None:
    """Let one connection poll, then all of them so many times, and look at what is resident."""
    town, clock = Town.read(told), Standing()
    with _answering(town.url, who, Login.of(town.names), clock) as post:
        if post is None:
            return None
        poll(post, town.callers[0])
        at, done = [_resident()], 0
        for times in map(int, passes):
            for _ in range(times - done):
                clock.advance()
                for caller in town.callers:
                    poll(post, caller)
            at.append(_resident())
            done = times
    return {"at": at}


@contextmanager
def _answering(url: str, who: str, login: Login, clock: Standing) -> Iterator[Post | None]:
    if who != "qbapps":
        yield desktop_peers.kit(login) if who == "qbwc-kit" else desktop_peers.spyne(login)
        return
    with served(url, clock) as (_, post):
        yield post


def _long_alone(told: str, who: str, look: str) -> dict[str, Any] | None:
    """Hand one long answer over, or read one that was handed over before; tell what it took."""
    town = Town.read(told)
    login = Login.of(town.names, pairs=1)
    if who in (KEEPS, READS):
        with served(town.url) as (qb, post):
            if who == READS:
                (job,) = (job for job in qb.desktop.jobs(town.ids[0]) if job.records)
                return _measured(lambda: sum(1 for _ in qb.desktop.results(job.id)), look)
            job = qb.desktop.enqueue(town.ids[0], qbxml.query("Customer"))
            return _handed_over(post, town, look, lambda: qb.desktop.job(job.id).records)
    made: Post | None = {
        KIT: lambda: desktop_peers.kit(login),
        SPYNE: lambda: desktop_peers.spyne(login, largest=None),
        ALLOWED: lambda: desktop_peers.spyne(login),
        HUGE: lambda: desktop_peers.spyne(login, huge_tree=True),
        ALONE: desktop_peers.soap_alone,
    }[who]()
    return None if made is None else _handed_over(made, town, look, lambda: login.seen[-1] if login.seen else UNREAD)


def _handed_over(post: Post, town: Town, look: str, records: Callable[[], Any]) -> dict[str, Any]:
    caller = town.callers[0]
    ticket, request_id = begin(post, caller, town.said(0))
    folder = Path(str(make_url(town.url).database)).parent
    body = filled((folder / _MESSAGE).read_bytes(), ticket, request_id)
    answers: list[bytes] = []
    found = _measured(lambda: answers.append(post(caller.path, body)), look)
    done = percent(answers[0])
    return {**found, "records": REFUSED if done is None or done < 0 else records()}


def _measured(call: Callable[[], Any], look: str) -> dict[str, Any]:
    gc.collect()
    if look == "traced":
        tracemalloc.start()
    memory._forget_peak()  # noqa: SLF001  # the same measure
    before, began = memory._peak(), time.perf_counter()  # noqa: SLF001
    told = call()
    took = time.perf_counter() - began
    peak = tracemalloc.get_traced_memory()[1] / 2**20 if look == "traced" else memory._peak() - before  # noqa: SLF001
    return {"seconds": took, "peak": peak, "records": told}


def main(what: str, *asked: str) -> None:
    """Measure one thing, and print it."""
    logging.disable()
    found = _poll_alone(*asked) if what == "polling" else _long_alone(*asked)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
