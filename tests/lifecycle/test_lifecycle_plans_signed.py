"""What the vault signs about plans: what was decided, who approved of it, and that both outlive a change of keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from lifecycle_house import BAKERY, JEAN, MARIE, PAUL, House
from lifecycle_plans import FAST, FIRM, staff, tally

import qbapps
from qbapps.domain.keys import KeyUse
from qbapps.errors import ConfigurationError, NotPermitted, PlanAltered, UnknownKey
from qbapps.manager import QBApps
from qbapps.vault import new_key


def opened(house: House, *keys: str) -> QBApps:
    """Open the house's store with keys of one's own."""
    return qbapps.open(f"sqlite:///{house.path}", key=",".join(keys), clock=house.clock)


def uses(qb: QBApps) -> list[tuple[bool, bool, int]]:
    def told(use: KeyUse) -> tuple[bool, bool, int]:
        return use.given, use.seals, use.plans

    return [told(use) for use in qb.key_usage()]


# What was decided


def test_a_deadline_in_another_zone_is_the_same_instant(filed: House) -> None:
    staff(filed, 1)
    deadline = datetime(2027, 12, 29, 18, tzinfo=timezone(timedelta(hours=1)))

    plan = filed.qb.plan_disconnect(firm=FIRM, deadline=deadline)

    assert plan.deadline == datetime(2027, 12, 29, 17, tzinfo=UTC)
    assert filed.qb.plan(plan.id) == plan
    assert tally(filed.qb.apply(plan.id, **FAST)) == {"done": 1}


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("update plan_items set siblings = 0", ()),
        ("update plans set chosen = ?", ('{"firm":"durand","level":"client"}',)),
        ("update plan_items set level = 'firm'", ()),
    ],
)
def test_what_a_plan_was_made_from_cannot_be_altered(filed: House, statement: str, values: tuple[str, ...]) -> None:
    staff(filed, 2)
    filed.connect(JEAN, BAKERY)
    plan = filed.qb.plan_disconnect(firm=FIRM, by=JEAN)
    filed.sql(statement, *values)

    with pytest.raises(PlanAltered):
        filed.qb.apply(plan.id, **FAST)
    with pytest.raises(PlanAltered):
        filed.qb.plan(plan.id)


@pytest.mark.parametrize("name", ["reason", "grant"])
def test_a_file_that_says_something_twice_is_refused(house: House, tmp_path: Path, name: str) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, reason="service_ending")
    path = house.qb.save_plan(plan, tmp_path / "plan.json")
    text = path.read_text("utf-8")
    path.write_text(text.replace(f'"{name}":', f'"{name}": 99, "{name}":'), "utf-8")

    with pytest.raises(PlanAltered):
        house.qb.load_plan(path)


# Who approved of it


@pytest.mark.parametrize("nobody", ["", "   ", "Marie Durand"])
def test_an_approval_is_somebodys_by_address(house: House, nobody: str) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)

    with pytest.raises(ConfigurationError):
        house.qb.apply(plan.id, approved_by=nobody, **FAST)

    assert house.qb.plan(plan.id).head.approved_by is None
    assert house.count("revoke") == 0


def test_the_author_of_a_plan_that_needs_approval_is_named_by_address(house: House) -> None:
    staff(house, 1)
    with pytest.raises(ConfigurationError, match="e-mail"):
        house.qb.plan_disconnect(firm=FIRM, by="Jean Durand", needs_approval=True)


def test_who_has_left_approves_of_nothing(house: House) -> None:
    staff(house, 1)
    today = house.clock.now().date()
    house.qb.add_firm("other", name="Other")
    house.qb.add_person(MARIE, role="primary_admin", firm=FIRM, left_on=today)
    house.qb.add_person(MARIE, role="admin", firm="other")
    house.qb.add_person(PAUL, role="admin", firm=FIRM, left_on=today + timedelta(days=1))
    plan = house.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)

    with pytest.raises(NotPermitted, match="left on"):
        house.qb.apply(plan.id, approved_by=MARIE, **FAST)

    assert tally(house.qb.apply(plan.id, approved_by=PAUL, **FAST)) == {"done": 1}


def test_the_author_is_refused_even_when_somebody_else_approved_before(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    house.qb.apply(plan.id, approved_by=MARIE, **FAST)

    with pytest.raises(NotPermitted, match="cannot approve"):
        house.qb.apply(plan.id, approved_by=JEAN, **FAST)


def test_a_plan_that_needs_no_approval_may_have_its_authors(house: House) -> None:
    staff(house, 1)
    plan = house.qb.plan_disconnect(firm=FIRM, by=JEAN)

    with pytest.raises(ConfigurationError):
        house.qb.apply(plan.id, approved_by=" ", **FAST)

    assert tally(house.qb.apply(plan.id, approved_by=JEAN, **FAST)) == {"done": 1}


@pytest.mark.parametrize(
    "statement",
    [
        "update plans set approved_by = 'marie@durand.example'",
        "update plans set approved_by = 'marie@durand.example', approval = signature, approved_at = created_at",
    ],
)
def test_an_approval_that_nobody_gave_is_none(filed: House, statement: str) -> None:
    staff(filed, 1)
    plan = filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    filed.sql(statement)

    for approver in (None, MARIE):
        with pytest.raises(PlanAltered, match="approval"):
            filed.qb.apply(plan.id, approved_by=approver, **FAST)
    with pytest.raises(PlanAltered, match="approval"):
        filed.qb.plan(plan.id)
    assert filed.count("revoke") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update plans set approved_by = 'paul@elsewhere.example'",
        "update plans set approved_at = '2020-01-01 00:00:00.000000'",
        "update plans set approval = null",
        "update plans set approval = (select approval from plans p where p.rowid <> plans.rowid)",
    ],
)
def test_an_approval_holds_for_one_plan_one_person_and_one_moment(filed: House, statement: str) -> None:
    staff(filed, 1)
    plans = [filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True) for _ in range(2)]
    for plan in plans:
        filed.qb.apply(plan.id, approved_by=MARIE, **FAST)
    assert filed.qb.plan(plans[0].id).head.approved_by == MARIE
    filed.sql(statement)

    with pytest.raises(PlanAltered, match="approval"):
        filed.qb.apply(plans[0].id, **FAST)


# A change of keys


def test_plans_and_approvals_outlive_a_change_of_keys(filed: House) -> None:
    old, new = filed.keys[0], new_key().reveal()
    staff(filed, 2)
    plan = filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    approved = filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    with pytest.raises(NotPermitted):
        filed.qb.apply(plan.id, **FAST)
    filed.qb.apply(approved.id, approved_by=MARIE, **FAST)
    assert uses(filed.qb) == [(True, True, 2)]

    with opened(filed, new, old) as qb:
        assert uses(qb) == [(True, True, 0), (True, False, 2)]
        told: list[tuple[int, int | None]] = []
        assert qb.rotate_keys(progress=lambda one: told.append((one.done, one.total))) == told[-1][0] == told[-1][1]
        assert uses(qb) == [(True, True, 2), (True, False, 0)]
        assert qb.rotate_keys() == 0
    with opened(filed, new) as alone:
        assert alone.plan(plan.id).digest == plan.digest
        assert alone.plan(approved.id).head.approved_by == MARIE
        assert tally(alone.apply(approved.id, **FAST)) == {"done": 2}


def test_an_approval_under_the_new_key_leaves_the_plan_under_the_old_one(filed: House) -> None:
    old, new = filed.keys[0], new_key().reveal()
    filed.qb.add_firm(FIRM, name="Cabinet Durand")
    plan = filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)

    with opened(filed, new, old) as qb:
        qb.apply(plan.id, approved_by=MARIE, **FAST)
        assert uses(qb) == [(True, True, 1), (True, False, 1)]
        qb.rotate_keys()
        assert uses(qb) == [(True, True, 1), (True, False, 0)]


@pytest.mark.parametrize(
    ("statement", "is_still"),
    [
        ("update plans set digest = 'abc'", (True, False, 0)),
        ("update plans set approved_by = 'paul@elsewhere.example'", (True, False, 0)),
    ],
)
def test_what_was_altered_stays_altered(filed: House, statement: str, is_still: tuple[bool, bool, int]) -> None:
    old, new = filed.keys[0], new_key().reveal()
    filed.qb.add_firm(FIRM, name="Cabinet Durand")
    plan = filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    filed.qb.apply(plan.id, approved_by=MARIE, **FAST)
    filed.sql(statement)

    with opened(filed, new, old) as qb:
        qb.rotate_keys()
        assert uses(qb)[1] == is_still
        with pytest.raises(PlanAltered):
            qb.plan(plan.id)


def test_a_plan_whose_altered_half_rests_on_a_good_one_is_not_signed_whole(filed: House) -> None:
    old, new = filed.keys[0], new_key().reveal()
    filed.qb.add_firm(FIRM, name="Cabinet Durand")
    plan = filed.qb.plan_disconnect(firm=FIRM, by=JEAN, needs_approval=True)
    filed.qb.apply(plan.id, approved_by=MARIE, **FAST)
    filed.sql("update plans set signature = signature || '0'")

    with opened(filed, new, old) as qb:
        qb.rotate_keys()
        with pytest.raises(PlanAltered):
            qb.plan(plan.id)
    with opened(filed, new) as alone, pytest.raises(PlanAltered):
        alone.plan(plan.id)


def test_a_plan_whose_key_was_not_given_is_named(filed: House) -> None:
    old, new = filed.keys[0], new_key().reveal()
    filed.qb.add_firm(FIRM, name="Cabinet Durand")
    plan = filed.qb.plan_disconnect(firm=FIRM)

    with opened(filed, new) as qb:
        with pytest.raises(UnknownKey, match=plan.id):
            qb.rotate_keys()
        assert uses(qb) == [(True, True, 0), (False, False, 1)]
    with opened(filed, new, old) as qb:
        assert qb.rotate_keys() == 2, "the plan, and the secret of the app"
