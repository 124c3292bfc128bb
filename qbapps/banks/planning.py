"""Planning a repair: a pure decision from what is known of a bank connection and of QuickBooks' rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from qbapps.banks.actions import StopCause, one_of
from qbapps.banks.deciding import OF_CONSENT, Case, decide
from qbapps.banks.evidence import Evidence
from qbapps.banks.policy import Policy
from qbapps.banks.reasons import Because, Value
from qbapps.banks.repair import Repair
from qbapps.banks.windows import Window, WindowCode, window
from qbapps.domain.banks import regimes
from qbapps.domain.banks.consent import Consent
from qbapps.domain.banks.regimes import Rule
from qbapps.domain.banks.spans import as_day
from qbapps.errors import ConfigurationError


def plan_repair(
    stopped_on: date | None,
    today: date,
    cause: str = "expired",
    accounts: Mapping[str, Evidence] | None = None,
    policy: Policy | None = None,
    *,
    consent: Consent | None = None,
    bank: str | None = None,
    in_review: int | None = None,
    failing_since: date | None = None,
    worked_until: date | None = None,
) -> Repair:
    """
    Return what to do about a bank connection, with the window of each account.

    Up to three months after it stopped it is updated in place, and keeps the ids of its rows; later, or when an
    update failed, or when it was disconnected, the bank is connected anew from a date of one's choice. Exactly three
    months later an update is tried. Where the law lets the customer reconfirm, that is enough for some days more.

    Args:
        stopped_on: The last day that was synchronised. For ``expired`` and ``expiring``, the last good day of the
            consent: one that is still to come tells that nothing has stopped yet. Where *consent* says that day, an
            earlier one is when it stopped for another reason. None where it is not known, or *consent* says it.

        cause: Why: see :class:`StopCause`.

        accounts: What QuickBooks has of each account, by ledger account. One renewal is for all accounts of the
            consent; the days to go on from are each account's own.

        policy: Where the country, the bank or the provider differ.

        consent: Says which rule it falls under and when it ends, where it is known; else the day and the policy's
            regime do.

        bank: Its name, for the steps.

        in_review: For ``disconnected``: how many rows waited for review as it was cut. With 0 nothing was lost; None
            where nobody looked.

        failing_since: For ``sync_failed``: the first day on which QuickBooks could not reach the bank, from which
            patience counts; *stopped_on* where it is not given. What is missing counts from *stopped_on* still.

        worked_until: The last day on which the feed is known to have worked: an account without rows shortly before
            it was quiet, and lacks nothing. Without it a bank with a short history leaves a gap from the newest row.

    Raises:
        ConfigurationError: A day is none, the cause is not known, it stopped or failed after *today* for another
            cause than the end of its consent, or *in_review* is no number of rows.

    Source: a guide of Intuit's French customers of December 2021 (three months, the newest of the tabs, never
    1 January); Intuit help, "How to re-consent your bank feed connection in QuickBooks Online" (United Kingdom)
    """
    policy, why = policy or Policy(), one_of(StopCause, cause, "cause")
    today = as_day(today, "today")
    if stopped_on is None and consent is not None and why in OF_CONSENT:
        stopped_on = consent.consent_end
    stopped = _optional(stopped_on, "stopped_on")
    case = Case(
        stopped_on=stopped,
        today=today,
        cause=why,
        policy=policy,
        rule=_rule(consent, policy, stopped, today),
        ends=_ends(consent, why, stopped, today),
        failing_since=_optional(failing_since, "failing_since"),
        in_review=in_review,
    )
    _check(case)
    verdict = decide(case, accounts or {})
    windows = _windows(case, accounts or {}, _optional(worked_until, "worked_until")) if verdict.fetches else {}
    told = tuple(reason for name, made in windows.items() for reason in _because(name, made, case))
    return Repair(
        action=verdict.action,
        cause=case.cause,
        stopped_on=case.stopped,
        today=case.today,
        renewal=verdict.renewal,
        act_by=verdict.act_by,
        reasons=verdict.reasons + told,
        windows=windows,
        bank=bank or (consent.name if consent is not None else None),
    )


def _optional(day: date | None, name: str) -> date | None:
    return None if day is None else as_day(day, name)


def _rule(consent: Consent | None, policy: Policy, stopped_on: date | None, today: date) -> Rule | None:
    if consent is not None:
        return consent.rule
    return regimes.rule_ending(policy.law, today if stopped_on is None else stopped_on)


def _ends(consent: Consent | None, cause: StopCause, stopped_on: date | None, today: date) -> date | None:
    """Return the last good day of the consent; where that is why it stopped, the day it stopped says it too."""
    end = consent.consent_end if consent is not None and consent.ended_on is None else None
    if cause not in OF_CONSENT:
        return end
    has_stopped_before = stopped_on is not None and end is not None and stopped_on <= end < today
    return end if has_stopped_before else stopped_on


def _check(case: Case) -> None:
    if case.cause not in OF_CONSENT and case.stopped_on is not None and case.stopped_on > case.today:
        raise ConfigurationError(
            f"It cannot have stopped on {case.stopped_on}, for today is {case.today}.",
            hint='Give the day on which it stopped; for one that still works, the cause is "expiring".',
        )
    if case.failing_since is not None and case.failing_since > case.today:
        raise ConfigurationError(
            f"It cannot have been failing since {case.failing_since}, for today is {case.today}.",
            hint="Give the first day on which QuickBooks could not reach the bank.",
        )
    if case.in_review is not None and (isinstance(case.in_review, bool) or case.in_review < 0):
        raise ConfigurationError(
            f"{case.in_review!r} is no number of rows that waited for review.",
            hint="Count the tab “For review” as it was before the disconnect; 0 is for none, None for not known.",
        )


def _windows(case: Case, accounts: Mapping[str, Evidence], worked_until: date | None) -> dict[str, Window]:
    return {
        name: window(
            evidence,
            today=case.today,
            backfill=case.policy.history,
            stopped_on=case.stopped,
            worked_until=None if case.loses_review else worked_until,
            disconnected=case.loses_review,
        )
        for name, evidence in accounts.items()
    }


def _because(account: str, made: Window, case: Case) -> Iterator[Because]:
    values: dict[str, Value | None] = {
        "start": made.start,
        "newest": made.newest,
        "gap": made.gap,
        "stop": case.stopped,
    }
    known = {name: value for name, value in values.items() if value is not None}
    for code in WindowCode:
        if code in made.codes:
            yield Because(code=code, values=known, account=account)
