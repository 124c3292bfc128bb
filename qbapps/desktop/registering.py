"""Registering apps for QuickBooks Desktop."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import attrs

from qbapps.desktop.addresses import check_urls
from qbapps.desktop.qwc_options import editions as check_editions
from qbapps.domain.desktop import passwords
from qbapps.domain.desktop.apps import DesktopApp, QBType
from qbapps.domain.desktop.checklist import Item
from qbapps.domain.parties import App
from qbapps.domain.record import revise_if_changed
from qbapps.errors import ConfigurationError, NotFoundError
from qbapps.lifecycle.apps import check_id
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import Environment

LONGEST_DESCRIPTION: Final = 80
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_PERSONAL: Final = frozenset({Item.TIME_DATA, Item.PAYROLL_ITEMS})
"""What QuickBooks shows only to apps that may see personal data."""

_GUID: Final = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")


@attrs.frozen(kw_only=True)
class Wanted:
    """What an app is registered with; see :class:`DesktopApp` for the fields."""

    name: str | None
    owner_id: str | None
    base_url: str
    support_url: str
    description: str
    every: timedelta
    qbtype: str
    unattended: bool
    personal_data: bool
    editions: Iterable[str]
    qbxml: str
    requires: Iterable[str]
    week_start: str | None
    deletes_first: bool
    needs_mapping: bool
    developer_contact: str | None


def register(ports: Ports, app_id: str, wanted: Wanted) -> DesktopApp:
    """
    Add an app for QuickBooks Desktop, or bring a known one up to date; it appears among ``apps`` too.

    Raises:
        ConfigurationError: What was given does not fit together, or would change the app's OwnerID.
    """
    check_id(app_id)
    checked = _checked(wanted)

    def upsert() -> DesktopApp:
        at = ports.clock.now()
        known, listed = ports.desktop.app(app_id), ports.store.app(app_id)
        owner_id = _owner_id(ports, app_id, wanted.owner_id, known)
        app = DesktopApp(id=app_id, owner_id=owner_id, registered_at=at, **checked)
        if known is not None:
            changes = attrs.asdict(app, recurse=False)
            for kept in ("id", "registered_at", "version"):
                del changes[kept]
            app = revise_if_changed(known, **changes)
        shown = _shown(app_id, wanted, listed, app)
        changed = [record for record, before in ((shown, listed), (app, known)) if record is not before]
        if changed:
            save(ports, Change(records=tuple(changed)))
        return app

    return retry_stale(upsert)


def app(ports: Ports, app_id: str) -> DesktopApp:
    """
    Return a registered app.

    Raises:
        NotFoundError: There is none.
    """
    found = ports.desktop.app(app_id)
    if found is None:
        raise NotFoundError(
            f"There is no Desktop app {app_id!r}.",
            hint="Register it with desktop.register_app, or look at desktop.apps().",
        )
    return found


def _shown(app_id: str, wanted: Wanted, listed: App | None, desktop: DesktopApp) -> App:
    """Return the app as lists show it; one that has keys of Intuit keeps them."""
    if listed is None:
        return App(
            id=app_id,
            name=wanted.name or app_id,
            environment=Environment.PRODUCTION,
            developer_contact=wanted.developer_contact,
            registered_at=desktop.registered_at,
        )
    return revise_if_changed(
        listed,
        name=wanted.name or listed.name,
        developer_contact=wanted.developer_contact or listed.developer_contact,
    )


def _owner_id(ports: Ports, app_id: str, given: str | None, known: DesktopApp | None) -> str:
    if given is not None and _GUID.fullmatch(given) is None:
        raise ConfigurationError(
            f"owner_id of {app_id} is no GUID in braces.",
            hint="Leave it out to have one made, or give one such as {57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}.",
        )
    if known is None:
        taken = next(
            (one for one in ports.desktop.apps() if given and one.owner_id.casefold() == given.casefold()), None
        )
        if taken is not None:
            raise ConfigurationError(
                f"owner_id of {app_id} is that of {taken.id}.", hint="Leave it out: each app has its own."
            )
        return given or passwords.guid(ports.randomness.new_state().digest())
    if given is not None and given.casefold() != known.owner_id.casefold():
        raise ConfigurationError(
            f"{app_id} has the OwnerID {known.owner_id}, for ever: with another, every company would have to let it "
            "in again.",
            hint="Leave owner_id out, or register another app.",
        )
    return known.owner_id


def _checked(wanted: Wanted) -> dict[str, Any]:
    check_urls(wanted.base_url, wanted.support_url)
    description = wanted.description.strip()
    if not description or len(description) > LONGEST_DESCRIPTION:
        raise ConfigurationError(
            f"description has {len(description)} characters.",
            hint=f"Give 1 to {LONGEST_DESCRIPTION}: the connector shows it to its user.",
        )
    if wanted.every < timedelta(minutes=1) or wanted.every % timedelta(minutes=1):
        raise ConfigurationError(f"every is {wanted.every}.", hint="Give whole minutes, at least one.")
    names = tuple(dict.fromkeys(wanted.editions))
    check_editions(names)
    week_start = None if wanted.week_start is None else wanted.week_start.strip().casefold()
    if week_start not in (None, *DAYS):
        raise ConfigurationError(f"week_start is {wanted.week_start!r}.", hint=f"Use one of: {', '.join(DAYS)}.")
    return {
        "base_url": wanted.base_url.rstrip("/"),
        "support_url": wanted.support_url,
        "description": description,
        "every": wanted.every,
        "qbtype": _one_of(QBType, "qbtype", wanted.qbtype),
        "unattended": wanted.unattended,
        "personal_data": wanted.personal_data or bool(_PERSONAL & set(wanted.requires)),
        "editions": names,
        "qbxml": _version(wanted.qbxml),
        "requires": tuple(dict.fromkeys(_one_of(Item, "requires", name) for name in wanted.requires)),
        "week_start": week_start,
        "deletes_first": wanted.deletes_first,
        "needs_mapping": wanted.needs_mapping,
    }


def _one_of(kind: type[QBType | Item], setting: str, name: str) -> str:
    try:
        return kind(name)
    except ValueError:
        raise ConfigurationError(f"{setting} has no {name!r}.", hint=f"Use one of: {', '.join(kind)}.") from None


def _version(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,2}\.[0-9]", text) is None:
        raise ConfigurationError(f"qbxml is {text!r}.", hint="Give a version such as 13.0.")
    return text
