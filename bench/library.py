"""qbapps as the benches use it: its public surface, a clock that ages every token at will, a store on disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server import refresh_token
from standin import StandIn

import qbapps
from qbapps.bootstrap import assemble
from qbapps.intuit.transport import Transport
from qbapps.store.opening import open_store, upgrade
from qbapps.vault import KeyRing

KEY = "A" * 43
"""One key for every process of a bench; it protects nothing."""

APP = "bench"


class Ageing:
    """The machine's clock, set forward whenever the bench wants every access token to be stale."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the present, as far ahead as it was set."""
        return datetime.now(UTC) + self.ahead  # noqa: TID251  # a bench has no ports

    def sleep(self, seconds: float) -> None:
        """Wait for real."""
        time.sleep(max(0.0, seconds))

    def age(self, by: timedelta = timedelta(minutes=58)) -> None:
        """Set it forward: past the freshness of an access token."""
        self.ahead += by


def open_store_at(url: str, intuit: StandIn, clock: Ageing | None = None) -> qbapps.QBApps:
    """Open the store at *url*, trusting the load server's authority; without a clock the machine's is used."""
    ring = KeyRing([qbapps.Secret(KEY)])
    return assemble(open_store(url), ring, transport=Transport(ca_file=intuit.ca_file), clock=clock)


def sqlite_url(folder: Path, name: str) -> str:
    """Return the URL of a new SQLite file."""
    return f"sqlite:///{folder / name}.db"


def prepare(url: str) -> None:
    """Bring the schema of a PostgreSQL database up to date, as ``qbapps db upgrade`` does."""
    if not url.startswith("sqlite"):
        upgrade(url)


def connect(qb: qbapps.QBApps, intuit: StandIn, count: int, *, tls: bool, families: str) -> list[str]:
    """
    Register the app and bring in *count* pairs; return the connections' ids.

    Args:
        families: What the names of their token families begin with.
    """
    qb.register_app(
        APP,
        client_id="bench-client",
        client_secret="bench-secret",  # noqa: S106  # protects nothing
        redirect_uri="http://localhost:8400/callback",
        discovery_url=intuit.discovery(tls=tls),
        api_url=intuit.root(tls=tls),
        identity=False,
    )

    def bring_in(number: int) -> str:
        return qb.import_tokens(
            APP, realm_id=str(9130350000000000 + number), refresh_token=refresh_token(f"{families}{number}")
        ).id

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(bring_in, range(count)))


def timed(call: Callable[[], object]) -> tuple[float, int]:
    """Return the seconds that *call* took, and 1 if it failed."""
    started = time.perf_counter()
    try:
        call()
    except Exception:  # noqa: BLE001  # whatever it is, it is counted
        return time.perf_counter() - started, 1
    return time.perf_counter() - started, 0


def at_once(calls: Sequence[Callable[[], object]]) -> tuple[list[float], int]:
    """Begin every call in a thread of its own at the same moment; return the seconds each took, and the failures."""
    start = threading.Barrier(len(calls))
    found: list[tuple[float, int]] = []

    def one(call: Callable[[], object]) -> None:
        start.wait()
        found.append(timed(call))

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [took for took, _ in found], sum(failed for _, failed in found)
