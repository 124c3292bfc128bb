"""What a bank connection has besides its Connection: its consent, its accounts, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any, Final

import attrs

from qbapps.domain import checks
from qbapps.domain.banks import regimes
from qbapps.domain.banks.consent import Consent
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.states import SETTING_UP, BankState, seen_as, shown
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause
from qbapps.domain.record import revise_if_changed
from qbapps.domain.states import ConnectionState

_LAST_SECOND: Final = time(23, 59, 59, tzinfo=UTC)

_CAUSES: Final = {
    **dict.fromkeys(SETTING_UP, Cause.SETUP_UNFINISHED),
    BankState.EXPIRED: Cause.CONSENT_ENDED,
    BankState.NEEDS_LOGIN: Cause.BANK_LOGIN_CHANGED,
    BankState.NEEDS_BANK_ACTION: Cause.BANK_WAITS,
    BankState.SUSPENDED: Cause.SYNC_SUSPENDED,
    BankState.REVOKED: Cause.CONSENT_WITHDRAWN,
}


def _freeze(accounts: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(accounts))


Snapshot = Mapping[str, Mapping[str, tuple[str, ...]]]


def _freeze_days(snapshot: Mapping[str, Mapping[str, Iterable[str]]]) -> Snapshot:
    return MappingProxyType(
        {account: {tab: tuple(days) for tab, days in tabs.items()} for account, tabs in snapshot.items()}
    )


@attrs.frozen(kw_only=True)
class BankLink:
    """
    The bank's side of a connection.

    Attributes:
        bank: As its user calls it.
        login: What tells a second login at the same bank for the same company from the first.
        state: As it is kept, so neither ``expiring`` nor ``expired``: see :func:`state_on`.
        generation: Counts connections at the bank, from 1: a reconnect is a new one, whose rows have new ids.
        revision: Counts renewals of the consent and its ends; a calendar tells entries apart by it.
        authenticated_on: When the customer last proved who they are to the bank; None before they ever did.
        stated_end: The last good day as QuickBooks or the bank said it; it beats the table of rules.
        ended_on: When the consent was withdrawn or the connection cut.
        accounts: The bank's account by ledger account.
        fed: The ledger account by bank account, of all that were ever fed.
        history: How far back the bank gives operations, such as ``90 days``; None where nobody said.
        recorded_on: The day of what was recorded last.
        synced_on: The last day on which operations came in, as far as was recorded.
        stopped_on: The last day that was synchronised before it stopped; None while it works.
        failed_on: The day of the first failure since it worked last.
        failures: Tries in a row that failed.
        update_failed: Whether an update in QuickBooks was tried since it stopped, in vain.
        in_review: Rows that waited for review when the connection was cut: QuickBooks deletes them. None where nobody
            looked.
        snapshot: The days (ISO) of the rows that QuickBooks had as it was cut, by ledger account and tab.
        note: What was said of the last thing recorded.
    """

    connection_id: str
    bank: str = attrs.field(validator=checks.not_empty)
    login: str | None = None
    regime: Regime = attrs.field(default=Regime.EEA, converter=regimes.read)
    state: BankState = BankState.DRAFT
    generation: int = 1
    revision: int = 0
    authenticated_on: date | None = None
    confirmed_on: date | None = None
    stated_end: date | None = None
    ended_on: date | None = None
    accounts: Mapping[str, str] = attrs.field(factory=dict, converter=_freeze)
    fed: Mapping[str, str] = attrs.field(factory=dict, converter=_freeze)
    history: str | None = None
    recorded_on: date
    synced_on: date | None = None
    stopped_on: date | None = None
    failed_on: date | None = None
    failures: int = 0
    update_failed: bool = False
    in_review: int | None = None
    snapshot: Snapshot = attrs.field(factory=dict, converter=_freeze_days)
    note: str | None = None
    version: int = 1


def consent_of(link: BankLink, *, granted_by: str | None = None, company: str | None = None) -> Consent | None:
    """Return the consent that *link* lives by; None before the customer proved who they are to the bank."""
    if link.authenticated_on is None:
        return None
    return Consent(
        id=link.connection_id,
        name=link.bank,
        regime=link.regime,
        authenticated_on=link.authenticated_on,
        confirmed_on=link.confirmed_on,
        stated_end=link.stated_end,
        ended_on=link.ended_on,
        accounts=tuple(link.accounts),
        granted_by=granted_by,
        company=company,
        revision=link.revision,
    )


def with_consent(link: BankLink, consent: Consent, **changes: Any) -> BankLink:
    """Return *link* with what *consent* says now."""
    return attrs.evolve(
        link,
        authenticated_on=consent.authenticated_on,
        confirmed_on=consent.confirmed_on,
        stated_end=consent.stated_end,
        ended_on=consent.ended_on,
        revision=consent.revision,
        **changes,
    )


def consent_end(link: BankLink) -> date | None:
    """Return the last good day of its consent; None where it is not known."""
    consent = consent_of(link)
    return None if consent is None else consent.consent_end


def snapshot_of(link: BankLink) -> dict[str, dict[str, tuple[date, ...]]]:
    """Return the days of the rows that QuickBooks had as it was cut, by ledger account and tab."""
    return {
        account: {tab: tuple(map(date.fromisoformat, days)) for tab, days in tabs.items()}
        for account, tabs in link.snapshot.items()
    }


def state_on(link: BankLink, day: date) -> BankState:
    """Return where it stands on *day*: one that works expires as its consent ends."""
    return shown(link.state, consent_end(link), day)


def followed(connection: Connection, link: BankLink, today: date, at: datetime) -> Connection:
    """
    Return *connection* as lists of all kinds show it while its bank's side is *link*; itself when nothing changes.

    What is paused stays so. The last second (UTC) of the consent's last good day is the end of the consent.
    """
    there = state_on(link, today)
    state, ends = seen_as(there), consent_end(link)
    was_over = connection.state is ConnectionState.DISCONNECTED
    paused_at = None if was_over and state is not ConnectionState.DISCONNECTED else connection.paused_at
    if state is ConnectionState.CONNECTED and paused_at is not None:
        state = ConnectionState.PAUSED
    is_over = state is ConnectionState.DISCONNECTED
    return revise_if_changed(
        connection,
        state=state,
        cause=_CAUSES[there] if state is ConnectionState.NEEDS_RECONNECT else None,
        paused_at=paused_at,
        connected_at=connection.connected_at if link.authenticated_on is None else _midnight(link.authenticated_on),
        disconnected_at=(connection.disconnected_at or _ended_at(link, at)) if is_over else None,
        refresh_hard_expires_at=None if ends is None else datetime.combine(ends, _LAST_SECOND),
        last_used_on=link.synced_on,
    )


def _ended_at(link: BankLink, at: datetime) -> datetime:
    """Return when it ended: now, unless that was recorded of another day."""
    return at if link.ended_on is None or link.ended_on == at.date() else _midnight(link.ended_on)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
