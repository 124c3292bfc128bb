"""How to see that an app is really gone, where no answer of Intuit proves it."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.domain.parties import Level
from qbapps.guides.guide import MENU, SURVEY, TAKE_OVER, Guide
from qbapps.language import N_

_SOURCE: Final = (
    'Our own; labels as in Intuit help, "Transfer app ownership or disconnect apps" (France, 12 February 2024)'
)
_AS_OF: Final = date(2024, 2, 12)

_GONE = N_("If {app} is not there, go straight to the checks; otherwise go on with the next step.")
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
            N_("Open “Apps”, then “Overview”, and look for {app}."),
            _GONE,
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
            N_("Open “Apps”, then “Firm apps”, and look for {app}."),
            _GONE,
            TAKE_OVER,
            MENU,
            SURVEY,
            _CONFIRM,
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
            N_("Open “Apps”, then “Client apps”, choose {company} and look for {app}."),
            _GONE,
            TAKE_OVER,
            MENU,
            SURVEY,
            _CONFIRM,
        ),
        checks=(_CHECK_LIST, _CHECK_APP),
    ),
}
