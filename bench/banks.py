"""Telling new bank rows from known ones: how long it takes, what it costs in memory, and what goes wrong without it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random  # noqa: TID251  # the same at each run
from typing import Any

import attrs
import pandas as pd
from measure import Samples, Scene, Table, figure, ratio

from qbapps import banks
from qbapps.banks import Row

WANTED = 100_000
NAIVE = 1_000
"""Rows up to which every row is compared with every other."""

_NAMES = ("BOULANGERIE MARTIN", "MENUISERIE PETIT", "GARAGE DURAND", "PAPETERIE", "ASSURANCE")
_SHOPS = [f"{kind} {name} {n}" for kind in ("CARTE", "PRLV SEPA", "VIR") for name in _NAMES for n in range(200)]
_BEGAN = date(2022, 1, 1)


@attrs.frozen
class Case:
    """
    Known rows, and a file that has half of them again.

    Attributes:
        fresh: Lines of the rows of the file that are new.
    """

    known: list[Row]
    rows: list[Row]
    fresh: frozenset[int]


def run(scene: Scene) -> list[Table]:
    """Measure time and faults beside other ways, then memory."""
    count = scene.amount(WANTED, 2_000)
    few = scene.amount(NAIVE, 200)
    tables = [_beside(scene, count, few)]
    return [*tables, _memory((count // 4, count))] if sys.platform == "linux" else tables


def case(count: int) -> Case:
    """Return *count* known rows, and as many offered: half of them known, a twentieth of those written otherwise."""
    random = Random(7)  # noqa: S311  # the same at each run
    half = count // 2
    known = [_row(random, number * 365 // count) for number in range(count)]
    again = [attrs.evolve(row, text=f"{row.text} FR") if random.random() < 0.05 else row for row in known[half:]]
    late = [attrs.evolve(row, date=row.date + timedelta(days=2)) if random.random() < 0.05 else row for row in again]
    fresh = [_row(random, 183 + number * 183 // half) for number in range(half)]
    offered = [attrs.evolve(row, line=line) for line, row in enumerate([*late, *fresh], 1)]
    lines = frozenset(row.line or 0 for row in offered[half:])
    offered.sort(key=lambda row: row.date)
    return Case(known, offered, lines)


def _row(random: Random, day: int) -> Row:
    return Row(
        account="512000",
        date=_BEGAN + timedelta(days=day),
        amount=Decimal(-random.randrange(100, 30_000)) / 100,
        text=random.choice(_SHOPS),
        generation=1,
    )


def _ours(case: Case) -> set[int]:
    return {item.row.line or 0 for item in banks.dedupe(case.rows, case.known).new}


def _pandas(case: Case) -> set[int]:
    """Merge on account, day, amount and text, counted."""
    on = ["account", "date", "amount", "text"]
    known, rows = (
        pd.DataFrame({name: [getattr(row, name) for row in side] for name in [*on, "line"]})
        for side in (case.known, case.rows)
    )
    for frame in (known, rows):
        frame["number"] = frame.groupby(on).cumcount()
    merged = rows.merge(known[[*on, "number"]], how="left", on=[*on, "number"], indicator=True)
    return set(merged.loc[merged["_merge"] == "left_only", "line"])


def _set(case: Case) -> set[int]:
    """Leave out every row whose day, amount and text were seen."""
    seen = {(row.account, row.date, row.amount, row.text) for row in case.known}
    return {row.line or 0 for row in case.rows if (row.account, row.date, row.amount, row.text) not in seen}


def _latest(case: Case) -> set[int]:
    """Take what is newer than the newest known day, and of that day what exceeds its count, as hledger's .latest."""
    newest = max(row.date for row in case.known)
    left = sum(row.date == newest for row in case.known)
    return {row.line or 0 for row in case.rows if row.date > newest} | {
        row.line or 0 for row in [row for row in case.rows if row.date == newest][left:]
    }


def _naive(case: Case) -> set[int]:
    """Compare every row with every known one that is left."""
    left = list(case.known)
    new = set()
    for row in case.rows:
        for place, one in enumerate(left):
            if (one.account, one.date, one.amount, one.text) == (row.account, row.date, row.amount, row.text):
                del left[place]
                break
        else:
            new.add(row.line or 0)
    return new


def _beside(scene: Scene, count: int, few: int) -> Table:
    made, small = case(count), case(few)
    table = Table(
        f"{count:,} rows offered, {count:,} known, half of the offered among them",
        ("", "seconds", "spread", "×", "imported twice", "never imported", "held"),
    )
    ways: dict[str, Callable[[Case], set[int]]] = {
        "qbapps.banks.dedupe": _ours,
        "pandas merge, counted": _pandas,
        "set of day, amount, text": _set,
        "newest day, as hledger": _latest,
    }
    base = 0.0
    for name, way in ways.items():
        samples, new = _timed(lambda way=way: way(made), scene.rounds)
        held = {item.row.line or 0 for item in banks.dedupe(made.rows, made.known).held} if way is _ours else set()
        base = base or samples.median
        twice, never = len(new - made.fresh), len(made.fresh - new - held)
        table.rows.append((
            name, figure(samples.median), samples.spread, ratio(samples.median, base),
            figure(twice), figure(never), figure(len(held)),
        ))  # fmt: skip
        table.figures[name] = {"seconds": samples.median, "twice": twice, "never": never, "held": len(held)}
    slow, _ = _timed(lambda: _naive(small), 1)
    guessed = slow.median * (count / few) ** 2
    table.rows.append((f"every pair ({few:,} measured)", figure(guessed), "", ratio(guessed, base), "", "", ""))
    table.figures["every pair"] = {"seconds": guessed}
    ours = table.figures["qbapps.banks.dedupe"]
    table.aim("100,000 rows against 100,000 in 10 seconds at most", ours["seconds"], most=10)
    table.aim("nothing is imported twice", ours["twice"], most=0)
    table.aim("nothing is lost", ours["never"], most=0)
    return table


def _timed(call: Callable[[], Any], rounds: int) -> tuple[Samples, Any]:
    samples, found = Samples(), None
    for _ in range(rounds):
        started = time.perf_counter()
        found = call()
        samples.values.append(time.perf_counter() - started)
    return samples, found


def _memory(counts: Sequence[int]) -> Table:
    table = Table("Memory of dedupe, in a process of its own", ("rows", "MiB of the rows", "MiB more at the peak"))
    per_row = []
    for count in counts:
        told = subprocess.run(  # noqa: S603  # this very file
            [sys.executable, str(Path(__file__)), str(count)], check=True, capture_output=True, text=True
        )
        before, peak = json.loads(told.stdout)
        per_row.append((peak - before) * 1024 / (2 * count))
        table.rows.append((f"2 × {count:,}", figure(before), figure(peak - before)))
        table.figures[str(count)] = {"before": before, "peak": peak}
    table.aim("KiB more for each row", per_row[-1], most=2)
    return table


def _told(count: int) -> None:
    made = case(count)
    before = _status("VmRSS:")
    banks.dedupe(made.rows, made.known)
    print(json.dumps([before, _status("VmHWM:")]))


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


if __name__ == "__main__":
    _told(int(sys.argv[1]))
