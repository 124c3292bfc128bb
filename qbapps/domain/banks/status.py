"""How a bank connection stands, for whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from qbapps.domain.banks.consent import Basis, Consent
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.states import BankState


@attrs.frozen(kw_only=True)
class BankStatus:
    """
    How a bank connection stands on *today*.

    Attributes:
        bank: As its user calls it.
        login: What tells a second login at the same bank from the first.
        state: With ``expiring`` and ``expired`` where its consent ends soon, or has ended.
        consent: What it lives by; None before the customer proved who they are to the bank.
        consent_end: The last good day; None where it is not known.
        basis: How that is known: ``stated``, ``table`` or ``unknown``.
        days_left: Days after *today* that are good still: 0 on the last one, negative once it has ended.
        granted_by: Who gave the consent; only they can renew it.
        accounts: The bank's account by ledger account.
        generation: Counts connections at the bank, from 1: rows of another generation have other ids.
        history: How far back the bank gives operations, where somebody said.
        synced_on: The last day on which operations came in, as far as was recorded.
        stopped_on: The last day that was synchronised before it stopped; None while it works.
        failures: Tries in a row that failed.
        in_review: How many rows waited for review as it was disconnected; None where nobody counted.
        snapshot: The days of the rows that QuickBooks had as it was disconnected, by ledger account and tab.
        note: What was said of the last thing recorded.
        next_step: What comes next, and who does it.
    """

    connection_id: str
    bank: str
    company_name: str | None
    realm_id: str | None
    today: date
    state: BankState
    regime: Regime
    consent: Consent | None = None
    consent_end: date | None = None
    basis: Basis = Basis.UNKNOWN
    days_left: int | None = None
    granted_by: str | None = None
    accounts: Mapping[str, str] = attrs.field(factory=dict)
    generation: int = 1
    history: str | None = None
    synced_on: date | None = None
    stopped_on: date | None = None
    failures: int = 0
    in_review: int | None = None
    snapshot: Mapping[str, Mapping[str, tuple[date, ...]]] = attrs.field(factory=dict)
    note: str | None = None
    login: str | None = None
    next_step: str = ""
