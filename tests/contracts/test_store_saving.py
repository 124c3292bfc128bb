"""Saving: whole or not at all, and never over what somebody else has saved."""

from __future__ import annotations

import attrs
import pytest
from samples import NOW, connection, event, full_records, next_version, pair, read, save, tombstone

from qbapps.domain.disconnection import DisconnectionState
from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.parties import KnownCompany, KnownIdentity, Person, Source
from qbapps.domain.record import revise
from qbapps.errors import StaleVersion, StoreError
from qbapps.ports import Change, ConnectionFilter, Record, SealedSecret
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

KINDS = [pytest.param(place, id=type(record).__name__) for place, record in enumerate(full_records())]


@pytest.fixture
def full(store: SqlStore) -> SqlStore:
    save(store, *full_records())
    return store


@pytest.mark.parametrize("place", KINDS)
def test_a_record_is_read_back_as_it_was_saved(full: SqlStore, place: int) -> None:
    record = full_records()[place]
    assert read(full, record) == record


def test_no_field_of_the_samples_is_at_its_default() -> None:
    for record in full_records():
        for field in attrs.fields(type(record)):
            if field.default is not attrs.NOTHING and field.name not in ("version", "url"):
                assert getattr(record, field.name) != field.default, (type(record), field.name)


@pytest.mark.parametrize("place", KINDS)
def test_the_next_version_replaces_the_one_that_was_read(full: SqlStore, place: int) -> None:
    changed = next_version(full_records()[place])
    save(full, changed)
    assert read(full, changed) == changed


@pytest.mark.parametrize("place", KINDS)
def test_a_version_that_is_there_already_is_stale(full: SqlStore, place: int) -> None:
    record = full_records()[place]
    with pytest.raises(StaleVersion):
        save(full, record)
    save(full, next_version(record))
    with pytest.raises(StaleVersion):
        save(full, next_version(record))
    assert read(full, record) == next_version(record)


@pytest.mark.parametrize("place", KINDS)
def test_a_version_that_skips_one_is_stale(full: SqlStore, place: int) -> None:
    record = full_records()[place]
    with pytest.raises(StaleVersion):
        save(full, attrs.evolve(record, version=3))
    assert read(full, record) == record


@pytest.mark.parametrize("place", KINDS)
def test_a_next_version_of_what_was_never_saved_is_stale(store: SqlStore, place: int) -> None:
    with pytest.raises(StaleVersion):
        save(store, next_version(full_records()[place]))


def test_a_stale_connection_is_named(store: SqlStore) -> None:
    with pytest.raises(StaleVersion, match="Connection con_0001") as refusal:
        save(store, revise(connection()))
    assert refusal.value.connection_id == "con_0001"
    assert refusal.value.retryable


def test_one_known_record_among_many_new_ones_stops_them_all(store: SqlStore) -> None:
    save(store, connection(5))
    with pytest.raises(StaleVersion, match="One of 9 new records, from Connection con_0001 on"):
        save(store, *(connection(number) for number in range(1, 10)))
    assert list(store.connections(ConnectionFilter())) == [connection(5)]


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param(attrs.evolve(full_records()[0], id="other"), id="client id of an environment"),
        pytest.param(connection(2, app_id="dext", realm_id="9130350000000001"), id="app and company"),
        pytest.param(attrs.evolve(full_records()[5], id="other"), id="state"),
        pytest.param(attrs.evolve(full_records()[3], id="other"), id="person of a firm and a company"),
    ],
)
def test_what_must_be_unique_is_refused_as_stale(full: SqlStore, twin: Record) -> None:
    with pytest.raises(StaleVersion):
        save(full, twin)


def test_a_person_is_unique_where_firm_or_company_is_unknown(store: SqlStore) -> None:
    here = Person(id="per_1", email="Jean@x.example", firm_id="durand")
    save(store, here, attrs.evolve(here, id="per_2", firm_id=None, realm_id="12"))
    with pytest.raises(StaleVersion):
        save(store, attrs.evolve(here, id="per_3"))
    assert store.person("JEAN@x.example", firm_id="durand", realm_id=None) == here


def test_hand_kept_rows_without_a_realm_or_client_id_may_be_many(store: SqlStore) -> None:
    app = attrs.evolve(full_records()[0], client_id=None)
    save(store, app, attrs.evolve(app, id="other"), connection(1, realm_id=None), connection(2, realm_id=None))
    assert len(store.apps()) == 2


def whole(failing: Record) -> Change:
    """A change that touches everything and fails at its last record."""
    return Change(
        records=(connection(), *[one for one in full_records() if one.version == 1 and hasattr(one, "name")], failing),
        tokens=pair(),
        parent_generation=0,
        tombstones=(tombstone(),),
        secrets=(SealedSecret(app_id="dext", sealed=b"sealed"),),
        identities=(KnownIdentity(app_id="dext", email="a@b.example", sub="s", seen_at=NOW),),
        companies=(KnownCompany(environment=Environment.SANDBOX, realm_id="12", seen_at=NOW, source=Source.INTUIT),),
        listings=(Listing(firm_id="durand", connection_id="con_0001", listed_at=NOW),),
        confirmations=(Confirmation(connection_id="con_0001", confirmed_at=NOW, confirmed_by="marie"),),
        events=(event(),),
    )


def assert_empty(store: SqlStore) -> None:
    assert not list(store.connections(ConnectionFilter()))
    assert not list(store.events())
    assert not store.apps()
    assert not store.firms()
    assert not store.people()
    assert store.tokens("con_0001") is None
    assert not store.tombstones("con_0001")
    assert store.client_secret("dext") is None
    assert store.identity("dext", email="a@b.example") is None
    assert store.company(Environment.SANDBOX, "12") is None
    assert not store.listings("durand")
    assert store.confirmation("con_0001") is None


def test_nothing_is_saved_when_one_record_is_stale(store: SqlStore) -> None:
    with pytest.raises(StaleVersion):
        store.save(whole(revise(full_records()[-1])))
    assert_empty(store)
    store.save(attrs.evolve(whole(full_records()[-1])))
    assert store.tokens("con_0001") == pair()


def test_nothing_is_saved_when_what_is_saved_last_is_stale(store: SqlStore) -> None:
    with pytest.raises(StaleVersion):
        store.save(attrs.evolve(whole(full_records()[-1]), marks=pair(2)))
    assert_empty(store)


def test_nothing_is_saved_when_a_reference_leads_nowhere(store: SqlStore) -> None:
    nowhere = attrs.evolve(full_records()[-1], connection_id="con_9999")
    with pytest.raises(StoreError) as refusal:
        store.save(whole(nowhere))
    assert not isinstance(refusal.value, StaleVersion)
    assert_empty(store)


def test_a_failure_of_the_database_is_a_store_error_without_values(store: SqlStore) -> None:
    with pytest.raises(StoreError) as refusal:
        save(store, connection(company_name="\ud800 private"), connection(2))
    assert "private" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert not list(store.connections(ConnectionFilter()))


def test_records_of_one_change_may_come_in_any_order(store: SqlStore) -> None:
    save(store, *reversed(full_records()))
    assert all(read(store, record) == record for record in full_records())


def test_two_versions_of_one_record_fit_in_one_change(store: SqlStore) -> None:
    save(store, next_version(connection()), connection())
    assert read(store, connection()) == next_version(connection())


def test_secrets_and_identities_are_replaced(store: SqlStore) -> None:
    seen = KnownIdentity(app_id="dext", email="A@b.example", sub="s", name="A", seen_at=NOW)
    save(store, full_records()[0], secrets=(SealedSecret(app_id="dext", sealed=b"1"),), identities=(seen,))
    save(store, secrets=(SealedSecret(app_id="dext", sealed=b"2"),), identities=(attrs.evolve(seen, sub="t"),))
    assert store.client_secret("dext") == b"2"
    assert store.identity("dext", email="a@B.example") == attrs.evolve(seen, sub="t")


def test_tombstones_gather(store: SqlStore) -> None:
    store.save(Change(tombstones=(tombstone(1), tombstone(2))))
    store.save(Change(tombstones=(tombstone(2), tombstone(3))))
    assert store.tombstones("con_0001") == (tombstone(1), tombstone(2), tombstone(3))


def test_the_latest_disconnection_of_a_consent_that_was_not_undone_is_found(store: SqlStore) -> None:
    receipt = attrs.evolve(full_records()[8], state=DisconnectionState.DONE)
    undone = attrs.evolve(receipt, id="dis_2", state=DisconnectionState.UNDONE, requested_at=NOW.replace(year=2027))
    other = attrs.evolve(receipt, id="dis_3", grant=4)
    older = attrs.evolve(receipt, id="dis_4", requested_at=NOW.replace(year=2025))
    save(store, connection(), receipt, undone, other, older)
    assert store.disconnection_of("con_0001", 3) == receipt
    assert store.disconnection_of("con_0001", 4) == other
    assert store.disconnection_of("con_0001", 5) is None


def test_what_is_asked_by_key_and_is_not_there_is_none(store: SqlStore) -> None:
    for record in full_records():
        assert read(store, record) is None
    assert store.connection_of("dext", "12") is None
    assert store.authorization_by_state("x") is None
    assert store.tokens("con_0001") is None
    assert store.clients("durand") == ()
