"""Correcting what is known of a bank connection: something was mistyped, or became known later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from qbapps.banks import keeping
from qbapps.banks.recording import check_on
from qbapps.domain.banks import regimes, spans
from qbapps.domain.banks.link import BankLink, consent_end, consent_of
from qbapps.domain.banks.spans import as_day
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.record import revise
from qbapps.errors import ConfigurationError
from qbapps.lifecycle.people import check_email, check_name, owner_known_as
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports


def _day_or_none(value: Any) -> Any:
    return None if value is None else as_day(value, "the day")


def _length_or_none(value: Any) -> str | None:
    return None if value is None else str(spans.read(value))


_READ: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "authenticated_on": ("authenticated_on", lambda value: as_day(value, "authenticated_on")),
    "stated": ("stated_end", _day_or_none),
    "regime": ("regime", regimes.read),
    "history": ("history", _length_or_none),
}
"""What can be corrected: the field, and how it is read. ``owner`` besides."""


def correct(ports: Ports, connection_id: str, *, by: str | None, changes: Mapping[str, Any]) -> Connection:
    """
    Correct what is known, and return the connection as lists show it now.

    Raises:
        ConfigurationError: It cannot be corrected so.
    """
    strange = sorted(set(changes) - {*_READ, "owner"})
    if strange or not changes:
        what = f"There is no {', '.join(strange)} to correct." if strange else "Nothing is to be corrected."
        raise ConfigurationError(what, hint=f"It can be: {', '.join((*_READ, 'owner'))}.")
    if by is not None:
        check_name("by", by)
    if changes.get("owner") is not None:
        check_email(changes["owner"])

    def beat() -> Connection:
        before = keeping.load(ports, connection_id)
        link = _corrected(ports, before.link, changes)
        connection = before.connection
        if "owner" in changes:
            email = changes["owner"]
            owner = None if email is None else owner_known_as(ports.store, email, connection.realm_id)
            connection = attrs.evolve(connection, owner=owner)
        if link is before.link and connection == before.connection:
            return connection
        return keeping.keep(
            ports, before, link, connection=connection, by=by, events=(_told(ports, link, changes, by),)
        )

    return retry_stale(beat)


def _corrected(ports: Ports, link: BankLink, changes: Mapping[str, Any]) -> BankLink:
    """Return *link* with what it should have said; the calendar's entries move with it."""
    wanted = {_READ[name][0]: _READ[name][1](value) for name, value in changes.items() if name in _READ}
    if wanted.get("authenticated_on") is not None:
        check_on(ports, wanted["authenticated_on"])
        if link.authenticated_on is None:
            raise ConfigurationError(
                "Nobody has logged in at the bank yet, as far as is known.",
                hint="Record bank_authenticated instead, with its day.",
            )
    if all(getattr(link, name) == value for name, value in wanted.items()):
        return link
    after = revise(link, revision=link.revision + 1, **wanted)
    try:
        consent_of(after)
    except ValueError:
        raise ConfigurationError(
            f"The consent of {link.bank} cannot end before it begins, or be confirmed before that.",
            hint="Give authenticated_on and stated together, where both were wrong.",
        ) from None
    return after


def _told(ports: Ports, link: BankLink, changes: Mapping[str, Any], by: str | None) -> Event:
    end = consent_end(link)
    return Event(
        stream=link.connection_id,
        kind=EventKind.BANK_CORRECTED,
        at=ports.clock.now(),
        by=by,
        details={
            "what": ", ".join(sorted(changes)),
            "consent_end": None if end is None else end.isoformat(),
            "owner": changes.get("owner"),
        },
    )
