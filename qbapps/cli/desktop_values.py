"""What commands for QuickBooks Desktop are given: instants, hours of the day, fields of a request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs
import click

FILE_OR_STDIN: Final = "FILE|-"


@attrs.frozen
class Hours:
    """Hours of a day, as they were typed."""

    start: time
    end: time


class Instant(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """
    An option that takes an ISO day, which is its beginning, or an instant.

    Args:
        is_local: Whether what has no zone stays so; it is UTC otherwise.
    """

    name = "when"

    def __init__(self, *, is_local: bool = False) -> None:
        self._is_local = is_local

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read ``2026-01-31``, ``2026-01-31T18:00`` and the like."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            found = datetime.combine(date.fromisoformat(text), time())
        except ValueError:
            try:
                found = datetime.fromisoformat(text)
            except ValueError:
                self.fail(f"{text!r} is no day and no instant; write 2026-01-31 or 2026-01-31T18:00+01:00", param, ctx)
        return found if self._is_local or found.utcoffset() is not None else found.replace(tzinfo=UTC)


class HoursOfDay(click.ParamType):  # type: ignore[type-arg]  # as above
    """An argument that takes hours of the day, such as ``19:00-07:00``."""

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Hours:
        """Read ``19:00-07:00``."""
        if isinstance(value, Hours):
            return value
        start, _, end = str(value).partition("-")
        try:
            return Hours(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
        except ValueError:
            self.fail(f"{value!r} are no hours of a day; write 19:00-07:00", param, ctx)


def read_text(source: str, option: str) -> str:
    """
    Return what a file holds, or stdin for ``-``.

    Raises:
        BadParameter: It cannot be read, or is not UTF-8.
    """
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{source}: {error.strerror}", param_hint=option) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.BadParameter(f"{source} is not UTF-8", param_hint=option) from None


def read_object(source: str, option: str) -> dict[str, Any]:
    """
    Return the JSON object that a file or stdin holds; its numbers stay exact.

    Raises:
        BadParameter: There is none.
    """
    try:
        found = json.loads(read_text(source, option), parse_float=Decimal)
    except ValueError as error:
        raise click.BadParameter(f"{source} is not JSON: {error}", param_hint=option) from None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{source} holds no JSON object", param_hint=option)
    return found


def read_fields(source: str | None, typed: Iterable[str]) -> dict[str, Any]:
    """
    Return the fields of a request: those of a JSON object, then those that were typed as ``NAME=VALUE``.

    A dot in a name leads into an element, and a name that is typed twice makes a list.

    Raises:
        BadParameter: One has no value, or its name is that of something else already.
    """
    fields = {} if source is None else read_object(source, "--fields")
    for pair in typed:
        name, equals, value = pair.partition("=")
        path = [part.strip() for part in name.split(".")]
        if not equals or not all(path):
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--field")
        _put(fields, path, value)
    return fields


def _put(fields: dict[str, Any], path: list[str], value: str) -> None:
    *outer, last = path
    within = fields
    for name in outer:
        within = within.setdefault(name, {})
        if not isinstance(within, dict):
            raise click.BadParameter(f"{name} is given twice, with and without what lies in it", param_hint="--field")
    before = within.get(last)
    if isinstance(before, dict):
        raise click.BadParameter(f"{last} is given twice, with and without what lies in it", param_hint="--field")
    if before is None:
        within[last] = value
    else:
        within[last] = [*before, value] if isinstance(before, list) else [before, value]
