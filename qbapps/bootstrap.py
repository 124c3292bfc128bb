"""Opening: settings to adapters to ports to QBApps. The one place that knows both sides."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.manager import QBApps
from qbapps.ports import Clock

if TYPE_CHECKING:
    from qbapps.domain.limits import Limits
    from qbapps.intuit.transport import Transport
    from qbapps.lifecycle.applying import Batch
    from qbapps.store.sql import SqlStore
    from qbapps.vault import KeyRing


def open(  # noqa: A001 - the contract's name, used as qbapps.open
    url: str | None = None,
    *,
    key: object = None,
    http_timeout: timedelta = policies.HTTP_TIMEOUT,
    token_cache_ttl: timedelta = policies.TOKEN_CACHE_TTL,
    clock: Clock | None = None,
) -> QBApps:
    """
    Open a store and return the object that everything is asked of.

    An SQLite file is created and brought up to date as needed; PostgreSQL needs
    ``qbapps db upgrade`` first. No network is touched.

    What a crash left in an SQLite file is looked for: a warning is logged if there is something, and
    exchanges that were cut off are recorded as lost. ``recover`` carries on the rest.

    Args:
        url: ``sqlite:///file``, ``sqlite://`` for one in memory, or ``postgresql://...``; default
            ``QBAPPS_STORE``, else ``qbapps.db`` in the current folder.

        key: A base64url 32-byte key, or several: the first seals, all open. Default
            ``QBAPPS_KEY`` (comma-separated), else for an SQLite store a key file in the user's
            configuration folder, made on first use.

        http_timeout: Longest wait for one answer of Intuit. A call that is retried may take
            several of them.

        token_cache_ttl: How long ``access_token`` hands a token out from memory before it looks at
            the store again, and so how late it may learn of a pause, a disconnect or a rotation
            done by another process. Zero looks each time.

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
    ttl = config.token_cache_ttl(token_cache_ttl)
    ring = config.key_ring(key, place)  # type: ignore[arg-type]
    if clock is not None and not (hasattr(clock, "now") and hasattr(clock, "sleep")):
        raise ConfigurationError("clock has no now() or no sleep().", hint="Give an object with both.")
    store = open_store(place)
    qb = assemble(store, ring, transport=Transport(), http_timeout=timeout, token_cache_ttl=ttl, clock=clock)
    if store.is_file:
        qb._look_back()  # noqa: SLF001 - no verb of the facade: it is part of opening
    return qb


def assemble(
    store: SqlStore,
    ring: KeyRing,
    *,
    transport: Transport,
    http_timeout: timedelta = policies.HTTP_TIMEOUT,
    token_cache_ttl: timedelta = policies.TOKEN_CACHE_TTL,
    clock: Clock | None = None,
) -> QBApps:
    """Put adapters together; for those who bring their own, such as a transport without sockets."""
    from qbapps.flight import Flight
    from qbapps.intuit.company import IntuitCompanies
    from qbapps.intuit.oauth import IntuitOAuth
    from qbapps.listening import LOOK_EVERY, Listeners
    from qbapps.memory import Memory
    from qbapps.pace import Pace
    from qbapps.ports import Ports
    from qbapps.system import SystemClock, SystemRandomness, elapsed_by, holder_name
    from qbapps.vault import Vault

    time = clock or SystemClock()
    elapsed = elapsed_by(time)
    # Nobody else writes to a store in memory, and who moves the clock says when it is time to look.
    watch_every = None if clock is not None or store.is_in_memory else LOOK_EVERY
    listeners = Listeners(store.outbox, time, elapsed, watch_every=watch_every)
    ports = Ports(
        store=store,
        tables=store.tables,
        desktop=store.desktop,
        banks=store.banks,
        vault=Vault(ring),
        oauth=IntuitOAuth(time, http_timeout, transport),
        companies=IntuitCompanies(time, http_timeout, transport),
        clock=time,
        elapsed=elapsed,
        randomness=SystemRandomness(),
        flight=Flight(around=listeners.held),
        memory=Memory(elapsed, token_cache_ttl),
        pace=Pace(store, time),
        http_timeout=http_timeout,
        holder=holder_name(),
        announce=listeners.announce,
        telling=listeners.held,
        elsewhere=_rows_elsewhere,
    )

    def close() -> None:
        listeners.close()
        store.close()
        transport.close()

    return QBApps(ports, listeners=listeners, close=close)


def _rows_elsewhere(plan_id: str, numbers: tuple[int, ...], limits: Limits) -> Batch:
    """Carry out rows of a plan in the process that this is called in, whose environment says which store."""
    from qbapps.lifecycle import applying

    ports = _opened()._ports  # noqa: SLF001 - no verb of the facade: it is part of apply
    with _undisturbed():
        return applying.rows_elsewhere(ports, plan_id, numbers, limits)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C at the terminal, which reaches all processes there, be the business of who applies the plan."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@lru_cache(maxsize=1)
def _opened() -> QBApps:
    """Return the store of this process, opened once."""
    return open()
