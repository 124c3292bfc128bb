"""Worklists from Python: in the order in which people read, and as files."""

from __future__ import annotations

from pathlib import Path

import pytest
from lifecycle_house import BAKERY, GARAGE, JEAN, House
from lifecycle_inventory import inventory

from qbapps import ConfigurationError, NotFoundError


@pytest.fixture
def firm(house: House) -> House:
    house.qb.add_firm("durand", name="Cabinet Durand")
    rows = [
        f"Client;{name};{realm};{app};{JEAN}"
        for name, realm in (("Étoile", GARAGE), ("Boulangerie", BAKERY))
        for app in ("Zapier", "A2X")
    ]
    for connection in house.qb.import_inventory(inventory(*rows), firm="durand").taken:
        house.qb.disconnect(connection.id)
    return house


def test_a_worklist_is_in_order_of_company_and_app(firm: House) -> None:
    tasks = firm.qb.worklist(firm="durand")

    assert [(task.company_name, task.app_name) for task in tasks] == [
        ("Boulangerie", "A2X"),
        ("Boulangerie", "Zapier"),
        ("Étoile", "A2X"),
        ("Étoile", "Zapier"),
    ]


def test_a_worklist_is_written_as_a_page_and_as_a_sheet_that_is_taken_back(firm: House, tmp_path: Path) -> None:
    page = firm.qb.write_worklist(tmp_path / "todo.html", firm="durand", lang="fr")
    sheet = firm.qb.write_worklist(tmp_path / "todo.csv", lang="en")

    assert page.read_text(encoding="utf-8").count("A2X") >= 2
    assert 'lang="fr"' in page.read_text(encoding="utf-8")
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 5
    assert firm.qb.import_worklist(sheet, by=JEAN).confirmed == (), "nothing is ticked yet"


def test_a_name_that_says_no_form_is_refused(firm: House, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be written as todo\.txt"):
        firm.qb.write_worklist(tmp_path / "todo.txt")
    with pytest.raises(NotFoundError):
        firm.qb.write_worklist(tmp_path / "todo.csv", firm="nobody")


def test_what_a_list_names_without_a_number_is_in_its_firms_lists(house: House) -> None:
    for firm_id in ("durand", "blanc"):
        house.qb.add_firm(firm_id, name=firm_id.title())
    (kept,) = house.qb.import_inventory(inventory(f"Client;Café Léo;;Zapier;{JEAN}"), firm="durand").taken

    assert [one.id for one in house.qb.connections(firm="durand")] == [kept.id]
    assert list(house.qb.connections(firm="blanc")) == []
    assert list(house.qb.connections(firm="durand", level="firm")) == []
    assert house.qb.audit(firm="durand").to_polars()["level"].to_list() == ["company"]
    assert len(house.qb.plan_disconnect(firm="durand").by_hand) == 1
