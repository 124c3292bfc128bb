"""What the store keeps for an audit: companies, what lists said last, and what people confirmed."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from samples import LATER, NOW, REALM, connection, full_records, save

from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.parties import KnownCompany, Source
from qbapps.domain.states import ConnectionState
from qbapps.errors import StaleVersion, StoreError
from qbapps.ports import Change
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

SAID = KnownCompany(
    environment=Environment.PRODUCTION,
    realm_id=REALM,
    country="FR",
    subscription_status="PAID",
    seen_at=NOW,
    source=Source.INTUIT,
)
LISTED = attrs.evolve(SAID, country="BE", subscription_status=None, source=Source.INVENTORY)


def keep(store: SqlStore, *companies: KnownCompany) -> KnownCompany | None:
    """Save *companies* one change after the other; return what is known then."""
    for company in companies:
        store.save(Change(companies=(company,)))
    return store.company(Environment.PRODUCTION, REALM)


def test_a_company_is_read_back_as_it_was_saved_and_per_environment(store: SqlStore) -> None:
    assert keep(store, SAID) == SAID
    assert store.company(Environment.SANDBOX, REALM) is None
    assert keep(store, attrs.evolve(LISTED, environment=Environment.SANDBOX)) == SAID


@pytest.mark.parametrize("first", [SAID, LISTED], ids=["intuit", "inventory"])
def test_the_later_word_of_one_source_rules_whichever_is_saved_last(store: SqlStore, first: KnownCompany) -> None:
    later = attrs.evolve(first, country="CH", subscription_status="EXPIRED", seen_at=LATER)
    assert keep(store, first, later) == later
    assert keep(store, first) == later
    assert keep(store, attrs.evolve(later, country="LU")) == attrs.evolve(later, country="LU")


def test_what_intuit_said_is_never_replaced_by_a_list(store: SqlStore) -> None:
    assert keep(store, SAID, attrs.evolve(LISTED, seen_at=LATER)) == SAID


def test_what_a_list_said_is_replaced_by_intuit_whichever_is_later(store: SqlStore) -> None:
    assert keep(store, attrs.evolve(LISTED, seen_at=LATER), SAID) == SAID


def test_a_list_names_the_country_that_intuit_did_not(store: SqlStore) -> None:
    nameless = attrs.evolve(SAID, country=None)
    assert keep(store, nameless, attrs.evolve(LISTED, seen_at=LATER)) == attrs.evolve(SAID, country="BE")
    again = attrs.evolve(nameless, subscription_status=None, seen_at=LATER)
    assert keep(store, again) == attrs.evolve(again, country="BE")


def test_a_list_that_names_no_country_takes_none_away(store: SqlStore) -> None:
    later = attrs.evolve(LISTED, country=None, seen_at=LATER)
    assert keep(store, LISTED, later) == attrs.evolve(LISTED, seen_at=LATER)


def test_the_newest_listing_replaces_the_one_before_and_firms_keep_their_own(store: SqlStore) -> None:
    firm = full_records()[1]
    save(store, firm, attrs.evolve(firm, id="petit"), connection(1), connection(2))
    one = Listing(firm_id="durand", connection_id="con_0001", listed_at=NOW, state=ConnectionState.CONNECTED)
    other = attrs.evolve(one, connection_id="con_0002", state=None)
    elsewhere = attrs.evolve(one, firm_id="petit")
    store.save(Change(listings=(other, one, elsewhere)))
    assert store.listings("durand") == (one, other)
    newer = attrs.evolve(one, listed_at=LATER, state=ConnectionState.DISCONNECTED)
    store.save(Change(listings=(newer,)))
    assert store.listings("durand") == (newer, other)
    assert store.listings("petit") == (elsewhere,)
    assert store.connection("con_0001") == connection(1)


def test_the_latest_confirmation_replaces_the_one_before(store: SqlStore) -> None:
    save(store, connection())
    first = Confirmation(connection_id="con_0001", confirmed_at=NOW, confirmed_by="marie", note="vérifié")
    store.save(Change(confirmations=(first,)))
    assert store.confirmation("con_0001") == first
    again = attrs.evolve(first, confirmed_at=NOW + timedelta(days=1), confirmed_by="jean", note=None)
    store.save(Change(confirmations=(again,)))
    assert store.confirmation("con_0001") == again
    assert store.confirmation("con_0002") is None


def test_nothing_is_said_of_a_connection_that_is_not_there(store: SqlStore) -> None:
    for change in (
        Change(confirmations=(Confirmation(connection_id="con_9", confirmed_at=NOW, confirmed_by="marie"),)),
        Change(listings=(Listing(firm_id="durand", connection_id="con_9", listed_at=NOW),)),
    ):
        with pytest.raises(StoreError) as refusal:
            store.save(change)
        assert not isinstance(refusal.value, StaleVersion)
