"""``key`` and ``db``: what seals, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Group
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.keys import KeyUse
from qbapps.domain.reports import Progress
from qbapps.errors import VaultError
from qbapps.language import Words


@click.group(cls=Group)
def key() -> None:
    """Keys that seal tokens at rest."""


@key.command("new")
@pass_session
def key_new(session: Session) -> None:
    """
    Make a key and print it; it is kept nowhere.

    Set QBAPPS_KEY to it. To change keys, see `qbapps key rotate --help`.
    """
    _ = session.words
    from qbapps.vault import new_key  # noqa: PLC0415 - other commands start faster without

    made = new_key().reveal()
    session.say(_("Keep this key safe, and set QBAPPS_KEY to it: without it, nothing sealed can be read."))
    if session.as_json:
        session.document({"key": made})
    else:
        session.raw(made)


@key.command("list")
@pass_session
def key_list(session: Session) -> None:
    """
    Show which keys are in use, and how much each seals.

    A key's name tells nothing about the key. The first key given seals; the others only open.
    """
    _ = session.words
    uses = session.qb.key_usage()
    if session.as_json:
        session.lines(uses)
        return
    headings = (_("Key"), _("Role"), _("Pairs"), _("Grants"), _("Client secrets"), _("Plans"))
    rows = [(one.key_id, _role(one, _), one.pairs, one.grants, one.client_secrets, one.plans) for one in uses]
    session.out.print(views.table(headings, rows, whole=(0,), right=(2, 3, 4, 5)))


def _role(use: KeyUse, words: Words) -> str:
    _ = words
    if use.key_id is None:
        return _("sealed by no key: altered")
    if not use.given:
        return _("not given")
    return _("seals and opens") if use.seals else _("opens")


@key.command("rotate")
@pass_session
def key_rotate(session: Session) -> None:
    """
    Seal everything again under the first key, while other processes work.

    Before, give every process QBAPPS_KEY=old,new; then QBAPPS_KEY=new,old; then run this. It can be
    stopped and run again. At the end it says whether the old key can be dropped.
    """
    _ = session.words
    qb = session.qb
    reached = Progress(done=0, failed=0)
    failure: VaultError | None = None

    def note(now: Progress) -> None:
        nonlocal reached
        reached = now
        move(now)

    with _bar(session, _("Sealing again")) as move:
        try:
            qb.rotate_keys(progress=note)
        except VaultError as error:
            failure = error
    count, uses = reached.done - reached.failed, qb.key_usage()
    left = sum(one.count for one in uses if not one.seals)
    if session.as_json:
        session.document({"sealed_again": count, "left": left, "keys": uses})
    if count:
        session.tell(_.plural("{n} secret sealed again.", "{n} secrets sealed again.", count))
    for one in uses:
        if one.count and not one.seals:
            name = one.key_id or views.UNKNOWN
            session.tell(
                _.plural("{n} is left under {key}.", "{n} are left under {key}.", one.count, key=name), "yellow"
            )
    if failure is not None:
        raise failure
    if left:
        session.say(_("Another process still seals with another key: give it the new one first, then run this again."))
        raise Ended(Exit.IN_PART)
    session.tell(_("Nothing is left under another key: {key} alone is enough.", key=uses[0].key_id))
    if not count:
        raise Ended(Exit.NOTHING)


@contextmanager
def _bar(session: Session, what: str) -> Iterator[Callable[[Progress], None]]:
    """Give a function to call with each progress; a bar moves where there is a terminal to see it."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415 - other commands start faster
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = session.err
    columns = TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda now: bar.update(task, completed=now.done, total=now.total)


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
