"""Adding and changing customers and vendors, and deleting list entries."""

from xml.etree.ElementTree import Element

from qbapps.simulator.desktop import listing, rows, writing
from qbapps.simulator.desktop.entries import Entry, Value
from qbapps.simulator.desktop.references import entry
from qbapps.simulator.desktop.setting import Answer, RefusedRequest, Setting

_HANDLED = frozenset({"Name", "ListID", "EditSequence", "IsActive", "ParentRef"})
_LONGEST_NAME = 41


def list_add(setting: Setting, request: Element) -> Answer:
    """Carry out CustomerAdd or VendorAdd."""
    asked = request[0]
    kind, name = asked.tag.removesuffix("Add"), rows.text(asked, "Name") or ""
    parent = entry(setting, asked, "ParentRef", (kind,))
    _check_name(setting, kind, name, parent)
    made = setting.company.lists.new(
        kind,
        name,
        setting.now,
        parent=parent.list_id if parent else None,
        is_active=rows.text(asked, "IsActive") not in {"false", "0"},
        fields=_fields(asked),
    )
    return Answer(body=_written(setting, made, request), count=1)


def list_mod(setting: Setting, request: Element) -> Answer:
    """Carry out CustomerMod."""
    asked = request[0]
    kind = asked.tag.removesuffix("Mod")
    changed = _find(setting, kind, rows.text(asked, "ListID") or "")
    if rows.text(asked, "EditSequence") != changed.edit_sequence:
        raise RefusedRequest(3200, f'The provided edit sequence of "{changed.list_id}" is out-of-date.')
    parent = entry(setting, asked, "ParentRef", (kind,))
    name = rows.text(asked, "Name")
    if name is not None and name.casefold() != changed.name.casefold():
        above = setting.company.lists.get(changed.parent or "", (kind,))
        _check_name(setting, kind, name, parent or above)
    changed.name = name or changed.name
    changed.parent = parent.list_id if parent else changed.parent
    said = rows.text(asked, "IsActive")
    changed.is_active = changed.is_active if said is None else said in {"true", "1"}
    changed.fields.update(_fields(asked))
    setting.company.lists.touch(changed, setting.now)
    return Answer(body=_written(setting, changed, request), count=1)


def list_del(setting: Setting, request: Element) -> Answer:
    """Carry out ListDel; what hours or entries below it refer to is in use."""
    kind = rows.text(request, "ListDelType") or ""
    found = _find(setting, kind, rows.text(request, "ListID") or "")
    company = setting.company
    used = {
        one.list_id
        for time in company.times
        for one in (time.entity, time.customer, time.item, time.accounting_class, time.payroll_item)
        if one is not None
    }
    if found.list_id in used or company.lists.children(found):
        raise RefusedRequest(3175, f'The {kind} "{found.name}" cannot be deleted because it is in use.')
    full_name = company.lists.full_name(found)
    company.lists.remove(found)
    fields = {
        "ListDelType": kind,
        "ListID": found.list_id,
        "TimeDeleted": writing.instant(setting.now, company.zone, setting.behaviour.times),
        "FullName": full_name,
    }
    return Answer(body="".join(writing.element(name, value) for name, value in fields.items()))


def _find(setting: Setting, kind: str, list_id: str) -> Entry:
    found = setting.company.lists.get(list_id, (kind,))
    if found is None:
        raise RefusedRequest(3120, f'Object "{list_id}" specified in the request cannot be found.')
    return found


def _check_name(setting: Setting, kind: str, name: str, parent: Entry | None) -> None:
    lists = setting.company.lists
    if len(name) > _LONGEST_NAME:
        raise RefusedRequest(3070, f'The string "{name}" in the field "Name" is too long.')
    if not name or ":" in name:
        raise RefusedRequest(3000, f'The name "{name}" is not valid.')
    full_name = f"{lists.full_name(parent)}:{name}" if parent else name
    kinds = (kind,) if parent else lists.same_name_space(kind)
    if lists.named(full_name, kinds) is not None:
        raise RefusedRequest(3100, f'The name "{full_name}" of the list element is already in use.')


def _fields(asked: Element) -> dict[str, Value]:
    return {child.tag: _value(child) for child in asked if child.tag not in _HANDLED}


def _value(child: Element) -> Value:
    return {inner.tag: _value(inner) for inner in child} if len(child) else (child.text or "")


def _written(setting: Setting, made: Entry, request: Element) -> str:
    return listing.write(setting, made, set(rows.texts(request, "IncludeRetElement")))
