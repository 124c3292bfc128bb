"""Lists that people keep as CSV files: the banks that QuickBooks offers, and consents to be reminded of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import attrs

from qbapps.banks import Institution
from qbapps.banks.statements.cells import Cell
from qbapps.banks.statements.days import Order, read_column
from qbapps.banks.statements.problems import Unreadable
from qbapps.domain.banks.consent import Consent
from qbapps.domain.banks.regimes import consent_end
from qbapps.errors import ConfigurationError
from qbapps.reading.decoding import decode
from qbapps.reading.files import read_capped
from qbapps.reading.headers import plain
from qbapps.reading.lines import DELIMITERS, Line, lines

_NAMES: Final = {
    **dict.fromkeys(("name", "nom", "bank", "banque", "institution"), "name"),
    **dict.fromkeys(("url", "site", "address", "adresse", "web site", "site web"), "url"),
    **dict.fromkeys(("id", "identifiant", "connection", "connexion", "reference"), "id"),
    **dict.fromkeys(
        ("authenticated", "authenticated on", "signed in on", "identifie le", "authentifie le", "connecte le"),
        "authenticated",
    ),
    **dict.fromkeys(
        ("stated", "stated end", "ends on", "until", "fin", "fin du consentement", "jusqu au", "valable jusqu au"),
        "stated",
    ),
    **dict.fromkeys(("regime", "rules", "regles"), "regime"),
}
_FRENCH: Final = frozenset({"banque", "nom", "identifie le", "authentifie le", "connecte le", "fin", "jusqu au"})


@attrs.frozen(kw_only=True)
class _Table:
    """A file's rows, by the columns that are known."""

    path: Path
    columns: Mapping[str, int]
    usual: Order | None
    rows: Sequence[Line]

    def text(self, line: Line, column: str) -> str:
        place = self.columns.get(column)
        cells = line.cells or ()
        return "" if place is None or place >= len(cells) else " ".join(cells[place].split())

    def cells(self, column: str) -> list[Cell]:
        return [Cell(self.text(line, column), line.number, column) for line in self.rows]


def institutions(path: Path) -> list[Institution]:
    """
    Return the banks of a file with the columns ``name`` and ``url``; without headers these are its first two.

    Raises:
        ConfigurationError: It cannot be read, or holds none.
    """
    table = _table(path)
    if "name" not in table.columns:
        # No line of headers: then the first line is a bank too.
        table = attrs.evolve(table, columns={"name": 0, "url": 1})
    found = [
        Institution(name, table.text(line, "url") or None) for line in table.rows if (name := table.text(line, "name"))
    ]
    if not found:
        raise ConfigurationError(f"{path} names no bank.", hint="Write a column name, and if you can a column url.")
    return found


def consents(path: Path) -> list[Consent]:
    """
    Return the consents of a file with the columns ``bank`` and ``authenticated``, ``stated``, ``regime``, ``id``.

    Raises:
        ConfigurationError: It cannot be read, lacks a column, or a day is none.
    """
    table = _table(path)
    if missing := [name for name in ("name", "authenticated") if name not in table.columns]:
        raise ConfigurationError(
            f"{path} has no column for: {', '.join(missing)}.",
            hint="Its first line names the columns: bank, authenticated, and if you have them stated, regime, id.",
        )
    try:
        begun = read_column(table.cells("authenticated"), siblings=[table.cells("stated")], usual=table.usual)
        stated = read_column(table.cells("stated"), siblings=[table.cells("authenticated")], usual=table.usual)
    except Unreadable as problem:
        raise ConfigurationError(
            f"{path}, line {problem.line}: {problem.seen!r} {problem.reason}.", hint="Write days as 2022-03-09."
        ) from None
    rows = zip(table.rows, begun, stated, strict=True)
    found = [_consent(table, line, day, end) for line, day, end in rows if table.text(line, "name") or day]
    if not found:
        raise ConfigurationError(f"{path} names no consent.", hint="Write one line for each bank.")
    return found


def _consent(table: _Table, line: Line, begun: date | None, stated: date | None) -> Consent:
    name = table.text(line, "name")
    if not name or begun is None:
        raise ConfigurationError(
            f"{table.path}, line {line.number}: the bank or the day is missing.",
            hint="Fill both in, or remove the line.",
        )
    return made(
        name, begun, stated=stated, regime=table.text(line, "regime") or "EEA", id_=table.text(line, "id") or None
    )


def made(name: str, begun: date, *, stated: date | None = None, regime: str = "EEA", id_: str | None = None) -> Consent:
    """
    Return a consent that no store holds; without an id, its bank's name is its id.

    Raises:
        ConfigurationError: It ends before it begins, or there is no such regime.
    """
    if stated is not None:
        consent_end(begun, stated=stated)
    return Consent(id=id_ or plain(name), name=name, regime=regime, authenticated_on=begun, stated_end=stated)


def _table(path: Path) -> _Table:
    text = decode(read_capped(path)).text
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    found = list(lines(text, delimiter))
    if broken := next((line for line in found if line.cells is None), None):
        raise ConfigurationError(
            f"{path}, line {broken.number}: its quotation marks do not match.", hint="Correct the line."
        )
    headers = [plain(cell) for cell in found[0].cells or ()] if found else []
    columns: dict[str, int] = {}
    for place, header in enumerate(headers):
        if header in _NAMES:
            columns.setdefault(_NAMES[header], place)
    has_headers = "name" in columns
    return _Table(
        path=path,
        columns=columns if has_headers else {},
        usual=Order.DMY if _FRENCH & set(headers) else None,
        rows=found[1:] if has_headers else found,
    )
