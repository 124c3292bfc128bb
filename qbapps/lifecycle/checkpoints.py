"""Checkpoints of the trail: signed JSON lines, to be kept where nobody is who writes to the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from qbapps.domain.events import Event
from qbapps.domain.trail import Break, Checker, Checkpoint, End, Line
from qbapps.errors import ConfigurationError, SealBroken
from qbapps.ports import Ports

FORMAT: Final = 1
_PURPOSE: Final = b"qbapps checkpoint\n"

Lines = Callable[[], Iterable[bytes]]


def write(ports: Ports, put: Callable[[bytes], object]) -> Checkpoint:
    """Give *put* the lines of a checkpoint of the whole trail as it is now: one per stream, and their digest."""
    at = ports.clock.now()
    digest = hashlib.sha256()
    breaks: list[Break] = []
    streams = events = 0

    def add(content: dict[str, Any]) -> None:
        line = _line(content)
        digest.update(line)
        put(line)

    add({"qbapps_checkpoint": FORMAT, "made_at": at.isoformat()})
    for stream, told in groupby(ports.store.trail(), attrgetter("stream")):
        checker = Checker(stream)
        end: Line | None = None
        for line in told:
            checker.take(line)
            events += 1
            if isinstance(line, Event) or (line.is_named and line.is_numbered):
                end = line
        if end is not None:
            # Without a hash that can be read, only its being there is noted.
            add({"stream": stream, "sequence": end.sequence, "hash": end.hash or None})
            streams += 1
        breaks.extend(found.told for found in checker.end())
    sums = {"made_at": at.isoformat(), "streams": streams, "events": events, "digest": digest.hexdigest()}
    put(_line({**sums, "signature": ports.vault.sign(_signed(sums))}))
    return Checkpoint(made_at=at, streams=streams, events=events, digest=digest.hexdigest(), breaks=tuple(breaks))


def read(ports: Ports, lines: Lines, name: str) -> Iterator[End]:
    """
    Return the ends that a checkpoint holds, once its signature was checked.

    Args:
        lines: Reads the file from its beginning; called twice.

        name: How messages call it.

    Raises:
        ConfigurationError: It is no checkpoint, or was cut off.
        SealBroken: It is not what was written, or was signed with a key that is not held.
    """
    digest = hashlib.sha256()
    last = b""
    for line in lines():
        digest.update(last)
        last = line
    sums = _object(last)
    signature = sums.pop("signature", None)
    if not isinstance(signature, str) or "digest" not in sums:
        raise ConfigurationError(
            f"{name} is no checkpoint of events, or not all of one.",
            hint="Give a whole file that checkpoint_events wrote.",
        )
    if sums["digest"] != digest.hexdigest() or not ports.vault.verify(_signed(sums), signature):
        raise SealBroken(
            f"{name} is not what was written, or was signed with another key.",
            hint="Take a copy that nobody could change, and the keys of the store it was made of.",
        )
    return _ends(lines)


def _ends(lines: Lines) -> Iterator[End]:
    for line in lines():
        content = _object(line)
        if "stream" in content:
            yield End(stream=content["stream"], sequence=content["sequence"], hash=content["hash"])


def _object(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _signed(sums: dict[str, Any]) -> bytes:
    return _PURPOSE + json.dumps(sums, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
