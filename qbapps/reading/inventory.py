"""A firm's list of connected apps, as its staff keep it in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qbapps.domain.inventory import InventoryRow, Reading, Refusal, Repeat
from qbapps.language import Phrase
from qbapps.reading import cells
from qbapps.reading.headers import INVENTORY, Column, Header, plain
from qbapps.reading.lines import Line
from qbapps.reading.records import read_values, refuse
from qbapps.reading.tables import Table, read_table

_READERS: Final[dict[Column, tuple[str, Callable[[str], Any]]]] = {
    Column.LEVEL: ("level", cells.level),
    Column.COMPANY: ("company_name", cells.text),
    Column.REALM_ID: ("realm_id", cells.realm_id),
    Column.APP: ("app_name", cells.app),
    Column.CONTACT: ("developer_contact", cells.text),
    Column.OWNER: ("owner_email", cells.email),
    Column.ROLE: ("role", cells.role),
    Column.CONNECTED_ON: ("connected_on", cells.day),
    Column.LAST_USED_ON: ("last_used_on", cells.day),
    Column.STATE: ("state", cells.state),
    Column.CATEGORY: ("category", cells.text),
    Column.COUNTRY: ("country", cells.country),
}
_DATED: Final = frozenset({Column.CONNECTED_ON, Column.LAST_USED_ON})


def read_inventory(data: bytes) -> Reading:
    """
    Return what the inventory *data* says: good rows, refused lines and repeated lines.

    An XLSX workbook, or a CSV file in UTF-8, UTF-16 or Windows-1252, separated by semicolons, commas
    or tabs, with French or English headers in any order. Nothing is guessed: what cannot be read is
    refused, with its line and column. A last use before the connection date is kept as it is: lists do say that
    of apps that were connected again.

    Raises:
        ConfigurationError: The file as a whole cannot be read.
    """
    table = read_table(data, INVENTORY)
    header = table.header
    rows: dict[tuple[str, str], InventoryRow] = {}
    refused: list[Refusal] = []
    repeated: list[Repeat] = []
    for line in table.lines:
        row = _read_row(line, table)
        if isinstance(row, InventoryRow):
            first = rows.setdefault(_key(row), row)
            if first is not row:
                repeated.append(Repeat(line=row.line, first_line=first.line, differs=_differences(first, row, header)))
        else:
            refused.extend(row)
    return Reading(
        rows=tuple(rows.values()),
        refused=tuple(refused),
        repeated=tuple(repeated),
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        ignored=header.ignored,
        notes=table.notes,
    )


def _read_row(line: Line, table: Table[Column]) -> InventoryRow | tuple[Refusal, ...]:
    values = read_values(line, table, _READERS, _DATED)
    if not isinstance(values, dict):
        return values
    row = InventoryRow(line=line.number, **{"company_name": None, "realm_id": None, **values})
    if row.company_name is None and row.realm_id is None:
        reason = Phrase("neither a company nor its number is given")
        return (refuse(line.number, table.header.name(Column.COMPANY), reason, ""),)
    return row


def _key(row: InventoryRow) -> tuple[str, str]:
    company = row.realm_id or "name " + plain(row.company_name or "")
    return company, plain(row.app_name) or row.app_name


def _differences(first: InventoryRow, again: InventoryRow, header: Header[Column]) -> tuple[str, ...]:
    return tuple(
        header.name(column)
        for column in header.places
        if getattr(first, _READERS[column][0]) != getattr(again, _READERS[column][0])
    )
