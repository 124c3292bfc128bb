"""Plans and what others do meanwhile: another run, a new consent, a rumour, somebody who calls the plan off."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from lifecycle_house import BAKERY, JEAN, MARIE, PAUL, House, down
from lifecycle_inventory import inventory
from lifecycle_plans import FAST, FIRM, realm, staff, tally

import qbapps
from qbapps.domain.limits import UNLIMITED
from qbapps.domain.plan import PlanItem
from qbapps.domain.reports import Progress
from qbapps.domain.whole_plan import Plan
from qbapps.errors import PlanIncomplete
from qbapps.simulator import Fault

BY_HAND = f"Client;Boulangerie;{BAKERY};Zapier;{JEAN}"
COUNT = 30


def race(house: House, plan: Plan) -> None:
    """Apply the plan from two handles of the store at once."""
    start = threading.Barrier(2)

    def run(qb: qbapps.QBApps) -> None:
        start.wait()
        qb.apply(plan.id, workers=4, limits=UNLIMITED, canary=False)

    with qbapps.open(f"sqlite:///{house.path}", key=house.keys, clock=house.clock) as other:
        threads = [threading.Thread(target=run, args=(qb,)) for qb in (house.qb, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def hand_rows(house: House) -> None:
    house.qb.add_firm(FIRM, name="Cabinet Durand")
    lines = [f"Client;C{number};{realm(number)};Zapier;{JEAN}" for number in range(COUNT)]
    house.qb.import_inventory(inventory(*lines), firm=FIRM)


@pytest.mark.parametrize("action", ["disconnect", "transfer"])
def test_two_runs_at_once_ask_people_once(filed: House, action: str) -> None:
    hand_rows(filed)
    plan = (
        filed.qb.plan_disconnect(firm=FIRM)
        if action == "disconnect"
        else filed.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)
    )

    race(filed, plan)

    tasks = Counter(task.connection_id for task in filed.qb.worklist())
    assert (len(tasks), max(tasks.values())) == (COUNT, 1)
    assert tally(filed.qb.plan_report(plan.id)) == {"by_hand": COUNT}


def test_two_runs_at_once_make_one_link_for_each_row(online: House) -> None:
    staff(online, 12)
    plan = online.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)

    race(online, plan)

    pending = Counter(one.connection_id for one in online.qb.transfers(state="pending"))
    assert (len(pending), max(pending.values())) == (12, 1)
    report = online.qb.plan_report(plan.id)
    assert tally(report) == {"waiting": 12}, [item.note for item in report.failed]


def test_a_row_that_a_rumour_ended_is_carried_out_for_good(house: House) -> None:
    """A forged hit on the Disconnect URL in an outage ends a connection for a day, and no longer."""
    (connection,) = staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    assert house.qb.note_disconnect(realm(0), app="dext") is not None
    house.intuit.clear_faults()

    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}

    assert house.count("revoke") == 1
    house.clock.advance(timedelta(days=2))
    house.qb.run_due()
    assert house.qb.connection(connection.id).state == "disconnected"


def test_a_transfer_that_waits_drifts_with_a_new_consent_and_its_link_ends(house: House) -> None:
    (connection,) = staff(house, 1)
    house.intuit.add_company(realm(0), name="Client 0", admins=[JEAN, MARIE, PAUL])
    plan = house.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)
    (waiting,) = house.qb.apply(plan.id, **FAST).waiting
    house.qb.complete(house.agree(house.qb.reconnect(connection.id), PAUL, realm(0)))

    assert tally(house.qb.apply(plan.id, **FAST)) == {"drifted": 1}

    assert house.qb.transfer(waiting.result_id or "").state == "cancelled"
    owner = house.qb.connection(connection.id).owner
    assert owner is not None
    assert owner.email == PAUL


def test_a_transfer_of_what_was_disconnected_meanwhile_drifts(house: House) -> None:
    (connection,) = staff(house, 1)
    plan = house.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)
    house.qb.disconnect(connection.id)

    (drifted,) = house.qb.apply(plan.id, **FAST).drifted

    assert drifted.note == "It was disconnected."


def test_a_link_that_expired_is_made_anew_by_the_next_run(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)
    house.qb.apply(plan.id, **FAST)
    house.clock.advance(timedelta(days=8))

    (again,) = house.qb.apply(plan.id, **FAST).waiting

    assert again.url is not None
    house.qb.complete(house.intuit.consent(again.url, user=MARIE, realm_id=realm(0)))
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}


def test_an_owner_that_is_learnt_after_the_task_was_made_is_no_drift(house: House) -> None:
    house.qb.add_firm(FIRM, name="Cabinet Durand")
    house.qb.import_inventory(inventory(f"Client;Boulangerie;{BAKERY};Zapier;"), firm=FIRM)
    plan = house.qb.plan_disconnect(firm=FIRM)
    house.qb.apply(plan.id, **FAST)
    house.qb.import_inventory(inventory(BY_HAND), firm=FIRM)

    assert tally(house.qb.apply(plan.id, **FAST)) == {"by_hand": 1}
    (task,) = house.qb.worklist(firm=FIRM)
    house.qb.confirm_task(task.id, by=JEAN)
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}


# Called off


def consent(house: House, item: PlanItem) -> None:
    house.qb.complete(house.intuit.consent(item.url or "", user=MARIE, realm_id=item.realm_id or ""))


def test_what_was_consented_before_the_plan_was_called_off_is_done(house: House) -> None:
    staff(house, 2)
    plan = house.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)
    first, _ = house.qb.apply(plan.id, **FAST).waiting
    consent(house, first)

    assert tally(house.qb.cancel_plan(plan.id)) == {"done": 1, "cancelled": 1}


def test_what_was_ended_and_not_recorded_is_done_when_the_plan_is_called_off(house: House) -> None:
    (connection,) = staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM)
    house.qb.disconnect(connection.id)

    assert tally(house.qb.cancel_plan(plan.id)) == {"done": 1}


def test_what_is_denied_here_and_not_confirmed_stays_so_when_the_plan_is_called_off(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM)
    house.intuit.inject(*down("revoke"))
    (failed,) = house.qb.apply(plan.id, **FAST).failed

    assert house.qb.cancel_plan(plan.id).failed == (failed,)


def test_a_link_that_was_made_and_not_recorded_ends_when_the_plan_is_called_off(house: House) -> None:
    (connection,) = staff(house, 1)
    plan = house.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)
    house.qb.begin_transfer(connection.id, to=MARIE)

    assert tally(house.qb.cancel_plan(plan.id)) == {"cancelled": 1}
    assert house.qb.transfers(state="pending") == ()


# What goes wrong in a run


def failing(error: BaseException, at: int) -> Callable[[Progress], None]:
    def progress(told: Progress) -> None:
        if told.done >= at:
            raise error

    return progress


def test_what_the_callers_progress_raises_is_the_callers(house: House) -> None:
    staff(house, 4)
    plan = house.qb.plan_disconnect(firm=FIRM)

    with pytest.raises(ValueError, match="theirs"):
        house.qb.apply(plan.id, progress=failing(ValueError("theirs"), 2), canary=False, **FAST)

    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 4}


def test_links_of_rows_that_ended_with_an_interruption_are_in_its_report(house: House) -> None:
    staff(house, 8)
    plan = house.qb.plan_transfer(firm=FIRM, owner=JEAN, to=MARIE)

    with pytest.raises(PlanIncomplete) as stopped:
        house.qb.apply(plan.id, progress=failing(KeyboardInterrupt(), 2), workers=4, limits=UNLIMITED)

    waiting = stopped.value.report.waiting
    assert len(waiting) >= 2
    assert all(item.url for item in waiting)


def test_a_mistake_in_one_row_stops_no_other(house: House) -> None:
    connections = staff(house, 3)
    plan = house.qb.plan_disconnect(firm=FIRM)

    class Pace:
        def take(self, _: str, realm_id: str | None, *__: object, **___: object) -> bool:
            if realm_id == connections[1].realm_id:
                raise ZeroDivisionError
            return True

    report = house.with_ports(pace=Pace()).apply(plan.id, canary=False, **FAST)

    assert tally(report) == {"done": 2, "failed": 1}
    (failed,) = report.failed
    assert "ZeroDivisionError" in (failed.note or "")
