"""The async door: the same surface, awaited."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import qbapps
from qbapps import aio
from qbapps.errors import NotFoundError
from qbapps.intuit.transport import POOL_SIZE
from qbapps.manager import QBApps
from qbapps.simulator import Intuit


def public(kind: type) -> dict[str, Callable[..., Any]]:
    return {name: method for name, method in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"}


def test_every_public_method_of_the_facade_is_there_and_no_other() -> None:
    assert set(public(aio.AsyncQBApps)) == set(public(QBApps))


@pytest.mark.parametrize("name", sorted(public(QBApps)))
def test_a_method_takes_and_gives_what_the_facades_does_and_is_awaited_where_it_works(name: str) -> None:
    here, there = public(aio.AsyncQBApps)[name], public(QBApps)[name]
    wanted = inspect.signature(there)

    streams = str(wanted.return_annotation).startswith("Iterator[")
    assert streams == (name in aio.STREAMS)
    if streams:
        wanted = wanted.replace(return_annotation=f"Async{wanted.return_annotation}")
    assert inspect.signature(here) == wanted
    assert inspect.getdoc(here) == inspect.getdoc(there)
    assert inspect.isasyncgenfunction(here) == streams
    assert inspect.iscoroutinefunction(here) == (not streams and name not in aio.IMMEDIATE)


def test_opening_takes_the_same_arguments() -> None:
    here, there = inspect.signature(aio.open), inspect.signature(qbapps.open)
    assert here == there.replace(return_annotation=here.return_annotation)


def test_there_is_a_thread_for_each_connection_to_intuit() -> None:
    assert aio.THREADS == POOL_SIZE


def test_a_company_connects_lists_and_disconnects_from_asyncio(intuit: Intuit) -> None:
    intuit.add_app("cid", "sec", redirect_uris=["http://localhost:8400/callback"])
    intuit.add_user("jean@durand.example")
    intuit.add_company("9130350000000002", name="Boulangerie Martin", admins=["jean@durand.example"])

    async def main() -> tuple[list[str], str]:
        async with aio.open("sqlite://") as qb:
            await qb.register_app(
                "dext",
                client_id="cid",
                client_secret="sec",
                redirect_uri="http://localhost:8400/callback",
                discovery_url=intuit.discovery_url,
                api_url=intuit.api_url,
            )
            request = await qb.begin_connect("dext")
            callback = await asyncio.to_thread(
                intuit.consent, request.url, user="jean@durand.example", realm_id="9130350000000002"
            )
            connection = await qb.complete(callback)
            names = [found.company_name async for found in qb.connections(app="dext")]
            receipt = await qb.disconnect(connection.id)
            return names, receipt.proof

    assert asyncio.run(main()) == (["Boulangerie Martin"], "refused_after_revoke")


def test_a_filter_that_names_nothing_fails_at_the_first_step_of_the_iteration() -> None:
    async def main() -> None:
        async with aio.open("sqlite://") as qb:
            async for _ in qb.connections(app="nobody"):
                pass

    with pytest.raises(NotFoundError):
        asyncio.run(main())


def test_it_can_be_awaited_or_used_at_once() -> None:
    async def main() -> tuple[int, int]:
        awaited = await aio.open("sqlite://")
        lazy = aio.open("sqlite://")
        counts = len(await awaited.apps()), len(await lazy.apps())
        await awaited.close()
        await lazy.close()
        return counts

    assert asyncio.run(main()) == (0, 0)
