"""The canary of a plan: whatever becomes of its row, or of the run, what it may have ended is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lifecycle_house import BAKERY, JEAN, MARIE, House, built, down
from lifecycle_plans import FAST, FIRM, staff, tally

from qbapps.domain.reports import Progress
from qbapps.domain.whole_plan import Plan
from qbapps.errors import PlanIncomplete
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour, Fault


@pytest.fixture
def deadly() -> Iterator[House]:
    """A house where a revoke reaches all of the same person and app."""
    with built(Behaviour(revoke_reach="user_app"), over_http=False) as made:
        yield made


def planned(house: House, count: int = 4) -> Plan:
    """Plan to end the clients' connections; one of Jean's is left alone."""
    staff(house, count)
    house.connect(JEAN, BAKERY)
    return house.qb.plan_disconnect(firm=FIRM)


def stopped(house: House, plan: Plan, qb: QBApps | None = None) -> PlanIncomplete:
    with pytest.raises(PlanIncomplete) as incomplete:
        (qb or house.qb).apply(plan.id, **FAST)
    assert incomplete.value.report.stopped == "canary"
    return incomplete.value


def test_a_run_that_was_stopped_stays_stopped_until_somebody_goes_on_without(deadly: House) -> None:
    plan = planned(deadly)
    stopped(deadly, plan)

    again = stopped(deadly, plan)

    assert "earlier run" in (again.report.why or "")
    assert len(again.report.remaining) == 3
    assert tally(deadly.qb.apply(plan.id, canary=False, **FAST)) == {"done": 4}


def test_a_row_that_drifted_is_no_canary(deadly: House) -> None:
    plan = planned(deadly)
    first = plan.items[0]
    deadly.qb.complete(deadly.agree(deadly.qb.reconnect(first.connection_id), MARIE, first.realm_id or ""))

    report = stopped(deadly, plan).report

    assert tally(report) == {"done": 1, "planned": 3}


def test_a_row_whose_proof_did_not_come_may_have_ended_others_too(deadly: House) -> None:
    plan = planned(deadly)
    # The revoke is carried out; the refresh that should be refused is not answered.
    deadly.intuit.inject(Fault("refresh", "unavailable", times=1))

    assert len(stopped(deadly, plan).report.remaining) == 3


class Dies(Exception):
    """The process ends."""


def dying(port: object, name: str, dead: list[bool]) -> Any:
    """Return *port*, of which the process dies after the first call of *name* once it revoked something."""

    class Port:
        def __getattr__(self, called: str) -> Any:
            found = getattr(port, called)

            def call(*args: Any, **kwargs: Any) -> Any:
                result = found(*args, **kwargs)
                if called == name and not dead:
                    dead.append(True)
                    raise KeyboardInterrupt
                return result

            return call if callable(found) else found

    return Port()


def test_a_run_that_ends_between_the_row_and_the_question_asks_when_it_goes_on(deadly: House) -> None:
    plan = planned(deadly)
    dead: list[bool] = []
    mortal = deadly.with_ports(oauth=dying(deadly.ports.oauth, "revoke", dead))
    with pytest.raises(PlanIncomplete) as interrupted:
        mortal.apply(plan.id, **FAST)
    assert interrupted.value.report.stopped == "cancelled"
    assert dead

    assert "leaves alone" in (stopped(deadly, plan).report.why or "")


@pytest.mark.parametrize("operation", ["company"])
def test_what_cannot_be_asked_stops_the_run_until_it_can(house: House, operation: str) -> None:
    plan = planned(house)
    told: list[Progress] = []

    def out(progress: Progress) -> None:
        told.append(progress)
        if progress.done == 1:
            house.intuit.inject(*down(operation, "query"))

    with pytest.raises(PlanIncomplete) as incomplete:
        house.qb.apply(plan.id, progress=out, **FAST)
    assert "could not be asked" in (incomplete.value.report.why or "")
    assert len(incomplete.value.report.remaining) == 3

    house.intuit.clear_faults()
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 4}


def test_a_canary_that_is_well_sings_once(house: House) -> None:
    plan = planned(house)
    house.intuit.inject(Fault("revoke", "unavailable", times=None))
    first = house.qb.apply(plan.id, **FAST)
    assert tally(first) == {"failed": 4}
    house.intuit.clear_faults()
    reads = house.count("company")

    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 4}
    assert house.count("company") == reads, "nobody is asked twice"


@pytest.mark.parametrize("at", [0, 1])
def test_an_interruption_of_the_canary_is_one_of_the_run(house: House, at: int) -> None:
    plan = planned(house)

    def interrupt(told: Progress) -> None:
        if told.done == at:
            raise KeyboardInterrupt

    with pytest.raises(PlanIncomplete) as incomplete:
        house.qb.apply(plan.id, progress=interrupt, **FAST)

    assert incomplete.value.report.stopped == "cancelled"
    assert house.kinds(plan.id)[-1] == "plan.stopped"


def test_progress_counts_the_canarys_row_once(house: House) -> None:
    plan = planned(house, 3)
    house.intuit.inject(*down("revoke"))
    told: list[Progress] = []
    tell: Callable[[Progress], None] = told.append

    house.qb.apply(plan.id, progress=tell, **FAST)

    assert (told[-1].done, told[-1].failed, told[-1].total) == (3, 3, 3)
