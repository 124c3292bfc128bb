"""Which column of a bank's CSV file is which: French and English headers, in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

import attrs

from qbapps.banks.statements.amounts import currency_code
from qbapps.banks.statements.cells import clean
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.problems import Unreadable
from qbapps.reading.headers import plain


class Column(StrEnum):
    """What a column can be."""

    DATE = "date"
    VALUE_DATE = "value date"
    STARTED = "started on"
    TEXT = "text"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    BALANCE = "balance"
    CURRENCY = "currency"
    ACCOUNT = "account"
    ID = "id"
    NUMBER = "number"
    STATUS = "status"
    DIRECTION = "direction"
    FEE = "fee"


MONEY: Final = (Column.AMOUNT, Column.DEBIT, Column.CREDIT)
DATES: Final = (Column.DATE, Column.VALUE_DATE, Column.STARTED)
MOST_COLUMNS: Final = 100

# Where a file has several of a kind, the first named here is taken.
_NAMES: Final[dict[Column, str]] = {
    Column.DATE: (
        "date de l operation local, "
        "date operation local, operation date local, date d operation locale, date de comptabilisation, date "
        "comptable, date comptabilisation, booking date, posting date, posted date, post date, date posted, "
        "completed date, date completed, date operation, date de l operation, date d operation, dateop, date op, "
        "operation date, transaction date, date de transaction, date transaction, date de la transaction, date, "
        "jour"
    ),
    Column.VALUE_DATE: (
        "date de valeur, date valeur, dateval, date de la valeur, value date, settlement date, effective date"
    ),
    Column.STARTED: "started date, date started, date d emission",
    Column.TEXT: (
        "detail de l ecriture, libelle operation, libelle de l operation, libelle complet, libelle, label, "
        "description, transaction description, narrative, transaction details, libelle simplifie, nom de la "
        "contrepartie, counterparty name, contrepartie, beneficiaire, payee, name, merchant, intitule, details, "
        "detail, memo, objet, communication, nature de l operation, operation, particulars"
    ),
    Column.AMOUNT: (
        "montant, montant de l operation, montant operation, montant total, montant total ttc, amount, "
        "transaction amount, total amount, total amount incl vat, value, somme"
    ),
    Column.DEBIT: (
        "debit, debits, montant debit, montant au debit, debit amount, sortie, sorties, depense, depenses, retrait, "
        "retraits, paid out, money out, withdrawal, withdrawals, withdrawal amount, payments out"
    ),
    Column.CREDIT: (
        "credit, credits, montant credit, montant au credit, credit amount, entree, entrees, recette, recettes, "
        "versement, versements, depot, depots, paid in, money in, deposit, deposits, deposit amount, payments in"
    ),
    Column.BALANCE: (
        "solde, solde apres operation, solde comptable, solde progressif, balance, running balance, running bal"
    ),
    Column.CURRENCY: "devise, devise du compte, currency, account currency, monnaie, ccy",
    Column.ACCOUNT: (
        "iban du compte, numero de compte, n de compte, n compte, no de compte, compte, accountnum, account number, "
        "account id, account, iban"
    ),
    Column.ID: (
        "fitid, transaction id, id transaction, id de la transaction, identifiant de la transaction, id operation, "
        "identifiant operation, identifiant, id"
    ),
    Column.NUMBER: (
        "numero de cheque, n de cheque, n cheque, cheque number, check number, check or slip, check, number, numero, "
        "reference, ref, transaction reference, n piece"
    ),
    Column.STATUS: "statut, status, state, etat",
    Column.DIRECTION: (
        "sens, direction, side, debit credit, credit debit, dr cr, d c, credit debit indicator, debit credit indicator"
    ),
    Column.FEE: "fee, fees, frais, frais bancaires, commission, commissions, transaction fee, bank fee",
}
_COLUMNS: Final = {
    name: (column, rank) for column, names in _NAMES.items() for rank, name in enumerate(names.split(", "))
}
_ASIDE: Final = frozenset({"utc", "local", "locale", "en", "in"})
_OTHERS: Final = ("payee", "counterparty", "contrepartie", "beneficiaire", "partner", "merchant")
"""Beside these an account's number is the other side's."""

_FRENCH_WORDS: Final = (
    "libelle, montant, solde, devise, operation, valeur, compte, debits, depenses, recettes, retraits, "
    "versements, sortie, entree, ecriture, comptable, statut, sens, jour, somme, intitule, frais"
)
_FRENCH: Final = frozenset(_FRENCH_WORDS.split(", "))
_ENGLISH_WORDS: Final = (
    "description, amount, balance, currency, account, posting, posted, booking, paid, money, narrative, "
    "withdrawal, withdrawals, deposit, deposits, status, payee, details, memo, value, name, fee"
)
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split(", "))
_DAY_FIRST: Final = frozenset({"sort code", "bsb", "bsb number"})
"""Written by banks of the United Kingdom and of Australia, which put the day first."""


@attrs.frozen(kw_only=True)
class Header:
    """
    The line of headers.

    Attributes:
        names: As in the file, in its order.
        places: Where each known column is.
        ignored: Headers whose columns are not read.
        currency: What a header of amounts names.
        usual: The order of dates that the headers' language or country has.
    """

    line: int
    names: tuple[str, ...]
    places: dict[Column, int]
    ignored: tuple[str, ...] = ()
    currency: str | None = None
    usual: Order | None = None

    @property
    def is_whole(self) -> bool:
        """Whether rows can be read by it: it has a date and money."""
        return any(one in self.places for one in DATES[:2]) and any(one in self.places for one in MONEY)

    @property
    def unread(self) -> Iterator[int]:
        """The places of columns that are not read."""
        known = set(self.places.values())
        return (place for place in range(len(self.names)) if place not in known)

    def name(self, column: Column) -> str:
        """Return the header of *column* as it is in the file."""
        return self.names[self.places[column]]


def read_header(cells: Sequence[str], line: int) -> Header:
    """Return what *cells* are as headers; whether they are any, ``is_whole`` says."""
    names = tuple(clean(cell) for cell in cells[:MOST_COLUMNS])
    folded = [_fold(name) for name in names]
    chosen: dict[Column, tuple[int, int]] = {}
    others_side = any(name.startswith(_OTHERS) or name.endswith(_OTHERS) for name, _ in folded)
    for place, (name, _) in enumerate(folded):
        column, rank = _COLUMNS.get(name, (None, 0))
        if column is None or (column is Column.ACCOUNT and others_side):
            continue
        if column not in chosen or rank < chosen[column][0]:
            chosen[column] = (rank, place)
    places = {column: place for column, (_, place) in chosen.items()}
    currencies = {folded[places[column]][1] for column in (*MONEY, Column.BALANCE) if column in places} - {None}
    return Header(
        line=line,
        names=names,
        places=places,
        ignored=tuple(name for place, name in enumerate(names) if name and place not in places.values()),
        currency=currencies.pop() if len(currencies) == 1 else None,
        usual=_usual(names),
    )


def check_header(header: Header) -> None:
    """
    Let headers pass that mean one thing each.

    Raises:
        Unreadable: Two columns are the amount, or one header says that money comes and goes.
    """
    if len(header.names) >= MOST_COLUMNS:
        raise Unreadable(f"has {MOST_COLUMNS} columns or more", hint="Leave out the columns that are no part of it.")
    folded = [_fold(name)[0] for name in header.names]
    for column in (*MONEY, Column.BALANCE):
        twice = [place for place, name in enumerate(folded) if _COLUMNS.get(name, (None,))[0] is column]
        if len(twice) > 1:
            raise Unreadable(
                f"means the same as {header.names[twice[0]]!r}",
                hint="Remove one of the two columns.",
                line=header.line,
                column=header.names[twice[1]],
            )
    for name, known in zip(header.names, folded, strict=True):
        if known not in _COLUMNS and _says(known, Column.DEBIT) and _says(known, Column.CREDIT):
            raise Unreadable(
                "says both that money comes and that it goes",
                hint="Call the column Debit where money leaves the account, or Credit where it comes.",
                line=header.line,
                column=name,
            )


def _says(name: str, column: Column) -> bool:
    return any(f" {one} " in f" {name} " for one in _NAMES[column].split(", "))


def _fold(name: str) -> tuple[str, str | None]:
    """Return a header as it is compared, without the currency or the time zone at its end, and that currency."""
    symbols = name.replace("€", " EUR ").replace("£", " GBP ")
    words = plain(symbols).split()
    currency = None
    if " ".join(words) in _COLUMNS:
        return " ".join(words), None
    while len(words) > 1 and (words[-1] in _ASIDE or (code := currency_code(words[-1])) is not None):
        currency = currency or (None if words[-1] in _ASIDE else code)
        words.pop()
    return " ".join(words), currency


def _usual(names: Sequence[str]) -> Order | None:
    """Return the order that the headers' language has: in French the day is first; in English it may not be."""
    folded = [plain(name) for name in names]
    if _DAY_FIRST & set(folded):
        return Order.DMY
    words = {word for name in folded for word in name.split()}
    accents = any("é" in name.lower() for name in names)
    return Order.DMY if (accents or words & _FRENCH) and not words & _ENGLISH else None
