"""Who owns what, and who should not."""

from __future__ import annotations

from typing import Final

import polars as pl

from qbapps.audit.rule import PlanFor, Rule
from qbapps.domain.connection import Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.findings import Severity, Thresholds
from qbapps.domain.parties import Level, Role
from qbapps.domain.plan import PlanAction
from qbapps.language import N_

_ALIVE: Final = pl.col("is_alive")
# A bank's consent is its customer's own: it goes with their login, not with their role, and nobody can take it over.
_IS_OWNED: Final = _ALIVE & (pl.col("kind") != Kind.BANK.value)
_IS_GONE: Final = pl.col("owner_is_gone")
_THEIRS: Final = PlanFor(
    action=PlanAction.TRANSFER, takes={"to": "new_owner", "firm": "left_firm", "owner": "owner_id"}
)
_THIS_ONE: Final = PlanFor(
    action=PlanAction.TRANSFER, takes={"to": "new_owner", "app": "app_id", "realm_id": "realm_id"}
)
_NO_ADMIN: Final = [Role.STANDARD.value, Role.TEAM_MEMBER.value]


def rules(thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules about owners."""
    return (
        Rule(
            name="owner_gone",
            severity=Severity.HIGH,
            when=_IS_OWNED & _IS_GONE,
            what=N_("{owner} left on {owner_left_on} and still owns {app_name} at {company_name}."),
            do=N_("Transfer all that {owner} owns before the user is removed from QuickBooks: it stops working then."),
            plan=_THEIRS,
        ),
        Rule(
            name="owner_no_admin",
            severity=Severity.HIGH,
            when=_IS_OWNED
            & ~_IS_GONE
            & (
                (pl.col("cause") == Cause.OWNER_LOST_ACCESS.value).fill_null(value=False)
                | pl.col("owner_known_role").is_in(_NO_ADMIN).fill_null(value=False)
            ),
            what=N_("The owner of {app_name} at {company_name} ({owner}) is no admin there any more."),
            do=N_("Transfer it to an admin of the company, or let the company make {owner} one again."),
            evidence=("owner_known_role", "cause"),
            plan=_THIS_ONE,
        ),
        Rule(
            name="not_the_primary_admin",
            severity=Severity.MEDIUM,
            when=_IS_OWNED
            & ~_IS_GONE
            & (pl.col("level") == Level.CLIENT.value)
            & pl.col("firm_primary_admin").is_not_null()
            & pl.col("owner_email_folded").is_not_null()
            & ~pl.col("owner_is_primary_admin"),
            what=N_("{app_name} at the client {company_name} belongs to {owner}, not to the firm's primary admin."),
            do=N_("Transfer it to {firm_primary_admin}: in QuickBooks a firm's primary admin manages clients' apps."),
            plan=_THIS_ONE,
        ),
        Rule(
            name="owns_many",
            severity=Severity.MEDIUM,
            when=_IS_OWNED & pl.col("owner").is_not_null(),
            per=("owner",),
            at_least=thresholds.owned + 1,
            what=N_("{owner} owns {count} connections: they all break when that person leaves."),
            do=N_("Share them between several admins, and plan their transfer before anybody leaves."),
            plan=PlanFor(action=PlanAction.TRANSFER, takes={"firm": "firm_id", "owner": "owner_id"}),
        ),
        Rule(
            name="owner_unknown",
            severity=Severity.LOW,
            # A connection to QuickBooks Desktop belongs to a company file, and to nobody.
            when=_ALIVE & pl.col("owner").is_null() & (pl.col("kind") == Kind.ONLINE.value),
            what=N_("Nobody knows who owns {app_name} at {company_name}."),
            do=N_("Ask for the openid and email scopes at its next consent, or put the owner into your list."),
        ),
    )
