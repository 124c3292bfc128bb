"""A firm, its clients and the banks of their QuickBooks, by a clock that stands where a test sets it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import attrs

import qbapps
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event
from qbapps.manager import QBApps
from qbapps.store.opening import upgrade
from qbapps.testing import FakeClock

KEY = "A" * 43
FIRM = "durand"
FIRM_REALM = "9130350000000001"
WORKSHOP = "9130350000000002"
BAKERY = "9130350000000003"
JEAN = "jean@durand.example"
MARIE = "marie@durand.example"
BEGIN = date(2021, 12, 10)
END = date(2022, 3, 10)
"""The last good day of a consent of 90 days from ``BEGIN``."""

ACCOUNTS = {"512000": "FR76 4821", "512100": "4822"}


@attrs.define
class Banks:
    """The library with a firm and two clients in it."""

    qb: QBApps
    clock: FakeClock
    url: str

    def go_to(self, day: date, hour: int = 9) -> None:
        """Let the clock stand at an hour (UTC) of a day."""
        wanted = datetime.combine(day, time(hour), UTC)
        self.clock.advance(wanted - self.clock.now())

    def connect(self, **changes: Any) -> Connection:
        """Note the workshop's bank, which works."""
        given = {
            "bank": "Crédit Agricole",
            "realm_id": WORKSHOP,
            "owner": JEAN,
            "authenticated_on": BEGIN,
            "accounts": ACCOUNTS,
        }
        return self.qb.banks.connect(**{**given, **changes})

    def told(self, connection_id: str, kind: str) -> list[Event]:
        """Return the events of a kind."""
        return [one for one in self.qb.events(connection_id) if one.kind == kind]


@contextmanager
def opened(url: str | None = None, *, folder: Path | None = None) -> Iterator[Banks]:
    """Open it in memory, in a file of *folder*, or at *url*."""
    if url is None:
        url = "sqlite://" if folder is None else f"sqlite:///{folder / 'banks.db'}"
        if folder is not None:
            upgrade(url)
    clock = FakeClock(datetime.combine(BEGIN, time(9), UTC))
    with qbapps.open(url, key=KEY, clock=clock) as qb:
        qb.add_firm(FIRM, name="Cabinet Durand", realm_id=FIRM_REALM)
        qb.add_client(FIRM, realm_id=WORKSHOP, name="Menuiserie Petit")
        qb.add_client(FIRM, realm_id=BAKERY, name="Boulangerie Martin")
        yield Banks(qb, clock, url)


A_DAY = timedelta(days=1)
