"""Planning the repair of a bank connection that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import attrs

from qbapps.banks import keeping
from qbapps.banks.actions import StopCause, cause_of, one_of
from qbapps.banks.evidence import Evidence
from qbapps.banks.keeping import Kept
from qbapps.banks.planning import plan_repair
from qbapps.banks.policy import Policy
from qbapps.banks.repair import Repair
from qbapps.domain.banks.link import BankLink, consent_of, state_on
from qbapps.domain.banks.spans import as_day, read
from qbapps.domain.banks.states import SETTING_UP, BankState
from qbapps.errors import ConfigurationError, TransitionError
from qbapps.ports import Ports

_BY_CONSENT: Final = frozenset({StopCause.EXPIRED, StopCause.EXPIRING})


def repair(
    ports: Ports,
    connection_id: str,
    *,
    today: date | None,
    accounts: Mapping[str, Evidence] | None,
    policy: Policy | None,
    cause: str | None,
) -> Repair:
    """
    Return what to do about a bank connection; nothing is saved.

    Raises:
        TransitionError: It was never set up, so that there is nothing to repair.
        ConfigurationError: Evidence is of an account that it does not feed, or the cause is not known.
    """
    kept = keeping.load(ports, connection_id)
    day = keeping.today(ports) if today is None else as_day(today, "today")
    return plan(kept, day, accounts=accounts, policy=policy, cause=cause)


def plan(
    kept: Kept,
    day: date,
    *,
    accounts: Mapping[str, Evidence] | None = None,
    policy: Policy | None = None,
    cause: str | None = None,
) -> Repair:
    """Return what to do about a connection that was read, as of *day*."""
    link = kept.link
    why = _cause(link, state_on(link, day)) if cause is None else one_of(StopCause, cause, "cause")
    _check_accounts(link, accounts or {})
    return plan_repair(
        _stopped_on(link, why, day),
        day,
        why,
        accounts,
        policy or _policy(link),
        consent=consent_of(link),
        bank=link.bank,
    )


def _cause(link: BankLink, state: BankState) -> StopCause:
    if link.update_failed and state not in (BankState.DISCONNECTED, BankState.REVOKED):
        return StopCause.UPDATE_FAILED
    found = cause_of(state)
    if found is None:
        what = "is not set up yet" if state in SETTING_UP else f"is {state}"
        raise TransitionError(
            f"{link.connection_id} {what}: there is nothing to repair.",
            hint="Look at banks.status: it says what comes next.",
            state=state,
            action="repair",
            connection_id=link.connection_id,
        )
    return found


def _stopped_on(link: BankLink, why: StopCause, day: date) -> date | None:
    """Return the last day that was synchronised; for the end of a consent, its last good day says it."""
    if why in _BY_CONSENT:
        return None
    consent = consent_of(link)
    ends = None if consent is None else consent.consent_end
    known = [one for one in (link.stopped_on, ends) if one is not None and one <= day]
    return min(known, default=None)


def _policy(link: BankLink) -> Policy:
    policy = Policy(regime=link.regime)
    return policy if link.history is None else attrs.evolve(policy, backfill=read(link.history))


def _check_accounts(link: BankLink, accounts: Mapping[str, Evidence]) -> None:
    strange = sorted(set(accounts) - set(link.accounts)) if link.accounts else []
    if strange:
        raise ConfigurationError(
            f"{link.bank} does not feed {', '.join(strange)}.",
            hint=f"It feeds {', '.join(link.accounts)}; name the ledger's accounts as they were recorded.",
            connection_id=link.connection_id,
        )
