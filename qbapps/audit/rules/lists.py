"""Where the firm's own list and what is known here do not agree."""

from __future__ import annotations

from typing import Final

import polars as pl

from qbapps.audit.rule import PlanFor, Rule
from qbapps.domain.connection import Kind
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.parties import Reach
from qbapps.domain.plan import PlanAction
from qbapps.domain.states import ConnectionState
from qbapps.language import N_

_LISTED_GONE: Final = (pl.col("listed_state") == ConnectionState.DISCONNECTED.value).fill_null(value=False)


def rules(_thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about inventories."""
    listed_at = pl.col("listed_at")
    this_one = PlanFor(action=PlanAction.DISCONNECT, takes={"app": "app_id", "realm_id": "realm_id"})
    return (
        Rule(
            name="still_listed",
            severity=Severity.MEDIUM,
            when=~pl.col("is_alive")
            & listed_at.is_not_null()
            & ~_LISTED_GONE
            & (listed_at >= pl.col("disconnected_at")).fill_null(value=True)
            # One of QuickBooks Desktop, and a bank, is in its firm's list from the beginning: only a later one counts.
            & ((pl.col("kind") == Kind.ONLINE.value) | (listed_at > pl.col("disconnected_at"))),
            what=N_("{app_name} at {company_name} is disconnected here, and the list of {listed_at} still has it."),
            do=N_("Look in QuickBooks: disconnect it there if it is really there, else correct the list."),
            evidence=("disconnected_at",),
        ),
        Rule(
            name="listed_as_gone",
            severity=Severity.MEDIUM,
            when=pl.col("is_alive")
            & _LISTED_GONE
            & (pl.col("connected_at").is_null() | (listed_at >= pl.col("connected_at"))),
            what=N_("The list of {listed_at} says that {app_name} at {company_name} is disconnected, and it is not."),
            do=N_("Look in QuickBooks; disconnect it here too if it is not wanted, else correct the list."),
            plan=this_one,
        ),
        Rule(
            name="not_listed",
            severity=Severity.LOW,
            when=pl.col("is_alive")
            & (pl.col("reach") == Reach.API.value)
            # Lists come in parts: what an earlier one named is left alone, and what is newer than the list.
            & listed_at.is_null()
            & (pl.col("company_listed_at") > pl.col("connected_at")).fill_null(value=False),
            what=N_("{app_name} is connected to {company_name}, and the list of {company_listed_at} does not name it."),
            do=N_("Put it into the list, or disconnect it if nobody knows what it is for."),
            plan=this_one,
        ),
        Rule(
            name="dropped_from_list",
            severity=Severity.LOW,
            when=pl.col("is_alive")
            & (pl.col("reach") == Reach.HAND.value)
            # Lists are of apps: they leave out every bank.
            & (pl.col("kind") != Kind.BANK.value)
            & (listed_at < pl.col("company_listed_at")).fill_null(value=False),
            what=N_(
                "The list of {company_listed_at} leaves out {app_name} at {company_name}, last listed on {listed_at}."
            ),
            do=N_("Look in QuickBooks: put it back into the list if it is there, else list it as disconnected."),
        ),
        Rule(
            name="never_confirmed",
            severity=Severity.LOW,
            # A connector of QuickBooks Desktop says by itself how it is, and of a bank somebody has recorded it.
            when=pl.col("is_alive")
            & (pl.col("reach") == Reach.HAND.value)
            & (pl.col("kind") == Kind.ONLINE.value)
            & pl.col("confirmed_at").is_null(),
            what=N_("{app_name} at {company_name} is known from a list only; nobody has confirmed it."),
            do=N_("Let somebody look in QuickBooks, then run qbapps confirm {id} --by WHO."),
        ),
    )
