"""The judgement of a grant: every company, every person, every tenant."""

from __future__ import annotations

from itertools import product

import pytest
from domain_samples import JEAN, MARIE, NOON, OTHER_REALM, REALM, authorization, connection
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import grants
from qbapps.domain.authorization import Purpose
from qbapps.domain.connection import Connection
from qbapps.domain.grants import Expectation, Judgement
from qbapps.domain.parties import Identity
from qbapps.domain.states import ConnectionState

# Which company was expected, when REALM answered; what we hold for REALM.
EXPECTED = {"none": None, "same": REALM, "other": OTHER_REALM}
HELD: dict[str, Connection | None] = {
    "nothing": None,
    "connected": connection(),
    "needs_reconnect": connection(state=ConnectionState.NEEDS_RECONNECT),
    "paused": connection(state=ConnectionState.PAUSED),
    "disconnected": connection(state=ConnectionState.DISCONNECTED),
}
LIVE = ("connected", "needs_reconnect", "paused")

# Who was expected, who came, which sub we know for the one expected, and whether that is the person.
PEOPLE: list[tuple[str, str | None, Identity | None, str | None, bool]] = [
    ("anybody, and somebody came", None, Identity(sub="sub-jean", email=JEAN), None, True),
    ("anybody, and nobody knows who came", None, None, None, True),
    ("anybody, although a sub is known", None, Identity(sub="sub-jean", email=JEAN), "sub-marie", True),
    ("Marie, and an app that does not ask who", MARIE, None, None, False),
    ("Marie, known, and an app that does not ask who", MARIE, None, "sub-marie", False),
    ("Marie, and her verified address", MARIE, Identity(sub="sub-marie", email=MARIE), None, True),
    ("Marie, and her address in capitals", MARIE, Identity(sub="sub-marie", email=MARIE.upper()), None, True),
    ("Marie, typed in capitals", f" {MARIE.upper()} ", Identity(sub="sub-marie", email=MARIE), None, True),
    ("Marie, known, and both agree", MARIE, Identity(sub="sub-marie", email=MARIE), "sub-marie", True),
    ("Marie, known, and another has her address", MARIE, Identity(sub="sub-x", email=MARIE), "sub-marie", False),
    (
        "Marie, known, and her sub under another address",
        MARIE,
        Identity(sub="sub-marie", email=JEAN),
        "sub-marie",
        False,
    ),
    ("Marie, known by sub, address not verified", MARIE, Identity(sub="sub-marie"), "sub-marie", True),
    ("Marie, unknown, address not verified", MARIE, Identity(sub="sub-marie"), None, False),
    ("Marie, known, another without address", MARIE, Identity(sub="sub-x"), "sub-marie", False),
    ("Marie, and Jean came", MARIE, Identity(sub="sub-jean", email=JEAN), None, False),
]


def verdict(company: str, held: str, right_person: bool) -> str:
    """What the table says, in the words of the design."""
    if company == "other":
        return "wrong_company_held" if held in LIVE else "wrong_company"
    if right_person:
        return "accepted"
    return "wrong_owner" if company == "same" or held in LIVE else "wrong_owner_unheld"


@pytest.mark.parametrize(("company", "held"), list(product(EXPECTED, HELD)))
@pytest.mark.parametrize(
    ("owner", "identity", "known_sub", "right"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE]
)
def test_a_grant_is_judged_by_its_company_then_its_person(
    company: str, held: str, owner: str | None, identity: Identity | None, known_sub: str | None, right: bool
) -> None:
    expected = Expectation(purpose=Purpose.CONNECT, realm_id=EXPECTED[company], owner=owner)

    said = grants.judge(expected, realm_id=REALM, identity=identity, held=HELD[held], known_sub=known_sub)

    assert said == verdict(company, held, right)


# What was asked for, the tenant who asks, the tenant who holds, and whether they would share unnoticed.
REFERENCES = [
    ("connect", None, None, False),
    ("connect", "tenant-1", None, False),
    ("connect", None, "tenant-1", False),
    ("connect", "tenant-1", "tenant-1", False),
    ("connect", "tenant-1", "tenant-2", True),
    ("reconnect", "tenant-1", "tenant-2", False),
    ("transfer", "tenant-1", "tenant-2", False),
]


@pytest.mark.parametrize("held", [name for name in HELD if name != "nothing"])
@pytest.mark.parametrize(("purpose", "asks", "holds", "shared"), REFERENCES)
def test_two_tenants_do_not_share_a_company_unnoticed(
    held: str, purpose: str, asks: str | None, holds: str | None, shared: bool
) -> None:
    expected = Expectation(purpose=Purpose(purpose), realm_id=REALM, reference=asks)
    ours = connection(state=ConnectionState(held), reference=holds)

    said = grants.judge(expected, realm_id=REALM, identity=None, held=ours, known_sub=None)

    assert said == ("other_reference" if shared and held in LIVE else "accepted")


def test_a_wrong_person_is_named_before_another_tenant() -> None:
    expected = Expectation(purpose=Purpose.CONNECT, owner=MARIE, reference="tenant-1")
    ours = connection(reference="tenant-2")

    assert grants.judge(expected, realm_id=REALM, identity=None, held=ours, known_sub=None) == "wrong_owner"


@pytest.mark.parametrize("held", HELD)
def test_a_disconnected_connection_is_not_held(held: str) -> None:
    assert grants.is_held(HELD[held]) is (held in LIVE)


identities = st.none() | st.builds(
    Identity, sub=st.sampled_from(["sub-jean", "sub-marie"]), email=st.sampled_from([None, JEAN, MARIE, MARIE.upper()])
)


@given(
    st.sampled_from(Purpose),
    st.sampled_from([None, REALM, OTHER_REALM]),
    st.sampled_from([None, JEAN, MARIE]),
    identities,
    st.sampled_from(list(HELD.values())),
    st.sampled_from([None, "sub-jean", "sub-marie"]),
)
def test_nothing_is_accepted_against_an_expectation(
    purpose: Purpose,
    realm_id: str | None,
    owner: str | None,
    identity: Identity | None,
    held: Connection | None,
    known_sub: str | None,
) -> None:
    expected = Expectation(purpose=purpose, realm_id=realm_id, owner=owner)

    said = grants.judge(expected, realm_id=REALM, identity=identity, held=held, known_sub=known_sub)

    if said is Judgement.ACCEPTED:
        assert realm_id in (None, REALM)
        assert owner is None or identity is not None
        if owner is not None and known_sub is not None and identity is not None:
            assert identity.sub == known_sub
    if said in (Judgement.WRONG_COMPANY, Judgement.WRONG_OWNER_UNHELD):
        assert not grants.is_held(held), "the working pair of a company that we hold was set aside"


def test_a_consent_is_measured_by_all_that_was_asked() -> None:
    asked = authorization(
        purpose=Purpose.TRANSFER,
        realm_id=REALM,
        owner=MARIE,
        reference="tenant-1",
        connection_id="con_1",
        transfer_id="trf_1",
    )

    assert grants.expected_by(asked) == Expectation(
        purpose=Purpose.TRANSFER,
        realm_id=REALM,
        owner=MARIE,
        reference="tenant-1",
        connection_id="con_1",
        transfer_id="trf_1",
        scopes=asked.scopes,
    )


def test_a_grant_does_not_show_what_it_seals() -> None:
    kept = grants.UnverifiedGrant(
        id="gra_1",
        app_id="dext",
        authorization_id="aut_1",
        received_at=NOON,
        access_expires_at=NOON,
        refresh_expires_at=NOON,
        obtained_at=NOON,
        access=b"sealed-access",
        refresh=b"sealed-refresh",
        id_token=b"sealed-id",
    )

    assert "sealed" not in repr(kept)
    assert kept.state == "unverified"
