"""Setting a Desktop connection up: its password, its configuration file, and both anew."""

from __future__ import annotations

import re
from typing import Final

from qbapps.desktop import passwords, registering, removing
from qbapps.desktop.beat import Beat, connection_named, load
from qbapps.desktop.qwc import ConnectorFile, PersonalData, Unattended, editions, to_xml
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.desktop import passwords as spelling
from qbapps.domain.desktop.apps import address
from qbapps.domain.desktop.link import DesktopLink, Mode
from qbapps.domain.desktop.states import DesktopState, Move, may
from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import EventKind
from qbapps.domain.inventory import Listing
from qbapps.domain.parties import Level, Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.language import pick
from qbapps.lifecycle import lookup
from qbapps.lifecycle.lists import choose
from qbapps.lifecycle.people import check_name
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import Environment, Secret

_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")


def connect(
    ports: Ports,
    app_id: str,
    *,
    company: str,
    mode: str,
    firm: str | None,
    level: str,
    reference: str | None,
    lang: str | None,
) -> tuple[Connection, Secret]:
    """
    Make a connection of an app to a company file; nothing is sent.

    Returns:
        The connection, and the password of its connector, which is kept nowhere.

    Raises:
        NotFoundError: There is no such app, or no such firm.
        ConfigurationError: *company* is empty, or *mode* or *level* is none.
    """
    app = registering.app(ports, app_id)
    check_name("company", company)
    how, seen = choose(Mode, mode, "mode"), choose(Level, level, "level")
    if how is None or seen is None or seen is Level.COMPANY:
        raise ConfigurationError(f"level is {level!r}, mode is {mode!r}.", hint="Use 'client' or 'firm' for level.")
    if firm is not None:
        lookup.firm(ports.store, firm)
    password = passwords.new(ports.randomness)
    at = ports.clock.now()
    connection = Connection(
        id=ports.randomness.new_id("con_"),
        kind=Kind.DESKTOP,
        app_id=app.id,
        environment=Environment.PRODUCTION,
        company_name=company.strip(),
        state=ConnectionState.NEEDS_RECONNECT,
        cause=Cause.SETUP_UNFINISHED,
        reach=Reach.HAND,
        reference=reference,
    )
    link = DesktopLink(
        connection_id=connection.id,
        app_id=app.id,
        mode=how,
        username=_username(app.id, connection.id),
        password=passwords.hashed(password, ports.randomness),
        file_id=spelling.guid(ports.randomness.new_state().digest()),
        lang=pick(lang),
        issued_at=at,
    )
    begun = Beat.of(ports, link, connection)
    _file(ports, begun)  # what cannot be written into a .qwc is refused before anything is kept
    begun.tell(EventKind.DESKTOP_PASSWORD, app=app.id, company=connection.company_name, mode=how)
    listed = () if firm is None else (Listing(firm_id=firm, connection_id=connection.id, listed_at=at, level=seen),)
    save(ports, Change(records=(connection, link), listings=listed, events=tuple(begun.events)))
    return connection, password


def reissue(ports: Ports, connection_id: str, *, by: str | None) -> Secret:
    """
    Return a new password for the connector; the old one stops working, and a session under way ends.

    For a password that was lost, a new computer, or an app that comes back: OwnerID and FileID stay what they are,
    so that QuickBooks need not let it in anew.
    """
    password = passwords.new(ports.randomness)
    hashed = passwords.hashed(password, ports.randomness)

    def beat() -> Secret:
        told = load(ports, connection_id)
        told.move(Move.REISSUE, by=by, password=hashed, issued_at=told.at, failures=0, locked_until=None)
        # On another computer the file lies elsewhere: whichever is open is taken, and has to prove that it is it.
        told.change(path=None)
        told.at_ease()
        told.tell(EventKind.DESKTOP_PASSWORD, by=by, app=told.link.app_id)
        told.end_session()
        removing.call_off(told, by)
        told.save()
        return password

    return retry_stale(beat)


def qwc(ports: Ports, connection_id: str) -> bytes:
    """
    Return the file that adds the app to a Web Connector. There is no password in it.

    Raises:
        TransitionError: The connection has ended; give it a new password first.
    """

    def beat() -> bytes:
        told = load(ports, connection_id)
        file = _file(ports, told)
        told.move(Move.ISSUE)
        told.save()
        return to_xml(file)

    return retry_stale(beat)


def opened(ports: Ports, path: str) -> None:
    """Note that somebody has fetched a connection's address: as a rule its connector, when the .qwc is opened."""
    name = connection_named(path)
    link = None if name is None else ports.desktop.link(name)
    if name is None or link is None or not may(link.state, Move.OPEN) or link.state is DesktopState.AWAITING_LOGIN:
        return

    def beat() -> None:
        told = load(ports, name)
        if may(told.link.state, Move.OPEN):
            told.move(Move.OPEN)
            told.save()

    retry_stale(beat)


def _file(ports: Ports, beat: Beat) -> ConnectorFile:
    app = registering.app(ports, beat.link.app_id)
    shown = lookup.app(ports.store, app.id)
    return ConnectorFile(
        # On one computer the connector tells apps apart by this name: an accountant's has several companies.
        app_name=f"{shown.name} - {beat.connection.company_name}",
        app_url=address(app, beat.link.connection_id),
        app_description=app.description,
        app_support=app.support_url,
        user_name=beat.link.username,
        owner_id=app.owner_id,
        file_id=beat.link.file_id,
        qb_type=app.qbtype,
        editions=editions(app.editions),
        # Whether the app writes or not: the connector itself writes the stamp, and has been seen to fail otherwise.
        is_read_only=False,
        personal_data=PersonalData.REQUIRED if app.personal_data else PersonalData.NOT_NEEDED,
        unattended=Unattended.REQUIRED if app.unattended else Unattended.OPTIONAL,
        every=app.every,
    )


def _username(app_id: str, connection_id: str) -> str:
    """Return a name that no other connection has; the app's is there for whoever reads it in the connector."""
    return f"{_NOT_IN_A_NAME.sub('-', app_id.casefold()).strip('-')[:20]}-{connection_id.removeprefix('con_')}"
