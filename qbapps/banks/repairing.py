"""Planning the repair of a bank connection that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from qbapps.banks import keeping
from qbapps.banks.actions import StopCause, cause_of, one_of
from qbapps.banks.evidence import Evidence
from qbapps.banks.keeping import Kept
from qbapps.banks.planning import plan_repair
from qbapps.banks.policy import Policy
from qbapps.banks.recording import check_accounts
from qbapps.banks.repair import Repair
from qbapps.domain.banks.link import BankLink, consent_of, snapshot_of, state_on
from qbapps.domain.banks.spans import as_day, read
from qbapps.domain.banks.states import SETTING_UP, BankState
from qbapps.errors import TransitionError
from qbapps.ports import Ports


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
    check_accounts(link, accounts or {})
    was_cut = why is StopCause.DISCONNECTED
    return plan_repair(
        _stopped_on(link, why, day),
        day,
        why,
        _snapshot(link) if accounts is None and was_cut else accounts,
        _policy(link, policy),
        consent=consent_of(link),
        bank=link.bank,
        in_review=link.in_review if was_cut else None,
        failing_since=link.failed_on,
        worked_until=link.synced_on,
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
    """Return the last day that was synchronised: of two reasons, the first stopped it; None to go by the consent."""
    if why is StopCause.EXPIRING or (why is StopCause.EXPIRED and link.stopped_on is None):
        return None
    consent = consent_of(link)
    ends = None if consent is None else consent.consent_end
    known = [one for one in (link.stopped_on, ends) if one is not None and one <= day]
    return min(known, default=None)


def _snapshot(link: BankLink) -> dict[str, Evidence] | None:
    """Return the rows that QuickBooks had as it was cut."""
    kept: dict[str, dict[str, Any]] = {**snapshot_of(link)}
    return {account: Evidence(**days) for account, days in kept.items()} or None


def _policy(link: BankLink, given: Policy | None) -> Policy:
    """Return what to go by: what was given, and what is known of the connection where nothing was."""
    known = None if link.history is None else read(link.history)
    return (given or Policy()).or_else(backfill=known, regime=link.regime)
