"""``desktop app`` and ``desktop apps``: what works with QuickBooks Desktop."""

from __future__ import annotations

from typing import Any, Final

import click

from qbapps.cli import desktop_words, views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.desktop.qwc_options import Edition
from qbapps.desktop.registering import DAYS
from qbapps.domain.desktop.apps import DesktopApp, QBType
from qbapps.domain.desktop.checklist import CONNECTOR, Item
from qbapps.errors import NotFoundError

_ANY: Final = "any"
_REQUIRED: Final = ("base_url", "support_url", "description")
_KEPT: Final = (
    *_REQUIRED,
    *("every", "qbtype", "unattended", "personal_data", "editions", "qbxml", "requires", "week_start"),
    *("deletes_first", "needs_mapping"),
)


@click.command("app", cls=Command)
@click.argument("id_", metavar="ID")
@click.option("--name", help="What people call it. Default: its id.")
@click.option("--base-url", help="Where connectors call: https, or http on localhost.")
@click.option("--support-url", help="A page for its users, on the same host.")
@click.option("--description", help="What the connector shows, at most 80 characters.")
@click.option("--every", type=Duration(), help="How often connectors call. Default: 15m.")
@click.option(
    "--requires",
    multiple=True,
    type=click.Choice([*(one.value for one in Item if one not in CONNECTOR), "none"]),
    help="What has to be so before the first update. May be repeated.",
)
@click.option("--week-start", type=click.Choice([*DAYS, _ANY]), help="First day of its week, as QuickBooks has to say.")
@click.option(
    "--deletes-first/--keeps-first",
    default=None,
    help="Its first update deletes what its users had before: somebody has to confirm that.",
)
@click.option(
    "--needs-mapping/--no-mapping", default=None, help="People need a payroll item before their hours are taken."
)
@click.option(
    "--unattended/--attended", default=None, help="Has to work while QuickBooks is closed. Default: unattended."
)
@click.option(
    "--personal-data/--no-personal-data", default=None, help="Needs personal data, such as how employees are paid."
)
@click.option(
    "--edition",
    "editions",
    multiple=True,
    type=click.Choice([*(name.lower() for name in Edition.__members__), _ANY]),
    help="Editions that it supports. May be repeated. Default: any.",
)
@click.option("--qbxml", metavar="VERSION", help="The newest qbXML that it speaks. Default: 13.0.")
@click.option("--qbtype", type=click.Choice([one.value for one in QBType]), help="Default: QBFS.")
@click.option("--owner-id", metavar="GUID", help="Of an app that is in use already. Default: a new one, for ever.")
@click.option("--developer-contact", help="Whom to ask about data after a removal.")
@pass_session
def app(session: Session, /, id_: str, **settings: Any) -> None:
    """
    Add an app that works with QuickBooks Desktop, or change what is given of a known one.

    A new one needs --base-url, --support-url and --description. Without any option, it is shown.
    """
    given = {name: value for name, value in settings.items() if value not in (None, ())}
    if not given:
        shown = session.qb.desktop.app(id_)
    else:
        shown = session.qb.desktop.register_app(id_, **_wanted(session, id_, given))
        if not session.as_json:
            _ = session.words
            session.tell(_("The app {name} ({id}) is registered.", name=_name(session, id_), id=id_), "bold")
            session.tell("")
    if session.as_json:
        session.document(_document(session, shown))
        return
    _show(session, shown)


def _wanted(session: Session, id_: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the app is to be: what it was, and on top of it what is given."""
    for name, nothing in (("requires", "none"), ("editions", _ANY)):
        if nothing in given.get(name, ()):
            given[name] = ()
    if given.get("week_start") == _ANY:
        given["week_start"] = None
    try:
        known = session.qb.desktop.app(id_)
    except NotFoundError:
        if missing := [name for name in _REQUIRED if name not in given]:
            needed = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            raise click.UsageError(f"a new app needs {needed}") from None
        return given
    return {**{name: getattr(known, name) for name in _KEPT}, **given}


def _name(session: Session, id_: str) -> str:
    return session.qb.app(id_).name


def _document(session: Session, one: DesktopApp) -> dict[str, Any]:
    return {"id": one.id, "name": _name(session, one.id), "owner_id": one.owner_id} | {
        name: getattr(one, name) for name in (*_KEPT, "registered_at", "version")
    }


def _show(session: Session, one: DesktopApp) -> None:
    _ = session.words
    yes = _("yes")
    views.facts(
        session.out,
        (
            (_("Id"), one.id),
            (_("App"), _name(session, one.id)),
            (_("Connectors call"), one.base_url),
            (_("Support"), one.support_url),
            (_("Description"), one.description),
            (_("Runs every"), desktop_words.minutes(one.every)),
            (_("Requires"), ", ".join(one.requires)),
            (_("Week begins"), one.week_start),
            (_("Deletes at first"), yes if one.deletes_first else None),
            (_("Needs payroll items"), yes if one.needs_mapping else None),
            (_("Editions"), ", ".join(one.editions)),
            (_("OwnerID"), one.owner_id),
        ),
    )


@click.command("apps", cls=Command)
@pass_session
def apps(session: Session) -> None:
    """List the apps that work with QuickBooks Desktop."""
    found = session.qb.desktop.apps()
    _ = session.words
    if session.as_json:
        session.lines(_document(session, one) for one in found)
    elif found:
        rows = [(one.id, _name(session, one.id), one.base_url, desktop_words.minutes(one.every)) for one in found]
        session.out.print(views.table((_("Id"), _("App"), _("Connectors call"), _("Runs every")), rows))
    if not found:
        session.say(_("No Desktop app is registered yet. Add one with: qbapps desktop app ID"))
        raise Ended(Exit.NOTHING)
