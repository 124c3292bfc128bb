"""Recording what happened to a bank connection: nobody outside tells of it, so people and programs do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

import attrs

from qbapps.banks import companies, feeding, keeping
from qbapps.banks.evidence import Evidence
from qbapps.banks.folding import fold
from qbapps.banks.keeping import Kept
from qbapps.banks.mapping import pairs
from qbapps.domain.banks.happening import TAKES, Facts, happened
from qbapps.domain.banks.link import BankLink, state_on
from qbapps.domain.banks.spans import as_day
from qbapps.domain.banks.states import SETTING_UP, BankEvent, BankState
from qbapps.domain.banks.telling import recorded
from qbapps.domain.connection import Connection
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import calling_off
from qbapps.lifecycle.lists import choose
from qbapps.lifecycle.people import check_email, check_name, owner_known_as
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports, Record

_GRANTS: Final = frozenset({BankEvent.BANK_AUTHENTICATED, BankEvent.RECONNECTED})
"""Where one of them makes a connection work, its customer has consented anew; so they have where it works at last."""

_FEEDS: Final = frozenset({BankEvent.ACCOUNTS_MAPPED, BankEvent.RECONNECTED})
_DAYS: Final = ("review", "booked", "excluded")


def record(
    ports: Ports, connection_id: str, event: str, *, on: date, by: str | None, facts: Mapping[str, Any]
) -> Connection:
    """
    Record what happened on a day, and return the connection as lists show it now.

    Raises:
        ConfigurationError: There is no such event, or a fact that it does not have; or the day is none, is to come,
            or is before what was recorded last.
        TransitionError: It cannot have happened where the connection stood.
    """
    what = choose(BankEvent, event, "event")
    if what is None:
        raise ConfigurationError("No event was named.", hint=f"Use one of: {', '.join(BankEvent)}.")
    if by is not None:
        check_name("by", by)
    _check_names(what, facts)

    def beat() -> Connection:
        before = keeping.load(ports, connection_id)
        check_on(ports, on, before.link)
        told = _facts(ports, before, what, facts)
        link = happened(before.link, what, on, told)
        return _keep(ports, before, link, what, told, by)

    return retry_stale(beat)


def _keep(ports: Ports, before: Kept, link: BankLink, what: BankEvent, told: Facts, by: str | None) -> Connection:
    at = ports.clock.now()
    connection = before.connection
    if link.state is BankState.ACTIVE and (what in _GRANTS or before.link.state in SETTING_UP):
        connection = attrs.evolve(connection, grant=connection.grant + 1)
    if told.owner is not None:
        owner = owner_known_as(ports.store, told.owner, connection.realm_id)
        connection = connection if owner == connection.owner else attrs.evolve(connection, owner=owner)
    was = state_on(before.link, link.recorded_on)
    events = [recorded(link, what, at, by=by, was=was, facts=told)]
    records: list[Record] = []
    if what in _FEEDS:
        records += feeding.claims(ports, connection, link)
    if what is BankEvent.RECONNECTED:
        # It is wanted again: what was to end it is not to be done any more.
        more, also = calling_off.call_off(ports, connection.id, by=by)
    elif what is BankEvent.DISCONNECTED:
        more, also = calling_off.done_already(ports, connection.id, by=by)
    else:
        more, also = [], []
    return keeping.keep(
        ports,
        before,
        link,
        connection=connection,
        by=by,
        events=(*events, *also),
        records=(*records, *more),
    )


def check_on(ports: Ports, on: date, link: BankLink | None = None) -> None:
    """
    Refuse a day on which nothing can have happened yet, or that is before what *link* was recorded for last.

    Somewhere it is tomorrow already while UTC has today.

    Raises:
        ConfigurationError: It is such a day, or none.
    """
    day = as_day(on, "on")
    if day > keeping.today(ports) + timedelta(days=1):
        raise ConfigurationError(f"{day} is still to come.", hint="Record what has happened, once it has.")
    # A draft has been noted, and nothing has happened to it yet.
    if link is not None and link.state is not BankState.DRAFT and day < link.recorded_on:
        raise ConfigurationError(
            f"Something is recorded for {link.recorded_on} already, and {day} is before that.",
            hint="Record things in the order in which they happened.",
            connection_id=link.connection_id,
        )


def _check_names(what: BankEvent, facts: Mapping[str, Any]) -> None:
    takes = ("note", *TAKES.get(what, ()))
    strange = sorted(set(facts) - set(takes))
    if strange:
        raise ConfigurationError(
            f"{what} has no {', '.join(strange)}.", hint=f"It can have: {', '.join(takes)}; the day is on=..."
        )
    if what is BankEvent.ACCOUNTS_MAPPED and not facts.get("accounts"):
        raise ConfigurationError(
            f"{what} needs accounts.", hint="Give accounts={ledger account: bank account} for each that is fed."
        )


def _facts(ports: Ports, before: Kept, what: BankEvent, facts: Mapping[str, Any]) -> Facts:
    given = dict(facts)
    _check_kinds(given)
    accounts, snapshot = given.pop("accounts", None), given.pop("snapshot", None)
    if accounts:
        given["accounts"] = pairs(accounts)
    if what in _FEEDS:
        given["elsewhere"] = companies.fed(companies.beside(ports, before.connection))
    if given.get("stated") is not None:
        as_day(given["stated"], "stated")
    if given.get("owner") is not None:
        check_email(given["owner"])
    if fold(given.get("institution") or "") == fold(before.link.bank):
        given["institution"] = before.link.bank
    if snapshot is not None:
        given["snapshot"] = _days(before.link, snapshot)
    return Facts(**given)


def _check_kinds(given: Mapping[str, Any]) -> None:
    """
    Refuse what is not of the kind that a fact has: a text "no" would be taken for a yes.

    Raises:
        ConfigurationError: It is of another.
    """
    for name in ("accept_loss", "update_failed"):
        if not isinstance(given.get(name, False), bool):
            raise ConfigurationError(f"{name} is {given[name]!r}.", hint="Give True or False.")
    for name in ("institution", "owner", "note"):
        if not isinstance(given.get(name), str | None):
            raise ConfigurationError(f"{name} is {given[name]!r}.", hint="Give a text.")
    in_review = given.get("in_review")
    if in_review is not None and (isinstance(in_review, bool) or not isinstance(in_review, int) or in_review < 0):
        raise ConfigurationError(f"in_review is {in_review!r}.", hint="Give how many rows wait for review, 0 for none.")


def _days(link: BankLink, snapshot: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the days of a snapshot as they are kept."""
    if not isinstance(snapshot, Mapping) or not all(isinstance(one, Evidence) for one in snapshot.values()):
        raise ConfigurationError(
            f"snapshot is {snapshot!r}.", hint="Give {ledger account: banks.Evidence(review=[...], booked=[...])}."
        )
    check_accounts(link, snapshot)
    return {
        account: {tab: tuple(day.isoformat() for day in getattr(evidence, tab)) for tab in _DAYS}
        for account, evidence in snapshot.items()
    }


def check_accounts(link: BankLink, named: Collection[str]) -> None:
    """
    Refuse what is said of an account that the connection does not feed.

    Raises:
        ConfigurationError: It is of such an account.
    """
    strange = sorted(set(named) - set(link.accounts)) if link.accounts else []
    if strange:
        raise ConfigurationError(
            f"{link.bank} does not feed {', '.join(strange)}.",
            hint=f"It feeds {', '.join(link.accounts)}; name the ledger's accounts as they were recorded.",
            connection_id=link.connection_id,
        )
