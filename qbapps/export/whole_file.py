"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qbapps.errors import ConfigurationError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give the name of a file beside *path* to write; it takes that place once it is written.

    What was there stays until then, and for good when the ``with`` block raises.

    Raises:
        ConfigurationError: There is no such folder.
    """
    if not path.absolute().parent.is_dir():
        raise ConfigurationError(f"There is no folder {path.absolute().parent}.", hint="Make it, or name another.")
    made = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield made
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
