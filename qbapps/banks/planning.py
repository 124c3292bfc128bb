"""Planning a repair: a pure decision from what is known of a bank connection and of QuickBooks' rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, assert_never

import attrs

from qbapps.banks.actions import RepairAction, StopCause, one_of
from qbapps.banks.evidence import Evidence
from qbapps.banks.policy import Policy
from qbapps.banks.reasons import Because, RepairReason, Value
from qbapps.banks.repair import Repair
from qbapps.banks.windows import Window, WindowCode, window
from qbapps.domain.banks import regimes
from qbapps.domain.banks.consent import Consent, renewal_on
from qbapps.domain.banks.regimes import Renewal, Rule
from qbapps.domain.banks.spans import as_day
from qbapps.errors import ConfigurationError

_A = RepairAction
_R = RepairReason

_OF_CONSENT: Final = frozenset({StopCause.EXPIRED, StopCause.EXPIRING})

_ACTIONS: Final = {
    Renewal.UPDATE: _A.UPDATE,
    Renewal.REAUTHENTICATE: _A.UPDATE,
    Renewal.RECONFIRM: _A.RECONFIRM,
    Renewal.RECONNECT: _A.RECONNECT,
}


@attrs.frozen(kw_only=True)
class _Case:
    stopped_on: date | None
    today: date
    cause: StopCause
    policy: Policy
    rule: Rule | None


@attrs.frozen(kw_only=True)
class _Verdict:
    """*fetches*: rows are missing already, so that where to go on from matters."""

    action: RepairAction
    reasons: tuple[Because, ...]
    renewal: Renewal | None = None
    act_by: date | None = None
    fetches: bool = True


def plan_repair(
    stopped_on: date | None,
    today: date,
    cause: str = "expired",
    accounts: Mapping[str, Evidence] | None = None,
    policy: Policy | None = None,
    *,
    consent: Consent | None = None,
    bank: str | None = None,
) -> Repair:
    """
    Return what to do about a bank connection, with the window of each account.

    Up to three months after it stopped it is updated in place, and keeps the ids of its rows; later, or when an
    update failed, or when it was disconnected, the bank is connected anew from a date of one's choice. Exactly three
    months later an update is tried. Where the law lets the customer reconfirm, that is enough for some days more.

    Args:
        stopped_on: The last day that was synchronised. For ``expired`` and ``expiring``, the last good day of the
            consent: one that is still to come tells that nothing has stopped yet. None where it is not known, or
            *consent* says it.

        cause: Why: see :class:`StopCause`.

        accounts: What QuickBooks has of each account, by ledger account. One renewal is for all accounts of the
            consent; the days to go on from are each account's own.

        policy: Where the country, the bank or the provider differ.

        consent: Says which rule it falls under, where it is known; else the day and the policy's regime do.

        bank: Its name, for the steps.

    Raises:
        ConfigurationError: A day is none, the cause is not known, or it stopped after *today* for another cause than
            the end of its consent.

    Source: a guide of Intuit's French customers of December 2021 (three months, the newest of the tabs, never
    1 January); Intuit help, "How to re-consent your bank feed connection in QuickBooks Online" (United Kingdom)
    """
    policy, why = policy or Policy(), one_of(StopCause, cause, "cause")
    if stopped_on is None and consent is not None and why in _OF_CONSENT:
        stopped_on = consent.consent_end
    case = _Case(
        stopped_on=None if stopped_on is None else as_day(stopped_on, "stopped_on"),
        today=as_day(today, "today"),
        cause=why,
        policy=policy,
        rule=_rule(consent, policy, stopped_on, today),
    )
    verdict = _decide(case, accounts or {})
    windows = _windows(case, accounts or {}) if verdict.fetches else {}
    told = tuple(reason for name, made in windows.items() for reason in _because(name, made, case))
    return Repair(
        action=verdict.action,
        cause=case.cause,
        stopped_on=case.stopped_on,
        today=case.today,
        renewal=verdict.renewal,
        act_by=verdict.act_by,
        reasons=verdict.reasons + told,
        windows=windows,
        bank=bank or (consent.name if consent is not None else None),
    )


def _rule(consent: Consent | None, policy: Policy, stopped_on: date | None, today: date) -> Rule | None:
    if consent is not None:
        return consent.rule
    return regimes.rule_ending(policy.regime, today if stopped_on is None else stopped_on)


def _decide(case: _Case, accounts: Mapping[str, Evidence]) -> _Verdict:
    if case.cause is StopCause.EXPIRED or case.cause is StopCause.EXPIRING:
        return _by_consent(case)
    if case.stopped_on is not None and case.stopped_on > case.today:
        raise ConfigurationError(
            f"It cannot have stopped on {case.stopped_on}, for today is {case.today}.",
            hint='Give the day on which it stopped; for one that still works, the cause is "expiring".',
        )
    match case.cause:
        case StopCause.DISCONNECTED:
            verdict = _reconnect(_R.DISCONNECTED, *((_R.REVIEW_ROWS_GONE,) if _may_have_lost(accounts) else ()))
        case StopCause.UPDATE_FAILED:
            verdict = _reconnect(_R.UPDATE_FAILED)
        case StopCause.REVOKED:
            verdict = _reconnect(_R.REVOKED)
        case StopCause.CREDENTIALS:
            verdict = _credentials(case)
        case StopCause.ACTION_NEEDED:
            verdict = _after(case, _reason(_R.ACT_AT_BANK))
        case StopCause.SYNC_FAILED:
            verdict = _failing(case)
        case _:
            assert_never(case.cause)
    return verdict


def _by_consent(case: _Case) -> _Verdict:
    ends = case.stopped_on
    if ends is None or ends < case.today or (ends == case.today and case.cause is StopCause.EXPIRED):
        return _after(case)
    due = case.policy.notice.before(ends)
    if case.today < due:
        reason = _reason(_R.NOT_DUE, day=ends, notice=due)
        return _Verdict(action=_A.NOTHING, reasons=(reason,), act_by=due, fetches=False)
    renewal = renewal_on(case.rule, ends, case.today, grace=case.policy.grace, limit=case.policy.limit)
    return _Verdict(
        action=_ACTIONS[renewal],
        reasons=(_reason(_R.EXPIRES_SOON, day=ends), *_reconfirming(case, renewal)),
        renewal=renewal,
        act_by=ends,
        fetches=False,
    )


def _after(case: _Case, *first: Because) -> _Verdict:
    """Decide for one that has stopped and can perhaps be updated."""
    stopped, policy = case.stopped_on, case.policy
    if stopped is None:
        renewal = Renewal.UPDATE if case.rule is None else case.rule.renewal
        renewal = Renewal.REAUTHENTICATE if renewal is Renewal.RECONFIRM else renewal
        return _Verdict(action=_A.UPDATE, reasons=(*first, _reason(_R.STOP_DAY_UNKNOWN)), renewal=renewal)
    limit = policy.limit.after(stopped)
    if case.today > limit:
        reasons = (*first, _reason(_R.STOPPED_BEYOND_LIMIT, day=stopped, limit=limit))
        return _Verdict(action=_A.RECONNECT, reasons=reasons, renewal=Renewal.RECONNECT)
    on_the_limit = (_reason(_R.ON_THE_LIMIT, limit=limit),) if case.today == limit else ()
    if on_the_limit and policy.boundary is _A.RECONNECT:
        return _Verdict(action=_A.RECONNECT, reasons=(*first, *on_the_limit), renewal=Renewal.RECONNECT)
    renewal = renewal_on(case.rule, stopped, case.today, grace=policy.grace, limit=policy.limit)
    by = min(limit, policy.grace.after(stopped)) if renewal is Renewal.RECONFIRM else limit
    within = _reason(_R.STOPPED_WITHIN_LIMIT, day=stopped, limit=limit)
    return _Verdict(
        action=_ACTIONS[renewal],
        reasons=(*first, *(on_the_limit or (within,)), *_reconfirming(case, renewal)),
        renewal=renewal,
        act_by=by,
    )


def _reconfirming(case: _Case, renewal: Renewal) -> Iterator[Because]:
    if case.rule is None or case.rule.renewal is not Renewal.RECONFIRM or case.stopped_on is None:
        return
    code = _R.RECONFIRM_IS_ENOUGH if renewal is Renewal.RECONFIRM else _R.GRACE_OVER
    yield _reason(code, limit=case.policy.grace.after(case.stopped_on))


def _failing(case: _Case) -> _Verdict:
    if case.stopped_on is None:
        return _after(case)
    until = case.policy.patience.after(case.stopped_on)
    if case.today <= until:
        reason = _reason(_R.WAIT, limit=until)
        return _Verdict(action=_A.NOTHING, reasons=(reason,), act_by=until, fetches=False)
    return _after(case, _reason(_R.FAILING_SINCE, day=case.stopped_on))


def _credentials(case: _Case) -> _Verdict:
    """Decide for a password that has changed: QuickBooks goes on where it was, unless that is too long ago."""
    changed, stopped = _reason(_R.PASSWORD_CHANGED), case.stopped_on
    if stopped is None or case.today <= case.policy.limit.after(stopped):
        return _Verdict(action=_A.EDIT_CREDENTIALS, reasons=(changed,), fetches=False)
    return _Verdict(action=_A.EDIT_CREDENTIALS, reasons=(changed, _reason(_R.ROWS_MAY_BE_MISSING, day=stopped)))


def _reconnect(*codes: RepairReason) -> _Verdict:
    return _Verdict(action=_A.RECONNECT, reasons=tuple(_reason(code) for code in codes), renewal=Renewal.RECONNECT)


def _may_have_lost(accounts: Mapping[str, Evidence]) -> bool:
    return not accounts or any(not (evidence.deleted or evidence.review) for evidence in accounts.values())


def _windows(case: _Case, accounts: Mapping[str, Evidence]) -> dict[str, Window]:
    return {
        name: window(
            evidence,
            today=case.today,
            backfill=case.policy.backfill,
            stopped_on=case.stopped_on,
            disconnected=case.cause is StopCause.DISCONNECTED,
        )
        for name, evidence in accounts.items()
    }


def _because(account: str, made: Window, case: _Case) -> Iterator[Because]:
    values: dict[str, Value | None] = {
        "start": made.start,
        "newest": made.newest,
        "gap": made.gap,
        "stop": case.stopped_on,
    }
    known = {name: value for name, value in values.items() if value is not None}
    for code in WindowCode:
        if code in made.codes:
            yield Because(code=code, values=known, account=account)


def _reason(code: RepairReason, **values: Value) -> Because:
    return Because(code=code, values=values)
