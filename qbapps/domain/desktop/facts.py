"""What QuickBooks Desktop said of itself, and of the people and payroll items in a company file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import attrs

from qbapps.domain.events import Detail

_T = TypeVar("_T")

_NUMBER: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")


@attrs.frozen(kw_only=True)
class QuickBooksFacts:
    """
    What QuickBooks says of itself and of the open company file at the beginning of a session.

    Everything can be unknown: editions differ in what they say.

    Attributes:
        product: Such as ``QuickBooks Enterprise Solutions 24.0``.
        major: Of the product's version; a text, as all numbers here.
        country: ``US``, ``CA``, ``UK`` or ``AU``.
        qbxml_versions: Versions of qbXML it takes, in its own order; editions for Canada may put letters before.
        is_automatic_login: Whether QuickBooks was opened for this session, with nobody at it.
        file_mode: ``SingleUser`` or ``MultiUser``.
        company_path: The company file's place on its computer, as the connector gave it.
        file_id: The stamp that the connector put into this company file under our OwnerID. It proves which file it is.
        app_lock: Name of the computer whose connector is at work with our OwnerID. Undocumented, seen in captured
            answers: enough for a warning, not to refuse anything.
        first_day_of_week: Such as ``Monday``.
        time_tracking_on: True when QuickBooks told its preferences for time tracking; None when it did not.
        automatic_login_allowed: Whether the app may work while QuickBooks is closed.
        automatic_login_user: The QuickBooks user it then works as.
        personal_data_allowed: Whether the app may see personal data, such as employees' details.

    Source: Intuit, qbXML 13.0, HostQuery, CompanyQuery and PreferencesQuery
    """

    product: str | None = None
    major: str | None = None
    minor: str | None = None
    country: str | None = None
    qbxml_versions: tuple[str, ...] = ()
    is_automatic_login: bool | None = None
    file_mode: str | None = None
    company_name: str | None = None
    company_path: str | None = None
    file_id: str | None = None
    app_lock: str | None = None
    first_day_of_week: str | None = None
    time_tracking_on: bool | None = None
    automatic_login_allowed: bool | None = None
    automatic_login_user: str | None = None
    personal_data_allowed: bool | None = None

    @property
    def newest_qbxml(self) -> str | None:
        """The newest version of qbXML it takes; None when it named none."""
        return newest(self.qbxml_versions)


@attrs.frozen(kw_only=True)
class Employee:
    """
    An employee in a company file.

    Attributes:
        uses_time_data: Whether paychecks are made from time data; None when that is not set, or may not be seen.
        payroll_items: Names of the payroll items that the employee's time can be paid with.

    Source: Intuit, qbXML 13.0, EmployeeQuery
    """

    name: str
    id: str | None = None
    is_active: bool | None = None
    uses_time_data: bool | None = None
    payroll_items: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PayrollItem:
    """
    A wage that time can be paid with.

    Attributes:
        wage_type: Such as ``HourlyRegular``.

    Source: Intuit, qbXML 13.0, PayrollItemWageQuery
    """

    name: str
    id: str | None = None
    is_active: bool | None = None
    wage_type: str | None = None


@attrs.frozen(kw_only=True)
class Vendor:
    """A vendor in a company file: whoever is no employee, but whose time is tracked."""

    name: str
    id: str | None = None
    is_active: bool | None = None


def newest(versions: Iterable[str]) -> str | None:
    """Return the newest of *versions* by number, so that 13.0 is after 2.1; None when there is none."""
    numbered = [(number, version) for version in versions if (number := _number(version)) is not None]
    return max(numbered)[1] if numbered else None


def newest_common(offered: Iterable[str], *, wanted: str = "13.0") -> str:
    """
    Return the version of qbXML to speak: *wanted*, or the newest of *offered* when that is older.

    Args:
        offered: What QuickBooks says it takes. When it says nothing, *wanted* is tried.

    Raises:
        ValueError: *wanted* is no version.
    """
    number = _number(wanted)
    if number is None:
        raise ValueError(f"{wanted!r} is no version of qbXML; give one such as 13.0")
    best = newest(offered)
    if best is None or (_number(best) or number) >= number:
        return wanted
    return best


def same_guid(one: str | None, other: str | None) -> bool:
    """Tell whether two GUIDs are the same: letters may be large or small, braces may be missing."""
    if not one or not other:
        return False
    return _bare(one) == _bare(other)


def kept(facts: QuickBooksFacts) -> dict[str, Detail]:
    """Return *facts* as a flat mapping that can be stored as JSON; what is unknown is left out."""
    values = attrs.asdict(facts, recurse=False) | {"qbxml_versions": " ".join(facts.qbxml_versions) or None}
    return {name: value for name, value in values.items() if value is not None}


def restored(details: Mapping[str, Detail]) -> QuickBooksFacts:
    """Return the facts that :func:`kept` made *details* of; names that are not known here are passed over."""
    versions = details.get("qbxml_versions")
    return QuickBooksFacts(
        product=_of(str, details.get("product")),
        major=_of(str, details.get("major")),
        minor=_of(str, details.get("minor")),
        country=_of(str, details.get("country")),
        qbxml_versions=tuple(versions.split()) if isinstance(versions, str) else (),
        is_automatic_login=_of(bool, details.get("is_automatic_login")),
        file_mode=_of(str, details.get("file_mode")),
        company_name=_of(str, details.get("company_name")),
        company_path=_of(str, details.get("company_path")),
        file_id=_of(str, details.get("file_id")),
        app_lock=_of(str, details.get("app_lock")),
        first_day_of_week=_of(str, details.get("first_day_of_week")),
        time_tracking_on=_of(bool, details.get("time_tracking_on")),
        automatic_login_allowed=_of(bool, details.get("automatic_login_allowed")),
        automatic_login_user=_of(str, details.get("automatic_login_user")),
        personal_data_allowed=_of(bool, details.get("personal_data_allowed")),
    )


def _of(kind: type[_T], value: object) -> _T | None:
    return value if isinstance(value, kind) else None


def _number(version: str) -> tuple[int, int] | None:
    found = _NUMBER.fullmatch(version.strip())
    return (int(found[1]), int(found[2])) if found is not None else None


def _bare(guid: str) -> str:
    return guid.strip().removeprefix("{").removesuffix("}").casefold()
