"""Which idle connections are refreshed now, and when the end of a consent is told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from qbapps.domain import policies
from qbapps.domain.connection import Connection

_SHARES: Final = 1 << 32


def due(found: Iterable[Connection], at: datetime, within: timedelta) -> list[Connection]:
    """
    Return the connections to refresh now, the most urgent first.

    That is each one whose refresh token ends within *within*. Of a crowd that ends on one day, some
    are taken up to two weeks earlier, each on a day of its own choice that does not change, so that
    connections made on one day are not refreshed together for ever.
    """
    ending = [(one.refresh_expires_at, one) for one in found if one.refresh_expires_at is not None]
    crowds = Counter(ends.date() for ends, _ in ending if ends - at > within)
    chosen = [
        (ends, one)
        for ends, one in ending
        if ends - at <= within
        or (crowds[ends.date()] >= policies.KEEP_ALIVE_CROWD and ends - at <= within + head_start(one.id))
    ]
    return [one for _, one in sorted(chosen, key=lambda pair: (pair[0], pair[1].id))]


def head_start(connection_id: str) -> timedelta:
    """Return how much earlier than needed this connection is refreshed when it is one of a crowd."""
    share = int.from_bytes(hashlib.sha256(connection_id.encode()).digest()[:4], "big")
    return policies.KEEP_ALIVE_SPREAD * (share / _SHARES)


def caps_soon(connection: Connection, at: datetime) -> bool:
    """Tell whether the five-year cap of the consent is near."""
    cap = connection.refresh_hard_expires_at
    return cap is not None and alerts(cap, at) > 0


def alerts(cap: datetime, at: datetime) -> int:
    """Return how many of the alerts before *cap* are due by *at*."""
    return sum(cap - at <= lead for lead in policies.HARD_CAP_ALERTS)
