"""The table of errors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from qbapps import errors
from qbapps.cli.exits import code_of
from tables.cells import first_paragraph, table

HEAD = ["error, code", "when", "try again", "exit code", "carries"]


def error_tree() -> str:
    """Return every error, in the order of the tree."""
    return table(HEAD, [_of(depth, kind) for depth, kind in _tree(errors.QBAppsError, 0)])


def _of(depth: int, kind: type[errors.QBAppsError]) -> list[str]:
    name = f"{'&nbsp;&nbsp;' * depth}`{kind.__name__}`<br>{'&nbsp;&nbsp;' * depth}`{kind.code}`"
    again = "yes" if kind.retryable else "no"
    exit_code = str(int(code_of(kind.__new__(kind))))
    carried = ", ".join(f"`{name}`" for name in _own_attributes(kind))
    return [name, first_paragraph(inspect.getdoc(kind)), again, exit_code, carried]


def _tree(kind: type[errors.QBAppsError], depth: int) -> Iterator[tuple[int, type[errors.QBAppsError]]]:
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child, depth + 1)


def _own_attributes(kind: type[errors.QBAppsError]) -> list[str]:
    # Not what is inherited; and Python 3.13 takes the indentation away, as cleandoc does.
    told = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:")[2]
    return re.findall(r"^ {4}(\w+):", told, flags=re.MULTILINE)
