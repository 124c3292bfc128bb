"""States of a Desktop connection: one table, no dead end, and lists that always agree with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.states import (
    OVER,
    SETTING_UP,
    TRANSITIONS,
    WORKING,
    DesktopState,
    Move,
    allowed,
    may,
    next_state,
    seen_as,
)
from qbapps.domain.diagnosis import Cause
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.errors import TransitionError
from qbapps.values import Environment

S, M = DesktopState, Move
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

# Written out anew, so that the table has a witness: what each state allows, and where it leads.
EXPECTED: dict[DesktopState, dict[Move, DesktopState]] = {
    S.DRAFT: {
        M.ISSUE: S.CONFIG_ISSUED, M.OPEN: S.AWAITING_LOGIN, M.LOG_IN: S.AUTHORISING, M.REISSUE: S.DRAFT,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.CONFIG_ISSUED: {
        M.ISSUE: S.CONFIG_ISSUED, M.OPEN: S.AWAITING_LOGIN, M.LOG_IN: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.AWAITING_LOGIN: {
        M.ISSUE: S.AWAITING_LOGIN, M.OPEN: S.AWAITING_LOGIN, M.LOG_IN: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.AUTHORISING: {
        M.ISSUE: S.AUTHORISING, M.ADMIT: S.VERIFYING, M.REFUSE: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.VERIFYING: {
        M.ISSUE: S.VERIFYING, M.ADMIT: S.VERIFYING, M.VERIFY: S.FIRST_SYNC, M.GO_ON: S.ACTIVE,
        M.HOLD: S.AWAITING_CONFIRMATION, M.REFUSE: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.AWAITING_CONFIRMATION: {
        M.ISSUE: S.AWAITING_CONFIRMATION, M.HOLD: S.AWAITING_CONFIRMATION, M.CONFIRM: S.FIRST_SYNC,
        M.REFUSE: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN, M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.FIRST_SYNC: {
        M.ISSUE: S.FIRST_SYNC, M.HOLD: S.AWAITING_CONFIRMATION, M.FINISH: S.ACTIVE, M.FINISH_ONCE: S.DEAUTHORIZED,
        M.LACK_MAPPING: S.MAPPING_REQUIRED, M.REFUSE: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.MAPPING_REQUIRED: {
        M.ISSUE: S.MAPPING_REQUIRED, M.LACK_MAPPING: S.MAPPING_REQUIRED, M.MAP: S.ACTIVE,
        M.FINISH_ONCE: S.DEAUTHORIZED, M.REFUSE: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN,
        M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.ACTIVE: {
        M.ISSUE: S.ACTIVE, M.LACK_MAPPING: S.MAPPING_REQUIRED, M.MAP: S.ACTIVE, M.FINISH_ONCE: S.DEAUTHORIZED,
        M.REFUSE: S.AUTHORISING, M.REISSUE: S.AWAITING_LOGIN, M.DEAUTHORIZE: S.DEAUTHORIZED, M.REMOVE: S.REMOVING,
    },
    S.DEAUTHORIZED: {M.CALL: S.DEAUTHORIZED, M.REISSUE: S.AWAITING_LOGIN, M.REMOVE: S.REMOVING},
    S.REMOVING: {M.CALL: S.REMOVING, M.REISSUE: S.AWAITING_LOGIN, M.GONE: S.REMOVED, M.REMOVE: S.REMOVING},
    S.REMOVED: {M.CALL: S.REMOVING, M.REISSUE: S.AWAITING_LOGIN},
}  # fmt: skip


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", DesktopState)
def test_each_state_allows_what_it_says_and_nothing_else(state: DesktopState, move: Move) -> None:
    expected = EXPECTED[state].get(move)
    assert may(state, move) is (expected is not None)
    if expected is not None:
        assert next_state(state, move) is expected
        return
    with pytest.raises(TransitionError) as refusal:
        next_state(state, move, connection_id="con_1")
    assert refusal.value.allowed == allowed(state)
    assert "con_1" in str(refusal.value)


@pytest.mark.parametrize("state", DesktopState)
def test_each_state_is_one_of_those_lists_show_and_can_be_ended(state: DesktopState) -> None:
    shown = seen_as(state)
    assert (shown is ConnectionState.NEEDS_RECONNECT) is (state in SETTING_UP)
    assert (shown is ConnectionState.DISCONNECTED) is (state in OVER)
    assert len(WORKING | OVER | SETTING_UP) == len(WORKING) + len(OVER) + len(SETTING_UP)
    assert may(state, Move.REISSUE), "any of them can come back"
    assert may(state, Move.REMOVE) is (state is not S.REMOVED)


def test_every_state_can_be_reached_and_left() -> None:
    reached, frontier = {S.DRAFT}, {S.DRAFT}
    while frontier:
        frontier = {after for (before, _), after in TRANSITIONS.items() if before in frontier} - reached
        reached |= frontier
    assert reached == set(DesktopState)
    for state in DesktopState:
        assert any(after is not state for (before, _), after in TRANSITIONS.items() if before is state)


class Lists(RuleBasedStateMachine):
    """A link that is moved at random, and the connection that lists show."""

    @initialize(mode=st.sampled_from(list(links.Mode)))
    def begin(self, mode: links.Mode) -> None:
        self.at = NOON
        self.link = DesktopLink(
            connection_id="con_1", app_id="time", mode=mode, username="u", password="p", file_id="{f}"
        )
        self.connection = Connection(
            id="con_1",
            kind=Kind.DESKTOP,
            app_id="time",
            environment=Environment.PRODUCTION,
            company_name="Boulangerie Martin",
            state=ConnectionState.NEEDS_RECONNECT,
            cause=Cause.SETUP_UNFINISHED,
            reach=Reach.HAND,
        )
        self.consents = 0

    @rule(move=st.sampled_from(list(Move)))
    def move(self, move: Move) -> None:
        self.at += timedelta(minutes=1)
        before, was = self.link, self.connection
        if not may(before.state, move):
            with pytest.raises(TransitionError):
                links.moved(before, move)
            return
        self.link = links.moved(before, move)
        assert self.link.version == before.version + 1
        self.connection = links.followed(was, before.state, self.link.state, self.at)
        assert self.connection.version - was.version == (self.connection is not was)
        if seen_as(before.state) is not ConnectionState.CONNECTED is seen_as(self.link.state):
            self.consents += 1
            assert self.connection.connected_at == self.at

    @precondition(lambda self: (self.connection.state, Action.PAUSE) in _PAUSES)
    @rule()
    def pause(self) -> None:
        self.connection = revise(self.connection, state=self.connection.may(Action.PAUSE), paused_at=self.at)

    @precondition(lambda self: self.connection.state is ConnectionState.PAUSED)
    @rule()
    def resume(self) -> None:
        self.connection = revise(self.connection, state=self.connection.may(Action.RESUME), paused_at=None)

    @invariant()
    def lists_agree(self) -> None:
        if not hasattr(self, "link"):
            return
        shown, state = self.connection.state, self.link.state
        assert shown in ({seen_as(state)} | ({ConnectionState.PAUSED} if state not in SETTING_UP | OVER else set()))
        assert (self.connection.cause is not None) is (shown is ConnectionState.NEEDS_RECONNECT)
        assert (self.connection.disconnected_at is not None) is (shown is ConnectionState.DISCONNECTED)
        assert (shown is ConnectionState.PAUSED) <= (self.connection.paused_at is not None)
        assert self.connection.grant == self.consents
        if shown is ConnectionState.CONNECTED:
            assert self.connection.paused_at is None
        if shown is ConnectionState.NEEDS_RECONNECT:
            expected = Cause.ACCESS_WITHDRAWN if self.consents else Cause.SETUP_UNFINISHED
            assert self.connection.cause == expected


_PAUSES = {(ConnectionState.CONNECTED, Action.PAUSE), (ConnectionState.PAUSED, Action.PAUSE)}

TestLists = Lists.TestCase
TestLists.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
