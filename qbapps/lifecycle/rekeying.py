"""Sealing again, under the first key of the ring, what was sealed under another; and which keys are still in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from qbapps.domain.keys import KeyUse, SealedKind, SealedRow
from qbapps.domain.reports import Progress
from qbapps.errors import VaultError
from qbapps.lifecycle.saving import retry_stale
from qbapps.lifecycle.sealing import seal_again
from qbapps.ports import Ports

BATCH: Final = 100
"""Rows sealed again in one transaction. Our choice: others wait for it a few milliseconds on SQLite."""

_ROUNDS: Final = 8

Resealed = tuple[SealedRow, Mapping[str, bytes]]


def rotate_keys(ports: Ports, *, progress: Callable[[Progress], None] | None = None, batch_size: int = BATCH) -> int:
    """
    Seal again what is not under the first key; return how many pairs, grants and client secrets.

    Each row changes in one step and only if it is still what was read, so others may refresh,
    connect and disconnect meanwhile, and a run that was stopped is taken up by the next one. It
    looks again until a look finds nothing to do, since others may have saved under another key.

    Raises:
        VaultError: Some secrets cannot be opened and were left; all others were done.
    """
    total = sum(_is_due(ports, row) for row in ports.store.sealed())
    done, failed = 0, dict[str, VaultError]()
    for _ in range(_ROUNDS):
        due = _due(ports, failed)
        found = False
        while batch := tuple(islice(due, batch_size)):
            found = True
            done += _reseal(ports, batch)
            if progress is not None:
                so_far = done + len(failed)
                progress(Progress(done=so_far, failed=len(failed), total=max(total, so_far)))
        if not found:
            break
    if failed:
        raise _left(failed)
    return done


def key_usage(ports: Ports) -> tuple[KeyUse, ...]:
    """Return how much each key seals: first the keys given, in their order, then others, then what no key sealed."""
    given = ports.vault.key_ids()
    counts: dict[str | None, Counter[SealedKind]] = {key_id: Counter() for key_id in given}
    for row in ports.store.sealed():
        for key_id in {ports.vault.key_id(value) for value in row.values.values()}:
            counts.setdefault(key_id, Counter())[row.kind] += 1
    return tuple(
        KeyUse(
            key_id=key_id,
            given=key_id in given,
            seals=key_id == given[0],
            pairs=count[SealedKind.PAIR],
            grants=count[SealedKind.GRANT],
            client_secrets=count[SealedKind.CLIENT_SECRET],
        )
        for key_id, count in sorted(counts.items(), key=lambda item: (item[0] not in given, item[0] is None))
    )


def _is_due(ports: Ports, row: SealedRow) -> bool:
    first = ports.vault.key_ids()[0]
    return any(ports.vault.key_id(value) != first for value in row.values.values())


def _due(ports: Ports, failed: dict[str, VaultError]) -> Iterator[Resealed]:
    """Look for what is not under the first key, and give it sealed again; what cannot be opened goes to *failed*."""
    failed.clear()
    for row in ports.store.sealed():
        try:
            again = seal_again(ports.vault, row)
        except VaultError as error:
            failed[row.id] = error.with_traceback(None)
            continue
        if again:
            yield row, again


def _reseal(ports: Ports, batch: Sequence[Resealed]) -> int:
    return retry_stale(lambda: ports.store.reseal(batch))


def _left(failed: Mapping[str, VaultError]) -> VaultError:
    """Return the first error, which also names the other rows that could not be opened."""
    error, others = next(iter(failed.values())), list(failed)[1:]
    if others:
        error.message += f" {len(others)} more cannot be opened: {', '.join(others)}."
        error.args = (error.message,)
    return error
