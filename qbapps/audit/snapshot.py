"""Snapshots: an audit's connections as a Parquet file, to compare a later audit with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from qbapps.audit.diff import KEPT
from qbapps.errors import ConfigurationError
from qbapps.export import frame_files

TAKEN_AT: Final = "qbapps.taken_at"
FIRM: Final = "qbapps.firm"


def notes(taken_at: datetime, firm_id: str | None) -> dict[str, str]:
    """Return what a snapshot says of itself."""
    return {TAKEN_AT: taken_at.isoformat(), FIRM: firm_id or ""}


def read(path: Path) -> tuple[pl.DataFrame, str | None, datetime]:
    """
    Return the connections of a snapshot, whose they are, and when it was taken.

    Raises:
        ConfigurationError: The file is none.
    """
    try:
        frame = pl.read_parquet(path, columns=list(KEPT))
        said = frame_files.parquet_notes(path)
        return frame, said[FIRM] or None, datetime.fromisoformat(said[TAKEN_AT])
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror or 'there is none'}.", hint="Give a file that to_parquet wrote."
        ) from None
    except (OSError, PolarsError, ValueError, KeyError):
        raise ConfigurationError(
            f"{path} is no snapshot of connections.", hint="Give a file that Audit.to_parquet wrote."
        ) from None
