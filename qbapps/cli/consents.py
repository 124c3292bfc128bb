"""``connect`` and ``complete``: both ends of a consent."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from qbapps.cli import views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.cli.waiting import Callback
from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.connection import Connection
from qbapps.errors import ConfigurationError


@click.command(cls=Command)
@click.argument("app")
@click.option("--realm", metavar="REALM", help="Company expected; another one is refused.")
@click.option("--owner", metavar="EMAIL", help="Person expected; another one is refused.")
@click.option("--reference", help="Your own id, kept on the connection.")
@click.option("--wait", is_flag=True, help="Listen on the redirect URI's loopback port, and complete.")
@click.option("--timeout", type=Duration(), default="10m", show_default=True, help="How long to wait.")
@pass_session
def connect(
    session: Session,
    app: str,
    realm: str | None,
    owner: str | None,
    reference: str | None,
    wait: bool,
    timeout: timedelta,
) -> None:
    """Print the URL where a user lets APP into a company."""
    qb = session.qb
    if not wait:
        show_request(session, qb.begin_connect(app, realm_id=realm, owner=owner, reference=reference))
        return
    redirect_uri = qb.app(app).redirect_uri
    if redirect_uri is None:
        raise ConfigurationError(f"{app} has no redirect URI.", hint="Give it one with: qbapps app add")
    callback = Callback(redirect_uri=redirect_uri, complete=qb.complete, words=session.words)
    callback.listen()
    request = qb.begin_connect(app, realm_id=realm, owner=owner, reference=reference)
    _ = session.words
    session.say(_("Open this URL in a browser, and agree there:"))
    # With --json stdout is the connection's alone.
    click.echo(request.url, err=session.as_json)
    session.say(_("Waiting for the answer on {url} (Ctrl+C stops)…", url=redirect_uri))
    connection = callback.wait(timeout.total_seconds())
    if connection is None:
        session.fault(_("no answer came."), _("Begin again."), code="timed_out", retryable=True)
        raise Ended(Exit.FAILED)
    show_connection(session, connection)


@click.command(cls=Command)
@click.argument("url")
@pass_session
def complete(session: Session, url: str) -> None:
    """Finish a connect, reconnect or transfer with the callback URL (- reads it from stdin)."""
    if url == "-":
        url = sys.stdin.readline().strip()
    show_connection(session, session.qb.complete(url))


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def reconnect(session: Session, connection: str) -> None:
    """Print the URL by which the owner of CONNECTION consents anew, for the same company."""
    show_request(session, session.qb.reconnect(connection))


def show_request(session: Session, request: AuthorizationRequest) -> None:
    """Print the URL of a consent, and say until when it works."""
    _ = session.words
    if session.as_json:
        session.document(request)
        return
    session.raw(request.url)
    session.say(_("Send the user there before {end}.", end=_.date(request.expires_at)))
    session.say(_("Then give the URL they came back to: qbapps complete URL"))


def show_connection(session: Session, connection: Connection) -> None:
    """Show one connection."""
    if session.as_json:
        session.document(connection)
        return
    _ = session.words
    views.facts(
        session.out,
        (
            (_("Connection"), connection.id),
            (_("App"), connection.app_id),
            (_("Company"), connection.company_name),
            (_("Company number"), connection.realm_id),
            (_("Owner"), views.owner_of(connection)),
            (_("State"), views.state(connection.state, _)),
            (_("Reference"), connection.reference),
        ),
    )
