"""The records of an answer, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import attrs

from qbapps.desktop.qbxml.parsing import fed, parser
from qbapps.desktop.qbxml.responses import check_depth

Value: TypeAlias = str | dict[str, "Value"] | tuple["Value", ...]
"""A text, what lies within an element, or several of either when the element is repeated."""

_IDS = ("ListID", "TxnID", "TxnLineID")


@attrs.frozen(kw_only=True)
class Record:
    """
    One record as QuickBooks gave it.

    Attributes:
        kind: Such as ``Customer`` for a CustomerRet.
        fields: Texts by the name of the element, dicts where elements lie within, tuples where one is repeated.
            Attributes stand there too, as ``@name``; reports keep their data in them.
    """

    kind: str
    fields: dict[str, Value] = attrs.field(repr=False)

    @property
    def id(self) -> str | None:
        """Its ListID, TxnID or TxnLineID, the first that it has."""
        return next((found for name in _IDS if (found := self.text(name))), None)

    def __getitem__(self, name: str) -> Value:
        return self.fields[name]

    def get(self, name: str, default: Value | None = None) -> Value | None:
        """Return the field *name*, or *default* when QuickBooks left it out."""
        return self.fields.get(name, default)

    def text(self, *path: str) -> str | None:
        """Return the text at *path*, as in ``text("CustomerRef", "FullName")``; None when there is no such text."""
        found = self.each(*path)
        return found[0] if found and isinstance(found[0], str) else None

    def each(self, *path: str) -> tuple[Value, ...]:
        """Return all that is at *path*, whether QuickBooks gave none, one or several of each element on the way."""
        values: tuple[Value, ...] = (self.fields,)
        for name in path:
            within = [value[name] for value in values if isinstance(value, dict) and name in value]
            values = tuple(one for value in within for one in (value if isinstance(value, tuple) else (value,)))
        return values


def records(pieces: Iterable[str]) -> Iterator[Record]:
    """
    Yield the records of an answer that comes in *pieces*, cut anywhere: one document in all.

    Only one record and one piece are held at a time. A report is one record. Errors of QuickBooks are not raised; see
    :func:`qbapps.desktop.qbxml.head`.

    Raises:
        NotQbxml: It is not qbXML, or it ends too early. The records before that were yielded.
    """
    seen = _Records()
    reading = parser()
    reading.StartElementHandler = seen.start
    reading.EndElementHandler = seen.end
    reading.CharacterDataHandler = seen.text
    for _ in fed(reading, pieces):
        done, seen.done = seen.done, []
        yield from done


class _Element:
    """An element that is not at its end yet."""

    __slots__ = ("_fields", "_said")

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self._fields: dict[str, Value | list[Value]] = {f"@{name}": value for name, value in attributes.items()}
        self._said: list[str] = []

    def say(self, text: str) -> None:
        self._said.append(text)

    def put(self, name: str, value: Value) -> None:
        before = self._fields.get(name)
        if before is None:
            self._fields[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            self._fields[name] = [before, value]

    def fields(self) -> dict[str, Value]:
        return {name: tuple(value) if isinstance(value, list) else value for name, value in self._fields.items()}

    def value(self) -> Value:
        said = "".join(self._said)
        if not self._fields:
            return said
        fields = self.fields()
        if said.strip():
            fields["#text"] = said
        return fields


class _Records:
    """The record that is being read, as the elements that are open within it."""

    def __init__(self) -> None:
        self.done: list[Record] = []
        self._depth = 0
        self._is_within = False
        self._open: list[_Element] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        check_depth(self._depth, name)
        if self._depth == 2:
            self._is_within = name == "QBXMLMsgsRs"
        if self._open or (self._depth == 4 and self._is_within and name.endswith("Ret")):
            self._open.append(_Element(attributes))

    def end(self, name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        ended = self._open.pop()
        if self._open:
            self._open[-1].put(name, ended.value())
        else:
            self.done.append(Record(kind=name.removesuffix("Ret"), fields=ended.fields()))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].say(data)
