"""What a witness may see of the connections: who holds them, and with which live tokens."""

from datetime import datetime
from typing import Literal

import attrs

from qbapps.simulator.ledger import AccessToken, Grant, RefreshToken
from qbapps.simulator.registry import User
from qbapps.simulator.tokens import find
from qbapps.simulator.world import World


@attrs.frozen(kw_only=True)
class Consent:
    """One consent that was exchanged for tokens, alive or not."""

    owner: User
    consented_at: datetime
    scopes: tuple[str, ...]
    hard_expires_at: datetime
    access_tokens: tuple[str, ...]
    refresh_tokens: tuple[str, ...]
    ended: str | None


@attrs.frozen(kw_only=True)
class Connection:
    """
    One app in one company as Intuit sees it now.

    Attributes:
        connected: Whether some refresh token would still be honoured.

        owner: Who holds it; None when nobody does.

        access_tokens: Every access token the API honours now, of whichever consent.

        refresh_tokens: Every refresh token the token endpoint honours now.

        consents: Everything that was ever granted, oldest first.
    """

    client_id: str
    realm_id: str
    connected: bool
    owner: User | None
    access_tokens: tuple[str, ...]
    refresh_tokens: tuple[str, ...]
    consents: tuple[Consent, ...]


@attrs.frozen(kw_only=True)
class Token:
    """
    What Intuit knows of one token it once gave.

    Attributes:
        owner: Who gave the consent it came of.

        newest: Whether it is, or came with, the last refresh token of its consent.

        why_dead: Why it is not honoured now; None while it is.
    """

    kind: Literal["access", "refresh"]
    client_id: str
    realm_id: str | None
    owner: User
    newest: bool
    why_dead: str | None


def look(world: World, client_id: str, realm_id: str) -> Connection:
    """Describe one app in one company, without any effect on it."""
    now, behaviour = world.clock.now(), world.behaviour
    holder = world.ledger.holder(client_id, realm_id, now, behaviour)
    consents = tuple(_consent(world, g) for g in world.ledger.grants(client_id, realm_id))
    return Connection(
        client_id=client_id,
        realm_id=realm_id,
        connected=holder is not None,
        owner=world.registry.users[holder.sub] if holder else None,
        access_tokens=tuple(value for c in consents for value in c.access_tokens),
        refresh_tokens=tuple(value for c in consents for value in c.refresh_tokens),
        consents=consents,
    )


def whose(world: World, value: str) -> Token | None:
    """Tell what a token is for and whether it lives, without using it; None when it was never given."""
    token = find(world, value)
    if token is None:
        return None
    refresh = token.partner if isinstance(token, AccessToken) else token
    return Token(
        kind="refresh" if token is refresh else "access",
        client_id=token.grant.client_id,
        realm_id=token.grant.realm_id,
        owner=world.registry.users[token.grant.sub],
        newest=refresh is token.grant.refresh_tokens[-1],
        why_dead=_why_dead(world, token),
    )


def why_dead(world: World, value: str) -> str | None:
    """Tell why a token is not honoured now; None when it is."""
    token = find(world, value)
    return "unknown" if token is None else _why_dead(world, token)


def _why_dead(world: World, token: RefreshToken | AccessToken) -> str | None:
    if isinstance(token, RefreshToken) and token.grant.condemned:
        return token.grant.condemned
    return world.ledger.fate(token, world.clock.now(), world.behaviour)


def _consent(world: World, grant: Grant) -> Consent:
    now, behaviour, ledger = world.clock.now(), world.behaviour, world.ledger
    return Consent(
        owner=world.registry.users[grant.sub],
        consented_at=grant.consented_at,
        scopes=grant.scopes,
        hard_expires_at=grant.hard_expires_at,
        access_tokens=tuple(t.value for t in ledger.live_access(grant, now, behaviour)),
        refresh_tokens=tuple(t.value for t in ledger.live_refresh(grant, now, behaviour)),
        ended=grant.ended or grant.condemned,
    )
