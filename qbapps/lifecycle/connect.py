"""Asking for a consent, and taking the callback that answers it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs

from qbapps.domain import authorization as authorizations
from qbapps.domain import policies
from qbapps.domain.authorization import (
    Authorization,
    AuthorizationRequest,
    AuthorizationState,
    Callback,
    Purpose,
)
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.parties import App, Credentials
from qbapps.domain.states import Action
from qbapps.domain.tokens import TokenGrant
from qbapps.domain.transfer import TransferState, end
from qbapps.errors import (
    AuthorizationError,
    ConfigurationError,
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    StaleVersion,
    StateMismatch,
    TransitionError,
)
from qbapps.lifecycle import exchanging, grants, lookup
from qbapps.lifecycle.people import check_email, check_realm
from qbapps.lifecycle.receiving import kept, received
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials
from qbapps.ports import Change, Ports, Record
from qbapps.values import Secret


def begin_connect(
    ports: Ports,
    app_id: str,
    *,
    realm_id: str | None,
    owner: str | None,
    reference: str | None,
    bind: str | None,
) -> AuthorizationRequest:
    """Make a link that asks for a first consent, and remember what it was for."""
    app = lookup.app(ports.store, app_id)
    check_realm(realm_id)
    if owner is not None:
        check_email(owner)
        check_identity(app)
    authorization, request = prepare(
        ports,
        app,
        Purpose.CONNECT,
        lasts_for=policies.STATE_LIFETIME,
        realm_id=realm_id,
        owner=owner,
        reference=reference,
        bind=bind,
    )
    save(ports, Change(records=(authorization,)))
    return request


_WITHOUT_LINK: Final = {
    Kind.DESKTOP: (
        "a connection to QuickBooks Desktop",
        "Give its connector a new password with desktop.reissue, and have it set up again.",
    ),
    Kind.BANK: ("a bank connection", "Look at banks.repair: it says what to do in QuickBooks and at the bank."),
}


def begin_reconnect(ports: Ports, connection_id: str, *, bind: str | None) -> AuthorizationRequest:
    """Make a link that asks for a new consent for the same company."""
    connection = lookup.connection(ports.store, connection_id)
    connection.may(Action.BEGIN_RECONNECT)
    if connection.kind in _WITHOUT_LINK:
        what, hint = _WITHOUT_LINK[connection.kind]
        raise TransitionError(
            f"{connection.id} is {what}: there is no link to send.",
            hint=hint,
            state=connection.state,
            action=Action.BEGIN_RECONNECT,
            connection_id=connection.id,
        )
    app = lookup.app(ports.store, connection.app_id)
    authorization, request = prepare(
        ports,
        app,
        Purpose.RECONNECT,
        lasts_for=policies.STATE_LIFETIME,
        realm_id=connection.realm_id,
        reference=connection.reference,
        connection_id=connection.id,
        bind=bind,
    )
    save(ports, Change(records=(authorization,)))
    return request


def prepare(
    ports: Ports,
    app: App,
    purpose: Purpose,
    *,
    lasts_for: timedelta,
    realm_id: str | None = None,
    owner: str | None = None,
    reference: str | None = None,
    connection_id: str | None = None,
    transfer_id: str | None = None,
    bind: str | None = None,
) -> tuple[Authorization, AuthorizationRequest]:
    """Return a pending authorization, not saved yet, and the link that answers it."""
    at = ports.clock.now()
    state = ports.randomness.new_state()
    url = ports.oauth.authorization_url(credentials(ports, app), state)
    authorization = Authorization(
        id=ports.randomness.new_id("aut_"),
        app_id=app.id,
        purpose=purpose,
        state_hash=state.digest(),
        bind_hash=None if bind is None else authorizations.digest(bind),
        realm_id=realm_id,
        owner=owner,
        reference=reference,
        connection_id=connection_id,
        transfer_id=transfer_id,
        scopes=app.scopes,
        created_at=at,
        expires_at=at + lasts_for,
    )
    return authorization, AuthorizationRequest(id=authorization.id, url=url, expires_at=authorization.expires_at)


def check_identity(app: App) -> None:
    """Raise ConfigurationError unless the app's consents tell who gave them."""
    if not app.asks_identity:
        raise ConfigurationError(
            f"{app.id} does not ask for openid, so nobody can tell who gives a consent.",
            hint="Register it with the openid, email and profile scopes; companies then consent once more.",
        )


def complete(ports: Ports, url: str, *, bind: str | None) -> Connection:
    """
    Take the callback of a connect, a reconnect or a transfer.

    The state is used up first, then the code is exchanged, and what Intuit grants is sealed
    before anything is checked: a takeover may already have ended the pair we had.
    """
    callback = authorizations.read_callback(url)
    authorization = _pending(ports, callback, bind)
    if callback.code is None:
        _refuse(ports, authorization, callback)
        raise authorizations.refused(authorization, callback)
    # Before the state is used up: a missing key must not cost a consent.
    keys = credentials(ports, lookup.app(ports.store, authorization.app_id))
    late = authorizations.why_late(authorization, ports.clock.now())
    taken = _take(ports, authorization, callback)
    granted = _exchange(ports, keys, authorization, taken, callback.code)
    grant = _keep(ports, taken, granted, late)
    if late is not None:
        raise authorizations.too_late(authorization, grant.id)
    return grants.settle(ports, grant)


def _pending(ports: Ports, callback: Callback, bind: str | None) -> Authorization:
    authorization = ports.store.authorization_by_state(callback.state.digest())
    if authorization is None:
        raise StateMismatch(
            "The callback's state is none of ours.",
            hint="Begin again; if it happens often, check that every process uses the same store.",
        )
    authorizations.check_bind(authorization, bind)
    authorizations.check_unused(authorization)
    return authorization


def _refuse(ports: Ports, authorization: Authorization, callback: Callback) -> None:
    """End the authorization; a refused transfer is declined, other errors leave it waiting for a fresh link."""
    if authorization.state is not AuthorizationState.PENDING:
        return
    records: list[Record] = [authorizations.closed(authorization, AuthorizationState.REFUSED)]
    events: list[Event] = []
    at = ports.clock.now()
    if callback.error == "access_denied" and authorization.transfer_id is not None:
        transfer = lookup.transfer(ports.store, authorization.transfer_id)
        if transfer.state is TransferState.PENDING:
            records.append(end(transfer, TransferState.DECLINED, at))
            events.append(
                Event(
                    stream=transfer.connection_id,
                    kind=EventKind.TRANSFER_ENDED,
                    at=at,
                    details={"transfer": transfer.id, "state": TransferState.DECLINED, "to": transfer.to},
                )
            )
    _save_once(ports, authorization, Change(records=tuple(records), events=tuple(events)))


def _take(ports: Ports, authorization: Authorization, callback: Callback) -> Authorization:
    """Use the state up and note that the code is about to be sent: a crash from here on leaves a trace."""
    taken = authorizations.exchanging(authorization, callback.realm_id, ports.clock.now())
    _save_once(ports, authorization, Change(records=(taken,)))
    return taken


def _save_once(ports: Ports, authorization: Authorization, change: Change) -> None:
    """Save what uses a state up; whoever comes second meets a replay."""
    try:
        save(ports, change)
    except StaleVersion:
        pass
    else:
        return
    raise StateMismatch(
        f"The state of authorization {authorization.id} was used by another request at the same time.",
        hint="Load the page again; the other request has the connection.",
    )


def _exchange(
    ports: Ports, keys: Credentials, authorization: Authorization, taken: Authorization, code: Secret
) -> TokenGrant:
    try:
        return ports.oauth.exchange(keys, code)
    except IntuitUnavailable as unavailable:
        if unavailable.processed is False:
            _note(ports, taken, lambda present: authorizations.unspent(present, authorization))
        else:
            exchanging.lose(ports, taken)
        raise
    except IntuitProtocolError:
        exchanging.lose(ports, taken)
        raise
    except IntuitRejected as rejected:
        _note(ports, taken, lambda present: authorizations.closed(present, AuthorizationState.REFUSED))
        if rejected.error != "invalid_grant":
            raise
    raise AuthorizationError(
        f"Intuit refused the code of authorization {authorization.id}: it is too old or was used before.",
        hint="Begin again, and let only one process complete a callback.",
        connection_id=authorization.connection_id,
        realm_id=authorization.realm_id,
    )


def _keep(ports: Ports, taken: Authorization, answer: TokenGrant, late: str | None) -> UnverifiedGrant:
    """Seal Intuit's answer, which may be the only living pair; one that came too late waits for a decision."""
    try:
        grant = received(
            ports, taken.app_id, answer, claimed_realm_id=taken.claimed_realm_id, authorization_id=taken.id
        )
    except IntuitProtocolError:
        exchanging.lose(ports, taken)
        raise
    if late is not None:
        grant = attrs.evolve(grant, why=late, refused_at=grant.received_at)
    change = Change(records=(grant,), events=(kept(grant, answer, taken.connection_id),))
    _note(ports, taken, lambda present: authorizations.answered(present, grant.id), change)
    return grant


def _note(
    ports: Ports, taken: Authorization, change: Callable[[Authorization], Authorization], more: Change | None = None
) -> None:
    """Save what became of an exchange, together with *more*; whoever gave it up for lost meanwhile is corrected."""

    def beat() -> None:
        noted = change(ports.store.authorization(taken.id) or taken)
        whole = Change() if more is None else more
        save(ports, attrs.evolve(whole, records=(*whole.records, noted)))

    retry_stale(beat)
