"""The top of the command line: global options anywhere, and errors as one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from qbapps.cli import headlines
from qbapps.cli.exits import Exit, code_of
from qbapps.cli.session import Session
from qbapps.errors import QBAppsError


def _globals() -> list[click.Option]:
    """Return the global options; every command takes them too, so that their place does not matter."""

    def keep(context: click.Context, option: click.Parameter, value: Any) -> None:
        session = context.ensure_object(Session)
        if value is not None and value is not False and option.name is not None:
            setattr(session, option.name, value)

    return [
        click.Option(
            ["--store"], metavar="URL", callback=keep, expose_value=False, help="Store to use. Default: QBAPPS_STORE."
        ),
        click.Option(
            ["--json", "as_json"], is_flag=True, callback=keep, expose_value=False, help="Print JSON on stdout."
        ),
        click.Option(
            ["--lang"],
            type=click.Choice(["fr", "en"]),
            callback=keep,
            expose_value=False,
            help="Language of what is printed.",
        ),
    ]


class Command(click.Command):
    """A command that also takes the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for option in _globals():
            option.hidden = True
            self.params.append(option)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


class Root(Group):
    """The program itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_globals())

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run a command and exit with its code; an error is shown without a traceback."""
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session(as_json="--json" in arguments)
        extra.update(standalone_mode=False, obj=session)
        try:
            code = _run(super().main, session, arguments, *rest, **extra)
        finally:
            session.close()
        sys.exit(int(code))


def _run(main: Any, session: Session, arguments: list[str], *rest: Any, **extra: Any) -> int:
    try:
        code = main(arguments, *rest, **extra)
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("QBAPPS_DEBUG", "") not in ("", "0") and not isinstance(error, click.ClickException):
            raise
        _settle_language(session)
        return _told(session, error)
    return code if isinstance(code, int) else Exit.DONE


def _settle_language(session: Session) -> None:
    """Fall back on English where the language asked for is itself the error."""
    try:
        _ = session.language
    except QBAppsError:
        session.lang = "en"


_ABOUT = ("connection_id", "realm_id", "grant_id", "state", "role", "status", "intuit_tid")
"""Attributes of errors that a program may want to go by."""


def _told(session: Session, error: BaseException) -> Exit:
    """Tell the user what went wrong, and return the exit code that says so."""
    _ = session.words
    match error:
        case QBAppsError():
            message = error.message if session.as_json else headlines.told(error, _)
            about = {name: str(value) for name in _ABOUT if (value := getattr(error, name, None)) is not None}
            session.fault(message, error.hint, code=error.code, retryable=error.retryable, **about)
            return code_of(error)
        case click.ClickException():
            context = error.ctx if isinstance(error, click.UsageError) else None
            hint = "" if context is None else _("See: {command} --help", command=context.command_path)
            session.fault(error.format_message(), hint, code="bad_usage")
            return Exit.BAD_INPUT
        case click.Abort() | KeyboardInterrupt():
            session.say(_("Stopped."))
        case BrokenPipeError():
            # Whoever read us has gone; nothing more can be said there, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        case OSError():
            session.fault(str(error), code="os_error")
        case _unforeseen:
            session.fault(
                _("something unforeseen happened ({kind}).", kind=type(error).__name__),
                _("Run it again with QBAPPS_DEBUG=1, and report what it shows."),
                code="unforeseen",
            )
    return Exit.FAILED
