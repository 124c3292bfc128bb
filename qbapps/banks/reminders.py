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

    What it has besides is used when it is there: ``begun_on``, ``ended_on``, ``revision`` and ``rule``; and, to tell
    many clients of one bank apart, ``company`` (its name), ``granted_by`` and ``accounts``. Without a revision an
    entry's sequence grows with the day on which the consent ends.
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
    """*ends* is None where the end was known once, and is not any more."""

    id: str
    name: str
    day: date
    ends: date | None
    lead: int
    begun: date | None
    over: bool
    revision: int
    renewal: Renewal | None
    company: str
    granted_by: str
    accounts: tuple[str, ...]

    @property
    def cancelled(self) -> bool:
        """Whether its day is none any more: the consent is over or was not given yet, or its end is not known."""
        return self.over or self.ends is None or (self.begun is not None and self.day < self.begun)


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
    or cut, or was renewed until a day that is not known, it is cancelled. A first consent whose end is not known has
    none. Nothing recurs: a rule of every three months is late for a consent of 90 days.

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
    ends = None if connection.consent_end is None else as_day(connection.consent_end, "consent_end")
    begun: date | None = getattr(connection, "begun_on", None)
    revision: int = getattr(connection, "revision", 0 if ends is None else ends.toordinal())
    # What was written before a renewal is in somebody's calendar still, and not of the first consent.
    known = ends if ends is not None or revision == 0 else begun
    if known is None:
        return
    rule: Rule | None = getattr(connection, "rule", None)
    for lead in leads:
        yield _Reminder(
            id=connection.id,
            name=one_line(connection.name),
            day=known if ends is None else shift(ends, -lead),
            ends=ends,
            lead=lead,
            begun=begun,
            over=getattr(connection, "ended_on", None) is not None,
            revision=revision,
            renewal=rule.renewal if rule is not None else None,
            company=one_line(getattr(connection, "company", None) or ""),
            granted_by=one_line(getattr(connection, "granted_by", None) or ""),
            accounts=tuple(one_line(account) for account in getattr(connection, "accounts", None) or ()),
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
    return datetime.combine(one.begun or one.ends or one.day, time(), UTC)


def _title(one: _Reminder, _: Words) -> str:
    bank = f"{one.name}, {one.company}" if one.company else one.name
    if one.ends is None:
        return _("{bank}: last day of bank access not known", bank=bank)
    if one.lead == 0:
        return _("{bank}: last day of bank access", bank=bank)
    return _("{bank}: renew bank access by {day}", bank=bank, day=_.day(one.ends))


def _what_to_do(one: _Reminder, _: Words) -> str:
    return "\n".join((*_how(one, _), *_whose(one, _)))


def _how(one: _Reminder, _: Words) -> Iterator[str]:
    if one.ends is None:
        yield _("It was renewed, but nobody noted until which day: look for it in QuickBooks, and state it.")
        return
    yield _("QuickBooks gets operations until {day}, and not on the day after.", day=_.day(one.ends))
    match one.renewal:
        case Renewal.RECONFIRM:
            yield _("In QuickBooks, open “Manage connections”, then “Manage consent”, and select “Reconfirm”.")
        case Renewal.UPDATE:
            yield _("In QuickBooks, open “Manage connections”, then “Manage consent”, and select “Renew”.")
        case _other:
            yield _("In QuickBooks, select “Update” on the tile of the bank, and sign in at the bank.")


def _whose(one: _Reminder, _: Words) -> Iterator[str]:
    """Tell the clients of one bank apart, and say who has to act."""
    if one.company:
        yield _("Company: {name}.", name=one.company)
    if one.granted_by:
        yield _("The consent is of {person}: nobody else can renew it.", person=one.granted_by)
    if one.accounts:
        yield _("Accounts: {accounts}.", accounts=", ".join(one.accounts))
