"""Disconnections: how they begin, and what their proof may claim."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import attrs
import pytest
from domain_samples import DAY, JEAN, NOON, REALM, connection

from qbapps.domain import disconnection as disconnections
from qbapps.domain.disconnection import Disconnection, Proof, Reason, RefreshOutcome, RevokeOutcome
from qbapps.domain.parties import Owner, Reach

# How the revoke was answered, how the refresh that should be refused was, whether the pair was good before.
PROOFS = {
    ("accepted", "refused", True): "refused_after_revoke",
    ("accepted", "refused", False): "already_gone",
    ("accepted", "granted", True): "none",
    ("accepted", "granted", False): "none",
    ("accepted", "unknown", True): "none",
    ("accepted", "unknown", False): "none",
    ("refused", "refused", True): "already_gone",
    ("refused", "refused", False): "already_gone",
    ("refused", "granted", True): "none",
    ("refused", "granted", False): "none",
    ("refused", "unknown", True): "none",
    ("refused", "unknown", False): "none",
    ("unknown", "refused", True): "already_gone",
    ("unknown", "refused", False): "already_gone",
    ("unknown", "granted", True): "none",
    ("unknown", "granted", False): "none",
    ("unknown", "unknown", True): "none",
    ("unknown", "unknown", False): "none",
}


def begun(due_at: datetime | None = None, reach: Reach = Reach.API, owner: Owner | None = None) -> Disconnection:
    return disconnections.start(
        connection(reach=reach, grant=3, owner=owner),
        id="dis_1",
        reason=Reason.SECURITY,
        comment="lost laptop",
        by="boss",
        at=NOON,
        due_at=due_at,
    )


def test_the_table_of_proofs_names_every_combination() -> None:
    assert set(PROOFS) == set(product(RevokeOutcome, RefreshOutcome, (True, False)))


@pytest.mark.parametrize(("revoke", "refresh", "known_good"), PROOFS)
def test_a_proof_claims_what_the_two_answers_show_and_no_more(revoke: str, refresh: str, known_good: bool) -> None:
    proof = disconnections.prove(RevokeOutcome(revoke), RefreshOutcome(refresh), known_good=known_good)

    assert proof == PROOFS[revoke, refresh, known_good]


@pytest.mark.parametrize(
    ("reach", "due_at", "state"),
    [
        ("api", None, "revoking"),
        ("api", NOON + DAY, "scheduled"),
        ("hand", None, "awaiting_hand"),
        ("hand", NOON + DAY, "awaiting_hand"),
    ],
)
def test_a_disconnection_begins_where_somebody_can_act(reach: str, due_at: datetime | None, state: str) -> None:
    started = begun(due_at, Reach(reach))

    assert (started.state, started.due_at, started.proof, started.ended_at) == (state, due_at, None, None)


@pytest.mark.parametrize("owner", [None, Owner(sub="s"), Owner(sub="s", email=JEAN)])
def test_a_receipt_says_what_was_ended(owner: Owner | None) -> None:
    started = begun(owner=owner)

    assert (started.connection_id, started.app_id, started.realm_id) == ("con_1", "dext", REALM)
    assert (started.company_name, started.grant, started.reason) == ("Boulangerie Martin", 3, "security")
    assert started.owner == (owner.email if owner else None)
    assert (started.comment, started.by, started.requested_at) == ("lost laptop", "boss", NOON)


@pytest.mark.parametrize(
    ("proof", "state"), [("refused_after_revoke", "done"), ("already_gone", "done"), ("none", "unproven")]
)
def test_a_disconnection_without_proof_is_not_done(proof: str, state: str) -> None:
    ended = disconnections.proven(
        begun(), Proof(proof), at=NOON + DAY, intuit_tid="tid-1", revoke_status=200, task_id="tsk_1"
    )

    assert (ended.state, ended.proof, ended.ended_at, ended.version) == (state, proof, NOON + DAY, 2)
    assert (ended.intuit_tid, ended.revoke_status, ended.task_id) == ("tid-1", 200, "tsk_1")


def test_what_an_earlier_round_learned_is_not_forgotten() -> None:
    before = attrs.evolve(begun(), intuit_tid="tid-1", revoke_status=200, task_id="tsk_1")

    after = disconnections.proven(before, Proof.NONE, at=NOON, intuit_tid=None, revoke_status=None)

    assert (after.intuit_tid, after.revoke_status, after.task_id) == ("tid-1", 200, "tsk_1")
