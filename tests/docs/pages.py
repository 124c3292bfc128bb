"""Finds the blocks of a page, and the page's own stage to run them on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


@attrs.frozen
class Block:
    """
    One fenced block.

    Attributes:
        output: What the text block right after it holds, if there is one.
    """

    language: str
    text: str
    line: int
    output: str | None


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    found = list(_BLOCK.finditer(text))
    for place, one in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        follows = after is not None and after[1] == "text" and not text[one.end() : after.start()].strip()
        yield Block(one[1], one[2], text[: one.start()].count("\n") + 2, after[2] if follows and after else None)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()
