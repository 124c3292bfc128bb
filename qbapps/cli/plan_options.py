"""What ``plan disconnect`` and ``plan transfer`` are given, and how a plan is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from qbapps.cli.root import Command
from qbapps.cli.session import Session
from qbapps.domain.disconnection import Reason
from qbapps.domain.parties import Level, Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.whole_plan import Plan
from qbapps.language import Language, labels

F = TypeVar("F", bound=Callable[..., Any])

_DAY_ENDS: Final = time(23, 59, 59)


class Deadline(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """An option that takes an ISO day or instant; a day alone is its end, and what has no zone is UTC."""

    name = "deadline"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read ``2023-12-29``, ``2023-12-29T18:00`` and the like."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            return datetime.combine(date.fromisoformat(text), _DAY_ENDS, UTC)
        except ValueError:
            pass
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no day and no instant; write 2023-12-29 or 2023-12-29T18:00+01:00", param, ctx)
        return instant if instant.utcoffset() is not None else instant.replace(tzinfo=UTC)


class WithReasons(Command):
    """A command whose help lists the reasons, as people call them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each reason with its English and its French name."""
        named = [
            (one.value, " / ".join(labels.label(one, lang) for lang in (Language.EN, Language.FR))) for one in Reason
        ]
        with formatter.section("Reasons"):
            formatter.write_dl(named)
        super().format_epilog(ctx, formatter)


class NewFile(click.Path):
    """A file to write, in a folder that is there: what takes long is not begun when its result has no place."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a file whose folder is not there."""
        path = Path(str(super().convert(value, param, ctx)))
        if not path.absolute().parent.is_dir():
            self.fail(f"there is no folder {str(path.parent)!r}", param, ctx)
        return path


_CHOOSING: Final = (
    click.option("--firm", metavar="FIRM", help="Its own books and its clients'."),
    click.option("--level", type=click.Choice([Level.FIRM.value, Level.CLIENT.value]), help="Needs --firm."),
    click.option("--client", metavar="REALM", help="One client; needs --firm."),
    click.option("--realm", "realm_id", metavar="REALM", help="One company."),
    click.option("--app", metavar="APP"),
    click.option("--owner", metavar="EMAIL"),
    click.option("--state", type=click.Choice([one.value for one in ConnectionState])),
    click.option("--reach", type=click.Choice([one.value for one in Reach]), help="Automatic, or by hand only."),
    click.option("--reference"),
)

_MAKING: Final = (
    click.option("--deadline", type=Deadline(), metavar="WHEN", help="By when: a day (its end, in UTC) or an instant."),
    click.option("--by", metavar="WHO", help="Who makes the plan; what is known of their role counts."),
    click.option("--needs-approval", is_flag=True, help="Somebody else than --by has to approve of it."),
    click.option("-o", "--output", type=NewFile(), metavar="FILE", help="Write the plan there, to look at and apply."),
)


def choosing(command: F) -> F:
    """Give *command* the filters of ``list``."""
    return _given(command, _CHOOSING)


def making(command: F) -> F:
    """Give *command* what every plan may have."""
    return _given(command, _MAKING)


def _given(command: F, options: tuple[Callable[[F], F], ...]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def loaded(session: Session, name: str) -> Plan:
    """
    Return the plan of a file, or of an id.

    Raises:
        UsageError: It is neither.
    """
    if Path(name).is_file():
        return session.qb.load_plan(name)
    if name.startswith("pln_"):
        return session.qb.plan(name)
    raise click.UsageError(f"there is no file {name!r}")
