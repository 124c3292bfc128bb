"""Statements for ``bank`` commands: how they are read, of which accounts they are, and how their rows are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from qbapps.cli import bank_options, views
from qbapps.language import Words

if TYPE_CHECKING:
    from qbapps.banks import Row, Statement

F = TypeVar("F", bound=Callable[..., Any])

STATEMENT: Final = click.Path(exists=True, dir_okay=False, path_type=Path)

_READING: Final = (
    click.option(
        "--order", type=click.Choice(bank_options.ORDERS), help="How a FILE writes dates, where it does not tell."
    ),
    click.option(
        "--decimal", type=click.Choice(bank_options.MARKS), help="What it has before decimals, where it does not tell."
    ),
    click.option("--reverse-signs", is_flag=True, help="It writes money that leaves as positive, as some cards do."),
)


def reading(command: F) -> F:
    """Give *command* what a statement may leave open."""
    for option in reversed(_READING):
        command = option(command)
    return command


def of_files(how: dict[str, Any]) -> dict[str, Any]:
    """Return how the statement itself is read."""
    return {name: how[name] for name in ("order", "decimal", "reverse_signs")}


def of_known(how: dict[str, Any]) -> dict[str, Any]:
    """Return how is read what is known already."""
    return {
        "order": how["known_order"] or how["order"],
        "decimal": how["known_decimal"] or how["decimal"],
        "reverse_signs": how["known_reverse_signs"],
    }


def read(path: Path, account: str | None, **how: Any) -> Statement:
    """
    Return what a file says.

    Raises:
        StatementError: It cannot be read without guessing.
    """
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without

    return banks.statement(path, account, **how)


def accounts_of(read_: Iterable[Statement]) -> set[str | None]:
    """Return what the accounts of the rows are called."""
    return {row.account for one in read_ for row in one.rows}


def check_accounts(offered: Sequence[Statement], known: Sequence[Statement]) -> None:
    """
    Refuse rows of which some name their account and others do not.

    Raises:
        UsageError: It cannot be told whether they are of one account.
    """
    named = {account is not None for account in accounts_of((*offered, *known))}
    if len(named) > 1:
        raise click.UsageError("some files name their account, and others do not: name it for all with --account")


def line(row: Row, words: Words) -> str:
    """Return the day, the amount, the text and the account of a row, on one line."""
    from qbapps.banks.remarks import amount_in_words  # noqa: PLC0415 - other commands start faster without

    amount = amount_in_words(row.amount, words)
    cells = (
        row.date.isoformat(),
        f"{amount} {row.currency}" if row.currency else amount,
        views.cell(row.text).plain if row.text else "",
        views.cell(row.account).plain if row.account else "",
    )
    return " · ".join(cell for cell in cells if cell)
