"""What people call the causes and the actions of a repair, and how dates are shown to be typed."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.domain.banks.states import BankState
from qbapps.language import C_, N_, Language, Words

ACTIONS: Final = {
    "nothing": N_("There is nothing to do now"),
    "update": N_("Update the connection"),
    "reconfirm": N_("Confirm that access goes on"),
    "reconnect": N_("Connect the bank anew"),
    "edit_credentials": N_("Give QuickBooks the new user name or password"),
}

CAUSES: Final = {
    "expired": N_("QuickBooks asks to update or to reconnect the account, or nothing comes any more"),
    "expiring": N_("It still works, but access ends soon"),
    "update_failed": N_("“Update” was tried, and did not work"),
    "disconnected": N_("Somebody disconnected the account in QuickBooks"),
    "credentials": N_("The bank refuses the user name or the password: they have changed"),
    "action_needed": N_("The bank wants something done on its own site first"),
    "revoked": N_("The consent was withdrawn, at the bank or in QuickBooks"),
    "sync_failed": N_("An error for some days only: QuickBooks could not reach the bank"),
    "suspended": N_("QuickBooks has given up after many failures, and does not try again by itself"),
}

REGIMES: Final = {
    "EEA": N_("European Economic Area: France, Belgium, Ireland…"),
    "UK": N_("United Kingdom"),
    "AU": N_("Australia"),
    "OTHER": N_("elsewhere"),
}

STATES: Final = {
    BankState.DRAFT: C_("bank", "Being prepared"),
    BankState.AWAITING_CONSENT: C_("bank", "Consent asked for"),
    BankState.AWAITING_BANK: C_("bank", "Waiting for the login at the bank"),
    BankState.CHOOSING_ACCOUNTS: C_("bank", "Accounts to be chosen"),
    BankState.ACTIVE: C_("bank", "Active"),
    BankState.EXPIRING: C_("bank", "Ends soon"),
    BankState.EXPIRED: C_("bank", "Ended"),
    BankState.NEEDS_LOGIN: C_("bank", "Login refused"),
    BankState.NEEDS_BANK_ACTION: C_("bank", "The bank waits"),
    BankState.ERROR: C_("bank", "Failing"),
    BankState.SUSPENDED: C_("bank", "Given up"),
    BankState.REVOKED: C_("bank", "Withdrawn"),
    BankState.DISCONNECTED: C_("bank", "Disconnected"),
    BankState.REPLACED: C_("bank", "Replaced"),
}


def state(member: BankState, words: Words) -> str:
    """Return what people call where a connection stands."""
    return words.in_context(*STATES[member])


def typed(day: date, words: Words) -> str:
    """Return *day* with its name of the month, and in French also as QuickBooks' field wants it."""
    return f"{day:%d/%m/%Y} ({words.day(day)})" if words.language is Language.FR else words.day(day)
