"""The tables of settings: what the environment says, and what ``qbapps.open`` takes."""

from __future__ import annotations

import inspect
from datetime import timedelta

import qbapps
from tables.cells import table

ENVIRONMENT = {
    "QBAPPS_STORE": (
        "URL of the store: `sqlite:///file`, or `postgresql://user:password@host/database`",
        "`sqlite:///qbapps.db` in the current folder",
        "`qbapps.open`, the command line, workers of a plan on other machines",
    ),
    "QBAPPS_KEY": (
        "The key that seals, or several separated by commas: the first seals, all open",
        "for SQLite a key file in the user's settings, made at first use; PostgreSQL needs one",
        "`qbapps.open`, the command line, workers of a plan on other machines",
    ),
    "QBAPPS_LANG": (
        "Language of what is printed: `fr` or `en`",
        "that of `LC_ALL`, `LC_MESSAGES` or `LANG`; else English",
        "the command line",
    ),
    "LC_ALL": ("The locale, when `QBAPPS_LANG` is not set; one that is not French is English", "", "the command line"),
    "LC_MESSAGES": ("The same, when `LC_ALL` is not set", "", "the command line"),
    "LANG": ("The same, when neither is set", "", "the command line"),
    "QBAPPS_DEBUG": ("`1` shows the traceback of an error", "an error is a message and a hint", "the command line"),
    "COLUMNS": ("Width of tables that go into a pipe or a file", "wide enough for them", "the command line"),
}
"""Name: what it says, what counts without it, who reads it."""


def environment() -> str:
    """Return every variable of the environment that is read."""
    head = ["variable", "says", "without it", "read by"]
    return table(head, [[f"`{name}`", *told] for name, told in ENVIRONMENT.items()])


def opening() -> str:
    """Return what ``qbapps.open`` takes, with the defaults."""
    told = _arguments(inspect.getdoc(qbapps.open) or "")
    parameters = inspect.signature(qbapps.open).parameters.values()
    return table(
        ["argument", "says", "default"], [[f"`{one.name}`", told[one.name], _default(one)] for one in parameters]
    )


def _arguments(docstring: str) -> dict[str, str]:
    """Return what the section ``Args`` says of each."""
    section = docstring.partition("Args:\n")[2].partition("\nRaises:")[0]
    entries = inspect.cleandoc(section).split("\n\n")
    named = (entry.partition(":") for entry in entries)
    return {name: " ".join(said.split()).replace("``", "`") for name, _, said in named}


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} seconds"
    return "" if value is None else f"`{value!r}`"
