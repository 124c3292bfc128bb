"""Taking in what a firm keeps in a spreadsheet, and what an integrator holds already."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, CLIENT_SECRET, GARAGE, JEAN, MARIE, House, down, parameter
from lifecycle_inventory import FULL, inventory

from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import AuthorizationError, GrantUnverified, NotFoundError, TransitionError, WrongCompany
from qbapps.lifecycle.sealing import credentials
from qbapps.simulator import Behaviour
from qbapps.values import Secret

SAMPLE = Path(__file__).parents[1] / "data" / "inventaire-cabinet.csv"
DURAND = "9130350000000001"


@pytest.fixture
def firm(filed: House) -> House:
    filed.qb.add_firm("durand", name="Cabinet Durand", realm_id=DURAND)
    return filed


# The sample


def test_every_line_of_the_sample_is_accounted_for(firm: House) -> None:
    report = firm.qb.import_inventory(SAMPLE, firm="durand")

    assert len(report.taken) == 62
    assert {refusal.line for refusal in report.refused} == {12, 13, 66, 67}
    assert [(repeat.line, repeat.first_line) for repeat in report.repeated] == [(68, 34)]
    assert (report.enriched, report.unchanged, report.conflicts) == ((), (), ())
    assert len(list(firm.qb.connections())) == 62
    assert len(firm.qb.firm_apps("durand")) == 6
    assert len(firm.qb.client_apps("durand")) == 56
    assert len(firm.qb.clients("durand")) == 15
    assert Counter(connection.reach for connection in firm.qb.connections()) == {Reach.HAND: 62}
    assert firm.intuit.requests == ()


def test_each_refusal_says_where_and_why(firm: House) -> None:
    report = firm.qb.import_inventory(SAMPLE, firm="durand")

    assert [(refusal.line, refusal.column, refusal.value_shown) for refusal in report.refused] == [
        (12, "Application", ""),
        (13, "Propriétaire", "pas-une-adresse"),
        (13, "Connectée le", "31/02/2023"),
        (66, "Niveau", "Filiale"),
        (67, "N° d'entreprise", "91303A"),
    ]
    assert all(refusal.reason for refusal in report.refused)


def test_importing_again_changes_nothing_in_the_whole_database_but_when_it_was_listed(firm: House) -> None:
    firm.qb.import_inventory(SAMPLE, firm="durand")
    before, listed = firm.dump(), firm.ports.store.listings("durand")
    firm.clock.advance(timedelta(days=3))

    report = firm.qb.import_inventory(SAMPLE, firm="durand")

    assert [row for row in firm.dump() if row[0] != "listings"] == [row for row in before if row[0] != "listings"]
    again = firm.ports.store.listings("durand")
    assert again == tuple(attrs.evolve(one, listed_at=firm.clock.now()) for one in listed)
    assert (len(report.unchanged), report.taken, report.enriched) == (62, (), ())


def test_the_rows_are_kept_as_they_stand(firm: House) -> None:
    firm.qb.import_inventory(SAMPLE, firm="durand")

    (dext,) = firm.qb.connections(firm="durand", client="9130350000000103", app="dext")
    assert (dext.company_name, dext.state, dext.grant, dext.generation) == ("SCI Les Tilleuls", "connected", 0, 0)
    assert dext.owner is not None
    assert (dext.owner.email, dext.owner.role, dext.owner.sub) == ("l.faure@durand.example", "team_member", None)
    assert dext.connected_at == datetime(2023, 3, 1, tzinfo=UTC)
    assert dext.last_used_on == date(2023, 7, 24)
    assert firm.qb.app("expensya").developer_contact == "rgpd@expensya.example"
    reported = [c.cause for c in firm.qb.connections(state="needs_reconnect")]
    assert set(reported) == {"reported"}


def test_a_last_use_before_the_connection_is_kept(firm: House) -> None:
    firm.qb.import_inventory(SAMPLE, firm="durand")

    odd = [
        connection
        for connection in firm.qb.connections()
        if connection.connected_at and connection.last_used_on
        if connection.last_used_on < connection.connected_at.date()
    ]
    assert len(odd) > 10


def test_a_hostile_cell_is_data_and_nothing_else(firm: House) -> None:
    hostile = '"=HYPERLINK(""http://evil.example"";""clic"")"'
    report = firm.qb.import_inventory(
        inventory(
            f"Client;{hostile};{BAKERY};Zapier;{JEAN}", f'Client;Garage;{GARAGE};"\'); drop table apps;--";{JEAN}'
        ),
        firm="durand",
    )

    assert [connection.company_name for connection in report.taken] == [
        '=HYPERLINK("http://evil.example";"clic")',
        "Garage",
    ]
    assert {app.name for app in firm.qb.apps()} >= {"'); drop table apps;--", "Zapier"}
    assert len(list(firm.qb.connections())) == 2


def test_the_hostile_line_of_the_sample_is_refused_with_its_number_only(firm: House) -> None:
    report = firm.qb.import_inventory(SAMPLE, firm="durand")

    (refusal,) = [refusal for refusal in report.refused if refusal.line == 67]
    assert refusal.value_shown == "91303A"
    assert "HYPERLINK" not in repr([*report.taken, *firm.qb.clients("durand")])


def test_an_unknown_firm_is_refused_before_anything_is_read_in(firm: House) -> None:
    before = firm.dump()

    with pytest.raises(NotFoundError):
        firm.qb.import_inventory(SAMPLE, firm="nobody")

    assert firm.dump() == before


# What we know already


def test_a_row_about_a_connection_of_ours_enriches_it_instead_of_doubling_it(firm: House) -> None:
    mine = firm.connect()
    before = firm.ports.store.tokens(mine.id)

    report = firm.qb.import_inventory(
        inventory(f"Client;Martin;{BAKERY};Dext;{JEAN};Administrateur;01/03/2023;24/07/2023;Connectée", header=FULL),
        firm="durand",
    )

    (enriched,) = report.enriched
    assert (report.taken, report.conflicts) == ((), ())
    assert enriched.id == mine.id
    assert list(firm.qb.connections()) == [enriched]
    assert enriched.owner is not None
    assert mine.owner is not None
    assert (enriched.owner.sub, enriched.owner.role) == (mine.owner.sub, "admin")
    assert enriched.last_used_on == date(2023, 7, 24)
    assert (enriched.company_name, enriched.connected_at) == (mine.company_name, mine.connected_at)
    assert firm.ports.store.tokens(mine.id) == before
    assert firm.works(mine.id)


def test_what_we_know_first_hand_wins_and_the_contradiction_is_told(firm: House) -> None:
    mine = firm.connect()

    report = firm.qb.import_inventory(
        inventory(f"Client;Martin;{BAKERY};Dext;{MARIE};Administrateur;;;Déconnectée", header=FULL), firm="durand"
    )

    (conflict,) = report.conflicts
    assert (conflict.line, conflict.connection_id) == (2, mine.id)
    assert MARIE in conflict.what
    assert JEAN in conflict.what
    assert "disconnected" in conflict.what
    assert firm.qb.connection(mine.id) == mine


def test_two_names_of_one_app_are_one_connection(firm: House) -> None:
    firm.qb.register_app("hubdoc", name="Hub Doc")

    report = firm.qb.import_inventory(
        inventory(
            f"Client;Martin;{BAKERY};Hub Doc;;;;24/07/2023;",
            f"Client;Martin;{BAKERY};hubdoc;{JEAN};Administrateur;;25/07/2023;",
            header=FULL,
        ),
        firm="durand",
    )

    (connection,) = firm.qb.connections()
    assert report.taken == (connection,)
    assert connection.last_used_on == date(2023, 7, 25)
    assert connection.owner is not None
    assert connection.version == 1


def test_a_hand_kept_row_becomes_ours_when_the_company_consents(firm: House) -> None:
    (kept,) = firm.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Dext;{JEAN}"), firm="durand").taken

    connection = firm.connect(MARIE)

    assert (connection.id, connection.reach, connection.grant) == (kept.id, Reach.API, 1)
    assert firm.kinds(kept.id)[-1] == "connection.connected"
    assert firm.works(kept.id)


def test_a_company_can_be_the_client_of_two_firms(firm: House) -> None:
    firm.qb.add_firm("petit", name="Cabinet Petit")
    row = f"Client;Martin;{BAKERY};Zapier;{JEAN}"
    (taken,) = firm.qb.import_inventory(inventory(row), firm="durand").taken

    report = firm.qb.import_inventory(inventory(row), firm="petit")

    assert report.unchanged == (taken,)
    assert firm.qb.client_apps("petit") == firm.qb.client_apps("durand") == (taken,)


# Moving in


def a_pair(house: House, realm_id: str = BAKERY) -> str:
    """Return a refresh token that another program holds."""
    oauth, keys = house.ports.oauth, credentials(house.ports, house.qb.app("dext"))
    url = oauth.authorization_url(keys, Secret("s" * 32))
    callback = house.intuit.consent(url, user=JEAN, realm_id=realm_id)
    answer = oauth.exchange(keys, Secret(parameter(callback, "code")))
    house.intuit.clear_requests()
    return answer.refresh_token.reveal()


def test_a_pair_that_is_brought_in_is_verified_and_refreshed_before_it_is_kept(house: House) -> None:
    brought = a_pair(house)
    house.clock.advance(timedelta(days=2))

    connection = house.qb.import_tokens("dext", realm_id=BAKERY, refresh_token=brought, access_token="ignored")

    assert (connection.state, connection.realm_id, connection.grant) == ("connected", BAKERY, 1)
    assert connection.company_name == "Boulangerie Martin"
    assert connection.owner is not None
    assert connection.owner.email == JEAN
    assert [record.operation for record in house.sent("refresh", "company", "userinfo")] == [
        "refresh",
        "company",
        "userinfo",
    ]
    assert house.refresh_token(connection.id) != brought
    assert house.works(connection.id)


@pytest.mark.parametrize("signed", ["absent", "present"])
def test_a_pair_of_another_company_is_refused_and_kept_aside(house: House, signed: str) -> None:
    house.intuit.behaviour = Behaviour(id_token_on_refresh=signed)
    brought = a_pair(house, GARAGE)

    with pytest.raises(WrongCompany) as refusal:
        house.qb.import_tokens("dext", realm_id=BAKERY, refresh_token=brought)

    assert not list(house.qb.connections())
    assert [kept.id for kept in house.qb.unverified_grants()] == [refusal.value.grant_id]


def test_a_dead_pair_is_refused(house: House) -> None:
    brought = a_pair(house)
    house.intuit.disconnect(CLIENT_ID, BAKERY)

    with pytest.raises(AuthorizationError, match="refuses the refresh token"):
        house.qb.import_tokens("dext", realm_id=BAKERY, refresh_token=brought)

    assert house.qb.unverified_grants() == ()
    assert not list(house.qb.connections())


def test_a_pair_for_a_company_that_is_connected_is_refused_without_a_request(house: House) -> None:
    connection = house.connect()
    house.intuit.clear_requests()

    with pytest.raises(TransitionError, match="holds a pair") as refusal:
        house.qb.import_tokens("dext", realm_id=BAKERY, refresh_token="whatever")

    assert refusal.value.connection_id == connection.id
    assert house.intuit.requests == ()
    assert house.works(connection.id)


def test_a_pair_that_cannot_be_checked_now_is_kept_and_adopted_later(house: House) -> None:
    brought = a_pair(house)
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified) as refusal:
        house.qb.import_tokens("dext", realm_id=BAKERY, refresh_token=brought)
    house.intuit.clear_faults()

    assert house.works(house.qb.adopt(str(refusal.value.grant_id)).id)


def test_a_hand_kept_connection_takes_an_imported_pair(house: House) -> None:
    house.qb.add_firm("durand", name="Cabinet Durand")
    (kept,) = house.qb.import_inventory(inventory(f"Client;Martin;{BAKERY};Dext;{JEAN}"), firm="durand").taken

    connection = house.qb.import_tokens("dext", realm_id=BAKERY, refresh_token=a_pair(house))

    assert (connection.id, connection.reach) == (kept.id, Reach.API)
    assert house.works(kept.id)


# Lists


@pytest.fixture
def peopled(house: House) -> House:
    """Two firms that share a client, with connections made and hand-kept ones."""
    house.intuit.add_app("zapier-client", "zapier-secret", redirect_uris=[CALLBACK])
    house.register("zapier", "zapier-client", "zapier-secret")
    house.qb.add_firm("durand", name="Cabinet Durand", realm_id=DURAND)
    house.qb.add_firm("petit", name="Cabinet Petit")
    house.qb.add_client("durand", realm_id=BAKERY, name="Boulangerie Martin")
    house.qb.add_client("durand", realm_id=GARAGE, name="Garage Étoile")
    house.qb.add_client("petit", realm_id=BAKERY, name="Boulangerie Martin")
    house.connect(JEAN, DURAND, reference="tenant-1")
    house.connect(JEAN, BAKERY)
    house.connect(MARIE, GARAGE)
    house.qb.disconnect(house.connect(MARIE, BAKERY, app="zapier").id)
    return house


def listed(house: House, **filters: str) -> set[tuple[str, str | None]]:
    return {(connection.app_id, connection.realm_id) for connection in house.qb.connections(**filters)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {("dext", DURAND), ("dext", BAKERY), ("dext", GARAGE), ("zapier", BAKERY)}),
        ({"app": "zapier"}, {("zapier", BAKERY)}),
        ({"realm_id": BAKERY}, {("dext", BAKERY), ("zapier", BAKERY)}),
        ({"firm": "durand"}, {("dext", DURAND), ("dext", BAKERY), ("dext", GARAGE), ("zapier", BAKERY)}),
        ({"firm": "durand", "level": "firm"}, {("dext", DURAND)}),
        ({"firm": "durand", "level": "client"}, {("dext", BAKERY), ("dext", GARAGE), ("zapier", BAKERY)}),
        ({"firm": "durand", "client": GARAGE}, {("dext", GARAGE)}),
        ({"firm": "petit"}, {("dext", BAKERY), ("zapier", BAKERY)}),
        ({"firm": "petit", "level": "firm"}, set()),
        ({"owner": JEAN.upper()}, {("dext", DURAND), ("dext", BAKERY)}),
        ({"owner": MARIE, "state": "connected"}, {("dext", GARAGE)}),
        ({"state": "disconnected"}, {("zapier", BAKERY)}),
        ({"reach": "hand"}, set()),
        ({"reference": "tenant-1"}, {("dext", DURAND)}),
        ({"firm": "durand", "owner": JEAN, "level": "client", "app": "dext"}, {("dext", BAKERY)}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_filters_combine(peopled: House, filters: dict[str, str], expected: set[tuple[str, str]]) -> None:
    assert listed(peopled, **filters) == expected


def test_an_owner_can_be_named_by_subject(peopled: House) -> None:
    assert listed(peopled, owner=peopled.intuit.user(JEAN).sub) == {("dext", DURAND), ("dext", BAKERY)}


@pytest.mark.parametrize("filters", [{"level": "client"}, {"level": "firm"}, {"client": BAKERY}], ids=str)
def test_level_and_client_need_a_firm(peopled: House, filters: dict[str, str]) -> None:
    with pytest.raises(Exception, match="how a firm sees a company"):
        peopled.qb.connections(**filters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"state": "broken"}, "no state 'broken'"),
        ({"reach": "far"}, "no reach 'far'"),
        ({"firm": "durand", "level": "attic"}, "no level 'attic'"),
        ({"app": "nobody"}, "no app 'nobody'"),
        ({"firm": "nobody"}, "no firm 'nobody'"),
        ({"firm": "petit", "client": GARAGE}, "no client"),
    ],
    ids=str,
)
def test_a_filter_that_names_nothing_is_refused_at_once(peopled: House, filters: dict[str, str], message: str) -> None:
    with pytest.raises(Exception, match=message):
        peopled.qb.connections(**filters)  # type: ignore[arg-type]


def test_the_three_views_of_a_firm(peopled: House) -> None:
    names = [(c.company_name, c.app_id) for c in peopled.qb.client_apps("durand")]

    assert names == [("Boulangerie Martin", "dext"), ("Boulangerie Martin", "zapier"), ("Garage Étoile", "dext")]
    assert [c.realm_id for c in peopled.qb.firm_apps("durand")] == [DURAND]
    assert [c.app_id for c in peopled.qb.company_apps(BAKERY)] == ["dext", "zapier"]
    assert peopled.qb.client_apps("petit") == peopled.qb.client_apps("durand", client=BAKERY)


def test_an_apps_secret_can_be_rotated_at_every_start(house: House) -> None:
    connection = house.connect()
    house.register(secret="another-secret")
    house.clock.advance(timedelta(hours=2))

    assert house.intuit.is_alive(house.token(connection.id))
    house.register(secret=CLIENT_SECRET)
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
