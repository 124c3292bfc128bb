"""What methods return and models hold, beyond the names that qbapps exports."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from functools import cached_property
from typing import Any, get_args

import attrs

import qbapps
from qbapps.manager.desktop import Desktop


def further() -> list[str]:
    """Return the dotted names of the models and closed sets that a user meets and does not import."""
    exported = {getattr(qbapps, name) for name in qbapps.__all__}
    known: set[Any] = set()
    methods = [one for facade in (qbapps.QBApps, Desktop) for one in inspect.getmembers(facade, inspect.isfunction)]
    left: list[Any] = [method for name, method in methods if not name.startswith("_")]
    left += [one for one in exported if inspect.isclass(one)]
    while left:
        for kind in _named_by(left.pop()):
            if kind not in known:
                known.add(kind)
                left.append(kind)
    return sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in known - exported)


def _named_by(one: Callable[..., Any]) -> Iterator[type]:
    """Yield our own models and closed sets that the annotations of a function or a model name."""
    described = [one]
    if inspect.isclass(one):
        shown = [value for name, value in vars(one).items() if not name.startswith("_")]
        described += [value.fget for value in shown if isinstance(value, property) and value.fget]
        described += [value.func for value in shown if isinstance(value, cached_property)]
    for each in described:
        for hint in _hints(each):
            yield from (kind for kind in _within(hint) if _is_ours(kind))


def _hints(one: Callable[..., Any]) -> Iterator[Any]:
    names = vars(sys.modules[one.__module__])
    for said in (said for name, said in inspect.get_annotations(one).items() if not name.startswith("_")):
        # What is imported for type checking alone is not there.
        with suppress(NameError):
            yield eval(said, names) if isinstance(said, str) else said  # noqa: S307 - our own annotations


def _within(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _within(part)


def _is_ours(kind: Any) -> bool:
    if not inspect.isclass(kind) or not kind.__module__.startswith("qbapps."):
        return False
    return attrs.has(kind) or issubclass(kind, (Enum, tuple))
