"""An audit in a notebook: it says everything, stays small, and leaves the notebook as it is."""

from __future__ import annotations

import re

import export_people as people
import export_sheets as sheets
import pytest
from export_page import Page

from qbapps.export import audit_notebook
from qbapps.language import words


def css(html: str) -> str:
    return re.sub(r"/\*.*?\*/", "", "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL)), flags=re.DOTALL)


def selectors(html: str) -> list[str]:
    """Return every selector of the style, those within media queries too."""
    heads = re.findall(r"([^{}]+)\{", css(html))
    return [one.strip() for head in heads for one in head.split(",") if head.strip()[0] != "@"]


@pytest.mark.parametrize("text", people.HOSTILE)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_text_of_a_user_becomes_markup(text: str, lang: str) -> None:
    calm, attacked = (Page(audit_notebook.html(sheets.sheet(12, lang, text=one))) for one in ("x", text))

    assert [tag for tag in attacked.tags if tag != "wbr"] == [tag for tag in calm.tags if tag != "wbr"]
    assert [name for name, _ in attacked.attributes] == [name for name, _ in calm.attributes]
    assert text in attacked.text


def test_it_needs_nothing_from_outside() -> None:
    html = audit_notebook.html(sheets.sheet())
    page = Page(html)

    assert not {"link", "img", "iframe", "object", "meta"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert "http" not in html
    assert not re.search(r"url\(|@import", html)


def test_its_style_is_for_itself_only() -> None:
    found = selectors(audit_notebook.html(sheets.sheet()))

    assert len(found) > 30
    assert [one for one in found if ".qbapps-audit" not in one] == []


def test_two_outputs_do_not_collide() -> None:
    page = Page(audit_notebook.html(sheets.sheet()))

    assert "id" not in {name for name, _ in page.attributes}


@pytest.mark.parametrize(
    "dark",
    [
        "@media (prefers-color-scheme: dark) { .qbapps-audit {",
        '[data-jp-theme-light="false"] .qbapps-audit',
        ".vscode-dark .qbapps-audit",
        'html[theme="dark"] .qbapps-audit',
    ],
)
def test_it_is_dark_where_the_notebook_is(dark: str) -> None:
    style = css(audit_notebook.html(sheets.sheet()))

    assert "--qa-card:#181f27" in style[style.index(dark) :].split("}")[0]


def test_a_light_notebook_stays_light_on_a_dark_system() -> None:
    style = css(audit_notebook.html(sheets.sheet()))
    light = style.index('[data-jp-theme-light="true"] .qbapps-audit')

    assert light > style.index("prefers-color-scheme: dark")
    assert "--qa-card:#ffffff" in style[light:].split("}")[0]


def test_a_severity_is_a_sign_and_a_word_not_a_colour_only() -> None:
    page = Page(audit_notebook.html(sheets.sheet()))

    assert {"▲ High", "■ Medium", "● Low"} <= set(re.findall(r"[▲■●] \w+", page.text))


def test_without_its_script_it_reads_as_well() -> None:
    html = re.sub(r"<script>.*?</script>", "", audit_notebook.html(sheets.sheet()), flags=re.DOTALL)
    page = Page(html)

    assert "button" not in page.tags
    assert "Severity" in page.text
    assert "What needs_reconnect says." in page.text
    assert "Do what needs_reconnect asks." in page.text


def test_of_many_findings_the_gravest_are_shown_and_the_rest_is_counted() -> None:
    many = sheets.sheet(5_000)
    html = audit_notebook.html(many)

    assert html.count("<tr>") == audit_notebook.FINDINGS + 1
    assert set(re.findall(r'data-key="(\d)"', html)) == {"0"}
    assert f"The gravest 200 of {many.findings.height:,} findings." in html
    assert len(html.encode()) < 300_000


def test_long_names_do_not_make_it_large() -> None:
    html = audit_notebook.html(sheets.sheet(400, text="<é>" * 5_000))
    rows = html.count("<tr>") - 1

    assert len(html.encode()) < 300_000
    assert 0 < rows < audit_notebook.FINDINGS
    assert f"The gravest {rows} of" in html


def test_few_findings_are_all_there() -> None:
    few = sheets.sheet(24)
    page = Page(audit_notebook.html(few))

    assert page.tags.count("tr") == few.findings.height + 1
    assert f"{few.findings.height} findings." in page.text


def test_it_says_when_there_is_nothing() -> None:
    calm, empty = Page(audit_notebook.html(sheets.sheet(found=False))), Page(audit_notebook.html(sheets.sheet(0)))

    assert "Nothing was found that needs anybody." in calm.text
    assert "There is no connection yet." in empty.text
    assert "table" not in {*calm.tags, *empty.tags}


def test_it_speaks_french() -> None:
    many = sheets.sheet(3_000, "fr")
    html = audit_notebook.html(many)
    page = Page(html)

    assert '<div class="qbapps-audit" lang="fr">' in html
    assert f" sur {words('fr').number(many.findings.height)}." in html
    for text in (
        "à risque",
        "Gravité",
        "▲ Élevée",
        "À reconnecter",
        "Situation au 22 novembre 2026",
    ):
        assert text in page.text


def test_a_rule_of_the_user_s_own_keeps_its_name() -> None:
    given = sheets.sheet(3)
    row = given.connections.row(0, named=True)
    own = sheets.of(given.connections, [sheets.finding("my rule", "low", row)])

    assert "my rule" in Page(audit_notebook.html(own)).text
