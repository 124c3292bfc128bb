"""Every command of the command line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from qbapps.cli.program import cli

GLOBAL = {"store", "as_json", "lang", "help", "version"}


def commands() -> str:
    """Return every command with its arguments and options."""
    parts = []
    for path, command in each(cli, ()):
        context = click.Context(command, info_name=path[-1])
        shown = [one for one in command.params if one.name not in GLOBAL and not getattr(one, "hidden", False)]
        usage = " ".join(("qbapps", *path, *_usage(shown, context)))
        told = (inspect.cleandoc(command.help or "")).split("\b")[0].strip()
        parts.append(f"### {' '.join(path)}\n\n`{usage}`\n\n{told}")
        options = [one for one in shown if isinstance(one, click.Option)]
        if options:
            parts.append("\n".join(_option(one, context) for one in options))
    return "\n\n".join(parts)


def each(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield the commands of *group* with the words that they are typed with."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            arguments = (one.name.upper() for one in command.params if isinstance(one, click.Argument) and one.name)
            yield from each(command, (*path, name, *arguments))
        elif command.hidden:
            # The usual command of its group: it is typed without its name.
            yield path, command
        else:
            yield (*path, name), command


def _usage(params: list[click.Parameter], context: click.Context) -> Iterator[str]:
    for one in params:
        if isinstance(one, click.Argument):
            yield one.make_metavar(context)
        elif isinstance(one, click.Option) and one.required:
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
