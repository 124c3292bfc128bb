"""``demo``: the main job, on a simulator."""

from __future__ import annotations

from pathlib import Path

import click

from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session


@click.command(cls=Command)
@click.option("--clients", type=click.IntRange(1, 10_000), default=24, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where a fresh folder is made. Default: here.",
)
@pass_session
def demo(session: Session, clients: int, folder: Path | None) -> None:
    """
    Show the main job: an accounting firm, its clients, and somebody who leaves.

    Everything happens on this machine, on a simulator of Intuit's side, in a fresh folder that
    you can delete afterwards. The last line says where the report is.
    """
    from qbapps.demo import run  # noqa: PLC0415 - only the demonstration pays for its web server

    run(session, clients=clients, parent=folder or Path.cwd())
