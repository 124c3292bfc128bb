"""Disconnects: denied here at once, revoked there, and a receipt that claims no more than it knows."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, GARAGE, JEAN, MARIE, House, built, down
from lifecycle_inventory import inventory

from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof, Reason
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskKind
from qbapps.errors import (
    ConfigurationError,
    IntuitUnavailable,
    NotFoundError,
    ReconnectRequired,
    TransitionError,
)
from qbapps.simulator import Behaviour, Fault

HOUR = timedelta(hours=1)


def test_a_disconnect_revokes_the_living_pair_and_proves_it(online: House) -> None:
    connection = online.connect()
    online.clock.advance(30 * HOUR)
    online.token(connection.id)
    living = online.refresh_token(connection.id)

    receipt = online.qb.disconnect(connection.id, reason="switching_app", comment="moving on", by=MARIE)

    assert (receipt.state, receipt.proof) == (DisconnectionState.DONE, Proof.REFUSED_AFTER_REVOKE)
    assert (receipt.reason, receipt.comment, receipt.by) == (Reason.SWITCHING_APP, "moving on", MARIE)
    assert (receipt.revoke_status, receipt.owner, receipt.company_name) == (200, JEAN, "Boulangerie Martin")
    (revoke,) = online.sent("revoke")
    assert json.loads(revoke.body) == {"token": living}
    assert receipt.intuit_tid == revoke.intuit_tid
    assert not online.intuit.is_alive(living)
    after = online.qb.connection(connection.id)
    assert after.state is ConnectionState.DISCONNECTED
    assert after.access_expires_at is None
    assert online.ports.store.tokens(connection.id) is None
    assert online.kinds(connection.id)[-2:] == ["connection.disconnected", "connection.disconnect_proven"]
    assert online.qb.worklist() == ()


def test_a_disconnected_connection_gives_nothing_and_says_what_to_do(house: House) -> None:
    connection = house.connect()
    house.qb.disconnect(connection.id)
    house.intuit.clear_requests()

    with pytest.raises(ReconnectRequired, match="disconnected"):
        house.qb.access_token(connection.id)
    with pytest.raises(ReconnectRequired):
        house.qb.quickbooks(connection.id)
    with pytest.raises(TransitionError):
        house.qb.pause(connection.id)

    assert house.intuit.requests == ()


@pytest.mark.parametrize("dead_revoke", ["200", "400_with_body", "400_empty"])
@pytest.mark.parametrize("replay", ["invalid_grant", "kills_chain"])
def test_a_pair_that_was_known_to_be_dead_is_only_called_gone(dead_revoke: str, replay: str) -> None:
    with built(Behaviour(dead_revoke=dead_revoke, replay=replay), over_http=False) as house:
        connection = house.connect()
        house.intuit.disconnect(CLIENT_ID, BAKERY)
        house.clock.advance(2 * HOUR)
        with pytest.raises(ReconnectRequired):
            house.qb.access_token(connection.id)

        receipt = house.qb.disconnect(connection.id)

        assert (receipt.state, receipt.proof) == (DisconnectionState.DONE, Proof.ALREADY_GONE)
        assert house.qb.worklist() == ()


@pytest.mark.parametrize("dead_revoke", ["400_with_body", "400_empty"])
def test_a_pair_that_died_unnoticed_is_called_gone_when_intuit_refuses_its_revoke(dead_revoke: str) -> None:
    with built(Behaviour(dead_revoke=dead_revoke), over_http=False) as house:
        connection = house.connect()
        house.intuit.disconnect(CLIENT_ID, BAKERY)

        assert house.qb.disconnect(connection.id).proof is Proof.ALREADY_GONE


@pytest.mark.parametrize("rotation", ["each_refresh", "when_older_than_24h"])
@pytest.mark.parametrize("replaced", ["dead_at_once", "alive_24h", "alive_until_new_used"])
@pytest.mark.parametrize("reach", ["pair", "app_company", "user_app"])
def test_a_living_pair_ends_with_proof_in_every_world_and_nothing_of_it_lives_on(
    rotation: str, replaced: str, reach: str
) -> None:
    behaviour = Behaviour(rotation=rotation, replaced_refresh_token=replaced, revoke_reach=reach)
    with built(behaviour, over_http=False) as house:
        connection, other = house.connect(), house.connect(MARIE, GARAGE)
        house.clock.advance(30 * HOUR)
        house.token(connection.id)
        living = house.refresh_token(connection.id)

        receipt = house.qb.disconnect(connection.id)

        assert receipt.proof is Proof.REFUSED_AFTER_REVOKE
        assert not house.intuit.is_alive(living)
        assert house.works(other.id)


def test_disconnecting_twice_gives_the_first_receipt(house: House) -> None:
    connection = house.connect()
    first = house.qb.disconnect(connection.id, reason="security")
    house.intuit.clear_requests()

    again = house.qb.disconnect(connection.id, reason="other")

    assert again == first
    assert house.intuit.requests == ()
    assert house.qb.disconnections(connection.id) == (first,)


def test_two_threads_that_disconnect_at_once_get_one_proven_receipt(online: House) -> None:
    connection = online.connect()
    receipts: list[Disconnection] = []
    barrier = threading.Barrier(4)

    def end() -> None:
        barrier.wait()
        receipts.append(online.qb.disconnect(connection.id))

    threads = [threading.Thread(target=end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(receipt.id, receipt.proof) for receipt in receipts} == {
        (receipts[0].id, Proof.REFUSED_AFTER_REVOKE),
    }
    assert len(receipts) == 4
    assert online.count("revoke") == 1
    assert online.qb.disconnections() == (receipts[0],)


def test_a_disconnect_that_finds_another_one_finished_meanwhile_keeps_its_proof(house: House) -> None:
    connection = house.connect()
    real = house.ports.store

    class Slow:
        waited = False

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def acquire_lease(self, *args: Any) -> Any:
            if not self.waited:
                self.waited = True
                house.qb.disconnect(connection.id)
            return real.acquire_lease(*args)

    receipt = house.with_ports(store=Slow()).disconnect(connection.id)

    assert receipt.proof is Proof.REFUSED_AFTER_REVOKE
    assert house.qb.disconnections() == (receipt,)
    assert house.count("revoke") == 1


def test_a_disconnect_after_a_reconnect_gives_a_new_receipt(house: House) -> None:
    connection = house.connect()
    first = house.qb.disconnect(connection.id)
    again = house.qb.complete(house.agree(house.qb.reconnect(connection.id)))
    assert (again.id, again.grant) == (connection.id, 2)
    assert house.works(connection.id)

    second = house.qb.disconnect(connection.id)

    assert (second.id != first.id, second.grant, second.proof) == (True, 2, Proof.REFUSED_AFTER_REVOKE)


def test_a_reason_must_be_one_of_the_ten(house: House) -> None:
    connection = house.connect()

    with pytest.raises(ConfigurationError, match="no reason 'bored'"):
        house.qb.disconnect(connection.id, reason="bored")

    assert house.works(connection.id)
    with pytest.raises(NotFoundError):
        house.qb.disconnect("con_nobody")


# No proof


@pytest.mark.parametrize("operations", [("revoke",), ("revoke", "refresh"), ("discovery", "revoke", "refresh")])
def test_an_outage_leaves_no_proof_but_a_task_and_asking_again_proves_it(
    house: House, operations: tuple[str, ...]
) -> None:
    connection = house.connect()
    house.intuit.inject(*down(*operations))

    receipt = house.qb.disconnect(connection.id)

    assert (receipt.state, receipt.proof) == (DisconnectionState.UNPROVEN, Proof.NONE)
    (task,) = house.qb.worklist()
    assert (task.id, task.kind) == (receipt.task_id, TaskKind.CHECK_GONE)
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)
    house.intuit.clear_faults()

    again = house.qb.disconnect(connection.id)

    assert (again.id, again.proof) == (receipt.id, Proof.REFUSED_AFTER_REVOKE)
    assert house.qb.worklist() == ()
    assert not house.intuit.connection(CLIENT_ID, BAKERY).connected
    assert [kind for kind in house.kinds(connection.id) if kind == "connection.disconnected"] == [
        "connection.disconnected"
    ]


def test_wrong_keys_of_ours_prove_nothing(house: House) -> None:
    connection = house.connect()
    house.intuit.add_app(CLIENT_ID, "rotated-at-intuit", redirect_uris=[CALLBACK])

    receipt = house.qb.disconnect(connection.id)

    assert receipt.proof is Proof.NONE
    house.register(secret="rotated-at-intuit")
    assert house.qb.disconnect(connection.id).proof is Proof.REFUSED_AFTER_REVOKE


def test_a_refusal_to_an_unanswered_revoke_is_not_taken_for_the_end(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(*down("revoke"), Fault("refresh", "invalid_grant", times=None))

    receipt = house.qb.disconnect(connection.id)

    # An outage answers invalid_grant too: the pair lives, so it must be kept for another try.
    assert receipt.proof is Proof.NONE
    house.intuit.clear_faults()
    assert house.qb.disconnect(connection.id).proof is Proof.REFUSED_AFTER_REVOKE
    assert not house.intuit.connection(CLIENT_ID, BAKERY).connected


def test_a_refresh_that_works_after_the_revoke_gives_a_pair_to_go_on_with(house: House) -> None:
    connection = house.connect()
    house.clock.advance(30 * HOUR)
    # Intuit said 200, yet did nothing.
    house.intuit.inject(Fault("revoke", "html", status=200))

    receipt = house.qb.disconnect(connection.id)

    assert receipt.proof is Proof.REFUSED_AFTER_REVOKE
    assert [record.operation for record in house.sent("revoke", "refresh")] == ["revoke", "refresh"] * 2
    assert len({record.body for record in house.sent("revoke")}) == 2
    assert not house.intuit.connection(CLIENT_ID, BAKERY).connected
    assert "connection.refreshed" in house.kinds(connection.id)


def test_a_revoke_that_never_does_anything_is_not_believed(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("revoke", "html", status=200, times=None))

    receipt = house.qb.disconnect(connection.id)

    assert receipt.proof is Proof.NONE
    assert house.count("revoke") == 3
    assert house.qb.worklist()[0].kind is TaskKind.CHECK_GONE
    assert house.intuit.is_alive(house.refresh_token(connection.id)), "the living pair is kept for another try"
    house.intuit.clear_faults()
    assert house.qb.disconnect(connection.id).proof is Proof.REFUSED_AFTER_REVOKE


def test_an_ambiguous_pair_never_claims_that_it_was_the_revoke() -> None:
    # The lost answer held a pair that lives on, out of reach; the old one is dead, and revoking it says 200.
    with built(Behaviour(dead_revoke="200"), over_http=False) as house:
        connection = house.connect()
        house.clock.advance(2 * HOUR)
        house.intuit.inject(Fault("refresh", "drop_after_rotation"))
        with pytest.raises(IntuitUnavailable):
            house.qb.access_token(connection.id)

        receipt = house.qb.disconnect(connection.id)

        assert house.intuit.connection(CLIENT_ID, BAKERY).connected
        assert receipt.proof is Proof.ALREADY_GONE
        assert [task.kind for task in house.qb.worklist()] == [TaskKind.CHECK_GONE]


def test_a_disconnect_whose_own_refresh_is_lost_makes_its_pair_ambiguous() -> None:
    with built(Behaviour(dead_revoke="200", revoke_reach="pair"), over_http=False) as house:
        connection = house.connect()
        house.clock.advance(30 * HOUR)
        house.intuit.inject(
            Fault("revoke", "html", status=200),
            Fault("refresh", "drop_after_rotation"),
        )
        first = house.qb.disconnect(connection.id)
        assert first.proof is Proof.NONE
        assert house.intuit.connection(CLIENT_ID, BAKERY).connected

        again = house.qb.disconnect(connection.id)

        assert house.intuit.connection(CLIENT_ID, BAKERY).connected, "a pair that nobody has lives on"
        assert again.proof is Proof.ALREADY_GONE
        assert [task.kind for task in house.qb.worklist()] == [TaskKind.CHECK_GONE]


def test_a_process_that_dies_during_the_disconnects_refresh_leaves_the_pair_ambiguous() -> None:
    class Dies(BaseException):
        pass

    with built(Behaviour(dead_revoke="200", revoke_reach="pair"), over_http=False) as house:
        connection = house.connect()
        house.clock.advance(30 * HOUR)
        house.intuit.inject(Fault("revoke", "html", status=200))
        real = house.ports.store

        class Store:
            def __getattr__(self, name: str) -> Any:
                return getattr(real, name)

            def save(self, change: Any) -> None:
                if change.tokens is not None:
                    raise Dies
                real.save(change)

        with pytest.raises(Dies):
            house.with_ports(store=Store()).disconnect(connection.id)

        assert house.intuit.connection(CLIENT_ID, BAKERY).connected
        assert house.qb.disconnect(connection.id).proof is Proof.ALREADY_GONE


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
    assert house.ports.store.tokens(connection.id) is None
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
