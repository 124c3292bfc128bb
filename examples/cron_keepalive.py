"""
Keep idle connections alive, once a day, and print what needs a person.

    qbapps simulate --port 8300 --clients 6            # in one terminal
    export QBAPPS_STORE=sqlite:///examples.db          # in another
    python examples/sample_store.py                    # connections to keep alive
    python examples/cron_keepalive.py --log keepalive.log

As a line of a crontab; cron mails what is printed, so there is a mail only when somebody has to act:

    MAILTO=you@firm.example
    17 4 * * *  . /etc/qbapps.env && /opt/app/.venv/bin/python /opt/app/cron_keepalive.py --log /var/log/qbapps.log

where /etc/qbapps.env, readable by that user only, exports QBAPPS_STORE and QBAPPS_KEY. Two runs at
once do no harm, and one that was killed is carried on by the next.

Exit code: 0 all is well, 1 failed, 3 somebody has to act.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta

import qbapps

logger = logging.getLogger("keepalive")


def run(qb: qbapps.QBApps, within: timedelta) -> qbapps.RefreshReport:
    """Carry on what a crash interrupted, do what is due, and refresh what would end within *within*."""
    recovered = qb.recover()
    for about, why in recovered.failed:
        logger.warning("%s could not be carried on: %s", about, why)
    for receipt in qb.run_due():
        logger.info("%s: %s", receipt.id, receipt.state)
    report = qb.refresh_due(within=within)
    for connection_id, why in report.failed:
        logger.warning("%s was not refreshed: %s", connection_id, why)
    for app_id, why in report.stopped:
        logger.warning("The other connections of %s were left alone: %s", app_id, why)
    logger.info("%d refreshed, %d left for the next run", len(report.refreshed), len(report.left))
    return report


def for_people(qb: qbapps.QBApps, report: qbapps.RefreshReport) -> Iterator[str]:
    """Give a line for everything that only a person can mend."""
    for app_id, why in report.stopped:
        if why == "wrong_keys":
            yield f"{app_id}: Intuit refuses its client id or secret. Look at them in Intuit's developer portal."
    for one in qb.connections(state="needs_reconnect"):
        yield f"{one.company_name} ({one.app_id}, {one.id}): {qb.explain(one.id).next_step}"
    for connection_id in report.expiring:
        one = qb.connection(connection_id)
        end = one.refresh_hard_expires_at
        yield f"{one.company_name} ({one.app_id}, {one.id}) ends for good on {end:%Y-%m-%d}: its owner must reconnect."


def main(arguments: list[str] | None = None) -> int:
    """Run it once and return the exit code."""
    parser = argparse.ArgumentParser(description="Keep idle connections alive.")
    parser.add_argument("--within-days", type=int, default=30, help="refresh what would end so soon")
    parser.add_argument("--log", help="file to write to; nothing is logged without it")
    options = parser.parse_args(arguments)
    if options.log:
        logging.basicConfig(filename=options.log, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        with qbapps.open() as qb:
            report = run(qb, timedelta(days=options.within_days))
            lines = list(for_people(qb, report))
    except qbapps.QBAppsError as error:
        logger.exception("The run failed")
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 1
    for line in lines:
        print(line)
    return 3 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
