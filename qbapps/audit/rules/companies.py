"""Companies that are closed, or whose edition of QuickBooks has ended."""

from __future__ import annotations

import polars as pl

from qbapps.audit.rule import PlanFor, Rule
from qbapps.domain.connection import Kind
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.plan import PlanAction
from qbapps.domain.subscriptions import INACTIVE
from qbapps.language import N_


def rules(_thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about companies."""
    return (
        Rule(
            name="company_closed",
            severity=Severity.HIGH,
            when=pl.col("is_alive") & pl.col("subscription_status").str.to_uppercase().is_in(sorted(INACTIVE)),
            what=N_("{company_name} has no running subscription ({subscription_status}), and {app_name} is connected."),
            do=N_("Ask whether it will renew; if not, disconnect its apps while they can still be disconnected."),
            plan=PlanFor(action=PlanAction.DISCONNECT, takes={"realm_id": "realm_id"}),
        ),
        Rule(
            name="edition_ended",
            severity=Severity.HIGH,
            # A bank has a finding of its own: it has no developer.
            when=pl.col("is_alive") & (pl.col("kind") != Kind.BANK.value) & pl.col("edition_ended_on").is_not_null(),
            what=N_("QuickBooks ended in {country} on {edition_ended_on}; {app_name} at {company_name} is connected."),
            do=N_("Disconnect it, and ask the app's developer to delete what it has received."),
            plan=PlanFor(action=PlanAction.DISCONNECT, takes={"realm_id": "realm_id"}),
        ),
    )
