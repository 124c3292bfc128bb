"""``desktop serve``: answer Web Connectors, without a web framework of one's own."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from qbapps.cli import views
from qbapps.cli.desktop_listening import Door, Server, listen, logged
from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.values import is_loopback

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0: a free one.")
@click.option("--certificate", type=_FILE, metavar="FILE", help="Certificate and chain, in PEM: serve https.")
@click.option("--key", type=_FILE, metavar="FILE", help="Its private key, unless that is in the same file.")
@click.option("--url", metavar="URL", help="The public address, for the service's description behind a proxy.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front of it speaks https; allows plain http elsewhere.")
@click.option("--verbose", is_flag=True, help="A line for each call on stderr: never its content.")
@pass_session
def serve(
    session: Session,
    host: str,
    port: int,
    certificate: Path | None,
    key: Path | None,
    url: str | None,
    behind_proxy: bool,
    verbose: bool,
) -> None:
    """
    Answer the Web Connectors that call here, until Ctrl+C.

    Connectors speak https, with a certificate that Windows trusts; plain http is for localhost, or behind a proxy.
    """
    if key is not None and certificate is None:
        raise click.UsageError("--key goes with --certificate")
    if certificate is None and not behind_proxy and not is_loopback(host):
        raise click.UsageError(
            f"connectors speak https on {host}: give --certificate, or --behind-proxy where a proxy speaks it"
        )
    application: Any = session.qb.desktop.asgi(url=url)
    if verbose:
        application = logged(application, partial(click.echo, err=True))
    sockets = listen(host, port)
    server = Server(
        application,
        sockets,
        certificate=None if certificate is None else Door(certificate, key),
        behind_proxy=behind_proxy,
    )
    address = _address(host, sockets[0].getsockname()[1], is_https=certificate is not None)
    _show(session, address, session.qb.desktop.apps())
    sys.stdout.flush()
    server.run()
    _ = session.words
    session.say(_("Stopped."))


def _address(host: str, port: int, *, is_https: bool) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if is_https else 'http'}://{name}:{port}"


def _show(session: Session, address: str, apps: tuple[DesktopApp, ...]) -> None:
    if session.as_json:
        session.document({"url": address, "apps": [{"id": one.id, "base_url": one.base_url} for one in apps]})
        return
    _ = session.words
    session.tell(_("Web Connectors are answered at {url}", url=address), "bold")
    session.tell("")
    if apps:
        session.tell(_("Their files name these addresses, which have to lead here:"))
        views.facts(session.out, ((one.id, one.base_url) for one in apps))
        if all(urlsplit(one.base_url).hostname == "localhost" for one in apps):
            session.tell(_("That is this computer itself: a connector elsewhere cannot reach it."), "yellow")
    else:
        session.tell(_("No Desktop app is registered yet. Add one with: qbapps desktop app ID"), "yellow")
    session.tell("")
    session.say(_("Ctrl+C stops it."))
