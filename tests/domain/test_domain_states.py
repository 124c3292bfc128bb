"""The table of states, whole: each pair of state and action says what happens."""

from __future__ import annotations

from itertools import product

import pytest
from domain_samples import REALM, connection

from qbapps.domain import states
from qbapps.domain.states import Action, ConnectionState
from qbapps.errors import TransitionError

REFUSED = None

# One row per pair, written out: a change of the table has to be made twice, and read twice.
TABLE: dict[tuple[str, str], str | None] = {
    ("connected", "use"): "connected",
    ("connected", "connect"): "connected",
    ("connected", "take_over"): "connected",
    ("connected", "refresh"): "connected",
    ("connected", "lose"): "needs_reconnect",
    ("connected", "pause"): "paused",
    ("connected", "resume"): REFUSED,
    ("connected", "begin_transfer"): "connected",
    ("connected", "begin_reconnect"): "connected",
    ("connected", "disconnect"): "disconnected",
    ("needs_reconnect", "use"): REFUSED,
    ("needs_reconnect", "connect"): "connected",
    ("needs_reconnect", "take_over"): "connected",
    ("needs_reconnect", "refresh"): "connected",
    ("needs_reconnect", "lose"): "needs_reconnect",
    ("needs_reconnect", "pause"): REFUSED,
    ("needs_reconnect", "resume"): REFUSED,
    ("needs_reconnect", "begin_transfer"): "needs_reconnect",
    ("needs_reconnect", "begin_reconnect"): "needs_reconnect",
    ("needs_reconnect", "disconnect"): "disconnected",
    ("paused", "use"): REFUSED,
    ("paused", "connect"): "connected",
    ("paused", "take_over"): "paused",
    ("paused", "refresh"): "paused",
    ("paused", "lose"): "needs_reconnect",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "connected",
    ("paused", "begin_transfer"): "paused",
    ("paused", "begin_reconnect"): "paused",
    ("paused", "disconnect"): "disconnected",
    ("disconnected", "use"): REFUSED,
    ("disconnected", "connect"): "connected",
    ("disconnected", "take_over"): REFUSED,
    ("disconnected", "refresh"): REFUSED,
    ("disconnected", "lose"): REFUSED,
    ("disconnected", "pause"): REFUSED,
    ("disconnected", "resume"): REFUSED,
    ("disconnected", "begin_transfer"): REFUSED,
    ("disconnected", "begin_reconnect"): "disconnected",
    ("disconnected", "disconnect"): REFUSED,
}

ALLOWED = [pair for pair, after in TABLE.items() if after is not REFUSED]
REFUSALS = [pair for pair, after in TABLE.items() if after is REFUSED]


def test_the_table_of_this_test_names_every_pair() -> None:
    assert set(TABLE) == set(product(ConnectionState, Action))


@pytest.mark.parametrize(("state", "action"), ALLOWED)
def test_an_allowed_action_leads_where_the_table_says(state: str, action: str) -> None:
    assert states.next_state(ConnectionState(state), Action(action)) == TABLE[state, action]


@pytest.mark.parametrize(("state", "action"), REFUSALS)
def test_a_refused_action_says_the_state_the_action_and_what_is_allowed(state: str, action: str) -> None:
    with pytest.raises(TransitionError) as caught:
        connection(state=ConnectionState(state)).may(Action(action))

    refusal = caught.value
    assert (refusal.state, refusal.action) == (state, action)
    assert refusal.allowed == tuple(other for (of, other) in ALLOWED if of == state)
    assert (refusal.connection_id, refusal.realm_id) == ("con_1", REALM)
    assert "con_1" in refusal.message
    assert state in refusal.message
    assert refusal.hint
    assert not refusal.retryable
    assert refusal.__cause__ is None
    assert refusal.__suppress_context__


@pytest.mark.parametrize("state", ConnectionState)
def test_what_is_said_to_be_allowed_is(state: ConnectionState) -> None:
    for action in states.allowed(state):
        states.next_state(state, action)


@pytest.mark.parametrize("state", ConnectionState)
def test_a_consent_on_purpose_always_connects(state: ConnectionState) -> None:
    assert states.next_state(state, Action.CONNECT) == "connected"


def test_only_a_connected_connection_can_be_used() -> None:
    assert [state for state in ConnectionState if Action.USE in states.allowed(state)] == ["connected"]


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.CONNECT])
def test_nothing_but_a_consent_leaves_disconnected(action: Action) -> None:
    after = states.TRANSITIONS.get((ConnectionState.DISCONNECTED, action), ConnectionState.DISCONNECTED)

    assert after == "disconnected"
