"""Writing .qwc files: where they go, and that none is overwritten."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any, Final

import click

from qbapps.cli.plan_options import NewFile
from qbapps.domain.connection import Connection
from qbapps.errors import ConfigurationError
from qbapps.export.whole_file import whole_file

_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 60


class QwcFile(NewFile):
    """A .qwc file to write; ``-`` is stdout where that is allowed."""

    def __init__(self, *, stdout: bool = False) -> None:
        super().__init__()
        self._stdout = stdout

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a file whose folder is not there."""
        if str(value) != "-":
            return super().convert(value, param, ctx)
        if not self._stdout:
            self.fail("a password goes to stdout already; name a file", param, ctx)
        return Path("-")


def default_name(connection: Connection) -> Path:
    """Return a name for the .qwc file of *connection*: its app and its company, in plain ASCII."""
    text = f"{connection.app_id} {connection.company_name or connection.id}"
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return Path(_NOT_IN_A_NAME.sub("-", plain).strip("-")[:_LONGEST].rstrip("-") + ".qwc")


def check_free(path: Path, *, force: bool) -> None:
    """
    Refuse to write over a file.

    Raises:
        ConfigurationError: There is one.
    """
    if path.exists() and not force:
        raise ConfigurationError(
            f"There is a file {path} already.", hint="Name another with -o, or replace it with --force."
        )


def write(path: Path, content: bytes, *, force: bool) -> None:
    """
    Write a .qwc file, whole or not at all.

    Raises:
        ConfigurationError: It cannot be written, or is there already.
    """
    check_free(path, force=force)
    with whole_file(path) as made:
        made.write_bytes(content)
