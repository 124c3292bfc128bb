"""``desktop connect``, ``qwc`` and ``password``: what somebody needs to set a connector up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.panel import Panel
from rich.text import Text

from qbapps.cli import desktop_files, desktop_views, views
from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.domain.desktop.link import Mode
from qbapps.domain.parties import Level
from qbapps.errors import ConfigurationError
from qbapps.language import Language
from qbapps.values import Secret


@click.command(cls=Command)
@click.argument("app")
@click.option("--company", required=True, help="What people call the company.")
@click.option("--once", is_flag=True, help="It ends by itself after its first update.")
@click.option("--firm", metavar="FIRM", help="The accounting firm whose list it belongs to.")
@click.option(
    "--level", type=click.Choice([Level.CLIENT.value, Level.FIRM.value]), help="Needs --firm. Default: client."
)
@click.option("--reference", help="Your own id, kept on the connection.")
@click.option(
    "--user-lang",
    type=click.Choice([one.value for one in Language]),
    help="Language of what the connector shows its user. Default: that of this output.",
)
@click.option("-o", "--output", type=desktop_files.QwcFile(), metavar="FILE.qwc", help="Write the .qwc file too.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@pass_session
def connect(
    session: Session,
    /,
    app: str,
    company: str,
    once: bool,
    firm: str | None,
    level: str | None,
    reference: str | None,
    user_lang: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """
    Make a connection of APP to a company file of QuickBooks Desktop.

    Prints the password of its connector, once: only a hash of it is kept. Mind where this output goes.
    """
    if level and not firm:
        raise click.UsageError("--level needs --firm")
    if output is not None:
        desktop_files.check_free(output, force=force)
    connection, password = session.qb.desktop.connect(
        app,
        company=company,
        mode=Mode.ONCE if once else Mode.CONTINUOUS,
        firm=firm,
        level=level or Level.CLIENT,
        reference=reference,
        lang=user_lang or session.language,
    )
    failure = None
    if output is not None:
        try:
            desktop_files.write(output, session.qb.desktop.qwc(connection.id), force=force)
        except ConfigurationError as error:
            # Raised once the password is shown: the connection is there, and nobody could see it again.
            failure, output = error, None
    _show(session, connection.id, password, output, {"connection": connection})
    if failure is not None:
        raise failure


@click.command(cls=Command)
@click.argument("connection")
@click.option("--by", metavar="WHO", help="Who asks for it; kept in the trail.")
@pass_session
def password(session: Session, connection: str, by: str | None) -> None:
    """
    Make a new password for the connector of CONNECTION, and print it, once.

    The old one stops working at once. For one that was lost, another computer, or a connection that has ended.
    """
    made = session.qb.desktop.reissue(connection, by=by)
    _show(session, connection, made, None, {"connection_id": connection})


def _show(session: Session, connection_id: str, secret: Secret, file: Path | None, known: dict[str, Any]) -> None:
    desktop = session.qb.desktop
    status = desktop.status(connection_id, lang=session.language)
    steps = desktop.steps(connection_id, lang=session.language)
    if session.as_json:
        session.document(
            {
                **known,
                "state": status.state,
                "username": status.username,
                "password": secret.reveal(),
                "file": file,
                "next_step": status.next_step,
                "steps": steps,
            }
        )
        return
    _ = session.words
    views.facts(
        session.out,
        ((_("Connection"), connection_id), (_("User name"), status.username), (_("File"), file)),
    )
    session.out.print()
    session.out.print(
        Panel(
            Text(secret.reveal(), style="bold"),
            title=Text(_("Password")),
            title_align="left",
            box=box.HEAVY,
            padding=(1, 3),
            expand=False,
        )
    )
    session.tell(
        _(
            "This is the only time that it is shown. Whoever sits at the QuickBooks computer pastes it into the Web "
            "Connector; send it by another way than the file."
        )
    )
    session.tell(_("If it is lost: qbapps desktop password {id}", id=connection_id))
    _next(session, connection_id, steps, status.next_step, has_file=file is not None)


def _next(session: Session, connection_id: str, steps: tuple[str, ...], step: str, *, has_file: bool) -> None:
    _ = session.words
    session.tell("")
    if steps:
        desktop_views.steps(session.out, steps)
    else:
        session.tell(_("Next: {step}", step=step), "bold")
    if not has_file:
        session.tell("")
        session.tell(_("The checklist: qbapps desktop checklist {id}", id=connection_id))
        session.tell(_("The .qwc file: qbapps desktop qwc {id}", id=connection_id))


@click.command(cls=Command)
@click.argument("connection")
@click.option(
    "-o",
    "--output",
    type=desktop_files.QwcFile(stdout=True),
    metavar="FILE|-",
    help="Default: a name of the app and the company, in this folder.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@pass_session
def qwc(session: Session, connection: str, output: Path | None, force: bool) -> None:
    """Write the .qwc file that adds CONNECTION to a Web Connector. There is no password in it."""
    _ = session.words
    path = output or desktop_files.default_name(session.qb.connection(connection))
    is_stdout = str(path) == "-"
    if not is_stdout:
        desktop_files.check_free(path, force=force)
    content = session.qb.desktop.qwc(connection)
    if not is_stdout:
        desktop_files.write(path, content, force=force)
    if session.as_json:
        shown = {"qwc": content.decode("ascii")} if is_stdout else {"file": path}
        session.document({"connection_id": connection, **shown})
    elif is_stdout:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        session.tell(_("The .qwc file is {path}", path=path), "bold")
        session.tell("")
        desktop_views.steps(session.out, session.qb.desktop.steps(connection, lang=session.language))
