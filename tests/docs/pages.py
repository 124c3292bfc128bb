"""Finds the blocks of a page, and what it has written from the code."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^]]+\]\(([^)\s]+)\)")


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


def links(page: Path) -> list[str]:
    """Return where the links and pictures of a page lead, but for those that lead out of the repository."""
    return [target for target in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]


def commands(page: Path) -> Iterator[str]:
    """Yield the commands of qbapps that a page shows, in its text and in its blocks, without the word ``qbapps``."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"`qbapps ([^`\n]+)`", _BLOCK.sub("", text))
    for block in blocks(page):
        if block.language == "sh":
            lines = block.text.replace("\\\n", " ")
            yield from re.findall(r"(?:^|\(|\| )qbapps ((?:(?!  #| > | \|)[^)\n])+)", lines, flags=re.MULTILINE)


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in found}


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def generating(name: str) -> ModuleType:
    """Import a module of docs/, such as ``generate`` or ``tables.events``."""
    if str(DOCS) not in sys.path:
        sys.path.insert(0, str(DOCS))
    return importlib.import_module(name)
