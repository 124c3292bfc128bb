"""What stands in the place of an event: one, or what can be read of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeGuard

from qbapps.domain.events import Event, EventKind
from qbapps.domain.trail import Line, Unreadable

FIELDS: Final = ("stream", "sequence", "kind", "at", "by", "details", "previous", "hash")

_KINDS: Final = {kind.value: kind for kind in EventKind}
_FACTS: Final = (str, int, float, type(None))


def line_of(values: Mapping[str, object]) -> Line:
    """Return the event that values of any kind make for its fields; what can be read of it where they make none."""
    stream, number, kind, at = values["stream"], values["sequence"], values["kind"], values["at"]
    by, details, previous, own = values["by"], values["details"], values["previous"], values["hash"]
    if (
        is_text(stream)
        and type(number) is int
        and is_text(kind)
        and kind in _KINDS
        and isinstance(at, datetime)
        and at.tzinfo is not None
        and (by is None or is_text(by))
        and _is_details(details)
        and is_text(previous)
        and is_text(own)
    ):
        return Event(
            stream=stream,
            sequence=number,
            kind=_KINDS[kind],
            at=at,
            by=by,
            details=details,
            previous=previous,
            hash=own,
        )
    return Unreadable(
        stream=_shown(stream),
        sequence=number if type(number) is int else 0,
        previous=previous if is_text(previous) else "",
        hash=own if is_text(own) else "",
        is_named=is_text(stream),
        is_numbered=type(number) is int,
    )


def read_object(text: object) -> dict[str, Any] | None:
    """Return the JSON object that *text* is; None where it is none, or names anything in it twice."""
    repeats: list[bool] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        repeats.append(len(found) < len(pairs))
        return found

    if not isinstance(text, str | bytes):
        return None
    try:
        content = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and not any(repeats) else None


def is_text(value: object) -> TypeGuard[str]:
    """Tell whether *value* is a text that can be written: half of a surrogate pair cannot."""
    if not isinstance(value, str):
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _is_details(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and all(
        is_text(name) and isinstance(fact, _FACTS) and (not isinstance(fact, str) or is_text(fact))
        for name, fact in value.items()
    )


def _shown(stream: object) -> str:
    """Return how a stream is called, in a text that can be written."""
    return stream.encode(errors="backslashreplace").decode() if isinstance(stream, str) else repr(stream)
