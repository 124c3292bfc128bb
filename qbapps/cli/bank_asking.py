"""Asking people, line by line: at a terminal, or from what is piped in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

import click

from qbapps.cli import typed_line, views
from qbapps.cli.session import Session

T = TypeVar("T")
_MARK = "> "


class Misread(Exception):
    """What was typed is no answer; the text says what to type."""


class Stopped(Exception):
    """Somebody stopped the questions, or there are no more answers."""


class Asker:
    """
    Asks on stderr, so that stdout is the result alone.

    Attributes:
        answered: How many questions were answered.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.answered = 0

    def ask(self, question: str, read: Callable[[str], T], *more: str, choices: Iterable[str] = ()) -> T:
        """
        Ask until there is an answer, and return what *read* makes of it.

        Args:
            more: Lines under the question: how to find the answer.

            choices: What there is to choose from; shown with numbers from 1 on.

        Raises:
            Stopped: There is no answer any more.
        """
        self._session.say("")
        self._session.say(question, "bold")
        for line in more:
            views.indented(self._session.err, line, style="dim")
        for number, one in enumerate(choices, start=1):
            views.indented(self._session.err, one, mark=f"{number}.")
        while True:
            text = _line()
            try:
                found = read(text)
            except Misread as problem:
                self._session.say(str(problem), "yellow")
            else:
                self.answered += 1
                return found

    def note(self, text: str, style: str = "") -> None:
        """Say what follows from an answer."""
        views.indented(self._session.err, text, mark="→", style=style)


def is_terminal() -> bool:
    """Return whether somebody sits there who can be asked."""
    return sys.stdin.isatty()


def _line() -> str:
    """Return the next line that is typed or piped in; piped lines are shown, as a terminal would."""
    try:
        if is_terminal():
            text = typed_line.typed_line(_MARK)
        else:
            click.echo(_MARK, nl=False, err=True)
            text = sys.stdin.readline()
        if not text:
            raise EOFError
    except (EOFError, KeyboardInterrupt):
        click.echo(err=True)
        raise Stopped from None
    except UnicodeDecodeError as problem:
        raise click.BadParameter(f"the answers are not text: {problem.reason}") from None
    if not is_terminal():
        click.echo(views.printable(text.rstrip("\r\n")), err=True)
    return text
