"""What time does to bank connections: consents that end soon are told of, and those that have ended are marked."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from qbapps.banks import keeping
from qbapps.domain.banks.link import BankLink, consent_end, state_on
from qbapps.domain.banks.states import OVER, BankState
from qbapps.domain.events import Event, EventKind
from qbapps.domain.record import revise
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports

LEADS: Final = (14, 7, 1, 0)
"""Days before the last good one on which it is told, once each. Our choice, as for reminders."""


@attrs.frozen(kw_only=True)
class Settled:
    """
    What was found.

    Attributes:
        expiring: Connections whose consent ends within the longest lead.
        lapsed: Those whose consent had ended, and that were marked now.
    """

    expiring: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()


def settle(ports: Ports) -> Settled:
    """Look at all bank connections, tell what ends soon, and mark what has ended."""
    expiring, lapsed = [], []
    for link in ports.banks.links():
        today = keeping.today(ports)
        if _ends_soon(link, today):
            expiring.append(link.connection_id)
            retry_stale(lambda name=link.connection_id: _tell(ports, name))  # type: ignore[misc]
        elif state_on(link, today) is BankState.EXPIRED and retry_stale(
            lambda name=link.connection_id: _mark(ports, name)  # type: ignore[misc]
        ):
            lapsed.append(link.connection_id)
    return Settled(expiring=tuple(expiring), lapsed=tuple(lapsed))


def _ends_soon(link: BankLink, today: date) -> bool:
    """Tell whether its consent ends within the longest lead, whatever else is wrong with it."""
    end = consent_end(link)
    lives = link.state not in OVER and link.state is not BankState.REVOKED
    return lives and end is not None and 0 <= (end - today).days <= max(LEADS)


def _mark(ports: Ports, connection_id: str) -> bool:
    kept = keeping.load(ports, connection_id)
    return keeping.keep(ports, kept, kept.link).state is not kept.connection.state


def _tell(ports: Ports, connection_id: str) -> None:
    """Tell once at each lead, for each end of a consent, however many look at once."""
    link, today = keeping.load(ports, connection_id).link, keeping.today(ports)
    end = consent_end(link)
    if end is None or not _ends_soon(link, today):
        return
    before = ports.store.latest_events(connection_id).get(EventKind.EXPIRING)
    same = before is not None and before.details.get("consent_end") == end.isoformat()
    if before is not None and same and _leads(end, before.at.date()) >= _leads(end, today):
        return
    event = Event(
        stream=connection_id,
        kind=EventKind.EXPIRING,
        at=ports.clock.now(),
        details={"consent_end": end.isoformat(), "days_left": (end - today).days},
    )
    # Its next version: of two who tell at once, one finds that it was told.
    save(ports, Change(records=(revise(link),), events=(event,)))


def _leads(end: date, day: date) -> int:
    """Return how many of the leads before *end* are due by *day*."""
    return sum((end - day).days <= lead for lead in LEADS)
