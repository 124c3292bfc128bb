"""References of a request: by ListID or by full name."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from qbapps.simulator.desktop import rows
from qbapps.simulator.desktop.entries import Entry, Reference
from qbapps.simulator.desktop.setting import RefusedRequest, Setting


def entry(setting: Setting, asked: Element, name: str, kinds: Sequence[str]) -> Entry | None:
    """
    Find what the child called *name* refers to; `None` if there is no such child, or an empty one.

    Raises:
        RefusedRequest: 3140, there is nothing of that id or name.
    """
    child = asked.find(name)
    if child is None or not len(child):
        return None
    list_id, full_name = rows.text(child, "ListID"), rows.text(child, "FullName")
    lists = setting.company.lists
    found = lists.get(list_id, kinds) if list_id else lists.named(full_name or "", kinds)
    if found is None:
        what = asked.tag.removesuffix("Add").removesuffix("Mod")
        said = list_id or full_name
        raise RefusedRequest(3140, f'There is an invalid reference to QuickBooks {name} "{said}" in the {what}.')
    return found


def reference(setting: Setting, asked: Element, name: str, kinds: Sequence[str]) -> Reference | None:
    """Do as `entry`, and give the reference alone."""
    found = entry(setting, asked, name, kinds)
    return setting.company.lists.reference(found) if found else None
