"""``app``, ``firm``, ``client``, ``person`` and ``import``: who and what there is."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command, Group
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.inventory import ImportReport
from qbapps.domain.parties import Role
from qbapps.language import labels
from qbapps.values import Environment, Secret


@click.group(cls=Group)
def app() -> None:
    """Apps."""


def _secret(value: str | None) -> Secret | None:
    """Read a client secret from stdin: on a command line it would be seen by others."""
    if value is None:
        return None
    if value != "-":
        raise click.BadParameter(
            "a secret is never an argument; give - and pass it on stdin", param_hint="--client-secret"
        )
    if sys.stdin.isatty():
        typed: str = click.prompt("client secret", hide_input=True, err=True)
        return Secret(typed.strip())
    text = sys.stdin.readline().strip()
    if not text:
        raise click.BadParameter("stdin is empty", param_hint="--client-secret")
    return Secret(text)


@app.command("add")
@click.argument("id_", metavar="ID")
@click.option("--name", help="What people call it. Default: its id.")
@click.option("--client-id", help="Of the app's keys; left out for an app that is handled by hand.")
@click.option("--client-secret", metavar="-", help="Always -: the secret is read from stdin.")
@click.option("--redirect-uri", help="As registered with Intuit, to the letter.")
@click.option(
    "--environment",
    type=click.Choice([one.value for one in Environment]),
    default=Environment.SANDBOX.value,
    show_default=True,
)
@click.option("--scope", "scopes", multiple=True, help="May be repeated. Default: accounting and identity.")
@click.option("--discovery-url", help="Instead of Intuit's: a simulator's or a proxy's.")
@click.option("--api-url", help="Instead of Intuit's.")
@click.option("--developer-contact", help="Whom to ask about data after a disconnect.")
@click.option("--category", help="What it is for, in your own words: Receipts, Invoicing...")
@pass_session
def app_add(session: Session, /, id_: str, client_secret: str | None, scopes: tuple[str, ...], **settings: Any) -> None:
    """Add an app, or bring it up to date (this is also how a secret is rotated)."""
    added = session.qb.register_app(id_, client_secret=_secret(client_secret), scopes=scopes or None, **settings)
    if session.as_json:
        session.document(added)
        return
    _ = session.words
    if added.client_id is None:
        session.tell(_("The app {name} ({id}) is registered; it is handled by hand.", name=added.name, id=added.id))
    else:
        session.tell(_("The app {name} ({id}) is registered.", name=added.name, id=added.id))


@app.command("list")
@pass_session
def app_list(session: Session) -> None:
    """List the apps."""
    found = session.qb.apps()
    _ = session.words
    if session.as_json:
        session.lines(found)
    elif found:
        rows = [
            (one.id, one.name, one.environment, labels.label(one.reach, _.language), one.developer_contact)
            for one in found
        ]
        session.out.print(
            views.table((_("Id"), _("App"), _("Environment"), _("Handled"), _("Developer's contact")), rows)
        )
    if not found:
        session.say(_("No app is registered yet. Add one with: qbapps app add ID"))
        raise Ended(Exit.NOTHING)


@click.group(cls=Group)
def firm() -> None:
    """Accounting firms."""


@firm.command("add")
@click.argument("id_", metavar="ID")
@click.option("--name", required=True)
@click.option("--realm", metavar="REALM", help="Of the firm's own books.")
@pass_session
def firm_add(session: Session, id_: str, name: str, realm: str | None) -> None:
    """Add a firm, or bring it up to date."""
    _ = session.words
    added = session.qb.add_firm(id_, name=name, realm_id=realm)
    if session.as_json:
        session.document(added)
        return
    session.tell(_("The firm {name} ({id}) is recorded.", name=added.name, id=added.id))


@click.group(cls=Group)
def client() -> None:
    """Clients of a firm."""


@client.command("add")
@click.argument("firm_id", metavar="FIRM")
@click.option("--realm", metavar="REALM", required=True)
@click.option("--name", required=True)
@pass_session
def client_add(session: Session, firm_id: str, realm: str, name: str) -> None:
    """Add a client to a firm, or bring it up to date."""
    _ = session.words
    added = session.qb.add_client(firm_id, realm_id=realm, name=name)
    if session.as_json:
        session.document(added)
        return
    session.tell(_("The client {name} ({id}) is recorded.", name=added.name, id=added.realm_id))


@click.group(cls=Group)
def person() -> None:
    """People of a firm or of a company."""


@person.command("add")
@click.argument("email")
@click.option("--name")
@click.option("--role", type=click.Choice([one.value for one in Role]), default=Role.UNKNOWN.value, show_default=True)
@click.option("--firm", "firm_id", metavar="FIRM")
@click.option("--realm", metavar="REALM", help="Instead of a firm: one company.")
@click.option("--left-on", type=click.DateTime(["%Y-%m-%d"]), help="First day on which the person is gone.")
@pass_session
def person_add(
    session: Session,
    email: str,
    name: str | None,
    role: str,
    firm_id: str | None,
    realm: str | None,
    left_on: datetime | None,
) -> None:
    """Record somebody's role, or bring it up to date."""
    _ = session.words
    gone = None if left_on is None else left_on.date()
    added = session.qb.add_person(email, name=name, role=role, firm=firm_id, realm_id=realm, left_on=gone)
    if session.as_json:
        session.document(added)
        return
    session.tell(_("{email} is recorded.", email=added.email))


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--firm", "firm_id", metavar="FIRM", required=True)
@pass_session
def import_(session: Session, file: Path, firm_id: str) -> None:
    """
    Import an inventory: an Excel (XLSX) or CSV file of connections kept by hand.

    Good rows are taken; a wrong one is refused with its reason and stops nothing (exit code 3).
    """
    report = session.qb.import_inventory(file, firm=firm_id)
    if session.as_json:
        session.document(report)
    else:
        show_import(session, report)
    if report.refused or report.repeated or report.conflicts:
        raise Ended(Exit.IN_PART)
    if not report.taken and not report.enriched:
        raise Ended(Exit.NOTHING)


def show_import(session: Session, report: ImportReport) -> None:
    """Say how many rows became what, and why some were refused."""
    _ = session.words
    session.out.print(
        views.table(
            (_("Rows"), ""),
            [
                (_.number(len(report.taken)), _("new connections")),
                (_.number(len(report.enriched)), _("known connections that now say more")),
                (_.number(len(report.unchanged)), _("known connections, nothing new")),
                (_.number(len(report.repeated)), _("rows that repeat an earlier one")),
                (_.number(len({one.line for one in report.refused})), _("rows refused")),
                (_.number(len(report.conflicts)), _("rows that contradict what we know; nothing was changed")),
            ],
            right=(0,),
        )
    )
    rows: list[tuple[object, ...]] = [
        (one.line, _.say(one.column or _("whole line")), _.say(one.reason)) for one in report.refused
    ]
    rows += [(one.line, "", _("repeats line {line}", line=one.first_line)) for one in report.repeated]
    rows += [(one.line, "", _.say(one.what)) for one in report.conflicts]
    if rows:
        session.out.print()
        rows.sort(key=lambda row: (isinstance(row[0], str), row[0]))
        session.out.print(views.table((_("Line"), _("Column"), _("Why")), rows, right=(0,)))
    for note in report.notes:
        session.tell(_.say(note))
