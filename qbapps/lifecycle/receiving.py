"""What Intuit grants, sealed as an unverified grant before anything is believed about it."""

from __future__ import annotations

from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.tokens import TokenGrant, first
from qbapps.lifecycle.sealing import seal_grant
from qbapps.ports import Ports


def received(
    ports: Ports,
    app_id: str,
    answer: TokenGrant,
    *,
    claimed_realm_id: str | None,
    authorization_id: str | None = None,
) -> UnverifiedGrant:
    """Return *answer* as a sealed grant, not saved yet."""
    at = ports.clock.now()
    tokens = first(answer, at)
    return seal_grant(
        ports.vault,
        UnverifiedGrant(
            id=ports.randomness.new_id("grt_"),
            app_id=app_id,
            authorization_id=authorization_id,
            claimed_realm_id=claimed_realm_id,
            received_at=at,
            obtained_at=at,
            access_expires_at=tokens.access_expires_at,
            refresh_expires_at=tokens.refresh_expires_at,
        ),
        tokens,
        answer.id_token,
    )


def kept(grant: UnverifiedGrant, answer: TokenGrant, stream: str | None = None) -> Event:
    """Return the event of *grant* being kept, in *stream* or else in that of its app."""
    source = {"imported": True} if grant.authorization_id is None else {"authorization": grant.authorization_id}
    return Event(
        stream=stream or grant.app_id,
        kind=EventKind.GRANT_KEPT,
        at=grant.received_at,
        details={"grant": grant.id, **source, "intuit_tid": answer.intuit_tid},
    )
