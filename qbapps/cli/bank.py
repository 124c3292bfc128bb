"""``bank``: bank connections under consent, and the statements that fill their gaps."""

from __future__ import annotations

import click

from qbapps.cli import (
    bank_connect,
    bank_correct,
    bank_dedupe,
    bank_find,
    bank_hints,
    bank_import,
    bank_plan,
    bank_prove,
    bank_remind,
    bank_repair,
    bank_status,
)
from qbapps.cli.root import Group


@click.group(cls=Group)
def bank() -> None:
    """
    Repair bank connections without losing an operation or importing one twice.

    \b
    qbapps bank repair
    qbapps bank connect "Crédit Agricole" --realm 9130350000000002 --authenticated 2026-11-22
    qbapps bank status
    qbapps bank find "crédit agricole"
    qbapps bank dedupe march.ofx --known register.csv --account 512000 -o upload
    qbapps bank prove march.csv --opening 1000.00 --closing 900.00
    """


for _command in (
    bank_connect.connect,
    bank_connect.record,
    bank_correct.correct,
    bank_import.import_,
    bank_status.status,
    bank_repair.repair,
    bank_plan.plan,
    bank_hints.hints,
    bank_find.find,
    bank_dedupe.dedupe,
    bank_prove.prove,
    bank_remind.remind,
):
    bank.add_command(_command)
