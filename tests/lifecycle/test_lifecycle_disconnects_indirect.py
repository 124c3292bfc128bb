"""Disconnects that are delayed, done by hand, or done in QuickBooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CLIENT_ID, GARAGE, JEAN, MARIE, House, down
from lifecycle_inventory import inventory

from qbapps.domain.disconnection import DisconnectionState, Proof, Reason
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskKind
from qbapps.errors import (
    LeaseTimeout,
    ReconnectRequired,
    TransitionError,
)
from qbapps.simulator import Fault

HOUR = timedelta(hours=1)


# Delayed


def test_a_delayed_disconnect_denies_at_once_and_can_be_undone(house: House) -> None:
    connection = house.connect()
    house.intuit.clear_requests()

    receipt = house.qb.disconnect(connection.id, after=timedelta(days=1))

    assert (receipt.state, receipt.proof) == (DisconnectionState.SCHEDULED, None)
    assert receipt.due_at == house.clock.now() + timedelta(days=1)
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)
    assert house.qb.run_due() == ()
    assert house.qb.disconnect(connection.id) == receipt
    assert house.intuit.requests == ()

    assert house.qb.undo_disconnect(receipt.id).state is ConnectionState.CONNECTED

    house.clock.advance(timedelta(days=2))
    assert house.qb.run_due() == ()
    assert house.works(connection.id)
    assert house.kinds(connection.id).count("connection.disconnect_undone") == 1


def test_a_delayed_disconnect_is_carried_out_when_it_is_due(house: House) -> None:
    connection = house.connect()
    receipt = house.qb.disconnect(connection.id, after=timedelta(days=1))
    house.clock.advance(timedelta(days=1))

    (done,) = house.qb.run_due()

    assert (done.id, done.proof) == (receipt.id, Proof.REFUSED_AFTER_REVOKE)
    assert house.qb.run_due() == ()
    with pytest.raises(TransitionError, match="only a delayed disconnect"):
        house.qb.undo_disconnect(receipt.id)


def test_a_disconnect_after_an_undone_one_is_a_new_one(house: House) -> None:
    connection = house.connect()
    undone = house.qb.disconnect(connection.id, after=timedelta(days=1))
    house.qb.undo_disconnect(undone.id)

    receipt = house.qb.disconnect(connection.id)

    assert (receipt.id != undone.id, receipt.proof) == (True, Proof.REFUSED_AFTER_REVOKE)


def test_undoing_gives_back_the_state_from_before(house: House) -> None:
    paused, dead = house.connect(), house.connect(realm_id=GARAGE)
    house.qb.pause(paused.id)
    house.intuit.disconnect(CLIENT_ID, GARAGE)
    house.clock.advance(2 * HOUR)
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(dead.id)
    before = [house.qb.connection(each.id) for each in (paused, dead)]

    receipts = [house.qb.disconnect(each.id, after=HOUR) for each in (paused, dead)]
    after = [house.qb.undo_disconnect(receipt.id) for receipt in receipts]

    assert [(each.state, each.cause) for each in after] == [(each.state, each.cause) for each in before]
    assert [each.state for each in after] == ["paused", "needs_reconnect"]


def test_a_company_that_reconnects_before_its_disconnect_is_due_stays_connected(house: House) -> None:
    connection = house.connect()
    receipt = house.qb.disconnect(connection.id, after=timedelta(days=1))
    house.qb.complete(house.agree(house.qb.reconnect(connection.id)))
    house.clock.advance(timedelta(days=2))

    house.qb.run_due()

    assert house.count("revoke") == 0
    assert house.works(connection.id)
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
    assert house.qb.disconnections()[0].id == receipt.id
    assert house.qb.run_due() == ()


def test_undoing_after_a_reconnect_leaves_the_new_consent_alone(house: House) -> None:
    connection = house.connect()
    house.qb.pause(connection.id)
    receipt = house.qb.disconnect(connection.id, after=timedelta(days=1))
    again = house.qb.complete(house.agree(house.qb.reconnect(connection.id)))

    assert house.qb.undo_disconnect(receipt.id) == again


# By hand


def test_a_disconnect_by_hand_is_a_task_and_its_confirmation_ends_the_connection(house: House) -> None:
    house.qb.add_firm("durand", name="Cabinet Durand")
    report = house.qb.import_inventory(inventory(f"Client;Boulangerie;{BAKERY};Zapier;{JEAN}"), firm="durand")
    (connection,) = report.taken
    house.intuit.clear_requests()

    receipt = house.qb.disconnect(connection.id, reason="too_expensive")

    assert receipt.state is DisconnectionState.AWAITING_HAND
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED, "nobody has done it yet"
    assert house.qb.disconnect(connection.id) == receipt
    (task,) = house.qb.worklist(firm="durand")
    assert (task.id, task.kind, task.level) == (receipt.task_id, TaskKind.DISCONNECT, "client")
    assert house.qb.steps(task, lang="fr") != task.steps

    house.qb.confirm_task(task.id, by="sophie")

    assert house.qb.connection(connection.id).state is ConnectionState.DISCONNECTED
    (done,) = house.qb.disconnections(connection.id)
    assert (done.state, done.proof) == (DisconnectionState.DONE, Proof.NONE)
    assert house.qb.worklist() == ()
    assert house.intuit.requests == ()


# The Disconnect URL


def test_a_hit_about_a_company_that_we_do_not_know_asks_nobody(house: House) -> None:
    house.connect()
    house.intuit.clear_requests()
    before = list(house.qb.events())

    for realm_id in (GARAGE, "9999", "not a realm id"):
        assert house.qb.note_disconnect(realm_id, app="dext") is None
    assert house.qb.note_disconnect(BAKERY, app="nobody") is None

    assert house.intuit.requests == ()
    assert list(house.qb.events()) == before


def test_a_forged_hit_changes_nothing_and_probes_at_most_once_in_ten_minutes(house: House) -> None:
    connection = house.connect()
    house.intuit.clear_requests()

    for _ in range(50):
        assert house.qb.note_disconnect(BAKERY, app="dext") is None
    assert house.count("refresh") == 1
    house.clock.advance(timedelta(minutes=10) - timedelta(microseconds=1))
    assert house.qb.note_disconnect(BAKERY, app="dext") is None
    assert house.count("refresh") == 1
    house.clock.advance(timedelta(microseconds=1))
    assert house.qb.note_disconnect(BAKERY, app="dext") is None
    assert house.count("refresh") == 2

    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
    assert house.works(connection.id)


def test_a_disconnect_in_quickbooks_is_recorded_once_it_is_checked(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    house.intuit.disconnect(CLIENT_ID, BAKERY)

    receipt = house.qb.note_disconnect(BAKERY, app="dext")

    assert receipt is not None
    assert (receipt.reason, receipt.proof) == (Reason.IN_QUICKBOOKS, Proof.ALREADY_GONE)
    assert house.qb.connection(connection.id).state is ConnectionState.DISCONNECTED
    assert receipt.due_at == house.clock.now() + timedelta(days=1)
    assert house.qb.transfer(transfer.id).state == "cancelled"
    assert house.count("revoke") == 0
    house.intuit.clear_requests()
    assert house.qb.note_disconnect(BAKERY, app="dext") == receipt
    assert house.intuit.requests == ()


def test_a_hit_during_an_outage_decides_nothing(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(*down("refresh"))

    assert house.qb.note_disconnect(BAKERY, app="dext") is None

    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


def test_a_pair_that_a_rumour_ended_is_destroyed_once_a_second_look_is_refused_too(house: House) -> None:
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    receipt = house.qb.note_disconnect(BAKERY, app="dext")
    assert receipt is not None
    assert house.ports.store.tokens(connection.id) is not None

    assert house.qb.run_due() == ()
    house.clock.advance(timedelta(days=1))
    (closed,) = house.qb.run_due()

    assert (closed.id, closed.state, closed.proof, closed.due_at) == (receipt.id, "done", "already_gone", None)
    assert house.ports.store.tokens(connection.id) is None
    assert len(house.ports.store.tombstones(connection.id)) == 1
    assert house.qb.run_due() == ()
    assert house.count("revoke") == 0
    assert house.qb.verify_events() == ()


def forged_during_an_outage(house: House) -> tuple[str, str]:
    """Return the ids of a living connection, and of the receipt that a forged hit during an outage gave it."""
    connection = house.connect()
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    receipt = house.qb.note_disconnect(BAKERY, app="dext")
    house.intuit.clear_faults()
    assert receipt is not None
    assert house.qb.connection(connection.id).state is ConnectionState.DISCONNECTED
    return connection.id, receipt.id


def test_a_forged_hit_during_an_outage_is_taken_back_by_the_second_look(house: House) -> None:
    connection_id, receipt_id = forged_during_an_outage(house)
    house.clock.advance(timedelta(days=1))

    (undone,) = house.qb.run_due()

    assert (undone.id, undone.state, undone.due_at) == (receipt_id, "undone", None)
    assert house.qb.connection(connection_id).state is ConnectionState.CONNECTED
    assert house.works(connection_id)
    assert house.kinds(connection_id).count("connection.disconnect_undone") == 1
    assert house.qb.disconnect(connection_id).id != receipt_id


def test_a_second_look_into_an_outage_waits_for_a_third(house: House) -> None:
    connection_id, receipt_id = forged_during_an_outage(house)
    house.clock.advance(timedelta(days=1))
    house.intuit.inject(*down("refresh"))

    (waiting,) = house.qb.run_due()

    assert (waiting.id, waiting.state) == (receipt_id, "done")
    house.intuit.clear_faults()
    house.qb.run_due()
    assert house.works(connection_id)


def test_what_a_rumour_ended_is_ended_for_good_when_somebody_asks(house: House) -> None:
    connection_id, receipt_id = forged_during_an_outage(house)

    receipt = house.qb.disconnect(connection_id)

    assert (receipt.id, receipt.proof, receipt.due_at) == (receipt_id, "already_gone", None)
    assert house.count("revoke") == 1
    assert house.ports.store.tokens(connection_id) is None
    house.clock.advance(timedelta(days=2))
    assert house.qb.run_due() == ()
    assert house.qb.connection(connection_id).state is ConnectionState.DISCONNECTED


def test_a_consent_makes_the_second_look_needless(house: House) -> None:
    connection_id, receipt_id = forged_during_an_outage(house)
    house.qb.complete(house.agree(house.qb.reconnect(connection_id)))
    house.clock.advance(timedelta(days=2))
    before = house.count("refresh")

    (closed,) = house.qb.run_due()

    assert (closed.id, closed.due_at) == (receipt_id, None)
    assert house.count("refresh") == before
    assert house.works(connection_id)


def test_a_due_disconnect_that_fails_stops_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    stuck, other = house.connect(), house.connect(realm_id=GARAGE)
    receipts = [house.qb.disconnect(each.id, after=HOUR) for each in (stuck, other)]
    house.clock.advance(HOUR)
    real = house.ports.store

    class Busy:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def acquire_lease(self, name: str, *args: Any, **more: Any) -> Any:
            if stuck.id in name:
                raise LeaseTimeout("busy", hint="later", connection_id=stuck.id)
            return real.acquire_lease(name, *args, **more)

    first, second = house.with_ports(store=Busy()).run_due()

    assert (first.id, first.state) == (receipts[0].id, DisconnectionState.SCHEDULED)
    assert (second.id, second.proof) == (receipts[1].id, Proof.REFUSED_AFTER_REVOKE)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    (again,) = house.qb.run_due()
    assert (again.id, again.proof) == (receipts[0].id, Proof.REFUSED_AFTER_REVOKE)


# One transaction


@pytest.mark.parametrize("what", ["connect", "transfer", "disconnect", "refresh", "pause"])
def test_no_state_is_saved_without_its_event(filed: House, what: str) -> None:
    connection = filed.connect()
    transfer = filed.qb.begin_transfer(connection.id, to=MARIE)
    link = filed.qb.begin_connect("dext")
    callbacks = {"connect": filed.agree(link, JEAN, GARAGE), "transfer": filed.agree(transfer, MARIE)}
    filed.clock.advance(timedelta(minutes=5))
    filed.sql("create trigger deaf before insert on events begin select raise(abort, 'deaf'); end")
    before = [row for row in filed.dump() if row[0] in ("connections", "tokens", "disconnections", "transfers")]
    marks = filed.ports.store.tokens(connection.id)

    def act() -> None:
        match what:
            case "connect" | "transfer":
                filed.qb.complete(callbacks[what])
            case "disconnect":
                filed.qb.disconnect(connection.id)
            case "pause":
                filed.qb.pause(connection.id)
            case _:
                filed.clock.advance(2 * HOUR)
                filed.qb.access_token(connection.id)

    with pytest.raises(Exception, match=r"nothing was changed|database|store"):
        act()

    if what == "refresh":
        left = filed.ports.store.tokens(connection.id)
        assert left is not None
        assert marks is not None
        assert left.generation == marks.generation
    else:
        after = [row for row in filed.dump() if row[0] in ("connections", "tokens", "disconnections", "transfers")]
        assert after == before
