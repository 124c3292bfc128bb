"""Connections to QuickBooks Desktop in lists, beside those to QuickBooks Online."""

from __future__ import annotations

import pytest
from lifecycle_desktop import FIRM, connect, installed, register
from lifecycle_house import BAKERY, FIRM_REALM, House
from lifecycle_inventory import SHORT, inventory

from qbapps import ConfigurationError, TransitionError
from qbapps.domain.connection import Connection
from qbapps.export.arrangement import arrange

STATUS = f"{SHORT};Statut"


@pytest.fixture
def firm(house: House) -> House:
    house.qb.add_firm(FIRM, name="Cabinet Durand", realm_id=FIRM_REALM)
    house.qb.add_client(FIRM, realm_id=BAKERY, name="Boulangerie Martin")
    house.qb.add_firm("blanc", name="Cabinet Blanc")
    register(house)
    return house


def ids(found: tuple[Connection, ...]) -> list[str]:
    return [one.id for one in found]


def test_each_is_in_the_list_of_the_firm_it_was_made_for_at_the_level_that_was_said(firm: House) -> None:
    bakery = firm.connect()
    client, books = connect(firm), connect(firm, "Cabinet Durand", level="firm")
    other, nobodys = connect(firm, "Fleurs d'Ici", firm="blanc"), connect(firm, "Garage Étoile", firm=None)

    assert ids(firm.qb.client_apps(FIRM)) == [bakery.id, client.id]
    assert ids(firm.qb.firm_apps(FIRM)) == [books.id]
    assert ids(firm.qb.client_apps("blanc")) == [other.id]
    assert ids(firm.qb.firm_apps("blanc")) == []
    assert set(ids(tuple(firm.qb.connections(firm=FIRM)))) == {bakery.id, client.id, books.id}
    assert ids(tuple(firm.qb.connections(level="company"))) == [nobodys.id]
    assert firm.qb.company_apps(BAKERY) == (bakery,), "a company file has no number"


def test_a_list_can_be_of_one_kind(firm: House) -> None:
    bakery, client = firm.connect(), connect(firm)

    assert ids(tuple(firm.qb.connections(kind="desktop"))) == [client.id]
    assert ids(tuple(firm.qb.connections(kind="online", firm=FIRM))) == [bakery.id]
    assert tuple(firm.qb.connections(kind="bank")) == ()
    assert ids(tuple(firm.qb.connections(kind="desktop", firm="blanc"))) == []
    with pytest.raises(ConfigurationError, match="There is no kind 'server'") as told:
        firm.qb.connections(kind="server")
    assert "desktop" in told.value.hint


def test_the_firms_own_is_shown_as_such_though_it_has_no_number_and_nobody_owns_it(firm: House) -> None:
    connect(firm)
    books = connect(firm, "Cabinet Durand", level="firm")
    own = {one.id for one in firm.qb.firm_apps(FIRM)}

    view = arrange(
        firm=firm.qb.firm(FIRM), clients=(), apps=firm.qb.apps(), connections=tuple(firm.qb.connections()), own=own
    )

    assert view.firm is not None
    assert ids(view.firm.connections) == [books.id]
    assert [group.name for group in view.clients] == ["Menuiserie Petit"]
    assert view.holdings == ()


def test_a_list_that_names_one_neither_takes_it_over_nor_makes_another(firm: House) -> None:
    client = connect(firm, level="firm")
    told = firm.qb.connection(client.id)

    report = firm.qb.import_inventory(
        inventory("Client;menuiserie petit;;QuickBooks Time;jean@durand.example;Connectée", header=STATUS), firm=FIRM
    )

    assert ids(report.unchanged) == [client.id]
    assert (report.taken, report.enriched) == ((), ())
    assert firm.qb.connection(client.id) == told
    (conflict,) = report.conflicts
    assert conflict.connection_id == client.id
    assert "a connection to QuickBooks Desktop has none" in conflict.what
    assert "we know it is to be reconnected" in conflict.what
    assert ids(firm.qb.firm_apps(FIRM)) == [client.id], "it keeps its level"


def test_what_a_list_names_with_a_number_is_another_connection(firm: House) -> None:
    client = connect(firm)

    report = firm.qb.import_inventory(inventory(f"Client;Menuiserie Petit;{BAKERY};QuickBooks Time;"), firm=FIRM)

    (taken,) = report.taken
    assert (taken.kind, taken.realm_id) == ("online", BAKERY)
    assert firm.qb.connection(client.id).kind == "desktop"


def test_another_firms_list_does_not_reach_it_by_name(firm: House) -> None:
    client = connect(firm)

    report = firm.qb.import_inventory(inventory("Client;Menuiserie Petit;;QuickBooks Time;"), firm="blanc")

    assert [one.kind for one in report.taken] == ["online"]
    assert report.conflicts == ()
    assert client.id not in ids(tuple(firm.qb.connections(firm="blanc")))
    assert client.id in ids(tuple(firm.qb.connections(firm=FIRM)))


def test_a_task_about_what_two_firms_list_without_a_number_is_in_both_worklists(firm: House) -> None:
    row = inventory("Client;Café Léo;;Zapier;")
    (taken,) = firm.qb.import_inventory(row, firm=FIRM).taken
    firm.qb.import_inventory(row, firm="blanc")
    firm.qb.add_firm("roux", name="Cabinet Roux")
    firm.qb.disconnect(taken.id)

    assert [len(firm.qb.worklist(firm=one)) for one in (FIRM, "blanc", "roux")] == [1, 1, 0]


def test_of_two_with_one_name_a_list_is_about_the_one_that_lives(firm: House) -> None:
    first, second = connect(firm), connect(firm)
    firm.qb.disconnect(second.id)

    report = firm.qb.import_inventory(inventory("Client;Menuiserie Petit;;QuickBooks Time;"), firm=FIRM)

    assert ids(report.unchanged) == [first.id]


def test_nobody_confirms_what_a_connector_says_by_itself(firm: House) -> None:
    client = connect(firm)

    with pytest.raises(TransitionError, match="its connector says how it is"):
        firm.qb.confirm_connection(client.id, by="Marie")


def test_a_working_one_is_connected_in_lists_and_its_frame_says_when_it_called(firm: House) -> None:
    computer = installed(firm)

    (row,) = firm.qb.audit(firm=FIRM).to_polars().rows(named=True)
    (streamed,) = next(iter(firm.qb.connection_frames(firm=FIRM))).rows(named=True)

    assert firm.qb.connection(computer.id).state == "connected"
    assert row == streamed
    assert (row["firm_id"], row["level"], row["desktop_state"]) == (FIRM, "client", "active")
    assert row["last_seen_at"] == firm.clock.now()
