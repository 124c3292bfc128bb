"""Troubles in people's language: what happened, what to do, who does it, and of which kind it is."""

from __future__ import annotations

from typing import Final

from qbapps.domain.desktop.troubles import Category, Fixer, Trouble
from qbapps.language import C_, words

FIXERS: Final[dict[Fixer, tuple[str, str]]] = {
    Fixer.USER: C_("fixer", "Whoever uses QuickBooks on that computer"),
    Fixer.ADMIN: C_("fixer", "The QuickBooks Admin of the company file"),
    Fixer.DEVELOPER: C_("fixer", "The app's support"),
    Fixer.NOBODY: C_("fixer", "Nobody: it passes by itself"),
}

CATEGORIES: Final[dict[Category, tuple[str, str]]] = {
    Category.NONE: C_("trouble", "In order"),
    Category.WARNING: C_("trouble", "Done, with a warning"),
    Category.PERMISSION: C_("trouble", "Access not allowed"),
    Category.WRONG_COMPANY: C_("trouble", "Another company file is open"),
    Category.OTHER_COMPUTER: C_("trouble", "Another computer"),
    Category.NOT_RUNNING: C_("trouble", "QuickBooks cannot be reached"),
    Category.STARTING: C_("trouble", "QuickBooks is starting"),
    Category.MODE: C_("trouble", "Single-user or multi-user mode"),
    Category.DIALOG: C_("trouble", "A window is open in QuickBooks"),
    Category.BUSY: C_("trouble", "Busy for the moment"),
    Category.SESSION: C_("trouble", "Session over"),
    Category.SILENT: C_("trouble", "The Web Connector is silent"),
    Category.VERSION: C_("trouble", "Version or edition"),
    Category.REQUEST: C_("trouble", "Request not valid"),
    Category.INVALID: C_("trouble", "Refused by QuickBooks"),
    Category.NOT_FOUND: C_("trouble", "Not found in QuickBooks"),
    Category.NAME_IN_USE: C_("trouble", "Name already in use"),
    Category.CONFLICT: C_("trouble", "In use or locked"),
    Category.STALE: C_("trouble", "Changed meanwhile in QuickBooks"),
    Category.FEATURE_OFF: C_("trouble", "Feature off or missing"),
    Category.USER_PERMISSION: C_("trouble", "QuickBooks user without permission"),
    Category.RECOVERY: C_("trouble", "Recovery of an answer"),
    Category.ITERATOR: C_("trouble", "Query to begin again"),
    Category.PASSWORD: C_("trouble", "Password"),
    Category.FILE_CLASH: C_("trouble", "Mark of another .qwc file"),
    Category.CERTIFICATE: C_("trouble", "Certificate"),
    Category.NETWORK: C_("trouble", "Network"),
    Category.SERVER: C_("trouble", "The app's server"),
    Category.SETUP: C_("trouble", "Setup"),
    Category.INTERNAL: C_("trouble", "Error inside QuickBooks"),
    Category.UNKNOWN: C_("trouble", "Unknown"),
}


def what(trouble: Trouble, lang: str | None) -> str:
    """Return what happened."""
    return words(lang).text(trouble.what)


def do(trouble: Trouble, lang: str | None) -> str:
    """Return what to do next."""
    return words(lang).text(trouble.do)


def who(trouble: Trouble, lang: str | None) -> str:
    """Return who does it."""
    return words(lang).in_context(*FIXERS[trouble.fixer])


def kind(trouble: Trouble, lang: str | None) -> str:
    """Return what kind of trouble it is, in a few words."""
    return words(lang).in_context(*CATEGORIES[trouble.category])
