"""A process full of callers that want a token of the same connection at the same moment."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import attrs

import qbapps
from qbapps.errors import QBAppsError

PATIENCE = 60


@attrs.frozen
class Got:
    """
    What one caller got.

    Attributes:
        at: When, in seconds that all processes of this machine share.
    """

    generation: int | None
    digest: str | None
    error: str | None
    at: float


def crowd(url: str, key: str, connection_id: str, callers: int, together: Barrier, results: Queue[list[Got]]) -> None:
    """Open the store, wait for the other processes, and let *callers* threads ask at once."""
    with qbapps.open(url, key=key) as qb:
        start = threading.Barrier(callers)

        def ask(_: int) -> Got:
            start.wait(PATIENCE)
            try:
                token = qb.access_token(connection_id)
            except QBAppsError as error:
                return Got(None, None, error.code, time.monotonic())
            return Got(token.generation, token.value.digest(), None, time.monotonic())

        qb.connection(connection_id)
        together.wait(PATIENCE)
        with ThreadPoolExecutor(callers) as threads:
            results.put(list(threads.map(ask, range(callers))))
