"""What QuickBooks' API lets one guess of the newest rows of a bank account, labelled as the guess that it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.banks.evidence import Evidence, EvidenceSource
from qbapps.banks.ledger_accounts import LedgerAccount
from qbapps.banks.remarks import Remark
from qbapps.language import N_, Phrase


class HintCode(StrEnum):
    """
    What is to be known of hints.

    ``only_a_hint``: why none of them is more. ``newest`` and ``newest_cleared``: of an account, up to today.
    ``no_entries``: it has none in the days that were looked at. ``none_cleared``: none of its entries is marked as
    cleared. ``cleared_unknown``: which are cleared could not be read. ``future_ignored``: some are dated later than
    today. ``not_read``, ``partly_read`` and ``rows_not_understood``: there may be newer ones.
    """

    ONLY_A_HINT = "only_a_hint"
    NEWEST = "newest"
    NEWEST_CLEARED = "newest_cleared"
    NO_ENTRIES = "no_entries"
    NONE_CLEARED = "none_cleared"
    CLEARED_UNKNOWN = "cleared_unknown"
    FUTURE_IGNORED = "future_ignored"
    NOT_READ = "not_read"
    PARTLY_READ = "partly_read"
    ROWS_NOT_UNDERSTOOD = "rows_not_understood"


SENTENCES: Final[Mapping[HintCode, str]] = MappingProxyType(
    {
        HintCode.ONLY_A_HINT: N_(
            "These dates are hints: QuickBooks' API gives the entries of the books, which keep the date they were "
            "typed with, and never the operations that wait for review."
        ),
        HintCode.NEWEST: N_("{account}: the newest entry in the books is of {day} ({kind} {id})."),
        HintCode.NEWEST_CLEARED: N_("{account}: the newest cleared entry is of {day} ({kind} {id})."),
        HintCode.NO_ENTRIES: N_("{account}: the books have no entry since {since}."),
        HintCode.NONE_CLEARED: N_(
            "{account}: no entry is marked as cleared, so that the newest may be one that was typed in."
        ),
        HintCode.CLEARED_UNKNOWN: N_(
            "{account}: which entries are cleared could not be read, so that the newest may be one that was typed in."
        ),
        HintCode.FUTURE_IGNORED: N_("{account}: entries dated after {today} do not count; the last is of {day}."),
        HintCode.NOT_READ: N_(
            "Entries of the kind “{kind}” could not be read (error {error}): there may be newer ones."
        ),
        HintCode.PARTLY_READ: N_(
            "There are too many entries of the kind “{kind}” to read them all: before {day} there may be newer ones "
            "than those that were found."
        ),
        HintCode.ROWS_NOT_UNDERSTOOD: N_(
            "Some entries of the kind “{kind}” ({count}) were not understood: there may be newer ones."
        ),
    }
)

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Purchase": N_("expense"),
        "Deposit": N_("bank deposit"),
        "Transfer": N_("transfer between accounts"),
        "BillPayment": N_("payment of a bill"),
        "Payment": N_("payment by a customer"),
        "SalesReceipt": N_("sales receipt"),
        "RefundReceipt": N_("refund receipt"),
        "CreditCardPayment": N_("payment of a credit card"),
        "JournalEntry": N_("journal entry"),
        "Invoice": N_("invoice"),
    }
)
"""What a person calls the entities; what a report names is in the company's language already."""


def remark(code: HintCode, **values: str | int | date) -> Remark[HintCode]:
    """Return what is to be known, with its sentence; the value ``kind`` is an entity's name or a report's word."""
    kind = values.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        values["kind"] = Phrase(KINDS[kind])
    return Remark(code, SENTENCES[code], values=values)


@attrs.frozen(kw_only=True)
class LedgerEntry:
    """
    An entry of the books in one account.

    Attributes:
        kind: The entity's name, such as ``Purchase``; where only a report showed it, the report's word.
        id: Intuit's; None where a report did not say it.
        amount: What came into the account, negative for what left; None where only a report showed it.
    """

    day: date
    kind: str
    id: str | None
    amount: Decimal | None = None


def later(one: LedgerEntry | None, other: LedgerEntry) -> LedgerEntry:
    """Return the later of two entries; of one day, that with the higher id, which was entered last."""
    return other if one is None or _rank(other) > _rank(one) else one


def _rank(entry: LedgerEntry) -> tuple[date, int, str, str]:
    number = entry.id or ""
    return entry.day, int(number) if number.isascii() and number.isdigit() else -1, number, entry.kind


@attrs.frozen(kw_only=True)
class Hint:
    """
    What the books say of one account.

    Attributes:
        account: As it was asked for.
        newest: Its newest entry up to today, whoever made it; of several of that day, the one with the highest id.
        newest_cleared: The newest that is marked as cleared or reconciled.
        cleared_known: Whether the marks could be read.
        future: Its last entry that is dated later than today.
        read: How many of its entries up to today were looked at: no more than it takes to find the newest.
        since: The first day that was looked at.
    """

    account: str
    ledger: LedgerAccount
    newest: LedgerEntry | None
    newest_cleared: LedgerEntry | None
    cleared_known: bool
    future: LedgerEntry | None
    read: int
    since: date
    today: date

    def evidence(self) -> Evidence:
        """
        Return what a repair may be planned with: the newest cleared day, else the newest at all.

        A day later than today is among them, for the plan to say that it does not count.
        """
        if self.newest_cleared is not None:
            return Evidence(booked=(self.newest_cleared.day,), source=EvidenceSource.API_CLEARED)
        found = (self.newest, self.future)
        return Evidence(booked=(one.day for one in found if one is not None), source=EvidenceSource.API_ANY)

    @property
    def remarks(self) -> tuple[Remark[HintCode], ...]:
        """What is to be known of this account."""
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[Remark[HintCode]]:
        name = self.account
        if self.newest is None:
            yield remark(HintCode.NO_ENTRIES, account=name, since=self.since)
        else:
            yield _of(HintCode.NEWEST, name, self.newest)
            if self.newest_cleared is not None:
                yield _of(HintCode.NEWEST_CLEARED, name, self.newest_cleared)
            else:
                yield remark(HintCode.NONE_CLEARED if self.cleared_known else HintCode.CLEARED_UNKNOWN, account=name)
        if self.future is not None:
            yield remark(HintCode.FUTURE_IGNORED, account=name, today=self.today, day=self.future.day)


def _of(code: HintCode, account: str, entry: LedgerEntry) -> Remark[HintCode]:
    return remark(code, account=account, day=entry.day, kind=entry.kind, id=entry.id or "?")


def _freeze(accounts: Mapping[str, Hint]) -> Mapping[str, Hint]:
    return MappingProxyType(dict(accounts))


@attrs.frozen(kw_only=True)
class Hints:
    """
    What the books say of several accounts. A register's date is not the date of the bank's feed.

    Attributes:
        accounts: By the name that each was asked for.
        unread: What could not be read, so that there may be newer entries.
        requests: How many requests it took.
        connection_id: The online connection that was asked by; None where it is not one of ours.

    Source: intuit/quickbooks-online-mcp-server on GitHub, issue 120: the API does not give rows of a bank's feed
    """

    accounts: Mapping[str, Hint] = attrs.field(converter=_freeze, hash=False)
    unread: tuple[Remark[HintCode], ...] = ()
    requests: int = 0
    connection_id: str | None = None

    def evidence(self) -> dict[str, Evidence]:
        """Return what a repair may be planned with, by account."""
        return {name: hint.evidence() for name, hint in self.accounts.items()}

    @property
    def remarks(self) -> tuple[Remark[HintCode], ...]:
        """All that is to be known: why they are hints only, of each account, and what was not read."""
        found = [each for hint in self.accounts.values() for each in hint.remarks]
        return (remark(HintCode.ONLY_A_HINT), *found, *self.unread)

    def why(self, lang: str | None = None) -> tuple[str, ...]:
        """
        Return its remarks as sentences.

        Raises:
            ConfigurationError: It is a language the library does not speak.
        """
        return tuple(each.said(lang) for each in self.remarks)
