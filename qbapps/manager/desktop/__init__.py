"""QuickBooks Desktop: apps that work through the Web Connector, their connections, and what is asked of QuickBooks."""

from __future__ import annotations

from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Final

from qbapps.desktop import connecting, dispatching
from qbapps.desktop.passwords import Verifier
from qbapps.manager.desktop.first_sync import FirstSync
from qbapps.manager.desktop.queueing import Queueing
from qbapps.manager.desktop.resting import Resting
from qbapps.manager.desktop.setting_up import SettingUp
from qbapps.manager.verbs import bare

if TYPE_CHECKING:
    from starlette.applications import Starlette

MOST_BODY: Final = 64 * 1024 * 1024
"""The largest message that is taken, in bytes. Our choice; ask for pages where an answer could be larger."""


class Desktop(SettingUp, Queueing, FirstSync, Resting):
    """
    QuickBooks Desktop: everything about connections of ``kind`` ``desktop``.

    Its methods are verbs like those of :class:`QBApps`: any may raise ``StoreError``, and those that take the id of
    a connection ``NotFoundError``. None does network: the connector comes by itself.
    """

    def dispatch(self, body: bytes, *, path: str = "") -> tuple[int, bytes]:
        """
        Answer one SOAP call of a Web Connector: an HTTP status, and a message in UTF-8.

        What it brings is saved before this returns. It never raises for what is in *body*.

        Args:
            path: What follows ``base_url`` in the address that was called: it names the connection.
        """
        return dispatching.dispatch(self._ports, self._verifier, self._server, body, path=path)

    @bare
    def asgi(self, *, url: str | None = None, most: int = MOST_BODY) -> Starlette:
        """
        Return an ASGI application that connectors call: POST anywhere below it, GET for people, ``?wsdl``.

        Mount it where ``base_url`` points to, or serve it by itself.

        Args:
            url: The public address, for the WSDL behind a proxy.

            most: Bytes that a message may have.
        """
        from qbapps.desktop.asgi import application  # noqa: PLC0415 - it loads a web framework

        return application(_Desk(self), most=most, url=url)

    @cached_property
    def _verifier(self) -> Verifier:
        return Verifier(self._ports.randomness)

    @cached_property
    def _server(self) -> str:
        return f"qbapps {metadata.version('qbapps')}"

    def _opened(self, path: str) -> None:
        with self._listeners.held():
            connecting.opened(self._ports, path)


class _Desk:
    """What the ASGI application asks."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop

    def dispatch(self, body: bytes, *, path: str = "") -> tuple[int, bytes]:
        return self._desktop.dispatch(body, path=path)

    def opened(self, path: str) -> None:
        self._desktop._opened(path)  # noqa: SLF001 - the door of the same room

    def wsdl(self, url: str) -> bytes:
        from qbapps.desktop.soap.wsdl import wsdl  # noqa: PLC0415 - seldom asked for

        return wsdl(url)
