"""Revoking a pair at Intuit until its refresh is refused, and noting what that shows."""

from __future__ import annotations

import attrs

from qbapps.domain import disconnection as disconnections
from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Proof, RefreshOutcome, RevokeOutcome
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import SealedTokens, rotate
from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.lifecycle import lookup, rotation
from qbapps.lifecycle.saving import save
from qbapps.lifecycle.sealing import credentials, open_pair, seal_pair
from qbapps.ports import Change, Ports


@attrs.define
class Attempt:
    """What the calls of one disconnect found."""

    proof: Proof = Proof.NONE
    ambiguous: bool = False
    status: int | None = None
    intuit_tid: str | None = None


def until_refused(ports: Ports, connection: Connection, sealed: SealedTokens) -> Attempt:
    """Revoke the pair and have its refresh refused; a refresh that succeeds gives a pair to go on with."""
    attempt = Attempt(ambiguous=sealed.ambiguous_since is not None or sealed.intent_at is not None)
    for _ in range(policies.REVOKE_ROUNDS):
        known_good = not attempt.ambiguous and sealed.refused_at is None
        try:
            keys = credentials(ports, lookup.app(ports.store, connection.app_id))
            revoked = _revoke(ports, keys, sealed, attempt)
            if revoked is RevokeOutcome.UNKNOWN:
                # Nothing is proven by a refusal now, and a refresh whose answer is lost would leave doubt for good.
                attempt.proof = Proof.NONE
                return attempt
            outcome, newer = _refresh(ports, keys, connection.id, sealed)
        except ConfigurationError:
            return attempt
        attempt.proof = disconnections.prove(revoked, outcome, known_good=known_good)
        if newer is None:
            return attempt
        # A refresh that works shows that this was the living pair after all.
        sealed, attempt.ambiguous = newer, False
    return attempt


def _revoke(ports: Ports, keys: Credentials, sealed: SealedTokens, attempt: Attempt) -> RevokeOutcome:
    try:
        answer = ports.oauth.revoke(keys, open_pair(ports.vault, sealed).refresh_token)
    except (IntuitUnavailable, IntuitProtocolError, IntuitRejected) as error:
        attempt.status, attempt.intuit_tid = error.status, error.intuit_tid or attempt.intuit_tid
        return RevokeOutcome.UNKNOWN
    attempt.status, attempt.intuit_tid = answer.status, answer.intuit_tid or attempt.intuit_tid
    return RevokeOutcome.ACCEPTED if answer.accepted else RevokeOutcome.REFUSED


def _refresh(
    ports: Ports, keys: Credentials, connection_id: str, sealed: SealedTokens
) -> tuple[RefreshOutcome, SealedTokens | None]:
    """Try the refresh that should be refused; a pair that it gives is saved before anything else."""
    tokens = open_pair(ports.vault, sealed)
    noted = rotation.note_intent(ports, sealed)
    try:
        answer = ports.oauth.refresh(keys, tokens.refresh_token)
    except IntuitRejected as rejected:
        rotation.note_failure(ports, noted, sent=False)
        refused = rejected.error == "invalid_grant"
        return (RefreshOutcome.REFUSED if refused else RefreshOutcome.UNKNOWN), None
    except IntuitUnavailable as unavailable:
        rotation.note_failure(ports, noted, sent=unavailable.processed is not False)
        return RefreshOutcome.UNKNOWN, None
    except IntuitProtocolError:
        rotation.note_failure(ports, noted, sent=True)
        return RefreshOutcome.UNKNOWN, None
    rotated = rotate(tokens, answer, ports.clock.now())
    newer = seal_pair(ports.vault, connection_id, rotated)
    save(
        ports,
        Change(
            tokens=newer,
            parent_generation=sealed.generation,
            events=(
                Event(
                    stream=connection_id,
                    kind=EventKind.REFRESHED,
                    at=rotated.obtained_at,
                    details={"generation": rotated.generation, "intuit_tid": answer.intuit_tid},
                ),
            ),
        ),
    )
    return RefreshOutcome.GRANTED, newer
