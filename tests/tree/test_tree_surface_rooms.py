"""The rooms of the facade, ``qb.desktop`` and ``qb.banks``: documented, typed, and the same for asyncio."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import qbapps
from qbapps import aio
from qbapps.manager.banks import Banks
from qbapps.manager.desktop import Desktop


def public(kind: type) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a room."""
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: function for name, function in found if not name.startswith("_")}


ROOMS: dict[str, tuple[type, type]] = {"desktop": (Desktop, aio.AsyncDesktop), "banks": (Banks, aio.AsyncBanks)}
METHODS = [(room, name) for room, (plain, _) in ROOMS.items() for name in sorted(public(plain))]


@pytest.mark.parametrize(("room", "name"), METHODS)
def test_every_method_is_documented_and_fully_typed(room: str, name: str) -> None:
    method = public(ROOMS[room][0])[name]

    assert inspect.getdoc(method)
    assert set(method.__annotations__) == {*inspect.signature(method).parameters} - {"self"} | {"return"}


@pytest.mark.parametrize("room", ROOMS)
def test_the_facade_has_one_for_its_life(room: str) -> None:
    with qbapps.open("sqlite://") as qb:
        assert isinstance(getattr(qb, room), ROOMS[room][0])
        assert getattr(qb, room) is getattr(qb, room)


@pytest.mark.parametrize("room", ROOMS)
def test_every_method_is_there_for_asyncio_and_no_other(room: str) -> None:
    plain, mirrored = ROOMS[room]

    assert set(public(mirrored)) == set(public(plain))


@pytest.mark.parametrize(("room", "name"), METHODS)
def test_a_method_for_asyncio_takes_and_gives_the_same(room: str, name: str) -> None:
    plain, mirrored = ROOMS[room]
    here, there = public(mirrored)[name], public(plain)[name]
    wanted = inspect.signature(there)

    streams = str(wanted.return_annotation).startswith("Iterator[")
    assert streams == (name in aio.STREAMS)
    if streams:
        wanted = wanted.replace(return_annotation=f"Async{wanted.return_annotation}")
    assert inspect.signature(here) == wanted
    assert inspect.getdoc(here) == inspect.getdoc(there)
    assert inspect.isasyncgenfunction(here) == streams
    assert inspect.iscoroutinefunction(here) == (not streams and name not in aio.IMMEDIATE)
