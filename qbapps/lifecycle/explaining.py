"""Why a connection does not work: the evidence in the store, and the next action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from qbapps.domain import refusal as refusals
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause, Diagnosis
from qbapps.domain.events import EventKind
from qbapps.domain.evidence import Evidence, cause
from qbapps.domain.parties import Reach
from qbapps.domain.tokens import SealedTokens
from qbapps.language import N_, Phrase
from qbapps.lifecycle import gathering, lookup
from qbapps.ports import Ports

NEXT_STEPS: Final = {
    Cause.WORKING: N_("Nothing to do."),
    Cause.PAUSED: N_("Resume the connection when it may be used again."),
    Cause.REFUSED: N_("Ask the owner whether the app was disconnected in QuickBooks, then send a reconnect link."),
    Cause.IDLE_TOO_LONG: N_("Send the owner a reconnect link, and run keepalive every week."),
    Cause.HARD_CAP: N_("Send the owner a reconnect link: Intuit ends every consent after five years."),
    Cause.OWNER_LOST_ACCESS: N_(
        "Transfer the connection to an admin of the company with begin_transfer; if its owner is one again, probe it."
    ),
    Cause.ACCESS_GONE: N_(
        "Check the app's environment, its api_url and the company, then probe it; if that fails, send a reconnect link."
    ),
    Cause.LOST_ANSWER: N_("Send the owner a reconnect link."),
    Cause.SUPERSEDED: N_(
        "Stop whatever else refreshes this pair, such as a copy of the store, then send the owner a reconnect link."
    ),
    Cause.TAKEN_OVER: N_(
        "Look at unverified_grants() and adopt the newer consent; if there is none, send its giver a reconnect link."
    ),
    Cause.WRONG_KEYS: N_("Register the app again with its present client secret; no connection is dead."),
    Cause.OUTAGE: N_("Wait: nothing is marked, and the next call after the pause tries again."),
    Cause.COMPANY_INACTIVE: N_("Ask the company to renew its QuickBooks subscription; the connection is healthy."),
    Cause.REPORTED: N_("Ask the owner to reconnect the app in QuickBooks."),
    Cause.DISCONNECTED: N_("Begin a reconnect if the company wants the app back."),
    Cause.IN_QUICKBOOKS: N_("Ask the company why it was ended; begin a reconnect if it wants the app back."),
    Cause.SETUP_UNFINISHED: N_("Look at desktop.status, or banks.status: it says what comes next, and who does it."),
    Cause.ACCESS_WITHDRAWN: N_("Have the QuickBooks Admin open the company file and answer “Yes, always”."),
    Cause.NEEDS_ATTENTION: N_("Look at desktop.status: it says what somebody has to look at, and what to do."),
    Cause.CONNECTOR_SILENT: N_(
        "Check that the computer is on, that the Web Connector runs, that the app is ticked, and that “Auto-Run” is on."
    ),
    Cause.CONSENT_ENDED: N_("Its consent has ended; the plan of its repair says what to do."),
    Cause.CONSENT_WITHDRAWN: N_("The consent was withdrawn; the plan of its repair says how to connect the bank anew."),
    Cause.BANK_LOGIN_CHANGED: N_("Give QuickBooks the new user name or password; the plan of its repair says how."),
    Cause.BANK_WAITS: N_("Do what the bank asks for on its own site; the plan of its repair says how to go on."),
    Cause.SYNC_SUSPENDED: N_("Too many tries failed; the plan of its repair says what to do."),
}

_HAPPENED: Final = (
    (EventKind.TAKEN_OVER, N_("Another consent took the connection over at {at}.")),
    (EventKind.NEEDS_RECONNECT, N_("It was found not to work at {at}.")),
    (EventKind.REVIVED, N_("It came back by itself at {at}.")),
    (EventKind.DISCONNECTED, N_("It was disconnected at {at}.")),
)


def explain(ports: Ports, connection_id: str) -> Diagnosis:
    """Return why a connection does not work, or that it does, from what the store knows; no network."""
    connection = lookup.connection(ports.store, connection_id)
    return diagnose(gathering.gather(ports, connection), ports.clock.now())


def diagnose(evidence: Evidence, at: datetime) -> Diagnosis:
    """Weigh the evidence about a connection."""
    found = cause(evidence, at)
    told = (
        *_consent(evidence.connection),
        *_journal(evidence),
        *_elsewhere(evidence),
        *_of_the_app(evidence, found),
        *_events(evidence),
        *_guess(found, evidence),
    )
    return Diagnosis(cause=found, evidence=told, next_step=Phrase(NEXT_STEPS[found]))


def _consent(connection: Connection) -> Iterator[Phrase]:
    if connection.connected_at is not None:
        yield Phrase(
            "The present consent is number {grant}, of {at}.",
            grant=connection.grant,
            at=_when(connection.connected_at),
        )
    if connection.refreshed_at is not None and connection.reach is Reach.API:
        yield Phrase(
            "The last pair, generation {generation}, came at {at}.",
            generation=connection.generation,
            at=_when(connection.refreshed_at),
        )


def _journal(evidence: Evidence) -> Iterator[Phrase]:
    tokens = evidence.tokens
    if tokens is None:
        return
    yield Phrase("Unused, it would end at {at}.", at=_when(tokens.refresh_expires_at))
    if tokens.refresh_hard_expires_at is not None:
        yield Phrase("The consent ends for good at {at}.", at=_when(tokens.refresh_hard_expires_at))
    if tokens.ambiguous_since is not None:
        yield Phrase("A refresh sent at {at} was never answered.", at=_when(tokens.ambiguous_since))
    yield from _refusals(evidence, tokens)


def _refusals(evidence: Evidence, tokens: SealedTokens) -> Iterator[Phrase]:
    if tokens.refused_at is None:
        return
    yield Phrase(
        "Intuit refused generation {generation} at {at}, twice.",
        generation=tokens.generation,
        at=_when(tokens.refused_at),
    )
    last = evidence.last_refusal
    if last is not None and last > tokens.refused_at:
        yield Phrase("It was tried again, and last refused at {at}.", at=_when(last))


def _elsewhere(evidence: Evidence) -> Iterator[Phrase]:
    """What shows, or hints, that somebody else has a newer consent or pair."""
    connection, tokens, retired = evidence.connection, evidence.tokens, evidence.retired
    if retired is not None:
        yield Phrase(
            "The pair held here was replaced before: it was generation {generation} until {at}.",
            generation=retired.generation,
            at=_when(retired.retired_at),
        )
    if tokens is not None and tokens.generation < connection.generation:
        yield Phrase(
            "The pair held here is generation {held}, but generation {generation} was held before.",
            held=tokens.generation,
            generation=connection.generation,
        )
    grant, transfer = evidence.newer_grant, evidence.transfer
    if grant is not None:
        yield Phrase(
            "A newer consent for the same company came at {at} and waits unverified: {grant}.",
            at=_when(grant.received_at),
            grant=grant.id,
        )
    if evidence.unanswered_consent is not None:
        yield Phrase(
            "A consent for the same company was sent to Intuit at {at} and never answered; it may have taken over.",
            at=_when(evidence.unanswered_consent),
        )
    if transfer is not None:
        yield Phrase(
            "A transfer to {to}, begun at {at}, did not come back.", to=transfer.to, at=_when(transfer.created_at)
        )
    if evidence.imported:
        yield Phrase("The pair was brought in from another program, which may still be refreshing it.")


def _of_the_app(evidence: Evidence, found: Cause) -> Iterator[Phrase]:
    keys, tokens = evidence.keys_refused, evidence.tokens
    if keys is not None:
        yield Phrase("Intuit refused the keys of {app} at {at}.", app=keys.stream, at=_when(keys.at))
        yield from _tid(keys.details.get("intuit_tid"))
        if evidence.keys_replaced:
            yield Phrase("The app was registered again since; nothing has been refreshed yet.")
    if found is Cause.OUTAGE and tokens is not None and tokens.refused_at is not None:
        yield Phrase(
            "Other connections of the app that were refused lately, with none refreshed since: {others}.",
            others=evidence.others,
        )
        yield Phrase(
            "If it is still refused after {at}, it will be believed.", at=_when(refusals.believed_at(tokens.refused_at))
        )


def _events(evidence: Evidence) -> Iterator[Phrase]:
    since, latest = evidence.connection.connected_at, evidence.latest
    for kind, text in _HAPPENED:
        event = latest.get(kind)
        if event is not None and (since is None or event.at >= since):
            yield Phrase(text, at=_when(event.at))
            yield from _tid(event.details.get("intuit_tid"))
    refused = latest.get(EventKind.REFUSED)
    if refused is not None and refused.at == evidence.last_refusal:
        yield from _tid(refused.details.get("intuit_tid"))


def _guess(found: Cause, evidence: Evidence) -> Iterator[Phrase]:
    if found is Cause.REFUSED:
        yield Phrase(
            "Nothing here explains it. Likely the app was disconnected in QuickBooks, or connected by another admin."
        )
    hit = evidence.latest.get(EventKind.PROBED)
    since = evidence.connection.refreshed_at
    if found is Cause.REFUSED and hit is not None and since is not None and hit.at >= since:
        yield Phrase("Its Disconnect URL was called at {at}; anyone can do that.", at=_when(hit.at))


def _tid(value: object) -> Iterator[Phrase]:
    if value:
        yield Phrase("Intuit's id of that exchange is {tid}.", tid=value)


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
