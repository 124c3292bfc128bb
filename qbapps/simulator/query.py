"""A small part of the Accounting API's query language."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

Row = Mapping[str, Any]

_QUERY = re.compile(
    r"""^\s*select\s+(?P<what>\*|count\(\*\)|[\w.,\s]+?)\s+from\s+(?P<entity>\w+)
        (?:\s+where\s+(?P<where>.+?))?
        (?:\s+order\s*by\s+(?P<order>[\w.]+)(?:\s+(?P<direction>asc|desc))?)?
        (?:\s+startposition\s+(?P<start>\d+))?
        (?:\s+maxresults\s+(?P<most>\d+))?\s*;?\s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(
    r"""^\s*(?P<field>[\w.]+)\s*(?P<operator>=|<=|>=|<|>|like|in)\s*
        (?P<value>'(?:[^'\\]|\\.)*'|\([^)]*\)|true|false|-?[\d.]+)\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_LISTED = re.compile(r"'((?:[^'\\]|\\.)*)'|(true|false|-?[\d.]+)", re.IGNORECASE)
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

    code, title, kind = "4000", "Error parsing query", "QueryParserError"


class NotQueryable(QueryError):
    """
    The query filters or sorts by what it may not.

    Source: ruckus/quickbooks-ruby issue 403 shows the answer
    """

    code, title, kind = "4001", "Invalid query", "QueryValidationError"


@attrs.frozen
class Table:
    """
    What a query of one entity finds.

    Attributes:
        key: The name under which the rows are answered.

        queryable: By which properties it can be filtered and sorted; None for any.

        hides_inactive: Rows that are not active are left out, unless the query says something of `Active`.
    """

    key: str
    rows: Sequence[Row]
    queryable: frozenset[str] | None = None
    hides_inactive: bool = False


def run(text: str, tables: Callable[[str], Table | None]) -> tuple[str, list[Row], int | None, int]:
    """
    Run a query.

    Args:
        tables: Finds an entity by its name in lower case, None when there is no such entity.

    Returns:
        The key of the rows, the page of rows, the count (None unless it was a `count(*)`), and
        the position of the first row.

    Raises:
        QueryError: The text is not a query, or names an unknown entity, or a field that cannot be queried.

    Source: Intuit, "Data queries": a page holds 100 rows unless MAXRESULTS says otherwise, and
    never more than 1000.
    """
    found = _QUERY.match(text)
    if found is None:
        raise QueryError(f"Encountered an error parsing the query: {text[:80]}")
    table = tables(found["entity"].lower())
    if table is None:
        raise QueryError(f"Metadata not found for Entity: {found['entity']}")
    rows, asked = table.rows, set[str]()
    for condition in _split(found["where"]):
        field, test = _condition(condition)
        asked.add(_queryable(table, field))
        rows = [row for row in rows if test(row)]
    if table.hides_inactive and "Active" not in asked:
        rows = [row for row in rows if row.get("Active", True)]
    if found["order"]:
        by = _queryable(table, found["order"])
        down = (found["direction"] or "").lower() == "desc"
        rows = sorted(rows, key=lambda row: str(_value(row, by) or ""), reverse=down)
    if found["what"].lower() == "count(*)":
        return table.key, [], len(rows), 1
    start = max(int(found["start"] or 1), 1)
    most = int(found["most"] or 100)
    if most > MOST_ROWS:
        raise QueryError(f"maxresults may not be above {MOST_ROWS}")
    return table.key, [*rows[start - 1 : start - 1 + most]], None, start


def _split(where: str | None) -> list[str]:
    return re.split(r"\s+and\s+(?=\w+\s*(?:=|<|>|like|in))", where, flags=re.IGNORECASE) if where else []


def _queryable(table: Table, field: str) -> str:
    if table.queryable is not None and field not in table.queryable:
        raise NotQueryable(f"property '{field}' is not queryable")
    return field


def _value(row: Row, field: str) -> Any:
    held: Any = row
    for name in field.split("."):
        held = held.get(name) if isinstance(held, Mapping) else None
    return held


def _condition(text: str) -> tuple[str, Callable[[Row], bool]]:
    found = _CONDITION.match(text)
    if found is None:
        raise QueryError(f"Encountered an error parsing the condition: {text[:80]}")
    field, name, value = found["field"], found["operator"].lower(), found["value"]
    if name == "in":
        wanted = {word.lower() or _unescape(text) for text, word in _LISTED.findall(value)}
        return field, lambda row: _written(_value(row, field)) in wanted
    if value.startswith("'"):
        value = _unescape(value[1:-1])
    if name == "like":
        pattern = re.compile(".*".join(map(re.escape, value.split("%"))), re.IGNORECASE | re.DOTALL)
        return field, lambda row: pattern.fullmatch(str(_value(row, field) or "")) is not None
    return field, lambda row: _compare(_value(row, field), name, value)


def _written(held: Any) -> str:
    return str(held).lower() if isinstance(held, bool) else str(held)


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
