"""Registering apps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import attrs

from qbapps.domain.parties import App, Reach
from qbapps.domain.record import revise_if_changed
from qbapps.errors import ConfigurationError
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import seal_client_secret
from qbapps.ports import Change, ConnectionFilter, Ports
from qbapps.values import DEFAULT_SCOPES, OPENID, Environment, Secret, is_safe_url, order_scopes

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def register(
    ports: Ports,
    app_id: str,
    *,
    name: str | None,
    client_id: str | None,
    client_secret: str | Secret | None,
    redirect_uri: str | None,
    environment: str,
    scopes: Iterable[str] | None,
    discovery_url: str | None,
    api_url: str | None,
    developer_contact: str | None,
    identity: bool,
    category: str | None,
) -> App:
    """
    Add an app, or bring a known one up to date.

    Raises:
        ConfigurationError: What was given does not fit together; nothing was changed.
    """
    secret = Secret(client_secret) if isinstance(client_secret, str) else client_secret
    if client_id == "" or (secret is not None and not secret):
        raise ConfigurationError(
            f"{app_id} was given an empty client_id or client_secret.",
            hint="Check where the keys come from; pass None, not an empty text, for an app handled by hand.",
        )
    wanted = App(
        id=check_id(app_id),
        name=name or app_id,
        environment=_environment(environment),
        client_id=client_id,
        redirect_uri=redirect_uri,
        scopes=_scopes(app_id, scopes, identity=identity),
        discovery_url=_url("discovery_url", discovery_url),
        api_url=_url("api_url", api_url),
        developer_contact=developer_contact,
        registered_at=ports.clock.now(),
        category=(category or "").strip() or None,
    )

    def upsert() -> App:
        known = ports.store.app(app_id)
        has_secret = ports.store.client_secret(app_id) is not None
        _check_credentials(wanted, secret is not None or has_secret, secret is not None)
        _check_client_id(ports, wanted, known)
        if known is None:
            app = wanted
        else:
            changes = attrs.asdict(wanted, recurse=False)
            for kept in ("id", "registered_at", "version"):
                del changes[kept]
            changes["name"] = name or known.name
            changes["developer_contact"] = developer_contact or known.developer_contact
            changes["category"] = wanted.category or known.category
            app = revise_if_changed(known, **changes)
        save(
            ports,
            Change(
                records=() if app is known else (app,),
                secrets=() if secret is None else (seal_client_secret(ports.vault, app_id, secret),),
            ),
        )
        return app

    return retry_stale(upsert)


def check_id(app_id: str) -> str:
    """
    Return *app_id*.

    Raises:
        ConfigurationError: It cannot be an app's id.
    """
    if _ID.fullmatch(app_id) is None:
        raise ConfigurationError(
            f"{app_id!r} cannot be an app's id.",
            hint="Use letters, digits, dots, dashes and underscores, at most 64.",
        )
    return app_id


def _environment(name: str) -> Environment:
    try:
        return Environment(name)
    except ValueError:
        raise ConfigurationError(f"There is no environment {name!r}.", hint="Use 'sandbox' or 'production'.") from None


def _scopes(app_id: str, scopes: Iterable[str] | None, *, identity: bool) -> tuple[str, ...]:
    chosen = order_scopes(DEFAULT_SCOPES if scopes is None else scopes)
    if scopes is None and not identity:
        chosen = chosen[:1]
    if not chosen:
        raise ConfigurationError(f"{app_id} asks for no scope.", hint="Leave scopes out for the usual ones.")
    if identity and OPENID not in chosen:
        raise ConfigurationError(
            f"The scopes of {app_id} lack openid, so nobody could tell who owns its connections.",
            hint="Add 'openid', 'email' and 'profile', or pass identity=False and do without owners.",
        )
    return chosen


def _url(setting: str, url: str | None) -> str | None:
    if url is not None and not is_safe_url(url):
        raise ConfigurationError(
            f"{setting} is not a URL that credentials may be sent to.",
            hint="Use https, or http on loopback for a simulator.",
        )
    return url


def _check_credentials(app: App, holds_secret: bool, gave_secret: bool) -> None:
    if app.client_id is None:
        if gave_secret:
            raise ConfigurationError(
                f"{app.id} was given a client_secret without a client_id.",
                hint="Give both, or neither for an app that is handled by hand.",
            )
        return
    if not holds_secret:
        raise ConfigurationError(
            f"{app.id} was given a client_id without a client_secret.",
            hint="Give both; they are on the app's Keys page in Intuit's developer portal.",
        )
    if app.redirect_uri is None:
        raise ConfigurationError(
            f"{app.id} has no redirect_uri.",
            hint="Give the one that is registered in Intuit's developer portal, to the letter.",
        )
    parts = urlsplit(app.redirect_uri)
    if not is_safe_url(app.redirect_uri) or parts.query or parts.fragment:
        raise ConfigurationError(
            f"The redirect_uri of {app.id} cannot be used with Intuit.",
            hint="Use https (http only for localhost), with no query string and no fragment.",
        )


def _check_client_id(ports: Ports, app: App, known: App | None) -> None:
    if app.client_id is not None:
        other = ports.store.app_by_client_id(app.environment, app.client_id)
        if other is not None and other.id != app.id:
            raise ConfigurationError(
                f"{other.id} already has this client_id in {app.environment}.",
                hint=f"Use {other.id}, or give {app.id} its own keys.",
            )
    if known is None or known.client_id is None:
        return
    if (known.client_id, known.environment) == (app.client_id, app.environment):
        return
    if any(ports.store.connections(ConnectionFilter(app_id=app.id, reach=Reach.API))):
        raise ConfigurationError(
            f"{app.id} has connections made with other keys; they would stop working.",
            hint="Register the new keys under another id.",
        )
