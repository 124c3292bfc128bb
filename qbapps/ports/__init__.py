"""What the use cases need from outside, as protocols, and ``Ports``, the bundle of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import attrs

from qbapps.domain.events import Event
from qbapps.domain.limits import Limits
from qbapps.domain.plan import Outcome
from qbapps.ports.banks import BankTables
from qbapps.ports.changes import Change, Lease, Record, SealedSecret
from qbapps.ports.desktop import Answering, DesktopTables
from qbapps.ports.intuit import Books, Companies, OAuth, RevokeAnswer
from qbapps.ports.machine import Clock, Flight, Memory, Pace, Randomness, Vault
from qbapps.ports.storing import ConnectionFilter, Glance, Pulse, Standing, Store
from qbapps.ports.tables import Tables

__all__ = [
    "Answering",
    "BankTables",
    "Books",
    "Change",
    "Clock",
    "Companies",
    "ConnectionFilter",
    "DesktopTables",
    "Flight",
    "Glance",
    "Lease",
    "Memory",
    "OAuth",
    "Pace",
    "Ports",
    "Pulse",
    "Randomness",
    "Record",
    "RevokeAnswer",
    "SealedSecret",
    "Standing",
    "Store",
    "Tables",
    "Vault",
]


@attrs.frozen(kw_only=True)
class Ports:
    """
    All of the outside that the use cases need.

    Attributes:
        tables: What is in the store, as frames.
        desktop: What is in the store of QuickBooks Desktop connections.
        banks: What is in the store of bank connections.
        elapsed: Seconds that do not go back when somebody sets the clock; those of one host agree.
        announce: Says that an event is saved, so that whoever listens is told.
        telling: Gives a context inside which this thread tells nobody: it has a lease or leads a flight,
            which a listener could wait for. They are told on the way out.
        elsewhere: Carries out rows of a plan in whatever process it is called; it can be sent there.
    """

    store: Store
    tables: Tables
    desktop: DesktopTables
    banks: BankTables
    vault: Vault
    oauth: OAuth
    companies: Companies
    clock: Clock
    elapsed: Callable[[], float]
    randomness: Randomness
    flight: Flight
    memory: Memory
    pace: Pace
    http_timeout: timedelta
    holder: str
    announce: Callable[[Event], None]
    telling: Callable[[], AbstractContextManager[None]]
    elsewhere: Callable[[str, tuple[int, ...], Limits], tuple[tuple[int, Outcome, str | None], ...]]
