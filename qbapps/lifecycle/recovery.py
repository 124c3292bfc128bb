"""After a crash: what was cut off, and carrying it on as far as Intuit allows."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from qbapps.domain.authorization import Purpose
from qbapps.domain.disconnection import DisconnectionState
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.recovery import Interrupted, InterruptedKind, RecoveryReport
from qbapps.domain.states import ConnectionState
from qbapps.errors import QBAppsError, StaleVersion
from qbapps.language import N_, Phrase
from qbapps.lifecycle import disconnect, exchanging, grants, lookup, refresh
from qbapps.ports import Ports

_log = logging.getLogger(__name__)

_NEXT: Final = {
    Purpose.CONNECT: N_("Its answer is lost: begin again with a fresh link."),
    Purpose.RECONNECT: N_("Its answer is lost: send the owner a fresh reconnect link."),
    Purpose.TRANSFER: N_("Its answer is lost: send the new owner a fresh link (renew the transfer's)."),
}


def interrupted(ports: Ports) -> tuple[Interrupted, ...]:
    """Return what was begun and nobody is carrying on; no network, and nothing is changed."""
    found = (*_exchanges(ports), *_refreshes(ports), *_disconnects(ports), *_grants(ports))
    ago = ports.clock.now() - exchanging.patience(ports)
    return tuple(one for one in found if one.since <= ago)


def look_back(ports: Ports) -> tuple[Interrupted, ...]:
    """
    Settle what needs no network, and log one warning that names what was found.

    An exchange that was cut off becomes ``lost``; the rest waits for ``recover`` or for its next call.
    """
    found = interrupted(ports)
    if found:
        counts = Counter(str(one.kind) for one in found)
        _log.warning("A crash left work unfinished; recover() carries it on.", extra={"interrupted": dict(counts)})
    for taken in exchanging.overdue(ports):
        exchanging.lose(ports, taken)
    return found


def recover(ports: Ports) -> RecoveryReport:
    """
    Carry on what was cut off: what fails is reported and stops nothing else.

    Every step may be repeated: an exchange is never sent again, a refresh waits for its lease and
    is sent once more with the token that is held, a revoke does no harm twice, a grant is checked anew.
    """
    settled: list[Interrupted] = []
    failed: list[tuple[str, str]] = []
    for one in interrupted(ports):
        try:
            _carry_on(ports, one)
        except QBAppsError as error:
            failed.append((one.id, error.message))
        else:
            settled.append(one)
    return RecoveryReport(settled=tuple(settled), failed=tuple(failed))


def _carry_on(ports: Ports, one: Interrupted) -> None:
    match one.kind:
        case InterruptedKind.EXCHANGE:
            taken = ports.store.authorization(one.id)
            if taken is not None:
                exchanging.lose(ports, taken)
        case InterruptedKind.REFRESH:
            refresh.refresh_now(ports, one.id)
        case InterruptedKind.DISCONNECT:
            disconnect.carry_out(ports, one.id)
        case InterruptedKind.GRANT:
            _settle(ports, one.id)


def _settle(ports: Ports, grant_id: str) -> None:
    try:
        grants.settle(ports, lookup.grant(ports.store, grant_id))
    except StaleVersion:
        # Another process was at it too; who came first has said what it is.
        if _awaits_check(lookup.grant(ports.store, grant_id)):
            raise


def _exchanges(ports: Ports) -> Iterator[Interrupted]:
    for taken in exchanging.overdue(ports):
        connection = exchanging.affected(ports.store, taken)
        since = taken.taken_at or taken.created_at
        yield Interrupted(
            kind=InterruptedKind.EXCHANGE,
            id=taken.id,
            app_id=taken.app_id,
            connection_id=None if connection is None else connection.id,
            realm_id=taken.realm_id or taken.claimed_realm_id,
            transfer_id=taken.transfer_id,
            since=since,
            what=Phrase(N_("A consent was being taken at {at}, and nothing was heard of it since."), at=_when(since)),
            next_step=Phrase(_NEXT[taken.purpose]),
        )


def _refreshes(ports: Ports) -> Iterator[Interrupted]:
    for sealed in ports.store.unanswered():
        connection = ports.store.connection(sealed.connection_id)
        if connection is None or sealed.intent_at is None or connection.state is ConnectionState.DISCONNECTED:
            # What is disconnected is its disconnect's business.
            continue
        yield Interrupted(
            kind=InterruptedKind.REFRESH,
            id=connection.id,
            app_id=connection.app_id,
            connection_id=connection.id,
            realm_id=connection.realm_id,
            since=sealed.intent_at,
            what=Phrase(N_("A refresh was about to be sent at {at}, and never ended."), at=_when(sealed.intent_at)),
            next_step=Phrase(N_("It will be tried once more with the pair that is held.")),
        )


def _disconnects(ports: Ports) -> Iterator[Interrupted]:
    for begun in ports.store.disconnections(state=DisconnectionState.REVOKING):
        since = begun.requested_at
        yield Interrupted(
            kind=InterruptedKind.DISCONNECT,
            id=begun.id,
            app_id=begun.app_id,
            connection_id=begun.connection_id,
            realm_id=begun.realm_id,
            since=since,
            what=Phrase(N_("A disconnect of {at} is in force here, and was not carried out."), at=_when(since)),
            next_step=Phrase(N_("It will be revoked at Intuit, and what that proves recorded.")),
        )


def _grants(ports: Ports) -> Iterator[Interrupted]:
    for grant in ports.store.grants(GrantState.UNVERIFIED):
        if not _awaits_check(grant):
            continue
        authorization = None if grant.authorization_id is None else ports.store.authorization(grant.authorization_id)
        yield Interrupted(
            kind=InterruptedKind.GRANT,
            id=grant.id,
            app_id=grant.app_id,
            connection_id=None if authorization is None else authorization.connection_id,
            realm_id=grant.realm_id or grant.claimed_realm_id,
            transfer_id=None if authorization is None else authorization.transfer_id,
            since=grant.received_at,
            what=Phrase(N_("What Intuit granted at {at} is kept, and was not checked."), at=_when(grant.received_at)),
            next_step=Phrase(N_("Its company and its person will be checked, as adopt does.")),
        )


def _awaits_check(grant: UnverifiedGrant) -> bool:
    return grant.state is GrantState.UNVERIFIED and grant.refused_at is None


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
