"""Tasks that wait for one thing together: what they share, and what they cannot do to each other."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path

import pytest
from aio_house import Backend, backend

from qbapps import aio
from qbapps.errors import ConfigurationError, DeadlineExceeded, IntuitUnavailable
from qbapps.simulator import Fault

PATIENCE = 60.0

speaker: ContextVar[str] = ContextVar("speaker", default="nobody")


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Backend]:
    with backend(tmp_path, 1) as made:
        yield made


def test_a_task_that_is_cancelled_takes_nothing_from_the_others(one: Backend) -> None:
    async def main() -> None:
        async with one.open() as qb:
            with one.intuit.hold("refresh") as gate:
                tasks = [asyncio.create_task(qb.access_token(one.ids[0])) for _ in range(10)]
                await asyncio.to_thread(gate.wait_arrived, 1, PATIENCE)
                for task in tasks[:5]:
                    task.cancel()
                await asyncio.wait(tasks[:5])
            assert all(task.cancelled() for task in tasks[:5])
            tokens = await asyncio.gather(*tasks[5:])
            assert len({token.generation for token in tokens}) == 1

    asyncio.run(main())
    assert len(one.refreshes()) == 1


def test_a_refresh_goes_on_when_everybody_who_waited_is_gone_and_closing_waits_for_it(one: Backend) -> None:
    async def main() -> None:
        qb = await one.open()
        with one.intuit.hold("refresh", "after") as gate:
            task = asyncio.create_task(qb.access_token(one.ids[0]))
            await asyncio.to_thread(gate.wait_arrived, 1, PATIENCE)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            closing = asyncio.create_task(qb.close())
            await asyncio.sleep(0)
            assert not closing.done()
        await asyncio.wait_for(closing, PATIENCE)
        async with one.open() as again:
            # What Intuit answered was saved: nothing is asked again.
            assert (await again.access_token(one.ids[0])).generation == 2

    asyncio.run(main())
    assert len(one.refreshes()) == 1


def test_any_call_that_was_begun_goes_on_when_its_task_is_cancelled(one: Backend) -> None:
    async def main() -> None:
        async with one.open() as qb:
            with one.intuit.hold("revoke") as gate:
                task = asyncio.create_task(qb.disconnect(one.ids[0]))
                await asyncio.to_thread(gate.wait_arrived, 1, PATIENCE)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        async with one.open() as qb:
            assert [receipt.proof for receipt in await qb.disconnections()] == ["refused_after_revoke"]

    asyncio.run(main())


def test_each_task_goes_by_its_own_deadline_and_the_work_by_none(one: Backend) -> None:
    async def hurried(qb: aio.AsyncQBApps) -> None:
        with qb.deadline(timedelta(milliseconds=50)):
            await qb.access_token(one.ids[0])

    async def main() -> None:
        async with one.open() as qb:
            with one.intuit.hold("refresh") as gate:
                first = asyncio.create_task(hurried(qb))
                await asyncio.to_thread(gate.wait_arrived, 1, PATIENCE)
                patient = asyncio.create_task(qb.access_token(one.ids[0]))
                second = asyncio.create_task(hurried(qb))
                for task in (first, second):
                    with pytest.raises(DeadlineExceeded) as late:
                        await asyncio.wait_for(task, PATIENCE)
                    assert late.value.connection_id == one.ids[0]
                assert not patient.done()
            assert (await asyncio.wait_for(patient, PATIENCE)).generation == 2

    asyncio.run(main())
    assert len(one.refreshes()) == 1


def test_what_finds_no_free_thread_before_its_deadline_is_not_begun(one: Backend) -> None:
    release = threading.Event()

    async def main() -> None:
        async with one.open() as qb:
            taken = [asyncio.create_task(qb._run(lambda: release.wait(PATIENCE))) for _ in range(aio.THREADS)]
            await asyncio.sleep(0)
            try:
                with qb.deadline(timedelta(milliseconds=50)), pytest.raises(DeadlineExceeded, match="before"):
                    await qb.pause(one.ids[0])
            finally:
                release.set()
                await asyncio.gather(*taken)
            assert (await qb.connection(one.ids[0])).state == "connected"

    asyncio.run(main())


def test_an_error_is_shared_and_its_traceback_does_not_grow(one: Backend) -> None:
    one.intuit.inject(Fault("refresh", "unavailable", times=None))
    lengths: list[int] = []

    async def ask(qb: aio.AsyncQBApps) -> IntuitUnavailable:
        try:
            await qb.access_token(one.ids[0])
        except IntuitUnavailable as error:
            lengths.append(len(traceback.extract_tb(error.__traceback__)))
            return error
        raise AssertionError("it was down")

    async def main() -> list[IntuitUnavailable]:
        async with one.open() as qb:
            return await asyncio.gather(*(ask(qb) for _ in range(200)))

    errors = asyncio.run(main())
    assert len({id(error) for error in errors}) == 1
    assert len(set(lengths)) == 1
    assert len(one.refreshes()) <= 4, "only what the retries of one refresh send"


def test_a_failure_that_nobody_waited_for_is_not_reported_as_forgotten(
    one: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with one.open() as qb:
            with one.intuit.hold("refresh") as gate:
                one.intuit.inject(Fault("refresh", "unavailable", times=None))
                task = asyncio.create_task(qb.access_token(one.ids[0]))
                await asyncio.to_thread(gate.wait_arrived, 1, PATIENCE)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    asyncio.run(main())
    assert [record for record in caplog.records if record.name in ("asyncio", "concurrent.futures")] == []


def test_the_next_who_asks_after_a_failure_starts_anew(one: Backend) -> None:
    one.intuit.inject(Fault("refresh", "invalid_client", times=1))

    async def main() -> int:
        async with one.open() as qb:
            with pytest.raises(Exception, match="invalid_client"):
                await qb.access_token(one.ids[0])
            return (await qb.access_token(one.ids[0])).generation

    assert asyncio.run(main()) == 2


def test_a_token_that_is_remembered_needs_no_thread(one: Backend) -> None:
    async def main() -> None:
        async with one.open() as qb:
            refreshed = await qb.access_token(one.ids[0])
            assert await qb.access_token(one.ids[0]) == refreshed
            coroutine = qb.access_token(one.ids[0])
            with pytest.raises(StopIteration) as answered:
                coroutine.send(None)
            assert answered.value.value == refreshed

    asyncio.run(main())


def test_calls_see_the_context_variables_of_their_task(one: Backend) -> None:
    heard: list[tuple[str, bool]] = []
    loop_thread = threading.current_thread()

    def listen(_: object) -> None:
        heard.append((speaker.get(), threading.current_thread() is loop_thread))

    async def call(qb: aio.AsyncQBApps, name: str) -> None:
        speaker.set(name)
        await qb.refresh_due(within=timedelta(days=400), progress=listen)

    async def main() -> None:
        async with one.open() as qb:
            await asyncio.gather(asyncio.create_task(call(qb, "Jean")))
            await asyncio.gather(asyncio.create_task(call(qb, "Marie")))

    asyncio.run(main())
    assert list(dict.fromkeys(heard)) == [("Jean", False), ("Marie", False)]
    assert speaker.get() == "nobody"


def test_it_works_while_others_have_taken_every_thread_of_asyncio(one: Backend) -> None:
    release = threading.Event()

    async def main() -> int:
        async with one.open() as qb:
            taken = [asyncio.create_task(asyncio.to_thread(release.wait, PATIENCE)) for _ in range(100)]
            await asyncio.sleep(0)
            try:
                return (await asyncio.wait_for(qb.access_token(one.ids[0]), PATIENCE / 2)).generation
            finally:
                release.set()
                await asyncio.gather(*taken)

    assert asyncio.run(main()) == 2


def test_one_object_serves_one_loop_after_another(one: Backend) -> None:
    qb = one.open()
    assert asyncio.run(qb.access_token(one.ids[0])).generation == 2
    one.stale()
    assert asyncio.run(qb.access_token(one.ids[0])).generation == 3
    asyncio.run(qb.close())


def test_closing_twice_does_no_harm_and_nothing_begins_afterwards(one: Backend) -> None:
    async def main() -> None:
        qb = await one.open()
        await qb.close()
        await qb.close()
        with pytest.raises(ConfigurationError, match="closed"):
            await qb.apps()
        with pytest.raises(ConfigurationError, match="closed"):
            await qb.access_token(one.ids[0])
        await one.open().close()

    asyncio.run(main())
