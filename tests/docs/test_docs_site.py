"""The pages make a site, with no network and no warning; everything is two clicks away and no link is broken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pages
import pytest

import qbapps

OWN = {"genindex.html", "search.html"}
"""Pages that no page of ours stands for."""


class Page(HTMLParser):
    """What a page links to, what it loads, and what can be linked to on it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.anchors |= {value for name, value in attrs if name in {"id", "name"} and value}
        if tag == "a" and said.get("href"):
            self.links.append(str(said["href"]))
        elif tag in {"script", "img", "link", "iframe", "source"}:
            self.loaded += [str(said[name]) for name in ("src", "href") if said.get(name)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a site built from the pages; a warning fails it."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(place / "doctrees")]
    built = subprocess.run(
        [*command, str(pages.DOCS), str(place / "html")], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return place / "html"


@pytest.fixture(scope="module")
def parsed(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}


def targets(name: str, page: Page) -> Iterator[tuple[str, str]]:
    """Yield the page and the anchor of each link that stays in the site."""
    for link in page.links:
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc:
            there = (Path("/") / Path(name).parent / unquote(parts.path)).resolve() if parts.path else Path("/") / name
            yield there.relative_to("/").as_posix(), unquote(parts.fragment)


def test_no_link_of_the_site_is_broken(site: Path, parsed: dict[str, Page]) -> None:
    broken = [
        f"{name}: {there}#{anchor}"
        for name, page in parsed.items()
        for there, anchor in targets(name, page)
        if not (site / there).exists() or (anchor and there in parsed and anchor not in parsed[there].anchors)
    ]
    assert broken == []


def test_every_page_is_within_two_clicks_of_the_index(parsed: dict[str, Page]) -> None:
    one = {there for there, _ in targets("index.html", parsed["index.html"])}
    two = {there for name in one & set(parsed) for there, _ in targets(name, parsed[name])}
    assert set(parsed) - one - two - OWN == set()
    assert len(parsed) > 20


def test_nothing_is_loaded_from_elsewhere(site: Path, parsed: dict[str, Page]) -> None:
    assert [link for page in parsed.values() for link in page.loaded if urlsplit(link).netloc] == []
    styles = [style.read_text(encoding="utf-8") for style in site.rglob("*.css")]
    assert not any("url(http" in style or "url(//" in style or "@import" in style for style in styles)


def test_every_public_name_has_a_place_that_can_be_linked_to(parsed: dict[str, Page]) -> None:
    methods = [name for name in dir(qbapps.QBApps) if not name.startswith("_")]
    names = {f"qbapps.{name}" for name in qbapps.__all__} | {f"qbapps.QBApps.{name}" for name in methods}
    assert names - {anchor for page in parsed.values() for anchor in page.anchors} == set()
