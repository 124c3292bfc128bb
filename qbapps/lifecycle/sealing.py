"""Sealing and opening pairs, grants and client secrets, each bound to the row it belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, assert_never

import attrs

from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.keys import SealedKind, SealedRow
from qbapps.domain.parties import App, Credentials
from qbapps.domain.tokens import AccessToken, SealedTokens, TokenSet, Tombstone
from qbapps.errors import ConfigurationError, SealBroken, VaultError
from qbapps.ports import Change, Ports, SealedSecret, Vault
from qbapps.values import Secret

_HINTS: Final = {
    SealedKind.PAIR: "Have the company consent again (reconnect); find out who writes to the database.",
    SealedKind.GRANT: "Discard the grant and begin again; find out who writes to the database.",
    SealedKind.CLIENT_SECRET: "Register the app again with its client_secret; find out who writes to the database.",
}


def _binding(kind: SealedKind, id: str, which: str, generation: int | None = None) -> str:  # noqa: A002 - a row's id
    match kind:
        case SealedKind.PAIR:
            return f"connection/{id}/{generation}/{which}"
        case SealedKind.GRANT:
            return f"grant/{id}/{which}"
        case SealedKind.CLIENT_SECRET:
            return f"app/{id}/{which}"
        case _:
            assert_never(kind)


def _open(
    vault: Vault,
    sealed: bytes,
    kind: SealedKind,
    id: str,  # noqa: A002 - a row's id
    which: str,
    *,
    generation: int | None = None,
    connection_id: str | None = None,
) -> Secret:
    """Return what is in *sealed*; an error names the connection and what helps it."""
    try:
        return vault.open(sealed, _binding(kind, id, which, generation))
    except VaultError as error:
        error.connection_id = connection_id
        if isinstance(error, SealBroken):
            error.hint = _HINTS[kind]
        raise


def _pair(connection_id: str, generation: int, which: str) -> str:
    return _binding(SealedKind.PAIR, connection_id, which, generation)


def _open_of_pair(vault: Vault, sealed: SealedTokens, which: str) -> Secret:
    value = sealed.access if which == "access" else sealed.refresh
    about = sealed.connection_id
    return _open(vault, value, SealedKind.PAIR, about, which, generation=sealed.generation, connection_id=about)


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
        access_token=_open_of_pair(vault, sealed, "access"),
        refresh_token=_open_of_pair(vault, sealed, "refresh"),
        generation=sealed.generation,
        obtained_at=sealed.obtained_at,
        access_expires_at=sealed.access_expires_at,
        refresh_expires_at=sealed.refresh_expires_at,
        refresh_hard_expires_at=sealed.refresh_hard_expires_at,
    )


def open_access(vault: Vault, sealed: SealedTokens) -> AccessToken:
    """Return the access token inside *sealed*; its refresh token stays closed."""
    return AccessToken(
        value=_open_of_pair(vault, sealed, "access"),
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
        access=vault.seal(tokens.access_token, _binding(SealedKind.GRANT, grant.id, "access")),
        refresh=vault.seal(tokens.refresh_token, _binding(SealedKind.GRANT, grant.id, "refresh")),
        id_token=None if id_token is None else vault.seal(id_token, _binding(SealedKind.GRANT, grant.id, "id_token")),
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
        access_token=_open_of_grant(vault, grant, grant.access, "access"),
        refresh_token=_open_of_grant(vault, grant, grant.refresh, "refresh"),
        generation=generation,
        obtained_at=grant.obtained_at,
        access_expires_at=grant.access_expires_at,
        refresh_expires_at=grant.refresh_expires_at,
        refresh_hard_expires_at=grant.refresh_hard_expires_at,
    )
    id_token = None if grant.id_token is None else _open_of_grant(vault, grant, grant.id_token, "id_token")
    return tokens, id_token


def _open_of_grant(vault: Vault, grant: UnverifiedGrant, sealed: bytes, which: str) -> Secret:
    return _open(vault, sealed, SealedKind.GRANT, grant.id, which, connection_id=grant.connection_id)


def seal_client_secret(vault: Vault, app_id: str, secret: Secret) -> SealedSecret:
    """Return an app's client secret as the store keeps it."""
    return SealedSecret(
        app_id=app_id, sealed=vault.seal(secret, _binding(SealedKind.CLIENT_SECRET, app_id, "client_secret"))
    )


def credentials(ports: Ports, app: App) -> Credentials:
    """
    Return what a call to Intuit for *app* needs, its secret open.

    Raises:
        ConfigurationError: We do not hold the app's credentials.
    """
    return open_credentials(ports.vault, app, ports.store.client_secret(app.id))


def open_credentials(vault: Vault, app: App, sealed: bytes | None) -> Credentials:
    """
    Return what a call to Intuit for *app* needs; *sealed* is its client secret as the store keeps it.

    Raises:
        ConfigurationError: We do not hold the app's credentials.
    """
    if app.client_id is None or app.redirect_uri is None or sealed is None:
        raise ConfigurationError(
            f"We do not hold the credentials of {app.id}.",
            hint="Register it with client_id, client_secret and redirect_uri, or act by hand in QuickBooks.",
        )
    return Credentials(
        app_id=app.id,
        client_id=app.client_id,
        client_secret=_open(vault, sealed, SealedKind.CLIENT_SECRET, app.id, "client_secret"),
        redirect_uri=app.redirect_uri,
        environment=app.environment,
        scopes=app.scopes,
        discovery_url=app.discovery_url,
        api_url=app.api_url,
    )


def seal_again(vault: Vault, row: SealedRow) -> dict[str, Any]:
    """
    Return, sealed with the first key, what *row* holds under other keys.

    Raises:
        VaultError: Something in it cannot be opened.
    """
    first = vault.key_ids()[0]
    again = {}
    for which, value in row.values.items():
        if vault.key_id(value) != first:
            about = row.id if row.kind is SealedKind.PAIR else None
            secret = _open(vault, value, row.kind, row.id, which, generation=row.generation, connection_id=about)
            again[which] = vault.seal(secret, _binding(row.kind, row.id, which, row.generation))
    return again


def with_first_key(vault: Vault, change: Change) -> Change:
    """Return *change* with its grants under the first key: one read before a change of keys must not undo it."""
    if not any(isinstance(record, UnverifiedGrant) for record in change.records):
        return change
    return attrs.evolve(
        change,
        records=tuple(
            _grant_again(vault, record) if isinstance(record, UnverifiedGrant) else record for record in change.records
        ),
    )


def _grant_again(vault: Vault, grant: UnverifiedGrant) -> UnverifiedGrant:
    held = {"access": grant.access, "refresh": grant.refresh, "id_token": grant.id_token}
    values = {which: sealed for which, sealed in held.items() if sealed is not None}
    try:
        again = seal_again(vault, SealedRow(kind=SealedKind.GRANT, id=grant.id, generation=None, values=values))
    except VaultError:
        # What cannot be opened may still be discarded, and says so where it is used.
        return grant
    return attrs.evolve(grant, **(held | again)) if again else grant
