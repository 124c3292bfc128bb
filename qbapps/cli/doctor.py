"""``doctor``: does everything that qbapps needs work here?"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import attrs
import click
from rich.text import Text

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.errors import QBAppsError

_LIBRARIES: Final = ("qbapps", "sqlalchemy", "cryptography", "intuit-oauth", "python-quickbooks", "requests", "click")
_TIMEOUT: Final = 5.0
"""Seconds a discovery document may take here. Our choice: a person is waiting."""


@attrs.frozen(kw_only=True)
class Check:
    """
    One thing looked at.

    Attributes:
        good: False when it failed; None when there was nothing to check.
    """

    what: str
    good: bool | None
    found: str
    hint: str = ""


@click.command(cls=Command)
@click.option("--recover", is_flag=True, help="First carry on what a crash interrupted; asks Intuit.")
@pass_session
def doctor(session: Session, recover: bool) -> None:
    """Check this installation: versions, store, key, apps, what a crash left, and whether Intuit can be reached."""
    _ = session.words
    checks = (*(_recovered(session) if recover else ()), *_checks(session))
    good = all(check.good is not False for check in checks)
    if session.as_json:
        session.document({"good": good, "checks": checks})
    else:
        rows = [(_mark(check.good), check.what, check.found) for check in checks]
        session.out.print(views.table(("", _("Check"), _("Found")), rows))
        for check in checks:
            if check.good is False and check.hint:
                session.say(f"→ {check.what}: {check.hint}", "yellow")
    if not good:
        raise Ended(Exit.FAILED)


def _mark(good: bool | None) -> Text:
    match good:
        case True:
            return Text("✓", "green")
        case False:
            return Text("✗", "bold red")
        case None:
            return Text("–", "dim")


def _checks(session: Session) -> Iterator[Check]:
    _ = session.words
    supported = sys.version_info[:2] >= (3, 11)
    yield Check(
        what="Python", good=supported, found=platform.python_version(), hint=_("Use Python 3.11, 3.12 or 3.13.")
    )
    for name in _LIBRARIES:
        yield _library(name, _("not installed"))
    yield _tried(_("Store"), lambda: _store(session))
    yield _tried(_("Key"), lambda: _key(session))
    yield _tried(_("Apps"), lambda: _apps(session))
    yield from _interrupted(session)
    yield from _discovery(session)


def _recovered(session: Session) -> Iterator[Check]:
    _ = session.words
    try:
        report = session.qb.recover()
    except QBAppsError as error:
        yield Check(what=_("Recovery"), good=False, found=error.message, hint=error.hint)
        return
    done = _.plural("{n} thing carried on", "{n} things carried on", len(report.settled))
    yield Check(what=_("Recovery"), good=True, found=done)
    for about, message in report.failed:
        hint = _("Act on what the message says; what can be tried again is, next time.")
        yield Check(what=_("Recovery"), good=False, found=f"{about} – {message}", hint=hint)


def _interrupted(session: Session) -> Iterator[Check]:
    _ = session.words
    try:
        found = session.qb.interrupted()
    except QBAppsError:
        # The line about the store has said it.
        return
    if not found:
        yield Check(what=_("Interrupted"), good=True, found=_("nothing was left in the middle"))
    hint = _("Run: qbapps doctor --recover")
    for one in found:
        told = f"{one.id} – {_.say(one.what)} {_.say(one.next_step)}"
        yield Check(what=_("Interrupted"), good=False, found=told, hint=hint)


def _library(name: str, missing: str) -> Check:
    try:
        return Check(what=name, good=True, found=version(name))
    except PackageNotFoundError:
        # Run from a checkout, qbapps itself has no version: that harms nothing.
        return Check(what=name, good=None if name == "qbapps" else False, found=missing)


def _tried(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what=what, good=True, found=look())
    except QBAppsError as error:
        return Check(what=what, good=False, found=error.message, hint=error.hint)


def _store(session: Session) -> str:
    _ = session.words
    firms = session.qb.apps()
    return _.plural("opened; its schema fits; {n} app", "opened; its schema fits; {n} apps", len(firms))


def _key(session: Session) -> str:
    _ = session.words
    from qbapps import config  # noqa: PLC0415 - other commands start faster without

    place = config.store_url(session.store)
    config.key_ring(None, place)
    if os.environ.get("QBAPPS_KEY"):
        return _("from QBAPPS_KEY")
    return _("from {path}", path=config.key_file())


def _apps(session: Session) -> str:
    _ = session.words
    apps = session.qb.apps()
    held = sum(app.client_id is not None for app in apps)
    return _("{held} of {all} with credentials", held=held, all=len(apps))


def _discovery(session: Session) -> Iterator[Check]:
    from qbapps.intuit.discovery import DISCOVERY_URLS  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    try:
        urls = {app.discovery_url or DISCOVERY_URLS[app.environment] for app in session.qb.apps() if app.client_id}
    except QBAppsError:
        urls = set()
    if not urls:
        yield Check(what=_("Intuit"), good=None, found=_("not asked: no app has credentials"))
    for url in sorted(urls):
        yield _reached(session, url)


def _reached(session: Session, url: str) -> Check:
    import requests  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    try:
        answer = requests.get(url, timeout=_TIMEOUT, allow_redirects=False)
        good = answer.status_code == requests.codes.ok and "token_endpoint" in answer.json()
        found = _("{url} answers", url=url) if good else _("{url} answers {status}", url=url, status=answer.status_code)
    except (requests.RequestException, ValueError) as error:
        good, found = False, _("{url} cannot be read ({kind})", url=url, kind=type(error).__name__)
    return Check(what=_("Intuit"), good=good, found=found, hint=_("Check the network, or the app's discovery URL."))
