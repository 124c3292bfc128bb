"""An iCalendar feed of what ends: idle tokens, consents after five years and at banks, deadlines of plans."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

import attrs
import polars as pl
from icalendar import Alarm, Calendar, Event

from qbapps.domain.parties import Reach
from qbapps.domain.plan import PlanAction
from qbapps.domain.states import ConnectionState
from qbapps.export.audit_ends import is_good_bank
from qbapps.export.deadlines import Deadline
from qbapps.export.sheet import Sheet
from qbapps.language import Words

NAMED: Final = 20
"""So many connections are named in one entry; of more than these the rest is counted."""

_HELD: Final = pl.col("state").is_in([ConnectionState.CONNECTED.value, ConnectionState.PAUSED.value]) & (
    pl.col("reach") == Reach.API.value
)


@attrs.frozen(kw_only=True)
class _Entry:
    kind: str
    day: date
    title: str
    text: str
    leads: tuple[int, ...]


def calendar(sheet: Sheet, deadlines: Iterable[Deadline] = ()) -> bytes:
    """
    Return the feed: one all-day entry for each day (in UTC) and each way to end.

    An entry keeps its UID as long as its day does, so that a calendar that subscribes to the file
    follows it. What is refreshed meanwhile ends later: publish the feed again, as often as keepalive runs.

    Source: RFC 5545
    """
    _ = sheet.words
    made = Calendar()
    made.add("prodid", "-//qbapps//audit//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("QuickBooks connections") + (f" · {sheet.firm_name}" if sheet.firm_name else ""))
    made.add("refresh-interval;value=duration", "P1D")
    entries = (*_tokens(sheet, _), *_caps(sheet, _), *_banks(sheet, _), *_deadlines(deadlines, _))
    for entry in sorted(entries, key=lambda entry: (entry.day, entry.kind)):
        made.add_component(_event(entry, sheet))
    return bytes(made.to_ical())


def _tokens(sheet: Sheet, _: Words) -> Iterator[_Entry]:
    for day, names in _instants(sheet, "refresh_expires_at"):
        count = len(names)
        yield _Entry(
            kind="token",
            day=day,
            title=_("{name} ends unless it is used", name=names[0])
            if count == 1
            else _.plural("{n} connection ends unless it is used", "{n} connections end unless they are used", count),
            text=_("Run qbapps keepalive before that day.") + "\n\n" + _listed(names, _),
            leads=(7, 1),
        )


def _caps(sheet: Sheet, _: Words) -> Iterator[_Entry]:
    for day, names in _instants(sheet, "refresh_hard_expires_at"):
        count = len(names)
        yield _Entry(
            kind="cap",
            day=day,
            title=_("{name}: its consent ends after five years", name=names[0])
            if count == 1
            else _.plural("{n} consent ends after five years", "{n} consents end after five years", count),
            text=_("Send the owners a reconnect link before that day.") + "\n\n" + _listed(names, _),
            leads=(30, 7),
        )


def _banks(sheet: Sheet, _: Words) -> Iterator[_Entry]:
    """Give the last good days of consents at banks, today's too."""
    for day, names in _days(sheet, is_good_bank(), pl.col("consent_end")):
        count = len(names)
        yield _Entry(
            kind="bank",
            day=day,
            title=_("{name}: last day of bank access", name=names[0])
            if count == 1
            else _.plural("Last day of access to {n} bank", "Last day of access to {n} banks", count),
            text=_("Have the consent renewed by this day; qbapps bank repair says how.") + "\n\n" + _listed(names, _),
            leads=(14, 7, 1),
        )


def _deadlines(deadlines: Iterable[Deadline], _: Words) -> Iterator[_Entry]:
    for one in deadlines:
        title = (
            _.plural("{n} connection to transfer by today", "{n} connections to transfer by today", one.total)
            if one.action is PlanAction.TRANSFER
            else _.plural("{n} connection to disconnect by today", "{n} connections to disconnect by today", one.total)
        )
        text = _("Plan {plan} is due on {when}: qbapps apply {plan}", plan=one.plan_id, when=_.date(one.at))
        yield _Entry(kind=one.plan_id, day=one.at.date(), title=title, text=text, leads=(14, 7, 1))


def _instants(sheet: Sheet, column: str) -> Iterator[tuple[date, list[str]]]:
    end = pl.col(column)
    return _days(sheet, _HELD & end.is_not_null() & (end > sheet.taken_at), end.dt.date())


def _days(sheet: Sheet, ends: pl.Expr, day: pl.Expr) -> Iterator[tuple[date, list[str]]]:
    """Give the days on which something ends, with what, named by app and company."""
    days = (
        sheet.connections.lazy()
        .filter(ends)
        .select(
            day=day,
            name=pl.concat_str("app_name", pl.lit(" · "), pl.coalesce("company_name", "realm_id", pl.lit("—"))),
        )
        .sort("name")
        .group_by("day")
        .agg("name")
        .sort("day")
        .collect()
    )
    yield from days.iter_rows()


def _listed(names: list[str], _: Words) -> str:
    shown = [f"- {name}" for name in names[:NAMED]]
    more = len(names) - NAMED
    if more > 0:
        shown.append(_.plural("and {n} more", "and {n} more", more))
    return "\n".join(shown)


def _event(entry: _Entry, sheet: Sheet) -> Event:
    event = Event()
    about = f"{entry.kind} {entry.day.isoformat()} {sheet.firm_id or ''}"
    event.add("uid", f"{hashlib.sha256(about.encode()).hexdigest()[:32]}@qbapps")
    event.add("dtstamp", sheet.taken_at)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("description", entry.text)
    event.add("transp", "TRANSPARENT")
    for lead in entry.leads:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", -timedelta(days=lead))
        event.add_component(alarm)
    return event
