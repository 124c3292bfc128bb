"""What no longer works, or is about to end."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import polars as pl

from qbapps.audit.rule import PlanFor, Rule
from qbapps.domain.connection import Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.parties import Reach
from qbapps.domain.plan import PlanAction
from qbapps.domain.states import ConnectionState
from qbapps.language import N_

_HELD: Final = pl.col("state").is_in([ConnectionState.CONNECTED.value, ConnectionState.PAUSED.value]) & (
    pl.col("reach") == Reach.API.value
)


def rules(thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about tokens, consents and scopes."""
    token, cap = pl.col("refresh_expires_at"), pl.col("refresh_hard_expires_at")
    left, cap_left, none = pl.col("token_left"), pl.col("cap_left"), timedelta(0)
    has_ended = ((left <= none) | (cap_left <= none)).fill_null(value=False)
    return (
        Rule(
            name="needs_reconnect",
            severity=Severity.HIGH,
            # Who lost access cannot reconnect it: that is a finding about the owner. Desktop and banks have their own.
            when=(pl.col("kind") == Kind.ONLINE.value)
            & (pl.col("state") == ConnectionState.NEEDS_RECONNECT.value)
            & pl.col("cause").ne_missing(pl.lit(Cause.OWNER_LOST_ACCESS.value)),
            what=N_("{app_name} at {company_name} needs a reconnect. {cause}."),
            do=N_("Have {owner} reconnect it; qbapps explain {id} says why, and how."),
        ),
        Rule(
            name="access_ended",
            severity=Severity.HIGH,
            when=_HELD & has_ended,
            what=N_("The access of {app_name} to {company_name} has ended, idle or five years old."),
            do=N_("Have {owner} reconnect it: only a new consent helps."),
            evidence=("refresh_expires_at", "refresh_hard_expires_at"),
        ),
        Rule(
            name="token_ends",
            severity=Severity.MEDIUM,
            when=_HELD & ~has_ended & token.is_not_null() & (left <= thresholds.token_ends_in),
            urgent=left <= thresholds.token_urgent_in,
            what=N_("The access of {app_name} to {company_name} ends on {refresh_expires_at} unless it is refreshed."),
            do=N_("Run qbapps keepalive, every week: a refresh token lasts 100 days from its last use."),
            evidence=("refreshed_at", "token_days"),
        ),
        Rule(
            name="cap_ends",
            severity=Severity.MEDIUM,
            when=_HELD & ~has_ended & cap.is_not_null() & (cap_left <= thresholds.cap_ends_in),
            urgent=cap_left <= thresholds.cap_urgent_in,
            what=N_("The consent of {app_name} at {company_name} ends for good on {refresh_hard_expires_at}."),
            do=N_("Send {owner} a reconnect link before that day: after five years only a new consent helps."),
            evidence=("connected_at", "cap_days"),
        ),
        Rule(
            name="extra_scopes",
            severity=Severity.MEDIUM,
            when=_HELD & (pl.col("extra_scopes").list.len() > 0),
            what=N_("{app_name} at {company_name} may do more than the app declares: {extra_scopes}."),
            do=N_("Disconnect it and let the company consent anew, to no more than the app declares now."),
            plan=PlanFor(action=PlanAction.DISCONNECT, takes={"app": "app_id", "realm_id": "realm_id"}),
        ),
    )
