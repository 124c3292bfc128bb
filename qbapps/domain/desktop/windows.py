"""Sync windows: the hours in which a connector may work, so that people have QuickBooks to themselves in the others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs


@attrs.frozen
class Window:
    """
    Hours of the day in a time zone; ``19:00`` to ``07:00`` goes over midnight.

    Attributes:
        zone: An IANA name, such as ``Europe/Paris``.
    """

    start: time
    end: time
    zone: str

    def is_open(self, at: datetime) -> bool:
        """Tell whether the connector may work at *at*."""
        now = at.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def opens_in(self, at: datetime) -> timedelta:
        """Return how long it stays shut; zero when it is open."""
        if self.is_open(at):
            return timedelta(0)
        zone = ZoneInfo(self.zone)
        day = at.astimezone(zone).date()
        # An hour that clocks show twice begins twice. Aware instants of one zone subtract as if clocks were never
        # changed: they are compared in UTC.
        openings = (
            datetime.combine(day + timedelta(days=days), self.start, zone).replace(fold=fold).astimezone(UTC)
            for days in range(3)
            for fold in (0, 1)
        )
        return min(opening for opening in openings if opening > at) - at

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"


def read(text: str) -> Window:
    """
    Return what ``str`` made of a window.

    Raises:
        ValueError: It is none.
    """
    hours, _, zone = text.partition(" ")
    start, _, end = hours.partition("-")
    return Window(time.fromisoformat(start), time.fromisoformat(end), zone)
