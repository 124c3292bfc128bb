"""What a person who did a disconnect by hand ends besides: a Desktop connector, a bank's consent."""

from __future__ import annotations

from qbapps.domain.banks import happening
from qbapps.domain.banks.states import OVER, BankEvent
from qbapps.domain.banks.telling import recorded
from qbapps.domain.desktop.link import moved
from qbapps.domain.desktop.states import Move, may
from qbapps.domain.events import Event, EventKind
from qbapps.domain.tasks import Task
from qbapps.ports import Ports, Record


def removed(ports: Ports, task: Task) -> tuple[list[Record], list[Event]]:
    """Return what is saved besides the connection once *task*, a disconnect, was done by a person."""
    for found in (_connector(ports, task), _bank(ports, task)):
        if found is not None:
            return [found[0]], [found[1]]
    return [], []


def _connector(ports: Ports, task: Task) -> tuple[Record, Event] | None:
    """Believe whoever removed a connector of QuickBooks Desktop; should it call again, that is noticed."""
    link = ports.desktop.link(task.connection_id)
    if link is None or not may(link.state, Move.GONE):
        return None
    after = moved(link, Move.GONE, attention=None, attention_at=None, attention_note=None)
    event = Event(
        stream=task.connection_id,
        kind=EventKind.DESKTOP_MOVED,
        at=ports.clock.now(),
        by=task.confirmed_by,
        details={"from": link.state, "to": after.state, "move": Move.GONE},
    )
    return after, event


def _bank(ports: Ports, task: Task) -> tuple[Record, Event] | None:
    """Believe whoever cut a bank connection; how many rows waited for review then is not known."""
    link = ports.banks.link(task.connection_id)
    if link is None or link.state in OVER:
        return None
    at = ports.clock.now()
    # The day is this one, unless something was recorded for tomorrow, which it is already somewhere.
    on = max(at.date(), link.recorded_on)
    after = happening.happened(link, BankEvent.DISCONNECTED, on, happening.Facts(by_hand=True))
    return after, recorded(after, BankEvent.DISCONNECTED, at, by=task.confirmed_by, was=link.state)
