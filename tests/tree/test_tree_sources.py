"""What every file of the package keeps to."""

from __future__ import annotations

import ast
import re

import pytest
from tree_sources import NAMES, text, tree, within

# Where a secret's value is needed. Adding a line here is a decision.
REVEALS = (
    "intuit/",  # into requests to Intuit
    "vault.py",  # to seal it
    "config.py",  # a new key into its file
    "cli/keys.py",  # `key new` prints a key
    "cli/listing.py",  # `token --reveal` prints a token
    "cli/desktop_connect.py",  # `desktop connect` and `desktop password` print a connector's password, once
    "desktop/passwords.py",  # to hash it
)

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "core", "misc"}


def test_there_is_a_package_to_look_at() -> None:
    assert {"values.py", "domain/tokens.py", "intuit/oauth.py"} <= set(NAMES)
    assert len(NAMES) > 80


@pytest.mark.parametrize("name", NAMES)
def test_no_file_is_longer_than_400_lines(name: str) -> None:
    assert text(name).count("\n") <= 400


def test_most_files_are_under_250_lines() -> None:
    long = [name for name in NAMES if text(name).count("\n") >= 250]

    assert len(long) <= len(NAMES) / 12, long


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_named_after_what_is_in_it(name: str) -> None:
    assert not FORBIDDEN & set(name.removesuffix(".py").split("/"))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(tree(name)) or not text(name).strip()


@pytest.mark.parametrize("name", [name for name in NAMES if not within(name, "simulator/")])
def test_a_secret_is_revealed_only_where_it_is_needed(name: str) -> None:
    sites = [node.lineno for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute) and node.attr == "reveal"]

    assert within(name, *REVEALS) or not sites, f"{name} reveals a secret in line {sites}"


def test_every_place_that_may_reveal_a_secret_does() -> None:
    revealing = [name for name in NAMES if ".reveal()" in text(name)]

    assert [place for place in REVEALS if not any(within(name, place) for name in revealing)] == []


def test_no_other_module_reaches_into_a_secret() -> None:
    reaching = re.compile(r"\b\w*(?:token|secret|key|state|value)\w*\._value\b")

    assert [name for name in NAMES if name != "values.py" and reaching.search(text(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_to_do_has_an_issue(name: str) -> None:
    marks = [line.strip() for line in text(name).splitlines() if re.search(r"#.*\b(TODO|FIXME|XXX|HACK)\b", line)]

    assert [mark for mark in marks if not re.search(r"#\d+|https?://", mark)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_public_function_and_class_is_documented(name: str) -> None:
    if within(name, "simulator/", "store/migrations/", "cli/", "demo/"):
        return
    missing = [
        node.name
        for node in tree(name).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert missing == []
