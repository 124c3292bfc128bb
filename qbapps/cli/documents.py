"""What ``--json`` prints: records as plain values, secrets left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import attrs

from qbapps.values import Secret


def _hide(_value: object) -> str:
    return "***"


def _iso(value: date) -> str:
    # Not date.isoformat: of an instant that would be the day alone.
    return value.isoformat()


_FORMS: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = (
    (Secret, _hide),
    (bytes, _hide),
    (date, _iso),
    (timedelta, timedelta.total_seconds),
    (Path, str),
    (Mapping, dict),
)


def document(value: Any) -> str:
    """
    Return *value* as one JSON document, on one line.

    Instants are in ISO form, durations in seconds, secrets are ``***``.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: Any) -> object:
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    return list(value)
