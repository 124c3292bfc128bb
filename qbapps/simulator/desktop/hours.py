"""Time tracking: query, add, change, delete."""

import re
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from qbapps.simulator.desktop import rows, writing
from qbapps.simulator.desktop.entries import Reference, Time
from qbapps.simulator.desktop.references import reference
from qbapps.simulator.desktop.setting import Answer, RefusedRequest, Setting

_DURATION = re.compile(r"PT(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?")
_GUID = re.compile(r"0|\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_REFERENCES = {
    "entity": ("EntityRef", ("Employee", "Vendor", "OtherName")),
    "customer": ("CustomerRef", ("Customer",)),
    "item": ("ItemServiceRef", ("ItemService",)),
    "accounting_class": ("ClassRef", ("Class",)),
    "payroll_item": ("PayrollItemWageRef", ("PayrollItemWage",)),
}
_TEXTS = {
    "date": "TxnDate",
    "rate": "Rate",
    "duration": "Duration",
    "notes": "Notes",
    "billable_status": "BillableStatus",
    "external_guid": "ExternalGUID",
}


def time_query(setting: Setting, request: Element) -> Answer:
    """Answer TimeTrackingQuery."""
    _check_enabled(setting)
    ids = rows.texts(request, "TxnID")
    include = set(rows.texts(request, "IncludeRetElement"))
    if ids:
        by_id = {time.txn_id: time for time in setting.company.times}
        found = [by_id[one] for one in ids if one in by_id]
        return rows.answer(
            setting,
            request,
            lambda: found,
            lambda time: write(setting, time, include),
            missing=[one for one in ids if one not in by_id],
        )
    return rows.answer(
        setting, request, lambda: _filtered(setting, request), lambda time: write(setting, time, include)
    )


def time_add(setting: Setting, request: Element) -> Answer:
    """Carry out TimeTrackingAdd."""
    _check_enabled(setting)
    asked = request[0]
    values = _values(setting, asked)
    if "entity" not in values:
        raise RefusedRequest(3140, "There is an invalid reference to QuickBooks EntityRef in the TimeTracking.")
    number, txn_id = setting.company.next_txn(setting.now)
    values.setdefault("date", setting.now.astimezone(setting.company.zone).date().isoformat())
    time = Time(
        txn_id=txn_id,
        edit_sequence=str(int(setting.now.timestamp())),
        number=number,
        created=setting.now,
        modified=setting.now,
        message_set_id=setting.message_set_id,
        app=setting.certificate.app.name,
        **values,
    )
    setting.company.times.append(time)
    return Answer(body=write(setting, time, set(rows.texts(request, "IncludeRetElement"))), count=1)


def time_mod(setting: Setting, request: Element) -> Answer:
    """Carry out TimeTrackingMod."""
    _check_enabled(setting)
    asked = request[0]
    time = _find(setting, rows.text(asked, "TxnID") or "")
    if rows.text(asked, "EditSequence") != time.edit_sequence:
        raise RefusedRequest(3200, f'The provided edit sequence of "{time.txn_id}" is out-of-date.')
    for name, value in _values(setting, asked).items():
        setattr(time, name, value)
    time.modified = setting.now
    time.edit_sequence = str(max(int(setting.now.timestamp()), int(time.edit_sequence) + 1))
    return Answer(body=write(setting, time, set(rows.texts(request, "IncludeRetElement"))), count=1)


def txn_del(setting: Setting, request: Element) -> Answer:
    """Carry out TxnDel."""
    time = _find(setting, rows.text(request, "TxnID") or "")
    setting.company.times.remove(time)
    deleted = writing.instant(setting.now, setting.company.zone, setting.behaviour.times)
    return Answer(
        body=writing.element("TxnDelType", "TimeTracking")
        + writing.element("TxnID", time.txn_id)
        + writing.element("TimeDeleted", deleted)
    )


def write(setting: Setting, time: Time, include: set[str]) -> str:
    """Write one time tracking as QuickBooks returns it."""
    zone, form = setting.company.zone, setting.behaviour.times
    fields: dict[str, str | Reference | None] = {
        "TxnID": time.txn_id,
        "TimeCreated": writing.instant(time.created, zone, form),
        "TimeModified": writing.instant(time.modified, zone, form),
        "EditSequence": time.edit_sequence,
        "TxnNumber": str(time.number),
        "TxnDate": time.date,
        "EntityRef": time.entity,
        "CustomerRef": time.customer,
        "ItemServiceRef": time.item,
        "Rate": time.rate,
        "Duration": time.duration,
        "ClassRef": time.accounting_class,
        "PayrollItemWageRef": time.payroll_item,
        "Notes": time.notes,
        "BillableStatus": time.billable_status,
        "ExternalGUID": time.external_guid,
    }
    return writing.aggregate("TimeTrackingRet", {k: v for k, v in fields.items() if not include or k in include})


def _check_enabled(setting: Setting) -> None:
    if not setting.company.time_tracking:
        raise RefusedRequest(3250, "Time tracking is not enabled or not available in this version of QuickBooks.")


def _find(setting: Setting, txn_id: str) -> Time:
    for time in setting.company.times:
        if time.txn_id == txn_id:
            return time
    raise RefusedRequest(3120, f'Object "{txn_id}" specified in the request cannot be found.')


def _values(setting: Setting, asked: Element) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, (tag, kinds) in _REFERENCES.items():
        found: Reference | None = reference(setting, asked, tag, kinds)
        if found is not None:
            values[name] = found
    for name, tag in _TEXTS.items():
        said = rows.text(asked, tag)
        if said is not None:
            values[name] = said
    is_billable = rows.text(asked, "IsBillable")
    if is_billable is not None:
        values["billable_status"] = "Billable" if is_billable in {"true", "1"} else "NotBillable"
    _check_values(values)
    return values


def _check_values(values: dict[str, Any]) -> None:
    try:
        date.fromisoformat(values.get("date", "2026-01-01"))
    except ValueError:
        said = values["date"]
        raise RefusedRequest(3020, f'There was an error when converting the date value "{said}".') from None
    if not _DURATION.fullmatch(values.get("duration", "PT0H")):
        said = values["duration"]
        raise RefusedRequest(3035, f'There was an error when converting the time interval "{said}".')
    if not _GUID.fullmatch(values.get("external_guid", "0")):
        raise RefusedRequest(3045, "There was an error when converting the GUID of ExternalGUID.")
    if len(values.get("notes", "")) > 4095:
        raise RefusedRequest(3070, 'The string in the field "Notes" is too long.')


def _filtered(setting: Setting, request: Element) -> list[Time]:
    modified, days = request.find("ModifiedDateRangeFilter"), request.find("TxnDateRangeFilter")
    people = request.find("TimeTrackingEntityFilter")
    found = []
    for time in setting.company.times:
        if modified is not None and not rows.is_within(
            setting, time.modified, rows.text(modified, "FromModifiedDate"), rows.text(modified, "ToModifiedDate")
        ):
            continue
        if days is not None and not _is_between(time.date, days):
            continue
        if people is not None and not _is_of(time.entity, people):
            continue
        found.append(time)
    return found


def _is_between(day: str, days: Element) -> bool:
    first, last = rows.text(days, "FromTxnDate"), rows.text(days, "ToTxnDate")
    return (first is None or day >= first) and (last is None or day <= last)


def _is_of(entity: Reference, people: Element) -> bool:
    names = {name.casefold() for name in rows.texts(people, "FullName")}
    return entity.list_id in rows.texts(people, "ListID") or entity.full_name.casefold() in names
