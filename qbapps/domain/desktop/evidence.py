"""
What shows how an item of every connector's checklist stands.

Each function says ``verified`` or ``failed``, and why; None where there is nothing to judge by. They only look.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from qbapps.domain.desktop.checklist import Finding, Item
from qbapps.domain.desktop.facts import QuickBooksFacts, same_guid
from qbapps.domain.desktop.grounds import Ground, bad, good
from qbapps.domain.events import Detail

MISSED: Final = 3
"""How many runs a connector may miss before it counts as silent. Our choice."""

_WITHOUT_APPS: Final = ("mac", "simple start", "basic")
"""In the names of products that do not work with the Web Connector."""

_G = Ground


def edition(facts: QuickBooksFacts, supported: Collection[str] = ()) -> Finding | None:
    """
    Judge the edition by its name.

    Args:
        supported: Words such as ``pro``, of which one has to be in the name; none means all that work with apps.
    """
    if facts.product is None:
        return None
    version = ".".join(part for part in (facts.major, facts.minor) if part)
    values: dict[str, Detail] = {"product": facts.product, "version": version, "country": facts.country or ""}
    if any(_names(word, facts.product) for word in _WITHOUT_APPS):
        return bad(_G.PRODUCT_WITHOUT_APPS, **values)
    if supported and not any(_names(word, facts.product) for word in supported):
        return bad(_G.PRODUCT_NOT_SUPPORTED, **values)
    return good(_G.PRODUCT, **values)


def _names(word: str, product: str) -> bool:
    return f" {_words(word)} " in f" {_words(product)} "


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def called() -> dict[Item, Finding]:
    """Return what a login shows: the connector is on Windows, was installed, and gets through."""
    return {item: good(_G.CALLED) for item in (Item.WINDOWS, Item.ADMIN_RIGHTS, Item.ANTIVIRUS)}


def admitted() -> dict[Item, Finding]:
    """Return what QuickBooks' first answer shows: the file is open, and its Admin has let the app in."""
    return {Item.COMPANY_OPEN: good(_G.FILE_ANSWERED), Item.PRIMARY_ADMIN: good(_G.LET_IN)}


_REFUSED: Final[dict[str, tuple[tuple[Item, Ground], ...]]] = {
    "0x8004040A": ((Item.COMPANY_OPEN, _G.OTHER_FILE_OPEN),),
    "0x80040410": ((Item.SINGLE_USER, _G.OTHER_MODE),),
    "0x80040418": ((Item.PRIMARY_ADMIN, _G.NOT_ADMIN),),
    "0x8004041A": ((Item.ALWAYS_ALLOW, _G.NOT_LET_IN),),
    "0x8004041D": ((Item.ALWAYS_ALLOW, _G.NOT_ALWAYS), (Item.AUTOMATIC_LOGIN, _G.NOT_ALWAYS)),
    "0x80040420": ((Item.ALWAYS_ALLOW, _G.NOT_LET_IN),),
}


def refused(hresult: str) -> dict[Item, Finding]:
    """Return what a refusal of QuickBooks disproves; *hresult* as in ``Trouble.code``."""
    return {item: bad(ground, code=hresult) for item, ground in _REFUSED.get(hresult, ())}


def single_user(facts: QuickBooksFacts) -> Finding | None:
    """Judge the mode of the company file; it has to be single-user only while the connector is set up."""
    match facts.file_mode:
        case "SingleUser":
            return good(_G.SINGLE_USER_MODE)
        case "MultiUser":
            return bad(_G.MULTI_USER_MODE)
        case _:
            return None


def right_company(facts: QuickBooksFacts, file_id: str) -> Finding | None:
    """Judge by the stamp in the company file; a file without one says nothing."""
    if facts.file_id is None:
        return None
    name = facts.company_name or ""
    if same_guid(facts.file_id, file_id):
        return good(_G.STAMPED, company=name)
    return bad(_G.STAMPED_OTHERWISE, company=name)


def always_allow(facts: QuickBooksFacts) -> Finding | None:
    """Judge whether “Yes, always” was chosen."""
    if facts.automatic_login_allowed or facts.is_automatic_login:
        return good(_G.LET_IN_ALWAYS)
    return bad(_G.NOT_ALWAYS) if facts.automatic_login_allowed is False else None


def automatic_login(facts: QuickBooksFacts, path: str | None = None) -> Finding | None:
    """
    Judge whether updates run while QuickBooks is closed.

    Args:
        path: The company file's place, as it is remembered for that.
    """
    if facts.is_automatic_login:
        return good(_G.OPENED_BY_ITSELF)
    if facts.automatic_login_allowed is False:
        return bad(_G.NOT_ALWAYS)
    if facts.automatic_login_allowed and (path or facts.company_path):
        return good(_G.PATH_KNOWN)
    return None


def one_computer(facts: QuickBooksFacts, before: str | None) -> Finding | None:
    """
    Judge whether the connector works from the computer of *before*: enough for a warning, not to refuse anything.

    Source: none of Intuit; the name was seen in what QuickBooks keeps for the connector, and is not documented
    """
    if not facts.app_lock or not before:
        return None
    if facts.app_lock.casefold() == before.casefold():
        return good(_G.SAME_COMPUTER, computer=facts.app_lock)
    return bad(_G.OTHER_COMPUTER, computer=facts.app_lock, before=before)


def connector_alive(seen_at: datetime | None, at: datetime, every: timedelta) -> Finding | None:
    """Judge by the last call: a connector that has missed ``MISSED`` runs is silent."""
    if seen_at is None:
        return None
    minutes = max(0, int((at - seen_at) / timedelta(minutes=1)))
    if at - seen_at > MISSED * every:
        return bad(_G.NOT_SEEN, minutes=minutes)
    return good(_G.SEEN, minutes=minutes)
