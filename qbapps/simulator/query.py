"""A small part of the Accounting API's query language."""

import operator
import re
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]

_QUERY = re.compile(
    r"""^\s*select\s+(?P<what>\*|count\(\*\)|[\w.,\s]+?)\s+from\s+(?P<entity>\w+)
        (?:\s+where\s+(?P<where>.+?))?
        (?:\s+order\s*by\s+(?P<order>\w+)(?:\s+(?P<direction>asc|desc))?)?
        (?:\s+startposition\s+(?P<start>\d+))?
        (?:\s+maxresults\s+(?P<most>\d+))?\s*;?\s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(
    r"""^\s*(?P<field>\w+)\s*(?P<operator>=|<=|>=|<|>|like|in)\s*
        (?P<value>'(?:[^'\\]|\\.)*'|\([^)]*\)|true|false|-?[\d.]+)\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
MOST_ROWS = 1000


class QueryError(Exception):
    """The query is not understood; Intuit calls it a QueryParserError."""


def run(text: str, tables: Callable[[str], list[Row] | None]) -> tuple[str, list[Row], int | None, int]:
    """
    Run a query.

    Args:
        tables: Finds the rows of an entity, None when there is no such entity.

    Returns:
        The entity's name, the page of rows, the count (None unless it was a `count(*)`), and
        the position of the first row.

    Raises:
        QueryError: The text is not a query, or names an unknown entity or field.

    Source: Intuit, "Data queries": a page holds 100 rows unless MAXRESULTS says otherwise, and
    never more than 1000.
    """
    found = _QUERY.match(text)
    if found is None:
        raise QueryError(f"Encountered an error parsing the query: {text[:80]}")
    rows = tables(found["entity"].lower())
    if rows is None:
        raise QueryError(f"Metadata not found for Entity: {found['entity']}")
    for condition in _split(found["where"]):
        test = _condition(condition)
        rows = [row for row in rows if test(row)]
    if found["order"]:
        down = (found["direction"] or "").lower() == "desc"
        rows = sorted(rows, key=lambda row: str(row.get(found["order"], "")), reverse=down)
    if found["what"].lower() == "count(*)":
        return found["entity"], [], len(rows), 1
    start = max(int(found["start"] or 1), 1)
    most = int(found["most"] or 100)
    if most > MOST_ROWS:
        raise QueryError(f"maxresults may not be above {MOST_ROWS}")
    return found["entity"], [*rows[start - 1 : start - 1 + most]], None, start


def _split(where: str | None) -> list[str]:
    return re.split(r"\s+and\s+(?=\w+\s*(?:=|<|>|like|in))", where, flags=re.IGNORECASE) if where else []


def _condition(text: str) -> Callable[[Row], bool]:
    found = _CONDITION.match(text)
    if found is None:
        raise QueryError(f"Encountered an error parsing the condition: {text[:80]}")
    field, name, value = found["field"], found["operator"].lower(), found["value"]
    if name == "in":
        wanted = {_unescape(item) for item in _TEXT.findall(value)}
        return lambda row: str(row.get(field)) in wanted
    if value.startswith("'"):
        value = _unescape(value[1:-1])
    if name == "like":
        pattern = re.compile(".*".join(map(re.escape, value.split("%"))), re.IGNORECASE | re.DOTALL)
        return lambda row: pattern.fullmatch(str(row.get(field, ""))) is not None
    return lambda row: _compare(row.get(field), name, value)


def _compare(held: Any, name: str, value: str) -> bool:
    if held is None:
        return False
    left: Any = held
    right: Any = value
    if isinstance(held, bool):
        left, right = str(held).lower(), value.lower()
    elif isinstance(held, int | float):
        try:
            right = float(value)
        except ValueError:
            return False
    return bool(_OPERATORS[name](left, right))


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
