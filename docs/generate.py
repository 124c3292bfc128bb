# ruff: noqa: INP001 - a program, not a package
"""
Write the tables of these pages that follow from the code: ``make docs``.

A table stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``. A test fails when one is
not what the code says.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from qbapps import errors
from qbapps.cli.exits import code_of
from qbapps.cli.program import cli
from qbapps.domain.diagnosis import Cause
from qbapps.domain.signals import Where
from qbapps.domain.states import TRANSITIONS, Action, ConnectionState
from qbapps.domain.verdicts import TABLE
from qbapps.language import labels, words
from qbapps.lifecycle.explaining import NEXT_STEPS

DOCS = Path(__file__).parent
GLOBAL = {"store", "as_json", "lang", "help", "version"}


def transitions() -> str:
    """Return the table of what may be done in each state, and where it leads."""
    lines = [_row(["", *(f"`{state}`" for state in ConnectionState)]), _row(["---"] * (len(ConnectionState) + 1))]
    for action in Action:
        cells = [TRANSITIONS.get((state, action)) for state in ConnectionState]
        lines.append(_row([f"`{action}`", *("refused" if cell is None else cell.value for cell in cells)]))
    return "\n".join(lines)


def error_table() -> str:
    """Return the table of errors, in the order of the tree."""
    lines = [
        _row(["error", "code", "try again", "exit code", "when", "carries"]),
        _row(["---"] * 6),
    ]
    for depth, kind in _tree(errors.QBAppsError, 0):
        first = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
        indent = "&nbsp;&nbsp;" * depth
        carried = ", ".join(f"`{name}`" for name in _own_attributes(kind))
        again = "yes" if kind.retryable else "no"
        error = kind.__new__(kind)
        lines.append(
            _row([f"{indent}`{kind.__name__}`", f"`{kind.code}`", again, str(int(code_of(error))), first, carried])
        )
    return "\n".join(lines)


def commands() -> str:
    """Return every command with its arguments and options."""
    parts = []
    for path, command in _commands(cli, ()):
        context = click.Context(command, info_name=path[-1])
        shown = [one for one in command.params if one.name not in GLOBAL and not getattr(one, "hidden", False)]
        usage = " ".join(("qbapps", *path, *_usage(shown, context)))
        told = (inspect.cleandoc(command.help or "")).split("\b")[0].strip()
        parts.append(f"### {' '.join(path)}\n\n`{usage}`\n\n{told}")
        options = [one for one in shown if isinstance(one, click.Option)]
        if options:
            parts.append("\n".join(_option(one, context) for one in options))
    return "\n\n".join(parts)


def verdicts() -> str:
    """Return the table of what Intuit's answers mean, one part for each of its doors."""
    parts = []
    for where, title in DOORS.items():
        lines = [_row(["answer", "means", "carried out", "the connection", "what is done"]), _row(["---"] * 5)]
        for (door, signal), one in TABLE.items():
            if door is where:
                done = {True: "yes", False: "no", None: "nobody knows"}[one.processed]
                known = f"{one.does} *({one.source})*"
                lines.append(
                    _row([f"{one.looks}<br>`{signal}`", one.meaning, done, one.connection.replace("_", " "), known])
                )
        parts.append("\n".join((f"### {title}", "", *lines)))
    return "\n\n".join(parts)


def causes() -> str:
    """Return the table of causes, with what people call them and the next step."""
    english = words("en")
    lines = [_row(["cause", "in words", "next step"]), _row(["---"] * 3)]
    lines += [_row([f"`{cause}`", labels.label(cause, "en"), english(NEXT_STEPS[cause])]) for cause in Cause]
    return "\n".join(lines)


DOORS = {
    Where.TOKEN: "The token endpoint: exchange and refresh",
    Where.REVOKE: "The revocation endpoint",
    Where.API: "The accounting API: the ready-made client and probe",
}
TABLES: dict[str, Callable[[], str]] = {
    "transitions": transitions,
    "errors": error_table,
    "commands": commands,
    "verdicts": verdicts,
    "causes": causes,
}


def filled(text: str) -> str:
    """Return a page with its tables as the code has them now."""

    def table(found: re.Match[str]) -> str:
        return f"{found[1]}\n\n{TABLES[found[2]]()}\n\n{found[3]}"

    return re.sub(r"(<!-- begin (\w+) -->).*?(<!-- end \2 -->)", table, text, flags=re.DOTALL)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _tree(kind: type[errors.QBAppsError], depth: int) -> Iterator[tuple[int, type[errors.QBAppsError]]]:
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child, depth + 1)


def _own_attributes(kind: type[errors.QBAppsError]) -> list[str]:
    told = (kind.__doc__ or "").partition("Attributes:")[2]
    return re.findall(r"^ {8}(\w+):", told, flags=re.MULTILINE)


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif command.hidden:
            # The usual command of its group: it is typed without its name.
            yield path, command
        else:
            yield (*path, name), command


def _usage(params: list[click.Parameter], context: click.Context) -> Iterator[str]:
    for one in params:
        if isinstance(one, click.Argument):
            yield one.make_metavar(context)
        elif one.required:
            yield f"{one.opts[0]} {_value(one, context)}"


def _option(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag else f" {_value(option, context)}"
    told = [option.help or ""]
    if isinstance(option.type, click.Choice):
        told.append(f"One of: {', '.join(option.type.choices)}.")
    if option.show_default and option.default is not None:
        told.append(f"Default: {option.default}.")
    said = " ".join(one for one in told if one)
    return f"- `{option.opts[0]}{value}`" + (f": {said}" if said else "")


def _value(option: click.Option, context: click.Context) -> str:
    """Return how the value of *option* is written; long lists of choices stand in its description."""
    return option.opts[0].strip("-").upper() if isinstance(option.type, click.Choice) else option.make_metavar(context)


def main() -> None:
    """Write the pages again."""
    for page in sorted(DOCS.glob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = filled(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            print(page)  # noqa: T201 - says what changed


if __name__ == "__main__":
    main()
