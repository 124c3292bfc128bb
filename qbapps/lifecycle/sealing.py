"""Sealing and opening pairs and client secrets, each bound to the row it belongs to."""

from __future__ import annotations

from datetime import datetime

import attrs

from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.parties import App, Credentials
from qbapps.domain.tokens import AccessToken, SealedTokens, TokenSet, Tombstone
from qbapps.errors import ConfigurationError
from qbapps.ports import Ports, SealedSecret, Vault
from qbapps.values import Secret


def _pair(connection_id: str, generation: int, which: str) -> str:
    return f"connection/{connection_id}/{generation}/{which}"


def seal_pair(vault: Vault, connection_id: str, tokens: TokenSet) -> SealedTokens:
    """Return *tokens* as the store keeps them, bound to their connection and generation."""
    return SealedTokens(
        connection_id=connection_id,
        generation=tokens.generation,
        access=vault.seal(tokens.access_token, _pair(connection_id, tokens.generation, "access")),
        refresh=vault.seal(tokens.refresh_token, _pair(connection_id, tokens.generation, "refresh")),
        digest=tokens.refresh_token.digest(),
        obtained_at=tokens.obtained_at,
        access_expires_at=tokens.access_expires_at,
        refresh_expires_at=tokens.refresh_expires_at,
        refresh_hard_expires_at=tokens.refresh_hard_expires_at,
    )


def open_pair(vault: Vault, sealed: SealedTokens) -> TokenSet:
    """Return the pair inside *sealed*."""
    return TokenSet(
        access_token=vault.open(sealed.access, _pair(sealed.connection_id, sealed.generation, "access")),
        refresh_token=vault.open(sealed.refresh, _pair(sealed.connection_id, sealed.generation, "refresh")),
        generation=sealed.generation,
        obtained_at=sealed.obtained_at,
        access_expires_at=sealed.access_expires_at,
        refresh_expires_at=sealed.refresh_expires_at,
        refresh_hard_expires_at=sealed.refresh_hard_expires_at,
    )


def open_access(vault: Vault, sealed: SealedTokens) -> AccessToken:
    """Return the access token inside *sealed*; its refresh token stays closed."""
    return AccessToken(
        value=vault.open(sealed.access, _pair(sealed.connection_id, sealed.generation, "access")),
        expires_at=sealed.access_expires_at,
        generation=sealed.generation,
    )


def tombstone(sealed: SealedTokens, at: datetime, why: str) -> Tombstone:
    """Return what remains of *sealed* once it is destroyed."""
    return Tombstone(
        connection_id=sealed.connection_id,
        generation=sealed.generation,
        digest=sealed.digest,
        retired_at=at,
        why=why,
    )


def seal_grant(vault: Vault, grant: UnverifiedGrant, tokens: TokenSet, id_token: Secret | None) -> UnverifiedGrant:
    """Return *grant* holding *tokens*, sealed and bound to it."""
    return attrs.evolve(
        grant,
        access=vault.seal(tokens.access_token, f"grant/{grant.id}/access"),
        refresh=vault.seal(tokens.refresh_token, f"grant/{grant.id}/refresh"),
        id_token=None if id_token is None else vault.seal(id_token, f"grant/{grant.id}/id_token"),
        obtained_at=tokens.obtained_at,
        access_expires_at=tokens.access_expires_at,
        refresh_expires_at=tokens.refresh_expires_at,
        refresh_hard_expires_at=tokens.refresh_hard_expires_at,
    )


def open_grant(vault: Vault, grant: UnverifiedGrant, *, generation: int = 1) -> tuple[TokenSet, Secret | None]:
    """Return the pair and the id_token inside *grant*; the pair is numbered *generation*."""
    if grant.access is None or grant.refresh is None:
        raise ConfigurationError(
            f"{grant.id} holds no pair any more: it is {grant.state}.",
            hint="Look at unverified_grants() for those that are left.",
        )
    tokens = TokenSet(
        access_token=vault.open(grant.access, f"grant/{grant.id}/access"),
        refresh_token=vault.open(grant.refresh, f"grant/{grant.id}/refresh"),
        generation=generation,
        obtained_at=grant.obtained_at,
        access_expires_at=grant.access_expires_at,
        refresh_expires_at=grant.refresh_expires_at,
        refresh_hard_expires_at=grant.refresh_hard_expires_at,
    )
    id_token = None if grant.id_token is None else vault.open(grant.id_token, f"grant/{grant.id}/id_token")
    return tokens, id_token


def seal_client_secret(vault: Vault, app_id: str, secret: Secret) -> SealedSecret:
    """Return an app's client secret as the store keeps it."""
    return SealedSecret(app_id=app_id, sealed=vault.seal(secret, f"app/{app_id}/client_secret"))


def credentials(ports: Ports, app: App) -> Credentials:
    """
    Return what a call to Intuit for *app* needs, its secret open.

    Raises:
        ConfigurationError: We do not hold the app's credentials.
    """
    sealed = ports.store.client_secret(app.id)
    if app.client_id is None or app.redirect_uri is None or sealed is None:
        raise ConfigurationError(
            f"We do not hold the credentials of {app.id}.",
            hint="Register it with client_id, client_secret and redirect_uri, or act by hand in QuickBooks.",
        )
    return Credentials(
        app_id=app.id,
        client_id=app.client_id,
        client_secret=ports.vault.open(sealed, f"app/{app.id}/client_secret"),
        redirect_uri=app.redirect_uri,
        environment=app.environment,
        scopes=app.scopes,
        discovery_url=app.discovery_url,
        api_url=app.api_url,
    )
