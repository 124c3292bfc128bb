"""How much memory it takes to apply a plan, measured in a process that does nothing else, on Linux."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import attrs
import library

import qbapps
from qbapps.domain.limits import UNLIMITED

BATCH = 20_000
"""Rows per inventory: an import holds its whole file."""


@attrs.frozen
class Found:
    """
    What one run took.

    Attributes:
        before: MiB when the plan was about to be applied, in a fresh process.
        peak: MiB at most until it was.
        rate: Rows a second.
    """

    before: float
    peak: float
    rate: float


def measured(folder: Path, count: int) -> Found:
    """Make a plan of *count* rows by hand, and apply it in another process."""
    url = library.sqlite_url(folder, f"memory-{count}")
    with qbapps.open(url, key=library.KEY) as qb:
        qb.add_firm("firm", name="Firm")
        for start in range(0, count, BATCH):
            path = folder / f"inventory-{count}-{start}.csv"
            lines = ["Level;Company;Company number;App"]
            lines += [
                f"Client;Client {n};{9130350000000000 + n};Zapier" for n in range(start, min(start + BATCH, count))
            ]
            path.write_text("\n".join(lines), "utf-8")
            qb.import_inventory(path, firm="firm")
        plan = qb.plan_disconnect(firm="firm")
        if len(plan.items) != count:
            raise RuntimeError(f"{len(plan.items)} rows, not {count}")
    told = subprocess.run(  # noqa: S603  # this very file
        [sys.executable, __file__, url, plan.id], check=True, capture_output=True, text=True, cwd=Path(__file__).parent
    )
    return Found(**json.loads(told.stdout))


def _forget_peak() -> None:
    """Begin to watch anew; what ``getrusage`` tells of a fresh process is its parent's peak."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> float:
    """Return MiB at most since then."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main(url: str, plan_id: str) -> None:
    """Apply the plan, and print what it took."""
    with qbapps.open(url, key=library.KEY) as qb:
        qb.plan_report(plan_id)
        _forget_peak()
        before, began = _peak(), time.perf_counter()
        report = qb.apply(plan_id, workers=4, limits=UNLIMITED)
        took = time.perf_counter() - began
        rows = sum(report.counts.values())
    sys.stdout.write(json.dumps({"before": before, "peak": _peak(), "rate": rows / took}))


if __name__ == "__main__":
    main(*sys.argv[1:])
