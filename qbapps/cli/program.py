"""The program: its name, its version, its commands."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from qbapps.cli import (
    applying,
    asking,
    auditing,
    bank,
    consents,
    demonstrating,
    desktop,
    disconnects,
    doctor,
    grants,
    keys,
    listing,
    parties,
    plans,
    receipts,
    simulating,
    trail,
    transfers,
    working,
)
from qbapps.cli.root import Root


def _version() -> str:
    try:
        return version("qbapps")
    except PackageNotFoundError:
        return "?"


@click.group(cls=Root, name="qbapps", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="qbapps")
def cli() -> None:
    """
    The life of the connections between apps and QuickBooks companies.

    Start with `qbapps demo`: it shows everything on this machine, with invented companies.

    Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 done in part, 4 nothing to do, 5 refused.
    """


for _command in (
    demonstrating.demo,
    keys.key,
    keys.db,
    doctor.doctor,
    parties.app,
    parties.firm,
    parties.client,
    parties.person,
    parties.import_,
    consents.connect,
    consents.complete,
    consents.reconnect,
    grants.grant,
    listing.list_,
    listing.token,
    trail.events,
    transfers.transfer,
    disconnects.disconnect,
    disconnects.pause,
    disconnects.resume,
    plans.plan,
    applying.apply,
    working.worklist,
    working.confirm,
    receipts.receipts,
    auditing.audit,
    desktop.desktop,
    bank.bank,
    asking.explain,
    asking.keepalive,
    simulating.simulate,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; exits the process."""
    cli.main()
