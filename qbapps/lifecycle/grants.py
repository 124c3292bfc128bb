"""Unverified grants: checked, judged, promoted or put aside; adopt and discard."""

from __future__ import annotations

import attrs

from qbapps.domain.authorization import Purpose
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import (
    Expectation,
    GrantState,
    Judgement,
    UnverifiedGrant,
    is_held,
    judge,
    put_aside,
)
from qbapps.domain.record import revise
from qbapps.errors import (
    AuthorizationError,
    GrantUnverified,
    QBAppsError,
    SealBroken,
    TransitionError,
    WrongCompany,
    WrongOwner,
)
from qbapps.lifecycle import checking, lookup, promotion, superfluous
from qbapps.lifecycle.promotion import Checked
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials, open_grant
from qbapps.ports import Change, ConnectionFilter, Ports


def settle(ports: Ports, grant: UnverifiedGrant, *, adopting: bool = False) -> Connection:
    """
    Check *grant* with Intuit and promote it, or keep it and say why.

    Args:
        adopting: Somebody decided to take it although its link had expired or was cancelled.
    """
    app = lookup.app(ports.store, grant.app_id)
    expected = checking.expectation(ports, grant)
    try:
        found = checking.check(ports, app, grant, expected)
    except QBAppsError:
        # Whatever the check met: if somebody has decided on the grant meanwhile, that rules.
        done = _made_of(ports, _undiscarded(ports, grant.id))
        if done is None:
            raise
        return done

    def decide_and_save() -> tuple[Judgement, Connection | None]:
        checked = attrs.evolve(found, grant=_undiscarded(ports, grant.id))
        done = _made_of(ports, checked.grant)
        if done is not None:
            return Judgement.ACCEPTED, done
        held = ports.store.connection_of(app.id, checked.realm_id)
        known = None if expected.owner is None else ports.store.identity(app.id, email=expected.owner)
        judgement = judge(
            expected,
            realm_id=checked.realm_id,
            identity=checked.identity,
            held=held,
            known_sub=None if known is None else known.sub,
        )
        if judgement in (Judgement.WRONG_COMPANY, Judgement.WRONG_OWNER_UNHELD):
            promotion.keep(ports, checked, expected, judgement)
            return judgement, None
        if expected.purpose is Purpose.TRANSFER and held is not None and not is_held(held) and not adopting:
            _put_aside(ports, checked.grant, "Its connection was disconnected while it was on the way.")
            raise _disconnected_meanwhile(grant, held)
        if held is not None and promotion.is_overtaken(ports.store, grant, held):
            _put_aside(ports, checked.grant, "A later consent for its connection came in first.")
            raise _overtaken(grant, held)
        return judgement, promotion.promote(ports, app, checked, expected, judgement, held)

    judgement, connection = retry_stale(decide_and_save)
    if judgement is Judgement.ACCEPTED and connection is not None:
        return connection
    raise _refusal(judgement, found, expected, connection)


def _undiscarded(ports: Ports, grant_id: str) -> UnverifiedGrant:
    """
    Return the grant as it is now, kept or promoted.

    Raises:
        TransitionError: Another process discarded it.
    """
    present = lookup.grant(ports.store, grant_id)
    if present.state is GrantState.DISCARDED:
        raise _not_open(present, "adopt")
    return present


def _made_of(ports: Ports, grant: UnverifiedGrant) -> Connection | None:
    """Return the connection that another process made of the grant while this one was checking it."""
    return None if grant.connection_id is None else ports.store.connection(grant.connection_id)


def _put_aside(ports: Ports, grant: UnverifiedGrant, why: str) -> None:
    save(ports, Change(records=(put_aside(grant, why, ports.clock.now()),)))


def unverified(ports: Ports) -> tuple[UnverifiedGrant, ...]:
    """Return the grants that wait for a decision."""
    return ports.store.grants(GrantState.UNVERIFIED)


def adopt(ports: Ports, grant_id: str) -> Connection:
    """Resume the check of a kept grant; nothing of it is skipped."""
    return settle(ports, _open(ports, grant_id, "adopt"), adopting=True)


def discard(ports: Ports, grant_id: str) -> None:
    """
    Destroy a kept grant here, and revoke it where that cannot reach a connection we hold.

    A revoke may end more than its own pair, so it is sent only when the grant's company is
    verified and no live connection shares the app and that company, or the app and that person.

    Raises:
        TransitionError: It is not kept any more; or what it gave may be the only pair that still works
            for a connection. Adopt it then, or discard it again.
        GrantUnverified: Intuit cannot be asked now which company it is for. Nothing was discarded.
        IntuitUnavailable: Intuit cannot be asked now whether that connection works. Nothing was discarded.
    """
    superfluous.check(ports, _open(ports, grant_id, "discard"))
    grant = retry_stale(lambda: _taken_out(ports, grant_id))
    try:
        outcome = "not sent" if grant.realm_id is None or _shared(ports, grant) else _revoked(ports, grant)
    except BaseException:
        retry_stale(lambda: _put_back(ports, grant_id))
        raise
    retry_stale(lambda: _emptied(ports, grant_id, outcome))


def _emptied(ports: Ports, grant_id: str, outcome: str) -> None:
    """Destroy the pair of a grant that was taken out, unless somebody has done so at the same time."""
    grant = lookup.grant(ports.store, grant_id)
    if grant.refresh is None:
        return
    event = Event(
        stream=grant.app_id,
        kind=EventKind.GRANT_DISCARDED,
        at=ports.clock.now(),
        details={"grant": grant.id, "realm_id": grant.realm_id, "revoke": outcome},
    )
    save(ports, Change(records=(revise(grant, access=None, refresh=None, id_token=None),), events=(event,)))


def _put_back(ports: Ports, grant_id: str) -> None:
    """Let a grant that could not be revoked wait for a decision again."""
    grant = lookup.grant(ports.store, grant_id)
    if grant.refresh is not None:
        save(ports, Change(records=(revise(grant, state=GrantState.UNVERIFIED),)))


def _taken_out(ports: Ports, grant_id: str) -> UnverifiedGrant:
    """Save that nobody may adopt the grant any more; it keeps its pair until that is revoked."""
    grant = revise(_open(ports, grant_id, "discard"), state=GrantState.DISCARDED)
    save(ports, Change(records=(grant,)))
    return grant


def _revoked(ports: Ports, grant: UnverifiedGrant) -> str:
    """Revoke the grant at Intuit, and return what came of it."""
    try:
        tokens, _ = open_grant(ports.vault, grant)
    except SealBroken:
        # What cannot be opened cannot be revoked, and nobody can use it either.
        return "not sent"
    app = lookup.app(ports.store, grant.app_id)
    answer = ports.oauth.revoke(credentials(ports, app), tokens.refresh_token)
    return "accepted" if answer.accepted else "refused"


def _open(ports: Ports, grant_id: str, action: str) -> UnverifiedGrant:
    """Return a grant that waits for a decision, or that was being discarded when its process died."""
    grant = lookup.grant(ports.store, grant_id)
    if grant.state is GrantState.DISCARDED and grant.refresh is not None and action == "discard":
        return grant
    if grant.state is not GrantState.UNVERIFIED:
        raise _not_open(grant, action)
    return grant


def _not_open(grant: UnverifiedGrant, action: str) -> TransitionError:
    return TransitionError(
        f"{grant.id} is {grant.state}.",
        hint="Look at unverified_grants() for those that are left.",
        state=grant.state,
        action=action,
        connection_id=grant.connection_id,
    )


def _shared(ports: Ports, grant: UnverifiedGrant) -> bool:
    live = (c for c in ports.store.connections(ConnectionFilter(app_id=grant.app_id)) if is_held(c))
    # Whoever's owner is not known may be the same person's.
    return any(c.realm_id == grant.realm_id or None in (grant.sub, _sub_of(c)) or _sub_of(c) == grant.sub for c in live)


def _sub_of(connection: Connection) -> str | None:
    return None if connection.owner is None else connection.owner.sub


def _disconnected_meanwhile(grant: UnverifiedGrant, held: Connection) -> GrantUnverified:
    return GrantUnverified(
        f"{held.id} was disconnected while its transfer was on the way; what Intuit granted is kept as {grant.id}.",
        hint="Discard it, or adopt it if the company wants the app back.",
        grant_id=grant.id,
        connection_id=held.id,
        realm_id=held.realm_id,
    )


def _overtaken(grant: UnverifiedGrant, held: Connection) -> AuthorizationError:
    return AuthorizationError(
        f"A later consent for {held.id} came in first and rules; what this one gave is kept as {grant.id}.",
        hint="Discard it: the connection goes on with the later consent.",
        grant_id=grant.id,
        connection_id=held.id,
        realm_id=held.realm_id,
    )


def _refusal(
    judgement: Judgement, checked: Checked, expected: Expectation, connection: Connection | None
) -> QBAppsError:
    kept = checked.grant.id if connection is None else None
    where = {"grant_id": kept, "realm_id": checked.realm_id}
    target = None if connection is None else connection.id
    match judgement:
        case Judgement.WRONG_COMPANY:
            return WrongCompany(
                f"The consent is for company {checked.realm_id}, not {expected.realm_id}; it is kept as {kept}.",
                hint="Discard it, and send the link again: the person has to choose the right company.",
                connection_id=expected.connection_id,
                **where,
            )
        case Judgement.WRONG_COMPANY_HELD:
            return WrongCompany(
                f"The consent is for company {checked.realm_id}, not {expected.realm_id}: "
                f"{target} was taken over by it and goes on with it.",
                hint="Send the link again for the right company, and check who should own the other one.",
                connection_id=target,
                **where,
            )
        case Judgement.OTHER_REFERENCE:
            return WrongCompany(
                f"Company {checked.realm_id} is already connected as {target}, under another reference.",
                hint="Disconnect it there first, or begin with the same reference.",
                connection_id=target,
                **where,
            )
        case _:
            who = checked.identity.email or checked.identity.sub if checked.identity else "somebody unknown"
            ending = f"kept as {kept}" if target is None else f"{target} belongs to them at Intuit now"
            return WrongOwner(
                f"The consent came from {who}, not {expected.owner}: {ending}.",
                hint="Ask the right person to follow a fresh link.",
                connection_id=target,
                **where,
            )
