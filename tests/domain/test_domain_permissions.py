"""Permissions: known roles are enforced, unknown ones allowed; levels; what must never exist."""

from __future__ import annotations

from datetime import date

import pytest
from domain_samples import APP, MARIE, NOON, REALM, connection

from qbapps.domain import permissions, policies
from qbapps.domain.parties import Client, Firm, Identity, Level, Person, Reach, Role
from qbapps.domain.permissions import Undertaking, hat_of, judge, require
from qbapps.errors import NotPermitted

TODAY = date(2026, 11, 2)

# What is known of a person, and the role a refusal names; None when nothing forbids it.
KNOWN: list[tuple[str, tuple[tuple[str, date | None], ...], str | None]] = [
    ("nothing", (), None),
    ("an unknown role", (("unknown", None),), None),
    ("a primary admin", (("primary_admin", None),), None),
    ("an admin", (("admin", None),), None),
    ("a team member", (("team_member", None),), "team_member"),
    ("a standard user", (("standard", None),), "standard"),
    ("standard here, admin there", (("standard", None), ("admin", None)), None),
    ("unknown here, standard there", (("unknown", None), ("standard", None)), "standard"),
    ("an admin who leaves tomorrow", (("admin", date(2026, 11, 3)),), None),
    ("an admin whose first day away is today", (("admin", TODAY),), "admin"),
    ("an admin who left", (("admin", date(2026, 1, 1)),), "admin"),
    ("an admin here who left there", (("admin", None), ("unknown", TODAY)), "unknown"),
]


@pytest.mark.parametrize(("known", "named"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN])
def test_a_new_owner_is_refused_for_what_is_known_only(
    known: tuple[tuple[str, date | None], ...], named: str | None
) -> None:
    entries = [Person(id="per_1", email=MARIE, role=Role(role), left_on=left, realm_id=REALM) for role, left in known]
    hats = [hat for entry in entries if (hat := hat_of(entry, REALM)) is not None]

    found = judge(Undertaking.TRANSFER, MARIE, iter(hats), level=Level.COMPANY, on=TODAY)

    assert len(hats) == len(known)
    if named is None:
        assert require(found, connection_id="con_1", realm_id=REALM) is found
        return
    with pytest.raises(NotPermitted) as caught:
        require(found, connection_id="con_1", realm_id=REALM)
    assert caught.value.role == named
    assert caught.value.needed == ("primary_admin", "admin")
    assert caught.value.connection_id == "con_1"
    assert caught.value.realm_id == REALM
    assert MARIE in caught.value.message


@pytest.mark.parametrize(
    ("realm_id", "firm_realm_id", "is_client", "level"),
    [
        ("1", "1", False, "firm"),
        ("1", "1", True, "firm"),
        ("1", "2", True, "client"),
        ("1", None, True, "client"),
        ("1", "2", False, "company"),
        ("1", None, False, "company"),
        (None, None, False, "company"),
        (None, None, True, "client"),
    ],
)
def test_a_firm_sees_its_own_books_its_clients_and_the_rest(
    realm_id: str | None, firm_realm_id: str | None, is_client: bool, level: str
) -> None:
    assert permissions.level_of(realm_id, firm_realm_id=firm_realm_id, is_client=is_client) == level


def test_the_numbers_agree_with_each_other() -> None:
    assert policies.LEASE_SLACK > policies.INVALID_GRANT_PAUSE
    assert policies.CLOCK_TOLERANCE < policies.ACCESS_MARGIN
    assert policies.RETRY_TOTAL < policies.HTTP_TIMEOUT


@pytest.mark.parametrize(
    "make",
    [
        lambda: Firm(id=" ", name="Durand"),
        lambda: Firm(id="durand", name=""),
        lambda: Firm(id="durand", name="Durand", realm_id="12 34"),
        lambda: Client(firm_id="durand", realm_id="", name="Martin"),
        lambda: Identity(sub="\t"),
        lambda: connection(realm_id="x"),
        lambda: connection(connected_at=NOON.replace(tzinfo=None)),
    ],
)
def test_what_must_never_exist_does_not(make: object) -> None:
    with pytest.raises(ValueError, match=r"empty|realm id|time zone"):
        make()  # type: ignore[operator]


def test_an_app_without_credentials_is_kept_by_hand() -> None:
    held = APP
    by_hand = type(APP)(id="x", name="X", environment=APP.environment, registered_at=NOON, scopes=("openid",))

    assert (held.reach, by_hand.reach) == (Reach.API, Reach.HAND)
    assert by_hand.asks_identity
