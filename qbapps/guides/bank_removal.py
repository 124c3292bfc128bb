"""How a bank connection is cut by hand in QuickBooks, without losing what waits for review."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.guides.guide import Guide
from qbapps.guides.saying import told
from qbapps.language import N_

GUIDE: Final = Guide(
    valid_as_of=date(2024, 1, 29),
    source=(
        'Intuit help, "Comment connecter mon compte bancaire dans QuickBooks et gérer mes opérations ?" (France), '
        '"Disconnect a bank or credit card account in QuickBooks Online" (United Kingdom), and "How to re-consent your '
        'bank feed connection in QuickBooks Online" (United Kingdom, 29 January 2024)'
    ),
    who=N_("To be done by whoever looks after the banks of {company} in QuickBooks."),
    steps=(
        N_(
            "In QuickBooks, open “Bank transactions”. For each account of {app}, clear the tab “For review” first: "
            "validate or exclude what is there. QuickBooks deletes what is left."
        ),
        N_(
            "Note the date of the newest operation of each account in “Categorised” and “Excluded”: should the bank "
            "be connected again, that is the day to go on from."
        ),
        N_("Select the pencil ✎ on the account's tile, then “Edit account info”."),
        N_("Tick “Disconnect this account on save”, then select “Save and close”. Do so for each account."),
        N_(
            "Withdraw the consent too: under “Manage connections”, “Manage consent” where QuickBooks offers it, or on "
            "the bank's own site."
        ),
    ),
    checks=(
        N_("Check that the tiles of {app} no longer show a connection to the bank."),
        N_("Check that the accounts and the validated operations are still there: they stay."),
    ),
)


def steps(lang: str | None, *, bank: str, company: str | None) -> tuple[str, ...]:
    """Return how the bank is disconnected: who, the steps, the checks; names are put in as they are, on one line."""
    return told(GUIDE, lang, app=bank, company=company)
