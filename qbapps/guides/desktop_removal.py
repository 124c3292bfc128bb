"""How a Desktop app is removed by hand: from the Web Connector, from the computer, and from the company file."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.guides.guide import Guide
from qbapps.guides.saying import told
from qbapps.language import N_

_SOURCE: Final = 'Codat, "Installer le connecteur QuickBooks Desktop", "Désinstaller le connecteur"'
_AS_OF: Final = date(2026, 8, 1)

_WHO: Final = N_("To be done by the QuickBooks Admin of {company}, on its Windows computer.")
_STOP: Final = N_("In the Web Connector, untick “Auto-Run” for {app} and wait until no update is under way.")
_OTHERS: Final = N_(
    "Look at the Web Connector's list. If other apps are in it, the Web Connector stays: select “Remove” at the right "
    "of {app}, confirm, and go on with the company file, leaving out the next three steps."
)
_REMOVE_APP: Final = N_("Select “Remove” at the right of {app} and confirm. Leave the other apps as they are.")
_EXIT: Final = N_("Only if no other app uses the Web Connector: close it with “Exit” in the taskbar.")
_UNINSTALL: Final = N_(
    "Open Windows' settings, then “Apps & features”, look for “Web Connector”, and select “Uninstall”."
)
_FOLDER: Final = N_(
    "Delete the folder C:\\Program Files (x86)\\Common Files\\Intuit\\QuickBooks\\QBWebConnector if it is still there; "
    "leave what lies beside it."
)
_OPEN: Final = N_("Open the company file of {company} in QuickBooks as its Admin.")
_PERMISSION: Final = N_(
    "Choose “Edit”, “Preferences”, “Integrated Applications”, “Company Preferences”, select {app}, then “Remove”."
)
_CHECK_CONNECTOR: Final = N_(
    "Check that the Web Connector is not among the installed apps any more or, if it stays, that {app} is not in its "
    "list."
)
_CHECK_LIST: Final = N_("Check that {app} is not in the list of “Integrated Applications” any more.")
_CHECK_CALLS: Final = N_("Check in {app} that its Web Connector does not call any more.")

GUIDE: Final = Guide(
    valid_as_of=_AS_OF,
    source=_SOURCE,
    who=_WHO,
    steps=(_STOP, _OTHERS, _EXIT, _UNINSTALL, _FOLDER, _OPEN, _PERMISSION),
    checks=(_CHECK_CONNECTOR, _CHECK_LIST, _CHECK_CALLS),
)
"""Where it is not known whether other apps use the Web Connector on that computer."""

ALONE: Final = Guide(
    valid_as_of=_AS_OF,
    source=_SOURCE,
    who=_WHO,
    steps=(_STOP, _EXIT, _UNINSTALL, _FOLDER, _OPEN, _PERMISSION),
    checks=(_CHECK_CONNECTOR, _CHECK_LIST, _CHECK_CALLS),
)
"""Where no other app uses the Web Connector."""

SHARED: Final = Guide(
    valid_as_of=_AS_OF,
    source=_SOURCE,
    who=_WHO,
    steps=(_STOP, _REMOVE_APP, _OPEN, _PERMISSION),
    checks=(_CHECK_CONNECTOR, _CHECK_LIST, _CHECK_CALLS),
)
"""Where other apps go on using the Web Connector: it is not uninstalled."""


def guide(*, shared: bool | None = None) -> Guide:
    """Return how to remove the app; *shared* tells whether other apps use that Web Connector, None: nobody knows."""
    if shared is None:
        return GUIDE
    return SHARED if shared else ALONE


def steps(lang: str | None, *, app: str, company: str | None, shared: bool | None = None) -> tuple[str, ...]:
    """
    Return how to remove the app: who, the steps, the checks.

    Args:
        app: The app's name; like the company's it is put in as it is, on one line.

        shared: Whether other apps use that Web Connector; None when that is not known.
    """
    return told(guide(shared=shared), lang, app=app, company=company)
