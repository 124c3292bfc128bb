"""What ``bank`` commands are given: days, lengths of time, amounts, and the days of each account's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import click

from qbapps.cli import bank_words
from qbapps.cli.root import Command
from qbapps.domain.banks import spans
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.spans import Span
from qbapps.errors import ConfigurationError
from qbapps.system import SystemClock

F = TypeVar("F", bound=Callable[..., Any])

REGIMES: Final = tuple(one.upper() for one in Regime)
CAUSES: Final = tuple(bank_words.CAUSES)
SOURCES: Final = ("tab", "file", "api_cleared", "api_any")
TABS: Final = ("review", "booked", "excluded", "deleted")
ORDERS: Final = ("dmy", "mdy", "ymd")
MARKS: Final = (",", ".")


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """An option that takes a day as ``2022-03-09``: it means the same in every language."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read ``2022-03-09``."""
        if isinstance(value, date):
            return value
        try:
            return _day(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2022-03-09", param, ctx)


class Length(click.ParamType):  # type: ignore[type-arg]  # as above
    """An option that takes ``24 months``, ``90 days`` or the like."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        """Read ``24 months``."""
        try:
            return spans.read(value)
        except ConfigurationError:
            self.fail(f'{value!r} is no length of time; write "24 months" or "90 days"', param, ctx)


class Money(click.ParamType):  # type: ignore[type-arg]  # as above
    """An option that takes an amount that can be read in one way only."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read ``-1234.50``, ``1 234,50`` and the like."""
        if isinstance(value, Decimal):
            return value
        from qbapps.banks.statements import amounts  # noqa: PLC0415 - other commands start faster without
        from qbapps.banks.statements.cells import Cell  # noqa: PLC0415 - the same
        from qbapps.banks.statements.problems import Unreadable  # noqa: PLC0415 - the same

        try:
            (found,) = amounts.read_column([Cell(str(value), 1, "")])
        except Unreadable as problem:
            if problem.seen is not None and " or " in problem.reason:
                self.fail(f"{value!r} can be read in two ways; write 1234.50", param, ctx)
            found = None
        if found is None:
            self.fail(f"{value!r} is no amount; write 1234.50", param, ctx)
        return found.value


@attrs.frozen
class AccountDays:
    """Days of one account's rows, as they were typed; none is an answer too."""

    account: str
    days: tuple[date, ...]


class DaysOfAccount(click.ParamType):  # type: ignore[type-arg]  # as above
    """An option that takes ``512000=2022-03-09,2022-03-04``; without a day, that there is no such row."""

    name = "account=date,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> AccountDays:
        """Read an account and its days."""
        if isinstance(value, AccountDays):
            return value
        account, equals, typed = str(value).rpartition("=")
        if not equals or not account.strip():
            self.fail(f"{value!r} names no account; write 512000=2022-03-09", param, ctx)
        try:
            days = tuple(_day(one) for one in typed.split(",") if one.strip())
        except ValueError:
            self.fail(f"{typed!r} is no day; write 512000=2022-03-09, or more with commas", param, ctx)
        return AccountDays(account.strip(), days)


class Fed(click.ParamType):  # type: ignore[type-arg]  # as above
    """An option that takes ``512000=4821``: a ledger account, and the bank's account that feeds it."""

    name = "ledger=bank"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Read both."""
        if isinstance(value, tuple):
            return value
        ledger, _, account = str(value).partition("=")
        if not ledger.strip() or not account.strip():
            self.fail(f"{value!r} names not both accounts; write 512000=4821", param, ctx)
        return ledger.strip(), account.strip()


class WithCauses(Command):
    """A command whose help lists the causes, as people call them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each cause with what it means."""
        with formatter.section("Causes"):
            formatter.write_dl(list(bank_words.CAUSES.items()))
        super().format_epilog(ctx, formatter)


def _day(text: str) -> date:
    stripped = text.strip()
    found = date.fromisoformat(stripped)
    if found.isoformat() != stripped:
        # 20220309 and 2022-W10-3 are ISO too, and nobody can tell that they were meant.
        raise ValueError(stripped)
    return found


def today() -> date:
    """Return the day that it is where this machine is."""
    return SystemClock().now().astimezone().date()


INSTITUTIONS: Final = click.option(
    "--institutions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="QuickBooks' list where you are: a CSV file with the columns name and url.",
)

TODAY: Final = click.option("--today", type=Day(), metavar="DATE", help="As of that day. Default: today.")

_EVIDENCE: Final = (
    click.option(
        "--account", "accounts", multiple=True, metavar="ACCOUNT",
        help="An account of the chart of accounts that the bank feeds. May be repeated, like those below.",
    ),
    click.option(
        "--review", multiple=True, type=DaysOfAccount(), metavar="ACCOUNT=DATE,...",
        help="Days of its rows in the tab “For review”: the newest is enough. Nothing after = says that there is none.",
    ),
    click.option(
        "--booked", multiple=True, type=DaysOfAccount(), metavar="ACCOUNT=DATE,...",
        help="The same of the tab “Categorised”, in France “Dans QuickBooks”.",
    ),
    click.option(
        "--excluded", multiple=True, type=DaysOfAccount(), metavar="ACCOUNT=DATE,...",
        help="The same of the tab “Excluded”.",
    ),
    click.option(
        "--deleted", multiple=True, type=DaysOfAccount(), metavar="ACCOUNT=DATE,...",
        help="Days of rows that waited for review when somebody disconnected: QuickBooks has deleted them. The first "
        "is enough.",
    ),
)  # fmt: skip

_CONSENT: Final = (
    click.option("--bank", metavar="NAME", help="Its name, for the steps."),
    click.option("--regime", type=click.Choice(REGIMES, case_sensitive=False), help="Whose rules of consent hold."),
    click.option("--cause", type=click.Choice(CAUSES), metavar="CAUSE", help="Why it stopped, or will: see below."),
    click.option(
        "--stopped", type=Day(), metavar="DATE",
        help="The last day that was synchronised; of a consent, its last good day, which may be to come.",
    ),
    click.option(
        "--authenticated", type=Day(), metavar="DATE", help="When somebody last signed in at the bank for it."
    ),
    click.option("--stated", type=Day(), metavar="DATE", help="The consent's last good day, as a screen says it."),
    click.option(
        "--in-review", type=click.IntRange(min=0), metavar="N",
        help="How many rows waited for review when somebody disconnected; 0 says that none was deleted.",
    ),
    click.option(
        "--backfill", type=Length(), metavar="LENGTH",
        help='How far back the bank gives operations: "90 days" to "24 months".',
    ),
)  # fmt: skip


def knowing(command: F) -> F:
    """Give *command* what a repair is planned from."""
    for option in reversed((*_CONSENT, *_EVIDENCE, TODAY)):
        command = option(command)
    return command


def seen(command: F) -> F:
    """Give *command* the days of what QuickBooks has of each account, tab by tab."""
    for option in reversed(_EVIDENCE[1:4]):
        command = option(command)
    return command


def once(pairs: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    """
    Return *pairs* by their first name.

    Raises:
        UsageError: *option* gives one of these twice.
    """
    found: dict[str, str] = {}
    for ledger, account in pairs:
        if ledger in found:
            raise click.UsageError(f"{option} names {ledger} twice")
        found[ledger] = account
    return found


def by_account(
    accounts: Iterable[str], tabs: Mapping[str, Iterable[AccountDays]]
) -> dict[str, dict[str, tuple[date, ...]]]:
    """Return what was typed of each account, by tab; a tab of which nothing was said is not there."""
    found: dict[str, dict[str, tuple[date, ...]]] = {name.strip(): {} for name in accounts if name.strip()}
    for tab, typed in tabs.items():
        for one in typed:
            known = found.setdefault(one.account, {})
            known[tab] = known.get(tab, ()) + one.days
    return found
