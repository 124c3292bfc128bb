"""What time does to bank connections: consents that end soon are told of, and those that have ended are marked."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from qbapps.banks import keeping
from qbapps.banks.keeping import Kept
from qbapps.domain.banks.link import consent_end, state_on
from qbapps.domain.banks.states import BankState
from qbapps.domain.events import Event, EventKind
from qbapps.errors import NotFoundError
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
        match state_on(link, keeping.today(ports)):
            case BankState.EXPIRING:
                expiring.append(link.connection_id)
                _tell(ports, link.connection_id)
            case BankState.EXPIRED:
                if retry_stale(lambda name=link.connection_id: _mark(ports, name)):  # type: ignore[misc]
                    lapsed.append(link.connection_id)
            case _:
                pass
    return Settled(expiring=tuple(expiring), lapsed=tuple(lapsed))


def _mark(ports: Ports, connection_id: str) -> bool:
    kept = keeping.load(ports, connection_id)
    return keeping.keep(ports, kept, kept.link).state is not kept.connection.state


def _tell(ports: Ports, connection_id: str) -> None:
    """Tell once at each lead, for each end of a consent."""
    kept = _still(ports, connection_id)
    end = None if kept is None else consent_end(kept.link)
    if end is None:
        return
    today = keeping.today(ports)
    before = ports.store.latest_events(connection_id).get(EventKind.EXPIRING)
    if before is not None and before.details.get("consent_end") == end.isoformat():
        told_on = before.at.date()
        if _leads(end, told_on) >= _leads(end, today):
            return
    event = Event(
        stream=connection_id,
        kind=EventKind.EXPIRING,
        at=ports.clock.now(),
        details={"consent_end": end.isoformat(), "days_left": (end - today).days},
    )
    save(ports, Change(events=(event,)))


def _still(ports: Ports, connection_id: str) -> Kept | None:
    try:
        return keeping.load(ports, connection_id)
    except NotFoundError:
        return None


def _leads(end: date, day: date) -> int:
    """Return how many of the leads before *end* are due by *day*."""
    return sum((end - day).days <= lead for lead in LEADS)
