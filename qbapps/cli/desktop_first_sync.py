"""``desktop preview``, ``confirm`` and ``people``: what a first update deletes, and whose hours it cannot take yet."""

from __future__ import annotations

import sys

import click

from qbapps.cli import desktop_status, views
from qbapps.cli.desktop_values import FILE_OR_STDIN, read_object
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.desktop.destruction import WORDS
from qbapps.errors import ConfigurationError


@click.command(cls=Command)
@click.argument("connection")
@click.argument("file", metavar=FILE_OR_STDIN)
@pass_session
def preview(session: Session, connection: str, file: str) -> None:
    """
    Keep and show what the first update of CONNECTION would delete in the app. Nothing is deleted.

    FILE is a JSON object: ids by kind, such as {"projects": ["17", "18"]}.
    """
    doomed = read_object(file, "FILE")
    if not all(isinstance(ids, list) and all(isinstance(one, str) for one in ids) for ids in doomed.values()):
        raise ConfigurationError(
            f"{file} does not say what would be deleted.", hint='Write ids by kind: {"projects": ["17", "18"]}'
        )
    found = session.qb.desktop.preview_destructive(connection, doomed, lang=session.language)
    if session.as_json:
        session.document(
            {
                "connection_id": connection,
                "counts": found.counts,
                "total": found.total,
                "digest": found.digest,
                "word": found.word,
            }
        )
        return
    _ = session.words
    if not found.total:
        session.tell(_("Nothing would be deleted."))
        return
    views.facts(session.out, ((kind, _.number(count)) for kind, count in found.counts.items()))
    session.tell("")
    session.tell(
        _.plural("{n} thing would be deleted for good.", "{n} things would be deleted for good.", found.total),
        "bold red",
    )
    session.tell(_("Somebody who has looked at it confirms it with the word {word}:", word=_.quoted(found.word)))
    session.raw(f"  qbapps desktop confirm {connection} --digest {found.digest} --by WHO")


@click.command(cls=Command)
@click.argument("connection")
@click.option("--digest", required=True, help="As qbapps desktop preview showed it.")
@click.option("--phrase", metavar="WORD", help="The word that somebody typed; it is asked for at a terminal.")
@click.option("--by", required=True, metavar="WHO", help="Who confirms it.")
@pass_session
def confirm(session: Session, connection: str, digest: str, phrase: str | None, by: str) -> None:
    """Take a person's typed word for what the first update of CONNECTION deletes. Exit code 5 when it has changed."""
    _ = session.words
    if phrase is None:
        if not sys.stdin.isatty():
            session.fault(
                _("nobody can be asked here for the word."),
                _("Add --phrase with the word that somebody typed."),
                code="not_confirmed",
            )
            raise Ended(Exit.BAD_INPUT)
        word = _.quoted(WORDS[session.language])
        phrase = click.prompt(_("Type {word} to delete it for good", word=word), err=True)
    session.qb.desktop.confirm_destructive(connection, phrase=phrase, digest=digest, by=by)
    found = session.qb.desktop.status(connection, lang=session.language)
    desktop_status.show(session, session.qb.connection(connection), found)


@click.command(cls=Command)
@click.argument("connection")
@click.option("--user", "users", multiple=True, required=True, metavar="NAME", help="Sends hours. May be repeated.")
@click.option("--mapped", multiple=True, metavar="NAME", help="Has a payroll item in the app. May be repeated.")
@pass_session
def people(session: Session, connection: str, users: tuple[str, ...], mapped: tuple[str, ...]) -> None:
    """Say whose hours the app sends; shows who has no payroll item (exit code 3), whose hours cannot be taken."""
    lacking = session.qb.desktop.report_people(connection, users=users, mapped=mapped)
    _ = session.words
    if session.as_json:
        session.document({"connection_id": connection, "unmapped": lacking})
    elif lacking:
        views.facts(session.out, ((_("Without a payroll item"), ", ".join(lacking)),))
    else:
        session.tell(_("Everybody has a payroll item."), "green")
    if lacking:
        raise Ended(Exit.IN_PART)
