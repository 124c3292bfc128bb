"""
An audit as plots: who owns what, what ends when, and the states of each app's connections.

Each is an Altair chart of counts, never of connections, so it stays small however many there are. Its
words are in the language of the audit.

Raises on import:
    ConfigurationError: Altair is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState
from qbapps.export import audit_drawing, audit_ends, audit_numbers
from qbapps.export.audit_drawing import Bar, Kind
from qbapps.export.audit_ends import Ends
from qbapps.export.audit_numbers import Owning
from qbapps.export.colours import LIGHT
from qbapps.export.sheet import Sheet
from qbapps.language import C_, Words, labels

if TYPE_CHECKING:
    import altair as alt

LARGEST: Final = 15
"""Owners and apps that have a bar; the rest is said in words: as a bar, it would dwarf all others."""

NAME: Final = 34
"""Characters of a name beside a bar."""

SHORT_MONTHS: Final = (
    C_("short", "Jan"),
    C_("short", "Feb"),
    C_("short", "Mar"),
    C_("short", "Apr"),
    C_("short", "May"),
    C_("short", "Jun"),
    C_("short", "Jul"),
    C_("short", "Aug"),
    C_("short", "Sep"),
    C_("short", "Oct"),
    C_("short", "Nov"),
    C_("short", "Dec"),
)


def owners(sheet: Sheet) -> alt.Chart:
    """Return a bar for each of those who own most, and for those who have left, by the gravest findings."""
    _ = sheet.words
    everybody = audit_numbers.owners(sheet)
    shown = audit_numbers.most_telling(everybody, LARGEST)
    kinds = [Kind(name=labels.label(one, sheet.lang), colour=LIGHT.tones[one].fill) for one in Severity]
    names = _distinct([_owner_name(one, _) for one in shown])
    return audit_drawing.bars(
        [
            Bar(
                name=name,
                said=one.owner or _("Nobody knows whose"),
                counts=(*one.worst.values(), one.connections - sum(one.worst.values())),
            )
            for name, one in zip(names, shown, strict=True)
        ],
        [*kinds, Kind(name=_("Nothing found"), colour=LIGHT.calm)],
        _,
        title=_("Who owns what"),
        subtitle=_other_owners([one for one in everybody if one.owner not in {each.owner for each in shown}], _),
        of=_("Owner"),
        kind=_("Gravest finding"),
    )


def states(sheet: Sheet) -> alt.Chart:
    """Return a bar for each of the apps and banks with most connections, by state."""
    _ = sheet.words
    counted = sheet.connections.group_by("app_id").agg(
        pl.coalesce("app_name", "app_id").first().alias("name"),
        audit_numbers.is_bank().first().alias("is_bank"),
        pl.len().alias("all"),
        *((pl.col("state") == one.value).sum().alias(one.value) for one in ConnectionState),
    )
    apps = counted.sort("all", "name", "app_id", descending=[True, False, False]).rows(named=True)
    shown, others = apps[:LARGEST], apps[LARGEST:]
    has_banks = any(one["is_bank"] for one in apps)
    names = [_("{bank} (bank)", bank=_short(one["name"])) if one["is_bank"] else _short(one["name"]) for one in shown]
    return audit_drawing.bars(
        [
            Bar(name=name, said=app["name"], counts=tuple(app[one.value] for one in ConnectionState))
            for name, app in zip(_distinct(names), shown, strict=True)
        ],
        [Kind(name=labels.label(one, sheet.lang), colour=LIGHT.states[one]) for one in ConnectionState],
        _,
        title=_("States of the connections, by app or bank") if has_banks else _("States of the connections, by app"),
        subtitle=_other_apps([one["all"] for one in others], _, has_banks=has_banks),
        of=_("App or bank") if has_banks else _("App"),
        kind=_("State"),
    )


def expiry(sheet: Sheet) -> alt.VConcatChart:
    """
    Return when access ends unless it is refreshed, by week, and below it when consents end for good, by month.

    Where there are banks, the last days of their consents follow, by week.
    """
    _ = sheet.words
    weeks, months, banks = audit_ends.token_ends(sheet), audit_ends.consent_ends(sheet), audit_ends.bank_ends(sheet)
    parts: dict[Severity | None, Kind] = {
        Severity.HIGH: Kind(name=_("Urgent or ended"), colour=LIGHT.tones[Severity.HIGH].fill),
        Severity.MEDIUM: Kind(name=_("Soon"), colour=LIGHT.tones[Severity.MEDIUM].fill),
        # A rule of the user's own may call an end that.
        Severity.LOW: Kind(name=_("Worth knowing"), colour=LIGHT.tones[Severity.LOW].fill),
        None: Kind(name=_("Later"), colour=LIGHT.calm),
    }
    if not any(one.by_severity[Severity.LOW] for one in (*weeks, *months, *banks)):
        del parts[Severity.LOW]
    tokens = _ends(
        weeks, parts, 2, _, title=_("Access that ends unless it is refreshed, by week"), of=_("Week of"), name=_week
    )
    every = 1 if len(months) <= 8 else 2 if len(months) <= 16 else 6
    consents = _ends(
        months, parts, every, _, title=_("Consents that end for good, by month"), of=_("Month"), name=_month
    )
    drawn = [tokens, consents]
    if banks:
        every = 2 if len(banks) <= 16 else 4
        title = _("Bank consents that end, by week")
        drawn.append(_ends(banks, parts, every, _, title=title, of=_("Week of"), name=_week))
    return audit_drawing.below_each_other(*drawn, title=_("When access and consents end"))


def _ends(
    ends: Sequence[Ends],
    parts: dict[Severity | None, Kind],
    every: int,
    _: Words,
    *,
    title: str,
    of: str,
    name: Callable[[date, Words], str],
) -> alt.Chart:
    names = [_("past") if one.starts_on is None else name(one.starts_on, _) for one in ends]
    first = 1 if ends and ends[0].starts_on is None else 0
    labelled = [*names[:first], *names[first::every]]
    if ends and ends[-1].is_open:
        whole = _("{start} and later", start=names[-1])
        # A longer label than the others: it takes the place of the one before it.
        labelled = [*(one for one in labelled if one not in names[-every - 1 :]), whole]
        names[-1] = whole
    return audit_drawing.timeline(
        [
            Bar(name=said, said=said, counts=tuple(one.by_severity[severity] for severity in parts))
            for said, one in zip(names, ends, strict=True)
        ],
        list(parts.values()),
        _,
        title=title,
        of=of,
        kind=_("When it ends"),
        labelled=labelled,
    )


def _owner_name(one: Owning, _: Words) -> str:
    if one.owner is None:
        return _("Nobody knows whose")
    return _("× left: {owner}", owner=_short(one.owner)) if one.has_left else _short(one.owner)


def _other_owners(others: Sequence[Owning], _: Words) -> str | None:
    if not others:
        return None
    rest = _.plural("{n} connection", "{n} connections", sum(one.connections for one in others))
    return _.plural("{n} other owner: {rest}.", "{n} other owners: {rest}.", len(others), rest=rest)


def _other_apps(others: Sequence[int], _: Words, *, has_banks: bool) -> str | None:
    if not others:
        return None
    rest = _.plural("{n} connection", "{n} connections", sum(others))
    if has_banks:
        return _.plural("{n} other app or bank: {rest}.", "{n} other apps or banks: {rest}.", len(others), rest=rest)
    return _.plural("{n} other app: {rest}.", "{n} other apps: {rest}.", len(others), rest=rest)


def _short(name: str) -> str:
    """Return *name* on one line, its middle left out when it is long: both ends tell people and apps apart."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    return line if len(line) <= NAME else f"{line[: NAME - 13]}…{line[-12:]}"


def _distinct(names: Sequence[str]) -> list[str]:
    """Return *names*, told apart where several are the same: a plot puts the same names into one bar."""
    made: list[str] = []
    for name in names:
        again, number = name, 1
        while again in made:
            number += 1
            again = f"{name} ({number})"
        made.append(again)
    return made


def _week(first: date, _: Words) -> str:
    return _("{month} {day}", month=_.in_context(*SHORT_MONTHS[first.month - 1]), day=first.day)


def _month(first: date, _: Words) -> str:
    return f"{_.in_context(*SHORT_MONTHS[first.month - 1])} {first.year}"
