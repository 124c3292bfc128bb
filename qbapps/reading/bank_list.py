"""A firm's list of the banks that its clients' QuickBooks are connected to, as its staff keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qbapps.domain.banks.listed import BankColumn, BankReading, BankRow
from qbapps.domain.inventory import Refusal
from qbapps.language import Phrase
from qbapps.reading import bank_cells, cells
from qbapps.reading.headers import COMPANY_NAMES, OWNER_NAMES, REALM_NAMES, Header, Layout, plain
from qbapps.reading.records import read_values, refuse
from qbapps.reading.tables import read_table

_IN_FRENCH: Final = {
    BankColumn.AUTHENTICATED_ON: (
        "identifie le",
        "identifiee le",
        "identification",
        "date d identification",
        "authentifie le",
        "authentifiee le",
        "date d authentification",
        "connecte le",
        "connectee le",
        "date de connexion",
        "consentement donne le",
        "date du consentement",
    ),
    BankColumn.STATED: (
        "dernier jour valable",
        "dernier jour",
        "dernier jour du consentement",
        "valable jusqu au",
        "consentement jusqu au",
        "acces jusqu au",
        "jusqu au",
    ),
}
"""What French lists call the columns of days: in them the day comes before the month."""

LAYOUT: Final = Layout[BankColumn](
    names={
        BankColumn.COMPANY: (*COMPANY_NAMES, "client", "nom du client", "dossier", "client name"),
        BankColumn.REALM_ID: REALM_NAMES,
        BankColumn.BANK: ("banque", "nom de la banque", "etablissement", "bank", "bank name", "institution"),
        BankColumn.OWNER: (
            *OWNER_NAMES,
            "consentement donne par",
            "titulaire du consentement",
            "consent given by",
            "granted by",
        ),
        BankColumn.AUTHENTICATED_ON: (
            *_IN_FRENCH[BankColumn.AUTHENTICATED_ON],
            "signed in on",
            "signed in",
            "authenticated on",
            "authenticated",
            "connected on",
            "connection date",
            "consent given on",
            "consent date",
        ),
        BankColumn.STATED: (
            *_IN_FRENCH[BankColumn.STATED],
            "last good day",
            "last day",
            "good until",
            "valid until",
            "consent until",
        ),
        BankColumn.ACCOUNTS: (
            "comptes",
            "compte",
            "comptes comptables",
            "comptes alimentes",
            "accounts",
            "account",
            "ledger accounts",
            "accounts fed",
        ),
        BankColumn.REGIME: ("regime", "regles", "rules"),
        BankColumn.LOGIN: ("identifiant", "acces", "nom d utilisateur", "login", "user name", "username"),
        BankColumn.HISTORY: ("historique", "profondeur d historique", "history", "history length"),
    },
    required=((BankColumn.BANK,), (BankColumn.COMPANY, BankColumn.REALM_ID)),
    expected=(
        "Société; N° d'entreprise; Banque; Propriétaire; Identifié le; Dernier jour valable; Comptes; Régime; "
        "Identifiant; Historique"
    ),
)

_NAMES: Final[dict[BankColumn, str]] = {
    BankColumn.COMPANY: "company_name",
    BankColumn.REALM_ID: "realm_id",
    BankColumn.BANK: "bank",
    BankColumn.OWNER: "owner_email",
    BankColumn.AUTHENTICATED_ON: "authenticated_on",
    BankColumn.STATED: "stated",
    BankColumn.ACCOUNTS: "accounts",
    BankColumn.REGIME: "regime",
    BankColumn.LOGIN: "login",
    BankColumn.HISTORY: "history",
}


def read_bank_list(data: bytes) -> BankReading:
    """
    Return what the list *data* says: good rows, and why others cannot be used.

    An XLSX workbook, or a CSV file in UTF-8, UTF-16 or Windows-1252, separated by semicolons, commas or tabs, with
    French or English headers in any order. A day in figures is read day/month/year under a French header; under an
    English one it is refused where it may be two days.

    Raises:
        ConfigurationError: The file as a whole cannot be read.
    """
    table = read_table(data, LAYOUT)
    header = table.header
    readers = _readers(header)
    rows: list[BankRow] = []
    refused: list[Refusal] = []
    for line in table.lines:
        values = read_values(line, table, readers, _IN_FRENCH)
        if not isinstance(values, dict):
            refused.extend(values)
        elif values.get("company_name") is None and values.get("realm_id") is None:
            column = BankColumn.COMPANY if BankColumn.COMPANY in header.places else BankColumn.REALM_ID
            reason = Phrase("neither a company nor its number is given")
            refused.append(refuse(line.number, header.name(column), reason, ""))
        else:
            rows.append(BankRow(line=line.number, **values))
    return BankReading(
        rows=tuple(rows),
        refused=tuple(refused),
        headers={column: header.name(column) for column in header.places},
        notes=table.notes,
    )


def _readers(header: Header[BankColumn]) -> dict[BankColumn, tuple[str, Callable[[str], Any]]]:
    reads: dict[BankColumn, Callable[[str], Any]] = {
        BankColumn.COMPANY: cells.text,
        BankColumn.REALM_ID: cells.realm_id,
        BankColumn.BANK: bank_cells.bank,
        BankColumn.OWNER: cells.email,
        BankColumn.ACCOUNTS: bank_cells.accounts,
        BankColumn.REGIME: bank_cells.regime,
        BankColumn.LOGIN: cells.text,
        BankColumn.HISTORY: bank_cells.history,
    }
    for column, french in _IN_FRENCH.items():
        is_french = column in header.places and plain(header.name(column)) in french
        reads[column] = cells.day if is_french else bank_cells.day
    return {column: (_NAMES[column], read) for column, read in reads.items()}
