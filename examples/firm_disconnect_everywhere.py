"""
Disconnect one app for all clients of a firm, with progress and a receipt for each.

    qbapps simulate --port 8300 --clients 6            # in one terminal
    export QBAPPS_STORE=sqlite:///examples.db          # in another
    python examples/sample_store.py                    # connections to work on
    python examples/firm_disconnect_everywhere.py durand dext          # shows what would happen
    python examples/firm_disconnect_everywhere.py durand dext --yes    # does it

Stopped half-way, it can be run again: what is disconnected keeps its first receipt, and a
disconnect without proof is tried again. The receipts go to receipts.csv.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import qbapps

REASONS = [reason.value for reason in qbapps.Reason]


def disconnect_all(
    qb: qbapps.QBApps, connections: Iterable[qbapps.Connection], *, reason: str, by: str | None
) -> tuple[list[qbapps.Disconnection], list[qbapps.QBAppsError]]:
    """Disconnect each connection; one that fails stops no other."""
    receipts, errors = [], []
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(qb.disconnect, one.id, reason=reason, by=by) for one in connections]
        for number, future in enumerate(as_completed(asked), start=1):
            try:
                receipt = future.result()
            except qbapps.QBAppsError as error:
                errors.append(error)
                said = error.message
            else:
                receipts.append(receipt)
                said = f"{receipt.company_name}: {receipt.proof or receipt.state}"
            print(f"[{number}/{len(asked)}] {said}", file=sys.stderr)
    return receipts, errors


def write_receipts(path: Path, receipts: Iterable[qbapps.Disconnection]) -> None:
    """Write one line per receipt."""
    columns = ("id", "company_name", "realm_id", "owner", "state", "proof", "intuit_tid", "task_id", "ended_at")
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(columns)
        lines.writerows([getattr(receipt, column) for column in columns] for receipt in receipts)


def main(arguments: list[str] | None = None) -> int:
    """Run it; return 0 when every connection is proven ended, 3 when something is left to people."""
    parser = argparse.ArgumentParser(description="Disconnect one app for all clients of a firm.")
    parser.add_argument("firm")
    parser.add_argument("app")
    parser.add_argument("--reason", default="service_ending", choices=REASONS)
    parser.add_argument("--by", help="who asks for it; kept in the trail")
    parser.add_argument("--yes", action="store_true", help="do it")
    parser.add_argument("--receipts", type=Path, default=Path("receipts.csv"))
    options = parser.parse_args(arguments)
    with qbapps.open() as qb:
        connections = tuple(qb.connections(firm=options.firm, app=options.app, level="client"))
        for one in connections:
            print(f"{one.company_name}  {one.owner.email if one.owner else '-'}  {one.state}  {one.reach}")
        if not options.yes:
            print(f"{len(connections)} connections. Nothing was done; add --yes to disconnect them.")
            return 0
        receipts, errors = disconnect_all(qb, connections, reason=options.reason, by=options.by)
        write_receipts(options.receipts, receipts)
        left = [one for one in receipts if one.state != "done"]
        print(f"{len(receipts) - len(left)} disconnected, {len(left)} left to people, {len(errors)} failed.")
        print(f"The receipts are in {options.receipts}; what people have to do: qbapps worklist --firm {options.firm}")
    return 3 if left or errors else 0


if __name__ == "__main__":
    sys.exit(main())
