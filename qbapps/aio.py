"""AsyncQBApps: the same methods, run in worker threads."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from qbapps import bootstrap
from qbapps.domain import policies
from qbapps.manager import QBApps
from qbapps.ports import Clock

_PAGE: Final = 200

STREAMS: Final = frozenset({"connections", "events"})
"""Methods that give an iterator; here they give an async one."""

IMMEDIATE: Final = frozenset({"on"})
"""Methods that only take a callback, and are not awaited."""


class AsyncQBApps:
    """
    QBApps for asyncio: every method of the same name, to be awaited.

    ``connections`` and ``events`` are iterated with ``async for``; ``on`` is called as it is. The
    work runs in asyncio's worker threads, so a cancelled call goes on there until it is done.
    """

    def __init__(self, make: Callable[[], QBApps]) -> None:
        self._make = make
        self._made: QBApps | None = None
        self._making = threading.Lock()

    def _opened(self) -> QBApps:
        """Return the one underneath, opening it first; called in a worker thread, since that takes a while."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def __await__(self) -> Generator[Any, None, AsyncQBApps]:
        yield from asyncio.to_thread(self._opened).__await__()
        return self

    async def __aenter__(self) -> AsyncQBApps:
        return await self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    if TYPE_CHECKING:  # the methods are made below, from those of QBApps

        def __getattr__(self, name: str) -> Any: ...


def open(  # noqa: A001 - the contract's name, used as qbapps.aio.open
    url: str | None = None,
    *,
    key: object = None,
    http_timeout: timedelta = policies.HTTP_TIMEOUT,
    clock: Clock | None = None,
) -> AsyncQBApps:
    """
    Return an AsyncQBApps for the store that ``qbapps.open`` would open with these arguments.

    Use it as ``async with qbapps.aio.open(url) as qb``, or ``qb = await qbapps.aio.open(url)``: what
    can be wrong with the settings shows there. Without either, the first call opens it.
    """
    return AsyncQBApps(functools.partial(bootstrap.open, url, key=key, http_timeout=http_timeout, clock=clock))


def _awaited(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    async def call(self: AsyncQBApps, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(lambda: getattr(self._opened(), name)(*args, **kwargs))

    return call


def _streamed(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    async def call(self: AsyncQBApps, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        found: Iterator[Any] = await asyncio.to_thread(lambda: getattr(self._opened(), name)(*args, **kwargs))
        while page := await asyncio.to_thread(lambda: list(islice(found, _PAGE))):
            for one in page:
                yield one

    return call


def _immediate(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: AsyncQBApps, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._opened(), name)(*args, **kwargs)

    return call


for _name, _method in inspect.getmembers(QBApps, inspect.isfunction):
    if not _name.startswith("_"):
        _make = _streamed if _name in STREAMS else _immediate if _name in IMMEDIATE else _awaited
        setattr(AsyncQBApps, _name, _make(_name, _method))
