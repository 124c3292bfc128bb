"""The pages agree with the code and with each other."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pages
import pytest

_LINK = re.compile(r"(?<!!)\[[^]]+\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", pages.ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_the_generated_tables_are_what_the_code_says(page: Path, generator: ModuleType) -> None:
    text = page.read_text(encoding="utf-8")
    assert generator.filled(text) == text, "run: make docs"


def test_every_generated_table_stands_on_a_page(generator: ModuleType) -> None:
    written = "".join(page.read_text(encoding="utf-8") for page in pages.PAGES)
    assert all(f"<!-- begin {name} -->" in written for name in generator.TABLES)


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}, target


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.named)
def test_what_a_page_calls_on_qb_exists(page: Path) -> None:
    from qbapps import QBApps  # noqa: PLC0415 - the pages are found without it

    called = set(re.findall(r"\bqb\.(\w+)", page.read_text(encoding="utf-8")))
    assert called <= set(dir(QBApps)) | {"db"}
