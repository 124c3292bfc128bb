"""How a Desktop app is set up by hand: what a person does in each state, and who comes next."""

from __future__ import annotations

from datetime import date
from typing import Final

from qbapps.domain.desktop.states import DesktopState
from qbapps.guides.guide import Guide
from qbapps.guides.saying import names, told
from qbapps.language import N_, words

_SOURCE: Final = (
    'Intuit help, "Intégrer QuickBooks Time et QuickBooks Desktop à l\'aide du connecteur Web" (2 February 2024) and '
    'Codat, "Installer le connecteur QuickBooks Desktop"'
)
_AS_OF: Final = date(2024, 2, 2)

_SAME_COMPUTER: Final = N_("Do all of this on the computer on which somebody works with QuickBooks most.")
_OPEN_FILE: Final = N_(
    "Start QuickBooks Desktop and open the company file of {company} as its Admin, in single-user mode (“File”, "
    "“Switch to Single-user Mode”). Open no other company file."
)
_ALLOW: Final = N_(
    "In the next window select “Yes, always; allow access even if QuickBooks is not running”, then “Continue”. Where "
    "only “Yes, whenever this QuickBooks company file is open” is offered, select that: updates then run only while "
    "the file is open."
)
_DONE: Final = N_("In the window “Access Confirmation”, read what {app} may do, then select “Done”.")
_TICK: Final = N_("In the Web Connector, tick the box to the left of {app}.")
_PASSWORD: Final = N_(
    "Paste the password into the field “Password” of {app}, press Enter, and answer “Yes” when asked whether to "
    "save it."
)
_UPDATE: Final = N_("Select “Update Selected” and wait until the update is over.")
_AUTO_RUN: Final = N_("Tick “Auto-Run”, and leave the Web Connector running.")
_CHECK_TICKED: Final = N_(
    "Check that {app} is in the Web Connector's list, ticked, with the result of its last update."
)
_CHECK_APPS: Final = N_(
    "Check that {app} is in QuickBooks under “Edit”, “Preferences”, “Integrated Applications”, “Company Preferences”."
)
_CHECK_STATUS: Final = N_("Check in {app} that it shows {company} as connected.")
_BY_ADMIN: Final = N_("To be done by the QuickBooks Admin of {company}, on its Windows computer.")

GUIDES: Final[dict[DesktopState, Guide]] = {
    DesktopState.CONFIG_ISSUED: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=_BY_ADMIN,
        steps=(
            _SAME_COMPUTER,
            N_(
                "Install Intuit's Web Connector with Windows administrator rights, unless it is there already; allow "
                "it in the antivirus and the firewall."
            ),
            _OPEN_FILE,
            N_("Open the .qwc file of {app}. In the security window select “OK”."),
            _ALLOW,
            _DONE,
            _TICK,
            _PASSWORD,
            _UPDATE,
            _AUTO_RUN,
        ),
        checks=(_CHECK_TICKED, _CHECK_APPS, _CHECK_STATUS),
    ),
    DesktopState.AWAITING_LOGIN: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=_BY_ADMIN,
        steps=(
            N_("If {app} is not in the Web Connector's list, open its .qwc file first."),
            _TICK,
            _PASSWORD,
            _UPDATE,
            _AUTO_RUN,
        ),
        checks=(_CHECK_TICKED,),
    ),
    DesktopState.AUTHORISING: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=_BY_ADMIN,
        steps=(
            _OPEN_FILE,
            N_("In the Web Connector, tick the box to the left of {app} and select “Update Selected”."),
            _ALLOW,
            _DONE,
            N_(
                "If no window appears, choose “Edit”, “Preferences”, “Integrated Applications”, “Company Preferences”, "
                "then {app} and “Properties”, and allow it to log in automatically."
            ),
        ),
        checks=(_CHECK_APPS,),
    ),
    DesktopState.AWAITING_CONFIRMATION: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=N_("To be done by an administrator of {app}."),
        steps=(
            N_("Open {app} and look at what its first update would delete."),
            N_("If something of it is still needed, save it elsewhere first: it cannot be brought back."),
            N_("Type the word that is asked for, and select “Continue”."),
        ),
        checks=(N_("Check that the first update begins at the next run of the Web Connector."),),
    ),
    DesktopState.MAPPING_REQUIRED: Guide(
        valid_as_of=_AS_OF,
        source=_SOURCE,
        who=N_("To be done by whoever does the payroll of {company}."),
        steps=(
            N_("Open {app} and look at who has no payroll item."),
            N_("Choose a payroll item of QuickBooks for each of them: hours without one cannot be transferred."),
            N_("If the item does not exist, add it in QuickBooks to the employee's payroll information."),
            _UPDATE,
        ),
        checks=(N_("Check in {app} that nobody is left without a payroll item."),),
    ),
}
"""By the state in which a person has something to do; removal has guides of its own."""

NEXT: Final[dict[DesktopState, str]] = {
    DesktopState.DRAFT: N_("Whoever sets {app} up answers the checklist; then the .qwc file can be made."),
    DesktopState.CONFIG_ISSUED: N_(
        "The QuickBooks Admin of {company} installs the Web Connector, opens the company file and then the .qwc file "
        "of {app}."
    ),
    DesktopState.AWAITING_LOGIN: N_(
        "The user of {company}'s computer ticks {app} in the Web Connector, pastes the password and selects “Update "
        "Selected”."
    ),
    DesktopState.AUTHORISING: N_(
        "The QuickBooks Admin of {company} opens the company file in single-user mode and answers “Yes, always” when "
        "QuickBooks asks about {app}."
    ),
    DesktopState.VERIFYING: N_(
        "Nobody: at the next update {app} checks that this is the company file of {company}, and that what it needs is "
        "there."
    ),
    DesktopState.AWAITING_CONFIRMATION: N_(
        "An administrator of {app} looks at what its first update deletes, and types the word that confirms it."
    ),
    DesktopState.FIRST_SYNC: N_(
        "Nobody: the first update is under way. The user of {company}'s computer leaves it on, and the Web Connector "
        "running."
    ),
    DesktopState.MAPPING_REQUIRED: N_(
        "Whoever does the payroll of {company} gives a payroll item to each person who has none."
    ),
    DesktopState.ACTIVE: N_("Nobody: {app} and {company} are connected; the Web Connector is left running."),
    DesktopState.DEAUTHORIZED: N_(
        "Nobody: the connection has ended here. The user of {company}'s computer can remove {app} from the Web "
        "Connector."
    ),
    DesktopState.REMOVING: N_(
        "The user of {company}'s computer removes {app}, and the Web Connector if nothing else uses it; the QuickBooks "
        "Admin removes its permission."
    ),
    DesktopState.REMOVED: N_(
        "Nobody: {app} has been removed. If its Web Connector calls again, this step opens again."
    ),
}
"""One sentence for each state: who does what next."""


def next_step(state: DesktopState) -> str:
    """Return the key of the sentence that says who does what next; it names ``{app}`` and ``{company}``."""
    return NEXT[state]


def said_next(state: DesktopState, lang: str | None, *, app: str, company: str | None) -> str:
    """Return who does what next, in that language."""
    return words(lang).text(next_step(state), **names(lang, app=app, company=company))


def steps(state: DesktopState, lang: str | None, *, app: str, company: str | None) -> tuple[str, ...]:
    """
    Return what a person does in *state*: who, the steps, the checks; nothing where nobody has to do anything.

    Args:
        app: The app's name; like the company's it is put in as it is, on one line.
    """
    guide = GUIDES.get(state)
    return () if guide is None else told(guide, lang, app=app, company=company)
