"""How an app passes to another owner by hand, for a company, a firm and a firm's client."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.domain.parties import Level
from qbapps.guides.guide import Guide
from qbapps.language import N_

_SOURCE: Final = (
    'Intuit help, "Transfer app ownership or disconnect apps" (France, 12 February 2024; Ireland and Canada)'
)
_AS_OF: Final = date(2024, 2, 12)

_FIND = N_("Open “Apps”, then “Find apps”, and search for {app}.")
_GET = N_("Select {app}, then “Get app now”.")
_REPLACE = N_(
    "If QuickBooks says that another admin has already connected the app, accept to replace them (“Change Admin”, "
    "“Become Admin” or “Connect anyway”, depending on the screen): that is the transfer."
)
_SETTINGS = N_("Go through the app's settings and change them where needed.")
_CHECK_USER = N_("Check that {app} now shows {person} as its user for {company}.")
_CHECK_WORKS = N_("Check that {app} still works, for instance by starting a synchronisation.")
_WHO_ACCOUNTANT = N_("To be done by {person}, the new owner, who must be the primary admin of the firm.")

GUIDES: Final[dict[Level, Guide]] = {
    Level.COMPANY: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=N_("To be done by {person}, the new owner, who must be an admin of {company}."),
        steps=(
            N_("Sign in to QuickBooks as {person} and open {company}."),
            _FIND,
            _GET,
            N_("Read what is asked, then select “Connect”."),
            _REPLACE,
            _SETTINGS,
        ),
        checks=(_CHECK_USER, _CHECK_WORKS),
    ),
    Level.FIRM: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=_WHO_ACCOUNTANT,
        steps=(
            N_("Sign in to QuickBooks Online Accountant as {person}."),
            _FIND,
            _GET,
            N_("Choose your firm, then select “Install”."),
            _REPLACE,
            _SETTINGS,
        ),
        checks=(_CHECK_USER, _CHECK_WORKS),
    ),
    Level.CLIENT: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=_WHO_ACCOUNTANT,
        steps=(
            N_("Sign in to QuickBooks Online Accountant as {person}."),
            _FIND,
            _GET,
            N_("Choose the client {company}, then select “Install”."),
            _REPLACE,
            _SETTINGS,
        ),
        checks=(_CHECK_USER, _CHECK_WORKS),
    ),
}
