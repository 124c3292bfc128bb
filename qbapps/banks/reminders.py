"""Reminders of consents that end, as an iCalendar file: explicit days, for 90 days are not three months."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Final, Protocol, runtime_checkable

import attrs

from qbapps.banks import calendar_lines
from qbapps.domain.banks.regimes import Renewal, Rule
from qbapps.domain.banks.spans import as_day, shift
from qbapps.errors import ConfigurationError
from qbapps.guides.steps import one_line
from qbapps.language import Words, words

LEADS: Final = (14, 7, 1, 0)
"""Days before the last good one on which somebody is reminded."""

_HOUR: Final = "PT9H"
"""When an alarm rings: nine hours into the day, wherever the calendar is."""


@runtime_checkable
class Expiring(Protocol):
    """
    Anything with a consent that ends; :class:`qbapps.domain.banks.consent.Consent` is one.

    What it has besides is used when it is there: ``begun_on``, ``ended_on``, ``revision`` and ``rule``. Without a
    revision an entry's sequence grows with the day on which the consent ends.
    """

    @property
    def id(self) -> str:
        """Of the connection; renewals keep it."""

    @property
    def name(self) -> str:
        """The bank's, as its user says it."""

    @property
    def consent_end(self) -> date | None:
        """The last good day; None where it is not known."""


@attrs.frozen(kw_only=True)
class _Reminder:
    id: str
    name: str
    ends: date
    lead: int
    begun: date | None
    over: bool
    revision: int
    renewal: Renewal | None

    @property
    def day(self) -> date:
        return shift(self.ends, -self.lead)

    @property
    def cancelled(self) -> bool:
        """Whether its day is none any more: the consent is over, or was not given yet."""
        return self.over or (self.begun is not None and self.day < self.begun)


def reminders_ics(
    connections: Iterable[Expiring],
    leads: Iterable[int] = LEADS,
    *,
    lang: str | None = None,
    written_at: datetime | None = None,
) -> str:
    """
    Return an iCalendar file with one all-day entry for each consent and lead, none after the consent's last day.

    An entry keeps its UID for life: after a renewal it moves, with a higher sequence, and when the consent is revoked
    or cut it is cancelled. A consent whose end is not known has none. Nothing recurs: a rule of every three months is
    late for a consent of 90 days.

    Args:
        leads: Days before the end; 0 is the last good day itself.

        written_at: When the file is made; without it, an entry is stamped with the day its consent began, so that the
            same consents always make the same file.

    Raises:
        ConfigurationError: A lead is negative or no number of days, two connections have one id, or the language is
            not spoken.

    Source: RFC 5545
    """
    _ = words(lang)
    ordered = _leads(leads)
    reminders = [one for connection in _each_once(connections) for one in _of(connection, ordered)]
    reminders.sort(key=lambda one: (one.day, one.name, one.id, one.lead))
    # Not within the line below: texts within those are not extracted for the catalogues.
    title = _("Bank access in QuickBooks")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//qbapps//banks//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{calendar_lines.text(title)}",
    ]
    for one in reminders:
        lines.extend(_entry(one, _, written_at))
    return calendar_lines.written([*lines, "END:VCALENDAR"])


def _leads(leads: Iterable[int]) -> tuple[int, ...]:
    given = tuple(leads)
    for lead in given:
        if isinstance(lead, bool) or not isinstance(lead, int) or lead < 0:
            raise ConfigurationError(
                f"{lead!r} is no number of days before an end.", hint="Give whole days, such as leads=(14, 7, 1, 0)."
            )
    return tuple(sorted(set(given), reverse=True))


def _each_once(connections: Iterable[Expiring]) -> Iterator[Expiring]:
    seen: set[str] = set()
    for connection in connections:
        if connection.id in seen:
            raise ConfigurationError(
                f"Two connections are called {connection.id}.",
                hint="Give each connection once, under an id of its own.",
            )
        seen.add(connection.id)
        yield connection


def _of(connection: Expiring, leads: tuple[int, ...]) -> Iterator[_Reminder]:
    ends = connection.consent_end
    if ends is None:
        return
    rule: Rule | None = getattr(connection, "rule", None)
    for lead in leads:
        yield _Reminder(
            id=connection.id,
            name=one_line(connection.name),
            ends=as_day(ends, "consent_end"),
            lead=lead,
            begun=getattr(connection, "begun_on", None),
            over=getattr(connection, "ended_on", None) is not None,
            revision=getattr(connection, "revision", ends.toordinal()),
            renewal=rule.renewal if rule is not None else None,
        )


def _entry(one: _Reminder, _: Words, written_at: datetime | None) -> Iterator[str]:
    about = f"bank consent {one.id} {one.lead}"
    title = calendar_lines.text(_title(one, _))
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(about.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@qbapps"
    yield f"DTSTAMP:{calendar_lines.instant(written_at or _stamp(one))}"
    yield f"SEQUENCE:{one.revision}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    yield f"DTSTART;VALUE=DATE:{calendar_lines.day(one.day)}"
    yield f"DTEND;VALUE=DATE:{calendar_lines.day(shift(one.day, 1))}"
    yield f"SUMMARY:{title}"
    yield f"DESCRIPTION:{calendar_lines.text(_what_to_do(one, _))}"
    yield "TRANSP:TRANSPARENT"
    if not one.cancelled:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{title}"
        yield f"TRIGGER:{_HOUR}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _stamp(one: _Reminder) -> datetime:
    return datetime.combine(one.begun or one.ends, time(), UTC)


def _title(one: _Reminder, _: Words) -> str:
    if one.lead == 0:
        return _("{bank}: last day of bank access", bank=one.name)
    return _("{bank}: renew bank access by {day}", bank=one.name, day=_.day(one.ends))


def _what_to_do(one: _Reminder, _: Words) -> str:
    until = _("QuickBooks gets operations until {day}, and not on the day after.", day=_.day(one.ends))
    match one.renewal:
        case Renewal.RECONFIRM:
            todo = _("In QuickBooks, open “Manage connections”, then “Manage consent”, and select “Reconfirm”.")
        case Renewal.UPDATE:
            todo = _("In QuickBooks, open “Manage connections”, then “Manage consent”, and select “Renew”.")
        case _other:
            todo = _("In QuickBooks, select “Update” on the tile of the bank, and sign in at the bank.")
    return f"{until}\n{todo}"
