"""Why a bank connection does not work, or that it does, from what was recorded of it."""

from __future__ import annotations

from collections.abc import Iterator

from qbapps.banks import keeping
from qbapps.banks.standing import next_step
from qbapps.domain.banks.consent import Basis
from qbapps.domain.banks.link import BankLink, consent_of, followed, state_on
from qbapps.domain.banks.states import BankState
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause, Diagnosis
from qbapps.domain.states import ConnectionState
from qbapps.language import Words, labels, words
from qbapps.ports import Ports


def explain(ports: Ports, connection_id: str, lang: str | None) -> Diagnosis:
    """Return why a bank connection does not work, in words; no network."""
    _, kept, at = words(lang), keeping.load(ports, connection_id), ports.clock.now()
    state = state_on(kept.link, at.date())
    return Diagnosis(
        cause=_cause(followed(kept.connection, kept.link, at.date(), at), state),
        evidence=tuple(_evidence(kept.link, _)),
        next_step=next_step(state, lang),
    )


def _cause(connection: Connection, state: BankState) -> Cause:
    match connection.state:
        case ConnectionState.DISCONNECTED:
            return Cause.DISCONNECTED
        case ConnectionState.PAUSED:
            return Cause.PAUSED
        case ConnectionState.NEEDS_RECONNECT:
            return Cause(connection.cause or Cause.SETUP_UNFINISHED)
        case ConnectionState.CONNECTED:
            return Cause.NEEDS_ATTENTION if state is BankState.ERROR else Cause.WORKING


def _evidence(link: BankLink, _: Words) -> Iterator[str]:
    yield from _of_consent(link, _)
    if link.synced_on is not None:
        yield _("Operations came in last on {day}.", day=_.day(link.synced_on))
    if link.stopped_on is not None:
        yield _("The last day that was synchronised is {day}.", day=_.day(link.stopped_on))
    if link.failures:
        yield _("Tries in a row that failed: {n}.", n=_.number(link.failures))
    if link.update_failed:
        yield _("An update was tried in QuickBooks, in vain.")
    if link.in_review:
        yield _("Rows that waited for review as it was cut, and are lost: {n}.", n=_.number(link.in_review))
    if link.note:
        yield _("What was noted on {day}: {note}", day=_.day(link.recorded_on), note=link.note)


def _of_consent(link: BankLink, _: Words) -> Iterator[str]:
    consent = consent_of(link)
    if consent is None:
        yield _("Nobody has signed in at the bank yet.")
        return
    yield _("Its customer signed in at the bank last on {day}.", day=_.day(consent.authenticated_on))
    if consent.confirmed_on is not None:
        yield _("The consent was reconfirmed on {day}.", day=_.day(consent.confirmed_on))
    end = consent.consent_end
    if consent.ended_on is not None:
        yield _("The consent was withdrawn, or the connection cut, on {day}.", day=_.day(consent.ended_on))
    elif end is None:
        yield _("Until when the consent is good is not known: no rule is known for it, and nobody stated it.")
    elif consent.basis is Basis.STATED:
        yield _("Its last good day is {day}: so it was stated.", day=_.day(end))
    else:
        regime = labels.label(link.regime, _.language)
        yield _("Its last good day is {day}, by the rules of its country ({regime}).", day=_.day(end), regime=regime)
