"""What one cell says, or why it says nothing that can be used."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from qbapps.domain.companies import country_code
from qbapps.domain.parties import Level, Role
from qbapps.domain.states import ConnectionState
from qbapps.language import Phrase
from qbapps.reading.headers import plain
from qbapps.reading.lines import Kind
from qbapps.values import is_email, is_realm_id

_FRENCH_DATE: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SHORTENED: Final = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_TYPE_AGAIN: Final = Phrase("the spreadsheet has shortened this number; format the column as text and type it again")

LEVELS: Final = {"cabinet": Level.FIRM, "firm": Level.FIRM, "client": Level.CLIENT}
ROLES: Final = {
    "administrateur principal": Role.PRIMARY_ADMIN,
    "administratrice principale": Role.PRIMARY_ADMIN,
    "primary admin": Role.PRIMARY_ADMIN,
    "administrateur": Role.ADMIN,
    "administratrice": Role.ADMIN,
    "admin": Role.ADMIN,
    "company admin": Role.ADMIN,
    "collaborateur": Role.TEAM_MEMBER,
    "collaboratrice": Role.TEAM_MEMBER,
    "team member": Role.TEAM_MEMBER,
    "utilisateur standard": Role.STANDARD,
    "utilisatrice standard": Role.STANDARD,
    "standard": Role.STANDARD,
    "standard user": Role.STANDARD,
    "inconnu": Role.UNKNOWN,
    "unknown": Role.UNKNOWN,
}
STATES: Final = {
    "connectee": ConnectionState.CONNECTED,
    "connecte": ConnectionState.CONNECTED,
    "connected": ConnectionState.CONNECTED,
    "a reconnecter": ConnectionState.NEEDS_RECONNECT,
    "needs reconnect": ConnectionState.NEEDS_RECONNECT,
    "to reconnect": ConnectionState.NEEDS_RECONNECT,
    "en pause": ConnectionState.PAUSED,
    "paused": ConnectionState.PAUSED,
    "deconnectee": ConnectionState.DISCONNECTED,
    "deconnecte": ConnectionState.DISCONNECTED,
    "disconnected": ConnectionState.DISCONNECTED,
}


class Unusable(Exception):
    """
    A cell that cannot be used.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason)
        self.reason = reason


def check_kind(kind: Kind | None, *, dated: bool) -> None:
    """
    Let the cells pass that hold what somebody wrote.

    Args:
        dated: Whether dates belong in its column. Elsewhere the spreadsheet has made a date of a text such as 3-5.
    """
    if kind is Kind.SHORTENED:
        raise Unusable(_TYPE_AGAIN)
    if kind is Kind.ERROR:
        raise Unusable(Phrase("the spreadsheet shows an error in this cell"))
    if kind is Kind.NOT_CALCULATED:
        raise Unusable(
            Phrase("this cell is a formula without a result; open the file in the spreadsheet and save it again")
        )
    if kind is Kind.MADE or (kind is Kind.DATE and not dated):
        raise Unusable(
            Phrase("the spreadsheet has made something else of this text; format the column as text and type it again")
        )


def text(cell: str) -> str | None:
    """Return the cell's text, None when it is blank. A formula is text like any other."""
    return cell.strip() or None


def app(cell: str) -> str:
    """Return the app's name, which must be there."""
    if not cell.strip():
        raise Unusable(Phrase("the app is missing"))
    return cell.strip()


def level(cell: str) -> Level:
    """Return the level, which must be there."""
    if not cell.strip():
        raise Unusable(Phrase("the level is missing; it is Cabinet or Client (Firm or Client)"))
    if plain(cell) not in LEVELS:
        raise Unusable(Phrase("unknown level; it is Cabinet or Client (Firm or Client)"))
    return LEVELS[plain(cell)]


def realm_id(cell: str) -> str | None:
    """Return the company's number, None when it is blank."""
    value = cell.strip()
    if _SHORTENED.fullmatch(value):
        raise Unusable(_TYPE_AGAIN)
    if value and not is_realm_id(value):
        raise Unusable(Phrase("a company number has digits only, 20 at most"))
    return value or None


def email(cell: str) -> str | None:
    """Return the e-mail address, None when it is blank."""
    value = cell.strip()
    if value and not is_email(value):
        raise Unusable(Phrase("not an e-mail address"))
    return value or None


def role(cell: str) -> Role:
    """Return the role; a blank cell is an unknown role."""
    if not cell.strip():
        return Role.UNKNOWN
    if plain(cell) not in ROLES:
        raise Unusable(Phrase("unknown role"))
    return ROLES[plain(cell)]


def state(cell: str) -> ConnectionState | None:
    """Return the state, None when the cell is blank."""
    if not cell.strip():
        return None
    if plain(cell) not in STATES:
        raise Unusable(Phrase("unknown state"))
    return STATES[plain(cell)]


def country(cell: str) -> str | None:
    """Return the code of the country, which is written as a code or by its name; None when the cell is blank."""
    if not cell.strip():
        return None
    code = country_code(cell)
    if code is None:
        raise Unusable(Phrase("unknown country; write its two letters, such as FR"))
    return code


def day(cell: str) -> date | None:
    """Return the date, written day/month/year or year-month-day; None when the cell is blank."""
    value = cell.strip()
    if not value:
        return None
    if match := _FRENCH_DATE.fullmatch(value):
        number, month, year = match.groups()
    elif match := _ISO_DATE.fullmatch(value):
        year, month, number = match.groups()
    else:
        raise Unusable(Phrase("not a date; write it day/month/year or year-month-day"))
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise Unusable(Phrase("there is no such date; dates are read day/month/year")) from None
