"""Settings, from arguments and the environment; each error says which setting is wrong."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final

import platformdirs

from qbapps.errors import ConfigurationError
from qbapps.values import Secret
from qbapps.vault import KeyRing, new_key, parse_keys

DEFAULT_STORE: Final = "sqlite:///qbapps.db"
KEY_FILE: Final = "key"

_log = logging.getLogger(__name__)

Key = str | Secret | Iterable[str | Secret]


def store_url(url: str | None) -> str:
    """Return the store to open: the one given, ``QBAPPS_STORE``, or an SQLite file in this folder."""
    return url or os.environ.get("QBAPPS_STORE") or DEFAULT_STORE


def key_file() -> Path:
    """Return where the key for SQLite stores is kept: with the user's settings, never beside the data."""
    return platformdirs.user_config_path("qbapps") / KEY_FILE


def key_ring(key: Key | None, url: str) -> KeyRing:
    """
    Return the keys to seal and open with: those given, ``QBAPPS_KEY``, or for SQLite a key file.

    The key file is made on first use, readable by its owner only, and said once.

    Raises:
        ConfigurationError: A key is not one, or a PostgreSQL store was given none.
    """
    if key is not None:
        if isinstance(key, str):
            return parse_keys(key)
        if isinstance(key, Secret):
            return KeyRing([key])
        keys: list[object] = list(key) if isinstance(key, Iterable) and not isinstance(key, bytes) else [key]  # type: ignore[unreachable]
        if not keys or not all(isinstance(one, str | Secret) for one in keys):
            raise ConfigurationError(
                "key is neither a text nor a list of texts.", hint="Pass what 'qbapps key new' prints."
            )
        return KeyRing([one if isinstance(one, Secret) else Secret(str(one)) for one in keys])
    from_environment = os.environ.get("QBAPPS_KEY")
    if from_environment:
        return parse_keys(from_environment)
    if url in ("sqlite://", "sqlite:///:memory:"):
        return KeyRing([new_key()])
    if url.startswith("sqlite"):
        return _from_file(key_file())
    raise ConfigurationError(
        "No key was given for this store.",
        hint="Make one with 'qbapps key new', and give it to every process as QBAPPS_KEY.",
    )


def http_timeout(timeout: timedelta) -> timedelta:
    """
    Return *timeout* when it can be one.

    Raises:
        ConfigurationError: It is not a positive timedelta.
    """
    if not isinstance(timeout, timedelta) or timeout <= timedelta(0):
        raise ConfigurationError(
            "http_timeout is not a positive timedelta.", hint="Pass timedelta(seconds=30), for example."
        )
    return timeout


def token_cache_ttl(ttl: timedelta) -> timedelta:
    """
    Return *ttl* when it can be one.

    Raises:
        ConfigurationError: It is not a timedelta, or negative.
    """
    if not isinstance(ttl, timedelta) or ttl < timedelta(0):
        raise ConfigurationError(
            "token_cache_ttl is not a timedelta, or negative.", hint="Pass timedelta(seconds=5), or timedelta(0)."
        )
    return ttl


def _from_file(path: Path) -> KeyRing:
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = type(error).__name__
    else:
        return parse_keys(text)
    raise ConfigurationError(
        f"The key file {path} cannot be read or made ({problem}).",
        hint="Set QBAPPS_KEY, or make the file readable and its folder writable.",
    )


def _make(path: Path) -> None:
    """Put a whole key in place at once, so that threads and processes starting together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # readable by its owner only
    draft = Path(name)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(new_key().reveal() + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    _log.warning("A key for sealing tokens was made; back it up, without it they are lost.", extra={"path": str(path)})
