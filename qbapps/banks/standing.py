"""How bank connections stand, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from qbapps.banks import keeping
from qbapps.banks.keeping import Kept
from qbapps.domain.banks.consent import Basis, Consent
from qbapps.domain.banks.link import consent_of, snapshot_of, state_on
from qbapps.domain.banks.spans import as_day
from qbapps.domain.banks.states import BankState
from qbapps.domain.banks.status import BankStatus
from qbapps.domain.connection import Kind
from qbapps.language import N_, words
from qbapps.lifecycle import lookup
from qbapps.ports import ConnectionFilter, Ports

_NEXT: Final = {
    BankState.DRAFT: N_("Ask for the consent in QuickBooks: “Bank transactions”, “Link account”."),
    BankState.AWAITING_CONSENT: N_("The customer accepts in QuickBooks; note until which day the consent is given."),
    BankState.AWAITING_BANK: N_("The customer signs in at the bank."),
    BankState.CHOOSING_ACCOUNTS: N_("Give each of the bank's accounts its ledger account in QuickBooks."),
    BankState.ACTIVE: N_("Nothing: it works."),
    BankState.EXPIRING: N_("Renew the consent before its last day; the plan of its repair says how."),
    BankState.EXPIRED: N_("Its consent has ended; the plan of its repair says what to do."),
    BankState.NEEDS_LOGIN: N_("Give QuickBooks the new user name or password; the plan of its repair says how."),
    BankState.NEEDS_BANK_ACTION: N_(
        "Do what the bank asks for on its own site; the plan of its repair says how to go on."
    ),
    BankState.ERROR: N_(
        "Wait: QuickBooks tries again tomorrow. If it goes on failing, the plan of its repair says what to do."
    ),
    BankState.SUSPENDED: N_("Too many tries failed; the plan of its repair says what to do."),
    BankState.REVOKED: N_("The consent was withdrawn; the plan of its repair says how to connect the bank anew."),
    BankState.DISCONNECTED: N_("It is disconnected; the plan of its repair says how to connect the bank anew."),
    BankState.REPLACED: N_("It is disconnected; the plan of its repair says how to connect the bank anew."),
}


def status(ports: Ports, connection_id: str, *, today: date | None, lang: str | None) -> BankStatus:
    """Return how a bank connection stands on a day."""
    return _status(keeping.load(ports, connection_id), _day(ports, today), lang)


def statuses(ports: Ports, *, firm: str | None, today: date | None, lang: str | None) -> tuple[BankStatus, ...]:
    """Return how all of them stand, or a firm's: those whose consent ends first come first, then by bank."""
    day = _day(ports, today)
    found = [_status(kept, day, lang) for kept in _each(ports, firm)]
    found.sort(key=lambda one: (one.consent_end or date.max, one.bank, one.company_name or "", one.connection_id))
    return tuple(found)


def consents(ports: Ports, *, firm: str | None) -> tuple[Consent, ...]:
    """Return the consents of all connections, or of a firm's, in order of connection; those that ended are there."""
    found = (_consent(kept) for kept in _each(ports, firm))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.id))


def next_step(state: BankState, lang: str | None) -> str:
    """Return what comes next for a connection in *state*, in words."""
    return words(lang)(_NEXT[state])


def _each(ports: Ports, firm: str | None) -> Iterator[Kept]:
    if firm is not None:
        lookup.firm(ports.store, firm)
    connections = {one.id: one for one in ports.store.connections(ConnectionFilter(kind=Kind.BANK, firm_id=firm))}
    for link in ports.banks.links():
        if link.connection_id in connections:
            yield Kept(connection=connections[link.connection_id], link=link)


def _status(kept: Kept, day: date, lang: str | None) -> BankStatus:
    link, connection, consent = kept.link, kept.connection, _consent(kept)
    state, end = state_on(link, day), None if consent is None else consent.consent_end
    return BankStatus(
        connection_id=link.connection_id,
        bank=link.bank,
        login=link.login,
        company_name=connection.company_name,
        realm_id=connection.realm_id,
        today=day,
        state=state,
        regime=link.regime,
        consent=consent,
        consent_end=end,
        basis=Basis.UNKNOWN if consent is None else consent.basis,
        days_left=None if end is None or link.ended_on is not None else (end - day).days,
        granted_by=None if consent is None else consent.granted_by,
        accounts=dict(link.accounts),
        generation=link.generation,
        history=link.history,
        synced_on=link.synced_on,
        stopped_on=_stopped_on(link.stopped_on, end) if state is BankState.EXPIRED else link.stopped_on,
        failures=link.failures,
        in_review=link.in_review,
        snapshot=snapshot_of(link),
        note=link.note,
        next_step=next_step(state, lang),
    )


def _consent(kept: Kept) -> Consent | None:
    owner, company = kept.connection.owner, kept.connection.company_name or kept.connection.realm_id
    return consent_of(kept.link, granted_by=None if owner is None else owner.email or owner.name, company=company)


def _stopped_on(stopped: date | None, end: date | None) -> date | None:
    """Return the day on which the first of two reasons stopped it."""
    return min((day for day in (stopped, end) if day is not None), default=None)


def _day(ports: Ports, today: date | None) -> date:
    return keeping.today(ports) if today is None else as_day(today, "today")
