"""The simulator on the network: its addresses, and when it listens."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from qbapps.simulator.door import Door
from qbapps.simulator.messages import Reply

if TYPE_CHECKING:
    from qbapps.simulator.server import HttpServer

# Nothing listens there: an address to name while no socket is open.
NOWHERE = 1


class Served:
    """The part of `Intuit` that serves over HTTP, within `with` or from `start()` to `stop()`."""

    def __init__(self, door: Door, host: str, port: int) -> None:
        self._door = door
        self._host = host
        self._port = port
        self._server: HttpServer | None = None

    def handle(
        self,
        method: str,
        url: str,
        headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]] | None = None,
        body: bytes | str | None = None,
        *,
        peer: str | None = None,
        may_wait: bool = True,
    ) -> Reply:
        """Answer one request; `Intuit.handle` does."""
        raise NotImplementedError

    def start(self) -> Self:
        """Serve over HTTP until `stop()`."""
        # Who stays in memory does not pay for a web server.
        from qbapps.simulator.server import HttpServer  # noqa: PLC0415

        if self._server is not None:
            raise RuntimeError("the simulator is already serving")
        server = HttpServer(self.handle, self._host, self._port)
        # Kept, so that the address stays the same after an outage played by stop() and start().
        self._port = server.port
        self._door.world.url = address(self._host, server.port)
        server.start()
        self._server = server
        return self

    def stop(self) -> None:
        """Stop serving: connections break, gates open, and all that is known stays."""
        self._door.gates.release_all()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def serve_forever(self) -> None:
        """Serve until Ctrl+C."""
        if self._server is None:
            self.start()
        try:
            with suppress(KeyboardInterrupt):
                if self._server is not None:
                    self._server.join()
        finally:
            self.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Root of all addresses."""
        return self._door.world.url

    @property
    def discovery_url(self) -> str:
        """Address of the discovery document."""
        return f"{self.url}/.well-known/openid_sandbox_configuration"

    @property
    def api_url(self) -> str:
        """Root of the Accounting API."""
        return f"{self.url}/v3"


def address(host: str, port: int) -> str:
    """Write the root address of a host and port."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
