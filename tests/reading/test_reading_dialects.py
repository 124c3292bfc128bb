"""One inventory in every dialect: whatever the file, its headers' language and order, the same rows are read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_files import shared, xlsx

from qbapps.domain.inventory import InventoryRow, Reading
from qbapps.domain.parties import Level, Role
from qbapps.domain.states import ConnectionState
from qbapps.reading.headers import Column
from qbapps.reading.inventory import read_inventory

HEADERS = {
    Column.LEVEL: ("Niveau", "Level"),
    Column.COMPANY: ("Société", "Company"),
    Column.REALM_ID: ("N° d'entreprise", "Realm ID"),
    Column.APP: ("Application", "App"),
    Column.CONTACT: ("Contact éditeur", "Developer contact"),
    Column.OWNER: ("Propriétaire", "Owner email"),
    Column.ROLE: ("Rôle", "Role"),
    Column.CONNECTED_ON: ("Connectée le", "Connected on"),
    Column.LAST_USED_ON: ("Dernière utilisation", "Last used on"),
    Column.STATE: ("Statut", "State"),
    Column.CATEGORY: ("Catégorie", "Category"),
    Column.COUNTRY: ("Pays", "Country"),
}
FIELDS = {
    Column.LEVEL: "level",
    Column.COMPANY: "company_name",
    Column.REALM_ID: "realm_id",
    Column.APP: "app_name",
    Column.CONTACT: "developer_contact",
    Column.OWNER: "owner_email",
    Column.ROLE: "role",
    Column.CONNECTED_ON: "connected_on",
    Column.LAST_USED_ON: "last_used_on",
    Column.STATE: "state",
    Column.CATEGORY: "category",
    Column.COUNTRY: "country",
}
WORDS: dict[Any, tuple[str, str]] = {
    Level.FIRM: ("Cabinet", "Firm"),
    Level.CLIENT: ("Client", "client"),
    Role.PRIMARY_ADMIN: ("Administrateur principal", "Primary admin"),
    Role.ADMIN: ("Administratrice", "Company admin"),
    Role.TEAM_MEMBER: ("Collaborateur", "Team member"),
    Role.STANDARD: ("Utilisateur standard", "Standard user"),
    Role.UNKNOWN: ("", "Unknown"),
    ConnectionState.CONNECTED: ("Connectée", "Connected"),
    ConnectionState.NEEDS_RECONNECT: ("À reconnecter", "Needs reconnect"),
    ConnectionState.PAUSED: ("En pause", "Paused"),
    ConnectionState.DISCONNECTED: ("Déconnectée", "Disconnected"),
    "FR": ("France", "fr"),
    "US": ("États-Unis", "USA"),
    "MQ": ("MQ", "mq"),
    None: ("", ""),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "xlsx", "xlsx as Excel saves it")

# What XML and one line of a sheet can hold, and no formula: openpyxl would write it as one.
NAMES = (
    st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zs")), min_size=1, max_size=12)
    .map(lambda name: "a" + name)
    .filter(lambda name: name == name.strip())
)
DAYS = st.dates(date(1901, 1, 1), date(2100, 1, 1)) | st.none()
ROWS = st.lists(
    st.builds(
        InventoryRow,
        line=st.just(0),
        level=st.sampled_from([Level.FIRM, Level.CLIENT]),
        company_name=NAMES,
        realm_id=st.from_regex("[1-9][0-9]{5,18}", fullmatch=True) | st.none(),
        app_name=NAMES,
        developer_contact=NAMES | st.none(),
        owner_email=st.sampled_from(["a@b.example", "é.c@d.example"]) | st.none(),
        role=st.sampled_from(Role),
        connected_on=DAYS,
        last_used_on=DAYS,
        state=st.sampled_from(ConnectionState).filter(lambda state: state in WORDS) | st.none(),
        category=NAMES | st.none(),
        country=st.sampled_from(["FR", "US", "MQ"]) | st.none(),
    ),
    max_size=6,
    unique_by=lambda row: (row.realm_id or row.company_name, row.app_name),
)


@attrs.frozen
class Dialect:
    """How a file is written."""

    encoding: str
    delimiter: str
    language: int
    order: tuple[Column, ...]
    iso: bool
    quoting: int
    newline: str

    @property
    def in_a_workbook(self) -> bool:
        return self.encoding.startswith("xlsx")


DIALECTS = st.builds(
    Dialect,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from([";", ",", "\t"]),
    language=st.sampled_from([0, 1]),
    order=st.permutations(list(Column)).map(tuple),
    iso=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    newline=st.sampled_from(["\r\n", "\n"]),
)


def said(row: InventoryRow, column: Column, dialect: Dialect) -> Any:
    value = getattr(row, FIELDS[column])
    if column in {Column.LEVEL, Column.ROLE, Column.STATE, Column.COUNTRY}:
        return WORDS[value][dialect.language]
    if isinstance(value, date) and not dialect.in_a_workbook:
        return value.isoformat() if dialect.iso else f"{value:%d/%m/%Y}"
    return value


def written(rows: Sequence[InventoryRow], dialect: Dialect) -> bytes:
    header = [HEADERS[column][dialect.language] for column in dialect.order]
    cells = [[said(row, column, dialect) for column in dialect.order] for row in rows]
    if dialect.in_a_workbook:
        return xlsx(*cells, header=header) if dialect.encoding == "xlsx" else shared(xlsx(*cells, header=header))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.newline, quoting=dialect.quoting)
    writer.writerows([header, *cells])
    return text.getvalue().encode(dialect.encoding)


def without_lines(reading: Reading) -> list[InventoryRow]:
    return [attrs.evolve(row, line=0) for row in reading.rows]


@given(rows=ROWS, dialect=DIALECTS)
def test_the_same_rows_are_read_from_every_dialect(rows: list[InventoryRow], dialect: Dialect) -> None:
    reading = read_inventory(written(rows, dialect))

    assert reading.refused == ()
    assert reading.repeated == ()
    assert reading.notes == ()
    assert without_lines(reading) == rows
    assert [row.line for row in reading.rows] == list(range(2, len(rows) + 2))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding_is_told_for_what_it_is(encoding: str) -> None:
    dialect = Dialect(encoding, ";", 0, tuple(Column), iso=False, quoting=csv.QUOTE_MINIMAL, newline="\n")

    assert read_inventory(written([], dialect)).encoding == encoding.split(maxsplit=1)[0]
