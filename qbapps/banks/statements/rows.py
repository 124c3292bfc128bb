"""What a statement says: its rows, its accounts and their balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import attrs

from qbapps.language import Phrase


class Format(StrEnum):
    """What a file is. QFX and QBO files are OFX with tags of Intuit's own."""

    OFX = "ofx"
    QIF = "qif"
    CSV = "csv"


class RowStatus(StrEnum):
    """Whether the bank has booked it. A pending row may still change or vanish."""

    BOOKED = "booked"
    PENDING = "pending"


class RefKind(StrEnum):
    """What ``ref`` is worth when rows are compared."""

    FITID = "fitid"
    """The bank's id of the row in OFX: its own within one account and one generation of the connection."""

    ID = "id"
    """From a column of ids in a CSV file: the same, as far as its header says."""

    NUMBER = "number"
    """A cheque's number or a reference: several rows may have the same."""


class Correction(StrEnum):
    """What a row does to an earlier one. Source: OFX 2.2 §11.4.4.1, CORRECTACTION."""

    REPLACE = "replace"
    DELETE = "delete"


@attrs.frozen(kw_only=True)
class Row:
    """
    One operation.

    Attributes:
        account: The account it is on: as the caller named it, else as the file does; None when neither does.
        date: The day the bank gives it, as written; offsets are not applied.
        amount: Negative when money leaves the account.
        text: What the bank says of it, blanks collapsed.
        ref: The bank's id or number of it, if any; ``ref_kind`` says which.
        generation: Of the connection that brought it, where the caller knows: ids of two generations say nothing
            of each other.
        line: Where in the file it begins.
        currency: ISO code, as far as the file says.
        balance: Of the account after it, where the file says one.
        corrects: The ``ref`` of an earlier row that it corrects; ``correction`` says how.
    """

    account: str | None = None
    date: date
    amount: Decimal
    text: str = ""
    ref: str | None = None
    status: RowStatus = RowStatus.BOOKED
    generation: int | None = None
    ref_kind: RefKind | None = None
    line: int | None = None
    currency: str | None = None
    balance: Decimal | None = None
    corrects: str | None = None
    correction: Correction | None = None


@attrs.frozen(kw_only=True)
class Balance:
    """What an account held on a day; None when the file does not say on which."""

    amount: Decimal
    on: date | None = None


@attrs.frozen(kw_only=True)
class StatementAccount:
    """
    One account in one currency, as a file has it.

    Attributes:
        account: As its rows name it.
        stated: As the file names it.
        opening: Before its first booked row, where the file proves it.
        closing: After its last booked row, or what the bank calls the ledger balance.
        chained: Whether the file's running balance follows from the amounts, row by row; None without one.
    """

    account: str | None = None
    stated: str | None = None
    currency: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    chained: bool | None = None


@attrs.frozen(kw_only=True)
class Statement:
    """
    What one file says.

    Attributes:
        rows: In the file's order, of all its accounts.
        accounts: One for each account and currency, in the file's order.
        withdrawn: Rows that the bank itself takes back: those that a later row of the file replaces or deletes, and
            the rows that only delete. They are not in ``rows``.
        encoding: What the file's text was read with.
        notes: What was not read, and why.
    """

    format: Format
    rows: tuple[Row, ...] = ()
    accounts: tuple[StatementAccount, ...] = ()
    withdrawn: tuple[Row, ...] = ()
    encoding: str = "utf-8"
    notes: tuple[Phrase, ...] = ()

    @property
    def opening(self) -> Balance | None:
        """The opening balance when there is one account; None when there are several."""
        return self.accounts[0].opening if len(self.accounts) == 1 else None

    @property
    def closing(self) -> Balance | None:
        """The closing balance when there is one account; None when there are several."""
        return self.accounts[0].closing if len(self.accounts) == 1 else None
