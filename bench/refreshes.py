"""A thousand refreshes, each rotation committed durably before its token is handed out."""

from __future__ import annotations

import functools
from collections.abc import Callable

import attrs
import library
import peers
import vendor
from measure import Run, Samples, Scene, Table, figure, in_threads, ratio

THREADS = 64
QBAPPS = "qbapps, 64 threads, SQLite FULL"
WELL = "intuit-oauth used well, 64 threads, nothing kept"
THREADED = "intuit-oauth, a new client each, 64 threads"
LOOP = "intuit-oauth's documented loop"


@attrs.frozen
class Place:
    """
    How far away the server is.

    Attributes:
        aims: Whether the aims are measured here.
    """

    tls: bool
    round_trip: float
    service: float
    aims: bool = False

    @property
    def title(self) -> str:
        """What to print above a table."""
        wire = f"TLS, {self.round_trip * 1e3:.0f} ms round trip + " if self.tls else "plain HTTP, "
        return f"{wire}{self.service * 1e3:.0f} ms service"

    @property
    def bound(self) -> float:
        """Calls a second when every one of the threads does nothing but wait."""
        return THREADS / (self.round_trip + self.service)


PLACES = (
    Place(tls=True, round_trip=0.02, service=0.02, aims=True),
    Place(tls=True, round_trip=0.02, service=0.08),
    Place(tls=False, round_trip=0.0, service=0.02),
    Place(tls=False, round_trip=0.0, service=0.08),
)


def run(scene: Scene) -> list[Table]:
    """Measure each place, every contender once a round."""
    peers.trust(scene.intuit.ca_file)
    return [_at(scene, place) for place in (PLACES[:1] if scene.quick else PLACES)]


def _at(scene: Scene, place: Place) -> Table:
    intuit, count = scene.intuit, scene.amount(1000, 64)
    intuit.delay()
    clock = library.Ageing()
    name = f"refreshes-{place.tls:d}-{place.service * 1e3:.0f}"
    with library.open_store_at(library.sqlite_url(scene.folder, name), intuit, clock) as qb:
        ids = library.connect(qb, intuit, count + THREADS, tls=place.tls, families=name.replace("-", ""))
        well = vendor.WellUsed(intuit, tls=place.tls, pool_size=THREADS)
        documented = vendor.Documented(intuit, tls=place.tls)

        def ours() -> Run:
            clock.age()
            in_threads(qb.access_token, ids[:THREADS], THREADS)
            return in_threads(qb.access_token, ids[THREADS:], THREADS)

        def theirs(call: Callable[[str], object], amount: int, threads: int) -> Run:
            return in_threads(call, [vendor.fresh_token() for _ in range(amount)], threads)

        def used_well() -> Run:
            theirs(well.refresh, THREADS, THREADS)
            return theirs(well.refresh, count, THREADS)

        contenders: dict[str, Callable[[], Run]] = {
            QBAPPS: ours,
            WELL: used_well,
            THREADED: functools.partial(theirs, documented.refresh, scene.amount(128, 32), THREADS),
            LOOP: functools.partial(theirs, documented.refresh, scene.amount(10, 2), 1),
        }
        rates = {key: Samples() for key in contenders}
        cpus = {key: Samples() for key in contenders}
        for _ in range(scene.rounds):
            for key, once in contenders.items():
                intuit.delay(round_trip=place.round_trip, service=place.service)
                found = once()
                rates[key].values.append(found.rate)
                cpus[key].values.append(found.cpu)
                if intuit.counts()["refused"]:
                    raise RuntimeError(f"{key}: the server refused a refresh")
    intuit.delay()
    return _table(place, rates, cpus)


def _table(place: Place, rates: dict[str, Samples], cpus: dict[str, Samples]) -> Table:
    table = Table(
        f"Refreshes: {place.title}; the bound is {place.bound:,.0f}/s",
        ("", "a second", "lowest – highest", "of the bound", "qbapps is", "ms CPU each"),
    )
    ours = rates[QBAPPS].median
    for key, rate in rates.items():
        share = f"{rate.median / place.bound:.0%}"
        row = (key, figure(rate.median), rate.spread, share, ratio(ours, rate.median), figure(cpus[key].median))
        table.rows.append(row)
        table.figures[key] = {"rate": rate.median, "cpu_ms": cpus[key].median}
    if place.aims:
        table.aim("at least 1,100 a second", ours, least=1100)
        table.aim("at least 70 % of the bound", ours / place.bound * 100, least=70)
        table.aim("at least 50 times the threaded vendor", ours / rates[THREADED].median, least=50)
        table.aim("at least 200 times the documented loop", ours / rates[LOOP].median, least=200)
        table.aim("at most 1.2 ms CPU a refresh", cpus[QBAPPS].median, most=1.2)
    return table
