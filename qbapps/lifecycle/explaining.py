"""Why a connection does not work: the evidence in the store, and the next action."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause, Diagnosis
from qbapps.domain.disconnection import Reason
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.language import N_, Phrase
from qbapps.lifecycle import lookup
from qbapps.ports import Ports

NEXT_STEPS: Final = {
    Cause.WORKING: N_("Nothing to do."),
    Cause.PAUSED: N_("Resume the connection when it may be used again."),
    Cause.REFUSED: N_("Ask the owner whether the app was disconnected in QuickBooks, then send a reconnect link."),
    Cause.IDLE_TOO_LONG: N_("Send the owner a reconnect link, and run keepalive every week."),
    Cause.HARD_CAP: N_("Send the owner a reconnect link: Intuit ends every consent after five years."),
    Cause.OWNER_LOST_ACCESS: N_("Transfer the connection to an admin of the company."),
    Cause.ACCESS_GONE: N_("Check the app's environment and the company, then send the owner a reconnect link."),
    Cause.LOST_ANSWER: N_("Send the owner a reconnect link."),
    Cause.REPORTED: N_("Ask the owner to reconnect the app in QuickBooks."),
    Cause.DISCONNECTED: N_("Begin a reconnect if the company wants the app back."),
    Cause.IN_QUICKBOOKS: N_("Ask the company why it was ended; begin a reconnect if it wants the app back."),
}


def explain(ports: Ports, connection_id: str) -> Diagnosis:
    """Return why a connection does not work, or that it does, from what the store knows; no network."""
    connection = lookup.connection(ports.store, connection_id)
    events = tuple(ports.store.events(connection_id))
    return diagnose(connection, ports.store.tokens(connection_id), events, ports.clock.now())


def diagnose(connection: Connection, tokens: SealedTokens | None, events: tuple[Event, ...], at: datetime) -> Diagnosis:
    """Weigh the evidence about *connection*."""
    cause = _cause(connection, tokens, events, at)
    return Diagnosis(
        cause=cause, evidence=tuple(_evidence(connection, tokens, events)), next_step=Phrase(NEXT_STEPS[cause])
    )


def _cause(connection: Connection, tokens: SealedTokens | None, events: tuple[Event, ...], at: datetime) -> Cause:
    match connection.state:
        case ConnectionState.CONNECTED:
            return Cause.WORKING
        case ConnectionState.PAUSED:
            return Cause.PAUSED
        case ConnectionState.DISCONNECTED:
            last = _last(events, EventKind.DISCONNECTED)
            there = last is not None and last.details.get("reason") == Reason.IN_QUICKBOOKS
            return Cause.IN_QUICKBOOKS if there else Cause.DISCONNECTED
        case ConnectionState.NEEDS_RECONNECT:
            if connection.reach is Reach.HAND:
                return Cause.REPORTED
            return _refused(connection, tokens, at)


def _refused(connection: Connection, tokens: SealedTokens | None, at: datetime) -> Cause:
    if connection.cause in tuple(Cause) and connection.cause != Cause.REFUSED:
        return Cause(connection.cause)
    return Cause.REFUSED if tokens is None else why_refused(tokens, tokens.refused_at or at)


def why_refused(tokens: SealedTokens, at: datetime) -> Cause:
    """Return why Intuit refused *tokens* at *at*, as far as their own dates and journal tell."""
    if tokens.refresh_hard_expires_at is not None and at >= tokens.refresh_hard_expires_at:
        return Cause.HARD_CAP
    if at >= tokens.refresh_expires_at:
        return Cause.IDLE_TOO_LONG
    if tokens.ambiguous_since is not None:
        return Cause.LOST_ANSWER
    return Cause.REFUSED


def _evidence(connection: Connection, tokens: SealedTokens | None, events: tuple[Event, ...]) -> list[Phrase]:
    found: list[Phrase] = []
    if connection.connected_at is not None:
        found.append(
            Phrase(
                "The present consent is number {grant}, of {at}.",
                grant=connection.grant,
                at=_when(connection.connected_at),
            )
        )
    if connection.refreshed_at is not None and connection.reach is Reach.API:
        found.append(
            Phrase(
                "The last pair, generation {generation}, came at {at}.",
                generation=connection.generation,
                at=_when(connection.refreshed_at),
            )
        )
    found.extend(_journal(tokens))
    for kind, text in (
        (EventKind.TAKEN_OVER, N_("Another consent took the connection over at {at}.")),
        (EventKind.NEEDS_RECONNECT, N_("It was found not to work at {at}.")),
        (EventKind.DISCONNECTED, N_("It was disconnected at {at}.")),
    ):
        event = _last(events, kind)
        if event is not None and (connection.connected_at is None or event.at >= connection.connected_at):
            found.append(Phrase(text, at=_when(event.at)))
            tid = event.details.get("intuit_tid")
            if tid:
                found.append(Phrase("Intuit's id of that exchange is {tid}.", tid=tid))
    return found


def _journal(tokens: SealedTokens | None) -> list[Phrase]:
    if tokens is None:
        return []
    found = [Phrase("Unused, it would end at {at}.", at=_when(tokens.refresh_expires_at))]
    if tokens.refresh_hard_expires_at is not None:
        found.append(Phrase("The consent ends for good at {at}.", at=_when(tokens.refresh_hard_expires_at)))
    if tokens.ambiguous_since is not None:
        found.append(Phrase("A refresh sent at {at} was never answered.", at=_when(tokens.ambiguous_since)))
    if tokens.refused_at is not None:
        found.append(
            Phrase(
                "Intuit refused generation {generation} at {at}, twice.",
                generation=tokens.generation,
                at=_when(tokens.refused_at),
            )
        )
    return found


def _last(events: tuple[Event, ...], kind: EventKind) -> Event | None:
    return next((event for event in reversed(events) if event.kind is kind), None)


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
