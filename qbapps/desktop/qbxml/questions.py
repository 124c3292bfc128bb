"""The questions that every setup asks a company file, and their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from qbapps.desktop.qbxml.building import query
from qbapps.desktop.qbxml.hosts import truth
from qbapps.desktop.qbxml.records import Record, records
from qbapps.desktop.qbxml.requests import Request
from qbapps.domain.desktop.facts import Employee, PayrollItem, Vendor

_USES_TIME: Final = {"UseTimeData": True, "DoNotUseTimeData": False}
_NAMED: Final = ("ListID", "Name", "IsActive")


def ask_host() -> Request:
    """Return the request for which QuickBooks it is."""
    return query("Host")


def ask_company(owner_id: str) -> Request:
    """Return the request for the company, with what is stamped under *owner_id*."""
    return query("Company", owner_ids=owner_id)


def ask_preferences() -> Request:
    """Return the request for the company's preferences, and for what the app may do."""
    return query("Preferences")


def ask_employees() -> Request:
    """
    Return the request for active employees and how they are paid: no more of their details, which are personal.

    Whether that needs access to personal data is not documented; what QuickBooks leaves out is read as unknown.
    """
    return query("Employee", active="ActiveOnly", include=(*_NAMED, "EmployeePayrollInfo"))


def ask_payroll_items() -> Request:
    """Return the request for the active wages; status 3250 says that payroll is off."""
    return query("PayrollItemWage", active="ActiveOnly", include=(*_NAMED, "WageType"))


def ask_vendors(*, page: int | None = 500) -> Request:
    """Return the request for the names of active vendors."""
    return query("Vendor", page=page, active="ActiveOnly", include=_NAMED)


def read_employees(pieces: Iterable[str]) -> Iterator[Employee]:
    """
    Yield the employees of an answer in *pieces*.

    Raises:
        NotQbxml: See :func:`qbapps.desktop.qbxml.records`.
    """
    for record in _of_kind("Employee", pieces):
        info = "EmployeePayrollInfo"
        yield Employee(
            name=_name(record),
            id=record.id,
            is_active=truth(record.text("IsActive")),
            uses_time_data=_USES_TIME.get(record.text(info, "UseTimeDataToCreatePaychecks") or ""),
            payroll_items=tuple(
                text
                for text in record.each(info, "Earnings", "PayrollItemWageRef", "FullName")
                if isinstance(text, str)
            ),
        )


def read_payroll_items(pieces: Iterable[str]) -> Iterator[PayrollItem]:
    """
    Yield the wages of an answer in *pieces*.

    Raises:
        NotQbxml: See :func:`qbapps.desktop.qbxml.records`.
    """
    for record in _of_kind("PayrollItemWage", pieces):
        yield PayrollItem(
            name=_name(record),
            id=record.id,
            is_active=truth(record.text("IsActive")),
            wage_type=record.text("WageType"),
        )


def read_vendors(pieces: Iterable[str]) -> Iterator[Vendor]:
    """
    Yield the vendors of an answer in *pieces*.

    Raises:
        NotQbxml: See :func:`qbapps.desktop.qbxml.records`.
    """
    for record in _of_kind("Vendor", pieces):
        yield Vendor(name=_name(record), id=record.id, is_active=truth(record.text("IsActive")))


def _of_kind(kind: str, pieces: Iterable[str]) -> Iterator[Record]:
    return (record for record in records(pieces) if record.kind == kind)


def _name(record: Record) -> str:
    return record.text("Name") or record.text("FullName") or record.id or ""
