"""What is wrong with connections to QuickBooks Desktop: their connector, their requests, their end."""

from __future__ import annotations

from typing import Final

import polars as pl

from qbapps.audit.rule import Rule
from qbapps.desktop import codes
from qbapps.domain.connection import Kind
from qbapps.domain.desktop.states import OVER, SETTING_UP, WORKING, DesktopState
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.states import ConnectionState
from qbapps.language import N_

STILL_CALLS: Final = codes.ours("still_calls").code
OUTCOME_UNKNOWN: Final = codes.ours("outcome_unknown").code
WRONG_PASSWORD: Final = codes.connector("1040").code

_STATE: Final = pl.col("desktop_state")
_IS_OVER: Final = _STATE.is_in([state.value for state in sorted(OVER)])
_SHUT_OUT: Final = (DesktopState.AUTHORISING.value == _STATE) & (pl.col("grant") > 0)
_BEGUN: Final = sorted({*SETTING_UP, DesktopState.AWAITING_CONFIRMATION})
_WORKS: Final = [DesktopState.AWAITING_CONFIRMATION.value, *sorted(state.value for state in WORKING)]
_CALLS: Final = (pl.col("attention") == STILL_CALLS).fill_null(value=False)


def rules(thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about connections to QuickBooks Desktop."""
    return (*_setting_up(thresholds), *_working(thresholds), *_ending(thresholds))


def _rule(name: str, severity: Severity, when: pl.Expr, **told: object) -> Rule:
    return Rule(name=name, severity=severity, when=when, kind=Kind.DESKTOP, **told)  # type: ignore[arg-type]


def _setting_up(thresholds: Thresholds) -> tuple[Rule, ...]:
    return (
        _rule(
            "let_in_again",
            Severity.HIGH,
            _SHUT_OUT,
            what=N_("QuickBooks does not let {app_name} into the company file of {company_name} any more."),
            do=N_(
                "Have its QuickBooks Admin open the file and answer “Yes, always”; qbapps desktop status {id} says how."
            ),
            evidence=("attention",),
        ),
        _rule(
            "setup_unfinished",
            Severity.MEDIUM,
            _STATE.is_in([state.value for state in _BEGUN])
            & ~_SHUT_OUT
            & (pl.col("setup_days") >= thresholds.setup_for.days),
            what=N_("{app_name} at {company_name} is not set up yet: its password was made on {issued_at}."),
            do=N_("qbapps desktop status {id} says what comes next, and who does it."),
            evidence=("desktop_state", "setup_days"),
        ),
    )


def _working(thresholds: Thresholds) -> tuple[Rule, ...]:
    attention, silent = pl.col("attention"), pl.col("silent_for")
    is_looked_up = (attention == OUTCOME_UNKNOWN) & (pl.col("jobs_unknown") > 0)
    return (
        _rule(
            "needs_attention",
            Severity.HIGH,
            ~_IS_OVER & ~_SHUT_OUT & attention.is_not_null() & (attention != WRONG_PASSWORD) & ~is_looked_up,
            what=N_("{app_name} at {company_name} ({attention}): {trouble}"),
            do="{remedy}",
            evidence=("attention_at",),
        ),
        _rule(
            "password_refused",
            Severity.MEDIUM,
            ~_IS_OVER & (attention == WRONG_PASSWORD),
            what=N_("The Web Connector of {app_name} at {company_name} gives a wrong password since {attention_at}."),
            do=N_("Have the password typed again; if it is lost, qbapps desktop password {id} makes a new one."),
            evidence=("attention",),
        ),
        _rule(
            "connector_silent",
            Severity.MEDIUM,
            _STATE.is_in(_WORKS) & (silent >= thresholds.silent_for) & (silent > pl.col("missed_for")),
            urgent=silent >= thresholds.silent_urgent_for,
            what=N_("The Web Connector of {app_name} at {company_name} has not called since {last_seen_at}."),
            do=N_(
                "Check that the computer is on, that the Web Connector runs, that the app is ticked, and that "
                "“Auto-Run” is on."
            ),
        ),
        _rule(
            "fate_unknown",
            Severity.MEDIUM,
            pl.col("jobs_unknown") > 0,
            urgent=pl.col("jobs_stuck") > 0,
            what=N_("Changes that {app_name} sent to {company_name} and whose fate nobody knows: {jobs_unknown}."),
            do=N_(
                "They are sent again first when its connector calls; qbapps desktop jobs {id} shows what has to be "
                "looked up in QuickBooks."
            ),
            evidence=("jobs_stuck",),
        ),
        _rule(
            "jobs_failed",
            Severity.MEDIUM,
            ~_IS_OVER & (pl.col("jobs_failed") > 0),
            what=N_(
                "Requests of {app_name} that failed at {company_name} in 30 days: {jobs_failed}, the last on "
                "{job_failed_at}."
            ),
            do=N_("qbapps desktop jobs {id} says why each failed: correct them, and queue them again."),
        ),
        _rule(
            "people_unmapped",
            Severity.MEDIUM,
            (DesktopState.MAPPING_REQUIRED.value == _STATE) | (_STATE.is_in(_WORKS) & pl.col("unmapped").is_not_null()),
            what=N_("{app_name} cannot transfer hours to {company_name}: people have no payroll item ({unmapped})."),
            do=N_("Give each of them a payroll item in QuickBooks, or map one in the app."),
        ),
        _rule(
            "paused_for_long",
            Severity.LOW,
            (pl.col("state") == ConnectionState.PAUSED.value) & (pl.col("paused_days") >= thresholds.paused_for.days),
            what=N_("{app_name} at {company_name} has been paused since {paused_at}."),
            do=N_("Resume it with qbapps desktop resume {id}, or end it if it is not needed any more."),
            evidence=("paused_until",),
        ),
    )


def _ending(thresholds: Thresholds) -> tuple[Rule, ...]:
    is_late = pl.col("ended_days") >= thresholds.removal_for.days
    return (
        _rule(
            "still_calls",
            Severity.MEDIUM,
            _IS_OVER & is_late & _CALLS,
            what=N_(
                "{app_name} at {company_name} ended on {disconnected_at}, and its Web Connector still calls, last on "
                "{last_seen_at}."
            ),
            do=N_("Have it removed from that computer: qbapps desktop remove {id} says how."),
            evidence=("desktop_state",),
        ),
        _rule(
            "not_removed",
            Severity.LOW,
            (DesktopState.DEAUTHORIZED.value == _STATE) & is_late & ~_CALLS,
            what=N_("{app_name} at {company_name} ended on {disconnected_at}; nobody was asked to remove it there."),
            do=N_("qbapps desktop remove {id} puts the steps on the worklist."),
            evidence=("desktop_mode",),
        ),
        _rule(
            "removal_waits",
            Severity.LOW,
            (DesktopState.REMOVING.value == _STATE) & is_late & ~_CALLS,
            what=N_(
                "{app_name} at {company_name} ended on {disconnected_at}; nobody has confirmed that it was removed "
                "from its computer."
            ),
            do=N_("qbapps worklist has the steps: tick the task off once it is done."),
        ),
    )
