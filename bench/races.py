"""Many callers, one stale token, a server that honours each refresh token once: who sends what, who fails."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import library
import peers
from measure import Samples, Scene, Table, figure

CALLERS = 32
SERVICE = 0.2
"""Seconds an answer takes: long enough that every caller has asked before the first one is answered."""

QBAPPS = "qbapps"


@attrs.frozen
class Race:
    """How one race went."""

    posts: int
    failures: int
    longest: float


def run(scene: Scene) -> list[Table]:
    """Let each contender's callers begin at once; a fresh token for each race."""
    # The one authority alone: reading the whole trust store, once a connection, would keep the callers apart.
    peers.trust(scene.intuit.authority_file)
    intuit = scene.intuit
    clock = library.Ageing()
    table = Table(
        f"Race: {CALLERS} threads, one stale token, {SERVICE * 1e3:.0f} ms service, TLS",
        ("", "callers", "POSTs", "failures", "longest call, ms"),
    )
    with library.open_store_at(library.sqlite_url(scene.folder, "races"), intuit, clock) as qb:
        (connection,) = library.connect(qb, intuit, 1, tls=True, families="race")

        def ours(_: int) -> Callable[[], object]:
            clock.age()
            return lambda: qb.access_token(connection)

        def theirs(name: str) -> Callable[[int], Callable[[], object]]:
            return lambda number: peers.make(name, intuit, f"race{name.replace('-', '')}{number}", stale=True).usable

        contenders = {QBAPPS: ours} | {name: theirs(name) for name in peers.PEERS}
        found: dict[str, list[Race]] = {name: [] for name in contenders}
        for number in range(scene.rounds):
            for name, ready in contenders.items():
                intuit.delay()
                call = ready(number)
                intuit.delay(service=SERVICE)
                found[name].append(race(scene, call))
    intuit.delay()
    for name, races in found.items():
        posts, failures, longest = (
            Samples([getattr(one, what) for one in races]) for what in ("posts", "failures", "longest")
        )
        row = (name, str(CALLERS), figure(posts.median), figure(failures.median), figure(longest.median))
        table.rows.append(row)
        table.figures[name] = {"posts": posts.values, "failures": failures.values}
    table.aim("1 POST, every time", max(one.posts for one in found[QBAPPS]), most=1, least=1)
    table.aim("0 failures, every time", max(one.failures for one in found[QBAPPS]), most=0)
    return [table]


def race(scene: Scene, call: Callable[[], object]) -> Race:
    """Run *call* in all threads at once; every exception is a failure."""
    took, failures = library.at_once([call] * CALLERS)
    counts = scene.intuit.counts()
    return Race(posts=counts["posts"], failures=failures, longest=max(took) * 1e3)
