"""Which column is which: French and English headers, in any order."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Final

import attrs

from qbapps.errors import ConfigurationError
from qbapps.reading.lines import DELIMITERS, Line, lines


class Column(StrEnum):
    """What a column of an inventory can be."""

    LEVEL = "level"
    COMPANY = "company"
    REALM_ID = "realm id"
    APP = "app"
    CONTACT = "developer contact"
    OWNER = "owner email"
    ROLE = "role"
    CONNECTED_ON = "connected on"
    LAST_USED_ON = "last used on"
    STATE = "state"


REQUIRED: Final = (Column.LEVEL, Column.COMPANY, Column.APP)
EXPECTED: Final = (
    "Niveau; Société; N° d'entreprise; Application; Contact éditeur; Propriétaire; Rôle; Connectée le; "
    "Dernière utilisation; Statut"
)

_NAMES: Final[dict[Column, tuple[str, ...]]] = {
    Column.LEVEL: ("niveau", "level"),
    Column.COMPANY: ("societe", "entreprise", "raison sociale", "nom de la societe", "company", "company name"),
    Column.REALM_ID: (
        "n d entreprise",
        "no d entreprise",
        "numero d entreprise",
        "realm id",
        "realmid",
        "company id",
        "company number",
        "company no",
    ),
    Column.APP: ("application", "appli", "nom de l application", "app", "app name", "application name"),
    Column.CONTACT: (
        "contact editeur",
        "contact developpeur",
        "developer contact",
        "vendor contact",
        "privacy contact",
    ),
    Column.OWNER: ("proprietaire", "e mail du proprietaire", "owner", "owner email", "owner e mail", "owned by"),
    Column.ROLE: ("role", "role du proprietaire", "owner role"),
    Column.CONNECTED_ON: (
        "connectee le",
        "connecte le",
        "date de connexion",
        "connected on",
        "connected",
        "connection date",
    ),
    Column.LAST_USED_ON: ("derniere utilisation", "utilisee le", "last used on", "last used", "last use"),
    Column.STATE: ("statut", "etat", "status", "state"),
}
_COLUMNS: Final = {name: column for column, names in _NAMES.items() for name in names}


@attrs.frozen(kw_only=True)
class Header:
    """
    The line of headers.

    Attributes:
        names: As in the file, in its order.
        places: Where each known column is.
        ignored: Headers that mean nothing here; their columns are not read.
    """

    delimiter: str
    line: int
    names: tuple[str, ...]
    places: dict[Column, int]
    ignored: tuple[str, ...]

    def name(self, column: Column) -> str:
        """Return the header of *column* as it is in the file."""
        return self.names[self.places[column]]


def plain(text: str) -> str:
    """Return *text* as headers and words are compared: no accents, no case, no punctuation."""
    flat = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in flat).split())


def find_header(text: str) -> Header:
    """
    Return the headers of *text*: its first line that is not blank, cut where most headers are known.

    Raises:
        ConfigurationError: A needed column is missing or there twice; it says what was seen.
    """
    found = [_read(first, delimiter) for delimiter in DELIMITERS if (first := next(lines(text, delimiter), None))]
    header = max(found, key=lambda one: len(one.places), default=None)
    missing = REQUIRED if header is None else tuple(column for column in REQUIRED if column not in header.places)
    if header is None or missing:
        seen = "nothing" if header is None else ", ".join(repr(_short(name)) for name in header.names[:12])
        raise ConfigurationError(
            f"The file's first line has no header for: {', '.join(missing)}. It reads: {seen}.",
            hint=f"Expected are headers such as {EXPECTED}, separated by semicolons, commas or tabs.",
        )
    return header


def _read(line: Line, delimiter: str) -> Header:
    names = tuple(cell.strip() for cell in line.cells or (line.raw,))
    places: dict[Column, int] = {}
    ignored: list[str] = []
    for place, name in enumerate(names):
        column = _COLUMNS.get(plain(name))
        if column is None:
            ignored.append(name)
        elif column in places:
            raise ConfigurationError(
                f"Two headers mean the same column: {names[places[column]]!r} and {name!r}.",
                hint="Rename or remove one of the two columns.",
            )
        else:
            places[column] = place
    return Header(
        delimiter=delimiter,
        line=line.number,
        names=names,
        places=places,
        ignored=tuple(name for name in ignored if name),
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
