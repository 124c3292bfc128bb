"""Whatever happens to a bank connection, in whatever order: lists, status, trail and repair agree."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

from banks_house import ACCOUNTS, BEGIN, JEAN, MARIE, Banks, opened
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qbapps import banks
from qbapps.domain.banks.happening import TAKES
from qbapps.domain.banks.states import OVER, SETTING_UP, TRANSITIONS, failure, seen_as
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, TransitionError

S, E = banks.BankState, banks.BankEvent

FACTS: dict[str, st.SearchStrategy[Any]] = {
    "stated": st.none() | st.integers(-3, 200),
    "institution": st.sampled_from([None, "crédit agricole", "LCL"]),
    "owner": st.sampled_from([None, JEAN, MARIE]),
    "accounts": st.sampled_from([ACCOUNTS, {"512000": "FR764821"}, {"512900": "FR764821"}, {"512200": "9"}]),
    "in_review": st.sampled_from([None, 0, 2]),
    "accept_loss": st.booleans(),
    "update_failed": st.booleans(),
    "snapshot": st.sampled_from([None, {"512000": banks.Evidence(review=[BEGIN])}]),
}


class Life(RuleBasedStateMachine):
    """One connection, and days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.house: Banks = self.stack.enter_context(opened())
        self.day = BEGIN
        self.id = ""
        self.grant = 0

    def teardown(self) -> None:
        assert self.house.qb.verify_events() == ()
        self.stack.close()

    @initialize(is_draft=st.booleans())
    def note(self, is_draft: bool) -> None:
        given: dict[str, Any] = {"authenticated_on": None, "accounts": None} if is_draft else {}
        self.id = self.house.connect(**given).id

    @rule(days=st.sampled_from([0, 1, 5, 14, 76, 90, 91, 200]))
    def wait(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.house.go_to(self.day)

    @rule()
    def look(self) -> None:
        self.house.qb.refresh_due()
        self.agree()

    @rule(data=st.data(), event=st.sampled_from(list(E)))
    def record(self, data: st.DataObject, event: banks.BankEvent) -> None:
        before = self.house.qb.banks.status(self.id)
        facts = {name: data.draw(FACTS[name], label=name) for name in TAKES.get(event, ())}
        if facts.get("stated") is not None:
            facts["stated"] = self.day + timedelta(days=facts["stated"])
        what = failure(before.failures + 1) if event is E.SYNC_FAILED else event
        try:
            after = self.house.qb.banks.record(self.id, event, on=self.day, **facts)
        except (TransitionError, ConfigurationError):
            assert self.house.qb.banks.status(self.id) == before
            return
        assert (before.state, what) in TRANSITIONS
        status = self.house.qb.banks.status(self.id)
        assert (status.generation > before.generation) == (event is E.RECONNECTED)
        assert self.house.qb.connection(self.id) == after
        self.agree()

    @rule()
    def disconnect(self) -> None:
        if self.house.qb.connection(self.id).state is ConnectionState.DISCONNECTED:
            return
        self.house.qb.disconnect(self.id, reason="other")
        self.house.qb.confirm_task(self.house.qb.worklist()[0].id, by=MARIE)
        assert self.house.qb.banks.status(self.id).state is S.DISCONNECTED
        self.agree()

    def agree(self) -> None:
        """Check that lists show what its bank's side says, now that somebody has looked."""
        status, shown = self.house.qb.banks.status(self.id), self.house.qb.connection(self.id)
        assert shown.state is seen_as(status.state)
        assert (shown.cause is None) == (shown.state is not ConnectionState.NEEDS_RECONNECT)
        assert (shown.disconnected_at is None) == (shown.state is not ConnectionState.DISCONNECTED)

    @invariant()
    def nothing_goes_back(self) -> None:
        if not self.id:
            return
        grant = self.house.qb.connection(self.id).grant
        assert grant >= self.grant
        self.grant = grant

    @invariant()
    def a_repair_is_planned_or_refused_with_a_reason(self) -> None:
        if not self.id:
            return
        status = self.house.qb.banks.status(self.id)
        try:
            repair = self.house.qb.banks.repair(self.id)
        except TransitionError:
            assert status.state in SETTING_UP
            return
        assert status.state not in SETTING_UP
        if status.state in OVER or status.state is S.REVOKED:
            assert repair.action is banks.RepairAction.RECONNECT
        if status.state is S.ACTIVE and status.failures == 0:
            assert repair.action is banks.RepairAction.NOTHING
        assert repair.steps("fr") or repair.action is banks.RepairAction.NOTHING

    @invariant()
    def an_end_is_never_before_the_beginning(self) -> None:
        consent = self.house.qb.banks.status(self.id).consent if self.id else None
        if consent is not None and consent.consent_end is not None:
            assert consent.consent_end >= consent.begun_on
            assert isinstance(consent.consent_end, date)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
