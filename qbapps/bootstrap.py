"""Opening: settings to adapters to ports to QBApps. The one place that knows both sides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.manager import QBApps
from qbapps.ports import Clock

if TYPE_CHECKING:
    from qbapps.intuit.transport import Transport
    from qbapps.store.sql import SqlStore
    from qbapps.vault import KeyRing


def open(  # noqa: A001 - the contract's name, used as qbapps.open
    url: str | None = None,
    *,
    key: object = None,
    http_timeout: timedelta = policies.HTTP_TIMEOUT,
    clock: Clock | None = None,
) -> QBApps:
    """
    Open a store and return the object that everything is asked of.

    An SQLite file is created and brought up to date as needed; PostgreSQL needs
    ``qbapps db upgrade`` first. No network is touched.

    Args:
        url: ``sqlite:///file``, ``sqlite://`` for one in memory, or ``postgresql://...``; default
            ``QBAPPS_STORE``, else ``qbapps.db`` in the current folder.

        key: A base64url 32-byte key, or several: the first seals, all open. Default
            ``QBAPPS_KEY`` (comma-separated), else for an SQLite store a key file in the user's
            configuration folder, made on first use.

        http_timeout: Longest wait for one answer of Intuit. A call that is retried may take
            several of them.

        clock: Anything with ``now() -> aware datetime`` and ``sleep(seconds)``; for tests.

    Raises:
        ConfigurationError: A setting is missing or wrong; the message says which.
        MigrationNeeded: The database's schema is not this version's.
        StoreError: The database cannot be opened.
    """
    # Imported here, so that `import qbapps` stays cheap: these load SQLAlchemy and the vendors' packages.
    from qbapps import config
    from qbapps.intuit.transport import Transport
    from qbapps.store.opening import open_store

    place = config.store_url(url)
    timeout = config.http_timeout(http_timeout)
    ring = config.key_ring(key, place)  # type: ignore[arg-type]
    if clock is not None and not (hasattr(clock, "now") and hasattr(clock, "sleep")):
        raise ConfigurationError("clock has no now() or no sleep().", hint="Give an object with both.")
    return assemble(open_store(place), ring, transport=Transport(), http_timeout=timeout, clock=clock)


def assemble(
    store: SqlStore,
    ring: KeyRing,
    *,
    transport: Transport,
    http_timeout: timedelta = policies.HTTP_TIMEOUT,
    clock: Clock | None = None,
) -> QBApps:
    """Put adapters together; for those who bring their own, such as a transport without sockets."""
    from qbapps.flight import Flight
    from qbapps.intuit.company import IntuitCompanies
    from qbapps.intuit.oauth import IntuitOAuth
    from qbapps.listening import Listeners
    from qbapps.ports import Ports
    from qbapps.system import SystemClock, SystemRandomness, holder_name
    from qbapps.vault import Vault

    time = clock or SystemClock()
    listeners = Listeners()
    ports = Ports(
        store=store,
        vault=Vault(ring),
        oauth=IntuitOAuth(time, http_timeout, transport),
        companies=IntuitCompanies(time, http_timeout, transport),
        clock=time,
        randomness=SystemRandomness(),
        flight=Flight(),
        http_timeout=http_timeout,
        holder=holder_name(),
        announce=listeners.announce,
    )

    def close() -> None:
        store.close()
        transport.close()

    return QBApps(ports, listeners=listeners, close=close)
