"""The filters of a query, in the order that qbXML wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from qbapps.desktop.qbxml.filters import FILTERS
from qbapps.desktop.qbxml.writing import check_known, elements, instant
from qbapps.errors import ConfigurationError

ACTIVE: Final = ("ActiveOnly", "InactiveOnly", "All")

_KEYS: Final = ("ListID", "TxnID", "FullName", "Name", "RefNumber", "RefNumberCaseSensitive")
_RANGES: Final = ("ModifiedDateRangeFilter", "TransactionModifiedDateRangeFilter")
_EITHER: Final = (
    ("NameFilter", "NameRangeFilter"),
    ("ModifiedDateRangeFilter", "TxnDateRangeFilter"),
    ("RefNumberFilter", "RefNumberRangeFilter"),
)
# Where the kind is not known, it is taken for a list.
_LIST: Final = ("ListID", "FullName", "MaxReturned", "ActiveStatus", "FromModifiedDate", "ToModifiedDate")
_LAST: Final = ("IncludeRetElement", "OwnerID")


def asked(
    kind: str,
    *,
    most: int | None,
    ids: Sequence[str],
    names: Sequence[str],
    active: str | None,
    since: datetime | None,
    until: datetime | None,
    fields: Mapping[str, object],
    include: Sequence[str],
    owner_ids: Sequence[str],
) -> str:
    """
    Return what stands within the query for *kind*.

    Raises:
        ConfigurationError: Filters exclude each other, or the kind has no such filter.
    """
    path = f"{kind}Query"
    known = FILTERS.get(kind)
    if active is not None and active not in ACTIVE:
        raise ConfigurationError(f"{path} has no such active status.", hint=f"Give one of {', '.join(ACTIVE)}.")
    order = known or _LIST
    given: dict[str, object] = {
        "TxnID" if "TxnID" in order else "ListID": ids,
        "Name" if "Name" in order else "FullName": names,
        "MaxReturned": most,
        "ActiveStatus": active,
        **_modified(order, since, until, path),
    }
    last: dict[str, object] = {"IncludeRetElement": include, "OwnerID": owner_ids}
    filters = _joined(given, _joined(fields, last, path), path)
    if known is not None:
        check_known(list(filters), known, path)
    _check_exclusive(filters, known, path)
    return elements(filters, path=path, order=known)


def _modified(order: Sequence[str], since: datetime | None, until: datetime | None, path: str) -> dict[str, object]:
    for value in (since, until):
        if value is not None and not isinstance(value, datetime):
            raise ConfigurationError(f"{path} is asked by a time that is none.", hint="Give a datetime.")
    bounds: dict[str, object] = {
        "FromModifiedDate": None if since is None else instant(since),
        "ToModifiedDate": None if until is None else instant(until),
    }
    within = next((name for name in _RANGES if name in order), None)
    if within is None or (since is None and until is None):
        return bounds
    return {within: {name: value for name, value in bounds.items() if value is not None}}


def _joined(first: Mapping[str, object], then: Mapping[str, object], path: str) -> dict[str, object]:
    """Return what is there of both, and refuse what is there twice."""
    one, other = _there(first), _there(then)
    for name in one.keys() & other.keys():
        raise ConfigurationError(f"{path} is given {name} twice.", hint="Use the argument, or fields, not both.")
    return {**one, **other}


def _there(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None and value not in ([], ())}


def _check_exclusive(given: Mapping[str, object], known: Sequence[str] | None, path: str) -> None:
    filters = [name for name in given if not name.startswith("Include") and name != "OwnerID"]
    keys = [name for name in filters if _is_key(name, known)]
    if keys and len(filters) > 1:
        other = next(name for name in filters if name != keys[0])
        raise ConfigurationError(
            f"{path} takes {keys[0]} or {other}, not both.", hint="Ask by ids, by names, or by filters."
        )
    for one, other in _EITHER:
        if one in given and other in given:
            raise ConfigurationError(f"{path} takes {one} or {other}, not both.", hint="Leave one of them out.")


def _is_key(name: str, known: Sequence[str] | None) -> bool:
    """Tell whether *name* stands alone: transactions of all kinds together have numbers among their filters."""
    if name not in _KEYS:
        return False
    if known is None or "MaxReturned" not in known:
        return True
    return known.index(name) < known.index("MaxReturned")
