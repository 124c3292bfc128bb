"""A sample of the combinations, and every fault, over real HTTP: what memory plays is what sockets do."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from matrix_beginning import declared
from matrix_life import APP, CLIENT, JEAN, LENOIR, MARIE, MARTIN, PETIT, REDIRECT, Life, live
from matrix_witness import Witness

from qbapps.bootstrap import assemble
from qbapps.domain import policies
from qbapps.errors import QBAppsError
from qbapps.intuit.transport import Transport
from qbapps.simulator import MATRIX, Behaviour, Fault, FaultKind, Operation
from qbapps.store.opening import open_store
from qbapps.testing import FakeClock
from qbapps.vault import KeyRing, Vault, new_key

SAMPLE = random.Random(11).sample(list(Behaviour.combinations()), 24)
SHORT = timedelta(seconds=1.5)
"""A timeout that is waited out for each answer that never comes."""

Begin = Callable[..., Life]


@pytest.fixture
def online() -> Iterator[Begin]:
    """Begin lives over real HTTP; ended with the test."""
    begun = []

    def begin(behaviour: Behaviour, http_timeout: timedelta = policies.HTTP_TIMEOUT) -> Life:
        clock, ring = FakeClock(), KeyRing([new_key()])
        intuit = declared(behaviour, clock).start()
        store = open_store("sqlite://")
        qb = assemble(store, ring, transport=Transport(), http_timeout=http_timeout, clock=clock)
        begun.append((intuit, qb))
        qb.register_app(
            APP,
            client_id=CLIENT,
            client_secret="secret",
            redirect_uri=REDIRECT,
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        witness = Witness(intuit, store, Vault(ring))
        return Life(behaviour=behaviour, clock=clock, intuit=intuit, qb=qb, witness=witness, scene=witness.look())

    yield begin
    for intuit, qb in begun:
        qb.close()
        intuit.stop()


@pytest.mark.parametrize("behaviour", SAMPLE, ids=lambda behaviour: behaviour.label)
def test_the_promises_hold_over_real_http(online: Begin, behaviour: Behaviour) -> None:
    there = online(behaviour)
    connections = there.connect(MARTIN, JEAN), there.connect(PETIT, JEAN), there.connect(LENOIR, MARIE)
    there.scene = there.witness.look()
    live(there, *connections)
    assert there.qb.verify_events() == ()


def test_the_sample_meets_every_position() -> None:
    for switch, positions in MATRIX.items():
        assert {getattr(behaviour, switch) for behaviour in SAMPLE} == set(positions), switch


FAULTS = [
    Fault(operation, kind)
    for kind in FaultKind
    for operation in (Operation.EXCHANGE, Operation.REFRESH, Operation.REVOKE, Operation.COMPANY)
    if operation in Fault.operations(kind)
]
RETRY_AFTER = [
    Fault(operation, kind, retry_after=1)
    for kind in (FaultKind.THROTTLED, FaultKind.THROTTLED_AFTER)
    for operation in (Operation.EXCHANGE, Operation.REFRESH, Operation.REVOKE, Operation.COMPANY)
]


@pytest.mark.parametrize("operation", [Operation.EXCHANGE, Operation.REFRESH, Operation.REVOKE, Operation.COMPANY])
def test_every_fault_over_real_sockets_is_an_error_of_ours_and_loses_nothing_that_arrived(
    online: Begin, operation: Operation
) -> None:
    there = online(Behaviour(replaced_refresh_token="alive_24h", takeover="stays", same_user_again="stay"), SHORT)
    for fault in (fault for fault in [*FAULTS, *RETRY_AFTER] if fault.operation is operation):
        martin = there.connect(MARTIN, JEAN)
        there.clock.advance(timedelta(hours=2))
        there.scene = there.witness.look()
        there.intuit.inject(fault)
        with there.step(f"{fault.operation}: {fault.kind}"), suppress(QBAppsError):
            ASK[operation](there, martin.id)
        assert there.intuit.faults == (), f"{fault.kind} was not met"
        assert [record.fault for record in there.intuit.requests if record.fault][-1] == fault.kind
    assert there.qb.verify_events() == ()


def _consent(there: Life, _: str) -> None:
    there.answer(there.qb.begin_connect(APP, realm_id=MARTIN).url, JEAN, MARTIN)


ASK: dict[Operation, Callable[[Life, str], object]] = {
    Operation.EXCHANGE: _consent,
    Operation.REFRESH: lambda there, connection_id: there.qb.access_token(connection_id),
    Operation.REVOKE: lambda there, connection_id: there.qb.disconnect(connection_id),
    Operation.COMPANY: lambda there, connection_id: there.qb.probe(connection_id),
}
