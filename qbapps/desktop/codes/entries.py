"""How the tables of codes are written down."""

from __future__ import annotations

from collections.abc import Iterable

from qbapps.domain.desktop.troubles import Category, Fixer, Reaction, Trouble

_MOST_SHOWN = 40


def entry(
    code: str,
    category: Category,
    fixer: Fixer,
    reaction: Reaction,
    what: str,
    do: str,
    *,
    not_processed: bool = False,
) -> Trouble:
    """Return one line of a table."""
    return Trouble(
        code=code,
        category=category,
        fixer=fixer,
        reaction=reaction,
        what=what,
        do=do,
        not_processed=not_processed,
    )


def table(lines: Iterable[Trouble]) -> dict[str, Trouble]:
    """
    Return *lines* by their codes.

    Raises:
        ValueError: A code is there twice.
    """
    found: dict[str, Trouble] = {}
    for line in lines:
        if found.setdefault(line.code, line) is not line:
            raise ValueError(f"{line.code} is there twice")
    return found


def shown(code: str) -> str:
    """Return a code that cannot be read as it can be shown: on one line, and short."""
    line = " ".join("".join(c if c.isprintable() else " " for c in code).split())
    return line[:_MOST_SHOWN] or "?"
