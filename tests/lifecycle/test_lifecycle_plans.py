"""Plans: what they bind and leave out, and that what is applied is what was decided."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import attrs
import pytest
from lifecycle_house import BAKERY, GARAGE, JEAN, MARIE, PAUL, House, down
from lifecycle_inventory import inventory
from lifecycle_plans import FAST, FIRM, realm, staff, tally

from qbapps.errors import (
    ConfigurationError,
    NotFoundError,
    NotPermitted,
    PlanAltered,
    PlanError,
)
from qbapps.ports import Change
from qbapps.simulator import Fault


def test_a_plan_binds_each_row_to_app_company_owner_and_consent_and_does_nothing(house: House) -> None:
    connections = staff(house, 3)
    calls = len(house.intuit.requests)

    plan = house.qb.plan_disconnect(firm=FIRM, reason="service_ending", by=JEAN)

    assert [(i.number, i.connection_id, i.app_id, i.realm_id, i.grant, i.outcome) for i in plan.items] == [
        (n, c.id, "dext", c.realm_id, 1, "planned") for n, c in enumerate(sorted(connections, key=lambda c: c.id), 1)
    ]
    assert {item.owner.email for item in plan.items if item.owner} == {JEAN}
    assert {item.level for item in plan.items} == {"client"}
    assert len(house.intuit.requests) == calls
    assert all(c.state == "connected" for c in house.qb.connections())
    assert house.qb.plan(plan.id) == plan
    assert [head.id for head in house.qb.plans()] == [plan.id]
    assert house.kinds(plan.id) == ["plan.made"]


@pytest.mark.parametrize("wanted", [{}, {"state": "connected"}, {"reach": "api"}, {"level": "company"}])
def test_a_plan_of_nothing_in_particular_is_refused(house: House, wanted: dict[str, str]) -> None:
    staff(house, 1)
    with pytest.raises(ConfigurationError, match="Nothing was chosen"):
        house.qb.plan_disconnect(**wanted)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="Nothing was chosen"):
        house.qb.plan_transfer(to=MARIE, **wanted)  # type: ignore[arg-type]
    assert house.qb.plans() == ()


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"app": "nobody"}, NotFoundError),
        ({"firm": "nobody"}, NotFoundError),
        ({"app": "dext", "reason": "boredom"}, ConfigurationError),
        ({"app": "dext", "deadline": datetime(2023, 12, 29)}, ConfigurationError),  # noqa: DTZ001
        ({"app": "dext", "deadline": date(2023, 12, 29)}, ConfigurationError),
        ({"app": "dext", "deadline": datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))}, ConfigurationError),
        ({"app": "dext", "needs_approval": True}, ConfigurationError),
    ],
)
def test_what_makes_no_plan_says_why(house: House, wanted: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        house.qb.plan_disconnect(**wanted)  # type: ignore[arg-type]
    assert house.qb.plans() == ()


def test_what_is_over_or_forbidden_or_on_its_way_is_skipped_and_says_why(house: House) -> None:
    gone, on_its_way, hers, left = staff(house, 4)
    house.qb.disconnect(gone.id)
    house.qb.begin_transfer(on_its_way.id, to=PAUL)
    house.qb.complete(house.agree(house.qb.begin_transfer(hers.id, to=MARIE), MARIE, realm(2)))

    plan = house.qb.plan_transfer(app="dext", to=MARIE)

    assert [item.connection_id for item in plan.items] == [left.id]
    why = {item.connection_id: item.note for item in plan.skipped}
    assert why[gone.id] == "It is disconnected already."
    assert f"A transfer to {PAUL} is pending" in (why[on_its_way.id] or "")
    assert why[hers.id] == f"It is {MARIE}'s already."


def test_rows_that_the_author_may_not_touch_are_skipped_with_what_to_do_first(house: House) -> None:
    staff(house, 2)
    house.qb.add_person(MARIE, role="admin", firm=FIRM)

    plan = house.qb.plan_disconnect(firm=FIRM, by=MARIE)

    assert plan.items == ()
    assert all("primary admin" in (item.note or "") for item in plan.skipped)


def test_siblings_are_what_the_plan_leaves_alone_and_a_revoke_may_reach(house: House) -> None:
    first, second, third = staff(house, 3)
    other = house.connect(MARIE, BAKERY)

    plan = house.qb.plan_disconnect(realm_id=first.realm_id)
    everything = house.qb.plan_disconnect(app="dext")

    assert [item.siblings for item in plan.items] == [2]
    assert plan.at_risk == plan.items
    assert everything.at_risk == ()
    assert {one.id for one in house.qb.siblings(first.id)} == {second.id, third.id}
    assert house.qb.siblings(other.id) == ()


def test_one_whose_owner_is_not_known_may_be_anybodys(house: House) -> None:
    hers, unknown, his = staff(house, 3)
    house.qb.complete(house.agree(house.qb.begin_transfer(hers.id, to=MARIE), MARIE, realm(0)))
    owner_unknown = attrs.evolve(unknown, owner=None, version=unknown.version + 1)
    house.ports.store.save(Change(records=(owner_unknown,)))

    of_his = house.qb.plan_disconnect(realm_id=his.realm_id)
    of_hers = house.qb.plan_disconnect(realm_id=hers.realm_id)
    of_unknown = house.qb.plan_disconnect(realm_id=unknown.realm_id)

    assert [item.siblings for plan in (of_his, of_hers, of_unknown) for item in plan.items] == [1, 1, 2]
    assert [one.id for one in house.qb.siblings(his.id)] == [unknown.id]
    assert [one.id for one in house.qb.siblings(hers.id)] == [unknown.id]
    assert {one.id for one in house.qb.siblings(unknown.id)} == {hers.id, his.id}
    assert house.qb.plan_disconnect(app="dext").at_risk == ()


def test_siblings_do_not_count_what_was_disconnected_here(house: House) -> None:
    first, _, third = staff(house, 3)
    house.intuit.inject(*down("revoke"))
    house.qb.disconnect(first.id)
    house.intuit.clear_faults()

    plan = house.qb.plan_disconnect(firm=FIRM, owner=JEAN, realm_id=first.realm_id)

    assert [(item.connection_id, item.siblings) for item in plan.items] == [(first.id, 2)]
    house.qb.disconnect(third.id)
    assert [item.siblings for item in house.qb.plan_disconnect(realm_id=first.realm_id).items] == [1]


# What is denied here and may live on at Intuit


def test_a_disconnect_that_is_not_proven_is_planned_again(house: House) -> None:
    (connection,) = staff(house, 1)
    token = house.token(connection.id)
    house.intuit.inject(*down("revoke"))
    house.qb.disconnect(connection.id)
    house.intuit.clear_faults()

    plan = house.qb.plan_disconnect(firm=FIRM)

    assert [item.connection_id for item in plan.items] == [connection.id]
    assert house.qb.plan_transfer(firm=FIRM, to=MARIE).items == ()
    assert house.intuit.is_alive(token)
    house.qb.apply(plan.id, **FAST)
    assert not house.intuit.is_alive(token)
    assert house.qb.plan_disconnect(firm=FIRM).items == ()


def test_a_disconnect_that_was_put_off_is_planned(house: House) -> None:
    (connection,) = staff(house, 1)
    house.qb.disconnect(connection.id, after=timedelta(days=30))

    assert [item.connection_id for item in house.qb.plan_disconnect(firm=FIRM).items] == [connection.id]


def test_a_disconnect_that_rests_on_a_rumour_is_planned(house: House) -> None:
    (connection,) = staff(house, 1)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    assert house.qb.note_disconnect(realm(0), app="dext") is not None
    house.intuit.clear_faults()

    assert [item.connection_id for item in house.qb.plan_disconnect(firm=FIRM).items] == [connection.id]


def test_a_transfer_by_hand_stays_pending_however_old_it_is(house: House) -> None:
    staff(house, 0)
    house.qb.import_inventory(inventory(f"Client;Boulangerie;{BAKERY};Zapier;{JEAN}"), firm=FIRM)
    (connection,) = house.qb.connections()
    house.qb.begin_transfer(connection.id, to=PAUL)
    house.clock.advance(timedelta(days=30))

    plan = house.qb.plan_transfer(firm=FIRM, to=MARIE)

    assert [f"A transfer to {PAUL} is pending" in (item.note or "") for item in plan.skipped] == [True]


# Files


def test_a_saved_plan_is_readable_and_names_the_stored_one(house: House, tmp_path: Path) -> None:
    staff(house, 2)
    plan = house.qb.plan_disconnect(firm=FIRM, reason="service_ending", deadline=house.clock.now(), by=JEAN)

    path = house.qb.save_plan(plan, tmp_path / "plan.json")

    content = json.loads(path.read_text("utf-8"))
    assert content["rows"][0]["company"] == "Client 0"
    assert content["reason"] == "service_ending"
    assert house.qb.load_plan(path) == plan


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"grant": 1', '"grant": 2'), ("service_ending", "no_longer_needed"), (JEAN, MARIE), ('"v1.', '"v1.0')],
)
def test_an_altered_file_is_refused(house: House, tmp_path: Path, was: str, becomes: str) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, reason="service_ending", by=JEAN)
    path = house.qb.save_plan(plan, tmp_path / "plan.json")
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), "utf-8")

    with pytest.raises(PlanAltered):
        house.qb.load_plan(path)


def test_only_white_space_does_not_alter_a_file(house: House, tmp_path: Path) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM)
    path = house.qb.save_plan(plan, tmp_path / "plan.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")

    assert house.qb.load_plan(path).id == plan.id


@pytest.mark.parametrize("content", ["", "{}", "[]", "no json", '{"qbapps_plan": 2}'])
def test_what_is_no_plan_is_refused(house: House, tmp_path: Path, content: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(content, "utf-8")

    with pytest.raises(PlanError, match="is no plan"):
        house.qb.load_plan(path)
    with pytest.raises(PlanError, match="cannot be read"):
        house.qb.load_plan(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    "statement",
    [
        "update plan_items set grant = 2",
        "update plan_items set connection_id = 'con_other' where number = 1",
        "delete from plan_items where number = 2",
        "update plans set reason = 'other'",
        "update plans set deadline = null",
        "update plans set needs_approval = 0",
        "update plans set digest = 'abc'",
        "update plan_items set outcome = 'skipped' where number = 1",
    ],
)
def test_a_stored_plan_that_somebody_altered_is_never_applied(filed: House, statement: str) -> None:
    staff(filed, 2)
    plan = filed.qb.plan_disconnect(
        firm=FIRM, reason="service_ending", deadline=filed.clock.now(), by=JEAN, needs_approval=True
    )
    filed.sql(statement)

    with pytest.raises(PlanAltered):
        filed.qb.apply(plan.id, approved_by=MARIE)
    with pytest.raises(PlanAltered):
        filed.qb.plan(plan.id)
    assert all(c.state == "connected" for c in filed.qb.connections())


# Approval


def test_a_plan_that_needs_approval_waits_for_somebody_else_than_its_author(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)

    for approver in (None, JEAN, JEAN.upper()):
        with pytest.raises(NotPermitted, match="somebody else"):
            house.qb.apply(plan.id, approved_by=approver, **FAST)
    assert house.count("revoke") == 0

    assert tally(house.qb.apply(plan.id, approved_by=MARIE, **FAST)) == {"done": 1}
    (approved,) = (event for event in house.qb.events(plan.id) if event.kind == "plan.approved")
    assert (approved.by, approved.details["digest"]) == (MARIE, plan.digest)


def test_an_approval_is_kept_for_the_runs_that_follow(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    house.qb.apply(plan.id, approved_by=MARIE, **FAST)

    assert tally(house.qb.apply(plan.id, **FAST)) == {"done": 1}


# Estimates


def test_an_estimate_says_when_it_ends_what_is_late_and_who_is_needed(house: House) -> None:
    staff(house, 4)
    house.qb.import_inventory(
        inventory(f"Client;Boulangerie;{BAKERY};Zapier;", f"Cabinet;Cabinet;{GARAGE};Zapier;"), firm=FIRM
    )
    at = house.clock.now()

    early = house.qb.plan_disconnect(firm=FIRM, deadline=at + timedelta(milliseconds=300)).estimate
    late = house.qb.plan_disconnect(firm=FIRM, deadline=datetime(2023, 12, 29, 18, tzinfo=UTC)).estimate

    assert early.starts_at == at
    assert (early.late, early.by_hand, early.primary_admin) == (2, 2, 1)
    assert not early.fits
    assert late.fits == (at < datetime(2023, 12, 29, tzinfo=UTC))


def test_an_estimate_reckons_only_with_rows_that_are_left(house: House) -> None:
    staff(house, 30)
    plan = house.qb.plan_disconnect(firm=FIRM, deadline=house.clock.now() + timedelta(seconds=1))
    assert plan.estimate.late > 0

    house.qb.cancel_plan(plan.id)

    estimate = house.qb.plan(plan.id).estimate
    assert (estimate.late, estimate.takes) == (0, timedelta(0))
