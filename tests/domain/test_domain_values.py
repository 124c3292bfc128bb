"""Small values: a secret shows itself nowhere, and what looks like a URL or an id is one."""

from __future__ import annotations

import copy
import json
import pickle
import string
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from domain_samples import JEAN, NOON
from hypothesis import given
from hypothesis import strategies as st

from qbapps import values
from qbapps.values import Secret

NAIVE = NOON.replace(tzinfo=None)
TOKEN = "AB11-canary-0123456789"


@attrs.frozen
class Holder:
    secret: Secret


SHOWN: list[Callable[[Secret], object]] = [
    repr,
    str,
    lambda secret: f"{secret}",
    lambda secret: f"{secret!r:>40}",
    lambda secret: f"{secret:>40}",
    lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - this form too
    "{0} {0!s} {0!a}".format,
    lambda secret: string.Template("$x").substitute(x=secret),
    lambda secret: [secret, {"k": secret}, (secret,)],
    Holder,
    lambda secret: attrs.asdict(Holder(secret)),
    lambda secret: attrs.astuple(Holder(secret)),
    lambda secret: json.dumps({"k": secret}, default=str),
    lambda secret: json.dumps({"k": secret}, default=repr),
    copy.copy,
    copy.deepcopy,
    lambda secret: copy.deepcopy(Holder(secret)),
    ValueError,
    dir,
]


@pytest.mark.parametrize("show", SHOWN)
def test_a_secret_never_shows_itself(show: Callable[[Secret], object]) -> None:
    shown = show(Secret(TOKEN))

    assert "canary" not in str(shown)
    assert "canary" not in repr(shown)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrap", [lambda secret: secret, Holder, lambda secret: [secret]])
def test_a_secret_cannot_be_pickled(protocol: int, wrap: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(wrap(Secret(TOKEN)), protocol)

    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_cannot_be_turned_into_json() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps({"token": Secret(TOKEN)})

    assert "canary" not in str(caught.value)


def test_a_secret_has_no_dictionary_and_no_hash() -> None:
    with pytest.raises(TypeError):
        vars(Secret(TOKEN))
    with pytest.raises(TypeError):
        hash(Secret(TOKEN))


@pytest.mark.parametrize("wrong", [None, b"bytes", 1, Secret("x")])
def test_a_secret_holds_text_only(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a Secret holds text"):
        Secret(wrong)


@given(st.text(st.characters()), st.text(st.characters()))
def test_a_secret_equals_another_of_the_same_text_and_nothing_else(one: str, other: str) -> None:
    assert Secret(one).reveal() == one
    assert (Secret(one) == Secret(other)) is (one == other)
    assert (Secret(one).digest() == Secret(other).digest()) is (one == other)
    assert Secret(one) != one
    assert bool(Secret(one)) is bool(one)
    assert len(Secret(one).digest()) == 64


def test_half_a_character_breaks_no_secret() -> None:
    assert Secret("\ud800") == Secret("\ud800")
    assert Secret("\ud800").digest() != Secret("?").digest()


def test_a_digest_is_sha256_of_the_text() -> None:
    assert Secret("abc").digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


SAFE = [
    "https://sandbox-quickbooks.api.intuit.com",
    "https://example.com:8443/path?x=1#f",
    "HTTPS://EXAMPLE.COM",
    "https://192.0.2.1/",
    "https://[2001:db8::1]/",
    "http://localhost",
    "http://LOCALHOST:8400/callback",
    "http://127.0.0.1:8400",
    "http://127.0.0.1:",
    "http://127.8.9.10/",
    "http://[::1]",
    "http://[::1]:8400/callback",
    "http://localhost/@evil.com",
    "http://localhost?@evil.com",
]

UNSAFE = [
    "",
    "https://",
    "https:///path",
    "https:example.com",
    "//example.com",
    "example.com",
    "ftp://localhost",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://example.com",
    "http://0.0.0.0",
    "http://10.0.0.1",
    "http://[::]",
    "http://[2001:db8::1]/",
    "http://127.0.0.1.evil.com",
    "http://localhost.evil.com",
    "http://localhost.",
    "http://evil.com/127.0.0.1",
    "http://evil.com#localhost",
    "http://evil.com?localhost",
    "https://user@example.com",
    "https://user:pw@example.com",
    "https://@example.com",
    "http://localhost@evil.com",
    "http://localhost:80@evil.com",
    "http://evil.com@localhost",
    "http://127.0.0.1\\@evil.com",
    "http://127.0.0.1\\.evil.com",
    "https://evil.com\\",
    "http://[::1].evil.com/",
    "http://evil.com[::1]/",
    "http://[::1",
    "http://::1/",
    "http://localhost:８０",
    "http://①②⑦.0.0.1",
    "https://example.com:99999",
    "https://example.com:port",
    "http://local\thost",
    "http://localhost\n",
    " http://localhost",
    "https://exa mple.com",
    "https://example.com/\r\nX-Injected: 1",
    "https://example.com/\x00",
]


@pytest.mark.parametrize("url", SAFE)
def test_credentials_may_go_there(url: str) -> None:
    assert values.is_safe_url(url)


@pytest.mark.parametrize("url", UNSAFE)
def test_credentials_may_not_go_there(url: str) -> None:
    assert not values.is_safe_url(url)


@given(st.text())
def test_no_text_makes_the_check_of_a_url_fail(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}", f"http://localhost{text}"):
        assert values.is_safe_url(url) in (True, False)


@given(st.from_regex(r"[a-z0-9.@:\\\[\]]{1,20}", fullmatch=True))
def test_over_plain_http_nothing_but_this_machine_is_safe(authority: str) -> None:
    if values.is_safe_url(f"http://{authority}/"):
        assert authority.startswith(("localhost", "127.", "[::", "[0"))
        assert "@" not in authority
        assert "\\" not in authority


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.255.254", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert values.is_loopback(host)


@pytest.mark.parametrize("host", [None, "", "localhost.", "127.1", "2130706433", "0", "::", "example.com", "١٢٧.٠.٠.١"])
def test_another_machine_is_not_loopback(host: str | None) -> None:
    assert not values.is_loopback(host)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("9130350000000002", True),
        ("1", True),
        ("0", True),
        ("9" * 20, True),
        ("9" * 21, False),
        ("", False),
        (" 1", False),
        ("1\n", False),
        ("-1", False),
        ("+1", False),
        ("1.0", False),
        ("1_000", False),
        ("12ab", False),
        ("١٢٣", False),
        ("１２３", False),
        ("²", False),
        ("1/../2", False),
        ("1?x", False),
    ],
)
def test_a_realm_id_is_ascii_digits(text: str, good: bool) -> None:
    assert values.is_realm_id(text) is good


@given(st.text(st.characters(categories=["Nd", "No"]), min_size=1, max_size=20))
def test_digits_of_other_scripts_are_no_realm_id(text: str) -> None:
    assert values.is_realm_id(text) is text.isascii()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (JEAN, True),
        ("a@b.co", True),
        ("o'brien@example.ie", True),
        ("jean.d'arc+qb@cabinet-durand.example", True),
        ("élodie@société.example", True),
        ("", False),
        ("jean", False),
        ("jean@", False),
        ("jean@localhost", False),
        ("@durand.example", False),
        ("a@b@c.example", False),
        ("a@b.", False),
        ("jean durand@x.example", False),
        ("jean@x.example\n", False),
        ("jean@x.example, marie@x.example", False),
        ("jean@x.example;marie@x.example", False),
        ("Jean <jean@x.example>", False),
        ('"jean"@x.example', False),
        ("'jean@x.example'", False),
        ("jean\x1b[31m@x.example", False),
        ("jean\x00@x.example", False),
        ("a" * 244 + "@x.example", True),
        ("a" * 245 + "@x.example", False),
    ],
)
def test_an_address_has_a_name_and_a_domain(text: str, good: bool) -> None:
    assert values.is_email(text) is good


@given(st.emails())
def test_folding_an_address_twice_changes_nothing_more(address: str) -> None:
    folded = values.fold_email(f" {address} ")

    assert values.fold_email(folded) == folded
    assert values.fold_email(address.upper()) == values.fold_email(address.lower())


@pytest.mark.parametrize(
    ("given_scopes", "kept"),
    [
        ([], ()),
        (["openid", "email", "openid"], ("openid", "email")),
        ([" openid ", "", "  ", "openid"], ("openid",)),
        (iter(["b", "a"]), ("b", "a")),
    ],
)
def test_scopes_keep_their_order_without_repeats(given_scopes: Any, kept: tuple[str, ...]) -> None:
    assert values.order_scopes(given_scopes) == kept


@given(
    st.datetimes(min_value=NAIVE - timedelta(days=9999), max_value=NAIVE + timedelta(days=9999)), st.integers(-14, 14)
)
def test_an_aware_instant_stays_the_same_instant_in_utc(naive: datetime, offset: int) -> None:
    aware = naive.replace(tzinfo=timezone(timedelta(hours=offset)))

    assert values.as_utc(aware) == aware
    assert values.as_utc(aware).tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        values.as_utc(naive)
