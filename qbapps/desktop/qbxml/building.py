"""Building requests: what users write, checked before anything is queued."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from qbapps.desktop.qbxml.asking import asked
from qbapps.desktop.qbxml.filters import is_never_in_pages
from qbapps.desktop.qbxml.requests import Request
from qbapps.desktop.qbxml.rewriting import rewritten
from qbapps.desktop.qbxml.sequences import BODIES, LISTS, NOT_BY_ADD, NOT_BY_MOD, TRANSACTIONS, VOIDABLE
from qbapps.desktop.qbxml.writing import element, elements
from qbapps.errors import ConfigurationError

_KIND: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_ENDINGS: Final = ("QueryRq", "AddRq", "ModRq", "Query", "Add", "Mod", "Rq")


def query(
    kind: str,
    *,
    page: int | None = None,
    ids: str | Iterable[str] = (),
    names: str | Iterable[str] = (),
    active: str | None = None,
    modified_since: datetime | None = None,
    modified_until: datetime | None = None,
    most: int | None = None,
    fields: Mapping[str, object] | None = None,
    include: str | Iterable[str] = (),
    owner_ids: str | Iterable[str] = (),
) -> Request:
    """
    Return the request for records of one *kind*, by ids, by names, or by filters: one of the three.

    Without any, it asks for all, except that QuickBooks leaves out inactive list members unless *active* says so.

    Args:
        kind: Such as ``Customer`` or ``TimeTracking``.

        page: Have the answer in pages of that many records, by an iterator of QuickBooks. An iterator dies with its
            session; a job that is cut off begins anew. Give it whenever an answer can be large.

        ids: ListIDs or TxnIDs. No ids are no filter: they ask for all.

        names: Full names, such as ``Durand:Kitchen`` for a job.

        active: ``ActiveOnly``, ``InactiveOnly`` or ``All``.

        modified_since: Records changed then or later. A naive one is the time of the QuickBooks computer, which is
            the safer form: users report that QuickBooks states the wrong offset in summer.

        most: Have that many records at most, and no more pages.

        fields: Further filters by the name of the element; put in order where the order is known, else kept as given.

        include: Have these elements of each record only.

        owner_ids: Have the data extensions of these owners too; ``0`` stands for the custom fields.

    Raises:
        ConfigurationError: The query has no iterator, filters exclude each other, or the kind has no such filter.

    Source: Intuit, qbXML 13.0
    """
    name = _checked(kind)
    path = f"{name}Query"
    if page is not None and is_never_in_pages(name):
        raise ConfigurationError(
            f"{path} has no iterator: QuickBooks gives its answer in one piece.",
            hint="Leave page out; use most to have fewer records.",
        )
    if page is not None and most is not None:
        raise ConfigurationError(f"{path} has both page and most.", hint="Give one of the two.")
    inner = asked(
        name,
        most=_counted(page if most is None else most, path),
        ids=_several(ids),
        names=_several(names),
        active=active,
        since=modified_since,
        until=modified_until,
        fields=fields or {},
        include=_several(include),
        owner_ids=_several(owner_ids),
    )
    return Request(name=path, xml=f"<{path}Rq>{inner}</{path}Rq>", is_write=False, page=page)


def add(kind: str, fields: Mapping[str, object]) -> Request:
    """
    Return the request to add a record, such as ``add("TimeTracking", {"EntityRef": "Jean", ...})``.

    Args:
        fields: Values by the name of the element. See :func:`qbapps.desktop.qbxml.writing.element` for the types, and
            ``sequences.BODIES`` for the kinds whose fields are checked and put in order.

    Raises:
        ConfigurationError: A field is missing, is not known for that kind, or has no form in qbXML.
    """
    name = _checked(kind)
    if name in NOT_BY_ADD:
        raise _by_hand(f"{name}Add")
    return _change(f"{name}Add", fields)


def mod(kind: str, fields: Mapping[str, object]) -> Request:
    """
    Return the request to change a record.

    Args:
        fields: As for :func:`add`, with ``ListID`` or ``TxnID`` and the ``EditSequence`` of the record as it was
            read; QuickBooks refuses it when somebody has changed the record since. An empty text clears a field, None
            leaves it alone.

    Raises:
        ConfigurationError: As for :func:`add`.
    """
    name = _checked(kind)
    path = f"{name}Mod"
    if name in NOT_BY_MOD:
        raise _by_hand(path)
    if not isinstance(fields, Mapping):
        raise ConfigurationError(f"{path} takes a mapping of fields.", hint="Give a dict: {element: value}.")
    id_name = "ListID" if "ListID" in fields else "TxnID"
    _check_there((id_name if path not in BODIES else BODIES[path].order[0], "EditSequence"), fields, path)
    first = {id_name: fields.get(id_name), "EditSequence": fields["EditSequence"]}
    return _change(path, {**first, **{name: value for name, value in fields.items() if name not in first}})


def delete(kind: str, record_id: str) -> Request:
    """
    Return the request to delete a list member by its ListID, or a transaction by its TxnID.

    Raises:
        ConfigurationError: QuickBooks deletes nothing of that kind.
    """
    name = _checked(kind)
    if name in LISTS:
        return _by_id("ListDel", name, "ListID", record_id)
    if name in TRANSACTIONS:
        return _by_id("TxnDel", name, "TxnID", record_id)
    raise ConfigurationError(
        f"QuickBooks deletes no {name}.", hint=f"Use one of these: {', '.join(LISTS + TRANSACTIONS)}."
    )


def void(kind: str, record_id: str) -> Request:
    """
    Return the request to void a transaction by its TxnID: it stays in the books, with all amounts at zero.

    Raises:
        ConfigurationError: QuickBooks voids nothing of that kind.
    """
    name = _checked(kind)
    if name not in VOIDABLE:
        raise ConfigurationError(f"QuickBooks voids no {name}.", hint=f"Use one of these: {', '.join(VOIDABLE)}.")
    return _by_id("TxnVoid", name, "TxnID", record_id)


def raw(xml: str, *, writes: bool) -> Request:
    """
    Return the request that *xml* is: one element such as ``<BillAddRq>``, for what the other functions do not build.

    It is written anew in ASCII, without comments and without blanks between elements.

    Args:
        writes: Whether it changes the company file. A change is never sent again before its fate is known.

    Raises:
        ConfigurationError: It is not one well-formed request; it already has a requestID or an iterator, which
            sessions give; or it is no query, and *writes* is False.
    """
    name, text = rewritten(xml)
    if not writes and not name.endswith("Query"):
        raise ConfigurationError(f"{name} is no query.", hint="Give writes=True: sent twice, it may be done twice.")
    return Request(name=name, xml=text, is_write=writes)


def _change(path: str, fields: Mapping[str, object]) -> Request:
    body = BODIES.get(path)
    inner = elements(fields, path=path, order=body.order if body else None, is_known=body is not None)
    if body is not None:
        _check_there(body.required, fields, path)
    return Request(name=path, xml=f"<{path}Rq><{path}>{inner}</{path}></{path}Rq>", is_write=True)


def _by_id(request: str, kind: str, id_name: str, record_id: str) -> Request:
    _check_there((id_name,), {id_name: record_id}, request)
    inner = element(f"{request}Type", kind, path=request) + element(id_name, record_id, path=f"{request}.{id_name}")
    return Request(name=request, xml=f"<{request}Rq>{inner}</{request}Rq>", is_write=True)


def _check_there(required: Iterable[str], fields: Mapping[str, object], path: str) -> None:
    for name in required:
        value = fields.get(name)
        if value is None or value == "":
            raise ConfigurationError(
                f"{path} needs {name}.", hint=f"Give {name}; without it QuickBooks refuses the request."
            )


def _checked(kind: str) -> str:
    if not isinstance(kind, str) or _KIND.fullmatch(kind) is None:
        raise ConfigurationError(f"{str(kind)[:60]!r} is no kind of record.", hint="Give a name such as Customer.")
    for ending in _ENDINGS:
        if kind.endswith(ending) and kind != ending:
            raise ConfigurationError(
                f"{kind} is a request, not a kind of record.", hint=f"Give {kind.removesuffix(ending)!r}."
            )
    return kind


def _counted(number: int | None, path: str) -> int | None:
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 1):
        raise ConfigurationError(f"{path} asks for a number of records that is none.", hint="Give 1 or more.")
    return number


def _several(values: str | Iterable[str]) -> list[str]:
    return [values] if isinstance(values, str) else list(values)


def _by_hand(path: str) -> ConfigurationError:
    return ConfigurationError(f"{path} is built otherwise than the others.", hint="Write it with qbxml.raw.")
