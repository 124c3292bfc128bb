"""The trail of events as JSON lines: each event with its hashes, so that the file can be checked by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, Final

from qbapps.domain.events import Event, EventKind
from qbapps.domain.trail import Break, Unreadable
from qbapps.domain.whole_trail import verify_all
from qbapps.errors import ConfigurationError
from qbapps.export.whole_file import whole_file

FIELDS: Final = ("stream", "sequence", "kind", "at", "by", "details", "previous", "hash")


def write_events(path: Path, events: Iterable[Event]) -> Path:
    """
    Write *events* to *path*, one a line, replacing what is there once all are written.

    They are taken one by one and never held together. When that fails midway, *path* is as it was.
    """
    with whole_file(path) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        for event in events:
            file.write(line(event))
    return path


def line(event: Event) -> str:
    """Return *event* as one line, with its end."""
    content = {
        "stream": event.stream,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": event.at.isoformat(),
        "by": event.by,
        "details": dict(event.details),
        "previous": event.previous,
        "hash": event.hash,
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def read_events(path: Path) -> Iterator[Event | Unreadable]:
    """
    Give what stands on each line of a file that ``write_events`` wrote; a line that is no event counts as the next one.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    stream, sequence = "", 0
    try:
        with path.open("rb") as file:
            for text in file:
                found = _read(text) or Unreadable(stream=stream, sequence=sequence + 1)
                stream, sequence = found.stream, found.sequence
                yield found
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.", hint="Check the name.") from None


def verify_exported(path: str | PathLike[str]) -> tuple[Break, ...]:
    """
    Check a file that ``write_events`` wrote, without a store or a key; an empty answer means that it is whole.

    As with a store, the end of a stream, or a whole stream, may be missing without a trace; a line that stands
    away from its stream is told as missing there.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    place = Path(path)
    return verify_all(lambda: read_events(place))


def _read(text: bytes) -> Event | Unreadable | None:
    """Return the event of a line; None when not even its place can be read."""
    repeats: list[bool] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        repeats.append(len(found) < len(pairs))
        return found

    try:
        content = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not _has_place(content):
        return None
    event = None if any(repeats) or set(content) != set(FIELDS) else _event(content)
    if event is not None:
        return event
    hashes = {name: str(content.get(name, "")) for name in ("previous", "hash")}
    return Unreadable(stream=content["stream"], sequence=content["sequence"], **hashes)


def _has_place(content: dict[str, Any]) -> bool:
    return isinstance(content.get("stream"), str) and type(content.get("sequence")) is int


def _event(content: dict[str, Any]) -> Event | None:
    try:
        event = Event(**{**content, "kind": EventKind(content["kind"]), "at": datetime.fromisoformat(content["at"])})
    except (TypeError, ValueError):
        return None
    # The same instant in another form is not what was written either.
    return event if event.at.isoformat() == content["at"] else None
