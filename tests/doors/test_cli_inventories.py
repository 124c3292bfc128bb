"""A firm's workbook through the command line, in French."""

from __future__ import annotations

from datetime import date

from cli_people import CLIENT_REALM, FIRM_REALM, JEAN, Terminal
from openpyxl import Workbook

HEADER = ("Niveau", "Société", "N° d'entreprise", "Application", "Propriétaire", "Connectée le", "Remarque")


def test_a_workbook_is_imported_and_what_was_left_out_is_said(terminal: Terminal) -> None:
    book = Workbook()
    book.active.title = "Clients"
    for cells in (
        ("Inventaire du cabinet Durand",),
        HEADER,
        ("Client", "Boulangerie Martin", CLIENT_REALM, "PayFit", JEAN, date(2023, 3, 1), "à revoir"),
        ("Client", "Boulangerie Martin", int(CLIENT_REALM), "Dext", JEAN, date(2023, 3, 1), ""),
    ):
        book.active.append(cells)
    book.create_sheet("Anciens")
    book.save(terminal.folder / "inventaire.xlsx")
    assert terminal.run("firm", "add", "durand", "--name", "Cabinet Durand", "--realm", FIRM_REALM).code == 0

    first = terminal.run("--json", "import", "inventaire.xlsx", "--firm", "durand")
    again = terminal.run("import", "inventaire.xlsx", "--firm", "durand", QBAPPS_LANG="fr")

    assert first.code == 3, "a refused row leaves something to do"
    (taken,) = first.document["taken"]
    assert (taken["company_name"], taken["realm_id"], taken["app_id"]) == ("Boulangerie Martin", CLIENT_REALM, "payfit")
    assert taken["connected_at"].startswith("2023-03-01")
    (refused,) = first.document["refused"]
    assert (refused["line"], refused["column"]) == (4, "N° d'entreprise")
    assert len(first.document["notes"]) == 3
    said = " ".join(again.out.split())
    assert "le tableur a abrégé ce numéro" in said
    assert "La feuille « Clients » a été lue. Non lues : Anciens." in said
    assert "Les en-têtes sont à la ligne 2 ; ce qui est au-dessus n’a pas été lu." in said
    assert "Des colonnes inconnues n’ont pas été lues : Remarque." in said


def test_a_file_that_cannot_be_read_says_what_it_is_and_how_to_save_it(terminal: Terminal) -> None:
    (terminal.folder / "inventaire.xls").write_text("<html><table></table></html>", encoding="utf-8")
    assert terminal.run("firm", "add", "durand", "--name", "Cabinet Durand").code == 0

    refused = terminal.run("import", "inventaire.xls", "--firm", "durand")

    assert refused.code not in (0, 1, 3)
    said = " ".join(refused.err.split())
    assert "The file is a web page (HTML)" in said
    assert "Excel Workbook (.xlsx)" in said


def test_what_an_app_is_for_is_recorded_and_a_list_that_says_otherwise_is_told(terminal: Terminal) -> None:
    assert terminal.run("firm", "add", "durand", "--name", "Cabinet Durand").code == 0
    added = terminal.run("--json", "app", "add", "payfit", "--name", "PayFit", "--category", "Paie")
    assert (added.code, added.document["category"]) == (0, "Paie")
    kept = terminal.run("--json", "app", "add", "payfit")
    assert (kept.code, kept.document["category"]) == (0, "Paie")
    (terminal.folder / "list.csv").write_text(
        "Level,Company,App,Category,Country\n"
        "Client,Martin,PayFit,Payroll,France\n"
        "Client,Garage,Dext,Receipts,fr\n"
        "Client,Spa,Dext,Receipts,Atlantis\n",
        encoding="utf-8",
    )

    imported = terminal.run("--lang", "fr", "import", "list.csv", "--firm", "durand")

    assert imported.code == 3
    said = " ".join(imported.out.split())
    assert "la liste classe l’appli dans" in said
    assert "pays inconnu" in said
    apps = {one["id"]: one["category"] for one in terminal.run("--json", "app", "list").lines}
    assert apps == {"payfit": "Paie", "dext": "Receipts"}
