"""Which column is which: French and English headers, in any order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Final, Generic, TypeVar

import attrs

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.reading.formats import SAVE_AS
from qbapps.reading.lines import Line

C = TypeVar("C", bound=StrEnum)


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
    CATEGORY = "category"
    COUNTRY = "country"


LOOKED_AT: Final = 20
"""Lines that are not blank among which the headers are looked for: titles stand above them."""

COMPANY_NAMES: Final = (
    "societe",
    "entreprise",
    "raison sociale",
    "nom de la societe",
    "nom de l entreprise",
    "company",
    "company name",
)
REALM_NAMES: Final = (
    "n d entreprise",
    "no d entreprise",
    "numero d entreprise",
    "numero de l entreprise",
    "id d entreprise",
    "id entreprise",
    "identifiant d entreprise",
    "realm id",
    "realmid",
    "realm",
    "company id",
    "company number",
    "company no",
)
OWNER_NAMES: Final = (
    "proprietaire",
    "e mail du proprietaire",
    "email du proprietaire",
    "owner",
    "owner email",
    "owner e mail",
    "owned by",
)

_NAMES: Final[dict[Column, tuple[str, ...]]] = {
    Column.LEVEL: ("niveau", "level"),
    Column.COMPANY: COMPANY_NAMES,
    Column.REALM_ID: REALM_NAMES,
    Column.APP: ("application", "appli", "nom de l application", "app", "app name", "application name"),
    Column.CONTACT: (
        "contact editeur",
        "contact developpeur",
        "developer contact",
        "vendor contact",
        "privacy contact",
    ),
    Column.OWNER: OWNER_NAMES,
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
    Column.CATEGORY: (
        "categorie",
        "categorie d application",
        "type",
        "type d application",
        "category",
        "app category",
        "app type",
    ),
    Column.COUNTRY: ("pays", "pays de la societe", "country", "company country"),
}


@attrs.frozen(kw_only=True)
class Layout(Generic[C]):
    """
    The columns that a kind of list has.

    Attributes:
        names: What their headers are called, as :func:`plain` returns it.
        required: Of each of these, one has to be there.
        expected: A line of headers, for messages.
    """

    names: Mapping[C, tuple[str, ...]]
    required: tuple[tuple[C, ...], ...]
    expected: str
    _columns: Mapping[str, C] = attrs.field(init=False)

    @_columns.default
    def _by_name(self) -> Mapping[str, C]:
        return {name: column for column, names in self.names.items() for name in names}

    def column(self, name: str) -> C | None:
        """Return the column that the header *name* means."""
        return self._columns.get(plain(name))

    def missing(self, there: Iterable[C]) -> tuple[C, ...]:
        """Return the columns that are needed besides those that are *there*."""
        known = set(there)
        return tuple(one_of[0] for one_of in self.required if known.isdisjoint(one_of))


INVENTORY: Final = Layout[Column](
    names=_NAMES,
    required=((Column.LEVEL,), (Column.COMPANY,), (Column.APP,)),
    expected=(
        "Niveau; Société; N° d'entreprise; Application; Contact éditeur; Propriétaire; Rôle; Connectée le; "
        "Dernière utilisation; Statut"
    ),
)


@attrs.frozen(kw_only=True)
class Header(Generic[C]):
    """
    The line of headers.

    Attributes:
        names: As in the file, in its order.
        places: Where each known column is.
        ignored: Headers that mean nothing here; their columns are not read.
        missing: The needed columns that have no header.
        twice: Headers that mean the same column as an earlier one.
    """

    line: int
    names: tuple[str, ...]
    places: dict[C, int]
    ignored: tuple[str, ...]
    missing: tuple[C, ...]
    twice: tuple[tuple[str, str], ...] = ()

    def name(self, column: C) -> str:
        """Return the header of *column* as it is in the file."""
        return self.names[self.places[column]]


def plain(text: str) -> str:
    """Return *text* as headers and words are compared: no accents, no case, no punctuation."""
    flat = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in flat).split())


def nearest_header(lines: Iterable[Line], layout: Layout[C]) -> Header[C] | None:
    """
    Return the first of the first *lines* that has every needed header, else the one with the most known headers.

    None when there are no lines.
    """
    nearest: Header[C] | None = None
    for line in islice(lines, LOOKED_AT):
        header = _read(line, layout)
        if not header.missing:
            return header
        if nearest is None or len(header.places) > len(nearest.places):
            nearest = header
    return nearest


def check_header(header: Header[C] | None, what: str, layout: Layout[C]) -> Header[C]:
    """
    Return *header*, which can be read by.

    Args:
        what: What was looked at, for the message.

    Raises:
        ConfigurationError: A needed column is missing or one is there twice, or there are too many; it says what
            was seen.
    """
    if header is None or header.missing:
        missing = layout.missing(()) if header is None else header.missing
        seen = (
            "It holds nothing."
            if header is None
            else f"Line {header.line} reads: {', '.join(repr(_short(name)) for name in header.names[:12])}."
        )
        raise ConfigurationError(
            f"The file has no header for: {', '.join(missing)}. It is {what}. {seen}",
            hint=f"Expected is a line of headers such as {layout.expected}, in French or English, in any order. "
            f"{SAVE_AS}",
        )
    if len(header.names) > policies.INVENTORY_MAX_COLUMNS:
        raise ConfigurationError(
            f"The file has {len(header.names):,} columns; at most {policies.INVENTORY_MAX_COLUMNS:,} are read.",
            hint="Remove the columns that are no part of the list.",
        )
    if header.twice:
        one, other = header.twice[0]
        raise ConfigurationError(
            f"Two headers mean the same column: {one!r} and {other!r}.", hint="Rename or remove one of the two columns."
        )
    return header


def _read(line: Line, layout: Layout[C]) -> Header[C]:
    names = tuple(cell.strip() for cell in line.cells or (line.raw,))
    places: dict[C, int] = {}
    ignored: list[str] = []
    twice: list[tuple[str, str]] = []
    for place, name in enumerate(names[: policies.INVENTORY_MAX_COLUMNS]):
        column = layout.column(name)
        if column is None:
            ignored.append(name)
        elif column in places:
            twice.append((_short(names[places[column]]), _short(name)))
        else:
            places[column] = place
    return Header(
        line=line.number,
        names=names,
        places=places,
        ignored=tuple(name for name in ignored if name),
        missing=layout.missing(places),
        twice=tuple(twice),
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
