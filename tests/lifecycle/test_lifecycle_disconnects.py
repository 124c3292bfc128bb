"""Disconnects by ourselves: what they do, and what they prove."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, GARAGE, JEAN, MARIE, House, built, down

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
    # Whoever waits sets the clock of tests forward: on a busy machine the lease of whoever works would be over.
    qb = online.with_ports(elapsed=time.monotonic)

    def end() -> None:
        barrier.wait()
        receipts.append(qb.disconnect(connection.id))

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

        def acquire_lease(self, *args: Any, **more: Any) -> Any:
            if not self.waited:
                self.waited = True
                house.qb.disconnect(connection.id)
            return real.acquire_lease(*args, **more)

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
