"""Revoking a pair at Intuit until its refresh is refused, and noting what that shows."""

from __future__ import annotations

import attrs

from qbapps.domain import disconnection as disconnections
from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Proof, RefreshOutcome, RevokeOutcome
from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import SealedTokens, rotate
from qbapps.errors import (
    ConfigurationError,
    IntuitError,
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    SealBroken,
)
from qbapps.lifecycle import leasing, lookup, rotation
from qbapps.lifecycle.saving import save
from qbapps.lifecycle.sealing import credentials, open_pair
from qbapps.ports import Ports


@attrs.define
class Attempt:
    """What the calls of one disconnect found."""

    proof: Proof = Proof.NONE
    ambiguous: bool = False
    status: int | None = None
    intuit_tid: str | None = None


@attrs.define
class HeldTurn:
    """
    The lease of a connection, for as many calls as a disconnect takes.

    A call is sent only when the lease outlasts it; else the lease is taken anew first.

    Attributes:
        is_over: It ended with a change that was saved.
    """

    connection_id: str
    turn: leasing.Turn
    is_over: bool = False

    def fence_for_a_call(self, ports: Ports) -> int:
        """Return the fence of a lease that lasts long enough for a call; waits for one if need be."""
        if not self.turn.lasts(ports):
            self.release(ports)
            self.turn = leasing.take_turn(ports, self.connection_id)
        return self.turn.lease.fence

    def release(self, ports: Ports) -> None:
        """End the lease if it is still ours."""
        if not self.is_over:
            ports.store.release_lease(self.turn.lease)


def take_turn(ports: Ports, connection_id: str) -> HeldTurn:
    """
    Wait for the right to touch the connection's pair at Intuit.

    Raises:
        LeaseTimeout: Others kept it for longer than any call may take.
    """
    return HeldTurn(connection_id, leasing.take_turn(ports, connection_id))


def until_refused(ports: Ports, connection: Connection, sealed: SealedTokens, turn: HeldTurn) -> Attempt:
    """Revoke the pair and have its refresh refused; a refresh that succeeds gives a pair to go on with."""
    attempt = Attempt(ambiguous=sealed.may_have_successor)
    for _ in range(policies.REVOKE_ROUNDS):
        known_good = not attempt.ambiguous and sealed.refused_at is None
        try:
            keys = credentials(ports, lookup.app(ports.store, connection.app_id))
            revoked = _revoke(ports, keys, sealed, attempt)
            if revoked is RevokeOutcome.UNKNOWN:
                # Nothing is proven by a refusal now, and a refresh whose answer is lost would leave doubt for good.
                attempt.proof = Proof.NONE
                return attempt
            outcome, newer = _refresh(ports, keys, sealed, turn)
        except (ConfigurationError, SealBroken):
            return attempt
        attempt.proof = disconnections.prove(revoked, outcome, known_good=known_good)
        if newer is None:
            return attempt
        # A refresh that works shows that this was the living pair after all.
        sealed, attempt.ambiguous = newer, False
    return attempt


def ask_again(ports: Ports, connection: Connection) -> RefreshOutcome:
    """
    Refresh the pair of a connection that is denied here, to see whether Intuit honours it after all.

    A refusal is checked once more; a pair that comes back is saved, and the connection stays denied.
    """
    turn = take_turn(ports, connection.id)
    try:
        keys = credentials(ports, lookup.app(ports.store, connection.app_id))
        for last_try in (False, True):
            sealed = ports.store.tokens(connection.id)
            if sealed is None:
                return RefreshOutcome.UNKNOWN
            outcome, _ = _refresh(ports, keys, sealed, turn)
            if outcome is not RefreshOutcome.REFUSED or last_try:
                return outcome
            ports.clock.sleep(policies.INVALID_GRANT_PAUSE.total_seconds())
        raise AssertionError("the last try returns")
    finally:
        turn.release(ports)


def _revoke(ports: Ports, keys: Credentials, sealed: SealedTokens, attempt: Attempt) -> RevokeOutcome:
    try:
        answer = ports.oauth.revoke(keys, open_pair(ports.vault, sealed).refresh_token)
    except (IntuitUnavailable, IntuitProtocolError, IntuitRejected) as error:
        attempt.status, attempt.intuit_tid = error.status, error.intuit_tid or attempt.intuit_tid
        return RevokeOutcome.UNKNOWN
    attempt.status, attempt.intuit_tid = answer.status, answer.intuit_tid or attempt.intuit_tid
    return RevokeOutcome.ACCEPTED if answer.accepted else RevokeOutcome.REFUSED


def _refresh(
    ports: Ports, keys: Credentials, sealed: SealedTokens, turn: HeldTurn
) -> tuple[RefreshOutcome, SealedTokens | None]:
    """Try the refresh that should be refused; a pair that it gives is saved before anything else."""
    fence = turn.fence_for_a_call(ports)
    tokens = open_pair(ports.vault, sealed)
    noted = rotation.note_intent(ports, sealed)
    try:
        answer = rotation.ask(ports, keys, noted, tokens)
    except IntuitError:
        return RefreshOutcome.UNKNOWN, None
    if isinstance(answer, IntuitError):
        rotation.note_failure(ports, noted, sent=False)
        return RefreshOutcome.REFUSED, None
    change = rotation.replacing(ports, sealed, rotate(tokens, answer, ports.clock.now()), answer, fence)
    save(ports, change)
    return RefreshOutcome.GRANTED, change.tokens
