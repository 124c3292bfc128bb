"""One run of the command line: its store, its language, and where its words go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import attrs
import click
from rich.console import Console
from rich.text import Text

from qbapps.cli import documents, views
from qbapps.cli.exits import Exit
from qbapps.language import Words, from_environment, pick, words

if TYPE_CHECKING:
    from qbapps.manager import QBApps

PIPE_WIDTH: Final = 100
"""Columns where there is no terminal and ``COLUMNS`` is not set."""


@attrs.define
class Session:
    """
    What the global options say; it opens the store at the first need, and once.

    Attributes:
        as_json: stdout is JSON and nothing else; messages go to stderr.
    """

    store: str | None = None
    as_json: bool = False
    lang: str | None = None
    _opened: QBApps | None = None
    _consoles: dict[bool, Console] = attrs.field(factory=dict)

    @property
    def words(self) -> Words:
        """The words of the language asked for."""
        return words(self.language)

    @property
    def language(self) -> str:
        """The language asked for, else that of the environment."""
        return pick(self.lang) if self.lang else from_environment(os.environ)

    @property
    def out(self) -> Console:
        """Where results go."""
        return self._console(to_errors=False)

    @property
    def err(self) -> Console:
        """Where progress and messages go."""
        return self._console(to_errors=True)

    @property
    def people(self) -> Console:
        """Where people read: stdout, but stderr when stdout is JSON's."""
        return self.err if self.as_json else self.out

    @property
    def qb(self) -> QBApps:
        """The library, opened on the store."""
        if self._opened is None:
            import qbapps  # noqa: PLC0415 - what only shows its help does not pay for a database

            self._opened = qbapps.open(self.store)
        return self._opened

    def close(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def document(self, value: Any) -> None:
        """Write *value* as the one JSON document of this run."""
        click.echo(documents.document(value))

    def line(self, value: Any) -> None:
        """Write *value* as one of the JSON lines of this run."""
        click.echo(documents.document(value))

    def lines(self, values: Iterable[Any]) -> int:
        """Write *values* as JSON lines as they come; return how many there were."""
        count = 0
        for count, value in enumerate(values, start=1):  # noqa: B007 - the last number is the count
            self.line(value)
        return count

    def say(self, text: str, style: str = "") -> None:
        """Tell the user something that is not the result."""
        self._print(self.err, text, style)

    def tell(self, text: str, style: str = "") -> None:
        """Write a result for people: to stderr when stdout is JSON's."""
        self._print(self.people, text, style)

    def raw(self, text: str) -> None:
        """Write *text* to stdout on one line of its own, never folded: a URL, an id."""
        click.echo(text)

    def fault(
        self, message: str, hint: str = "", *, code: str = "failed", retryable: bool = False, **about: str
    ) -> None:
        """Write an error: one red line and its hint, or a JSON object with what it is *about*, on stderr."""
        _ = self.words
        if self.as_json:
            found = {"code": code, "message": message, "hint": hint, "retryable": retryable, **about}
            click.echo(documents.document(found), err=True)
            return
        self.say(_("Error: {message}", message=message), "bold red")
        if hint:
            self.say(f"→ {hint}", "yellow")

    def _print(self, console: Console, text: str, style: str) -> None:
        told = views.folded(views.printable(text), console.width)
        console.print(Text(told, style=style), no_wrap=True, overflow="ignore", crop=False)

    def _console(self, *, to_errors: bool) -> Console:
        console = self._consoles.get(to_errors)
        if console is None:
            stream = sys.stderr if to_errors else sys.stdout
            fixed = None if stream.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH
            console = Console(file=stream, width=fixed, highlight=False, emoji=False, soft_wrap=False)
            self._consoles[to_errors] = console
        return console


class Ended(click.exceptions.Exit):
    """A command that is over with a code of its own."""

    def __init__(self, code: Exit) -> None:
        super().__init__(int(code))


pass_session = click.make_pass_decorator(Session, ensure=True)
