"""What nobody uses, and what does the same twice."""

from __future__ import annotations

import polars as pl

from qbapps.audit.rule import PlanFor, Rule
from qbapps.domain.connection import Kind
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.plan import PlanAction
from qbapps.domain.states import ConnectionState
from qbapps.language import N_


def rules(thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about use."""
    return (
        Rule(
            name="unused",
            severity=Severity.MEDIUM,
            # Of a bank only what was recorded is known: it has a finding of its own.
            when=(pl.col("state") == ConnectionState.CONNECTED.value)
            & (pl.col("kind") != Kind.BANK.value)
            & (pl.col("unused_days") >= thresholds.unused_for.days),
            what=N_("Nobody has used {app_name} at {company_name} since {last_use_on}."),
            do=N_("Ask {owner} whether it is still needed; disconnect it if not."),
            evidence=("unused_days",),
            plan=PlanFor(action=PlanAction.DISCONNECT, takes={"app": "app_id", "realm_id": "realm_id"}),
        ),
        Rule(
            name="same_purpose",
            severity=Severity.LOW,
            when=pl.col("is_alive")
            & (pl.col("kind") != Kind.BANK.value)
            & pl.col("category_key").is_not_null()
            & pl.col("company_key").is_not_null()
            & ~pl.col("is_repeat").fill_null(value=False),
            per=("company_key", "category_key"),
            at_least=2,
            what=N_("{company_name} has {count} apps for the same purpose ({category}): {apps}."),
            do=N_("Ask the company which one it works with, and disconnect the others."),
        ),
    )
