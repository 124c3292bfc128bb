"""
All benches, one after the other, as tables with ratios and aims; the figures also go to a file.

Usage: python bench/run.py [--quick] [hot_path misses refreshes revocations races ...]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sqlite3
import ssl
import tempfile
from pathlib import Path
from typing import Any

import measure
import standin
from rich.console import Console
from rich.table import Table

BENCHES = (
    "hot_path",
    "misses",
    "races",
    "contention",
    "refreshes",
    "revocations",
    "plans",
    "frames",
    "audits",
    "desktop",
    "banks",
)
BUILD = Path(__file__).parent.parent / "build"


def main() -> None:
    """Run what was asked for, or everything."""
    parser = argparse.ArgumentParser(description="Measure qbapps beside its peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="only look whether everything runs")
    parser.add_argument("--output", type=Path, default=BUILD / "bench.json", help="where the figures go")
    parser.add_argument("benches", nargs="*", help=f"some of: {', '.join(BENCHES)}")
    asked = parser.parse_args()
    unknown = set(asked.benches) - set(BENCHES)
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    console = Console(width=None if os.isatty(1) else 140)
    figures: dict[str, Any] = {"machine": _machine(), "quick": asked.quick}
    console.print(f"{figures['machine']}\nMedians; every contender has its turn in every round.\n", highlight=False)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    pages: list[str] = []
    with tempfile.TemporaryDirectory(dir=asked.output.parent) as folder, standin.serve(Path(folder)) as intuit:
        scene = measure.Scene(intuit, Path(folder), asked.quick)
        for name in asked.benches or BENCHES:
            intuit.reset()
            intuit.delay()
            for table in importlib.import_module(name).run(scene):
                show(console, table)
                pages.append(markdown(table))
                figures[table.title] = {"figures": table.figures, "aims": table.aims}
    asked.output.write_text(json.dumps(figures, indent=2, ensure_ascii=False), encoding="utf-8")
    page = asked.output.with_suffix(".md")
    page.write_text("\n".join(pages), encoding="utf-8")
    console.print(f"Figures: {asked.output}; tables for docs/reference/benchmarks.md: {page}", highlight=False)


def show(console: Console, found: measure.Table) -> None:
    """Print one table and its aims."""
    table = Table(title=found.title, title_justify="left", title_style="bold")
    for place, column in enumerate(found.columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in found.rows:
        table.add_row(*row)
    console.print(table)
    for wanted, value, met in found.aims:
        console.print(f"  {'met   ' if met else 'MISSED'}  {wanted}: {value}", highlight=False)
    console.print()


def markdown(found: measure.Table) -> str:
    """Write one table as a page has it."""
    ruler = ("---", *(["---:"] * (len(found.columns) - 1)))
    lines = [f"| {' | '.join(row)} |" for row in (found.columns, ruler, *found.rows)]
    return "\n".join([f"**{found.title}**", "", *lines, ""])


def _machine() -> str:
    return (
        f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {ssl.OPENSSL_VERSION}"
    )


if __name__ == "__main__":
    main()
