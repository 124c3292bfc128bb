"""Queries of the lists: customers and jobs, vendors, employees, items, classes, accounts."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from qbapps.simulator.desktop import rows, writing
from qbapps.simulator.desktop.behaviour import PersonalData
from qbapps.simulator.desktop.entries import Entry, Reference, Value
from qbapps.simulator.desktop.setting import Answer, RefusedRequest, Setting

_KINDS = {"Item": "ItemService"}
_FLAT = frozenset({"Vendor", "Employee", "OtherName", "PayrollItemWage"})
_PERSONAL = frozenset({"Employee", "PayrollItemWage"})
_PERSONAL_FIELDS = frozenset({"SSN", "EmployeePayrollInfo"})


def list_query(setting: Setting, request: Element) -> Answer:
    """Answer the query of any list."""
    asked = str(request.tag).removesuffix("QueryRq")
    kind = _KINDS.get(asked, asked)
    _check_features(setting, kind)
    entries, missing = _wanted(setting, kind, request)
    include = set(rows.texts(request, "IncludeRetElement"))
    return rows.answer(
        setting,
        request,
        lambda: entries if entries is not None else _filtered(setting, kind, request),
        lambda entry: write(setting, entry, include),
        missing=missing,
    )


def write(setting: Setting, entry: Entry, include: set[str] | None = None) -> str:
    """Write one entry as QuickBooks returns it."""
    lists, form = setting.company.lists, setting.behaviour.times
    above = lists.get(entry.parent, (entry.kind,)) if entry.parent else None
    fields: dict[str, Value | Reference | None] = {
        "ListID": entry.list_id,
        "TimeCreated": writing.instant(entry.created, setting.company.zone, form),
        "TimeModified": writing.instant(entry.modified, setting.company.zone, form),
        "EditSequence": entry.edit_sequence,
        "Name": entry.name,
    }
    if entry.kind not in _FLAT:
        fields["FullName"] = lists.full_name(entry)
    fields["IsActive"] = "true" if entry.is_active else "false"
    if entry.kind not in _FLAT:
        fields["ParentRef"] = lists.reference(above) if above else None
        fields["Sublevel"] = str(lists.level(entry))
    hides = entry.kind in _PERSONAL and not setting.certificate.personal_data
    for name, value in entry.fields.items():
        fields[name] = None if hides and name in _PERSONAL_FIELDS else value
    if include:
        fields = {name: value for name, value in fields.items() if name in include}
    return writing.aggregate(f"{entry.kind}Ret", fields)


def _check_features(setting: Setting, kind: str) -> None:
    company = setting.company
    is_off = (kind == "PayrollItemWage" and not company.payroll) or (kind == "Class" and not company.class_tracking)
    if is_off:
        raise RefusedRequest(3250, "This feature is not enabled or not available in this version of QuickBooks.")
    is_refused = setting.behaviour.personal_data == PersonalData.REFUSED
    if kind in _PERSONAL and is_refused and not setting.certificate.personal_data:
        raise RefusedRequest(3261, "This application has no permission to access personal data.")


def _wanted(setting: Setting, kind: str, request: Element) -> tuple[list[Entry] | None, Sequence[str]]:
    ids, names = rows.texts(request, "ListID"), rows.texts(request, "FullName")
    if not ids and not names:
        return None, ()
    lists = setting.company.lists
    found = [(text, lists.get(text, (kind,))) for text in ids] + [(text, lists.named(text, (kind,))) for text in names]
    return [entry for _, entry in found if entry is not None], [text for text, entry in found if entry is None]


def _filtered(setting: Setting, kind: str, request: Element) -> list[Entry]:
    status = rows.text(request, "ActiveStatus") or "ActiveOnly"
    first, last = rows.text(request, "FromModifiedDate"), rows.text(request, "ToModifiedDate")
    full_name = setting.company.lists.full_name
    found = [
        entry
        for entry in setting.company.lists.of(kind)
        if (status == "All" or entry.is_active == (status == "ActiveOnly"))
        and _is_named(full_name(entry), request)
        and rows.is_within(setting, entry.modified, first, last)
    ]
    return sorted(found, key=lambda entry: full_name(entry).casefold())


def _is_named(full_name: str, request: Element) -> bool:
    name = full_name.casefold()
    for wanted in request.findall("NameFilter"):
        part = (rows.text(wanted, "Name") or "").casefold()
        match rows.text(wanted, "MatchCriterion"):
            case "StartsWith":
                return name.startswith(part)
            case "EndsWith":
                return name.endswith(part)
            case _:
                return part in name
    for wanted in request.findall("NameRangeFilter"):
        first, last = rows.text(wanted, "FromName"), rows.text(wanted, "ToName")
        return (not first or name >= first.casefold()) and (not last or name <= last.casefold())
    return True
