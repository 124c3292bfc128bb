"""Durations as they are typed: ``30d``, ``12h``, ``15m``, ``2w``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import click

_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_FORM: Final = re.compile(r"(\d{1,6})([wdhms])")


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """An option that takes a duration and gives a ``timedelta``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read ``30d`` and the like."""
        if isinstance(value, timedelta):
            return value
        found = _FORM.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"{value!r} is not a duration; write 30d, 12h, 15m or 2w", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
