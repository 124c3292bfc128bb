"""The report shows everything, in its place, in both languages, and nothing in it can run."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import export_people as people
import pytest
from export_page import Page

from qbapps.domain.parties import Owner
from qbapps.export.report import Report, render_report, write_report
from qbapps.export.worklist import render_worklist
from qbapps.language import Phrase


def hostile_report(text: str) -> Report:
    """Return a report in which every text a user can choose is *text*."""
    whole = people.report()
    return attrs.evolve(
        whole,
        firm=attrs.evolve(people.FIRM, name=text),
        apps=tuple(attrs.evolve(app, name=text, developer_contact=text) for app in people.APPS),
        clients=tuple(attrs.evolve(client, name=text) for client in people.CLIENTS),
        connections=tuple(
            attrs.evolve(
                one, company_name=text, owner=Owner(sub=text, email=text, name=text), cause=text, reference=text
            )
            for one in whole.connections
        ),
        transfers=(attrs.evolve(people.transfer(text), to=text),),
        disconnections=(attrs.evolve(people.disconnection(text), intuit_tid=text, id=text),),
        tasks=(people.task(1, name=text),),
        refused=(people.Refused(column=text, reason=text, value_shown=text),),
        repeated=(people.Repeated(differs=(text,)),),
    )


@pytest.mark.parametrize("text", people.HOSTILE)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_text_of_a_user_becomes_markup(text: str, lang: str) -> None:
    calm, attacked = Page(render_report(hostile_report("x"), lang)), Page(render_report(hostile_report(text), lang))

    assert [tag for tag in attacked.tags if tag != "wbr"] == [tag for tag in calm.tags if tag != "wbr"]
    assert [name for name, _ in attacked.attributes] == [name for name, _ in calm.attributes]
    assert text in attacked.text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_needs_nothing_from_outside_and_runs_nothing(lang: str) -> None:
    html = render_report(people.report(), lang)
    page = Page(html)

    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not [
        value for name, value in page.attributes if name in {"src", "srcset", "action"} or name.startswith("on")
    ]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href" and value)
    assert "url(" not in html
    assert "default-src 'none'" in html


def test_the_link_of_a_transfer_is_not_in_the_report() -> None:
    assert "s3cret" not in render_report(people.report(), "fr")


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", ["Applis du cabinet", "Applis clientes", "Qui gère quoi", "Reste à faire à la main", "À reconnecter"]),
        ("en", ["Firm's apps", "Clients' apps", "Who owns what", "Left to do by hand", "To reconnect"]),
    ],
)
def test_the_report_speaks_the_reader_s_language(lang: str, expected: list[str]) -> None:
    html = render_report(people.report(), lang)

    assert f'<html lang="{lang}">' in html
    for text in expected:
        assert text in Page(html).text


def test_the_report_shows_receipts_proofs_steps_and_refusals() -> None:
    text = Page(render_report(people.report(refused=(people.Refused(reason=Phrase("the app is missing")),)), "fr")).text

    for expected in (
        "dis_1",
        "1-657f",
        "Accès révoqué, puis refusé",
        "« Applis clientes »",
        "l’application manque",
    ):
        assert expected in text
    assert "1 tâche est déjà faite." in text
    assert "tsk_2" not in text


def test_every_link_of_the_menu_leads_somewhere() -> None:
    for whole in (people.report(), people.report(firm=None, refused=(), repeated=()), Report(generated_at=people.NOW)):
        page = Page(render_report(whole, "fr"))
        places = {value for name, value in page.attributes if name == "id"}

        assert {value[1:] for name, value in page.attributes if name == "href" and value} <= places


def test_ids_are_not_repeated_in_a_page() -> None:
    for html in (
        render_report(people.report(), "fr"),
        render_worklist((people.task(1), people.task(2)), "fr", generated_at=people.NOW),
    ):
        ids = [value for name, value in Page(html).attributes if name == "id"]

        assert len(ids) == len(set(ids))


def test_an_empty_report_is_a_page_too() -> None:
    text = Page(render_report(Report(generated_at=people.NOW), "en")).text

    assert "None." in text
    assert "Nothing." in text


def test_colours_never_carry_the_meaning_alone() -> None:
    html = render_report(people.report(), "en")
    pills = re.findall(r'<span class="pill ([a-z_]+)">([^<]*)</span>', html)

    assert {state for state, _ in pills} >= {"connected", "needs_reconnect", "paused", "disconnected", "completed"}
    assert all(text.strip() for _, text in pills)


def test_every_state_that_can_be_shown_has_a_style_or_the_plain_one() -> None:
    html = render_report(people.report(), "en")

    for state in ("connected", "needs_reconnect", "paused", "unproven", "awaiting_hand", "refused_after_revoke"):
        assert f".pill.{state}::before" in html


def test_the_page_is_written_in_utf_8(tmp_path: Path) -> None:
    report = write_report(tmp_path / "a.html", people.report(), "fr")

    assert "École de danse" in report.read_text(encoding="utf-8")
