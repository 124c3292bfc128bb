"""``grant``: what Intuit granted and nobody could check, or decide on, yet."""

from __future__ import annotations

import click

from qbapps.cli import views
from qbapps.cli.consents import show_connection
from qbapps.cli.exits import Exit
from qbapps.cli.root import Group
from qbapps.cli.session import Ended, Session, pass_session


@click.group(cls=Group)
def grant() -> None:
    """Look at consents that are kept because they could not be checked, or were not the ones expected."""


@grant.command("list")
@pass_session
def list_(session: Session) -> None:
    """List them, with why each is kept."""
    _ = session.words
    kept = session.qb.unverified_grants()
    if session.as_json:
        session.lines(
            {
                "id": one.id,
                "app_id": one.app_id,
                "claimed_realm_id": one.claimed_realm_id,
                "realm_id": one.realm_id,
                "company_name": one.company_name,
                "email": one.email,
                "why": one.why,
                "received_at": one.received_at,
            }
            for one in kept
        )
    else:
        for one in kept:
            views.facts(
                session.out,
                (
                    (_("Grant"), one.id),
                    (_("App"), one.app_id),
                    (_("Company"), one.company_name),
                    (_("Company number"), one.realm_id or one.claimed_realm_id),
                    (_("Person"), one.email or one.sub),
                    (_("Received"), _.date(one.received_at)),
                ),
            )
    if not kept:
        session.say(_("No grant waits for a decision."))
        raise Ended(Exit.NOTHING)


@grant.command("adopt")
@click.argument("grant_id", metavar="GRANT")
@pass_session
def adopt(session: Session, grant_id: str) -> None:
    """Check GRANT again and let it become its connection; no check is skipped."""
    show_connection(session, session.qb.adopt(grant_id))


@grant.command("discard")
@click.argument("grant_id", metavar="GRANT")
@pass_session
def discard(session: Session, grant_id: str) -> None:
    """Destroy GRANT here; it is revoked at Intuit only where no live connection can suffer."""
    session.qb.discard(grant_id)
    _ = session.words
    session.tell(_("{id} is destroyed here.", id=grant_id))
    if session.as_json:
        session.document({"id": grant_id, "state": "discarded"})
