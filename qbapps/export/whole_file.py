"""Files that appear whole or not at all."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qbapps.errors import ConfigurationError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Give the name of a file beside *path* to write, as :func:`replacing` does, and say it when that cannot be.

    Raises:
        ConfigurationError: There is no such folder, or the file cannot be written.
    """
    if not path.absolute().parent.is_dir():
        raise ConfigurationError(f"There is no folder {path.absolute().parent}.", hint="Make it, or name another.")
    try:
        with replacing(path) as made:
            yield made
    except OSError as error:
        if error.errno is None:
            # Not the system's: what was to be written could not be had.
            raise
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}.", hint="Name a file in a folder that you may write to."
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """
    Give the name of a file beside *path* to write; it takes that place once it is written.

    What was there stays until then, and for good when the ``with`` block raises. Its mode is kept, and a link
    goes on naming the same file. Of two who write one path at once, the one that ends last wins.
    """
    target = path.resolve() if path.is_symlink() else path
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        made = Path(folder) / target.name
        yield made
        if target.exists():
            made.chmod(stat.S_IMODE(target.stat().st_mode))
        made.replace(target)
