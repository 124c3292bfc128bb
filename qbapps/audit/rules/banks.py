"""
What is wrong with bank connections: their consents, who gave them, and what stands still.

What an update in place can still repair, what it soon cannot and what it cannot any more is told apart as
``banks.repair`` does.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from qbapps.audit.banks import UPDATED, among
from qbapps.audit.rule import PlanFor, Rule
from qbapps.banks.policy import PATIENCE
from qbapps.domain import policies
from qbapps.domain.banks.consent import Basis
from qbapps.domain.banks.states import BROKEN, SETTING_UP, WORKING, BankState
from qbapps.domain.connection import Kind
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.plan import PlanAction
from qbapps.language import N_

_IS_ALIVE: Final = pl.col("is_alive")
_ONLY_RECONNECT: Final = pl.col("only_reconnect").fill_null(value=False)
_HAS_GIVER: Final = _IS_ALIVE & among((WORKING | BROKEN) - {BankState.REVOKED})
_ASK: Final = N_("Have whoever gave the consent ({owner}) update it in QuickBooks; qbapps bank repair {id} says how.")


def rules(thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about bank connections."""
    return (*_consents(thresholds), *_people(), *_broken(thresholds), *_unheard(thresholds))


def _rule(name: str, severity: Severity, when: pl.Expr, **told: object) -> Rule:
    return Rule(name=name, severity=severity, when=when, kind=Kind.BANK, **told)  # type: ignore[arg-type]


def _stands(*states: BankState) -> pl.Expr:
    return _IS_ALIVE & among(states) & ~_ONLY_RECONNECT


def _consents(thresholds: Thresholds) -> tuple[Rule, ...]:
    left = pl.col("consent_days_left")
    return (
        _rule(
            "bank_consent_ended",
            Severity.HIGH,
            _stands(BankState.EXPIRED) & ~_update_ends(thresholds),
            what=N_("The consent for {app_name} at {company_name} has ended: {consent_end} was its last good day."),
            do=N_(
                "Have whoever gave it ({owner}) renew it, by {update_until} at the latest; qbapps bank repair {id} "
                "says how."
            ),
            evidence=("consent_basis",),
        ),
        _rule(
            "bank_consent_revoked",
            Severity.HIGH,
            _IS_ALIVE & among({BankState.REVOKED}),
            what=N_("The consent for {app_name} at {company_name} was withdrawn on {consent_ended_on}."),
            do=N_(
                "Ask {owner} whether it is to go on: qbapps bank repair {id} says how to connect the bank anew, and "
                "qbapps disconnect {id} ends it."
            ),
        ),
        _rule(
            "bank_consent_ends",
            Severity.MEDIUM,
            _IS_ALIVE & among(WORKING) & ~_ONLY_RECONNECT & left.is_between(0, thresholds.consent_ends_in.days),
            urgent=left <= thresholds.consent_urgent_in.days,
            what=N_("The consent for {app_name} at {company_name} ends soon: {consent_end} is its last good day."),
            do=N_("Have whoever gave it ({owner}) renew it by then; qbapps bank repair {id} says how."),
            evidence=("consent_basis", "consent_days_left"),
        ),
        _rule(
            "bank_end_unknown",
            Severity.LOW,
            _IS_ALIVE & among(WORKING) & (pl.col("consent_basis") == Basis.UNKNOWN.value),
            what=N_("Until when the consent for {app_name} at {company_name} is good is not known."),
            do=N_(
                "Look for its last day in QuickBooks, and state it when the next renewal is recorded: qbapps bank "
                "record {id} bank_authenticated --stated DATE."
            ),
        ),
    )


def _people() -> tuple[Rule, ...]:
    return (
        _rule(
            "bank_owner_gone",
            Severity.HIGH,
            _HAS_GIVER & pl.col("owner_is_gone"),
            what=N_(
                "{owner} left on {owner_left_on} and gave the consent for {app_name} at {company_name}: nobody else "
                "can renew it."
            ),
            do=N_(
                "Have somebody who stays renew or reconnect it with a login of their own, then run qbapps bank record "
                "{id} bank_authenticated --owner EMAIL."
            ),
            evidence=("consent_end",),
        ),
        _rule(
            "bank_owner_unknown",
            Severity.LOW,
            _HAS_GIVER & pl.col("owner").is_null(),
            what=N_("Nobody knows who gave the consent for {app_name} at {company_name}; only they can renew it."),
            do=N_(
                "Ask who signs in at the bank, and name them when the next renewal is recorded: qbapps bank record "
                "{id} bank_authenticated --owner EMAIL."
            ),
        ),
        _rule(
            "bank_edition_ended",
            Severity.HIGH,
            _IS_ALIVE & pl.col("edition_ended_on").is_not_null(),
            what=N_("QuickBooks ended in {country} on {edition_ended_on}; {app_name} at {company_name} is connected."),
            do=N_("Disconnect it, and have its customer withdraw the consent at the bank."),
            plan=PlanFor(action=PlanAction.DISCONNECT, takes={"realm_id": "realm_id"}),
        ),
    )


def _broken(thresholds: Thresholds) -> tuple[Rule, ...]:
    ends = _update_ends(thresholds)
    return (
        _rule(
            "bank_reconnect_only",
            Severity.HIGH,
            _IS_ALIVE & _ONLY_RECONNECT,
            what=N_(
                "Nothing has come in from {app_name} at {company_name} since {stopped_on}, and an update is not "
                "enough any more. {cause}."
            ),
            do=N_(
                "Before anybody connects the bank anew, have qbapps bank repair {id} say from which day each account "
                "goes on."
            ),
            evidence=("update_until", "update_failed"),
        ),
        _rule(
            "bank_update_ends",
            Severity.HIGH,
            _IS_ALIVE & ends,
            what=N_(
                "Nothing has come in from {app_name} at {company_name} since {stopped_on}; it can be updated until "
                "{update_until}, and only connected anew after that. {cause}."
            ),
            do=_ASK,
            evidence=("update_days_left",),
        ),
        _rule(
            "bank_login_changed",
            Severity.HIGH,
            _stands(BankState.NEEDS_LOGIN),
            what=N_(
                "{app_name} does not take the user name or password that QuickBooks has for {company_name}: nothing "
                "has come in since {stopped_on}."
            ),
            do=N_(
                "Have whoever signs in there ({owner}) give QuickBooks the new one; qbapps bank repair {id} says how."
            ),
        ),
        _rule(
            "bank_waits",
            Severity.HIGH,
            _stands(BankState.NEEDS_BANK_ACTION) & ~ends,
            what=N_(
                "{app_name} wants {company_name} to do something on the bank's own site: nothing has come in since "
                "{stopped_on}."
            ),
            do=N_("Have whoever signs in there ({owner}) do it; qbapps bank repair {id} says how to go on."),
        ),
        _rule(
            "bank_sync_suspended",
            Severity.HIGH,
            _stands(BankState.SUSPENDED) & ~ends,
            what=N_(
                "Too many tries to read {app_name} at {company_name} failed ({sync_failures}): nothing has come in "
                "since {stopped_on}."
            ),
            do=_ASK,
        ),
        _rule(
            "bank_sync_failing",
            Severity.MEDIUM,
            _stands(BankState.ERROR) & ~ends & (pl.col("failing_days") > PATIENCE.days),
            what=N_("QuickBooks has not been able to read {app_name} at {company_name} since {stopped_on}."),
            do=_ASK,
            evidence=("sync_failures",),
        ),
    )


def _unheard(thresholds: Thresholds) -> tuple[Rule, ...]:
    return (
        _rule(
            "bank_setup_unfinished",
            Severity.MEDIUM,
            _IS_ALIVE & among(SETTING_UP) & (pl.col("recorded_days") >= thresholds.setup_for.days),
            what=N_(
                "{app_name} at {company_name} is not set up yet: the last that was recorded of it is of {recorded_on}."
            ),
            do=N_("qbapps bank status {id} says what comes next, and who does it."),
            evidence=("bank_state",),
        ),
        _rule(
            "bank_rows_lost",
            Severity.MEDIUM,
            (pl.col("rows_lost") > 0) & (pl.col("lost_days") <= policies.ROWS_LOST_WITHIN.days),
            what=N_(
                "{app_name} at {company_name} was disconnected on {consent_ended_on}; operations that waited for "
                "review then, and that QuickBooks deleted: {rows_lost}."
            ),
            do=N_("Fill them in from a file of the bank; qbapps bank repair {id} says which days those are."),
        ),
        _rule(
            "bank_silent",
            Severity.LOW,
            _stands(BankState.ACTIVE, BankState.EXPIRING) & (pl.col("heard_days") >= thresholds.unused_for.days),
            what=N_("Nothing has been heard of {app_name} at {company_name} since {heard_on}."),
            do=N_(
                "Look in QuickBooks whether operations come in, then run qbapps bank record {id} synced; disconnect it "
                "if it is not needed any more."
            ),
            evidence=("heard_days",),
        ),
    )


def _update_ends(thresholds: Thresholds) -> pl.Expr:
    """Return whether an update is soon not enough any more."""
    left = pl.col("update_days_left")
    return among(UPDATED) & ~_ONLY_RECONNECT & (left <= thresholds.consent_ends_in.days).fill_null(value=False)
