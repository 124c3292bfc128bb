"""Under a thousand tasks at once the loop stays lively, other people's threads stay free, and nothing is sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from aio_house import Backend, backend
from fastapi import FastAPI, Request

from qbapps import aio

TASKS = 1000
COMPANIES = 50
ROUNDS = 3
PATIENCE = 60.0
LONGEST_GAP = 0.25
"""Seconds. A loop that waits for a thread, for Intuit or for the database is blocked for much longer."""


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Backend]:
    with backend(tmp_path, COMPANIES) as made:
        yield made


class Pulse:
    """Measures how long the loop was ever away."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(0.002)
            now = loop.time()
            self.longest, last = max(self.longest, now - last), now

    @asynccontextmanager
    async def felt(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.beat())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def crowded(qb: aio.AsyncQBApps, crowd: Backend) -> tuple[list[str], float]:
    """Let everybody ask while Intuit does not answer yet; return the tokens, and how long the loop was ever away."""
    pulse = Pulse()
    async with pulse.felt():
        with crowd.intuit.hold("refresh") as gate:
            tasks = [asyncio.create_task(qb.access_token(crowd.ids[n % COMPANIES])) for n in range(TASKS)]
            # Every thread that a token needs is waiting now; the loop's own are free for others.
            await asyncio.to_thread(gate.wait_arrived, COMPANIES, PATIENCE)
            others = (asyncio.to_thread(lambda: 1) for _ in range(100))
            assert sum(await asyncio.wait_for(asyncio.gather(*others), PATIENCE)) == 100
            assert gate.waiting == COMPANIES
            assert not any(task.done() for task in tasks)
        tokens = [token.value.reveal() for token in await asyncio.gather(*tasks)]
    return tokens, pulse.longest


def test_a_thousand_tasks_wait_for_fifty_refreshes_without_stopping_anybody(
    crowd: Backend, capsys: pytest.CaptureFixture[str]
) -> None:
    async def main() -> list[float]:
        gaps = []
        async with crowd.open() as qb:
            for round_ in range(1, ROUNDS + 1):
                tokens, gap = await crowded(qb, crowd)
                gaps.append(gap)
                assert len(tokens) == TASKS
                assert len(set(tokens)) == COMPANIES
                assert all(crowd.intuit.is_alive(token) for token in set(tokens))
                assert len(crowd.refreshes()) == round_ * COMPANIES
                crowd.stale()
        return gaps

    gaps = asyncio.run(main())
    with capsys.disabled():
        told = ", ".join(f"{gap * 1000:.0f}" for gap in gaps)
        print(f" [longest gap of the loop in ms: {told}]", end="")  # noqa: T201 - shown, since machines differ
    # The promise is for an idle machine; what blocks the loop shows in every round.
    assert min(gaps) < LONGEST_GAP


def test_a_fastapi_backend_answers_a_thousand_requests_at_once(crowd: Backend) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with crowd.open() as app.state.qb:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/expiry/{connection_id}")
    async def expiry(connection_id: str, request: Request) -> datetime:
        return (await request.app.state.qb.access_token(connection_id)).expires_at  # type: ignore[no-any-return]

    @app.get("/health")
    def health() -> str:  # runs in the threads that all plain routes share
        return "well"

    async def main() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        limits = httpx.Limits(max_connections=None)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://backend", limits=limits) as client,
        ):
            with crowd.intuit.hold("refresh") as gate:
                asked = [asyncio.create_task(client.get(f"/expiry/{crowd.ids[n % 50]}")) for n in range(TASKS)]
                await asyncio.to_thread(gate.wait_arrived, COMPANIES, PATIENCE)
                assert (await asyncio.wait_for(client.get("/health"), PATIENCE)).json() == "well"
            return await asyncio.gather(*asked)

    answers = asyncio.run(main())

    assert {answer.status_code for answer in answers} == {200}
    assert len(crowd.refreshes()) == COMPANIES
