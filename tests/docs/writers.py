"""Finds where the code writes events, and which details each kind is given there."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pages

from qbapps.domain.events import EventKind

SOURCES = [path for path in sorted((pages.ROOT / "qbapps").rglob("*.py")) if "simulator" not in path.parts]

SPREAD = {
    "owner.details": {"permission", "role"},  # Permission.details
    "said or {}": {"permission", "role"},  # the same, handed on
    "opened.details": set[str](),  # those that the event has already
    "counts": {"OUTCOMES"},
    "more": {"stopped"},
    "{f'by_{name}': said for name, said in asker.details.items()}": {"by_permission", "by_role"},
}
"""What is spread into details from elsewhere; what is written in the same function is looked up there."""

AGAIN = {"opened": EventKind.TASK_OPENED}
"""Events that are written with further details, by the name that they have there."""

ONLY = {"more": EventKind.PLAN_STOPPED}
"""What is spread into one kind of several that a function writes."""


@cache
def details() -> dict[EventKind, set[str]]:
    """Return the keys that the code gives to each kind."""
    found: dict[EventKind, set[str]] = defaultdict(set)
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in _functions(tree):
            for call in _writing(function):
                given = next((one.value for one in call.keywords if one.arg == "details"), None)
                for kind in _kinds(call, function, tree):
                    found[kind] |= set() if given is None else _keys(given, function, kind)
            for call in _telling(function):
                for kind in _named(call.args[0]) or _chosen(ast.unparse(call.args[0]), function):
                    found[kind] |= _told(call)
    return found


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield functions and methods, without those that stand in others."""
    for node in tree.body:
        within = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (one for one in within if isinstance(one, ast.FunctionDef))


def _writing(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name, keywords = ast.unparse(node.func), {one.arg for one in node.keywords}
            if (name == "Event" and "kind" in keywords) or (name == "attrs.evolve" and "details" in keywords):
                yield node


def _telling(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Yield where the beat of a Desktop connection is given an event; its details are keywords there."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".tell") and node.args:
            yield node


def _chosen(name: str, function: ast.FunctionDef) -> set[EventKind]:
    """Return the kinds that are given that name in the function."""
    given = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    return set().union(*(_named(one.value) for one in given if ast.unparse(one.targets[0]) == name))


def _told(call: ast.Call) -> set[str]:
    keys = {one.arg for one in call.keywords if one.arg is not None} - {"by"}
    spread = [one.value for one in call.keywords if one.arg is None]
    assert all(isinstance(one, ast.Dict) for one in spread), ast.unparse(call)
    return keys | {
        str(key.value)
        for one in spread
        if isinstance(one, ast.Dict)
        for key in one.keys
        if isinstance(key, ast.Constant)
    }


def _kinds(call: ast.Call, function: ast.FunctionDef, tree: ast.Module) -> set[EventKind]:
    if ast.unparse(call.func) == "attrs.evolve":
        return {AGAIN[ast.unparse(call.args[0])]}
    said = next(one.value for one in call.keywords if one.arg == "kind")
    if isinstance(said, ast.Attribute):
        return _named(said)
    # A name: either it is chosen in this function, or by those who call it.
    here = _named(function)
    if here:
        return here
    callers = (
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == function.name
    )
    return set().union(*map(_named, callers))


def _named(where: ast.AST) -> set[EventKind]:
    return {
        EventKind[node.attr]
        for node in ast.walk(where)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "EventKind"
    }


def _keys(given: ast.expr, function: ast.FunctionDef, kind: EventKind) -> set[str]:
    assert isinstance(given, ast.Dict), f"{function.name}: {ast.unparse(given)}"
    keys = set()
    for key, value in zip(given.keys, given.values, strict=True):
        if key is None:
            keys |= _spread(value, function, kind)
        else:
            assert isinstance(key, ast.Constant)
            keys.add(str(key.value))
    return keys


def _spread(value: ast.expr, function: ast.FunctionDef, kind: EventKind) -> set[str]:
    said = ast.unparse(value)
    if said in SPREAD:
        return SPREAD[said] if ONLY.get(said, kind) is kind else set()
    written = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == said
    ]
    assert written, f"{function.name} spreads {said}: say in SPREAD what that is"
    return {
        str(key.value)
        for one in written
        for node in ast.walk(one)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
