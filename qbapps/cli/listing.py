"""``list`` and ``token``: what there is, and what opens it."""

from __future__ import annotations

from collections import Counter

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Level, Reach
from qbapps.domain.states import ConnectionState


@click.command("list", cls=Command)
@click.option("--firm", metavar="FIRM")
@click.option("--level", type=click.Choice([Level.FIRM.value, Level.CLIENT.value]), help="Needs --firm.")
@click.option("--client", metavar="REALM", help="One client; needs --firm.")
@click.option("--realm", metavar="REALM", help="One company.")
@click.option("--app", metavar="APP")
@click.option("--owner", metavar="EMAIL")
@click.option("--state", type=click.Choice([one.value for one in ConnectionState]))
@click.option("--reach", type=click.Choice([one.value for one in Reach]), help="Automatic, or by hand only.")
@click.option("--reference")
@click.option("--kind", type=click.Choice([one.value for one in Kind]))
@pass_session
def list_(
    session: Session,
    firm: str | None,
    level: str | None,
    client: str | None,
    realm: str | None,
    app: str | None,
    owner: str | None,
    state: str | None,
    reach: str | None,
    reference: str | None,
    kind: str | None,
) -> None:
    """List connections; filters combine with AND."""
    _ = session.words
    if (level or client) and not firm:
        raise click.UsageError("--level and --client need --firm")
    qb = session.qb
    wanted = qb.connections(
        app=app,
        realm_id=realm,
        firm=firm,
        level=level,
        client=client,
        owner=owner,
        state=state,
        reach=reach,
        reference=reference,
        kind=kind,
    )
    if session.as_json:
        count = session.lines(wanted)
    else:
        found = tuple(wanted)
        count = len(found)
        if found:
            kept = qb.firm(firm) if firm else None
            clients = qb.clients(firm) if firm else ()
            own = {one.id for one in qb.firm_apps(firm) if one.realm_id is None} if firm else ()
            views.connections(session.out, found, session.words, firm=kept, clients=clients, apps=qb.apps(), own=own)
            session.out.print()
            _summary(session, found)
    if not count:
        session.say(_("No connection fits."))
        raise Ended(Exit.NOTHING)


def _summary(session: Session, found: tuple[Connection, ...]) -> None:
    _ = session.words
    states = sorted(found, key=lambda one: tuple(ConnectionState).index(one.state))
    counted = [
        f"{_.number(count)} {state.lower()}"
        for state, count in Counter(views.state_of(one, _) for one in states).items()
    ]
    total = _.plural("{n} connection", "{n} connections", len(found))
    session.tell(f"{total} ({', '.join(counted)})", "bold")
    if any(one.reach is Reach.HAND and one.kind is Kind.ONLINE for one in found):
        session.tell(_("* kept by hand: only a person in QuickBooks can act on it."), "magenta")


@click.command(cls=Command)
@click.argument("connection")
@click.option("--reveal", is_flag=True, help="Yes, print it.")
@pass_session
def token(session: Session, connection: str, reveal: bool) -> None:
    """Print an access token that is usable now. It opens the company's books: mind where it goes."""
    _ = session.words
    if not reveal:
        session.fault(
            _("a token is printed on purpose only."),
            _("Add --reveal if you mean it: whoever sees the token can read and change the company's books."),
            code="not_revealed",
        )
        raise Ended(Exit.BAD_INPUT)
    found = session.qb.access_token(connection)
    if session.as_json:
        session.document({"access_token": found.value.reveal(), "expires_at": found.expires_at})
        return
    session.raw(found.value.reveal())
    session.say(_("Usable until {end}.", end=_.date(found.expires_at)))
