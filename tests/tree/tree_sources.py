"""The source of the package, as text and as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "qbapps"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in FILES]


@cache
def text(name: str) -> str:
    return (PACKAGE / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), name)


def within(name: str, *places: str) -> bool:
    """Tell whether the file *name* is one of *places*, or lies in one that ends with a slash."""
    return any(name == place or (place.endswith("/") and name.startswith(place)) for place in places)


def imports(name: str) -> Iterator[str]:
    """Give the dotted name of everything the file imports, wherever in it."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_any_of(name: str, modules: set[str]) -> set[str]:
    return {found for found in imports(name) if found.split(".")[0] in modules}


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` for that expression, and nothing for another."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
