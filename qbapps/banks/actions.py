"""What can have stopped a bank connection, and what a person can do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from qbapps.domain.banks.states import BankState
from qbapps.errors import ConfigurationError

E = TypeVar("E", bound=StrEnum)


class RepairAction(StrEnum):
    """
    What to do.

    ``update``: prove in QuickBooks, at the bank, who one is; the connection and its ids stay. ``reconfirm``: say in
    QuickBooks that it goes on. ``reconnect``: connect the bank anew, from a day that is chosen. ``edit_credentials``:
    give QuickBooks the new user name or password.
    """

    NOTHING = "nothing"
    UPDATE = "update"
    RECONFIRM = "reconfirm"
    RECONNECT = "reconnect"
    EDIT_CREDENTIALS = "edit_credentials"


class StopCause(StrEnum):
    """
    Why it stopped, or will.

    ``expired`` and ``expiring``: its consent has a last day; which of both it is, that day says. ``disconnected``:
    somebody cut it in QuickBooks. ``credentials``: the bank refuses those that QuickBooks has. ``update_failed``: an
    update was tried. ``revoked``: the consent was withdrawn. ``action_needed``: the bank wants something on its own
    site. ``sync_failed``: it worked yesterday. ``suspended``: QuickBooks has given up after too many tries.
    """

    EXPIRED = "expired"
    EXPIRING = "expiring"
    DISCONNECTED = "disconnected"
    CREDENTIALS = "credentials"
    UPDATE_FAILED = "update_failed"
    REVOKED = "revoked"
    ACTION_NEEDED = "action_needed"
    SYNC_FAILED = "sync_failed"
    SUSPENDED = "suspended"


_CAUSES: Final = {
    BankState.ACTIVE: StopCause.EXPIRING,
    BankState.EXPIRING: StopCause.EXPIRING,
    BankState.EXPIRED: StopCause.EXPIRED,
    BankState.NEEDS_LOGIN: StopCause.CREDENTIALS,
    BankState.NEEDS_BANK_ACTION: StopCause.ACTION_NEEDED,
    BankState.ERROR: StopCause.SYNC_FAILED,
    BankState.SUSPENDED: StopCause.SUSPENDED,
    BankState.REVOKED: StopCause.REVOKED,
    BankState.DISCONNECTED: StopCause.DISCONNECTED,
}


def cause_of(state: BankState) -> StopCause | None:
    """Return why a connection in *state* stands still, or will; None where it is not set up, or replaced."""
    return _CAUSES.get(state)


def one_of(kind: type[E], value: str, name: str) -> E:
    """
    Return the member of *kind* that *value* names; case does not count.

    Raises:
        ConfigurationError: It names none.
    """
    try:
        return kind(value.strip().casefold())
    except (AttributeError, ValueError):
        raise ConfigurationError(f"There is no {name} {value!r}.", hint=f"Use one of: {', '.join(kind)}.") from None
