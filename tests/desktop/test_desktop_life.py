"""Lives of a Desktop connection, through the facade, with a connector and a QuickBooks that play their parts."""

from __future__ import annotations

import pytest
from desktop_house import House, house

from qbapps.simulator.desktop import ConnectorBehaviour, MessageSets, QuickBooksBehaviour

CONNECTORS = [pytest.param(one, id=one.label) for one in ConnectorBehaviour.each()]
# One that keeps no answers takes no changes from us: see the tests of jobs.
BOOKS = [
    pytest.param(one, id=one.label) for one in QuickBooksBehaviour.each() if one.message_sets is not MessageSets.REFUSED
]


def live(there: House) -> None:
    """From the first update to hours and customers, and on."""
    first, asked = there.add("monday"), there.ask()
    assert there.update().outcome == "done"
    assert there.state == "active"
    assert there.qb.connection(there.id).state == "connected"
    second = there.add("tuesday")
    assert there.later().outcome == "done"
    assert there.hours() == ["monday", "tuesday"]
    assert set(there.jobs().values()) == {"done"}
    assert len(there.names(asked)) == 6
    assert [there.job(one).state for one in (first, second)] == ["done", "done"]
    assert there.attention is None
    assert there.status.last_ok_at == there.clock.now()
    assert there.later().outcome == "no_work"


@pytest.mark.parametrize("behaviour", CONNECTORS)
def test_a_life_is_the_same_however_the_connector_behaves(behaviour: ConnectorBehaviour) -> None:
    with house(connector=behaviour) as there:
        live(there)


@pytest.mark.parametrize("behaviour", BOOKS)
def test_a_life_is_the_same_however_quickbooks_behaves(behaviour: QuickBooksBehaviour) -> None:
    with house(quickbooks=behaviour) as there:
        live(there)
