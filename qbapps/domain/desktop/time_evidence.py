"""
What shows how an item of the checklist stands that only an app for hours and payroll has.

Each function says ``verified`` or ``failed``, and why; None where there is nothing to judge by. They only look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from qbapps.domain.desktop.checklist import Finding
from qbapps.domain.desktop.facts import Employee, QuickBooksFacts
from qbapps.domain.desktop.grounds import Ground, bad, good

NAMED: Final = 5
"""How many people a sentence names before it only counts them."""

_G = Ground


def payroll_on(count: int | None, status: int | None = None) -> Finding | None:
    """
    Judge by the answer to a query of payroll items.

    Args:
        count: How many there are; none at all says nothing.

        status: Its ``statusCode``; 3250 means that the feature is off.
    """
    if status == 3250:
        return bad(_G.PAYROLL_OFF)
    return good(_G.HAS_PAYROLL_ITEMS, n=count) if count else None


def week_start(facts: QuickBooksFacts, wanted: str | None) -> Finding | None:
    """Judge whether the week begins on the same day in QuickBooks as in the app."""
    if facts.first_day_of_week is None or wanted is None:
        return None
    theirs, ours = facts.first_day_of_week.strip().casefold(), wanted.strip().casefold()
    return good(_G.SAME_WEEK, day=theirs) if theirs == ours else bad(_G.OTHER_WEEK, day=theirs, wanted=ours)


def time_data(employees: Iterable[Employee]) -> Finding | None:
    """
    Judge whether all active employees are paid by time data.

    Where it is set for nobody, QuickBooks may just not give it out: that says nothing.
    """
    active = [one for one in employees if one.is_active is not False]
    if all(one.uses_time_data is None for one in active):
        return None
    without = [one.name for one in active if not one.uses_time_data]
    return _people(len(active), without, _G.ALL_USE_TIME, _G.SOME_WITHOUT_TIME)


def payroll_items(employees: Iterable[Employee], mapped: Collection[str] = ()) -> Finding | None:
    """
    Judge whether every active employee has a payroll item.

    Args:
        mapped: Names of employees for whom the app knows one.
    """
    active = [one for one in employees if one.is_active is not False]
    if not any(one.payroll_items for one in active):
        # Without access to personal data QuickBooks leaves out how people are paid.
        return None
    known = {_plain(name) for name in mapped}
    without = [one.name for one in active if not one.payroll_items and _plain(one.name) not in known]
    return _people(len(active), without, _G.ALL_HAVE_ITEMS, _G.SOME_WITHOUT_ITEMS)


def people_exist(users: Iterable[str], known: Iterable[str]) -> Finding | None:
    """
    Judge whether all *users* of the app are among the *known* employees and vendors of QuickBooks.

    Case and spaces do not matter.
    """
    wanted = list(dict.fromkeys(users))
    if not wanted:
        return None
    there = {_plain(name) for name in known}
    return _people(len(wanted), [name for name in wanted if _plain(name) not in there], _G.ALL_KNOWN, _G.SOME_UNKNOWN)


def _people(total: int, without: Sequence[str], yes: Ground, no: Ground) -> Finding:
    if not without:
        return good(yes, n=total)
    names = ", ".join(without[:NAMED]) + (", …" if len(without) > NAMED else "")
    return bad(no, n=len(without), names=names)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
