"""What the trail says of a bank connection."""

from __future__ import annotations

from datetime import datetime

from qbapps.domain.banks.happening import Facts
from qbapps.domain.banks.link import BankLink, consent_end
from qbapps.domain.banks.states import BankEvent, BankState
from qbapps.domain.events import Event, EventKind


def recorded(
    link: BankLink,
    what: str,
    at: datetime,
    *,
    by: str | None,
    was: BankState | None,
    facts: Facts | None = None,
) -> Event:
    """Return the event that says what was recorded; account numbers stay out of the trail."""
    end = consent_end(link)
    cut = facts if what == BankEvent.DISCONNECTED else None
    return Event(
        stream=link.connection_id,
        kind=EventKind.BANK_RECORDED,
        at=at,
        by=by,
        details={
            "what": what,
            "on": link.recorded_on.isoformat(),
            "from": was,
            "to": link.state,
            "generation": link.generation,
            "consent_end": None if end is None else end.isoformat(),
            "accounts": ", ".join(link.accounts) or None,
            "owner": None if facts is None else facts.owner,
            "in_review": None if cut is None else cut.in_review,
            "accept_loss": None if cut is None else cut.accept_loss,
            "note": link.note,
        },
    )
