"""Consents: reading the callback, and when a link may be believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import attrs
import pytest
from domain_samples import INSTANT, MARIE, NOON, REALM, authorization
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import authorization as authorizations
from qbapps.domain.authorization import AuthorizationState, Callback
from qbapps.errors import AuthorizationError, ConsentDenied, QBAppsError, StateExpired, StateMismatch
from qbapps.values import Secret, is_realm_id

GOOD = f"state=st4te&code=c0de&realmId={REALM}"

REFUSALS: list[tuple[str, str, type[AuthorizationError]]] = [
    ("nothing", "", StateMismatch),
    ("a URL without a query", "https://you.example/callback", StateMismatch),
    ("no state", "code=c0de", StateMismatch),
    ("an empty state", "state=&code=c0de", StateMismatch),
    ("neither code nor error", f"state=st4te&realmId={REALM}", AuthorizationError),
    ("an empty code", "state=st4te&code=", AuthorizationError),
    ("an empty code and an empty error", "state=st4te&code=&error=", AuthorizationError),
    ("state twice", f"{GOOD}&state=st4te", AuthorizationError),
    ("code twice", f"{GOOD}&code=other", AuthorizationError),
    ("realmId twice", f"{GOOD}&realmId={REALM}", AuthorizationError),
    ("realmId twice, once empty", f"{GOOD}&realmId=", AuthorizationError),
    ("error twice", "state=st4te&error=a&error=b", AuthorizationError),
    ("a realmId with letters", "state=st4te&code=c0de&realmId=12ab", AuthorizationError),
    ("a realmId with other digits", f"state=st4te&code=c0de&realmId={quote('١٢٣')}", AuthorizationError),
    ("a realmId that goes elsewhere", "state=st4te&code=c0de&realmId=1/../2", AuthorizationError),
    ("no URL at all", "https://[you/callback?state=st4te&code=c0de", AuthorizationError),
]


@pytest.mark.parametrize(("url", "kind"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_a_callback_that_cannot_be_meant_is_refused(url: str, kind: type[AuthorizationError]) -> None:
    with pytest.raises(AuthorizationError) as caught:
        authorizations.read_callback(url)

    assert type(caught.value) is kind
    assert caught.value.hint
    assert "c0de" not in str(caught.value)
    assert "st4te" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        f"https://you.example/callback?{GOOD}",
        f"http://localhost:8400/callback?{GOOD}#",
        f"/callback?{GOOD}",
        f"?{GOOD}",
        GOOD,
        f"  {GOOD}\n",
        f"{GOOD}&error=",
        f"{GOOD}&utm=1&utm=2",
    ],
)
def test_a_callback_is_read_from_a_whole_url_or_its_query(url: str) -> None:
    assert authorizations.read_callback(url) == Callback(state=Secret("st4te"), code=Secret("c0de"), realm_id=REALM)


@pytest.mark.parametrize("realm", ["", "&realmId="])
def test_a_callback_without_a_company_has_none(realm: str) -> None:
    assert authorizations.read_callback(f"state=s&code=c{realm}").realm_id is None


def test_a_code_that_comes_with_an_error_is_not_kept() -> None:
    callback = authorizations.read_callback(f"{GOOD}&error=access_denied")

    assert callback.code is None
    assert callback.error == "access_denied"


@pytest.mark.parametrize("forged", ["<script>alert(1)</script>", "a b", "x" * 65, "é", "a\nb", "\x1b[31m"])
def test_a_forged_error_is_never_repeated(forged: str) -> None:
    callback = authorizations.read_callback(urlencode({"state": "st4te", "error": forged}))

    assert callback.error == "unreadable_error"
    assert forged not in str(authorizations.refused(authorization(), callback))


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("access_denied", ConsentDenied, "Ask the person"),
        ("app_already_purchased", AuthorizationError, "Another person holds"),
        ("invalid_scope", AuthorizationError, "scopes"),
        ("server_error", AuthorizationError, "Begin again"),
    ],
)
def test_each_error_of_the_consent_page_says_what_to_do(name: str, kind: type[AuthorizationError], hint: str) -> None:
    asked = authorization(connection_id="con_1", realm_id=REALM)
    error = authorizations.refused(asked, authorizations.read_callback(f"state=st4te&error={name}"))

    assert type(error) is kind
    assert hint in error.hint
    assert (error.connection_id, error.realm_id) == ("con_1", REALM)
    assert kind is ConsentDenied or name in error.message


@given(st.text())
def test_no_text_makes_reading_a_callback_fail_otherwise_than_by_a_refusal(text: str) -> None:
    try:
        callback = authorizations.read_callback(text)
    except QBAppsError:
        return
    assert callback.state
    assert (callback.code is None) is (callback.error is not None)
    assert callback.realm_id is None or is_realm_id(callback.realm_id)


@given(st.text(min_size=1), st.text(min_size=1), st.none() | st.from_regex(r"[0-9]{10,19}", fullmatch=True))
def test_what_was_sent_is_what_is_read(state: str, code: str, realm_id: str | None) -> None:
    sent = {"state": state, "code": code} | ({} if realm_id is None else {"realmId": realm_id})

    read = authorizations.read_callback(f"https://you.example/callback?{urlencode(sent)}")

    assert read == Callback(state=Secret(state), code=Secret(code), realm_id=realm_id)


@given(st.permutations(["state=s", "code=c", f"realmId={REALM}", "other=1"]))
def test_the_order_of_the_parameters_does_not_matter(parts: list[str]) -> None:
    expected = Callback(state=Secret("s"), code=Secret("c"), realm_id=REALM)
    assert authorizations.read_callback("&".join(parts)) == expected


def test_half_a_character_in_a_state_is_unknown_not_a_crash() -> None:
    read = authorizations.read_callback("state=\ud800&code=c")

    assert read.state.digest() != authorization().state_hash


@pytest.mark.parametrize("given_bind", [None, "", "cookie-2", "cookie-1 ", "\ud800"])
def test_another_browser_is_refused(given_bind: str | None) -> None:
    tied = authorization(bind_hash=authorizations.digest("cookie-1"))

    with pytest.raises(StateMismatch, match="aut_1"):
        authorizations.check_bind(tied, given_bind)


def test_the_same_browser_passes() -> None:
    authorizations.check_bind(authorization(bind_hash=authorizations.digest("cookie-1")), "cookie-1")


@pytest.mark.parametrize("given_bind", [None, "", "anything"])
def test_a_link_tied_to_no_browser_passes_in_any(given_bind: str | None) -> None:
    authorizations.check_bind(authorization(), given_bind)


USED = {
    "pending": False,
    "exchanging": True,
    "answered": True,
    "refused": True,
    "cancelled": False,
    "lost": True,
}


def test_the_table_of_used_states_names_each() -> None:
    assert set(USED) == set(AuthorizationState)


@pytest.mark.parametrize(("state", "used"), USED.items())
def test_a_state_works_once(state: str, used: bool) -> None:
    asked = authorization(state=AuthorizationState(state), grant_id="gra_1")

    if not used:
        authorizations.check_unused(asked)
        return
    with pytest.raises(StateMismatch) as caught:
        authorizations.check_unused(asked)
    assert caught.value.grant_id == (None if state in ("exchanging", "lost") else "gra_1")


@pytest.mark.parametrize("state", ["exchanging", "lost"])
def test_a_state_whose_answer_never_came_says_so(state: str) -> None:
    asked = authorization(state=AuthorizationState(state), connection_id="con_1")

    with pytest.raises(StateMismatch, match="no answer has come yet") as caught:
        authorizations.check_unused(asked)
    assert caught.value.connection_id == "con_1"
    assert "fresh link" in caught.value.hint


def test_what_intuit_never_did_leaves_the_link_as_it_was() -> None:
    for state in ("pending", "cancelled"):
        asked = authorization(state=AuthorizationState(state))
        taken = authorizations.exchanging(asked, REALM, NOON)

        assert (taken.taken_at, taken.claimed_realm_id) == (NOON, REALM)
        assert authorizations.unspent(taken, asked) == attrs.evolve(asked, version=3)


@pytest.mark.parametrize(
    ("state", "at", "why"),
    [
        ("pending", NOON, None),
        ("pending", NOON + timedelta(hours=1), "Its link had expired when the consent came."),
        ("cancelled", NOON, "Its link was cancelled when the consent came."),
    ],
)
def test_a_consent_that_needs_somebodys_word_says_why(state: str, at: datetime, why: str | None) -> None:
    assert authorizations.why_late(authorization(state=AuthorizationState(state)), at) == why


@pytest.mark.parametrize("state", AuthorizationState)
@pytest.mark.parametrize(
    ("at", "in_time"),
    [
        (NOON, True),
        (NOON + timedelta(minutes=10) - INSTANT, True),
        (NOON + timedelta(minutes=10), False),
        (NOON + timedelta(days=1), False),
    ],
)
def test_only_a_pending_link_in_time_is_open(state: AuthorizationState, at: datetime, in_time: bool) -> None:
    assert authorizations.is_open(authorization(state=state), at) is (in_time and state == "pending")


@pytest.mark.parametrize(("state", "word"), [("cancelled", "was cancelled"), ("pending", "had expired")])
def test_a_late_consent_says_why_and_where_its_grant_is(state: str, word: str) -> None:
    late = authorizations.too_late(
        authorization(state=AuthorizationState(state), connection_id="con_1", realm_id=REALM), "gra_1"
    )

    assert type(late) is StateExpired
    assert word in late.message
    assert "gra_1" in late.message
    assert (late.grant_id, late.connection_id, late.realm_id) == ("gra_1", "con_1", REALM)


def test_each_step_of_a_consent_is_its_next_version() -> None:
    asked = authorization()
    taken = authorizations.exchanging(asked, REALM, NOON)
    done = authorizations.answered(taken, "gra_1")
    ended = authorizations.closed(asked, AuthorizationState.REFUSED)

    assert [step.version for step in (asked, taken, done, ended)] == [1, 2, 3, 2]
    assert (taken.state, done.state, ended.state) == ("exchanging", "answered", "refused")
    assert done.grant_id == "gra_1"


def test_the_expected_owner_is_kept_in_the_form_addresses_are_compared_in() -> None:
    assert authorization(owner=f"  {MARIE.upper()} ").owner == MARIE


def test_a_link_does_not_show_its_url() -> None:
    request = authorizations.AuthorizationRequest(id="aut_1", url="https://x.example/?state=st4te", expires_at=NOON)

    assert "st4te" not in repr(request)


@pytest.mark.parametrize(
    "wrong", [{"realm_id": "abc"}, {"realm_id": ""}, {"created_at": NOON.replace(tzinfo=None)}], ids=str
)
def test_a_consent_for_what_cannot_be_does_not_exist(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Authorization"):
        authorization(**wrong)
