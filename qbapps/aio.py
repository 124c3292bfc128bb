"""AsyncQBApps: the same methods, run in worker threads of its own."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qbapps import bootstrap, deadlines
from qbapps.domain import policies
from qbapps.domain.tokens import AccessToken
from qbapps.errors import ConfigurationError
from qbapps.manager import QBApps
from qbapps.manager.banks import Banks
from qbapps.manager.desktop import Desktop
from qbapps.ports import Clock

T = TypeVar("T")

THREADS: Final = 64
"""
Worker threads at most; they are started as calls need them.

As many as there are connections to Intuit (``intuit.transport.POOL_SIZE``): with fewer some of those
would never be used, and more threads would only wait for one.
"""

_PAGE: Final = 200

STREAMS: Final = {"connections": _PAGE, "events": _PAGE, "connection_frames": 1, "jobs": _PAGE, "results": _PAGE}
"""Methods that give an iterator; here they give an async one, which a thread fills this many at a time."""

IMMEDIATE: Final = frozenset({"on", "deadline", "asgi", "explain_code"})
"""
Methods that are not awaited. ``on`` writes a line to the store, and may call back at once for what
waited from before a restart: call it where the program starts. What ``desktop.asgi`` gives answers in threads.
"""


class AsyncQBApps:
    """
    QBApps for asyncio: every method of the same name, to be awaited.

    ``connections``, ``connection_frames`` and ``events`` are iterated with ``async for``; ``on`` and
    ``deadline`` are called as they are. The work runs in threads that belong to this object and see the
    caller's context variables; asyncio's own threads stay free for others.

    Tasks that ask for the token of the same connection at the same time wait for one thread, and a
    token that is remembered as fresh needs none. When a task is cancelled, what it began goes on
    until it is done: a refresh is never cut. ``close`` waits for that.
    """

    def __init__(self, make: Callable[[], QBApps]) -> None:
        self._make = make
        self._made: QBApps | None = None
        self._making = threading.Lock()
        self._threads = _Threads()
        self._asked: dict[str, _Asked] = {}

    def __await__(self) -> Generator[Any, None, AsyncQBApps]:
        yield from self._run(self._opened).__await__()
        return self

    async def __aenter__(self) -> AsyncQBApps:
        return await self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def access_token(self, connection_id: str) -> AccessToken:
        if self._made is not None:
            remembered = self._made._remembered(connection_id)  # noqa: SLF001 - the facade's own way to memory
            if remembered is not None:
                return remembered
        loop = asyncio.get_running_loop()
        asked = self._asked.get(connection_id)
        if asked is None or asked.loop is not loop:
            asked = self._ask(connection_id, loop)
        return await asked.wait(connection_id)

    @property
    def desktop(self) -> AsyncDesktop:
        """QuickBooks Desktop: the methods of ``QBApps.desktop``, to be awaited."""
        return AsyncDesktop(self)

    @property
    def banks(self) -> AsyncBanks:
        """Bank connections: the methods of ``QBApps.banks``, to be awaited."""
        return AsyncBanks(self)

    async def close(self) -> None:
        self._threads.close()
        # A thread of its own: this object's are being waited for, and asyncio's may all be taken.
        closer = ThreadPoolExecutor(1, thread_name_prefix="qbapps-close")
        try:
            await asyncio.wrap_future(closer.submit(self._shut))
        finally:
            closer.shutdown(wait=False)

    def _opened(self) -> QBApps:
        """Return the one underneath, opening it first; called in a worker thread, since that takes a while."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _shut(self) -> None:
        """Wait for what is in flight, then close what was opened."""
        self._threads.join()
        if self._made is not None:
            self._made.close()

    async def _run(self, work: Callable[[], T]) -> T:
        """Run *work* in a thread. Cancelled, or past its deadline, before a thread was free, it does not begin."""
        loop, left = asyncio.get_running_loop(), deadlines.remaining()
        submitted = self._threads.submit(work, copy_context())
        waiter: asyncio.Future[T] = loop.create_future()
        submitted.add_done_callback(lambda _: _tell(loop, lambda ended: _hand_over(ended, waiter), submitted))

        def give_up() -> None:
            if submitted.cancel() and not waiter.done():
                waiter.set_exception(deadlines.unbegun("the call"))

        timer = None if left is None else loop.call_later(left, give_up)
        try:
            return await waiter
        except asyncio.CancelledError:
            submitted.cancel()
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _ask(self, connection_id: str, loop: asyncio.AbstractEventLoop) -> _Asked:
        """Begin to fetch a token on behalf of all who ask for it until it is there."""
        asked = self._asked[connection_id] = _Asked(loop)

        def answer(work: Future[AccessToken]) -> None:
            # Another loop may have asked since.
            if self._asked.get(connection_id) is asked:
                del self._asked[connection_id]
            asked.answer(work)

        # Each of those who wait goes by its own deadline; the work itself by none.
        context = deadlines.unbounded_context()
        try:
            work = self._threads.submit(lambda: self._opened().access_token(connection_id), context)
        except BaseException:
            del self._asked[connection_id]
            raise
        work.add_done_callback(lambda _: _tell(loop, answer, work))
        return asked

    if TYPE_CHECKING:  # the other methods are made below, from those of QBApps

        def __getattr__(self, name: str) -> Any: ...


class _AsyncRoom:
    """A part of ``QBApps`` for asyncio."""

    def __init__(self, whole: AsyncQBApps) -> None:
        self._whole = whole

    async def _run(self, work: Callable[[], T]) -> T:
        return await self._whole._run(work)  # noqa: SLF001 - a part of the same object


class AsyncDesktop(_AsyncRoom):
    """``QBApps.desktop`` for asyncio: every method of the same name, to be awaited; ``jobs`` and ``results`` stream."""

    def _opened(self) -> Desktop:
        return self._whole._opened().desktop  # noqa: SLF001 - the same


class AsyncBanks(_AsyncRoom):
    """``QBApps.banks`` for asyncio: every method of the same name, to be awaited."""

    def _opened(self) -> Banks:
        return self._whole._opened().banks  # noqa: SLF001 - the same


def open(  # noqa: A001 - the contract's name, used as qbapps.aio.open
    url: str | None = None,
    *,
    key: object = None,
    http_timeout: timedelta = policies.HTTP_TIMEOUT,
    token_cache_ttl: timedelta = policies.TOKEN_CACHE_TTL,
    clock: Clock | None = None,
) -> AsyncQBApps:
    """
    Return an AsyncQBApps for the store that ``qbapps.open`` would open with these arguments.

    Use it as ``async with qbapps.aio.open(url) as qb``, or ``qb = await qbapps.aio.open(url)``: what
    can be wrong with the settings shows there. Without either, the first call opens it.
    """
    return AsyncQBApps(
        functools.partial(
            bootstrap.open, url, key=key, http_timeout=http_timeout, token_cache_ttl=token_cache_ttl, clock=clock
        )
    )


class _Threads:
    """Worker threads, started as they are needed; not by the caller, who would wait for each to start."""

    def __init__(self) -> None:
        self._workers = ThreadPoolExecutor(THREADS, thread_name_prefix="qbapps")
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="qbapps-starter")
        self._closed = False

    def submit(self, work: Callable[[], T], context: Context) -> Future[T]:
        """
        Run *work* in *context* when a thread is free; until then it can be cancelled.

        Raises:
            ConfigurationError: These threads were closed.
        """
        if self._closed:
            raise ConfigurationError("This AsyncQBApps is closed.", hint="Open another one with qbapps.aio.open.")
        outcome: Future[T] = Future()
        self._starter.submit(self._workers.submit, _settle, outcome, work, context)
        return outcome

    def close(self) -> None:
        """Take no more work."""
        self._closed = True

    def join(self) -> None:
        """Wait until everything is done."""
        self._starter.shutdown()
        self._workers.shutdown()


def _settle(outcome: Future[T], work: Callable[[], T], context: Context) -> None:
    """Run *work* unless nobody wants it any more."""
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(context.run(work))
    except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
        outcome.set_exception(error)


def _tell(loop: asyncio.AbstractEventLoop, listener: Callable[[Future[T]], None], work: Future[T]) -> None:
    with suppress(RuntimeError):  # the loop is closed, so nobody waits
        loop.call_soon_threadsafe(listener, work)


def _hand_over(work: Future[T], waiter: asyncio.Future[T]) -> None:
    """End *waiter* as *work* ended, unless it was cancelled meanwhile."""
    if waiter.done():
        return
    if work.cancelled():
        waiter.cancel()
    elif (error := work.exception()) is not None:
        waiter.set_exception(error)
    else:
        waiter.set_result(work.result())


class _Asked:
    """
    Those who wait in one loop for the token of one connection, each with a future of its own.

    So a task that is cancelled, or out of patience, leaves the others and the work alone.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._waiters: list[asyncio.Future[AccessToken]] = []

    def answer(self, work: Future[AccessToken]) -> None:
        """Give everybody the outcome of *work*."""
        for waiter in self._waiters:
            _hand_over(work, waiter)

    async def wait(self, connection_id: str) -> AccessToken:
        """Wait for the token, no longer than the caller's deadline."""
        waiter: asyncio.Future[AccessToken] = self.loop.create_future()
        self._waiters.append(waiter)
        left = deadlines.remaining()
        if left is None:
            return await waiter
        late = deadlines.exceeded("a token was waited for", connection_id=connection_id)

        def give_up() -> None:
            if not waiter.done():
                waiter.set_exception(late)

        timer = self.loop.call_later(left, give_up)
        try:
            return await waiter
        finally:
            timer.cancel()


def _awaited(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    async def call(self: AsyncQBApps | AsyncDesktop | AsyncBanks, *args: Any, **kwargs: Any) -> Any:
        return await self._run(lambda: getattr(self._opened(), name)(*args, **kwargs))

    return call


def _streamed(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    async def call(self: AsyncQBApps | AsyncDesktop | AsyncBanks, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        found: Iterator[Any] = await self._run(lambda: getattr(self._opened(), name)(*args, **kwargs))
        while page := await self._run(lambda: list(islice(found, STREAMS[name]))):
            for one in page:
                yield one

    plain = inspect.signature(method)
    call.__signature__ = plain.replace(return_annotation=f"Async{plain.return_annotation}")  # type: ignore[attr-defined]
    return call


def _immediate(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: AsyncQBApps | AsyncDesktop | AsyncBanks, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._opened(), name)(*args, **kwargs)

    return call


def _mirror(plain: type, mirrored: type) -> None:
    """Give *mirrored* every public method of *plain*."""
    for name, method in inspect.getmembers(plain, inspect.isfunction):
        if name in vars(mirrored):
            getattr(mirrored, name).__doc__ = method.__doc__
        elif not name.startswith("_"):
            make = _streamed if name in STREAMS else _immediate if name in IMMEDIATE else _awaited
            setattr(mirrored, name, make(name, method))


_mirror(QBApps, AsyncQBApps)
_mirror(Desktop, AsyncDesktop)
_mirror(Banks, AsyncBanks)
