"""The parts of an OFX file that statements are read from, as a tree."""

from __future__ import annotations

from typing import Final

import attrs

from qbapps.banks.statements.cells import Cell
from qbapps.banks.statements.ofx_tags import Part, tokens
from qbapps.banks.statements.problems import ANOTHER, Unreadable
from qbapps.banks.statements.texts import MOST_ROWS

DEEPEST: Final = 100
"""Tags within each other. Our choice: files have about ten, and SGML leaves those of empty values open."""

# What holds other tags and ends with a tag in SGML too. Where a name means several things, as NAME does, the part it
# stands in says which.
_PARTS: Final = frozenset(
    (
        *("OFX", "SIGNONMSGSRSV1", "SONRS", "STATUS", "FI"),
        *("BANKMSGSRSV1", "CREDITCARDMSGSRSV1", "INVSTMTMSGSRSV1"),
        *("STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS", "STMTRS", "CCSTMTRS", "INVSTMTRS"),
        *("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "BANKACCTTO", "CCACCTTO"),
        *("BANKTRANLIST", "BANKTRANLISTP", "INVTRANLIST", "INVBANKTRAN", "STMTTRN", "STMTTRNP"),
        *("PAYEE", "EXTDPAYEE", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA"),
        *("LEDGERBAL", "AVAILBAL", "BALLIST", "BAL"),
    )
)
_ROWS: Final = frozenset({"STMTTRN", "STMTTRNP"})


@attrs.define(eq=False)
class Node:
    """
    One part.

    Attributes:
        values: By tag, the texts that stand in it directly.
        parts: The parts in it.
    """

    name: str
    line: int
    values: dict[str, list[Cell]] = attrs.field(factory=dict)
    parts: list[Node] = attrs.field(factory=list)

    def value(self, name: str) -> Cell | None:
        """
        Return what stands under *name*.

        Raises:
            Unreadable: It is there twice.
        """
        found = self.values.get(name, [])
        if len(found) > 1:
            raise Unreadable(
                f"stands a second time in one {self.name}, after {found[0].text!r} in line {found[0].line}",
                hint=ANOTHER,
                line=found[1].line,
                column=name,
                seen=found[1].text,
            )
        return found[0] if found else None

    def first(self, *names: str) -> str:
        """Return the first text under one of *names*; empty when there is none."""
        return next((self.values[name][0].text for name in names if name in self.values), "")

    def part(self, *names: str) -> Node | None:
        """Return the first part of one of these names."""
        return next((part for part in self.parts if part.name in names), None)


@attrs.define
class _Tag:
    name: str
    line: int
    node: Node | None = None
    has_text: bool = False


def read_tree(text: str) -> list[Node]:
    """
    Return the OFX parts of *text*: one, or several when files were put together.

    Raises:
        Unreadable: It is cut, or its parts do not end as they begin.
    """
    root = Node("", 0)
    stack = [_Tag("", 0, root)]
    rows = 0
    for token in tokens(text):
        if token.part is Part.OPEN:
            _open(stack, token.value, token.line)
            rows += token.value in _ROWS
            if rows > MOST_ROWS:
                raise Unreadable(f"holds more than {MOST_ROWS} rows", hint="Download shorter periods.")
        elif token.part is Part.CLOSE:
            _close(stack, token.value, token.line)
        else:
            _say(stack, token.value, token.line)
    still = next((tag for tag in reversed(stack) if tag.node is not None and tag.name), None)
    if still is not None:
        raise Unreadable(
            "begins here and does not end: the file is cut or damaged",
            hint=ANOTHER,
            line=still.line,
            column=still.name,
        )
    return [node for node in root.parts if node.name == "OFX"]


def _open(stack: list[_Tag], name: str, line: int) -> None:
    while stack[-1].has_text:
        stack.pop()
    if len(stack) > DEEPEST:
        raise Unreadable("stands too deep within other tags", line=line, column=name)
    tag = _Tag(name, line)
    if name in _PARTS:
        if name in _ROWS and any(one.name in _ROWS for one in stack):
            raise Unreadable("begins before the one above it has ended", line=line, column=name)
        tag.node = Node(name, line)
        _node(stack).parts.append(tag.node)
    stack.append(tag)


def _close(stack: list[_Tag], name: str, line: int) -> None:
    place = next((place for place in range(len(stack) - 1, 0, -1) if stack[place].name == name), None)
    if place is None:
        if name in _PARTS:
            raise Unreadable("ends here without having begun", line=line, column=f"/{name}")
        return
    left = next((tag for tag in stack[place + 1 :] if tag.node is not None), None)
    if left is not None:
        raise Unreadable(f"does not end before {name} does in line {line}", line=left.line, column=left.name)
    del stack[place:]


def _say(stack: list[_Tag], text: str, line: int) -> None:
    top = stack[-1]
    if top.node is not None:
        if len(stack) > 1:
            raise Unreadable("stands outside of the tags", line=line, column=top.name, seen=text)
        return
    top.has_text = True
    _node(stack).values.setdefault(top.name, []).append(Cell(text, top.line, top.name))


def _node(stack: list[_Tag]) -> Node:
    return next(tag.node for tag in reversed(stack) if tag.node is not None)
