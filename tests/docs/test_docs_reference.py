"""What the reference says of names, events and settings is what the code has."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pages
import pytest
import writers

import qbapps
from qbapps.domain.events import EventKind

api = pages.generating("tables.api")
events = pages.generating("tables.events")
settings = pages.generating("tables.settings")

DOCUMENTED = {name for section in api.SECTIONS.values() for name in section}


def written_keys(kind: EventKind) -> set[str]:
    return set(events.MEANINGS[kind][1].split())


@pytest.mark.parametrize("name", qbapps.__all__)
def test_every_public_name_is_in_the_reference(name: str) -> None:
    assert f"qbapps.{name}" in DOCUMENTED


def test_every_method_is_in_the_reference_once() -> None:
    public = {name for name, one in inspect.getmembers(qbapps.QBApps) if name[0] != "_" and _is_public(one)}
    listed = [name.rpartition(".")[2] for name in DOCUMENTED if name.startswith("qbapps.QBApps.")]
    assert sorted(listed) == sorted(public)


def _is_public(one: object) -> bool:
    return inspect.isfunction(one) or isinstance(one, property)


def test_every_subject_of_the_facade_has_a_section_of_its_page() -> None:
    page = (pages.DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    assert [room for room in api.ROOMS if f"<!-- begin {room} -->" not in page] == []


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_has_the_details_that_its_page_says(kind: EventKind) -> None:
    assert written_keys(kind) == writers.details()[kind]


def test_every_detail_of_an_event_is_explained_and_nothing_else() -> None:
    used = {key for kind in EventKind for key in written_keys(kind)}
    assert set(events.DETAILS) == used - {"OUTCOMES"}


def test_every_variable_of_the_environment_that_is_read_is_on_its_page() -> None:
    assert {name for path in writers.SOURCES for name in variables(path)} == set(settings.ENVIRONMENT)


def variables(path: Path) -> Iterator[str]:
    """Yield the variables that a file takes from its environment, given by their names or by a constant of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
        if isinstance(target, ast.Name)
    }
    for asked in (name for node in ast.walk(tree) for name in asked_for(node)):
        said = constants.get(asked.id, asked) if isinstance(asked, ast.Name) else asked
        yield from (one.value for one in ast.walk(said) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    # Those that are tried one after the other.
    yield from (
        one.value
        for node in ast.walk(tree)
        if isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Name) and "environ" in ast.unparse(node)
        for one in ast.walk(constants[node.iter.id])
        if isinstance(one, ast.Constant)
    )


def asked_for(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Subscript(value=place, slice=name) if ast.unparse(place).endswith("environ"):
            yield name
        case ast.Call(func=ast.Attribute(value=place, attr="get"), args=[name, *_]):
            if ast.unparse(place).endswith("environ"):
                yield name
        case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
            yield name
