"""``key`` and ``db``: what seals, and where it is kept."""

from __future__ import annotations

import click

from qbapps.cli.exits import Exit
from qbapps.cli.root import Group
from qbapps.cli.session import Ended, Session, pass_session


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
    _ = session.words
    from qbapps.vault import new_key  # noqa: PLC0415 - other commands start faster without

    made = new_key().reveal()
    session.say(_("Keep this key safe, and set QBAPPS_KEY to it: without it, nothing sealed can be read."))
    if session.as_json:
        session.document({"key": made})
    else:
        session.raw(made)


@key.command("rotate")
@pass_session
def key_rotate(session: Session) -> None:
    """Seal everything again under the first key; afterwards the others can be dropped."""
    _ = session.words
    count = session.qb.rotate_keys()
    if session.as_json:
        session.document({"sealed_again": count})
    elif count:
        session.tell(session.words.plural("{n} secret sealed again.", "{n} secrets sealed again.", count))
    if not count:
        session.say(_("Everything is sealed under the first key already."))
        raise Ended(Exit.NOTHING)


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
    from qbapps import config  # noqa: PLC0415 - other commands start faster without
    from qbapps.store import opening  # noqa: PLC0415

    changed = opening.upgrade(config.store_url(session.store))
    _ = session.words
    if session.as_json:
        session.document({"changed": changed})
    else:
        session.tell(_("The schema is up to date now.") if changed else _("The schema was up to date already."))
