"""Lists of bank connections as firms keep them, and what became of each row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.spans import Span
from qbapps.domain.connection import Connection
from qbapps.domain.inventory import Conflict, Refusal
from qbapps.domain.parties import Client


class BankColumn(StrEnum):
    """What a column of such a list can be."""

    COMPANY = "company"
    REALM_ID = "realm id"
    BANK = "bank"
    OWNER = "owner email"
    AUTHENTICATED_ON = "signed in on"
    STATED = "last good day"
    ACCOUNTS = "accounts"
    REGIME = "regime"
    LOGIN = "login"
    HISTORY = "history"


@attrs.frozen(kw_only=True)
class BankRow:
    """
    One good row: a bank to which a company's QuickBooks is connected, or is to be. None is what it does not say.

    Attributes:
        line: Where it stands in the file, counted as an editor does.
        authenticated_on: When somebody signed in at the bank.
        stated: The last good day as QuickBooks or the bank shows it.
        accounts: Ledger account and bank account of each that is fed.
        login: Tells a second login at the same bank from the first.
        history: How far back the bank gives operations.
    """

    line: int
    company_name: str | None = None
    realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    bank: str = attrs.field(validator=checks.not_empty)
    owner_email: str | None = None
    authenticated_on: date | None = None
    stated: date | None = None
    accounts: tuple[tuple[str, str], ...] = ()
    regime: Regime | None = None
    login: str | None = None
    history: Span | None = None


@attrs.frozen(kw_only=True)
class BankReading:
    """
    What a list of bank connections says. Each line with data is in ``rows`` or ``refused``.

    Attributes:
        headers: As in the file, by what they mean.
        notes: What was left out, and where it was found: sentences in English, for ``Words.say``.
    """

    rows: tuple[BankRow, ...]
    refused: tuple[Refusal, ...]
    headers: Mapping[BankColumn, str]
    notes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class BankImport:
    """
    What became of each row of a list of bank connections: it was taken, was there already, or was refused.

    Attributes:
        taken: Connections that are new.
        unchanged: Connections that were there already; they stay as they were.
        refused: Rows, or columns of rows, that are wrong; one entry per wrong column.
        conflicts: What the list says otherwise than we know it; what we know was kept.
        clients: Companies that the firm did not have among its clients.
        notes: What the file holds besides, and was not read: other sheets, unknown columns.
        is_saved: Whether it was kept; not when it was a trial.
    """

    taken: tuple[Connection, ...] = ()
    unchanged: tuple[Connection, ...] = ()
    refused: tuple[Refusal, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    clients: tuple[Client, ...] = ()
    notes: tuple[str, ...] = ()
    is_saved: bool = True
