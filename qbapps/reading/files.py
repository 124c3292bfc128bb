"""Reading files that people give, up to a size."""

from __future__ import annotations

from pathlib import Path

from qbapps.domain import policies
from qbapps.errors import ConfigurationError


def read_capped(path: Path, limit: int = policies.INVENTORY_MAX_BYTES) -> bytes:
    """
    Return the bytes of the file at *path*.

    Raises:
        ConfigurationError: It is not there, cannot be read, or is larger than *limit* bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    else:
        if len(data) <= limit:
            return data
        raise ConfigurationError(
            f"{path} is larger than {limit // 1024 // 1024} MiB.", hint="Split the file, or leave out what is no row."
        )
    raise ConfigurationError(f"{path} cannot be read: {problem}.", hint="Check the name and the permissions.")
