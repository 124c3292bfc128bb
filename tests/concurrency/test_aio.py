"""The async door: the same surface, awaited."""

import asyncio
import inspect

import pytest

from qbapps import aio
from qbapps.errors import NotFoundError
from qbapps.manager import QBApps
from qbapps.simulator import Intuit


def test_every_public_method_of_the_facade_is_there_by_the_same_name_and_arguments() -> None:
    wanted = {name: method for name, method in inspect.getmembers(QBApps, inspect.isfunction) if name[0] != "_"}
    found = {name: method for name, method in inspect.getmembers(aio.AsyncQBApps, inspect.isfunction) if name[0] != "_"}
    assert set(found) == set(wanted)
    for name, method in wanted.items():
        assert inspect.signature(found[name]) == inspect.signature(method), name


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
