"""Lives that random play met, played again: each of them once ended badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest
from crashing import Moment
from matrix_town import JEAN, MARIE, REALMS, Town
from matrix_witness import Kept

from qbapps import Connection, QBApps
from qbapps.errors import QBAppsError, StaleVersion, TransitionError
from qbapps.simulator import Behaviour, Fault

REALM: Final = REALMS[0]
COMPANY_IS_OUT: Final = tuple(Fault(operation, "unavailable", times=None) for operation in ("company", "query"))
YOUNG: Final = {"replaced_refresh_token": "alive_24h", "rotation": "each_refresh", "revoke_reach": "pair"}
MOST_CALLS: Final = 40
"""More calls across a port than any verb here makes."""


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    made = Town(Behaviour(**getattr(request, "param", {})))
    yield made
    made.close()


def connect(town: Town, who: str, process: int = 0) -> Connection:
    qb = town.processes[process].qb
    url = qb.begin_connect("dext", realm_id=REALM).url or ""
    return qb.complete(town.intuit.consent(url, user=who, realm_id=REALM))


def kept_unchecked(town: Town, who: str, process: int) -> Kept:
    """Let a consent come in while nobody can ask whose company it is."""
    town.intuit.inject(*COMPANY_IS_OUT)
    with pytest.raises(QBAppsError):
        connect(town, who, process)
    town.intuit.clear_faults()
    (kept,) = town.witness.look().kept
    return kept


@pytest.mark.parametrize(
    ("town", "kind", "times"),
    [
        ({"dead_revoke": "200"}, "invalid_client_after", 1),
        (YOUNG, "invalid_client_after", 1),
        (YOUNG, "throttled_after", 4),
    ],
    indirect=["town"],
)
def test_a_refused_refresh_that_was_carried_out_gives_no_false_proof(town: Town, kind: str, times: int) -> None:
    """Intuit rotated and answered 401 or 429: a successor that nobody saw lives, so a revoke proves little."""
    connection = connect(town, JEAN)
    town.true.advance(timedelta(hours=25))
    town.intuit.inject(Fault("refresh", kind, times))
    qb = town.processes[0].qb
    with pytest.raises(QBAppsError):
        qb.access_token(connection.id)
    town.intuit.clear_faults()

    receipt = qb.disconnect(connection.id)

    assert town.intuit.connection("cid-dext", REALM).connected
    assert receipt.proof != "refused_after_revoke"
    assert receipt.task_id is not None, "somebody has to look in QuickBooks"


@pytest.mark.parametrize("town", [{"takeover": "dies_at_next_refresh"}], indirect=True)
@pytest.mark.parametrize("ahead", [timedelta(seconds=100), timedelta(0), timedelta(seconds=-100)])
def test_an_older_consent_never_replaces_a_newer_one_whatever_the_clocks_say(town: Town, ahead: timedelta) -> None:
    """A process whose clock is wrong keeps a grant unchecked; a later consent is promoted; the kept one is adopted."""
    first = connect(town, JEAN)
    town.processes[1].clock.off = ahead
    kept = kept_unchecked(town, MARIE, 1)
    town.processes[1].clock.off = timedelta(0)
    town.true.advance(timedelta(seconds=20))
    second = connect(town, JEAN)
    assert second.id == first.id
    assert town.witness.look().living == {second.id}

    with pytest.raises(QBAppsError):
        town.processes[0].qb.adopt(kept.id)

    assert town.witness.look().living == {second.id}


def test_a_newer_consent_replaces_an_older_one_whatever_the_clocks_say(town: Town) -> None:
    connect(town, JEAN)
    town.processes[1].clock.off = timedelta(seconds=-100)
    kept = kept_unchecked(town, MARIE, 1)

    adopted = town.processes[0].qb.adopt(kept.id)

    assert adopted.owner is not None
    assert adopted.owner.email == MARIE


@pytest.mark.parametrize("realm_is_claimed", [True, False])
def test_discard_keeps_the_only_living_pair_of_a_connected_company(town: Town, realm_is_claimed: bool) -> None:
    """The same person consents again, and that consent is kept; at Intuit it has ended the pair that is held."""
    connection = connect(town, JEAN)
    qb = town.processes[1].qb
    if realm_is_claimed:
        kept = kept_unchecked(town, JEAN, 1)
    else:
        callback = town.intuit.consent(qb.begin_connect("zapier").url or "", user=JEAN, realm_id=REALM)
        other = qb.complete(callback)
        callback = town.intuit.consent(qb.begin_connect("zapier").url or "", user=JEAN, realm_id=REALM)
        town.intuit.inject(*COMPANY_IS_OUT)
        with pytest.raises(QBAppsError):
            qb.complete(callback.replace(f"realmId={REALM}", f"realmId={REALMS[1]}"))
        town.intuit.clear_faults()
        (kept,) = town.witness.look().kept
        connection = other
    assert connection.id in town.witness.look().living

    with pytest.raises(TransitionError, match=f"{kept.id} was not discarded") as refused:
        qb.discard(kept.id)

    assert refused.value.connection_id == connection.id
    assert connection.id in town.witness.look().living
    assert qb.connection(connection.id).state == "needs_reconnect"
    assert qb.adopt(kept.id).state == "connected"


def test_a_grant_that_nobody_needs_any_more_is_discarded_the_second_time(town: Town) -> None:
    connection = connect(town, JEAN)
    kept = kept_unchecked(town, JEAN, 1)
    qb = town.processes[0].qb
    with pytest.raises(TransitionError):
        qb.discard(kept.id)

    qb.discard(kept.id)

    assert qb.unverified_grants() == ()
    assert qb.connection(connection.id).state == "needs_reconnect", "and says so"


def adopt(qb: QBApps, grant_id: str) -> object:
    return qb.adopt(grant_id)


def discard(qb: QBApps, grant_id: str) -> object:
    return qb.discard(grant_id)


@pytest.mark.parametrize("second", [adopt, discard])
@pytest.mark.parametrize("first", [adopt, discard])
def test_two_who_decide_on_one_grant_at_once_never_lose_it(
    first: Callable[[QBApps, str], object], second: Callable[[QBApps, str], object]
) -> None:
    """One decision rules, and nobody is told of a version; what was adopted works, whoever else discarded it."""
    for call in range(1, MOST_CALLS):
        town = Town(Behaviour())
        qb, other = town.processes[0].qb, town.processes[1].qb
        kept = kept_unchecked(town, JEAN, 0)

        def meanwhile(town: Town = town, other: QBApps = other, kept: Kept = kept) -> None:
            town.interrupt("the other", lambda: second(other, kept.id))

        town.processes[0].boundaries.stop(call, "before", meanwhile)
        with suppress(TransitionError):
            first(qb, kept.id)
        town.processes[0].boundaries.clear()

        for connection in qb.connections():
            assert connection.id in town.witness.look().living, f"call {call}"
        town.close()


def test_complete_gives_the_connection_that_somebody_adopted_meanwhile(town: Town) -> None:
    qb, other = town.processes[0].qb, town.processes[1].qb
    for call in range(1, MOST_CALLS):
        callback = town.intuit.consent(qb.begin_connect("dext", realm_id=REALM).url or "", user=JEAN, realm_id=REALM)

        def adopt_all() -> None:
            for grant in town.witness.look().kept:
                other.adopt(grant.id)

        town.processes[0].boundaries.clear()
        town.processes[0].boundaries.stop(call, "before", adopt_all)
        try:
            assert qb.complete(callback).state == "connected"
        except StaleVersion as stale:
            pytest.fail(f"call {call}: {stale}")


DIES: Final = {"revoke_reach": "pair", "takeover": "dies_at_once", "same_user_again": "die"}


@pytest.mark.parametrize("town", [DIES], indirect=True)
def test_a_consent_that_comes_in_the_midst_of_a_disconnect_is_not_ended_by_it(town: Town) -> None:
    """Whatever call of the disconnect it comes before: its pair is not the one that was to go."""
    qb, other = town.processes[0].qb, town.processes[1].qb
    for call in range(1, MOST_CALLS):
        connection = connect(town, JEAN)

        def consent() -> None:
            callback = town.intuit.consent(other.begin_connect("dext").url or "", user=JEAN, realm_id=REALM)
            town.interrupt("complete", lambda: other.complete(callback))

        town.processes[0].boundaries.stop(call, "before", consent)
        qb.disconnect(connection.id)
        town.processes[0].boundaries.clear()

        if qb.connection(connection.id).state == "connected":
            assert connection.id in town.witness.look().living, f"call {call}"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_two_who_disconnect_at_once_have_one_receipt(town: Town, moment: Moment) -> None:
    """One is held up for longer than its lease, and the other finishes meanwhile."""
    qb, other = town.processes[0].qb, town.processes[1].qb
    for call in range(1, MOST_CALLS):
        connection = connect(town, JEAN)
        receipts = []

        def disconnect(connection: Connection = connection, receipts: list[str] = receipts) -> None:
            town.interrupt("disconnect", lambda: receipts.append(other.disconnect(connection.id).id))

        town.processes[0].boundaries.stop(call, moment, disconnect)
        receipts.append(qb.disconnect(connection.id).id)
        town.processes[0].boundaries.clear()

        assert len(set(receipts)) == 1, f"call {call}"
        assert qb.connection(connection.id).state == "disconnected"
