"""
Disconnect one app for all clients of a firm: decide, look, carry out, prove.

    qbapps simulate --port 8300 --clients 6            # in one terminal
    export QBAPPS_STORE=sqlite:///examples.db          # in another
    python examples/sample_store.py                    # connections to work on
    python examples/firm_disconnect_everywhere.py durand dext          # shows what would happen
    python examples/firm_disconnect_everywhere.py durand dext --yes    # does it

The first run saves what was decided in disconnect-durand-dext.json; later ones go by that file.
Stopped or killed half-way, run it again: what is done is not done twice, and nothing is skipped.
Row by row it is in the .csv of the same name, and the receipts, to be printed, are in the .html.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import qbapps

REASONS = [reason.value for reason in qbapps.Reason]


def decide(qb: qbapps.QBApps, options: argparse.Namespace) -> tuple[qbapps.Plan, Path]:
    """Return the plan that was made before, or a new one, and its file."""
    path = Path(f"disconnect-{options.firm}-{options.app}.json")
    if path.exists():
        return qb.load_plan(path), path
    plan = qb.plan_disconnect(
        firm=options.firm,
        app=options.app,
        level="client",
        reason=options.reason,
        deadline=options.deadline,
        by=options.by,
    )
    return plan, qb.save_plan(plan, path)


def show(plan: qbapps.Plan) -> None:
    """Print what was decided, and how long it takes."""
    for item in plan.items:
        owner = item.owner.email if item.owner else None
        print(f"{item.company_name}  {owner or '-'}  {item.outcome}  {item.reach}")
    for item in plan.skipped:
        print(f"{item.company_name}  left out: {item.note}")
    reckoned = plan.estimate
    seconds = reckoned.takes.total_seconds()
    print(f"{len(plan.items)} connections, {reckoned.by_hand} of them by hand; about {seconds:.0f} seconds.")
    if not reckoned.fits:
        print(f"{reckoned.late} will not have begun by {reckoned.deadline}.")


def carry_out(qb: qbapps.QBApps, plan: qbapps.Plan) -> qbapps.PlanReport:
    """Apply the plan, or what is left of it, and return where it stands."""

    def tell(so_far: qbapps.Progress) -> None:
        print(f"[{so_far.done}/{so_far.total}] {so_far.failed} failed", file=sys.stderr)

    try:
        return qb.apply(plan.id, progress=tell)
    except qbapps.PlanIncomplete as stopped:  # interrupted, or other connections turned out to die of it
        print(f"{stopped.message} {stopped.hint}", file=sys.stderr)
        return qb.plan_report(plan.id)


def prove(qb: qbapps.QBApps, report: qbapps.PlanReport, path: Path) -> None:
    """Write the rows and the receipts, and print the outcome."""
    rows = qb.write_plan_report(report, path.with_suffix(".csv"))
    settled = qb.receipts(plan=report.plan_id)
    receipts = [one for one in settled if isinstance(one, qbapps.Disconnection)]
    pages = qb.write_receipts(path.with_suffix(".html"), disconnections=receipts)
    proven = sum(one.proof == "refused_after_revoke" for one in receipts)
    print(", ".join(f"{count} {outcome}" for outcome, count in report.counts.items()) + f"; {proven} proven.")
    print(f"Row by row: {rows}; receipts: {pages}; what people have to do: qbapps worklist")


def main(arguments: list[str] | None = None) -> int:
    """Run it; return 0 when nothing is left, 3 when something is left to people or to the next run."""
    parser = argparse.ArgumentParser(description="Disconnect one app for all clients of a firm.")
    parser.add_argument("firm")
    parser.add_argument("app")
    parser.add_argument("--reason", default="service_ending", choices=REASONS)
    parser.add_argument("--by", help="e-mail address of who asks for it; kept in the trail")
    day = lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)  # noqa: E731
    parser.add_argument("--deadline", type=day, help="by when, in UTC: 2026-12-29T18:00")
    parser.add_argument("--yes", action="store_true", help="do it")
    options = parser.parse_args(arguments)
    with qbapps.open() as qb:
        plan, path = decide(qb, options)
        show(plan)
        if not options.yes:
            print(f"Nothing was done; it is planned in {path}. Look at it, then add --yes.")
            return 0
        report = carry_out(qb, plan)
        prove(qb, report, path)
    return 0 if report.is_complete else 3


if __name__ == "__main__":
    sys.exit(main())
