"""Recording what happened to a bank connection: nobody outside tells of it, so people and programs do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import attrs

from qbapps.banks import keeping
from qbapps.banks.keeping import Kept
from qbapps.banks.mapping import fed_elsewhere, pairs
from qbapps.domain.banks.happening import TAKES, Facts, happened
from qbapps.domain.banks.link import BankLink, state_on
from qbapps.domain.banks.spans import as_day
from qbapps.domain.banks.states import OVER, BankEvent, BankState
from qbapps.domain.banks.telling import recorded
from qbapps.domain.connection import Connection
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import calling_off
from qbapps.lifecycle.lists import choose
from qbapps.lifecycle.people import check_email, check_name, owner_known_as
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports, Record

GRANTS: Final = frozenset({BankEvent.BANK_AUTHENTICATED, BankEvent.ACCOUNTS_MAPPED, BankEvent.RECONNECTED})
"""Where one of them makes a connection work, its customer has consented anew."""


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
        told = _facts(ports, before, facts)
        link = happened(before.link, what, on, told)
        return _keep(ports, before, link, what, told, by)

    return retry_stale(beat)


def _keep(ports: Ports, before: Kept, link: BankLink, what: BankEvent, told: Facts, by: str | None) -> Connection:
    at = ports.clock.now()
    connection = before.connection
    if what in GRANTS and link.state is BankState.ACTIVE:
        connection = attrs.evolve(connection, grant=connection.grant + 1)
    if told.owner is not None:
        owner = owner_known_as(ports.store, told.owner, connection.realm_id)
        connection = connection if owner == connection.owner else attrs.evolve(connection, owner=owner)
    events = [recorded(link, what, at, by=by, was=state_on(before.link, link.recorded_on), facts=told)]
    records: list[Record] = []
    if before.link.state in OVER and link.state not in OVER:
        # It is wanted again: what was to end it is not to be done any more.
        records, more = calling_off.call_off(ports, connection.id, by=by)
        events += more
    return keeping.keep(ports, before, link, connection=connection, by=by, events=tuple(events), records=tuple(records))


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
    if link is not None and day < link.recorded_on:
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


def _facts(ports: Ports, before: Kept, facts: Mapping[str, Any]) -> Facts:
    given = dict(facts)
    accounts = given.pop("accounts", None)
    if accounts:
        realm_id, own = before.connection.realm_id, before.connection.id
        given["accounts"] = pairs(accounts)
        given["elsewhere"] = fed_elsewhere(ports, realm_id, own)
    if given.get("stated") is not None:
        as_day(given["stated"], "stated")
    if given.get("owner") is not None:
        check_email(given["owner"])
    in_review = given.get("in_review")
    if in_review is not None and (isinstance(in_review, bool) or not isinstance(in_review, int) or in_review < 0):
        raise ConfigurationError(f"in_review is {in_review!r}.", hint="Give how many rows wait for review, 0 for none.")
    return Facts(**given)
