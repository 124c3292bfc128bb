"""``simulate``: Intuit's side on loopback."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.errors import ConfigurationError

if TYPE_CHECKING:
    from qbapps.simulator import Intuit


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--scenario", metavar="FILE", help="JSON or TOML. Default: an accounting firm and its clients.")
@click.option("--clients", type=click.IntRange(0, 100_000), help="How many clients the built-in firm has.")
@pass_session
def simulate(session: Session, port: int, scenario: str | None, clients: int | None) -> None:
    """Play Intuit's side on this machine: consent, tokens, revoke, a little accounting. Ctrl+C stops it."""
    from qbapps.simulator import Intuit, ScenarioError  # noqa: PLC0415 - other commands start faster without

    source = Path(scenario) if scenario is not None and Path(scenario).exists() else scenario or "cabinet-durand"
    try:
        intuit = Intuit.from_scenario(source, clients=clients, port=port)
    except ScenarioError as error:
        raise ConfigurationError(f"The scenario cannot be used: {error}.", hint="Correct the file.") from None
    try:
        intuit.start()
    except OSError as error:
        raise ConfigurationError(f"{error}.", hint="Choose another --port, or leave it out.") from None
    if session.as_json:
        session.document(_description(intuit))
    else:
        _show(session, intuit)
    sys.stdout.flush()
    intuit.serve_forever()


def _description(intuit: Intuit) -> dict[str, object]:
    return {
        "url": intuit.url,
        "discovery_url": intuit.discovery_url,
        "api_url": intuit.api_url,
        "apps": [
            {
                "client_id": one.client_id,
                "client_secret": one.client_secret,
                "name": one.name,
                "redirect_uris": one.redirect_uris,
            }
            for one in intuit.apps
        ],
        "users": [{"email": one.email, "name": one.name} for one in intuit.users],
        "companies": [{"realm_id": one.realm_id, "name": one.name} for one in intuit.companies],
    }


def _show(session: Session, intuit: Intuit) -> None:
    _ = session.words
    session.tell(_("Intuit's side is played at {url}", url=intuit.url), "bold")
    session.raw(f"  discovery  {intuit.discovery_url}\n  API        {intuit.api_url}")
    session.tell("")
    session.tell(_("Register its apps in another terminal (their secrets are invented):"), "bold")
    for app in intuit.apps:
        name = app.client_id.removeprefix("sim-")
        # One command per line, to be copied whole.
        session.raw(
            f"  echo {shlex.quote(app.client_secret)} | qbapps app add {shlex.quote(name)} --name "
            f"{shlex.quote(app.name)} --client-id {shlex.quote(app.client_id)} --client-secret - --redirect-uri "
            f"{shlex.quote(app.redirect_uris[0])} --discovery-url {intuit.discovery_url} --api-url {intuit.api_url}"
        )
    session.tell("")
    session.tell(_("Then, for instance: qbapps connect {app} --wait", app=_first(intuit)))
    session.tell(_("Who can agree there: {people}", people=", ".join(user.email for user in intuit.users)))
    session.say(_("Ctrl+C stops it."))


def _first(intuit: Intuit) -> str:
    return next((app.client_id.removeprefix("sim-") for app in intuit.apps), "APP")
