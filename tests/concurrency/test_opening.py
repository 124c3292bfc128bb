"""Many threads that open at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

import qbapps
from qbapps import config
from qbapps.errors import ConfigurationError
from qbapps.values import Secret
from qbapps.vault import new_key

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """Run *act* in *count* threads that start together."""
    start = threading.Barrier(count)

    def run(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def test_threads_that_make_stores_at_once_do_not_migrate_each_others(tmp_path: Path) -> None:
    key = new_key()

    def make(number: int) -> tuple[str, ...]:
        with qbapps.open(f"sqlite:///{tmp_path}/{number}.db", key=key) as qb:
            qb.add_firm(f"firm-{number}", name="Cabinet Durand")
            return tuple(firm.id for firm in qb.firms())

    assert at_once(8, make) == [(f"firm-{number}",) for number in range(8)]


def test_threads_that_need_a_key_first_agree_on_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QBAPPS_KEY", raising=False)
    for home in range(8):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / str(home)))
        rings = at_once(8, lambda _: config.key_ring(None, "sqlite:///any.db").ids)
        assert len(set(rings)) == 1
        assert [file.name for file in config.key_file().parent.iterdir()] == ["key"]
        assert config.key_file().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", [b"bytes", [], [b"bytes"], 7])
def test_a_key_that_is_no_text_is_refused_in_words(key: object) -> None:
    with pytest.raises(ConfigurationError):
        qbapps.open("sqlite://", key=key)


def test_a_key_may_be_a_secret_or_a_list() -> None:
    one, other = new_key(), new_key()
    assert config.key_ring(one, "sqlite://").ids == config.key_ring([one], "sqlite://").ids
    both = config.key_ring([Secret(one.reveal()), other], "sqlite://").ids
    assert both == config.key_ring(f"{one.reveal()},{other.reveal()}", "sqlite://").ids
