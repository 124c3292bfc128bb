"""Statements that ``bank`` commands read, and files that they write: none is written over unasked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qbapps.cli.plan_options import NewFile
from qbapps.errors import ConfigurationError

if TYPE_CHECKING:
    from qbapps.banks import Row

REPORTS: Final = (".html", ".htm", ".txt")


class Report(NewFile):
    """A report to write: a page or a text, as its name says."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse another kind of file."""
        path = Path(super().convert(value, param, ctx))
        if path.suffix.lower() not in REPORTS:
            self.fail(f"a report is a .html or a .txt, not {path.name!r}", param, ctx)
        return path


def check_free(path: Path | None, *, force: bool) -> None:
    """
    Refuse to write over a file.

    Raises:
        ConfigurationError: There is one.
    """
    if path is not None and path.exists() and not force:
        raise ConfigurationError(f"There is a file {path} already.", hint="Name another, or replace it with --force.")


def check_folder(folder: Path | None, *, force: bool) -> None:
    """
    Refuse a folder with CSV files in it: somebody would upload the old ones again with the new ones.

    Raises:
        ConfigurationError: There are some, or it is no folder.
    """
    if folder is None or not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder.", hint="Name another.")
    if not force and (there := _csv(folder)):
        raise ConfigurationError(
            f"There are CSV files in {folder} already: {there[0].name}.",
            hint="Name another folder: whoever uploads all would upload those again. To write among them: --force.",
        )


def strangers(folder: Path, written: Iterable[Path]) -> list[Path]:
    """Return the CSV files of a folder that were not *written* now."""
    return [path for path in _csv(folder) if path.name not in {one.name for one in written}]


def _csv(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")


def write(rows: Sequence[Row], folder: Path, *, order: str, name: str | None) -> list[Path]:
    """
    Write files for QuickBooks into *folder*: all of them, or none.

    Raises:
        ConfigurationError: They cannot be written.
    """
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".qbapps.", dir=folder) as beside:
            made = banks.write_qbo_csv(rows, beside, order=order, name=name)
            return [path.replace(folder / path.name) for path in made]
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be written to: {error.strerror}.", hint="Name a folder that you may write to."
        ) from None
