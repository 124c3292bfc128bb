"""What is kept of bank connections: given back as it was, by company, and one of two writers at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest
from samples import REALM, connection, save

from qbapps.domain.banks.feeds import BankFeed
from qbapps.domain.banks.link import BankLink
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.states import BankState
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise
from qbapps.errors import StaleVersion, StoreError
from qbapps.store.sql import SqlStore


def a_connection(number: int = 1, **changes: Any) -> Connection:
    return connection(number, kind=Kind.BANK, app_id=f"bank-{number}", reach=Reach.HAND, **changes)


def a_link(number: int = 1, **changes: Any) -> BankLink:
    made = BankLink(
        connection_id=f"con_{number:04}",
        bank="Crédit Lyonnais",
        login="Pro",
        regime=Regime.UK,
        state=BankState.SUSPENDED,
        generation=2,
        revision=3,
        authenticated_on=date(2022, 3, 25),
        confirmed_on=date(2022, 3, 26),
        stated_end=date(2022, 6, 24),
        ended_on=date(2022, 6, 1),
        accounts={"512000": "FR76…4821", "512100": "4822"},
        fed={"FR76…4821": "512000", "4822": "512100", "1": "512300"},
        history="90 days",
        recorded_on=date(2022, 6, 1),
        synced_on=date(2022, 5, 1),
        stopped_on=date(2022, 5, 2),
        failed_on=date(2022, 5, 3),
        failures=10,
        update_failed=True,
        in_review=4,
        snapshot={"512000": {"review": ("2022-05-01", "2022-04-30"), "booked": ()}},
        note="Café",
    )
    return attrs.evolve(made, **changes)


def test_no_field_of_the_sample_is_at_its_default() -> None:
    for field in attrs.fields(BankLink):
        if field.default is not attrs.NOTHING and field.name != "version":
            assert getattr(a_link(), field.name) != field.default, field.name


def test_what_is_kept_comes_back_as_it_was(store: SqlStore) -> None:
    bare = BankLink(connection_id="con_0002", bank="Qonto", recorded_on=date(2022, 1, 1))
    save(store, a_connection(1), a_connection(2), a_link(1), bare)

    assert store.banks.link("con_0001") == a_link(1)
    assert store.banks.link("con_0002") == bare
    assert store.banks.link("con_0003") is None


def test_of_two_changes_of_one_version_the_second_is_stale(store: SqlStore) -> None:
    save(store, a_connection(), a_link())
    save(store, revise(a_link(), note=None))

    with pytest.raises(StaleVersion):
        save(store, revise(a_link(), failures=0))
    assert store.banks.link("con_0001") == revise(a_link(), note=None)


def test_a_bank_without_its_connection_is_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        save(store, a_link())
    assert store.banks.link("con_0001") is None


def test_they_stream_in_order_and_are_found_by_company(store: SqlStore) -> None:
    numbers = (3, 1, 2)
    save(store, connection(4, realm_id=REALM), *map(a_connection, numbers), *map(a_link, numbers))

    assert [one.connection_id for one in store.banks.links()] == ["con_0001", "con_0002", "con_0003"]
    assert store.banks.links_of(REALM) == (a_link(1),)
    assert store.banks.links_of("9130350000009999") == ()


def test_of_two_who_claim_a_ledger_account_the_second_is_stale(store: SqlStore) -> None:
    feed = BankFeed(realm_id=REALM, ledger="512000", connection_id="con_0001")
    save(store, a_connection(1), a_connection(2), feed)

    with pytest.raises(StaleVersion):
        save(store, attrs.evolve(feed, connection_id="con_0002"))
    assert store.banks.feed(REALM, "512000") == feed
    save(store, revise(feed, connection_id="con_0002"))
    with pytest.raises(StaleVersion):
        save(store, revise(feed, connection_id="con_0001"))
    assert store.banks.feed(REALM, "512000") == revise(feed, connection_id="con_0002")
    assert store.banks.feed(REALM, "512100") is None
