"""Telling new bank rows from known ones: its time and memory, rows of odd shapes, and other ways to do it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
SHAPED = 20_000
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
    """Measure time and faults beside other ways, then rows of other shapes, then memory."""
    count = scene.amount(WANTED, 2_000)
    few = scene.amount(NAIVE, 200)
    tables = [_beside(scene, count, few), _shapes(scene.amount(SHAPED, 1_000))]
    return [*tables, _memory([count // 4, count // 2, count, count * 2])] if sys.platform == "linux" else tables


@attrs.frozen(kw_only=True)
class Shape:
    """
    What rows are like.

    Attributes:
        amounts: How many different ones there are.
        days: On how many days they are.
        ids: How many different ids the bank gives before it begins again; 0 for none.
        generation: Of the connection that brings the file; known rows are of the first.
    """

    amounts: int = 29_900
    days: int = 365
    ids: int = 0
    generation: int = 1


SHAPES = {
    "any amounts, a year": Shape(),
    "ten amounts": Shape(amounts=10),
    "all on one day": Shape(days=1),
    "ids": Shape(ids=10**9),
    "ids, connected anew": Shape(ids=10**9, generation=2),
    "ids again after 1,000 rows": Shape(ids=1_000),
    "ten amounts, ids, connected anew": Shape(amounts=10, ids=10**9, generation=2),
}


def shaped(shape: Shape, count: int, seed: int) -> Case:
    """Return known rows and a file as :func:`case` does, of one shape; of a single day, the file has all known rows."""
    random = Random(seed)  # noqa: S311  # the same at each run
    known = [_shaped(random, shape, number, number * shape.days // count, 1) for number in range(count)]
    again = []
    for row in known if shape.days == 1 else known[count // 2 :]:
        ref = row.ref if row.ref is None or shape.generation == 1 else f"Z{row.ref}"
        text = f"{row.text} FR" if random.random() < 0.05 else row.text
        late = timedelta(days=2 if shape.days > 1 and random.random() < 0.05 else 0)
        again.append(attrs.evolve(row, text=text, date=row.date + late, ref=ref, generation=shape.generation))
    fresh = [
        _shaped(random, shape, count + number, (count // 2 + number // 2) * shape.days // count, shape.generation)
        for number in range(count // 2)
    ]
    offered = [attrs.evolve(row, line=line) for line, row in enumerate([*again, *fresh], 1)]
    lines = frozenset(row.line or 0 for row in offered[len(again) :])
    random.shuffle(offered)
    return Case(known, offered, lines)


def _shaped(random: Random, shape: Shape, number: int, day: int, generation: int) -> Row:
    return Row(
        account="512000",
        date=_BEGAN + timedelta(days=day),
        amount=Decimal(-100 - random.randrange(shape.amounts)) / 100,
        text=random.choice(_SHOPS),
        ref=f"{number % shape.ids}" if shape.ids else None,
        generation=generation,
    )


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


def _streamed(case: Case) -> set[int]:
    items = banks.dedupe_stream(iter(case.rows), iter(case.known))
    return {item.row.line or 0 for item in items if item.code is banks.DedupeCode.NEW}


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
        "qbapps.banks.dedupe_stream": _streamed,
        "pandas merge, counted": _pandas,
        "set of day, amount, text": _set,
        "newest day, as hledger": _latest,
    }
    base = 0.0
    for name, way in ways.items():
        samples, new = _timed(lambda way=way: way(made), scene.rounds)
        held = (
            {item.row.line or 0 for item in banks.dedupe(made.rows, made.known).held}
            if way in {_ours, _streamed}
            else set()
        )
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


def _shapes(count: int) -> Table:
    table = Table(
        f"{count:,} known rows of other shapes, three seeds each, worst of them",
        ("", "seconds", "too many of an amount", "too few of an amount", "held", "new"),
    )
    for name, shape in SHAPES.items():
        seconds, over, under, held, new = 0.0, 0, 0, 0, 0
        for seed in (1, 2, 3):
            made = shaped(shape, count, seed)
            samples, found = _timed(lambda made=made: banks.dedupe(made.rows, made.known), 1)
            wanted = Counter(row.amount for row in made.rows if row.line in made.fresh)
            imported = Counter(row.amount for row in found.rows)
            waiting = Counter(item.row.amount for item in found.held)
            seconds = max(seconds, samples.median)
            over = max(over, (imported - wanted).total())
            under = max(under, (wanted - imported - waiting).total())
            held, new = max(held, len(found.held)), max(new, len(found.new))
        table.rows.append((name, *map(figure, (seconds, over, under, held, new))))
        table.figures[name] = {"seconds": seconds, "over": over, "under": under, "held": held, "new": new}
    table.aim("more of an amount is imported than there is", max(one["over"] for one in table.figures.values()), most=0)
    table.aim("less of an amount is kept than there is", max(one["under"] for one in table.figures.values()), most=0)
    return table


def _memory(counts: Sequence[int]) -> Table:
    table = Table(
        "MiB more at the peak, in a process of its own, of rows that come one by one",
        ("rows", "dedupe", "seconds", "dedupe_stream", "seconds"),
    )
    for count in counts:
        cells = [f"2 × {count:,}"]
        for way in ("dedupe", "dedupe_stream"):
            told = subprocess.run(  # noqa: S603  # this very file
                [sys.executable, str(Path(__file__)), way, str(count)], check=True, capture_output=True, text=True
            )
            found = json.loads(told.stdout)
            cells += [figure(found["more"]), figure(found["seconds"])]
            table.figures[f"{way} {count}"] = found
        table.rows.append(tuple(cells))
    few, many = (table.figures[f"dedupe_stream {count}"]["more"] for count in (counts[0], counts[-1]))
    table.aim("MiB that eight times the rows take more of dedupe_stream", many - few, most=5)
    table.aim(
        "KiB more for each row of dedupe", table.figures[f"dedupe {counts[-1]}"]["more"] * 512 / counts[-1], most=2
    )
    return table


def _coming(count: int, *, known: bool) -> Iterator[Row]:
    """Yield known rows, or those of a file that begins half way through them, each made when it is asked for."""
    first = 0 if known else count // 2
    for number in range(first, first + count):
        random = Random(number)  # noqa: S311  # the same at each run
        yield attrs.evolve(_row(random, number * 365 // count), line=number)


def _told(way: str, count: int) -> None:
    before, started = _status("VmRSS:"), time.perf_counter()
    rows, known = _coming(count, known=False), _coming(count, known=True)
    if way == "dedupe":
        new = len(banks.dedupe(rows, known).new)
    else:
        new = sum(item.code is banks.DedupeCode.NEW for item in banks.dedupe_stream(rows, known))
    more = _status("VmHWM:") - before
    print(json.dumps({"more": more, "seconds": time.perf_counter() - started, "new": new}))


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


if __name__ == "__main__":
    _told(sys.argv[1], int(sys.argv[2]))
