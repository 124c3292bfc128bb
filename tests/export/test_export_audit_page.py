"""An audit as a page: the whole story, in both languages, and nothing in it needs a network."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import export_people as people
import export_sheets as sheets
import polars as pl
import pytest
from export_page import Page

from qbapps.export import audit_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def rows_of(html: str) -> list[str]:
    """Return the rows of the table of connections."""
    return re.findall(r"<tr data-state=.*?</tr>", html, re.DOTALL)


@pytest.fixture(scope="module")
def usual() -> str:
    return audit_page.html(sheets.sheet(60))


@pytest.fixture(scope="module")
def calmly() -> Page:
    return Page(audit_page.html(sheets.sheet(12, text="x")))


@pytest.mark.parametrize("text", people.HOSTILE)
def test_no_text_of_a_user_becomes_markup(calmly: Page, text: str) -> None:
    calm, attacked = calmly, Page(audit_page.html(sheets.sheet(12, text=text)))

    assert [tag for tag in attacked.tags if tag != "wbr"] == [tag for tag in calm.tags if tag != "wbr"]
    assert {name for name, _ in attacked.attributes} == {name for name, _ in calm.attributes}
    assert text in attacked.text


def test_it_needs_nothing_from_outside(usual: str) -> None:
    page = Page(usual)

    assert not {"link", "img", "image", "iframe", "object", "use"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "srcset", "action"} or name.startswith("on")]
    assert all(value.startswith("#") for name, value in page.attributes if name.endswith("href") and value)
    assert not re.search(r"https?:|@import|url\((?!#)", usual)


def test_a_browser_runs_its_own_script_and_no_other(usual: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", usual, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()

    assert len(scripts) == usual.count("<script") == 1
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'\"" in usual


def test_every_rule_says_what_how_many_and_which_plan(usual: str) -> None:
    text = Page(usual).text

    assert re.search(r"To reconnect ?6 findings", text)
    assert re.search("What needs_reconnect says. ?and 5 more ?Do what needs_reconnect asks.", text)
    assert "qbapps plan transfer --to WHOM" in text
    assert text.index("The owner has left") < text.index("One person owns many") < text.index("Never confirmed")


def test_a_rule_that_asks_for_much_is_cut_and_says_so() -> None:
    given = sheets.sheet(60)
    rows = given.connections.rows(named=True)
    each = [sheets.finding("unused", "medium", row, do=f"Ask about {row['id']}.") for row in rows]
    text = Page(audit_page.html(sheets.of(given.connections, each))).text

    assert text.count("Ask about con_") == audit_page.ADVICE
    assert f"{60 - audit_page.ADVICE} more findings of this rule" in text


def test_every_connection_has_a_row(usual: str) -> None:
    rows = rows_of(usual)

    assert len(rows) == 60
    assert "École n° 0" in rows[0]
    assert "2026-11-22" in "".join(rows)
    assert {"high", "medium", "low", ""} == set(re.findall(r'data-worst="(\w*)"', usual))


def test_of_too_many_connections_the_gravest_have_rows_and_all_are_counted() -> None:
    many = sheets.sheet(audit_page.CONNECTIONS + 1)
    about = set(many.findings["connection_id"].drop_nulls())
    html = audit_page.html(many)
    shown = re.findall(r'<tr data-state="\w+" data-worst="(\w*)"', html)

    assert len(shown) == audit_page.CONNECTIONS
    assert shown.count("") == len(set(many.connections["id"]) - about) - 1
    assert "The 5,000 with the gravest findings of 5,001." in html
    assert len(html.encode()) < 3_500_000


def test_a_bank_is_shown_as_one_and_with_the_last_day_of_its_consent() -> None:
    html = audit_page.html(sheets.with_banks(sheets.sheet(24), (30, None)))
    app, first, withdrawn = rows_of(html)[:3]
    seen = Page(html).text

    assert "<bdi>Crédit Agricole</bdi>" in first
    assert ">Bank</span>" in first
    assert "<td>2026-12-22</td></tr>" in first
    assert withdrawn.rstrip().endswith("<td></td></tr>"), "it is good for no day more"
    assert ">Bank</span>" not in app
    assert "<dt>bank connections</dt><dd>2</dd>" in html
    for text in ("Apps and banks", "App or bank", "Nobody can take over a bank's consent"):
        assert text in seen


def test_a_page_without_banks_does_not_speak_of_them(usual: str) -> None:
    assert "ank" not in re.sub(r"(?s)<style.*?</style>|<script.*?</script>", "", usual)


def test_the_three_plots_are_in_the_page_and_take_its_colours(usual: str) -> None:
    drawn = re.findall(r"<svg.*?</svg>", usual, re.DOTALL)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]*)"', "".join(drawn)))
    ids = re.findall(r'\bid="([^"]*)"', usual)

    assert len(drawn) == 3
    assert all("aria-label" in one for one in drawn)
    assert {one for one in colours if not one.startswith("var(--")} <= {"none", "transparent"}
    assert len(ids) == len(set(ids))
    for name in {found for one in colours for found in re.findall(r"--[\w-]+", one)}:
        assert f"{name}: " in usual


def test_it_is_dark_on_a_dark_system_and_light_on_paper(usual: str) -> None:
    style = usual[usual.index("<style>") : usual.index("</style>")]
    dark, paper = style.rindex("prefers-color-scheme: dark"), style.rindex("@media print")

    assert "--high: #ffb595" in style[dark:paper]
    assert "--high: #9c2f00" in style[paper:]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", ["Que faire", "Qui gère quoi", "Échéances", "à risque", "Élevée", "× parti"]),
        ("en", ["What to do", "Who owns what", "What ends when", "at risk", "High", "× left"]),
    ],
)
def test_it_speaks_the_reader_s_language(lang: str, expected: list[str]) -> None:
    html = audit_page.html(sheets.sheet(60, lang))

    assert f'<html lang="{lang}">' in html
    assert "<title>Audit – Cabinet Durand</title>" in html
    for text in expected:
        assert text in html


@pytest.mark.parametrize("connections", [0, 1])
def test_with_little_to_show_it_says_so(connections: int) -> None:
    text = Page(audit_page.html(sheets.sheet(connections, found=False))).text

    assert ("There is no connection yet." in text) == (connections == 0)
    assert ("Nothing was found that needs anybody." in text) == (connections == 1)
    assert ("There is nothing to show." in text) == (connections == 0)


def test_it_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "audit.html"
    path.write_text("earlier")

    assert audit_page.write(path, sheets.sheet(5)) == path
    assert path.read_text("utf-8") == audit_page.html(sheets.sheet(5))
    assert [one.name for one in tmp_path.iterdir()] == ["audit.html"]


@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
def test_a_browser_sorts_and_filters(tmp_path: Path) -> None:
    given = sheets.changed(sheets.sheet(30), app_name=pl.format("App {}", pl.col("grant") * 0 + pl.row_index() % 12))
    html = audit_page.html(given)
    press = (
        "var t=document.querySelector('table.all'),b=t.tHead.querySelectorAll('button')[0];b.click();b.click();"
        "var f=document.querySelector('form');f.querySelector('select').value='paused';"
        "f.dispatchEvent(new Event('input'));"
    )
    allowed = base64.b64encode(hashlib.sha256(press.encode()).digest()).decode()
    path = tmp_path / "audit.html"
    pressed = html.replace("</body>", f"<script>{press}</script></body>")
    path.write_text(pressed.replace("script-src ", f"script-src 'sha256-{allowed}' "), "utf-8")
    seen = subprocess.run(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'browser'}"),
            *("--virtual-time-budget=2000", "--dump-dom", path.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    rows = rows_of(seen)
    apps = [int(found[1]) for found in (re.search(r"<bdi>App (\d+)", row) for row in rows) if found]

    assert '<th scope="col" aria-sort="descending"><button type="button">App</button></th>' in seen
    assert apps == sorted(apps, reverse=True)
    assert [" hidden" not in row.split(">")[0] for row in rows] == ['data-state="paused"' in row for row in rows]
    assert "3 of 30 shown" in seen
