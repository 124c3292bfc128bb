"""The pages agree with the code and with each other."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import click
import pages
import pytest

import qbapps
from qbapps.cli.program import cli


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return pages.generating("generate")


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_the_generated_tables_are_what_the_code_says(page: Path, generator: ModuleType) -> None:
    text = page.read_text(encoding="utf-8")
    assert generator.filled(text) == text, "run: make docs"


def test_the_pictures_are_what_the_code_says(generator: ModuleType) -> None:
    for name, draw in generator.PICTURES.items():
        assert (pages.DOCS / name).read_text(encoding="utf-8") == draw(), "run: make docs"


def test_every_generated_table_stands_on_a_page(generator: ModuleType) -> None:
    written = "".join(page.read_text(encoding="utf-8") for page in pages.PAGES)
    assert all(f"<!-- begin {name} -->" in written for name in generator.TABLES)


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in pages.links(page):
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        assert not anchor or anchor in pages.headings(there), target


def test_the_index_leads_to_every_page() -> None:
    listed = {(pages.DOCS / target).resolve() for target in pages.links(pages.DOCS / "index.md")}
    assert {*pages.DOCS.rglob("*.md")} - listed == {pages.DOCS / "index.md"}


@pytest.mark.parametrize("page", [page for page in pages.PAGES if page.parent != pages.ROOT], ids=pages.named)
def test_a_page_says_first_whom_it_is_for(page: Path) -> None:
    title, _, first = page.read_text(encoding="utf-8").split("\n", 2)
    assert title.startswith("# ")
    assert page.name == "index.md" or first.startswith("For ")


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_what_a_page_calls_on_qb_exists(page: Path) -> None:
    called = set(re.findall(r"\bqb\.(\w+)", page.read_text(encoding="utf-8")))
    assert called <= set(dir(qbapps.QBApps)) | {"db"}


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_the_commands_of_a_page_exist_with_their_options(page: Path) -> None:
    for typed in pages.commands(page):
        check_command(typed.split())


def check_command(words: list[str]) -> None:
    """Fail unless there is a command of these words, and it has the options among them."""
    command: click.Command = cli
    while words and words[0].startswith("--"):
        words = words[1:]
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    assert command is not cli or words[-1:] == ["COMMAND"], words
    if isinstance(command, click.Group) and (usual := next((c for c in command.commands.values() if c.hidden), None)):
        command = usual
    options = {name for one in (*command.params, *cli.params) for name in (*one.opts, *one.secondary_opts)}
    typed = {word.split("=")[0] for word in words if word.startswith("--")}
    assert typed <= options | {"--help"}, f"{command.name}: {typed - options}"
