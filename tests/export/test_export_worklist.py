"""The worklist is a page to print: a box for each step, and a line to sign."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import attrs
import export_people as people
import pytest
from export_page import Page

from qbapps.domain.tasks import TaskState
from qbapps.export.worklist import render_worklist, write_worklist


@pytest.mark.parametrize("text", people.HOSTILE)
def test_no_text_of_a_user_becomes_markup_in_the_worklist(text: str) -> None:
    def page(name: str) -> Page:
        tasks = (people.task(1, name=name),)
        firm = attrs.evolve(people.FIRM, name=name)
        return Page(render_worklist(tasks, "fr", generated_at=people.NOW, firm=firm))

    assert page(text).tags == page("x").tags
    assert [name for name, _ in page(text).attributes] == [name for name, _ in page("x").attributes]
    assert text in page(text).text


def test_the_worklist_has_a_box_for_every_step_and_a_line_to_sign() -> None:
    made = people.task(1)
    page = Page(render_worklist((made, people.task(2, state=TaskState.DONE)), "fr", generated_at=people.NOW))

    assert page.tags.count("input") == len(made.steps)
    assert "Fait le" in page.text
    assert "1 tâche à faire. 1 tâche est déjà faite." in page.text


def test_the_worklist_says_how_old_its_oldest_labels_are() -> None:
    dated = (
        attrs.evolve(people.task(1), valid_as_of=date(2025, 1, 1)),
        attrs.evolve(people.task(2), valid_as_of=date(2024, 2, 12)),
    )

    assert "ceux du 12 février 2024" in Page(render_worklist(dated, "fr", generated_at=people.NOW)).text


def test_a_long_worklist_begins_with_links_to_each_company() -> None:
    made = [people.task(number, name=f"Société {number}") for number in range(5)]
    tasks = tuple(attrs.evolve(one, task=attrs.evolve(one.task, realm_id=str(n))) for n, one in enumerate(made))
    page = Page(render_worklist(tasks, "fr", generated_at=people.NOW))
    ids = {value for name, value in page.attributes if name == "id"}
    links = [value[1:] for name, value in page.attributes if name == "href" and value]

    assert len(links) == 5
    assert set(links) <= ids


def test_the_page_is_written_in_utf_8(tmp_path: Path) -> None:
    worklist = write_worklist(tmp_path / "b.html", (people.task(1),), "fr", generated_at=people.NOW)

    assert "À faire" in worklist.read_text(encoding="utf-8")
