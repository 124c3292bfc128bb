"""What to do about a bank connection that has stopped, or will: a pure decision, with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, assert_never

import attrs

from qbapps.banks.actions import RepairAction, StopCause
from qbapps.banks.evidence import Evidence
from qbapps.banks.policy import Policy
from qbapps.banks.reasons import Because, RepairReason, Value
from qbapps.domain.banks.consent import renewal_on
from qbapps.domain.banks.regimes import Renewal, Rule
from qbapps.domain.banks.spans import shift

_A = RepairAction
_R = RepairReason

OF_CONSENT: Final = frozenset({StopCause.EXPIRED, StopCause.EXPIRING})
"""Causes that the last day of the consent decides on."""

_ACTIONS: Final = {
    Renewal.UPDATE: _A.UPDATE,
    Renewal.REAUTHENTICATE: _A.UPDATE,
    Renewal.RECONFIRM: _A.RECONFIRM,
    Renewal.RECONNECT: _A.RECONNECT,
}


@attrs.frozen(kw_only=True)
class Case:
    """
    What is decided on.

    Attributes:
        stopped_on: The last day that was synchronised; None where it is not known.
        ends: The last good day of the consent; None where it is not known.
        failing_since: The first day on which the bank could not be reached; None where it is not known.
        in_review: How many rows waited for review as it was cut; None where nobody looked.
    """

    stopped_on: date | None
    today: date
    cause: StopCause
    policy: Policy
    rule: Rule | None
    ends: date | None = None
    failing_since: date | None = None
    in_review: int | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the consent is over."""
        return self.ends is not None and self.ends < self.today

    @property
    def is_due(self) -> bool:
        """Whether the consent is good still, and to be renewed now."""
        return self.ends is not None and self.policy.notice.before(self.ends) <= self.today <= self.ends

    @property
    def stopped(self) -> date | None:
        """The day it stopped, which is no later than the end of its consent."""
        if self.ends is None or not self.has_ended:
            return self.stopped_on
        return self.ends if self.stopped_on is None else min(self.stopped_on, self.ends)

    @property
    def loses_review(self) -> bool:
        """Whether what waited for review is gone."""
        return self.cause is StopCause.DISCONNECTED and self.in_review != 0


@attrs.frozen(kw_only=True)
class Verdict:
    """*fetches*: rows are missing already, so that where to go on from matters."""

    action: RepairAction
    reasons: tuple[Because, ...]
    renewal: Renewal | None = None
    act_by: date | None = None
    fetches: bool = True


def decide(case: Case, accounts: Mapping[str, Evidence]) -> Verdict:
    """Return what to do, and why."""
    match case.cause:
        case StopCause.EXPIRED | StopCause.EXPIRING:
            verdict = _by_consent(case)
        case StopCause.DISCONNECTED:
            verdict = _reconnect(_reason(_R.DISCONNECTED), *_lost(case, accounts))
        case StopCause.UPDATE_FAILED:
            verdict = _reconnect(_reason(_R.UPDATE_FAILED))
        case StopCause.REVOKED:
            verdict = _reconnect(_reason(_R.REVOKED))
        case StopCause.CREDENTIALS:
            verdict = _credentials(case)
        case StopCause.ACTION_NEEDED:
            verdict = _at_the_bank(case, _reason(_R.ACT_AT_BANK))
        case StopCause.SUSPENDED:
            verdict = _at_the_bank(case, _reason(_R.SUSPENDED))
        case StopCause.SYNC_FAILED:
            verdict = _failing(case)
        case _:
            assert_never(case.cause)
    return verdict


def _by_consent(case: Case) -> Verdict:
    ends = case.ends
    if ends is None and case.cause is StopCause.EXPIRING:
        return Verdict(action=_A.NOTHING, reasons=(_reason(_R.END_NOT_KNOWN),), fetches=False)
    if ends is None:
        return _after(case, by=_login(case))
    if ends < case.today or (ends == case.today and case.cause is StopCause.EXPIRED):
        return _after(case, by=_renewal(case))
    if not case.is_due:
        due = case.policy.notice.before(ends)
        reason = _reason(_R.NOT_DUE, day=ends, notice=due)
        return Verdict(action=_A.NOTHING, reasons=(reason,), act_by=due, fetches=False)
    return attrs.evolve(_in_time(case, ends), fetches=False)


def _in_time(case: Case, ends: date, *first: Because) -> Verdict:
    """Decide for a consent that is good until *ends*, and is renewed now."""
    renewal = _renewal(case)
    return Verdict(
        action=_ACTIONS[renewal],
        reasons=(*first, _reason(_R.EXPIRES_SOON, day=ends), *_reconfirming(case, renewal)),
        renewal=renewal,
        act_by=ends,
    )


def _after(case: Case, *first: Because, by: Renewal) -> Verdict:
    """Decide for one that has stopped and can perhaps be updated: in time, *by* renews it."""
    stopped, policy = case.stopped, case.policy
    if stopped is None:
        reasons = (*first, _reason(_R.STOP_DAY_UNKNOWN))
        return Verdict(action=_A.UPDATE, reasons=reasons, renewal=by, act_by=case.ends if case.is_due else None)
    limit = policy.limit.after(stopped)
    if case.today > limit:
        return _reconnect(*first, _reason(_R.STOPPED_BEYOND_LIMIT, day=stopped, limit=limit))
    on_the_limit = (_reason(_R.ON_THE_LIMIT, limit=limit),) if case.today == limit else ()
    if on_the_limit and policy.boundary is _A.RECONNECT:
        return _reconnect(*first, *on_the_limit)
    last = [limit]
    if case.ends is not None and by is Renewal.RECONFIRM:
        last.append(policy.grace.after(case.ends))
    if case.ends is not None and case.is_due and case.cause not in OF_CONSENT:
        last.append(case.ends)
    within = _reason(_R.STOPPED_WITHIN_LIMIT, day=stopped, limit=limit)
    return Verdict(
        action=_ACTIONS[by],
        reasons=(*first, *(on_the_limit or (within,)), *_reconfirming(case, by)),
        renewal=by,
        act_by=min(last),
    )


def _at_the_bank(case: Case, *first: Because) -> Verdict:
    """Decide for one that stopped for a reason of the bank: saying that it goes on is not enough."""
    return _after(case, *first, *_end(case), by=_login(case))


def _failing(case: Case) -> Verdict:
    """Decide for one that may work tomorrow: it is left alone for some days, but not past the end of its consent."""
    since = case.failing_since or case.stopped
    if since is None:
        return _at_the_bank(case)
    until = case.policy.patience.after(since)
    if case.today > until:
        return _at_the_bank(case, _reason(_R.FAILING_SINCE, day=since))
    if case.has_ended:
        return _after(case, *_end(case), by=_renewal(case))
    if case.ends is not None and case.is_due:
        return _in_time(case, case.ends, _reason(_R.NO_TIME_TO_WAIT, day=since))
    if case.ends is not None:
        until = min(until, shift(case.policy.notice.before(case.ends), -1))
    return Verdict(action=_A.NOTHING, reasons=(_reason(_R.WAIT, limit=until),), act_by=until, fetches=False)


def _credentials(case: Case) -> Verdict:
    """
    Decide for a password that has changed: QuickBooks goes on where it was, unless that is too long ago.

    A consent that has ended, or ends soon, is renewed besides; what it could be updated until counts then.
    """
    changed, stopped = _reason(_R.PASSWORD_CHANGED), case.stopped
    if case.has_ended:
        verdict = _after(case, changed, *_end(case), by=_login(case))
        if verdict.action is _A.RECONNECT:
            return verdict
        return attrs.evolve(verdict, action=_A.EDIT_CREDENTIALS, reasons=(*verdict.reasons, _reason(_R.RENEW_BESIDES)))
    is_late = stopped is not None and case.today > case.policy.limit.after(stopped)
    besides = (*_end(case), _reason(_R.RENEW_BESIDES)) if case.is_due else ()
    late = (_reason(_R.ROWS_MAY_BE_MISSING, day=stopped),) if stopped is not None and is_late else ()
    return Verdict(
        action=_A.EDIT_CREDENTIALS,
        reasons=(changed, *besides, *late),
        renewal=_login(case) if besides else None,
        act_by=case.ends if besides else None,
        fetches=is_late,
    )


def _reconnect(*reasons: Because) -> Verdict:
    return Verdict(action=_A.RECONNECT, reasons=reasons, renewal=Renewal.RECONNECT)


def _renewal(case: Case) -> Renewal:
    """Return what renews the consent on its own, by the law it falls under."""
    return renewal_on(case.rule, case.ends, case.today, grace=case.policy.grace, limit=case.policy.limit)


def _login(case: Case) -> Renewal:
    """Return what makes the bank known anew: a word to QuickBooks alone does not."""
    is_of_consent = case.cause in OF_CONSENT or case.is_due or case.has_ended
    if case.rule is not None and case.rule.renewal is Renewal.UPDATE and is_of_consent:
        return Renewal.UPDATE
    return Renewal.REAUTHENTICATE


def _end(case: Case) -> Iterator[Because]:
    """Yield what is to be known of the consent's end, where that is near or past."""
    if case.ends is not None and (case.has_ended or case.is_due):
        yield _reason(_R.CONSENT_ENDED if case.has_ended else _R.EXPIRES_SOON, day=case.ends)


def _reconfirming(case: Case, renewal: Renewal) -> Iterator[Because]:
    if case.rule is None or case.rule.renewal is not Renewal.RECONFIRM or case.ends is None:
        return
    until = case.policy.grace.after(case.ends)
    if renewal is Renewal.RECONFIRM:
        yield _reason(_R.RECONFIRM_IS_ENOUGH, limit=until)
    elif case.today > until:
        yield _reason(_R.GRACE_OVER, limit=until)


def _lost(case: Case, accounts: Mapping[str, Evidence]) -> Iterator[Because]:
    """Yield what a disconnect may have deleted, unless it is known of which days that was."""
    if case.in_review == 0:
        return
    named = sum(len(evidence.deleted or evidence.review) for evidence in accounts.values())
    if case.in_review is not None and named >= case.in_review:
        return
    if accounts and not any(_may_have_lost(evidence, case.today) for evidence in accounts.values()):
        return
    if case.in_review is None:
        yield _reason(_R.REVIEW_ROWS_GONE)
    else:
        yield _reason(_R.REVIEW_ROWS_LOST, count=case.in_review)


def _may_have_lost(evidence: Evidence, today: date) -> bool:
    """Tell whether rows may have been deleted of which *evidence* says nothing."""
    if evidence.deleted or not evidence.review:
        return not evidence.deleted
    kept = attrs.evolve(evidence, review=()).newest(today)
    # The newest that waited may be all that was noted: where a later one is kept, older ones were perhaps lost.
    return kept is not None and kept >= min(evidence.review)


def _reason(code: RepairReason, **values: Value) -> Because:
    return Because(code=code, values=values)
