"""Connections are arranged as a firm thinks of them, and none is lost or counted twice."""

from __future__ import annotations

import attrs
import export_people as people

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Level, Owner, Reach
from qbapps.domain.states import ConnectionState
from qbapps.export.arrangement import arrange, by_company
from qbapps.export.report import Report


def arranged(whole: Report) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    view = arrange(firm=whole.firm, clients=whole.clients, apps=whole.apps, connections=whole.connections)
    return tuple(group.name for group in view.clients), tuple(group.name for group in view.others)


def test_the_firm_s_own_books_its_clients_and_others_are_told_apart() -> None:
    clients, others = arranged(people.report())

    assert clients == ("École de danse", "Zinc & Fils")
    assert others == ("Ailleurs SARL",)


def test_companies_are_in_the_order_of_the_alphabet_accents_or_not() -> None:
    rows = tuple(people.connection(n, str(n), company_name=name) for n, name in enumerate(["Zinc", "Eb", "Éa", "fa"]))

    assert arranged(people.report(firm=None, connections=rows))[1] == ("Éa", "Eb", "fa", "Zinc")


def test_without_a_firm_every_company_is_listed() -> None:
    clients, others = arranged(people.report(firm=None))

    assert clients == ()
    assert len(others) == 4


def test_every_connection_is_shown_exactly_once() -> None:
    whole = people.report()
    view = arrange(firm=whole.firm, clients=whole.clients, apps=whole.apps, connections=whole.connections)
    assert view.firm is not None
    shown: list[Connection] = [one for group in (view.firm, *view.clients, *view.others) for one in group.connections]

    assert sorted(one.id for one in shown) == sorted(one.id for one in whole.connections)
    assert sum(view.states.values()) == len(whole.connections)


def test_rows_without_a_number_are_grouped_by_name() -> None:
    rows = (
        people.connection(1, None, "time", company_name="A"),
        people.connection(2, None, "dext", company_name="A"),
        people.connection(3, None, "dext", company_name="B"),
    )
    view = arrange(firm=people.FIRM, clients=(), apps=people.APPS, connections=rows)

    assert [(group.name, len(group.connections)) for group in view.clients] == [("A", 2), ("B", 1)]


def test_what_is_disconnected_is_owned_by_nobody() -> None:
    whole = people.report()
    view = arrange(firm=whole.firm, clients=whole.clients, apps=whole.apps, connections=whole.connections)

    assert [(one.owner, one.total, one.by_app) for one in view.holdings] == [
        ("jean@durand.example", 3, (2, 1)),
        (None, 1, (1, 0)),
    ]


def test_one_person_under_two_spellings_is_one_owner() -> None:
    rows = tuple(
        people.connection(number, "9130350000000002", owner=Owner(email=email))
        for number, email in enumerate(["Jean@Durand.example", "jean@durand.example "])
    )
    view = arrange(firm=None, clients=(), apps=people.APPS, connections=rows)

    assert [one.total for one in view.holdings] == [2]


def test_the_counts_of_the_summary_are_those_of_the_connections() -> None:
    view = arrange(firm=None, clients=(), apps=people.APPS, connections=people.report().connections)

    assert view.states == {
        ConnectionState.CONNECTED: 2,
        ConnectionState.NEEDS_RECONNECT: 1,
        ConnectionState.PAUSED: 1,
        ConnectionState.DISCONNECTED: 1,
    }
    assert view.by_hand == 1


def test_the_firm_s_own_tasks_come_first() -> None:
    own = people.task(9)
    own = attrs.evolve(own, task=attrs.evolve(own.task, level=Level.FIRM, company_name="Zzz", realm_id="1"))

    assert [name for name, _, _ in by_company((people.task(1), own))] == ["Zzz", "Zinc & Fils"]


def bank(number: int, realm_id: str | None, **changes: object) -> Connection:
    """Return a bank connection that works, changed as asked."""
    return people.connection(number, realm_id, "bank-ca", **{"kind": Kind.BANK, "reach": Reach.HAND, **changes})


def test_who_consented_at_a_bank_has_it_beside_the_apps_and_a_draft_is_nobodys() -> None:
    rows = (
        people.connection(1, "9130350000000002"),
        bank(2, "9130350000000002"),
        bank(3, "9130350000000003", owner=Owner(email="marie@durand.example")),
        bank(4, "9130350000000001", owner=None, connected_at=None, state=ConnectionState.NEEDS_RECONNECT),
        bank(5, "9130350000000009", state=ConnectionState.DISCONNECTED),
    )

    view = arrange(firm=people.FIRM, clients=people.CLIENTS, apps=people.APPS, connections=rows)

    assert (view.owned_apps, view.banks) == (("dext",), 3)
    assert [(one.owner, one.by_app, one.banks, one.total) for one in view.holdings] == [
        ("jean@durand.example", (1,), 1, 2),
        ("marie@durand.example", (0,), 1, 1),
    ]
