"""Validators for what must never exist: naive instants, realm ids that are none, empty names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from qbapps.values import is_realm_id


def aware(instance: object, attribute: attrs.Attribute[Any], value: datetime | None) -> None:
    """Refuse a datetime without a time zone; None passes."""
    if value is not None and value.utcoffset() is None:
        raise ValueError(f"{type(instance).__name__}.{attribute.name} needs a time zone")


def realm(instance: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    """Refuse what cannot be a realm id; None passes."""
    if value is not None and not is_realm_id(value):
        raise ValueError(f"{type(instance).__name__}.{attribute.name} is not a realm id: digits only")


def not_empty(instance: object, attribute: attrs.Attribute[Any], value: str) -> None:
    """Refuse an empty or blank text."""
    if not value.strip():
        raise ValueError(f"{type(instance).__name__}.{attribute.name} is empty")
