"""The four promises, under every combination of what nobody knows about Intuit."""

from __future__ import annotations

import json
import os
import random
from datetime import timedelta

import attrs
import pytest

from qbapps.bootstrap import assemble
from qbapps.domain.connection import Connection
from qbapps.errors import ConsentDenied, IntuitUnavailable, QBAppsError, ReconnectRequired, WrongCompany
from qbapps.intuit.transport import Transport
from qbapps.manager import QBApps
from qbapps.simulator import MATRIX, Behaviour, Fault, Intuit
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore
from qbapps.testing import FakeClock
from qbapps.testing_transport import InProcess
from qbapps.vault import KeyRing, new_key

REDIRECT = "http://localhost:8400/callback"
MARTIN, PETIT, LENOIR = "9130350000000100", "9130350000000102", "9130350000000105"
JEAN, MARIE = "jean@durand.example", "marie@durand.example"
COMBINATIONS = tuple(Behaviour.combinations())
PARTS = 8
EVERY = 1 if os.environ.get("QBAPPS_WHOLE_MATRIX") else 12
"""CI goes through all of it; elsewhere one in twelve, which still meets every position of every switch."""

CHOSEN = tuple(random.Random(7).sample(COMBINATIONS, len(COMBINATIONS) // EVERY))


@attrs.define
class World:
    """Intuit in one position of its switches, and a QBApps that knows nothing of it."""

    app: str
    clock: FakeClock
    intuit: Intuit
    qb: QBApps

    def connect(self, realm_id: str, user: str = JEAN) -> Connection:
        request = self.qb.begin_connect(self.app, realm_id=realm_id)
        return self.qb.complete(self.intuit.consent(request.url, user=user, realm_id=realm_id))

    def works(self, connection_id: str) -> bool:
        """Tell whether the connection serves its own company now."""
        connection = self.qb.connection(connection_id)
        try:
            answer = self.qb.quickbooks(connection_id).query("select * from CompanyInfo")
        except QBAppsError:
            return False
        name = answer["QueryResponse"]["CompanyInfo"][0]["CompanyName"]
        assert name == connection.company_name, "a token of another company"
        return True

    def refreshes(self) -> int:
        return sum(record.operation == "refresh" for record in self.intuit.requests)


def world(behaviour: Behaviour, number: int, store: SqlStore, ring: KeyRing) -> World:
    """Set Intuit up in one position, with an app of its own, so that all can share one warm store."""
    clock = FakeClock()
    intuit = Intuit(behaviour=behaviour, clock=clock)
    app, client_id = f"dext-{number}", f"cid-{number}"
    intuit.add_app(client_id, "sec", redirect_uris=[REDIRECT])
    for user in (JEAN, MARIE):
        intuit.add_user(user)
    for realm_id in (MARTIN, PETIT, LENOIR):
        intuit.add_company(realm_id, name=f"Company {realm_id}", admins=[JEAN, MARIE])
    qb = assemble(store, ring, transport=Transport(adapter=InProcess(intuit)), clock=clock)
    qb.register_app(
        app,
        client_id=client_id,
        client_secret="sec",
        redirect_uri=REDIRECT,
        discovery_url=intuit.discovery_url,
        api_url=intuit.api_url,
    )
    return World(app=app, clock=clock, intuit=intuit, qb=qb)


def refreshed_and_lost_answers(there: World, martin: Connection) -> None:
    """A refresh works; one whose answer is lost leaves a working connection, or one that says why not."""
    there.clock.advance(timedelta(hours=25))
    before = there.refreshes()
    assert there.works(martin.id)
    assert there.refreshes() == before + 1, "one refresh, sent once"
    there.clock.advance(timedelta(hours=25))
    there.intuit.inject(Fault("refresh", "drop_after_rotation"))
    with pytest.raises(IntuitUnavailable):
        there.qb.access_token(martin.id)
    try:
        there.qb.access_token(martin.id)
    except ReconnectRequired:
        assert there.qb.explain(martin.id).cause == "lost_answer"
        request = there.qb.reconnect(martin.id)
        there.qb.complete(there.intuit.consent(request.url, user=JEAN, realm_id=MARTIN))
    assert there.works(martin.id)


def transferred_declined_and_misdirected(there: World, martin: Connection, petit: Connection) -> None:
    """However a transfer ends, what was connected goes on."""
    declined = there.qb.begin_transfer(martin.id, to=MARIE)
    with pytest.raises(ConsentDenied):
        there.qb.complete(there.intuit.consent(declined.url or "", user=MARIE, decision="deny"))
    assert there.qb.transfer(declined.id).state == "declined"
    assert there.works(martin.id)

    misdirected = there.qb.begin_transfer(martin.id, to=MARIE)
    with pytest.raises(WrongCompany):
        there.qb.complete(there.intuit.consent(misdirected.url or "", user=MARIE, realm_id=PETIT))
    assert there.works(martin.id)
    assert there.works(petit.id), "it was taken over by that very consent"

    unheld = there.qb.renew_link(misdirected.id)
    with pytest.raises(WrongCompany) as refused:
        there.qb.complete(there.intuit.consent(unheld.url or "", user=MARIE, realm_id=LENOIR))
    there.qb.discard(refused.value.grant_id or "")
    assert there.works(martin.id)
    assert there.works(petit.id)

    right = there.qb.renew_link(misdirected.id)
    accepted = there.qb.complete(there.intuit.consent(right.url or "", user=MARIE, realm_id=MARTIN))
    assert accepted.id == martin.id
    assert accepted.owner is not None
    assert accepted.owner.email == MARIE
    assert there.works(martin.id)
    assert there.works(petit.id)


def disconnected_here_and_there(there: World, martin: Connection, petit: Connection) -> None:
    """A disconnect claims what it knows; nothing that it calls proven is alive."""
    receipt = there.qb.disconnect(martin.id, reason="security")
    assert receipt.proof == "refused_after_revoke", "the pair was good, so the proof must be had"
    revoked = [record for record in there.intuit.requests if record.operation == "revoke"][-1]
    assert not there.intuit.is_alive(json.loads(revoked.body)["token"])
    with pytest.raises(ReconnectRequired):
        there.qb.access_token(martin.id)
    assert there.qb.disconnect(martin.id).id == receipt.id

    there.intuit.disconnect(there.app.replace("dext", "cid"), PETIT)
    noted = there.qb.note_disconnect(PETIT, app=there.app)
    assert noted is not None
    assert (noted.reason, noted.proof) == ("in_quickbooks", "already_gone")
    assert there.qb.connection(petit.id).state == "disconnected"


@pytest.mark.parametrize("part", range(PARTS))
def test_the_promises_hold_under_every_combination_of_the_unknowns(part: int) -> None:
    store, ring = open_store("sqlite://"), KeyRing([new_key()])
    for number, behaviour in enumerate(CHOSEN[part::PARTS]):
        there = world(behaviour, number, store, ring)
        try:
            martin, petit = there.connect(MARTIN), there.connect(PETIT)
            refreshed_and_lost_answers(there, martin)
            transferred_declined_and_misdirected(there, martin, petit)
            disconnected_here_and_there(there, martin, petit)
        except Exception as error:
            error.add_note(f"behaviour: {behaviour}")
            raise
    assert there.qb.verify_events() == ()
    store.close()


def test_every_position_of_every_switch_is_met() -> None:
    assert len(COMBINATIONS) == 1296
    for switch in MATRIX:
        wanted = {getattr(behaviour, switch) for behaviour in COMBINATIONS}
        assert {getattr(behaviour, switch) for behaviour in CHOSEN} == wanted, switch
