"""Receipts in one file: an index, a page for each, in both languages, however many there are."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import attrs
import export_people as people
import pytest
from export_page import Page

from qbapps.domain.disconnection import DisconnectionState, Proof
from qbapps.domain.tasks import TaskState
from qbapps.export.receipt import Receipt
from qbapps.export.receipts import write_receipts
from qbapps.guides.handovers import transfer_notice
from qbapps.guides.notices import notice

APP = attrs.evolve(people.APPS[1], developer_contact="privacy@time.example")


def ended(number: int = 1, name: str = "École de danse", lang: str = "fr") -> Receipt:
    record = attrs.evolve(people.disconnection(name), id=f"dis_{number}", by="Sophie", comment="Fin du service")
    told = notice(record, APP, lang, people.NOW)
    return Receipt(record=record, app=APP, text=told.text, letter=told.letter)


def passed(name: str = "École de danse", lang: str = "fr") -> Receipt:
    record = attrs.evolve(people.transfer(name), by="Sophie", from_owner="jean@durand.example")
    told = transfer_notice(record, APP, lang, people.NOW)
    return Receipt(record=record, app=APP, text=told.text, letter=told.letter)


def page(tmp_path: Path, *receipts: Receipt, lang: str = "fr") -> Page:
    path = write_receipts(tmp_path / "receipts.html", receipts, lang, generated_at=people.NOW)
    return Page(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "fr",
            ["Reçus", "Reçu n°\u00a01", "Déconnexion", "Transfert", "Lettre à l’éditeur", "Accès révoqué, puis refusé"],
        ),
        ("en", ["Receipts", "Receipt no. 1", "Disconnection", "Transfer", "Letter to the app's developer", "Revoked"]),
    ],
)
def test_a_receipt_says_what_when_who_and_what_is_proven(tmp_path: Path, lang: str, expected: list[str]) -> None:
    text = page(tmp_path, ended(lang=lang), passed(lang=lang), lang=lang).text.replace("\u00a0", " ")

    for one in expected:
        assert one.replace("\u00a0", " ") in text
    for one in ("dis_1", "trf_1", "1-657f", "Sophie", "jean@durand.example", "marie@durand.example", "privacy@time"):
        assert one in text


def test_the_index_leads_to_each_receipt(tmp_path: Path) -> None:
    made = page(tmp_path, ended(1), ended(2), passed())
    ids = [value for name, value in made.attributes if name == "id"]
    links = [value for name, value in made.attributes if name == "href"]

    assert [value for value in links if value != "#index"] == ["#dis_1", "#dis_2", "#trf_1"]
    assert set(ids) == {"index", "dis_1", "dis_2", "trf_1"}
    assert made.tags.count("article") == 3


def test_what_a_person_stated_is_not_called_a_proof_of_intuit(tmp_path: Path) -> None:
    record = attrs.evolve(
        people.disconnection("Zinc"), state=DisconnectionState.DONE, proof=Proof.NONE, intuit_tid=None
    )
    task = attrs.evolve(people.task(1).task, state=TaskState.DONE, confirmed_by="Sophie", ended_at=people.NOW)
    told = notice(record, APP, "fr", people.NOW, task=task)
    text = page(tmp_path, Receipt(record=record, app=APP, task=task, text=told.text, letter=told.letter)).text

    assert "Attesté par une personne" in text
    assert "Sophie atteste que l’appli a été déconnectée" in text
    assert "Aucune preuve" not in text


@pytest.mark.parametrize("text", people.HOSTILE)
def test_no_text_of_a_user_becomes_markup_in_a_receipt(tmp_path: Path, text: str) -> None:
    def made(name: str) -> Page:
        record = attrs.evolve(people.disconnection(name), by=name, owner=name, intuit_tid=name)
        app = attrs.evolve(APP, name=name, developer_contact=name)
        told = notice(record, app, "fr", people.NOW)
        return page(tmp_path, Receipt(record=record, app=app, text=told.text, letter=told.letter))

    calm, attacked = made("x"), made(text)

    assert attacked.tags == calm.tags
    assert [name for name, _ in attacked.attributes] == [name for name, _ in calm.attributes]


def test_the_page_needs_nothing_from_outside_and_a_transfer_s_link_is_not_in_it(tmp_path: Path) -> None:
    path = write_receipts(tmp_path / "r.html", (ended(), passed()), "fr", generated_at=people.NOW)
    html = path.read_text(encoding="utf-8")

    assert "s3cret" not in html
    assert "url(" not in html
    assert not {"script", "img", "link", "iframe"} & set(Page(html).tags)


def test_a_failure_midway_leaves_the_file_as_it_was_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "receipts.html"
    path.write_text("before")

    def failing() -> Iterator[Receipt]:
        yield ended()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_receipts(path, failing(), "fr", generated_at=people.NOW)

    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["receipts.html"]


def test_many_receipts_are_never_held_together(tmp_path: Path) -> None:
    one = ended()
    write_receipts(tmp_path / "few.html", (one,), "fr", generated_at=people.NOW)
    tracemalloc.start()
    try:
        made = write_receipts(tmp_path / "many.html", (one for _ in range(600)), "fr", generated_at=people.NOW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < made.stat().st_size, "as text in memory they would take twice the bytes of the file"
