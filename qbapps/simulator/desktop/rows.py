"""Which rows a query returns, and how many at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, tostring

from qbapps.simulator.desktop import writing
from qbapps.simulator.desktop.setting import Answer, RefusedRequest, Setting

NO_MATCH = "A query request did not find a matching object in QuickBooks"


def texts(request: Element, name: str) -> list[str]:
    """List what the children called *name* say."""
    return [child.text or "" for child in request.findall(name)]


def text(request: Element, name: str) -> str | None:
    """Tell what the child called *name* says, if it is there."""
    return next(iter(texts(request, name)), None)


def number(request: Element, name: str) -> int | None:
    """Read a child that is a number above zero."""
    said = text(request, name)
    if said is None:
        return None
    if not said.isdigit() or not int(said):
        raise RefusedRequest(3050, f'There was an error when converting the number "{said}" in the field "{name}"')
    return int(said)


def is_within(setting: Setting, modified: datetime, first: str | None, last: str | None) -> bool:
    """Tell whether an instant lies between two of a filter, both included, by the computer's local time."""
    zone, form = setting.company.zone, setting.behaviour.times
    wall = modified.astimezone(zone).replace(tzinfo=None, microsecond=0)
    try:
        after = first is None or wall >= writing.wall_time(first, zone, form)
        before = last is None or wall <= writing.wall_time(last, zone, form)
    except ValueError:
        raise RefusedRequest(3020, "There was an error when converting a date value of the filter") from None
    return after and before


def answer(
    setting: Setting,
    request: Element,
    find: Callable[[], Sequence[Any]],
    write: Callable[[Any], str],
    *,
    missing: Sequence[str] = (),
) -> Answer:
    """
    Answer a query with the rows that *find* gives, in pages if an iterator is asked for.

    Args:
        missing: Ids or names that were asked for and do not exist.
    """
    attributes: dict[str, str] = {}
    if request.get("iterator"):
        rows, attributes = _page(setting, request, find)
    else:
        rows = list(find())[: number(request, "MaxReturned")]
    if request.get("metaData", "NoMetaData") != "NoMetaData":
        attributes["retCount"] = str(len(rows))
    if missing:
        said = f'There was a required element ("{missing[0]}") that could not be found in QuickBooks'
        status, message = 500, f"The query request has not been fully completed. {said}."
    elif rows or request.get("iterator") == "Stop":
        status, message = 0, "Status OK"
    else:
        status, message = 1, NO_MATCH
    body = "" if request.get("metaData") == "MetaDataOnly" else "".join(write(row) for row in rows)
    return Answer(status=status, message=message, body=body, attributes=attributes, count=len(rows))


def _page(setting: Setting, request: Element, find: Callable[[], Sequence[Any]]) -> tuple[list[Any], dict[str, str]]:
    app = (*setting.certificate.app.key, setting.company.path)
    kind, iterator_id = request.get("iterator"), request.get("iteratorID", "")
    most = number(request, "MaxReturned")
    asked = f"{request.tag}" + "".join(
        tostring(child, encoding="unicode").strip() for child in request if child.tag != "MaxReturned"
    )
    if kind == "Start":
        if most is None:
            raise RefusedRequest(3391, "An iterator needs MaxReturned.")
        iterator = setting.iterators.start(app, setting.ticket, asked, find(), setting.now)
    else:
        found = setting.iterators.find(
            iterator_id, app, setting.ticket, asked, setting.now, setting.behaviour.iterators
        )
        if found is None:
            raise RefusedRequest(3391, f'The iterator ID "{iterator_id}" is not valid.')
        iterator = found
    if kind == "Stop" or not iterator.rows:
        setting.iterators.stop(iterator)
        return [], {}
    rows = setting.iterators.take(iterator, most or len(iterator.rows), setting.now)
    remaining = str(len(iterator.rows))
    return rows, {"iteratorRemainingCount": remaining, "iteratorID": iterator.iterator_id}
