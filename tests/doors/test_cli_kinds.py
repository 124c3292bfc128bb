"""Connections to QuickBooks Desktop beside the others on the command line: lists and plans."""

from __future__ import annotations

import pytest
from cli_people import FIRM_REALM, Terminal

import qbapps

LIST = """\
Niveau;Société;N° d'entreprise;Application;Propriétaire
Client;Boulangerie Martin;9130350000000100;Dext;jean@x.example
"""


@pytest.fixture
def kept(terminal: Terminal) -> Terminal:
    """A firm with two connections to QuickBooks Desktop and one that is kept by hand."""
    inventory = terminal.folder / "list.csv"
    inventory.write_text(LIST, encoding="cp1252")
    with qbapps.open(terminal.environ["QBAPPS_STORE"], key=terminal.key) as qb:
        qb.add_firm("durand", name="Cabinet Durand", realm_id=FIRM_REALM)
        qb.import_inventory(inventory, firm="durand")
        qb.desktop.register_app(
            "time",
            name="QuickBooks Time",
            base_url="https://apps.example/qbwc",
            support_url="https://apps.example/support",
            description="Hours of work",
        )
        qb.desktop.connect("time", company="Menuiserie Petit", firm="durand")
        qb.desktop.connect("time", company="Cabinet Durand", firm="durand", level="firm")
    return terminal


def test_a_list_shows_what_is_of_desktop_within_eighty_columns(kept: Terminal) -> None:
    told = kept.run("list", "--firm", "durand", COLUMNS="80")

    own, clients = told.out.split("Clients' apps")
    (row,) = (line for line in own.splitlines() if "QuickBooks Time" in line)
    assert row.split() == ["QuickBooks", "Time", "Desktop", "Being", "set", "up", row.split()[-1]]
    assert "Menuiserie Petit" in clients
    assert all(len(line.rstrip()) <= 80 for line in told.out.splitlines())
    assert "3 connections (1 connected, 2 being set up)" in told.out
    assert told.out.count(" *") == 1, "a connector is no row that is kept by hand"


def test_a_list_can_be_of_one_kind(kept: Terminal) -> None:
    assert [line["kind"] for line in kept.run("--json", "list", "--kind", "desktop").lines] == ["desktop"] * 2
    assert [line["app_id"] for line in kept.run("--json", "list", "--kind", "online").lines] == ["dext"]
    assert kept.run("list", "--kind", "bank").code == 4


def test_a_plan_says_what_becomes_of_them(kept: Terminal) -> None:
    made = kept.run("plan", "disconnect", "--firm", "durand", "-o", "plan.json", COLUMNS="200")

    assert "1 connection is done by hand in QuickBooks, by the firm's primary admin only." in made.out
    assert "2 connections to QuickBooks Desktop are denied here at once, and removed by hand" in made.out
    assert "jean@x.example (1)" in made.out
    assert "not known" not in made.out

    applied = kept.run("apply", "plan.json", "--yes", COLUMNS="200")

    assert applied.code == 3
    assert kept.run("worklist", "--firm", "durand").out.count("Web Connector") >= 2
    assert [line["state"] for line in kept.run("--json", "list", "--kind", "desktop").lines] == ["disconnected"] * 2
