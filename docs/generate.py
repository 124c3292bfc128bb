# ruff: noqa: INP001 - a program, not a package
"""
Write what these pages say of the code from the code: ``make docs``.

A table stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``, a picture in a file of its own. A test fails
when one is not what the code says. For one more, write a function that returns Markdown, and name it below.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tables import answers, api, commands, errors, events, findings, labels, people, pictures, settings, states

DOCS = Path(__file__).parent

TABLES: dict[str, Callable[[], str]] = {
    "causes": answers.causes,
    "commands": commands.commands,
    "desktop_transitions": states.desktop_transitions,
    "bank_transitions": states.bank_transitions,
    "details": events.details,
    "environment": settings.environment,
    "errors": errors.error_tree,
    "events": events.events,
    "frames": findings.frames,
    "labels": labels.labels,
    "opening": settings.opening,
    "permissions": people.permissions,
    "rules": findings.rule_table,
    "transitions": states.transitions,
    "verdicts": answers.verdicts,
    "view": findings.view_columns,
    **api.TABLES,
}
PICTURES: dict[str, Callable[[], str]] = {
    "concepts/states.svg": pictures.states,
    "concepts/tokens.svg": pictures.tokens,
}


def filled(text: str) -> str:
    """Return a page with its tables as the code has them now."""

    def table(found: re.Match[str]) -> str:
        return f"{found[1]}\n\n{TABLES[found[2]]()}\n\n{found[3]}"

    return re.sub(r"(<!-- begin (\w+) -->).*?(<!-- end \2 -->)", table, text, flags=re.DOTALL)


def main() -> None:
    """Write pages and pictures again, and say which have changed."""
    for page in sorted(DOCS.rglob("*.md")):
        _write(page, filled(page.read_text(encoding="utf-8")))
    for name, draw in PICTURES.items():
        _write(DOCS / name, draw())


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(path)  # noqa: T201 - says what changed


if __name__ == "__main__":
    main()
