"""Who may do what: known roles are enforced before anything happens, and the trail says what was known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from lifecycle_house import BAKERY, FIRM_REALM, JEAN, MARIE, PAUL, House
from lifecycle_inventory import inventory

from qbapps.domain.connection import Connection
from qbapps.domain.events import Event
from qbapps.domain.permissions import Undertaking, Verdict
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.errors import NotPermitted
from qbapps.lifecycle import people

LEVELS = ("company", "firm", "client")
ADMINS = ("primary_admin", "admin")


def at_level(house: House, level: str) -> Connection:
    """Connect the app to a company, and let a firm see it as that level says."""
    if level == "company":
        return house.connect()
    house.qb.add_firm("durand", name="Cabinet Durand", realm_id=FIRM_REALM)
    if level == "firm":
        return house.connect(realm_id=FIRM_REALM)
    house.qb.add_client("durand", realm_id=BAKERY, name="Boulangerie Martin")
    return house.connect()


def employ(house: House, email: str, role: str, level: str, **told: date) -> None:
    """Record somebody: in the company itself when no firm sees it, else in the firm."""
    if level == "company":
        house.qb.add_person(email, role=role, realm_id=BAKERY, **told)
    else:
        house.qb.add_person(email, role=role, firm="durand", **told)


def last(house: House, connection: Connection, kind: str) -> Event:
    return [event for event in house.qb.events(connection.id) if event.kind == kind][-1]


def said(event: Event) -> tuple[object, object]:
    return event.details.get("permission"), event.details.get("role")


# Disconnect


@pytest.mark.parametrize(
    ("level", "role"),
    [("company", "admin"), ("company", "primary_admin"), ("firm", "admin"), ("client", "primary_admin")],
)
def test_who_may_disconnect_does_and_the_trail_says_that_it_was_known(house: House, level: str, role: str) -> None:
    connection = at_level(house, level)
    employ(house, MARIE, role, level)

    house.qb.disconnect(connection.id, by=MARIE.upper())

    assert house.qb.connection(connection.id).state is ConnectionState.DISCONNECTED
    assert said(last(house, connection, "connection.disconnected")) == ("granted", role)


@pytest.mark.parametrize(
    ("level", "role", "needed"),
    [
        ("company", "standard", ADMINS),
        ("company", "team_member", ADMINS),
        ("firm", "team_member", ADMINS),
        ("client", "admin", ADMINS[:1]),
        ("client", "team_member", ADMINS[:1]),
    ],
)
def test_who_may_not_disconnect_changes_nothing(house: House, level: str, role: str, needed: tuple[str, ...]) -> None:
    connection = at_level(house, level)
    employ(house, MARIE, role, level)
    before = house.kinds(connection.id)
    house.intuit.clear_requests()

    with pytest.raises(NotPermitted) as caught:
        house.qb.disconnect(connection.id, by=MARIE)

    assert (caught.value.role, caught.value.needed) == (role, needed)
    assert (caught.value.connection_id, caught.value.realm_id) == (connection.id, connection.realm_id)
    assert house.qb.connection(connection.id) == connection
    assert house.qb.disconnections() == ()
    assert house.kinds(connection.id) == before
    assert house.count("revoke") == 0


def test_a_refusal_names_the_primary_admin_of_the_firm(house: House) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "admin", "client")
    house.qb.add_firm("other", name="Another firm")
    house.qb.add_person(PAUL, name="A stranger", role="primary_admin", firm="other")
    with pytest.raises(NotPermitted) as caught:
        house.qb.disconnect(connection.id, by=MARIE)
    assert caught.value.hint.startswith("Ask the firm's primary admin, or make")
    house.qb.add_person(JEAN, name="Jean Durand", role="primary_admin", firm="durand")

    with pytest.raises(NotPermitted) as caught:
        house.qb.disconnect(connection.id, by=MARIE)

    assert caught.value.hint == (
        f"Ask Jean Durand ({JEAN}), the firm's primary admin, or make {MARIE} primary admin in QuickBooks Online "
        "Accountant, then record it with add_person."
    )


def test_what_the_hint_says_is_what_helps(house: House) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "admin", "client")
    with pytest.raises(NotPermitted, match="only the firm's primary admin may disconnect"):
        house.qb.disconnect(connection.id, by=MARIE)

    employ(house, MARIE, "primary_admin", "client")

    assert house.qb.disconnect(connection.id, by=MARIE).by == MARIE


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("the bookkeeper", ("unverified", "unknown")),
        (PAUL, ("unverified", "unknown")),
        (MARIE, ("unverified", "unknown")),
        (None, (None, None)),
    ],
    ids=["free text", "nobody we know", "an unknown role", "nobody was named"],
)
def test_who_is_not_known_is_allowed_and_recorded_as_unverified(
    house: House, by: str | None, told: tuple[object, object]
) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "unknown", "client")
    house.qb.add_person(PAUL, role="standard", realm_id="9130350000009999")

    house.qb.disconnect(connection.id, by=by)

    event = last(house, connection, "connection.disconnected")
    assert (event.by, said(event)) == (by, told)
    assert house.qb.verify_events() == ()


def test_a_clients_own_admin_disconnects_what_the_firms_admin_may_not(house: House) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "admin", "client")
    house.qb.add_person(MARIE, role="admin", realm_id=BAKERY)

    house.qb.disconnect(connection.id, by=MARIE)

    assert said(last(house, connection, "connection.disconnected")) == ("granted", "admin")


def test_a_client_of_two_firms_is_in_the_hands_of_the_primary_admin_of_either(house: House) -> None:
    connection = at_level(house, "client")
    house.qb.add_firm("adam", name="Cabinet Adam")
    house.qb.add_client("adam", realm_id=BAKERY, name="Boulangerie Martin")
    employ(house, MARIE, "admin", "client")
    house.qb.add_person(PAUL, role="primary_admin", firm="adam")

    with pytest.raises(NotPermitted) as caught:
        house.qb.disconnect(connection.id, by=MARIE)
    assert PAUL in caught.value.hint

    assert house.qb.disconnect(connection.id, by=PAUL).by == PAUL


def test_one_firms_own_books_are_another_firms_client(house: House) -> None:
    connection = at_level(house, "firm")
    house.qb.add_firm("adam", name="Cabinet Adam")
    house.qb.add_client("adam", realm_id=FIRM_REALM, name="Cabinet Durand")
    house.qb.add_person(PAUL, role="admin", firm="adam")
    house.qb.add_person(MARIE, role="admin", realm_id=FIRM_REALM)

    with pytest.raises(NotPermitted, match="an app of a firm's client"):
        house.qb.disconnect(connection.id, by=PAUL)
    # Known in the company that is the firm's own books: the rules of a firm's own books hold.
    with pytest.raises(NotPermitted, match="only the firm's primary admin may take over"):
        house.qb.begin_transfer(connection.id, to=MARIE)

    house.qb.disconnect(connection.id, by=MARIE)


def test_who_has_left_disconnects_nothing_from_their_first_day_away(house: House) -> None:
    connection = at_level(house, "client")
    today = house.clock.now().date()
    employ(house, MARIE, "primary_admin", "client", left_on=today + timedelta(days=1))
    house.qb.disconnect(connection.id, by=MARIE, after=timedelta(days=7))
    house.qb.undo_disconnect(house.qb.disconnections()[0].id)
    house.clock.advance(timedelta(days=1))

    with pytest.raises(NotPermitted, match="left on"):
        house.qb.disconnect(connection.id, by=MARIE)

    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


def test_asked_again_by_somebody_who_may_not_the_first_receipt_comes_back(house: House) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "admin", "client")
    receipt = house.qb.disconnect(connection.id, by=JEAN)

    assert house.qb.disconnect(connection.id, by=MARIE) == receipt


def test_a_disconnect_by_hand_says_when_it_is_asked_for_whether_the_role_is_known(house: House) -> None:
    at_level(house, "client")
    (by_hand,) = house.qb.import_inventory(inventory(f"Client;Boulangerie;{BAKERY};Zapier;{JEAN}"), firm="durand").taken
    employ(house, MARIE, "admin", "client")
    with pytest.raises(NotPermitted):
        house.qb.disconnect(by_hand.id, by=MARIE)
    assert house.qb.worklist() == ()

    house.qb.disconnect(by_hand.id, by=JEAN)

    event = last(house, by_hand, "task.opened")
    assert said(event) == ("unverified", "unknown")
    assert event.details["what"] == "disconnect"


# Transfers


@pytest.mark.parametrize(
    ("level", "role", "allowed"),
    [
        ("company", "admin", True),
        ("company", "primary_admin", True),
        ("company", "standard", False),
        ("firm", "primary_admin", True),
        ("firm", "admin", False),
        ("client", "primary_admin", True),
        ("client", "admin", False),
        ("client", "team_member", False),
    ],
)
def test_a_firms_apps_pass_to_its_primary_admin_and_a_companys_to_an_admin(
    house: House, level: str, role: str, allowed: bool
) -> None:
    connection = at_level(house, level)
    employ(house, MARIE, role, level)

    if allowed:
        transfer = house.qb.begin_transfer(connection.id, to=MARIE)
        assert transfer.state is TransferState.PENDING
        event = last(house, connection, "transfer.begun")
        assert said(event) == ("granted", role)
        assert "by_permission" not in event.details
        return
    with pytest.raises(NotPermitted) as caught:
        house.qb.begin_transfer(connection.id, to=MARIE)
    assert caught.value.role == role
    assert caught.value.needed == (ADMINS if level == "company" else ADMINS[:1])
    assert caught.value.hint.startswith("Name ")
    assert house.qb.transfers() == ()


@pytest.mark.parametrize(
    ("role", "allowed"), [("admin", True), ("primary_admin", True), ("team_member", False), ("standard", False)]
)
@pytest.mark.parametrize("level", LEVELS)
def test_admins_ask_for_transfers_at_every_level(house: House, level: str, role: str, allowed: bool) -> None:
    connection = at_level(house, level)
    employ(house, MARIE, role, level)

    if allowed:
        house.qb.begin_transfer(connection.id, to=PAUL, by=MARIE)
        details = last(house, connection, "transfer.begun").details
        assert (details["permission"], details["role"]) == ("unverified", "unknown")
        assert (details["by_permission"], details["by_role"]) == ("granted", role)
        return
    with pytest.raises(NotPermitted, match="ask for the transfer") as caught:
        house.qb.begin_transfer(connection.id, to=PAUL, by=MARIE)
    assert caught.value.needed == ADMINS
    assert house.qb.transfers() == ()


def test_who_has_left_asks_for_no_transfer(house: House) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "primary_admin", "client", left_on=house.clock.now().date())

    with pytest.raises(NotPermitted, match=f"{MARIE} left on"):
        house.qb.begin_transfer(connection.id, to=PAUL, by=MARIE)


@pytest.mark.parametrize(
    "change",
    [
        lambda house: employ(house, MARIE, "team_member", "client"),
        lambda house: employ(house, MARIE, "primary_admin", "client", left_on=house.clock.now().date()),
    ],
    ids=["no longer the primary admin", "gone"],
)
def test_no_fresh_link_goes_to_somebody_who_may_not_take_over_any_more(
    house: House, change: Callable[[House], None]
) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "primary_admin", "client")
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    change(house)

    with pytest.raises(NotPermitted):
        house.qb.renew_link(transfer.id)

    assert house.qb.cancel_transfer(transfer.id).state is TransferState.CANCELLED


def test_a_plan_can_ask_without_doing_anything(house: House) -> None:
    connection = at_level(house, "client")
    employ(house, MARIE, "admin", "client")
    employ(house, JEAN, "primary_admin", "client")
    store, today = house.ports.store, house.clock.now().date()

    refused = people.permission(store, Undertaking.DISCONNECT, connection, MARIE, on=today)
    granted = people.permission(store, Undertaking.TRANSFER, connection, JEAN, on=today)
    unverified = people.permission(store, Undertaking.TRANSFER, connection, PAUL, on=today)

    assert (refused.verdict, refused.role, refused.needed) == (Verdict.REFUSED, "admin", ("primary_admin",))
    assert JEAN in refused.hint
    assert (granted.verdict, unverified.verdict) == (Verdict.GRANTED, Verdict.UNVERIFIED)
    assert house.qb.connection(connection.id) == connection
