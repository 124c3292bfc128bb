"""Who may do what: every undertaking, level and role, several hats at once, and what a refusal says to do first."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from domain_samples import JEAN, MARIE, OTHER_REALM, REALM

from qbapps.domain.parties import Level, Person, Role
from qbapps.domain.permissions import Hat, Permission, Undertaking, Verdict, hat_of, judge, require, who_may
from qbapps.errors import NotPermitted

TODAY = date(2026, 11, 2)
FIRM_REALM = "9130350000000001"

PRIMARY = {"primary_admin"}
ADMINS = {"primary_admin", "admin"}

# In the order of the levels: a company on its own, a firm's own books, a firm's client.
TABLE = {
    "disconnect": (ADMINS, ADMINS, PRIMARY),
    "transfer": (ADMINS, PRIMARY, PRIMARY),
    "hand_over": (ADMINS, ADMINS, ADMINS),
}
LEVELS = ("company", "firm", "client")
EVERY = [
    (action, level, role, TABLE[action][place])
    for action, (place, level), role in product(TABLE, enumerate(LEVELS), Role)
]


def worn(role: str, level: str | None, email: str = MARIE, name: str | None = None, left: date | None = None) -> Hat:
    """Return how somebody of that role stands at that level."""
    staff = level == "company"
    person = Person(
        id=f"per_{email}",
        email=email,
        name=name,
        role=Role(role),
        left_on=left,
        firm_id=None if staff else "durand",
        realm_id=REALM if staff else None,
    )
    return Hat(person=person, level=None if level is None else Level(level))


def asked(action: str, *hats: Hat, level: str = "client", others: tuple[Hat, ...] = ()) -> Permission:
    return judge(Undertaking(action), MARIE, hats, level=Level(level), on=TODAY, others=others)


def test_the_table_is_about_everything_that_exists() -> None:
    assert set(TABLE) == set(Undertaking)
    assert set(LEVELS) == set(Level)


@pytest.mark.parametrize(("action", "level", "role", "allowed"), EVERY)
def test_a_known_role_is_enforced_at_its_level(action: str, level: str, role: Role, allowed: set[str]) -> None:
    found = asked(action, worn(role, level))

    assert who_may(Undertaking(action), Level(level)) == allowed
    assert found.needed == tuple(each for each in Role if each in allowed)
    assert found.role == role
    if role in allowed:
        assert found.verdict is Verdict.GRANTED
    elif role is Role.UNKNOWN:
        assert found.verdict is Verdict.UNVERIFIED
    else:
        assert found.verdict is Verdict.REFUSED
        with pytest.raises(NotPermitted) as caught:
            require(found, connection_id="con_1", realm_id=REALM)
        assert (caught.value.role, caught.value.needed) == (role, found.needed)
        assert role.replace("_", " ") in caught.value.message
        assert caught.value.hint == found.hint != ""


@pytest.mark.parametrize(("action", "level"), list(product(TABLE, LEVELS)))
def test_somebody_of_whom_nothing_is_known_is_allowed_and_unverified(action: str, level: str) -> None:
    found = judge(Undertaking(action), "the bookkeeper", (), level=Level(level), on=TODAY)

    assert (found.verdict, found.role) == (Verdict.UNVERIFIED, Role.UNKNOWN)
    assert found.needed == tuple(each for each in Role if each in TABLE[action][LEVELS.index(level)])
    assert (found.message, found.hint) == ("", "")
    assert found.details == {"permission": "unverified", "role": "unknown"}
    assert require(found, connection_id=None, realm_id=None) is found


def test_nothing_is_said_of_nobody() -> None:
    assert judge(Undertaking.DISCONNECT, None, (), level=Level.CLIENT, on=TODAY).details == {}


@pytest.mark.parametrize(
    ("hats", "verdict", "role"),
    [
        # The client's own admin may, whatever they are in the firm.
        ((("admin", "company"), ("standard", "client")), "granted", "admin"),
        ((("team_member", "client"), ("admin", "company")), "granted", "admin"),
        # A client of two firms.
        ((("admin", "client"), ("primary_admin", "client")), "granted", "primary_admin"),
        ((("admin", "client"), ("admin", "client")), "refused", "admin"),
        # One firm's own books are another firm's client.
        ((("admin", "client"), ("admin", "firm")), "granted", "admin"),
        ((("standard", "company"), ("admin", "client")), "refused", "admin"),
        # What is not known of one place does not outweigh what is known of another.
        ((("unknown", "company"), ("admin", "client")), "refused", "admin"),
        ((("unknown", "company"), ("unknown", "client")), "unverified", "unknown"),
    ],
)
def test_what_any_hat_permits_is_permitted(hats: tuple[tuple[str, str], ...], verdict: str, role: str) -> None:
    found = asked("disconnect", *(worn(*each) for each in hats))

    assert (found.verdict, found.role) == (verdict, role)


def test_what_is_needed_is_what_would_do_in_any_place_of_theirs() -> None:
    assert asked("disconnect", worn("standard", "company"), worn("standard", "client")).needed == (
        "primary_admin",
        "admin",
    )


@pytest.mark.parametrize(
    ("action", "role", "verdict"),
    [
        ("disconnect", "primary_admin", "granted"),
        ("disconnect", "admin", "unverified"),
        ("disconnect", "team_member", "refused"),
        ("transfer", "admin", "unverified"),
        ("hand_over", "admin", "granted"),
        ("hand_over", "standard", "refused"),
    ],
)
def test_where_the_company_is_not_known_only_what_holds_everywhere_is_claimed(
    action: str, role: str, verdict: str
) -> None:
    assert asked(action, worn(role, None)).verdict == verdict


@pytest.mark.parametrize(("action", "level", "role"), list(product(TABLE, LEVELS, Role)))
def test_who_has_left_may_do_nothing_from_their_first_day_away(action: str, level: str, role: Role) -> None:
    gone = asked(action, worn(role, level, left=TODAY))

    assert gone.verdict is Verdict.REFUSED
    assert gone.role == role
    assert gone.message == f"{MARIE} left on 2026-11-02."
    assert "correct the date with add_person" in gone.hint
    tomorrow = worn(role, level, left=date(2026, 11, 3))
    assert asked(action, tomorrow).verdict == asked(action, worn(role, level)).verdict


JEAN_PRIMARY = worn("primary_admin", "client", JEAN, "Jean Durand")
PROMOTE = f"make {MARIE} primary admin in QuickBooks Online Accountant"
RECORD = "then record it with add_person."
HINTS = [
    (
        "disconnect",
        worn("admin", "client"),
        (),
        f"Ask the firm's primary admin, or {PROMOTE}, {RECORD}",
    ),
    (
        "disconnect",
        worn("admin", "client"),
        (worn("admin", "client", "a@durand.example"), JEAN_PRIMARY),
        f"Ask Jean Durand ({JEAN}), the firm's primary admin, or {PROMOTE}, {RECORD}",
    ),
    (
        "transfer",
        worn("admin", "client"),
        (JEAN_PRIMARY,),
        f"Name Jean Durand ({JEAN}), the firm's primary admin, or {PROMOTE}, {RECORD}",
    ),
    (
        "disconnect",
        worn("team_member", "firm"),
        (worn("admin", "firm", JEAN),),
        f"Ask {JEAN}, an admin of the firm, or make {MARIE} an admin in QuickBooks Online Accountant, {RECORD}",
    ),
    (
        "transfer",
        worn("standard", "company"),
        (),
        f"Name an admin of the company, or make {MARIE} an admin in QuickBooks, {RECORD}",
    ),
    (
        "hand_over",
        worn("standard", "company"),
        (worn("primary_admin", "company", JEAN),),
        f"Ask {JEAN}, the company's primary admin, or make {MARIE} an admin in QuickBooks, {RECORD}",
    ),
    (
        "disconnect",
        worn("admin", "client", left=TODAY),
        (JEAN_PRIMARY,),
        f"Ask Jean Durand ({JEAN}), the firm's primary admin, or correct the date with add_person.",
    ),
    # A colleague of the same firm comes before the company's own staff.
    (
        "disconnect",
        worn("admin", "client"),
        (worn("primary_admin", "company", "owner@martin.example"), JEAN_PRIMARY),
        f"Ask Jean Durand ({JEAN}), the firm's primary admin, or {PROMOTE}, {RECORD}",
    ),
    # Who has left, here or elsewhere, and who is refused themselves are nobody to turn to.
    (
        "disconnect",
        worn("admin", "client"),
        (
            JEAN_PRIMARY,
            worn("standard", "company", JEAN, left=TODAY),
            worn("primary_admin", "client", MARIE),
        ),
        f"Ask the firm's primary admin, or {PROMOTE}, {RECORD}",
    ),
]


@pytest.mark.parametrize(("action", "hat", "others", "hint"), HINTS)
def test_a_refusal_says_whom_to_turn_to(action: str, hat: Hat, others: tuple[Hat, ...], hint: str) -> None:
    assert asked(action, hat, others=others).hint == hint


def test_a_refusal_says_what_was_wanted_of_whom() -> None:
    assert asked("disconnect", worn("admin", "client")).message == (
        f"{MARIE} is known as admin, and only the firm's primary admin may disconnect an app of a firm's client."
    )
    assert asked("transfer", worn("team_member", "firm")).message == (
        f"{MARIE} is known as team member, and only the firm's primary admin may take over an app of the firm's "
        "own books."
    )
    assert asked("hand_over", worn("standard", "company")).message == (
        f"{MARIE} is known as standard, and only an admin of the company may ask for the transfer of an app of the "
        "company."
    )


@pytest.mark.parametrize(
    ("firm_id", "theirs", "realm_id", "firm_realm_id", "is_client", "level"),
    [
        # Somebody of a firm: its own books, a client, a stranger, and a company that is not known.
        ("durand", None, FIRM_REALM, FIRM_REALM, False, "firm"),
        ("durand", None, REALM, FIRM_REALM, True, "client"),
        ("durand", None, REALM, None, True, "client"),
        ("durand", None, REALM, FIRM_REALM, False, "stranger"),
        ("durand", None, None, FIRM_REALM, False, None),
        # Somebody of a company: there, elsewhere, and in a company that is a firm's own books.
        (None, REALM, REALM, None, False, "company"),
        (None, REALM, REALM, None, True, "company"),
        (None, REALM, OTHER_REALM, None, False, "stranger"),
        (None, REALM, None, None, False, "stranger"),
        (None, FIRM_REALM, FIRM_REALM, FIRM_REALM, False, "firm"),
    ],
)
def test_a_hat_is_where_somebody_stands_towards_a_company(
    firm_id: str | None,
    theirs: str | None,
    realm_id: str | None,
    firm_realm_id: str | None,
    is_client: bool,
    level: str | None,
) -> None:
    person = Person(id="per_1", email=MARIE, firm_id=firm_id, realm_id=theirs)

    hat = hat_of(person, realm_id, firm_realm_id=firm_realm_id, is_client=is_client)

    assert hat == (None if level == "stranger" else Hat(person=person, level=None if level is None else Level(level)))
