"""Sealed bytes that were cut, moved, edited or come from elsewhere are refused where they are used, and only there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, CLIENT_SECRET, FIRM_REALM, GARAGE, MARIE, House, built, down

from qbapps.errors import GrantUnverified, SealBroken, UnknownKey, VaultError
from qbapps.simulator import Fault
from qbapps.values import Secret
from qbapps.vault import KeyRing, Vault, new_key

FOREIGN = Vault(KeyRing([new_key()]))

Spoil = Callable[[House, bytes], object]


def cut(_: House, sealed: bytes) -> bytes:
    return sealed[:-1]


def flipped(_: House, sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


def foreign(_: House, sealed: bytes) -> bytes:
    return FOREIGN.seal(Secret("theirs"), "theirs")


SPOILT: dict[str, Spoil] = {
    "cut": cut,
    "flipped": flipped,
    "foreign": foreign,
    "empty": lambda *_: b"",
    "garbage": lambda *_: b"\x01" * 80,
    "a text": lambda *_: "typed in a shell",
    "a number": lambda *_: 7,
    "a huge number": lambda *_: 2**62,
    "an emoji": lambda *_: "🔑",
}

PAIR, GRANT, CLIENT_SECRETS = ("tokens", "connection_id"), ("grants", "id"), ("app_secrets", "app_id")


def read(house: House, table: str, key: str, column: str, row: str) -> bytes:
    value: bytes = house.sql(f"select {column} from {table} where {key} = ?", row)[0][0]  # noqa: S608
    return value


def write(house: House, table: str, key: str, column: str, row: str, value: object) -> None:
    house.sql(f"update {table} set {column} = ? where {key} = ?", value, row)  # noqa: S608


@pytest.fixture
def pair(filed: House) -> tuple[House, str, str]:
    """A house with two connections of one app."""
    return filed, filed.connect().id, filed.connect(realm_id=GARAGE).id


def stale(house: House) -> None:
    house.clock.advance(timedelta(hours=2))


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_pair_names_its_connection_and_leaves_the_others_alone(
    pair: tuple[House, str, str], spoilt: Spoil
) -> None:
    house, mine, other = pair
    for column in ("refresh", "access"):
        write(house, *PAIR, column, mine, spoilt(house, read(house, *PAIR, column, mine)))
    sent = house.count("refresh")
    house.ports.memory.forget(mine)

    for prepare in (lambda: None, lambda: stale(house)):
        prepare()
        with pytest.raises(VaultError) as refusal:
            house.qb.access_token(mine)
        assert isinstance(refusal.value, SealBroken | UnknownKey)
        assert refusal.value.connection_id == mine
        assert "consent again" in refusal.value.hint or "QBAPPS_KEY" in refusal.value.hint
    assert house.count("refresh") == sent, "nothing is sent that cannot be opened"
    assert house.intuit.is_alive(house.token(other))
    report = house.qb.refresh_due(within=timedelta(days=400))
    assert report.refreshed == (other,)
    assert [failed for failed, _ in report.failed] == [mine]

    # The hint is true: a consent heals it.
    house.qb.complete(house.agree(house.qb.reconnect(mine)))
    assert house.works(mine)


def test_a_seal_opens_in_no_other_row_column_or_generation(pair: tuple[House, str, str]) -> None:
    house, mine, other = pair
    before = {column: read(house, *PAIR, column, mine) for column in ("access", "refresh")}
    stale(house)
    house.token(mine)
    present = {column: read(house, *PAIR, column, mine) for column in ("access", "refresh")}
    theirs = {column: read(house, *PAIR, column, other) for column in ("access", "refresh")}
    swaps = {
        "the generation before": before,
        "another row": theirs,
        "the other column": {"access": present["refresh"], "refresh": present["access"]},
    }
    stale(house)
    for values in swaps.values():
        for column, value in values.items():
            write(house, *PAIR, column, mine, value)
        with pytest.raises(SealBroken) as refusal:
            house.qb.access_token(mine)
        assert refusal.value.connection_id == mine
    for column, value in present.items():
        write(house, *PAIR, column, mine, value)
    house.sql("update tokens set generation = generation + 1 where connection_id = ?", mine)
    with pytest.raises(SealBroken):
        house.qb.access_token(mine)
    house.sql("update tokens set generation = generation - 1 where connection_id = ?", mine)
    assert house.intuit.is_alive(house.token(mine))


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_client_secret_stops_the_app_before_a_consent_is_used_up(filed: House, spoilt: Spoil) -> None:
    connection = filed.connect()
    stale(filed)
    callback = filed.agree(filed.qb.begin_connect("dext"), realm_id=GARAGE)
    write(filed, *CLIENT_SECRETS, "sealed", "dext", spoilt(filed, read(filed, *CLIENT_SECRETS, "sealed", "dext")))

    for call in (
        lambda: filed.qb.access_token(connection.id),
        lambda: filed.qb.complete(callback),
        lambda: filed.qb.begin_connect("dext"),
        lambda: filed.qb.quickbooks(connection.id),
        lambda: filed.qb.import_tokens("dext", realm_id=FIRM_REALM, refresh_token="theirs"),
    ):
        with pytest.raises(VaultError) as refusal:
            call()
        assert "app/dext/client_secret" in refusal.value.message
        assert "Register the app again" in refusal.value.hint or "QBAPPS_KEY" in refusal.value.hint

    # The hint is true, and the consent was not used up.
    filed.qb.register_app(
        "dext",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri=CALLBACK,
        discovery_url=filed.intuit.discovery_url,
        api_url=filed.intuit.api_url,
    )
    assert filed.qb.complete(callback).realm_id == GARAGE
    assert filed.intuit.is_alive(filed.token(connection.id))


@pytest.mark.parametrize("column", ["access", "refresh", "id_token"])
@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_grant_is_refused_and_can_be_discarded(filed: House, spoilt: Spoil, column: str) -> None:
    filed.register()
    connection = filed.connect()
    filed.intuit.inject(Fault("exchange", "unknown_kid"), *down("userinfo"))
    with pytest.raises(GrantUnverified) as kept:
        filed.connect(MARIE, FIRM_REALM)
    filed.intuit.clear_faults()
    grant = kept.value.grant_id or ""
    write(filed, *GRANT, column, grant, spoilt(filed, read(filed, *GRANT, column, grant)))

    with pytest.raises(VaultError) as refusal:
        filed.qb.adopt(grant)
    assert grant in refusal.value.message
    assert "Discard" in refusal.value.hint or "QBAPPS_KEY" in refusal.value.hint
    filed.qb.discard(grant)
    assert filed.qb.unverified_grants() == ()
    assert filed.works(connection.id)


@pytest.mark.parametrize("spoilt", [cut, flipped], ids=["cut", "flipped"])
def test_a_spoilt_grant_that_could_be_revoked_is_discarded_without(filed: House, spoilt: Spoil) -> None:
    filed.register()
    filed.intuit.inject(Fault("exchange", "unknown_kid"), *down("userinfo"))
    with pytest.raises(GrantUnverified) as kept:
        filed.connect(MARIE, FIRM_REALM)
    filed.intuit.clear_faults()
    grant = kept.value.grant_id or ""
    write(filed, *GRANT, "refresh", grant, spoilt(filed, read(filed, *GRANT, "refresh", grant)))

    filed.qb.discard(grant)
    assert filed.qb.unverified_grants() == ()
    assert filed.count("revoke") == 0
    (said,) = (event for event in filed.qb.events() if event.kind == "grant.discarded")
    assert said.details["revoke"] == "not sent"


def test_a_connection_whose_pair_is_spoilt_can_be_disconnected_here_and_claims_no_proof(
    pair: tuple[House, str, str],
) -> None:
    house, mine, other = pair
    write(house, *PAIR, "refresh", mine, flipped(house, read(house, *PAIR, "refresh", mine)))
    receipt = house.qb.disconnect(mine)
    assert (receipt.proof, house.count("revoke")) == ("none", 0)
    assert house.qb.connection(mine).state == "disconnected"
    assert [task.connection_id for task in house.qb.worklist()] == [mine]
    assert house.works(other)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    with built(path=tmp_path_factory.mktemp("edited") / "house.db", over_http=False) as house:
        yield house, house.connect(realm_id=BAKERY).id


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from(["access", "refresh"]),
    value=st.one_of(st.binary(max_size=120), st.text(max_size=40).filter(lambda text: "\x00" not in text)),
)
def test_no_edit_of_the_database_gives_anything_but_a_refusal(
    edited: tuple[House, str], column: str, value: bytes | str
) -> None:
    house, mine = edited
    whole = read(house, *PAIR, column, mine)
    write(house, *PAIR, column, mine, value)
    try:
        stale(house)
        with pytest.raises((SealBroken, UnknownKey)):
            house.qb.access_token(mine)
    finally:
        write(house, *PAIR, column, mine, whole)
