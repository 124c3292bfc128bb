"""Promoting a checked grant to its connection, in one transaction with all that it settles."""

from __future__ import annotations

import attrs

from qbapps.domain.authorization import Purpose
from qbapps.domain.connection import Connection, begin, consented
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import Expectation, Judgement, UnverifiedGrant, is_held, promoted, put_aside
from qbapps.domain.parties import App, CompanyFacts, Identity, KnownIdentity, Owner, Role
from qbapps.domain.states import Action
from qbapps.domain.transfer import OPEN, Transfer, TransferState, end
from qbapps.lifecycle import superseding
from qbapps.lifecycle.people import known_at
from qbapps.lifecycle.saving import save
from qbapps.lifecycle.sealing import open_grant, seal_pair, tombstone
from qbapps.ports import Change, Ports, Record, Store


@attrs.frozen(kw_only=True)
class Checked:
    """A grant whose company and person are both known."""

    grant: UnverifiedGrant
    realm_id: str
    company: CompanyFacts
    identity: Identity | None


_TRANSFER_ENDS = {
    Judgement.ACCEPTED: TransferState.COMPLETED,
    Judgement.WRONG_COMPANY: TransferState.WRONG_COMPANY,
    Judgement.WRONG_COMPANY_HELD: TransferState.WRONG_COMPANY,
    Judgement.WRONG_OWNER: TransferState.WRONG_OWNER,
}

_WHY_KEPT = {
    Judgement.WRONG_COMPANY: "It is for another company than the one expected.",
    Judgement.WRONG_OWNER_UNHELD: "It is from another person than the one expected.",
}


def keep(ports: Ports, checked: Checked, expected: Expectation, judgement: Judgement) -> None:
    """Leave the grant unverified, say why, and end the transfer it was for."""
    at = ports.clock.now()
    transfer = _open_transfer(ports.store, expected)
    records: list[Record] = [put_aside(checked.grant, _WHY_KEPT[judgement], at)]
    events: list[Event] = []
    if transfer is not None:
        ended = end(transfer, _TRANSFER_ENDS[judgement], at)
        records.append(ended)
        events.append(_transfer_ended(ended))
    save(ports, Change(records=tuple(records), events=tuple(events)))


def is_overtaken(store: Store, grant: UnverifiedGrant, held: Connection) -> bool:
    """
    Tell whether *held* works with a consent that Intuit answered after *grant*.

    The later answer may have ended this one's pair, so the older never replaces the newer, however
    long its check took.
    """
    return is_held(held) and store.is_overtaken(grant.id, held.id)


def promote(
    ports: Ports,
    app: App,
    checked: Checked,
    expected: Expectation,
    judgement: Judgement,
    held: Connection | None,
) -> Connection:
    """
    Make the grant's pair the connection's, and its giver the owner.

    The old pair is destroyed here and never revoked: at Intuit a revoke could end the connection
    that the new owner has just made.
    """
    at = ports.clock.now()
    replaced = None if held is None else ports.store.tokens(held.id)
    generation = 1 + max(0 if held is None else held.generation, 0 if replaced is None else replaced.generation)
    tokens, _ = open_grant(ports.vault, checked.grant, generation=generation)
    owner = _owner(ports.store, checked)
    before = held
    if held is None:
        connection = begin(
            app,
            id=ports.randomness.new_id("con_"),
            realm_id=checked.realm_id,
            company_name=checked.company.name,
            owner=owner,
            reference=expected.reference,
            scopes=expected.scopes or app.scopes,
            tokens=tokens,
            at=at,
        )
    else:
        connection = consented(
            attrs.evolve(_forgetting_reference(held, expected, judgement), environment=app.environment),
            action=_action(expected, judgement, held),
            tokens=tokens,
            owner=owner,
            company_name=checked.company.name,
            scopes=expected.scopes or app.scopes,
            at=at,
            reference=expected.reference if judgement is Judgement.ACCEPTED else None,
        )
    transfer = _open_transfer(ports.store, expected)
    ended = None if transfer is None else end(transfer, _TRANSFER_ENDS[judgement], at)
    grant = promoted(checked.grant, connection.id)
    closed, told = ([], []) if held is None else superseding.superseded(ports.store, held, at)
    events = [_brought(connection, before, expected, judgement, ended, grant), *told]
    if ended is not None:
        events.append(_transfer_ended(ended))
    save(
        ports,
        Change(
            records=(connection, grant, *closed, *(() if ended is None else (ended,))),
            tokens=seal_pair(ports.vault, connection.id, tokens),
            parent_generation=0 if replaced is None else replaced.generation,
            tombstones=() if replaced is None else (tombstone(replaced, at, f"replaced by grant {connection.grant}"),),
            identities=_identities(app, checked, ports),
            events=tuple(events),
        ),
    )
    return connection


def _action(expected: Expectation, judgement: Judgement, held: Connection) -> Action:
    """A person who followed a link to connect lifts a pause; a transfer or an accident does not."""
    if not is_held(held):
        return Action.CONNECT
    on_purpose = judgement is Judgement.ACCEPTED and expected.purpose is not Purpose.TRANSFER
    return Action.CONNECT if on_purpose else Action.TAKE_OVER


def _forgetting_reference(held: Connection, expected: Expectation, judgement: Judgement) -> Connection:
    """A disconnected company that connects anew belongs to whoever asks now."""
    if is_held(held) or judgement is not Judgement.ACCEPTED or expected.reference is None:
        return held
    return attrs.evolve(held, reference=None)


def _owner(store: Store, checked: Checked) -> Owner | None:
    identity = checked.identity
    if identity is None:
        return None
    roles = {
        person.role for person in (() if identity.email is None else known_at(store, identity.email, checked.realm_id))
    } - {Role.UNKNOWN}
    # The list of roles runs from the most to the least powerful.
    role = next((role for role in Role if role in roles), Role.UNKNOWN)
    return Owner(sub=identity.sub, email=identity.email, name=identity.name, role=role)


def _identities(app: App, checked: Checked, ports: Ports) -> tuple[KnownIdentity, ...]:
    identity = checked.identity
    if identity is None or identity.email is None:
        return ()
    return (
        KnownIdentity(
            app_id=app.id,
            email=identity.email,
            sub=identity.sub,
            name=identity.name,
            seen_at=ports.clock.now(),
        ),
    )


def _open_transfer(store: Store, expected: Expectation) -> Transfer | None:
    if expected.transfer_id is None:
        return None
    transfer = store.transfer(expected.transfer_id)
    return transfer if transfer is not None and transfer.state in OPEN else None


def _brought(
    connection: Connection,
    before: Connection | None,
    expected: Expectation,
    judgement: Judgement,
    transfer: Transfer | None,
    grant: UnverifiedGrant,
) -> Event:
    if judgement is not Judgement.ACCEPTED:
        kind = EventKind.TAKEN_OVER if before is not None and is_held(before) else EventKind.CONNECTED
    elif expected.purpose is Purpose.TRANSFER:
        kind = EventKind.TRANSFERRED
    elif before is None or before.grant == 0:
        kind = EventKind.CONNECTED
    else:
        kind = EventKind.RECONNECTED
    old, new = None if before is None else before.owner, connection.owner
    return Event(
        stream=connection.id,
        kind=kind,
        at=connection.connected_at or grant.received_at,
        by=None if transfer is None else transfer.by,
        details={
            "app": connection.app_id,
            "realm_id": connection.realm_id,
            "grant": connection.grant,
            "generation": connection.generation,
            "from": None if old is None else old.email or old.sub,
            "owner": None if new is None else new.email or new.sub,
            "owner_sub": None if new is None else new.sub,
            "transfer": None if transfer is None else transfer.id,
            "unverified_grant": grant.id,
        },
    )


def _transfer_ended(transfer: Transfer) -> Event:
    return Event(
        stream=transfer.connection_id,
        kind=EventKind.TRANSFER_ENDED,
        at=transfer.ended_at or transfer.created_at,
        by=transfer.by,
        details={"transfer": transfer.id, "state": transfer.state, "to": transfer.to},
    )
