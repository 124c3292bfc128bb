"""A connection: one app joined to one company, with one id for life."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.domain.diagnosis import OF_THE_COMPANY
from qbapps.domain.parties import App, Owner, Reach
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState, next_state
from qbapps.domain.tokens import TokenSet
from qbapps.errors import TransitionError
from qbapps.values import Environment


class Kind(StrEnum):
    """What sort of connection it is."""

    ONLINE = "online"
    DESKTOP = "desktop"
    BANK = "bank"


@attrs.frozen(kw_only=True)
class Connection:
    """
    One app joined to one QuickBooks company.

    Attributes:
        id: For life: reconnects and transfers keep it.
        reach: ``api`` when we can act ourselves, ``hand`` when only a person in QuickBooks can.
        reference: The caller's own id, such as a tenant's.
        grant: Counts consents (connect, reconnect, transfer); 0 for a hand-kept row.
        generation: Counts token pairs.
        access_expires_at: End of the access token (one hour after a refresh).
        refresh_expires_at: End of the refresh token unless it is used (100 days, rolling).
        refresh_hard_expires_at: End of the consent whatever happens (five years), when known.
        paused_at: Since when it is paused; kept while it is broken, so that a repair does not resume it.
        cause: Why it needs a reconnect; None otherwise.
        last_used_on: As an inventory says, or the day (UTC) of the last refresh that a use asked for: a token,
            or a request of a ready-made client. We cannot see an app's own calls.
        version: Grows at each change.
    """

    id: str
    kind: Kind = Kind.ONLINE
    app_id: str
    environment: Environment
    realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    company_name: str | None = None
    owner: Owner | None = None
    state: ConnectionState
    reach: Reach
    reference: str | None = None
    scopes: tuple[str, ...] = ()
    grant: int = 0
    generation: int = 0
    connected_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    refreshed_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    access_expires_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    refresh_expires_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    refresh_hard_expires_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    disconnected_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    paused_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    cause: str | None = None
    last_used_on: date | None = None
    probed_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1

    def may(self, action: Action) -> ConnectionState:
        """
        Return the state *action* leads to.

        Raises:
            TransitionError: The connection's state does not allow it.
        """
        return next_state(self.state, action, connection_id=self.id, realm_id=self.realm_id)


def begin(
    app: App,
    *,
    id: str,  # noqa: A002 - the field's own name
    realm_id: str,
    company_name: str | None,
    owner: Owner | None,
    reference: str | None,
    scopes: tuple[str, ...],
    tokens: TokenSet,
    at: datetime,
) -> Connection:
    """Return the connection that a first consent makes."""
    connection = Connection(
        id=id,
        app_id=app.id,
        environment=app.environment,
        realm_id=realm_id,
        company_name=company_name,
        owner=owner,
        state=ConnectionState.CONNECTED,
        reach=Reach.API,
        reference=reference,
        scopes=scopes,
        grant=1,
        connected_at=at,
    )
    return _with_tokens(connection, tokens)


def consented(
    connection: Connection,
    *,
    action: Action,
    tokens: TokenSet,
    owner: Owner | None,
    company_name: str | None,
    scopes: tuple[str, ...],
    at: datetime,
    reference: str | None = None,
) -> Connection:
    """
    Return *connection* after a new consent: its pair, owner and scopes rule from now on.

    Args:
        action: CONNECT for a link the user followed on purpose, TAKE_OVER for a transfer or a
            consent that happened to fall on this company.
    """
    return _with_tokens(
        revise(
            connection,
            state=_still_paused(connection, connection.may(action), action),
            paused_at=None if action is Action.CONNECT else connection.paused_at,
            reach=Reach.API,
            owner=owner,
            company_name=company_name or connection.company_name,
            scopes=scopes,
            reference=reference or connection.reference,
            grant=connection.grant + 1,
            connected_at=at,
            disconnected_at=None,
            cause=None,
        ),
        tokens,
    )


def refreshed(connection: Connection, tokens: TokenSet, *, used_on: date | None = None) -> Connection:
    """
    Return *connection* after its pair was refreshed, which takes back a refusal of the pair, not of the company.

    Args:
        used_on: The day, when a use asked for the refresh; it only moves forward.
    """
    state = _still_paused(connection, connection.may(Action.REFRESH), Action.REFRESH)
    days = [day for day in (connection.last_used_on, used_on) if day is not None]
    used = attrs.evolve(connection, last_used_on=max(days, default=None))
    if connection.state is ConnectionState.NEEDS_RECONNECT and connection.cause in OF_THE_COMPANY:
        return _with_tokens(revise(used), tokens)
    return _with_tokens(revise(used, state=state, cause=None), tokens)


def served(connection: Connection) -> Connection:
    """Return *connection* after Intuit opened its company to us."""
    state = _still_paused(connection, connection.may(Action.REFRESH), Action.REFRESH)
    return revise(connection, state=state, cause=None)


def lost(connection: Connection, cause: str) -> Connection:
    """Return *connection* after Intuit stopped honouring its pair; *cause* says why."""
    return revise(connection, state=connection.may(Action.LOSE), cause=cause)


def disconnected(connection: Connection, at: datetime) -> Connection:
    """Return *connection* denied from *at* on."""
    return revise(
        connection,
        state=connection.may(Action.DISCONNECT),
        disconnected_at=at,
        cause=None,
    )


def without_tokens(connection: Connection) -> Connection:
    """Return *connection* after its pair was destroyed here."""
    return revise(
        connection,
        access_expires_at=None,
        refresh_expires_at=None,
        refresh_hard_expires_at=None,
    )


def _still_paused(connection: Connection, state: ConnectionState, action: Action) -> ConnectionState:
    """Return *state*, or PAUSED where what came back was paused and nobody resumed it."""
    if action is Action.CONNECT or connection.paused_at is None or state is not ConnectionState.CONNECTED:
        return state
    return ConnectionState.PAUSED


def _with_tokens(connection: Connection, tokens: TokenSet) -> Connection:
    return attrs.evolve(
        connection,
        generation=tokens.generation,
        refreshed_at=tokens.obtained_at,
        access_expires_at=tokens.access_expires_at,
        refresh_expires_at=tokens.refresh_expires_at,
        refresh_hard_expires_at=tokens.refresh_hard_expires_at,
    )


def check_grant(connection: Connection, grant: int | None, *, action: Action) -> None:
    """
    Check that the connection still has the consent that was decided on; None will do with any.

    Raises:
        TransitionError: It has another one by now.
    """
    if grant not in (None, connection.grant):
        raise TransitionError(
            f"{connection.id} has consent {connection.grant} by now, not {grant}.",
            hint="Look at it again, and decide anew.",
            state=connection.state,
            action=action,
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )
