"""QBApps: the facade. One method per verb, each a docstring and a line of body, grouped by subject."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from types import TracebackType

from qbapps import deadlines
from qbapps.listening import Listeners
from qbapps.manager.auditing import Auditing
from qbapps.manager.banks import Banks
from qbapps.manager.by_hand import ByHand
from qbapps.manager.connecting import Connecting
from qbapps.manager.desktop import Desktop
from qbapps.manager.disconnecting import Disconnecting
from qbapps.manager.listing import Listing
from qbapps.manager.parties import Parties
from qbapps.manager.planning import Planning
from qbapps.manager.receipting import Receipting
from qbapps.manager.recovering import Recovering
from qbapps.manager.transferring import Transferring
from qbapps.manager.verbs import bare
from qbapps.ports import Ports


class QBApps(
    Parties, Connecting, Listing, Transferring, Disconnecting, Planning, Recovering, ByHand, Receipting, Auditing
):
    """
    Everything that can be asked about connections; ``qbapps.open`` makes one.

    It is safe to share between threads, and one per process is enough. Any method may raise
    ``StoreError``; those that say "does network" may raise ``IntuitError``.
    """

    def __init__(self, ports: Ports, *, listeners: Listeners, close: Callable[[], None]) -> None:
        super().__init__(ports, listeners=listeners)
        self._close = close
        self._desktop = Desktop(ports, listeners=listeners)
        self._banks = Banks(ports, listeners=listeners)

    def __enter__(self) -> QBApps:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def desktop(self) -> Desktop:
        """QuickBooks Desktop: apps that work through the Web Connector, their connections, and their jobs."""
        return self._desktop

    @property
    def banks(self) -> Banks:
        """Bank connections under consent: what is recorded of them, and how they are repaired."""
        return self._banks

    @bare
    def deadline(self, limit: timedelta) -> AbstractContextManager[None]:
        """
        Bound how long the calls within a ``with`` block take together, waiting and retries included.

        It holds for this thread or asyncio task, for any method and for requests of ready-made
        clients, but not for iterating over what ``connections`` and ``events`` return. What was begun
        goes on in the background and is saved; of two deadlines the nearer one counts. A call that
        the deadline cuts short raises ``DeadlineExceeded``.

        Raises:
            ConfigurationError: *limit* is not a positive timedelta.
        """
        return deadlines.within(limit, self._ports.elapsed)

    @bare
    def close(self) -> None:
        """Close the pools of connections to the database and to Intuit."""
        self._close()
