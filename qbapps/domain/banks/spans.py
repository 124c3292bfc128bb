"""Stretches of days and calendar months, and days that are checked to be days."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Final

import attrs

from qbapps.errors import ConfigurationError

_TEXT: Final = re.compile(r"(?P<count>[0-9]{1,4}) ?(?P<unit>day|week|month|year)s?", re.IGNORECASE)
_MONTHS: Final = {"month": 1, "year": 12}
_DAYS: Final = {"day": 1, "week": 7}


@attrs.frozen
class Span:
    """
    So many calendar months, or so many days; never both.

    Three months are not 90 days: from 10 March they end on 10 June, which is 92 days later.
    """

    months: int = attrs.field(default=0, validator=attrs.validators.ge(0))
    days: int = attrs.field(default=0, validator=attrs.validators.ge(0))

    def __attrs_post_init__(self) -> None:
        if self.months and self.days:
            raise ValueError("Span is of months or of days")

    def after(self, day: date) -> date:
        """Return the day this long after *day*; the last of a month that is too short, and no later than 9999."""
        return self._from(day, 1)

    def before(self, day: date) -> date:
        """Return the day this long before *day*; the last of a month that is too short, and no earlier than year 1."""
        return self._from(day, -1)

    def __str__(self) -> str:
        count, unit = (self.months, "month") if self.months else (self.days, "day")
        return f"{count} {unit}{'' if count == 1 else 's'}"

    def _from(self, day: date, sign: int) -> date:
        if not self.months:
            return shift(day, sign * self.days)
        year, month = divmod(day.year * 12 + day.month - 1 + sign * self.months, 12)
        if not date.min.year <= year <= date.max.year:
            return date.max if sign > 0 else date.min
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def read(value: Span | timedelta | str) -> Span:
    """
    Return the span that ``3 months``, ``90 days`` or a timedelta of whole days says.

    Raises:
        ConfigurationError: It says none.
    """
    if isinstance(value, Span):
        return value
    if isinstance(value, timedelta) and value >= timedelta(0) and value == timedelta(days=value.days):
        return Span(days=value.days)
    found = _TEXT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ConfigurationError(f"{value!r} is no length of time.", hint='Write it as "3 months" or "90 days".')
    count, unit = int(found["count"]), found["unit"].lower()
    return Span(months=count * _MONTHS[unit]) if unit in _MONTHS else Span(days=count * _DAYS[unit])


def shift(day: date, days: int) -> date:
    """Return the day so many days after *day*, or before it, kept within the years 1 to 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def as_day(value: object, name: str) -> date:
    """
    Return *value*, which has to be a day: a date, and no instant, which would be two days in two time zones.

    Raises:
        ConfigurationError: It is no date, or a datetime.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ConfigurationError(
        f"{name} has to be a datetime.date, not {type(value).__name__}.", hint="Give the day in the bank's country."
    )
