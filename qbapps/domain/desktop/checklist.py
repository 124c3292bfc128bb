"""What has to be right before a Desktop app works: what a person said, what a session showed, and which one counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.domain import checks
from qbapps.domain.events import Detail
from qbapps.errors import TransitionError


class Item(StrEnum):
    """
    What is checked.

    ``edition``: a QuickBooks Desktop for Windows that the app supports. ``company_open``: the company file is open in
    QuickBooks. ``always_allow``: the app was let in with “Yes, always”. ``automatic_login``: updates run while
    QuickBooks is closed. ``time_data``: paychecks of all active employees are made from time data;
    ``time_data_company``: the company's own preference for that. ``people_exist``: all people whose hours are sent
    are employees or vendors.
    """

    EDITION = "edition"
    WINDOWS = "windows"
    ADMIN_RIGHTS = "admin_rights"
    ANTIVIRUS = "antivirus"
    ONE_COMPUTER = "one_computer"
    COMPANY_OPEN = "company_open"
    PRIMARY_ADMIN = "primary_admin"
    SINGLE_USER = "single_user"
    ALWAYS_ALLOW = "always_allow"
    RIGHT_COMPANY = "right_company"
    AUTOMATIC_LOGIN = "automatic_login"
    CONNECTOR_ALIVE = "connector_alive"
    PAYROLL_ON = "payroll_on"
    WEEK_START = "week_start"
    TIME_DATA_COMPANY = "time_data_company"
    TIME_DATA = "time_data"
    PAYROLL_ITEMS = "payroll_items"
    PEOPLE_EXIST = "people_exist"


_I = Item

CONNECTOR: Final[tuple[Item, ...]] = (
    _I.EDITION,
    _I.WINDOWS,
    _I.ADMIN_RIGHTS,
    _I.ANTIVIRUS,
    _I.ONE_COMPUTER,
    _I.COMPANY_OPEN,
    _I.PRIMARY_ADMIN,
    _I.SINGLE_USER,
    _I.ALWAYS_ALLOW,
    _I.RIGHT_COMPANY,
    _I.AUTOMATIC_LOGIN,
    _I.CONNECTOR_ALIVE,
)
"""
What every app needs, in the order in which a person meets it.

Source: Codat, "Installer le connecteur QuickBooks Desktop"; Intuit, QuickBooks Web Connector Programmer's Guide (2009)
"""

TIME: Final[tuple[Item, ...]] = (
    *CONNECTOR,
    _I.PAYROLL_ON,
    _I.WEEK_START,
    _I.TIME_DATA_COMPANY,
    _I.TIME_DATA,
    _I.PAYROLL_ITEMS,
    _I.PEOPLE_EXIST,
)
"""
What an app that sends hours to payroll needs.

Source: Intuit help, "Intégrer QuickBooks Time et QuickBooks Desktop à l'aide du connecteur Web" (2 February 2024)
"""

ONLY_SHOWN: Final = frozenset({_I.ALWAYS_ALLOW, _I.RIGHT_COMPANY, _I.AUTOMATIC_LOGIN, _I.CONNECTOR_ALIVE})
"""What nobody's word is enough for: a session of the connector shows it, or does not."""

ONLY_SAID: Final = frozenset({_I.TIME_DATA_COMPANY})
"""What no request can show: QuickBooks does not give that preference out."""

ANSWERABLE: Final = frozenset(
    {_I.WINDOWS, _I.ADMIN_RIGHTS, _I.ANTIVIRUS, _I.ONE_COMPUTER, _I.COMPANY_OPEN, _I.PRIMARY_ADMIN, _I.SINGLE_USER}
)
"""What was wrong at one moment, and may not be shown again: here a later word counts more than an older failure."""


class CheckState(StrEnum):
    """
    Where a check stands.

    ``verified`` and ``failed`` are what was shown, ``attested`` is what a person said.
    """

    OPEN = "open"
    VERIFIED = "verified"
    ATTESTED = "attested"
    FAILED = "failed"


_SHOWN: Final = frozenset({CheckState.VERIFIED, CheckState.FAILED})


def _freeze(values: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(values))


@attrs.frozen(kw_only=True)
class Evidence:
    """
    What shows how a check stands.

    Attributes:
        ground: What it is, a word of the set in ``qbapps.domain.desktop.grounds``.
        values: The names and numbers in it.
    """

    ground: str
    values: Mapping[str, Detail] = attrs.field(factory=dict, converter=_freeze, hash=False)


@attrs.frozen(kw_only=True)
class Check:
    """
    How one item stands.

    Attributes:
        by: Who said so; None for what was shown.
        evidence: What showed it; None for what was said.
        note: What the person added.
    """

    item: Item
    state: CheckState = CheckState.OPEN
    by: str | None = None
    at: datetime | None = attrs.field(default=None, validator=checks.aware)
    evidence: Evidence | None = None
    note: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.state is CheckState.OPEN:
            return
        if self.at is None:
            raise ValueError("Check.at is needed once a check is answered")
        if (self.state is CheckState.ATTESTED) != (self.by is not None):
            raise ValueError("Check.by names who attested, and nobody for what was shown")

    @property
    def is_good(self) -> bool:
        """Whether it is as it should be, as far as is known."""
        return self.state in {CheckState.VERIFIED, CheckState.ATTESTED}


Finding = tuple[CheckState, Evidence]
"""What evidence says of one item: ``verified`` or ``failed``, and why."""


def items(requires: Iterable[str] = ()) -> tuple[Item, ...]:
    """
    Return what an app needs: what all need, and what it *requires* besides, in our order.

    Raises:
        ValueError: One of *requires* is no item.
    """
    wanted = {*CONNECTOR, *(Item(name) for name in requires)}
    return tuple(item for item in Item if item in wanted)


def found(item: Item, finding: Finding, at: datetime) -> Check:
    """Return the check that *finding* makes of *item*."""
    state, evidence = finding
    return Check(item=item, state=state, at=at, evidence=evidence)


def attest(check: Check, *, by: str, at: datetime, note: str | None = None) -> Check:
    """
    Return *check* with a person's word for it.

    What was shown stays where it outranks a word, and so does the first word: see :func:`merge`.

    Raises:
        TransitionError: Nobody's word is enough for this item, or somebody else has given theirs.
    """
    if check.item in ONLY_SHOWN:
        raise TransitionError(
            f"{check.item} cannot be attested: the connector's next session shows it.",
            hint="Run “Update Selected” in the Web Connector, and look at the checklist again.",
            state=check.state,
            action="attest",
        )
    if check.state is CheckState.ATTESTED and check.by != by:
        raise TransitionError(
            f"{check.item} was attested by {check.by} already; that stays on record.",
            hint="Nothing has to be done. Evidence can still show that it is wrong.",
            state=check.state,
            action="attest",
        )
    return merge(check, Check(item=check.item, state=CheckState.ATTESTED, by=by, at=at, note=note))


def merge(old: Check, new: Check) -> Check:
    """
    Return which of two checks of one item counts; the order does not matter unless both are of one instant.

    Evidence counts more than a word, and later evidence more than earlier; of two words the first one stays. Only a
    failure of what is ``ANSWERABLE`` gives way to a word that came after it.

    Raises:
        ValueError: They are of different items.
    """
    if old.item is not new.item:
        raise ValueError(f"{old.item} and {new.item} are two things")
    if old.at is None or new.at is None:
        return new if old.at is None else old
    if old.state in _SHOWN and new.state in _SHOWN:
        if old.at == new.at:
            return new if new.state is CheckState.FAILED else old
        return max(old, new, key=_instant)
    if old.state not in _SHOWN and new.state not in _SHOWN:
        return min(old, new, key=_instant)
    shown, said = (old, new) if old.state in _SHOWN else (new, old)
    gives_way = shown.state is CheckState.FAILED and shown.item in ANSWERABLE and _instant(said) > _instant(shown)
    return said if gives_way else shown


def _instant(check: Check) -> datetime:
    assert check.at is not None  # noqa: S101 - what is answered has one
    return check.at


def beforehand(needed: Iterable[Item]) -> tuple[Item, ...]:
    """Return those of *needed* that a person has to answer before the connector is set up."""
    return tuple(item for item in needed if item not in ONLY_SHOWN)


def missing(needed: Iterable[Item], known: Mapping[Item, Check]) -> tuple[Item, ...]:
    """Return those of *needed* that are not known to be good; they may be open or failed."""
    return tuple(item for item in needed if item not in known or not known[item].is_good)
