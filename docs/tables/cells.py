"""The rows of a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Return a table with these titles above its columns."""
    return "\n".join(_row(cells) for cells in (head, ["---"] * len(head), *rows))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def first_paragraph(docstring: str | None) -> str:
    """Return what a docstring begins with, in one line of Markdown."""
    paragraph = (docstring or "").strip().split("\n\n")[0]
    return " ".join(paragraph.split()).replace("``", "`")
