"""Measuring side by side: rounds in which every contender has its turn, then medians and spreads."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
from standin import StandIn


@attrs.frozen
class Scene:
    """
    What every bench is given.

    Attributes:
        folder: On a disk, so that a commit costs what it costs.

        quick: Only look whether it runs: few calls, and the figures mean little.
    """

    intuit: StandIn
    folder: Path
    quick: bool = False

    def amount(self, wanted: int, quick: int) -> int:
        """Return how many of something there are to be."""
        return quick if self.quick else wanted

    @property
    def rounds(self) -> int:
        """How often each contender has its turn."""
        return self.amount(5, 1)


@attrs.define
class Samples:
    """What one contender showed, round by round."""

    values: list[float] = attrs.field(factory=list)

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def spread(self) -> str:
        """The lowest and the highest."""
        return f"{figure(min(self.values))} – {figure(max(self.values))}"


@attrs.frozen
class Run:
    """
    One timed run of many calls.

    Attributes:
        rate: Calls a second.

        cpu: Milliseconds of this process's CPU for each call, all threads and the kernel's part.
    """

    rate: float
    cpu: float


@attrs.define
class Table:
    """
    One table of results; the first row is what the others are compared with.

    Attributes:
        aims: What is aimed at, what was measured, and whether that is enough.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = attrs.field(factory=list)
    aims: list[tuple[str, str, bool]] = attrs.field(factory=list)
    figures: dict[str, Any] = attrs.field(factory=dict)

    def aim(self, wanted: str, value: float, *, most: float | None = None, least: float | None = None) -> None:
        """Add an aim: *value* at most, or at least."""
        met = (most is None or value <= most) and (least is None or value >= least)
        self.aims.append((wanted, figure(value), met))


def interleave(contenders: Mapping[str, Callable[[], float]], rounds: int, *, warm: bool = True) -> dict[str, Samples]:
    """Let every contender measure itself once a round; a first round may be left out."""
    found = {name: Samples() for name in contenders}
    for number in range(rounds + warm):
        for name, once in contenders.items():
            value = once()
            if number >= warm:
                found[name].values.append(value)
    return found


def microseconds(call: Callable[[], object], count: int) -> float:
    """Return how long one of *count* calls takes, the loop's own 20 ns included."""
    turns = range(count)
    started = time.perf_counter()
    for _ in turns:
        call()
    return (time.perf_counter() - started) / count * 1e6


def in_threads(call: Callable[[Any], object], items: list[Any], threads: int) -> Run:
    """Call for every item in *threads* threads that have begun already."""
    with ThreadPoolExecutor(threads) as pool:
        here = threading.Barrier(threads)
        list(pool.map(lambda _: here.wait(), range(threads)))
        cpu, started = time.process_time(), time.perf_counter()
        list(pool.map(call, items))
        took = time.perf_counter() - started
        return Run(rate=len(items) / took, cpu=(time.process_time() - cpu) / len(items) * 1e3)


def figure(value: float) -> str:
    """Write a figure as far as it means something."""
    if value >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 1 else f"{value:.1f}"


def ratio(value: float, other: float) -> str:
    """Write how many times *other* fits into *value*."""
    return f"{figure(value / other)}×" if other else "–"
