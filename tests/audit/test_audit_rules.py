"""Each rule that comes along: what it finds, and what it leaves alone, up to the last day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from audit_frames import AT, BOOKS, CLIENT, FIRM, REALM, SCOPES, TODAY, audit, connection, found, listing, person

from qbapps.audit.rules import built_in
from qbapps.domain.findings import Severity, Thresholds

DAY = timedelta(days=1)
HAND = {
    **dict.fromkeys(("refreshed_at", "access_expires_at", "refresh_expires_at", "refresh_hard_expires_at")),
    "reach": "hand",
    "grant": 0,
    "generation": 0,
    "owner_sub": None,
}
ENDED = {"state": "disconnected", "disconnected_at": AT - 2 * DAY}
JEAN_LEFT = person("jean@durand.example", left_on=TODAY)
CHEF = person("chef@durand.example", "primary_admin")
CHEF_IS_JEAN = {**CHEF, "email": "jean@durand.example"}
CHEF_LEFT = {**CHEF, "left_on": TODAY}
SEEN_BY_A_FIRM = {"firms": [FIRM], "clients": [CLIENT]}


def at_intuit(environment: str = "production", **said: str) -> dict[str, Any]:
    """What CompanyInfo said of the company."""
    return {"companies": [{"environment": environment, "realm_id": REALM, **said}]}


def test_there_is_nothing_to_say_of_a_healthy_connection() -> None:
    assert found(connection()) == {}


# The rule, what a connection has to be for it, and the other tables.
FINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("owner_gone", {}, {**SEEN_BY_A_FIRM, "people": [JEAN_LEFT]}),
    ("owner_gone", {}, {"people": [person("jean@durand.example", left_on=TODAY - DAY, realm_id=REALM)]}),
    ("owner_gone", {"state": "needs_reconnect"}, {**SEEN_BY_A_FIRM, "people": [JEAN_LEFT]}),
    ("owner_no_admin", {"owner_role": "standard"}, {}),
    ("owner_no_admin", {"owner_role": "team_member"}, {}),
    ("owner_no_admin", {"cause": "owner_lost_access", "state": "needs_reconnect"}, {}),
    ("owner_no_admin", {}, {"people": [person("jean@durand.example", "standard", realm_id=REALM)]}),
    ("owner_no_admin", {}, {**SEEN_BY_A_FIRM, "people": [person("jean@durand.example", "team_member")]}),
    ("not_the_primary_admin", {}, {**SEEN_BY_A_FIRM, "people": [CHEF]}),
    ("owner_unknown", {"owner_email": None, "owner_sub": None, "owner_name": None}, {}),
    ("needs_reconnect", {"state": "needs_reconnect", "cause": "refused"}, {}),
    ("access_ended", {"refresh_expires_at": AT}, {}),
    ("access_ended", {"refresh_hard_expires_at": AT - DAY, "state": "paused"}, {}),
    ("token_ends", {"refresh_expires_at": AT + 30 * DAY}, {}),
    ("token_ends", {"refresh_expires_at": AT + 30 * DAY, "state": "paused"}, {}),
    ("cap_ends", {"refresh_hard_expires_at": AT + 184 * DAY}, {}),
    ("extra_scopes", {"scopes": [*SCOPES, "com.intuit.quickbooks.payment"]}, {}),
    ("company_closed", {}, at_intuit(subscription_status="SUSPENDED")),
    ("company_closed", {}, at_intuit(subscription_status="Expired")),
    ("edition_ended", {}, at_intuit(country="FR")),
    ("unused", {"last_used_on": TODAY - 90 * DAY}, {}),
    ("unused", {"last_used_on": None, "connected_at": AT - 90 * DAY}, {}),
    ("still_listed", ENDED, {"listings": [listing(days_ago=1)]}),
    ("still_listed", ENDED, {"listings": [listing(days_ago=1, state=None)]}),
    ("listed_as_gone", {}, {"listings": [listing(state="disconnected")]}),
    ("not_listed", {}, {"listings": [listing(2)]}),
    ("dropped_from_list", HAND, {"listings": [listing(1, days_ago=5), listing(2, days_ago=1)]}),
    ("never_confirmed", HAND, {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changed", "others"), FINDS)
def test_a_rule_finds_what_it_is_for(rule: str, changed: dict[str, Any], others: dict[str, Any]) -> None:
    rows = [connection(**changed)]
    if rule in {"not_listed", "dropped_from_list"}:
        # Another app of the same company is in the list.
        rows.append(connection(2, app_id="time"))

    finding = found(*rows, **others)[rule]

    assert finding.connection_id == "con_1"
    assert (finding.app_id, finding.realm_id, finding.company_name) == ("dext", REALM, "Boulangerie Martin")
    assert "{" not in finding.what + finding.do


def test_every_rule_for_one_connection_was_tried() -> None:
    assert {rule for rule, _, _ in FINDS} == {
        rule.name for rule in built_in(Thresholds()) if not rule.per and rule.kind is None
    }


# The same, a step before it.
LEAVES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("owner_gone", {}, {**SEEN_BY_A_FIRM, "people": [person("jean@durand.example", left_on=TODAY + DAY)]}),
    ("owner_gone", {}, {**SEEN_BY_A_FIRM, "people": [person("other@durand.example", left_on=TODAY)]}),
    ("owner_gone", {"state": "disconnected"}, {**SEEN_BY_A_FIRM, "people": [JEAN_LEFT]}),
    ("owner_gone", {}, {"people": [person("jean@durand.example", left_on=TODAY, realm_id=BOOKS)]}),
    ("owner_no_admin", {"owner_role": "primary_admin"}, {}),
    ("owner_no_admin", {"owner_role": "unknown"}, {}),
    ("owner_no_admin", {"owner_role": "standard"}, {"people": [person("jean@durand.example", realm_id=REALM)]}),
    ("owner_no_admin", {}, {**SEEN_BY_A_FIRM, "people": [person("jean@durand.example", "standard", left_on=TODAY)]}),
    ("not_the_primary_admin", {}, {**SEEN_BY_A_FIRM, "people": [person("jean@durand.example", "primary_admin")]}),
    ("not_the_primary_admin", {}, {**SEEN_BY_A_FIRM, "people": [person("chef@durand.example", "admin")]}),
    ("not_the_primary_admin", {}, {**SEEN_BY_A_FIRM, "people": [CHEF_LEFT]}),
    ("not_the_primary_admin", {"realm_id": BOOKS}, {**SEEN_BY_A_FIRM, "people": [CHEF]}),
    ("owner_unknown", {"owner_email": None}, {}),
    ("needs_reconnect", {"state": "paused"}, {}),
    ("needs_reconnect", {"state": "needs_reconnect", "cause": "owner_lost_access"}, {}),
    ("token_ends", {"refresh_expires_at": AT + 30 * DAY + timedelta(seconds=1)}, {}),
    ("token_ends", {"refresh_expires_at": AT, "state": "disconnected"}, {}),
    ("token_ends", {"refresh_expires_at": AT, "state": "needs_reconnect"}, {}),
    ("cap_ends", {"refresh_hard_expires_at": AT + 184 * DAY + timedelta(seconds=1)}, {}),
    ("cap_ends", {"refresh_hard_expires_at": None}, {}),
    ("extra_scopes", {"scopes": SCOPES[:1]}, {}),
    ("extra_scopes", {"app_id": "nobody-knows", "scopes": SCOPES}, {}),
    ("company_closed", {}, at_intuit(subscription_status="TRIAL")),
    ("company_closed", {}, at_intuit("sandbox", subscription_status="EXPIRED")),
    ("edition_ended", {"state": "disconnected"}, at_intuit(country="FR")),
    ("edition_ended", {}, at_intuit(country="CA")),
    ("unused", {"last_used_on": TODAY - 89 * DAY}, {}),
    ("unused", {"last_used_on": TODAY - 90 * DAY, "state": "paused"}, {}),
    ("unused", {**HAND, "last_used_on": None}, {}),
    ("unused", {"last_used_on": None, "connected_at": AT - 89 * DAY}, {}),
    ("still_listed", {**ENDED, "disconnected_at": AT - DAY}, {"listings": [listing(days_ago=2)]}),
    ("still_listed", ENDED, {"listings": [listing(state="disconnected")]}),
    ("still_listed", {}, {"listings": [listing()]}),
    ("listed_as_gone", {"connected_at": AT - DAY}, {"listings": [listing(state="disconnected", days_ago=2)]}),
    ("listed_as_gone", {}, {"listings": [listing(state="needs_reconnect")]}),
    ("not_listed", {}, {"listings": [listing(1), listing(2)]}),
    ("not_listed", {}, {}),
    ("not_listed", {}, {"listings": [listing(1, days_ago=5), listing(2)]}),
    ("not_listed", {"connected_at": AT - DAY / 2}, {"listings": [listing(2)]}),
    ("not_listed", {"environment": "sandbox"}, {"listings": [listing(2)]}),
    ("dropped_from_list", HAND, {"listings": [listing(1), listing(2)]}),
    ("dropped_from_list", HAND, {"listings": [listing(2)]}),
    ("access_ended", {"refresh_expires_at": AT + timedelta(seconds=1)}, {}),
    ("access_ended", {"refresh_expires_at": AT - DAY, "state": "needs_reconnect"}, {}),
    ("not_the_primary_admin", {"owner_email": None}, {**SEEN_BY_A_FIRM, "people": [CHEF]}),
    ("owner_gone", {}, {**SEEN_BY_A_FIRM, "people": [CHEF_IS_JEAN, {**JEAN_LEFT, "firm_id": None, "realm_id": REALM}]}),
    ("not_listed", {"realm_id": BOOKS}, {"listings": [listing(2)]}),
    ("never_confirmed", HAND, {"confirmations": [{"connection_id": "con_1", "confirmed_at": AT, "confirmed_by": "x"}]}),
    ("never_confirmed", {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changed", "others"), LEAVES)
def test_a_rule_leaves_alone_what_is_almost_so(rule: str, changed: dict[str, Any], others: dict[str, Any]) -> None:
    rows = [connection(**changed), connection(2, app_id="time", owner_email="x@y.example", owner_sub="sub-x")]

    told = [one.connection_id for one in audit(*rows, **others).findings if one.rule == rule]

    assert "con_1" not in told


@pytest.mark.parametrize(
    ("rule", "column", "urgent", "calm"),
    [("token_ends", "refresh_expires_at", 7, 8), ("cap_ends", "refresh_hard_expires_at", 30, 31)],
)
def test_what_ends_within_days_is_grave(rule: str, column: str, urgent: int, calm: int) -> None:
    assert found(connection(**{column: AT + urgent * DAY}))[rule].severity == "high"
    assert found(connection(**{column: AT + calm * DAY}))[rule].severity == "medium"


def test_what_has_ended_is_not_said_to_end() -> None:
    told = found(connection(refresh_expires_at=AT - DAY, refresh_hard_expires_at=AT + DAY))

    assert set(told) == {"access_ended"}
    assert told["access_ended"].severity == "high"


def test_one_person_who_owns_more_than_so_many_is_found_once_with_the_count() -> None:
    rows = [connection(n, realm_id=f"91303500000{n:05d}", company_name=f"Company {n}") for n in range(4)]
    rows.append(connection(9, owner_email="other@durand.example", owner_sub="sub-o"))

    assert "owns_many" not in found(*rows, thresholds=Thresholds(owned=4))
    finding = found(*rows, thresholds=Thresholds(owned=3))["owns_many"]

    assert (finding.connection_id, finding.owner, finding.realm_id) == (None, "jean@durand.example", None)
    assert finding.evidence["count"] == 4
    assert finding.app_id == "dext", "what all of them share is told"
    assert finding.plan is not None
    assert finding.plan.arguments == {"owner": "jean@durand.example"}
    assert finding.plan.command == "qbapps plan transfer --to WHOM --owner jean@durand.example"


def test_disconnected_ones_are_owned_by_nobody() -> None:
    rows = [connection(n, state="disconnected" if n else "connected") for n in range(4)]

    assert "owns_many" not in found(*rows, thresholds=Thresholds(owned=1))


def test_two_apps_for_one_purpose_at_one_company_are_found_once() -> None:
    rows = [connection(1), connection(2, app_id="expensya"), connection(3, app_id="time")]

    finding = found(*rows)["same_purpose"]

    assert (finding.realm_id, finding.company_name) == (REALM, "Boulangerie Martin")
    assert finding.what == "Boulangerie Martin has 2 apps for the same purpose (Receipts): Dext, Expensya."


def test_the_same_purpose_at_two_companies_is_none() -> None:
    rows = [connection(1), connection(2, app_id="expensya", realm_id=BOOKS)]

    assert "same_purpose" not in found(*rows)


def test_a_list_without_the_companies_numbers_shows_it_too() -> None:
    rows = [connection(1, realm_id=None, **HAND), connection(2, realm_id=None, app_id="expensya", **HAND)]

    assert found(*rows)["same_purpose"].company_name == "Boulangerie Martin"


def test_where_nobody_was_added_the_primary_admin_is_whom_the_list_of_the_firms_own_books_calls_so() -> None:
    books = connection(2, realm_id=BOOKS, owner_email="chef@durand.example", owner_role="primary_admin")

    told = found(connection(), books, **SEEN_BY_A_FIRM)["not_the_primary_admin"]

    assert told.plan is not None
    assert told.plan.arguments == {"to": "chef@durand.example", "app": "dext", "realm_id": REALM}


def test_whom_a_list_calls_so_is_none_where_somebody_was_added_as_such() -> None:
    books = connection(2, realm_id=BOOKS, owner_role="primary_admin")

    told = audit(connection(), books, **SEEN_BY_A_FIRM, people=[CHEF]).findings

    assert [one.connection_id for one in told if one.rule == "not_the_primary_admin"] == ["con_1"]


def test_a_plan_names_the_firm_and_its_primary_admin() -> None:
    people = [person("jean@durand.example", left_on=TODAY), person("chef@durand.example", "primary_admin")]

    told = found(connection(), **SEEN_BY_A_FIRM, people=people)["owner_gone"]

    assert told.plan is not None
    assert (
        told.plan.command == "qbapps plan transfer --to chef@durand.example --firm durand --owner jean@durand.example"
    )


def test_within_a_rule_the_gravest_come_first_then_in_the_order_of_the_store() -> None:
    ends = [AT + (3 if n % 7 == 0 else 20) * DAY for n in range(3_000)]
    rows = [connection(n, refresh_expires_at=end, realm_id=f"91303500000{n:05}") for n, end in enumerate(ends)]

    told = audit(*rows, **SEEN_BY_A_FIRM, people=[person("x@durand.example")]).findings

    urgent = [f"con_{n}" for n in range(3_000) if n % 7 == 0]
    calm = [f"con_{n}" for n in range(3_000) if n % 7]
    assert [one.connection_id for one in told if one.rule == "token_ends"] == urgent + calm


def test_the_gravest_come_first() -> None:
    rows = [connection(1, **HAND), connection(2, scopes=[*SCOPES, "x"]), connection(3, state="needs_reconnect")]

    ranks = [finding.severity.rank for finding in audit(*rows).findings]

    assert ranks == sorted(ranks)
    assert {Severity.HIGH.rank, Severity.MEDIUM.rank, Severity.LOW.rank} == set(ranks)
