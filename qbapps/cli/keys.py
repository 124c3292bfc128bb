"""``key`` and ``db``: what seals, and where it is kept."""

from __future__ import annotations

import os

import click

from qbapps.cli.exits import Exit
from qbapps.cli.root import Group
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.store import opening
from qbapps.vault import new_key

DEFAULT_STORE = "sqlite:///qbapps.db"


@click.group(cls=Group)
def key() -> None:
    """Keys that seal tokens at rest."""


@key.command("new")
@pass_session
def key_new(session: Session) -> None:
    """
    Make a key and print it; it is kept nowhere.

    Set QBAPPS_KEY to it. To change keys, put the new one first and keep the old ones after it,
    separated by commas, until `qbapps key rotate` has run.
    """
    made = new_key().reveal()
    session.say(session.words("Keep this key safe, and set QBAPPS_KEY to it: without it, nothing sealed can be read."))
    if session.as_json:
        session.document({"key": made})
    else:
        session.raw(made)


@click.group(cls=Group)
def db() -> None:
    """The database."""


@db.command("upgrade")
@pass_session
def upgrade(session: Session) -> None:
    """
    Bring the database's schema up to this version.

    SQLite files are brought up to date when they are opened; PostgreSQL only here.
    """
    changed = opening.upgrade(session.store or os.environ.get("QBAPPS_STORE") or DEFAULT_STORE)
    _ = session.words
    if session.as_json:
        session.document({"changed": changed})
    else:
        session.tell(_("The schema is up to date now.") if changed else _("The schema was up to date already."))
    raise Ended(Exit.DONE)
