"""Applying plans: row by row, each recorded as it ends, and again until all are over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from lifecycle_house import BAKERY, JEAN, MARIE, PAUL, House, down
from lifecycle_inventory import inventory
from lifecycle_plans import FAST, FIRM, realm, staff, tally

from qbapps.domain.limits import Limits
from qbapps.domain.reports import Progress
from qbapps.errors import ConfigurationError, NotFoundError, PlanIncomplete, ReconnectRequired

BY_HAND = f"Client;Boulangerie;{BAKERY};Zapier;{JEAN}"


def test_a_disconnect_plan_ends_its_rows_each_with_a_receipt_and_no_others(house: House) -> None:
    connections = staff(house, 4)
    other = house.connect(MARIE, BAKERY)
    plan = house.qb.plan_disconnect(firm=FIRM, reason="service_ending", comment="France", by=JEAN)

    report = house.qb.apply(plan.id, **FAST)

    assert report.is_complete
    assert tally(report) == {"done": 4}
    receipts = {receipt.id: receipt for receipt in house.qb.disconnections()}
    assert {item.connection_id for item in report.done} == {c.id for c in connections}
    for item in report.done:
        receipt = receipts[item.result_id or ""]
        assert (receipt.connection_id, receipt.proof) == (item.connection_id, "refused_after_revoke")
        assert (receipt.reason, receipt.comment, receipt.by) == ("service_ending", "France", JEAN)
        assert item.ended_at is not None
    assert house.works(other.id)
    assert house.kinds(plan.id) == ["plan.made", "plan.applied"]


def test_applied_again_nothing_happens_twice(house: House) -> None:
    staff(house, 3)
    plan = house.qb.plan_disconnect(firm=FIRM)
    first = house.qb.apply(plan.id, **FAST)
    calls, events = len(house.intuit.requests), list(house.qb.events())

    again = house.qb.apply(plan.id, **FAST)

    assert again.done == first.done
    assert len(house.intuit.requests) == calls
    assert list(house.qb.events()) == events


def again_by(house: House, who: str) -> Callable[[str], object]:
    def consent(connection_id: str) -> object:
        return house.qb.complete(house.agree(house.qb.reconnect(connection_id), who, realm(1)))

    return consent


@pytest.mark.parametrize(
    ("who", "note"), [(JEAN, "A new consent came in: it was grant 1 and is grant 2"), (MARIE, "A new consent came in")]
)
def test_a_row_that_drifted_is_refused_with_what_changed_and_the_others_go_on(
    house: House, who: str, note: str
) -> None:
    connections = staff(house, 3)
    plan = house.qb.plan_disconnect(firm=FIRM)
    again_by(house, who)(connections[1].id)

    report = house.qb.apply(plan.id, **FAST)

    assert tally(report) == {"done": 2, "drifted": 1}
    (drifted,) = report.drifted
    assert drifted.connection_id == connections[1].id
    assert note in (drifted.note or "")
    assert house.works(connections[1].id)
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 2, "drifted": 1}, "and stays so"


def test_a_consent_that_comes_at_the_last_moment_is_not_ended(house: House) -> None:
    """Between the look at the row and the denial there is a moment."""
    connection = staff(house, 2)[1]
    plan = house.qb.plan_disconnect(realm_id=connection.realm_id)
    consent = again_by(house, MARIE)
    looked = []

    class Late:
        def __getattr__(self, name: str) -> object:
            return getattr(house.ports.pace, name)

        def take(self, *_: object) -> bool:
            looked.append(consent(connection.id))
            return True

    report = house.with_ports(pace=Late()).apply(plan.id, canary=False, **FAST)

    assert len(looked) == 1
    assert tally(report) == {"drifted": 1}
    assert house.works(connection.id)


def test_a_refresh_is_no_drift(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM)
    house.clock.advance(timedelta(days=2))
    house.qb.refresh_due(within=timedelta(days=400))

    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}


def test_what_was_ended_meanwhile_is_done_with_its_own_receipt(house: House) -> None:
    connection = staff(house, 1)[0]
    plan = house.qb.plan_disconnect(firm=FIRM)
    receipt = house.qb.disconnect(connection.id)

    (item,) = house.qb.apply(plan.id, **FAST).done

    assert item.result_id == receipt.id
    assert house.count("revoke") == 1


def test_a_row_whose_revoke_is_not_answered_fails_alone_and_is_done_the_next_time(house: House) -> None:
    staff(house, 2)
    plan = house.qb.plan_disconnect(firm=FIRM)
    house.intuit.inject(*down("revoke"))

    report = house.qb.apply(plan.id, canary=False, **FAST)

    assert tally(report) == {"failed": 2}
    assert all("is not known" in (item.note or "") for item in report.failed)
    for item in report.failed:
        with pytest.raises(ReconnectRequired):
            house.qb.access_token(item.connection_id)
    house.intuit.clear_faults()
    again = house.qb.apply(plan.id, **FAST)
    assert tally(again) == {"done": 2}
    assert {item.note for item in again.done} == {None}


def test_rows_by_hand_wait_for_somebody_and_are_done_once_confirmed(house: House) -> None:
    house.qb.add_firm(FIRM, name="Cabinet Durand")
    house.qb.import_inventory(inventory(BY_HAND), firm=FIRM)
    plan = house.qb.plan_disconnect(firm=FIRM)

    report = house.qb.apply(plan.id, **FAST)

    assert tally(report) == {"by_hand": 1}
    (task,) = house.qb.worklist(firm=FIRM)
    assert tally(house.qb.apply(plan.id, **FAST)) == {"by_hand": 1}
    assert len(house.qb.worklist(firm=FIRM)) == 1
    house.qb.confirm_task(task.id, by=JEAN)
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}


def test_a_transfer_plan_waits_for_each_new_owner_with_a_link(house: House) -> None:
    connections = staff(house, 2)
    plan = house.qb.plan_transfer(owner=JEAN, to=MARIE, firm=FIRM)

    report = house.qb.apply(plan.id, **FAST)

    assert tally(report) == {"waiting": 2}
    assert all(item.url for item in report.waiting)
    for item in report.waiting:
        house.qb.complete(house.intuit.consent(item.url or "", user=MARIE, realm_id=item.realm_id or ""))
    done = house.qb.apply(plan.id, **FAST)
    assert tally(done) == {"done": 2}
    assert {house.qb.connection(c.id).owner.email for c in connections} == {MARIE}  # type: ignore[union-attr]


def test_applied_again_those_who_still_wait_get_fresh_links_and_the_old_ones_stop(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_transfer(owner=JEAN, to=MARIE, firm=FIRM)
    (first,) = house.qb.apply(plan.id, **FAST).waiting

    (again,) = house.qb.apply(plan.id, **FAST).waiting

    assert again.result_id == first.result_id, "the same transfer"
    assert again.url != first.url
    with pytest.raises(Exception, match="cancelled"):
        house.qb.complete(house.intuit.consent(first.url or "", user=MARIE, realm_id=first.realm_id or ""))
    assert house.qb.plan_report(plan.id).waiting[0].url is None, "a report alone makes no links"


def test_a_transfer_that_ended_otherwise_fails_its_row_and_is_asked_anew_the_next_time(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_transfer(owner=JEAN, to=MARIE, firm=FIRM)
    (item,) = house.qb.apply(plan.id, **FAST).waiting
    house.qb.cancel_transfer(item.result_id or "")

    (failed,) = house.qb.apply(plan.id, **FAST).failed
    assert "cancelled" in (failed.note or "")

    (anew,) = house.qb.apply(plan.id, **FAST).waiting
    assert anew.result_id != item.result_id


def test_a_transfer_to_the_wrong_person_fails_its_row_and_leaves_a_working_connection(house: House) -> None:
    (connection,) = staff(house, 1)
    plan = house.qb.plan_transfer(owner=JEAN, to=PAUL, firm=FIRM)
    (item,) = house.qb.apply(plan.id, **FAST).waiting
    with pytest.raises(Exception, match="not paul"):
        house.qb.complete(house.intuit.consent(item.url or "", user=MARIE, realm_id=item.realm_id or ""))

    (failed,) = house.qb.apply(plan.id, **FAST).failed

    assert "Somebody else consented" in (failed.note or "")
    assert house.works(connection.id)


def test_transfers_by_hand_are_done_once_confirmed(house: House) -> None:
    house.qb.add_firm(FIRM, name="Cabinet Durand")
    house.qb.import_inventory(inventory(BY_HAND), firm=FIRM)
    plan = house.qb.plan_transfer(owner=JEAN, to=MARIE, firm=FIRM)
    assert tally(house.qb.apply(plan.id, **FAST)) == {"by_hand": 1}
    (task,) = house.qb.worklist(firm=FIRM)

    house.qb.confirm_task(task.id, by=MARIE)

    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}


# Receipts


def test_a_plan_has_receipts_of_its_own(house: House, tmp_path: Path) -> None:
    connections = staff(house, 3)
    house.qb.disconnect(connections[0].id)
    plan = house.qb.plan_disconnect(firm=FIRM)
    report = house.qb.apply(plan.id, **FAST)

    receipts = house.qb.receipts(plan=plan.id)

    assert {one.id for one in receipts} == {item.result_id for item in report.done}
    assert len(house.qb.receipts()) == 3
    page = house.qb.write_receipts(tmp_path / "receipts.html", disconnections=receipts)  # type: ignore[arg-type]
    assert all(one.id in page.read_text("utf-8") for one in receipts)
    with pytest.raises(NotFoundError):
        house.qb.receipts(plan="pln_nobody")


# Calling off


def test_a_plan_that_is_called_off_stops_the_links_that_wait_and_begins_no_more(house: House) -> None:
    connections = staff(house, 3)
    plan = house.qb.plan_transfer(owner=JEAN, to=MARIE, firm=FIRM)
    first, second, third = house.qb.apply(plan.id, **FAST).waiting
    house.qb.complete(house.intuit.consent(first.url or "", user=MARIE, realm_id=first.realm_id or ""))
    house.qb.apply(plan.id, **FAST)

    report = house.qb.cancel_plan(plan.id, by=JEAN)

    assert tally(report) == {"done": 1, "cancelled": 2}
    assert {house.qb.transfer(item.result_id or "").state for item in (second, third)} == {"cancelled"}
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1, "cancelled": 2}
    assert len(house.qb.transfers(state="pending")) == 0
    assert all(house.works(c.id) for c in connections)
    (said,) = (event for event in house.qb.events(plan.id) if event.kind == "plan.cancelled")
    assert (said.by, said.details["rows"]) == (JEAN, 2)


def test_disconnects_by_hand_stay_on_the_worklist_of_a_plan_that_is_called_off(house: House) -> None:
    staff(house, 1)
    house.qb.import_inventory(inventory(BY_HAND), firm=FIRM)
    plan = house.qb.plan_disconnect(firm=FIRM, reach="hand")
    house.qb.apply(plan.id, **FAST)
    others = house.qb.plan_disconnect(firm=FIRM, reach="api")

    assert tally(house.qb.cancel_plan(plan.id)) == {"by_hand": 1}
    assert tally(house.qb.cancel_plan(others.id)) == {"cancelled": 1}
    assert len(house.qb.worklist()) == 1


# Progress, workers, interruption


def test_progress_tells_each_row_and_how_long_the_rest_takes(house: House) -> None:
    staff(house, 3)
    plan = house.qb.plan_disconnect(firm=FIRM)
    told: list[Progress] = []

    house.qb.apply(plan.id, progress=told.append, limits=Limits(per_app=1.0), workers=1)

    assert [one.done for one in told] == [0, 1, 2, 3]
    assert {one.total for one in told} == {3}
    assert told[0].eta is None
    assert told[-1].eta == 0


def test_many_workers_do_each_row_once(online: House) -> None:
    staff(online, 12)
    plan = online.qb.plan_disconnect(firm=FIRM)

    report = online.qb.apply(plan.id, workers=8, limits=FAST["limits"])  # type: ignore[arg-type]

    assert tally(report) == {"done": 12}
    assert online.count("revoke") == 12


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused(house: House, workers: int) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM)
    with pytest.raises(ConfigurationError, match="workers"):
        house.qb.apply(plan.id, workers=workers)
    with pytest.raises(NotFoundError):
        house.qb.apply("pln_nobody")


def test_an_interruption_lets_what_is_in_flight_end_and_leaves_the_rest_for_the_next_run(house: House) -> None:
    staff(house, 6)
    plan = house.qb.plan_disconnect(firm=FIRM)

    def interrupt(told: Progress) -> None:
        if told.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(PlanIncomplete) as stopped:
        house.qb.apply(plan.id, progress=interrupt, canary=False, **FAST)

    report = stopped.value.report
    assert report.stopped == "cancelled"
    done, left = len(report.done), len(report.remaining)
    assert done >= 2
    assert left >= 1
    assert done + left == 6
    assert house.kinds(plan.id)[-1] == "plan.stopped"
    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 6}
    assert house.count("revoke") == 6


def test_a_pace_is_kept_by_all_who_share_the_store(house: House) -> None:
    staff(house, 8)
    plan = house.qb.plan_disconnect(firm=FIRM)
    began = house.clock.now()

    house.qb.apply(plan.id, limits=Limits(per_app=2.0), workers=1, canary=False)

    took = (house.clock.now() - began).total_seconds()
    assert 3.5 <= took <= 3.6, "one every half second"


def test_two_runs_at_once_do_each_row_once(online: House) -> None:
    staff(online, 10)
    plan = online.qb.plan_disconnect(firm=FIRM)
    reports = []

    def run() -> None:
        reports.append(online.qb.apply(plan.id, workers=3, canary=False, limits=FAST["limits"]))  # type: ignore[arg-type]

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tally(online.qb.plan_report(plan.id)) == {"done": 10}
    assert len(reports) == 2
    assert len(online.qb.disconnections()) == 10
