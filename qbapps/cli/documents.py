"""What ``--json`` prints: records as plain values, secrets left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import attrs

from qbapps.values import Secret


def plain(value: Any) -> Any:
    """Return *value* as JSON knows it: instants in ISO form, durations in seconds, secrets as ``***``."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return str(value)
        case Secret():
            return "***"
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Path():
            return str(value)
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()}
        case bytes():
            return "***"
        case _ if attrs.has(type(value)):
            return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
        case _:
            return [plain(one) for one in value]


def document(value: Any) -> str:
    """Return *value* as one JSON document, on one line."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)
