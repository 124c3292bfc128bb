"""
Sealing again, under the first key of the ring, what was sealed under another; and which keys are still in use.

Plans and their approvals are signed again likewise: a signature whose key is gone is worth nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from qbapps.domain.keys import KeyUse, SealedKind, SealedRow, signing_key
from qbapps.domain.plan import PlanHead
from qbapps.domain.record import revise
from qbapps.domain.reports import Progress
from qbapps.errors import UnknownKey, VaultError
from qbapps.lifecycle import approving, lookup
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import seal_again
from qbapps.ports import Change, Ports

BATCH: Final = 100
"""Rows sealed again in one transaction. Our choice: others wait for it a few milliseconds on SQLite."""

_ROUNDS: Final = 8

Resealed = tuple[SealedRow, Mapping[str, bytes]]


def rotate_keys(ports: Ports, *, progress: Callable[[Progress], None] | None = None, batch_size: int = BATCH) -> int:
    """
    Seal again what is not under the first key; return how many pairs, grants, client secrets and plans.

    Each row changes in one step and only if it is still what was read, so others may refresh,
    connect and disconnect meanwhile, and a run that was stopped is taken up by the next one. It
    looks again until a look finds nothing to do, since others may have saved under another key.

    Raises:
        VaultError: Some secrets cannot be opened, or plans not be verified, and were left; all others were done.
    """
    total = sum(_is_due(ports, row) for row in ports.store.sealed())
    total += sum(_is_signed_with_another(ports, head) for head in ports.store.plans())
    done, failed = 0, dict[str, VaultError]()

    def tell() -> None:
        if progress is not None:
            so_far = done + len(failed)
            progress(Progress(done=so_far, failed=len(failed), total=max(total, so_far)))

    for _ in range(_ROUNDS):
        failed.clear()
        due = _due(ports, failed)
        found = False
        while batch := tuple(islice(due, batch_size)):
            found = True
            done += _reseal(ports, batch)
            tell()
        for plan_id in _plans_due(ports, failed):
            found = True
            done += _sign_again(ports, plan_id)
            tell()
        if not found:
            break
    if failed:
        raise _left(failed)
    return done


def key_usage(ports: Ports) -> tuple[KeyUse, ...]:
    """Return how much each key seals: the keys given, in their order, then others, then what no key sealed."""
    given = ports.vault.key_ids()
    counts: dict[str | None, Counter[SealedKind]] = {key_id: Counter() for key_id in given}
    for row in ports.store.sealed():
        for key_id in {ports.vault.key_id(value) for value in row.values.values()}:
            counts.setdefault(key_id, Counter())[row.kind] += 1
    signed = Counter(key_id for head in ports.store.plans() for key_id in _signers(ports, head))
    for key_id in signed:
        counts.setdefault(key_id, Counter())
    return tuple(
        KeyUse(
            key_id=key_id,
            given=key_id in given,
            seals=key_id == given[0],
            pairs=count[SealedKind.PAIR],
            grants=count[SealedKind.GRANT],
            client_secrets=count[SealedKind.CLIENT_SECRET],
            plans=0 if key_id is None else signed[key_id],
        )
        for key_id, count in sorted(counts.items(), key=lambda item: (item[0] not in given, item[0] is None))
    )


def _is_due(ports: Ports, row: SealedRow) -> bool:
    first = ports.vault.key_ids()[0]
    return any(ports.vault.key_id(value) != first for value in row.values.values())


def _due(ports: Ports, failed: dict[str, VaultError]) -> Iterator[Resealed]:
    """Look for what is not under the first key, and give it sealed again; what cannot be opened goes to *failed*."""
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


def _is_ours(ports: Ports, head: PlanHead) -> bool:
    return ports.vault.verify(head.digest.encode(), head.signature)


def _signers(ports: Ports, head: PlanHead) -> set[str]:
    """Return the keys that the signatures of the plan and its approval need. What is altered already needs none."""
    given = ports.vault.key_ids()
    signed = [(head.signature, _is_ours(ports, head))]
    if head.approval is not None:
        signed.append((head.approval, approving.is_genuine(ports, head)))
    names = [(signing_key(signature), is_good) for signature, is_good in signed]
    return {name for name, is_good in names if name is not None and (is_good or name not in given)}


def _is_signed_with_another(ports: Ports, head: PlanHead) -> bool:
    return bool(_signers(ports, head) - {ports.vault.key_ids()[0]})


def _plans_due(ports: Ports, failed: dict[str, VaultError]) -> Iterator[str]:
    """Look for plans to be signed again; those whose key was not given go to *failed*."""
    given = ports.vault.key_ids()
    for head in ports.store.plans():
        missing = sorted(_signers(ports, head) - set(given))
        if missing:
            failed[head.id] = UnknownKey(
                f"{head.id} was signed with the key {missing[0]}, which was not given; given: {', '.join(given)}.",
                hint=f"Add the key {missing[0]} after the others, in QBAPPS_KEY or key=; qbapps key list names them.",
            )
        elif _is_signed_with_another(ports, head):
            yield head.id


def _sign_again(ports: Ports, plan_id: str) -> bool:
    """Sign a plan and its approval with the first key, each if it is genuine; tell whether that was to be done."""

    def beat() -> bool:
        head = lookup.plan(ports.store, plan_id)
        if not _is_signed_with_another(ports, head):
            return False
        signature, approval = head.signature, head.approval
        if _is_ours(ports, head):
            signature = ports.vault.sign(head.digest.encode())
        if approving.is_genuine(ports, head):
            approval = ports.vault.sign(approving.signed(head))
        save(ports, Change(records=(revise(head, signature=signature, approval=approval),)))
        return True

    return retry_stale(beat)


def _left(failed: Mapping[str, VaultError]) -> VaultError:
    """Return the first error, which also names the other rows that could not be opened."""
    error, others = next(iter(failed.values())), list(failed)[1:]
    if others:
        error.message += f" {len(others)} more cannot be opened: {', '.join(others)}."
        error.args = (error.message,)
    return error
