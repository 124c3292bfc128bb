"""``bank prove``: whether the operations of a statement are all that happened between two balances."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from qbapps.cli import bank_documents, bank_options, bank_rows, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session

if TYPE_CHECKING:
    from qbapps.banks import Proof, Statement, StatementAccount


@attrs.frozen
class _Proven:
    """One account, and what its balances prove."""

    account: StatementAccount
    rows: int
    proof: Proof


@click.command(cls=Command)
@click.argument("file", type=bank_rows.STATEMENT)
@click.option(
    "--opening",
    type=bank_options.Money(),
    metavar="AMOUNT",
    help="What it held before the first. Default: as FILE says.",
)
@click.option(
    "--closing", type=bank_options.Money(), metavar="AMOUNT", help="What it held after the last. Default: as FILE says."
)
@click.option("--account", metavar="ACCOUNT", help="What the account is called; of a file with several, which one.")
@bank_rows.reading
@pass_session
def prove(
    session: Session,
    /,
    file: Path,
    opening: Decimal | None,
    closing: Decimal | None,
    account: str | None,
    **how: Any,
) -> None:
    """
    Prove by balances that no operation of FILE is missing and none is there twice.

    Exit code 0 when it is proven, 3 when no balance tells, 1 when a balance says otherwise: by how much, and from
    which day on.

    \b
    qbapps bank prove march.csv --opening 1000.00 --closing 900.00
    """
    read = bank_rows.read(file, account, **how)
    several = len(read.accounts) > 1
    if several and not (opening is None and closing is None):
        names = ", ".join(str(one.account or one.currency) for one in read.accounts)
        raise click.UsageError(f"balances are of one account, and {file} has several: {names}; name one with --account")
    found = _proofs(read, opening, closing)
    proven = {one.proof.proven for one in found}
    verdict = False if False in proven else None if None in proven else True
    if session.as_json:
        session.document(
            {
                "file": file,
                "proven": verdict,
                "accounts": [
                    {
                        "account": one.account.account,
                        "currency": one.account.currency,
                        "operations": one.rows,
                        **bank_documents.proof(one.proof, session.language),
                    }
                    for one in found
                ],
            }
        )
    else:
        for one in found:
            _show(session, one)
    if verdict is not True:
        raise Ended(Exit.IN_PART if verdict is None else Exit.FAILED)


def _proofs(read: Statement, opening: Decimal | None, closing: Decimal | None) -> list[_Proven]:
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without

    found = []
    for one in read.accounts or (banks.StatementAccount(),):
        rows = [row for row in read.rows if (row.account, row.currency) == (one.account, one.currency)]
        rows = rows if len(read.accounts) > 1 else list(read.rows)
        before = one.opening if opening is None else opening
        after = one.closing if closing is None else closing
        found.append(_Proven(one, len(rows), banks.prove(before, rows, after)))
    return found


def _show(session: Session, one: _Proven) -> None:
    _ = session.words
    title = " · ".join(
        part
        for part in (one.account.account, one.account.currency, _.plural("{n} operation", "{n} operations", one.rows))
        if part
    )
    session.out.print(views.cell(title, "bold"))
    style = {True: "green", False: "bold red", None: "yellow"}[one.proof.proven]
    for number, reason in enumerate(one.proof.reasons):
        views.indented(session.out, reason.said(session.language), mark="•", style=style if number == 0 else "")
