"""``plan``: what is to be done to many connections, decided and looked at before anything happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import click

from qbapps.cli import plan_results, plan_views, views
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import WithReasons, choosing, loaded, making
from qbapps.cli.root import Group
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.disconnection import Reason
from qbapps.domain.plan import OPEN, Outcome, PlanHead
from qbapps.domain.whole_plan import Plan
from qbapps.language import labels


@click.group(cls=Group)
def plan() -> None:
    """
    Decide what is to be done to many connections; nothing happens before qbapps apply.

    \b
    qbapps plan disconnect --firm FIRM --app APP -o plan.json
    qbapps plan transfer --owner EMAIL --to EMAIL -o plan.json
    qbapps plan show plan.json
    qbapps apply plan.json
    qbapps plan cancel plan.json
    """


@plan.command("disconnect", cls=WithReasons)
@choosing
@click.option(
    "--reason",
    type=click.Choice([one.value for one in Reason]),
    default=Reason.NO_LONGER_NEEDED.value,
    show_default=True,
)
@click.option("--comment", help="Kept on every receipt.")
@making
@pass_session
def disconnect(session: Session, /, output: Path | None, **wanted: Any) -> None:
    """Decide which connections are to be disconnected; filters combine with AND. Exit code 4 when none is left."""
    _made(session, session.qb.plan_disconnect(**wanted), output)


@plan.command("transfer")
@choosing
@click.option("--to", required=True, metavar="EMAIL", help="The new owner.")
@making
@pass_session
def transfer(session: Session, /, output: Path | None, **wanted: Any) -> None:
    """Decide which connections a new owner is to take over; filters combine with AND. Exit code 4 when none is left."""
    _made(session, session.qb.plan_transfer(**wanted), output)


def _made(session: Session, made: Plan, output: Path | None) -> None:
    if output is not None:
        session.qb.save_plan(made, output)
    if session.as_json:
        session.document({**document(made), "file": output})
    else:
        plan_views.show(session, made)
        _next(session, made, str(output or made.id))
    if not made.items:
        raise Ended(Exit.NOTHING)


def _next(session: Session, made: Plan, name: str) -> None:
    _ = session.words
    session.tell("")
    if not made.items:
        session.tell(_("There is nothing to do."), "bold")
        return
    is_begun = any(item.outcome is not Outcome.PLANNED for item in made.items)
    session.tell(
        _("To go on, or to see what has come of it since:") if is_begun else _("Nothing was done. To carry it out:")
    )
    session.raw(f"  qbapps apply {plan_results.quoted(name)}")


@plan.command("show")
@click.argument("name", metavar="FILE")
@pass_session
def show(session: Session, name: str) -> None:
    """Show the plan of a file, or of an id, and where it stands; nothing is done."""
    found = loaded(session, name)
    counts = session.qb.plan_report(found.id).counts
    if session.as_json:
        session.document({**document(found), "counts": counts})
    else:
        plan_views.show(session, found)
        if found.items:
            plan_results.standing(session, counts)
        if set(counts) & set(OPEN):
            _next(session, found, name)
    if not found.items:
        raise Ended(Exit.NOTHING)


@plan.command("list")
@pass_session
def list_(session: Session) -> None:
    """List the plans that were made, the newest last."""
    _ = session.words
    heads = session.qb.plans()
    if session.as_json:
        session.lines({**_head(head), "counts": session.qb.plan_report(head.id).counts} for head in heads)
    elif heads:
        rows = [
            (
                head.id,
                labels.label(head.action, _.language),
                _.number(head.total),
                plan_results.told(session.qb.plan_report(head.id).counts, _),
                _.day(head.created_at),
            )
            for head in heads
        ]
        headings = (_("Plan"), _("What"), _("Rows"), _("Outcome"), _("Made on"))
        session.out.print(views.table(headings, rows, whole=(0,), right=(2,)))
    if not heads:
        session.say(_("There is no plan."))
        raise Ended(Exit.NOTHING)


@plan.command("cancel")
@click.argument("name", metavar="FILE")
@click.option("--by", metavar="WHO", help="Who calls it off; kept in the trail.")
@pass_session
def cancel(session: Session, name: str, by: str | None) -> None:
    """
    Call off what is left of a plan: links that wait stop working, and what was done stays done.

    Disconnects by hand stay on the worklist: they are in force here.
    """
    _ = session.words
    report = session.qb.cancel_plan(loaded(session, name).id, by=by)
    if session.as_json:
        session.document({"plan_id": report.plan_id, "counts": report.counts})
        return
    session.tell(_("The plan {id} is called off; what was done stays done.", id=report.plan_id))
    plan_results.standing(session, report.counts)


def document(found: Plan) -> dict[str, Any]:
    """Return *found* as ``--json`` shows it."""
    return {
        "plan": _head(found.head),
        "rows": found.items,
        "skipped": found.skipped,
        "at_risk": [item.number for item in found.at_risk],
        "by_hand": [item.number for item in found.by_hand],
        "estimate": {**attrs.asdict(found.estimate), "fits": found.estimate.fits},
    }


def _head(head: PlanHead) -> dict[str, Any]:
    return {name: value for name, value in attrs.asdict(head, recurse=False).items() if name != "signature"}
