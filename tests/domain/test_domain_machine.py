"""The life of a connection in any order of happenings, held against a model that only counts."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from domain_samples import APP, DAY, HOUR, MARIE, NOON, REALM, grant
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from test_domain_states import TABLE

from qbapps.domain import connection as connections
from qbapps.domain import disconnection as disconnections
from qbapps.domain import events, policies, tokens, trail
from qbapps.domain import transfer as transfers
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import DisconnectionState, Reason
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Owner
from qbapps.domain.record import revise
from qbapps.domain.states import Action
from qbapps.domain.tokens import TokenSet
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import NotPermitted, TransitionError

OWNERS = [Owner(sub="sub-jean", email="jean@durand.example"), Owner(sub="sub-marie", email=MARIE)]
CAPS = st.sampled_from([None, 1800 * DAY])


class Life(RuleBasedStateMachine):
    """Each rule is tried in every state: refused ones must change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.state = "connected"
        self.consents = self.pairs = self.saves = 1
        self.pair: TokenSet | None = None
        self.transfer: Transfer | None = None
        self.trail: list[Event] = []

    @initialize(cap=CAPS, owner=st.sampled_from(OWNERS))
    def connect_first(self, cap: timedelta | None, owner: Owner) -> None:
        self.pair = tokens.first(grant(refresh_hard_expires_in=cap), self.now)
        self.connection = connections.begin(
            APP,
            id="con_1",
            realm_id=REALM,
            company_name="Boulangerie Martin",
            owner=owner,
            reference="tenant-1",
            scopes=APP.scopes,
            tokens=self.pair,
            at=self.now,
        )
        self.note(EventKind.CONNECTED)

    def note(self, kind: EventKind) -> None:
        event = Event(stream="con_1", kind=kind, at=self.now, details={"version": self.saves})
        previous = self.trail[-1].hash if self.trail else events.GENESIS
        self.trail.append(events.link(event, sequence=len(self.trail) + 1, previous=previous))

    def may(self, action: Action) -> bool:
        """Tell whether the model allows *action*; if not, the domain must refuse it."""
        after = TABLE[self.state, action]
        if after is not None:
            self.state = after
            return True
        with pytest.raises(TransitionError):
            self.connection.may(action)
        return False

    def save(self, after: Connection, kind: EventKind) -> None:
        self.saves += 1
        self.connection = after
        self.note(kind)

    @rule(later=st.timedeltas(min_value=timedelta(0), max_value=40 * DAY))
    def time_passes(self, later: timedelta) -> None:
        self.now += later

    @rule(cap=CAPS, owner=st.sampled_from(OWNERS), action=st.sampled_from([Action.CONNECT, Action.TAKE_OVER]))
    def somebody_consents(self, cap: timedelta | None, owner: Owner, action: Action) -> None:
        if not self.may(action):
            return
        self.consents += 1
        self.pairs += 1
        self.pair = tokens.first(grant(refresh_hard_expires_in=cap), self.now, generation=self.pairs)
        after = connections.consented(
            self.connection,
            action=action,
            tokens=self.pair,
            owner=owner,
            company_name=None,
            scopes=APP.scopes,
            at=self.now,
        )
        self.save(after, EventKind.RECONNECTED)
        assert after.owner == owner
        assert after.connected_at == self.now

    @rule(cap=st.sampled_from([None, None, 1700 * DAY]))
    def it_is_refreshed(self, cap: timedelta | None) -> None:
        if not self.may(Action.REFRESH):
            return
        assert self.pair is not None
        known = self.pair.refresh_hard_expires_at
        self.pairs += 1
        self.pair = tokens.rotate(self.pair, grant(refresh_hard_expires_in=cap), self.now)
        self.save(connections.refreshed(self.connection, self.pair), EventKind.REFRESHED)
        assert self.pair.refresh_hard_expires_at == (known if cap is None else self.now + cap)

    @rule()
    def intuit_refuses(self) -> None:
        if self.may(Action.LOSE):
            self.save(connections.lost(self.connection, "refused"), EventKind.NEEDS_RECONNECT)

    @rule(action=st.sampled_from([Action.PAUSE, Action.RESUME]))
    def it_is_paused_or_resumed(self, action: Action) -> None:
        if self.may(action):
            self.save(revise(self.connection, state=self.connection.may(action)), EventKind.PAUSED)

    @rule()
    def a_transfer_begins(self) -> None:
        pending = self.transfer is not None and not transfers.is_over(self.transfer, self.now)
        begin = partial(
            transfers.start,
            self.connection,
            id=f"trf_{len(self.trail)}",
            to=MARIE,
            by=None,
            pending=self.transfer,
            at=self.now,
            expires_at=self.now + policies.TRANSFER_LIFETIME,
        )
        if self.state == "disconnected" or pending:
            with pytest.raises(TransitionError):
                begin()
        elif self.connection.owner == OWNERS[1]:
            with pytest.raises(NotPermitted):
                begin()
        else:
            self.transfer = begin()

    @precondition(lambda self: self.transfer is not None and not transfers.is_over(self.transfer, self.now))
    @rule()
    def the_new_owner_consents(self) -> None:
        assert self.transfer is not None
        self.transfer = transfers.end(self.transfer, TransferState.COMPLETED, self.now)
        self.somebody_consents(None, OWNERS[1], Action.TAKE_OVER)

    @rule()
    def it_is_disconnected(self) -> None:
        if not self.may(Action.DISCONNECT):
            return
        receipt = disconnections.start(
            self.connection, id="dis_1", reason=Reason.OTHER, comment=None, by=None, at=self.now
        )
        assert receipt.grant == self.consents
        assert receipt.state is DisconnectionState.REVOKING
        denied = connections.disconnected(self.connection, self.now)
        self.save(denied, EventKind.DISCONNECTED)
        self.saves += 1
        self.connection = connections.without_tokens(denied)
        self.pair = None
        if self.transfer is not None and self.transfer.state in transfers.OPEN:
            self.transfer = transfers.end(self.transfer, TransferState.CANCELLED, self.now)

    @invariant()
    def it_stands_where_the_table_says(self) -> None:
        assert self.connection.state == self.state

    @invariant()
    def it_keeps_its_identity_for_life(self) -> None:
        kept = self.connection
        assert (kept.id, kept.app_id, kept.realm_id, kept.reference) == ("con_1", "dext", REALM, "tenant-1")
        assert kept.company_name == "Boulangerie Martin"

    @invariant()
    def consents_pairs_and_saves_are_counted(self) -> None:
        counted = (self.connection.grant, self.connection.generation, self.connection.version)
        assert counted == (self.consents, self.pairs, self.saves)

    @invariant()
    def it_shows_the_ends_of_the_pair_it_has(self) -> None:
        shown = self.connection
        ends = (shown.access_expires_at, shown.refresh_expires_at, shown.refresh_hard_expires_at)
        pair = self.pair
        if pair is None:
            assert ends == (None, None, None)
            return
        assert ends == (pair.access_expires_at, pair.refresh_expires_at, pair.refresh_hard_expires_at)
        assert pair.generation == self.pairs
        assert pair.access_expires_at - pair.obtained_at == HOUR

    @invariant()
    def a_cause_and_an_end_belong_to_their_states(self) -> None:
        assert (self.connection.cause is not None) is (self.state == "needs_reconnect")
        assert (self.connection.disconnected_at is not None) is (self.state == "disconnected")

    @invariant()
    def a_disconnected_connection_has_no_transfer_under_way(self) -> None:
        if self.state == "disconnected" and self.transfer is not None:
            assert transfers.is_over(self.transfer, self.now)

    @invariant()
    def the_trail_is_whole(self) -> None:
        assert trail.verify(self.trail) == ()


TestLife = Life.TestCase
