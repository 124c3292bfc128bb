"""A thousand disconnects: each denied here first, revoked at Intuit, proven, and kept as a receipt."""

from __future__ import annotations

import functools
from collections.abc import Callable

import library
import peers
import vendor
from measure import Run, Samples, Scene, Table, figure, in_threads, ratio
from refreshes import PLACES, THREADS, Place

QBAPPS = "qbapps disconnect, 64 threads, SQLite FULL"
WELL = "intuit-oauth used well, 64 threads, nothing kept"
THREADED = "intuit-oauth, a new client each, 64 threads"
LOOP = "intuit-oauth's documented loop"


def run(scene: Scene) -> list[Table]:
    """Measure each place, every contender once a round."""
    peers.trust(scene.intuit.ca_file)
    return [_at(scene, place) for place in PLACES[: scene.amount(2, 1)]]


def _at(scene: Scene, place: Place) -> Table:
    intuit, count = scene.intuit, scene.amount(1000, 64)
    well = vendor.WellUsed(intuit, tls=place.tls, pool_size=THREADS)
    documented = vendor.Documented(intuit, tls=place.tls)
    posts = Samples()

    def ours(number: int) -> Run:
        name = f"revocations-{place.tls:d}-{place.service * 1e3:.0f}-{number}"
        url = library.sqlite_url(scene.folder, name)
        with library.open_store_at(url, intuit, library.Ageing()) as qb:
            intuit.delay()
            ids = library.connect(qb, intuit, count, tls=place.tls, families=name.replace("-", ""))
            intuit.delay(round_trip=place.round_trip, service=place.service)
            found = in_threads(functools.partial(qb.disconnect, reason="service_ending"), ids, THREADS)
        counts = intuit.counts()
        posts.values.append((counts["revokes"] + counts["posts"]) / count)
        return found

    def theirs(call: Callable[[str], object], amount: int, threads: int) -> Callable[[int], Run]:
        return lambda _: in_threads(call, [vendor.fresh_token() for _ in range(amount)], threads)

    contenders: dict[str, Callable[[int], Run]] = {
        QBAPPS: ours,
        WELL: theirs(well.revoke, count, THREADS),
        THREADED: theirs(documented.revoke, scene.amount(128, 32), THREADS),
        LOOP: theirs(documented.revoke, scene.amount(10, 2), 1),
    }
    rates = {key: Samples() for key in contenders}
    cpus = {key: Samples() for key in contenders}
    for number in range(scene.amount(3, 1)):
        for key, once in contenders.items():
            intuit.delay(round_trip=place.round_trip, service=place.service)
            found = once(number)
            rates[key].values.append(found.rate)
            cpus[key].values.append(found.cpu)
    intuit.delay()
    table = Table(
        f"Revocations: {place.title}; the bound is {place.bound:,.0f} calls/s, and qbapps makes "
        f"{figure(posts.median)} for each: the revoke, and the refresh that must be refused",
        ("", "a second", "lowest – highest", "of the bound", "qbapps is", "ms CPU each"),
    )
    for key, rate in rates.items():
        calls = posts.median if key == QBAPPS else 1
        table.rows.append(
            (
                key,
                figure(rate.median),
                rate.spread,
                f"{rate.median * calls / place.bound:.0%}",
                ratio(rates[QBAPPS].median, rate.median),
                figure(cpus[key].median),
            )
        )
        table.figures[key] = {"rate": rate.median, "cpu_ms": cpus[key].median}
    return table
