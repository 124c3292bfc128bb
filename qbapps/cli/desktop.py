"""``desktop``: apps that work with QuickBooks Desktop, through the Web Connector."""

from __future__ import annotations

import click

from qbapps.cli import (
    desktop_apps,
    desktop_checklist,
    desktop_codes,
    desktop_connect,
    desktop_enqueue,
    desktop_first_sync,
    desktop_jobs,
    desktop_removing,
    desktop_resting,
    desktop_results,
    desktop_serve,
    desktop_status,
)
from qbapps.cli.root import Group


@click.group(cls=Group)
def desktop() -> None:
    """
    Connect apps with QuickBooks Desktop, through Intuit's Web Connector.

    \b
    qbapps desktop app time --base-url https://apps.example/qbwc ...
    qbapps desktop connect time --company "Menuiserie Petit" -o petit.qwc
    qbapps desktop serve --behind-proxy
    qbapps desktop status
    qbapps desktop enqueue CONNECTION query Customer --page 100
    qbapps desktop results JOB
    """


for _command in (
    desktop_apps.app,
    desktop_apps.apps,
    desktop_connect.connect,
    desktop_connect.qwc,
    desktop_connect.password,
    desktop_status.list_,
    desktop_status.status,
    desktop_status.steps,
    desktop_checklist.checklist,
    desktop_checklist.attest,
    desktop_enqueue.enqueue,
    desktop_jobs.job,
    desktop_jobs.jobs,
    desktop_jobs.cancel,
    desktop_jobs.settle,
    desktop_results.results,
    desktop_results.discard,
    desktop_resting.pause,
    desktop_resting.resume,
    desktop_resting.window,
    desktop_first_sync.preview,
    desktop_first_sync.confirm,
    desktop_first_sync.people,
    desktop_removing.deauthorize,
    desktop_removing.remove,
    desktop_codes.code,
    desktop_serve.serve,
):
    desktop.add_command(_command)
