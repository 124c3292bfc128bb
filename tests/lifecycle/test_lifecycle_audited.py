"""What is kept for an audit: what apps are for, what companies are, and what lists and people said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from lifecycle_house import BAKERY, GARAGE, JEAN, MARIE, House, down
from lifecycle_inventory import SHORT, inventory

from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.parties import KnownCompany, Source
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, NotFoundError, TransitionError, WrongCompany
from qbapps.language import words
from qbapps.ports import Change
from qbapps.simulator import Fault
from qbapps.values import Environment

DAY = timedelta(days=1)
LISTED = f"{SHORT};Statut;Catégorie;Pays"
SPA = "9130350000000077"


@pytest.fixture
def firm(house: House) -> House:
    house.qb.add_firm("durand", name="Cabinet Durand")
    return house


def company(house: House, realm_id: str = BAKERY, environment: Environment = Environment.SANDBOX) -> KnownCompany:
    """Return what is known of a company."""
    found = house.ports.store.company(environment, realm_id)
    assert found is not None
    return found


# What an app is for


def test_the_category_of_an_app_is_kept_until_another_is_given(house: House) -> None:
    assert house.qb.register_app("payfit", category=" Paie ").category == "Paie"
    assert house.qb.register_app("payfit", name="PayFit").category == "Paie"
    assert house.qb.register_app("payfit", category="Social").category == "Social"
    assert house.qb.register_app("other", category=" ").category is None


def test_a_list_fills_the_category_of_an_app_that_has_none(firm: House) -> None:
    firm.qb.register_app("hubdoc", name="Hub Doc")

    report = firm.qb.import_inventory(
        inventory(
            f"Client;Martin;{BAKERY};Hub Doc;{JEAN};;Reçus;",
            f"Client;Martin;{BAKERY};PayFit;{JEAN};;;",
            f"Client;Garage;{GARAGE};PayFit;{JEAN};;Paie;",
            header=LISTED,
        ),
        firm="durand",
    )

    assert report.conflicts == ()
    assert {app.id: app.category for app in firm.qb.apps()} == {"dext": None, "hubdoc": "Reçus", "payfit": "Paie"}
    assert firm.qb.app("hubdoc").version == 2


def test_one_app_under_its_id_and_its_name_takes_both_of_its_facts(firm: House) -> None:
    firm.qb.register_app("hubdoc", name="Hub Doc")
    header = f"{LISTED};Contact éditeur"

    firm.qb.import_inventory(
        inventory(
            f"Client;Martin;{BAKERY};hubdoc;{JEAN};;;;privacy@hub.example",
            f"Client;Garage;{GARAGE};Hub Doc;{JEAN};;Reçus;;",
            header=header,
        ),
        firm="durand",
    )

    hubdoc = firm.qb.app("hubdoc")
    assert (hubdoc.category, hubdoc.developer_contact, hubdoc.version) == ("Reçus", "privacy@hub.example", 2)


def test_another_category_in_a_list_is_a_conflict_that_changes_nothing(firm: House) -> None:
    firm.qb.register_app("payfit", name="PayFit", category="Paie")

    report = firm.qb.import_inventory(
        inventory(
            f"Client;Martin;{BAKERY};PayFit;{JEAN};;PAIE;",
            f"Client;Garage;{GARAGE};PayFit;{JEAN};;Social;",
            header=LISTED,
        ),
        firm="durand",
    )

    (conflict,) = report.conflicts
    assert (conflict.line, conflict.connection_id) == (3, report.taken[1].id)
    assert conflict.what == "the list says the app is for Social, we know Paie"
    assert "Social" in words("fr").say(conflict.what)
    assert firm.qb.app("payfit").category == "Paie"


def test_a_row_that_contradicts_in_every_way_is_one_conflict_in_either_language(firm: House) -> None:
    firm.qb.register_app("payfit", name="PayFit", category="Paie")
    firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};PayFit;{JEAN}"), firm="durand")

    report = firm.qb.import_inventory(
        inventory(f"Client;Martin;{BAKERY};PayFit;{MARIE};Déconnectée;Social;", header=LISTED), firm="durand"
    )

    (conflict,) = report.conflicts
    assert conflict.what == (
        f"the list says the owner is {MARIE}, we know {JEAN}; the list says it is disconnected, "
        "we know it is connected; the list says the app is for Social, we know Paie"
    )
    in_french = words("fr").say(conflict.what)
    assert "déconnectée" in in_french
    assert "the list" not in in_french


# What a company is


def test_what_intuit_says_of_a_company_is_kept_when_it_connects(house: House) -> None:
    house.intuit.add_company(SPA, name="Spa", admins=[JEAN], country="BE", subscription_status="TRIAL")
    house.connect(realm_id=SPA)

    assert company(house, SPA) == KnownCompany(
        environment=Environment.SANDBOX,
        realm_id=SPA,
        country="BE",
        subscription_status="TRIAL",
        seen_at=house.clock.now(),
        source=Source.INTUIT,
    )


def test_it_is_kept_although_the_person_cannot_be_checked_yet(house: House) -> None:
    house.intuit.inject(*down("userinfo", "jwks"))

    with pytest.raises(Exception, match="could not be checked yet"):
        house.connect()

    assert company(house).country == "FR"


def test_it_is_kept_of_a_company_that_was_not_expected(house: House) -> None:
    with pytest.raises(WrongCompany):
        house.qb.complete(house.agree(house.qb.begin_connect("dext", realm_id=BAKERY), JEAN, GARAGE))

    assert company(house, GARAGE).country == "FR"


def test_a_look_keeps_what_the_company_says_then(house: House) -> None:
    connection = house.connect()
    house.intuit.set_subscription(BAKERY, "EXPIRED")
    house.clock.advance(2 * DAY)

    house.qb.probe(connection.id)

    seen = company(house)
    assert (seen.subscription_status, seen.seen_at) == ("EXPIRED", house.clock.now())
    assert house.kinds(connection.id).count("connection.probed") == 0


def test_a_look_that_fails_keeps_what_was_known(house: House) -> None:
    connection = house.connect()
    before = company(house)
    house.clock.advance(2 * DAY)
    house.intuit.inject(Fault("company", "unavailable", times=None))

    house.qb.probe(connection.id)

    assert company(house) == before


def test_a_list_names_the_country_of_a_company_that_intuit_has_not(firm: House) -> None:
    rows = [f"Client;Martin;{BAKERY};PayFit;{JEAN};;;Belgique", f"Client;Garage;;PayFit;{JEAN};;;Suisse"]
    firm.qb.import_inventory(inventory(*rows, header=LISTED), firm="durand")

    assert company(firm, environment=Environment.PRODUCTION) == KnownCompany(
        environment=Environment.PRODUCTION,
        realm_id=BAKERY,
        country="BE",
        seen_at=firm.clock.now(),
        source=Source.INVENTORY,
    )


def test_what_a_list_says_of_a_company_never_replaces_what_intuit_said(firm: House) -> None:
    firm.connect()
    before = company(firm)
    firm.clock.advance(DAY)

    firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Dext;{JEAN};;;BE", header=LISTED), firm="durand")

    assert company(firm) == before


def test_an_unknown_country_refuses_its_row_with_column_and_reason(firm: House) -> None:
    report = firm.qb.import_inventory(
        inventory(f"Client;Martin;{BAKERY};PayFit;{JEAN};;;Atlantide", header=LISTED), firm="durand"
    )

    (refusal,) = report.refused
    assert (refusal.line, refusal.column, refusal.value_shown) == (2, "Pays", "Atlantide")
    assert "unknown country" in refusal.reason
    assert report.taken == ()


# What a list named last


def listed(house: House, firm_id: str = "durand") -> dict[str, Listing]:
    """Return what the newest lists of a firm said, by company number of the connection."""
    store = house.ports.store
    return {house.qb.connection(one.connection_id).realm_id or "": one for one in store.listings(firm_id)}


def test_every_row_that_is_about_a_connection_is_noted_whatever_became_of_it(firm: House) -> None:
    mine = firm.connect()
    firm.qb.import_inventory(inventory(f"Client;Garage;{GARAGE};PayFit;{JEAN}"), firm="durand")
    firm.clock.advance(DAY)
    rows = [
        f"Client;Martin;{BAKERY};Dext;{MARIE};Déconnectée;;",
        f"Client;Garage;{GARAGE};PayFit;{JEAN};;;",
        f"Client;Spa;{SPA};PayFit;{JEAN};À reconnecter;;",
        f"Client;Spa;{SPA};;{JEAN};;;",
    ]

    report = firm.qb.import_inventory(inventory(*rows, header=LISTED), firm="durand")

    assert [len(part) for part in (report.conflicts, report.unchanged, report.taken, report.refused)] == [1, 2, 1, 1]
    assert {realm_id: (one.listed_at, one.state) for realm_id, one in listed(firm).items()} == {
        BAKERY: (firm.clock.now(), ConnectionState.DISCONNECTED),
        GARAGE: (firm.clock.now(), None),
        SPA: (firm.clock.now(), ConnectionState.NEEDS_RECONNECT),
    }
    assert firm.qb.connection(mine.id) == mine


def test_what_a_newer_list_leaves_out_keeps_the_time_of_the_older_one(firm: House) -> None:
    both = [f"Client;Martin;{BAKERY};PayFit;{JEAN}", f"Client;Garage;{GARAGE};PayFit;{JEAN}"]
    firm.qb.import_inventory(inventory(*both), firm="durand")
    first = firm.clock.now()
    firm.clock.advance(DAY)

    firm.qb.import_inventory(inventory(both[0]), firm="durand")

    assert {realm_id: one.listed_at for realm_id, one in listed(firm).items()} == {BAKERY: first + DAY, GARAGE: first}


def test_a_long_list_is_noted_at_one_time_in_all_its_batches(firm: House) -> None:
    rows = [f"Client;C{number};{9130350000010000 + number};PayFit;{JEAN}" for number in range(1200)]
    path = inventory(*rows)
    firm.qb.import_inventory(path, firm="durand")
    firm.clock.advance(DAY)

    class Ticking:
        def __getattr__(self, name: str) -> Any:
            return getattr(firm.clock, name)

        def now(self) -> object:
            firm.clock.advance(timedelta(seconds=1))
            return firm.clock.now()

    class Counting:
        sizes: ClassVar[list[int]] = []

        def __getattr__(self, name: str) -> Any:
            return getattr(firm.ports.store, name)

        def save(self, change: Change) -> None:
            self.sizes.append(len(change.listings))
            firm.ports.store.save(change)

    firm.with_ports(clock=Ticking(), store=Counting()).import_inventory(path, firm="durand")

    assert Counting.sizes == [500, 500, 200]
    assert {one.listed_at for one in firm.ports.store.listings("durand")} == {
        listed(firm)["9130350000010000"].listed_at
    }
    assert len(firm.ports.store.listings("durand")) == 1200


def test_two_firms_note_their_lists_apart(firm: House) -> None:
    firm.qb.add_firm("petit", name="Cabinet Petit")
    row = f"Client;Martin;{BAKERY};PayFit;{JEAN}"
    firm.qb.import_inventory(inventory(row), firm="durand")
    first = firm.clock.now()
    firm.clock.advance(DAY)

    firm.qb.import_inventory(inventory(row), firm="petit")

    assert listed(firm)[BAKERY].listed_at == first
    assert listed(firm, "petit")[BAKERY].listed_at == first + DAY


# What people confirmed


def by_hand(house: House) -> str:
    """Return the id of a hand-kept connection."""
    (taken,) = house.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};PayFit;{JEAN}"), firm="durand").taken
    return taken.id


def test_a_hand_kept_connection_is_confirmed_and_stays_as_it_is(firm: House) -> None:
    connection = firm.qb.connection(by_hand(firm))

    assert firm.qb.confirm_connection(connection.id, by="marie", note="vue dans le menu Applis") == connection

    assert firm.ports.store.confirmation(connection.id) == Confirmation(
        connection_id=connection.id,
        confirmed_at=firm.clock.now(),
        confirmed_by="marie",
        note="vue dans le menu Applis",
    )
    assert firm.qb.connection(connection.id) == connection
    *_, event = firm.qb.events(connection.id)
    assert (event.kind, event.by, event.details["note"]) == (
        "connection.confirmed",
        "marie",
        "vue dans le menu Applis",
    )


def test_a_connection_that_intuit_can_be_asked_about_is_not_confirmed(house: House) -> None:
    connection = house.connect()

    with pytest.raises(TransitionError, match="not kept by hand") as refusal:
        house.qb.confirm_connection(connection.id, by="marie")

    assert "Probe" in (refusal.value.hint or "")
    assert house.ports.store.confirmation(connection.id) is None
    assert "connection.confirmed" not in house.kinds(connection.id)


def test_nothing_is_confirmed_by_nobody_nor_of_nothing(firm: House) -> None:
    connection_id = by_hand(firm)

    with pytest.raises(ConfigurationError):
        firm.qb.confirm_connection(connection_id, by=" ")
    with pytest.raises(NotFoundError):
        firm.qb.confirm_connection("con_nothing", by="marie")

    assert firm.ports.store.confirmation(connection_id) is None


def test_a_connection_that_consents_while_it_is_confirmed_is_not(firm: House) -> None:
    firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Dext;{JEAN}"), firm="durand")
    (kept,) = firm.qb.connections()

    class Store:
        def __getattr__(self, name: str) -> Any:
            return getattr(firm.ports.store, name)

        def save(self, change: Change) -> None:
            if firm.qb.connection(kept.id) == kept:
                firm.connect()
            firm.ports.store.save(change)

    with pytest.raises(TransitionError):
        firm.with_ports(store=Store()).confirm_connection(kept.id, by="marie")

    assert firm.ports.store.confirmation(kept.id) is None


def test_a_transfer_by_hand_that_is_done_confirms_that_the_connection_stays(firm: House) -> None:
    connection_id = by_hand(firm)
    firm.qb.begin_transfer(connection_id, to=MARIE)
    (task,) = firm.qb.worklist()
    assert firm.ports.store.confirmation(connection_id) is None

    firm.qb.confirm_task(task.id, by="sophie", note="fait")

    found = firm.ports.store.confirmation(connection_id)
    assert found == Confirmation(
        connection_id=connection_id, confirmed_at=firm.clock.now(), confirmed_by="sophie", note="fait"
    )
    assert "connection.confirmed" not in firm.kinds(connection_id)


def test_a_disconnect_by_hand_that_is_done_confirms_nothing(firm: House) -> None:
    connection_id = by_hand(firm)
    firm.qb.disconnect(connection_id, reason="other")
    (task,) = firm.qb.worklist()

    firm.qb.confirm_task(task.id, by="sophie")

    assert firm.ports.store.confirmation(connection_id) is None
