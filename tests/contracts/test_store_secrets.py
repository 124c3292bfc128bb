"""Secrets: nothing that opens without the key ever reaches the disk, and all of it is found when keys change."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import attrs
import pytest
from samples import connection, full_records, pair, save

from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.keys import SealedKind, SealedRow
from qbapps.ports import SealedSecret
from qbapps.store.opening import open_store
from qbapps.store.sql import PAGE, SqlStore
from qbapps.values import Secret
from qbapps.vault import KeyRing, Vault, new_key

CANARY = "canary-7f3c9a-token"


def test_the_bytes_of_the_database_hold_no_secret(tmp_path: Path) -> None:
    key = new_key()
    vault = Vault(KeyRing([key]))
    sealed = vault.seal(Secret(CANARY), "con_0001")
    records = [
        attrs.evolve(one, access=sealed, refresh=sealed, id_token=sealed) if isinstance(one, UnverifiedGrant) else one
        for one in full_records()
    ]
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        save(
            store,
            *records,
            tokens=pair(1, access=sealed, refresh=sealed, digest=Secret(CANARY).digest()),
            parent_generation=0,
            secrets=(SealedSecret(app_id="dext", sealed=sealed),),
        )
        save(store, connection(2, company_name="visible-company"))
        while_open = b"".join(one.read_bytes() for one in tmp_path.iterdir())
        kept = store.tokens("con_0001")
    closed = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert kept is not None
    assert vault.open(kept.access, "con_0001") == Secret(CANARY)
    for raw in (while_open, closed):
        assert b"visible-company" in raw
        assert sealed in raw
        for hidden in (CANARY, key.reveal(), key.reveal().rstrip("=")):
            for encoding in ("utf-8", "utf-16-le"):
                assert hidden.encode(encoding) not in raw


def test_no_record_shows_sealed_bytes_when_it_is_printed() -> None:
    sealed = b"sealed-bytes"
    grant = next(one for one in full_records() if isinstance(one, UnverifiedGrant))
    shown = [
        pair(access=sealed, refresh=sealed),
        attrs.evolve(grant, access=sealed, refresh=sealed, id_token=sealed),
        SealedSecret(app_id="dext", sealed=sealed),
    ]
    assert "sealed-bytes" not in repr(shown)


def sealed_of(store: SqlStore) -> dict[tuple[str, str], SealedRow]:
    return {(str(row.kind), row.id): row for row in store.sealed()}


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    save(
        store,
        *full_records(),
        tokens=pair(3),
        parent_generation=0,
        secrets=(SealedSecret(app_id="dext", sealed=b"secret"),),
    )
    return store


def test_all_that_is_sealed_is_found_with_what_it_is_bound_to(filled: SqlStore) -> None:
    grant = next(one for one in full_records() if isinstance(one, UnverifiedGrant))
    found = sealed_of(filled)
    assert found == {
        ("client_secret", "dext"): SealedRow(
            kind=SealedKind.CLIENT_SECRET, id="dext", generation=None, values={"client_secret": b"secret"}
        ),
        ("pair", "con_0001"): SealedRow(
            kind=SealedKind.PAIR, id="con_0001", generation=3, values={"access": b"access 3", "refresh": b"refresh 3"}
        ),
        ("grant", grant.id): SealedRow(
            kind=SealedKind.GRANT,
            id=grant.id,
            generation=None,
            values={"access": grant.access, "refresh": grant.refresh, "id_token": grant.id_token},
        ),
    }
    assert "sealed" not in repr(list(found.values()))


def test_rows_are_found_page_by_page(filled: SqlStore) -> None:
    for first in range(2, PAGE + 30, 100):
        numbers = range(first, min(first + 100, PAGE + 30))
        save(filled, *(connection(number) for number in numbers))
        for number in numbers:
            save(filled, tokens=pair(connection_id=f"con_{number:04}"), parent_generation=0)
    found = [row.id for row in filled.sealed() if row.kind is SealedKind.PAIR]
    assert found == [f"con_{number:04}" for number in range(1, PAGE + 30)]


def test_what_is_sealed_anew_replaces_what_was_read_and_nothing_else(filled: SqlStore) -> None:
    before = sealed_of(filled)
    token_row, secret_row = before["pair", "con_0001"], before["client_secret", "dext"]
    grant_row = next(row for (kind, _), row in before.items() if kind == "grant")
    kept, version = filled.tokens("con_0001"), filled.grants(GrantState.UNVERIFIED)
    changes = [
        (token_row, {"access": b"A", "refresh": b"R"}),
        (secret_row, {"client_secret": b"S"}),
        (grant_row, {"id_token": b"I"}),
    ]
    assert filled.reseal(changes) == 3
    assert filled.reseal(changes) == 0, "it is no longer what was read"
    after = sealed_of(filled)
    assert after["pair", "con_0001"].values == {"access": b"A", "refresh": b"R"}
    assert after["client_secret", "dext"].values == {"client_secret": b"S"}
    assert after["grant", grant_row.id].values == {**grant_row.values, "id_token": b"I"}
    assert kept is not None
    assert filled.tokens("con_0001") == attrs.evolve(kept, access=b"A", refresh=b"R")
    assert [one.version for one in filled.grants(GrantState.UNVERIFIED)] == [one.version for one in version]


def test_a_newer_pair_is_not_replaced_even_when_its_bytes_are_the_same(filled: SqlStore) -> None:
    (row,) = (row for row in filled.sealed() if row.kind is SealedKind.PAIR)
    save(filled, tokens=pair(4, access=b"access 3", refresh=b"refresh 3"), parent_generation=3)
    assert filled.reseal([(row, {"access": b"A", "refresh": b"R"})]) == 0
    assert sealed_of(filled)["pair", "con_0001"].generation == 4
