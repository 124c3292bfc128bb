"""Secrets: nothing that opens without the key ever reaches the disk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import attrs
from samples import connection, full_records, pair, save

from qbapps.domain.grants import UnverifiedGrant
from qbapps.ports import SealedSecret
from qbapps.store.opening import open_store
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
