"""The trail of events as JSON lines: each event with its hashes, so that the file can be checked by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from qbapps.domain import trail_lines
from qbapps.domain.events import Event
from qbapps.domain.trail import Break, Line, Unreadable
from qbapps.domain.trail_lines import FIELDS
from qbapps.domain.whole_trail import verify_all
from qbapps.errors import ConfigurationError
from qbapps.export.whole_file import whole_file


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


def read_events(path: Path) -> Iterator[Line]:
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


def _read(text: bytes) -> Line | None:
    """Return the event of a line; None when not even its place can be read."""
    content = trail_lines.read_object(text)
    is_exact = content is not None and set(content) == set(FIELDS)
    try:
        content = json.loads(text) if content is None else content
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not _has_place(content):
        return None
    at = _instant(content.get("at")) if is_exact else None
    return trail_lines.line_of({**dict.fromkeys(FIELDS), **content, "at": at})


def _has_place(content: dict[str, Any]) -> bool:
    return trail_lines.is_text(content.get("stream")) and type(content.get("sequence")) is int


def _instant(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    # The same instant in another form is not what was written either.
    return at if at is not None and at.isoformat() == text else None
