"""How an app is disconnected by hand, for a company, a firm and a firm's client."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.domain.parties import Level
from qbapps.guides.guide import MENU, SURVEY, TAKE_OVER, Guide
from qbapps.language import N_

_SOURCE: Final = (
    'Intuit help, "Transfer app ownership or disconnect apps" (France, 12 February 2024) '
    'and "Disconnect an app" (Canada)'
)
_AS_OF: Final = date(2024, 2, 12)

_CONFIRM = N_("Select “Disconnect” to confirm.")
_CHECK_LIST = N_("Check that {app} is no longer in the list for {company}.")
_CHECK_APP = N_("Check in {app} itself that it no longer shows {company} as connected.")

GUIDES: Final[dict[Level, Guide]] = {
    Level.COMPANY: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=N_("To be done by an admin of {company}."),
        steps=(
            N_("Sign in to QuickBooks and open {company}."),
            N_("Open “Apps”, then “Overview”, and find {app}."),
            TAKE_OVER,
            MENU,
            SURVEY,
            _CONFIRM,
        ),
        checks=(_CHECK_LIST, _CHECK_APP),
    ),
    Level.FIRM: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=N_("To be done by an admin of the firm."),
        steps=(
            N_("Sign in to QuickBooks Online Accountant."),
            N_("Open “Apps”, then “Firm apps”, and find {app}."),
            TAKE_OVER,
            MENU,
            SURVEY,
            N_("Select “Disconnect” to remove the app from the firm."),
        ),
        checks=(_CHECK_LIST, _CHECK_APP),
    ),
    Level.CLIENT: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=N_(
            "To be done by the owner (primary admin) of the firm: the other members of the firm cannot manage its "
            "clients' apps."
        ),
        steps=(
            N_("Sign in to QuickBooks Online Accountant."),
            N_(
                "Open “Apps”, then “Client apps”. If that tab is missing, open {company} in QuickBooks, then “Apps” "
                "and “Overview”."
            ),
            N_("Select {app} for {company}."),
            TAKE_OVER,
            MENU,
            SURVEY,
            _CONFIRM,
        ),
        checks=(_CHECK_LIST, _CHECK_APP),
    ),
}
