"""The checklist in people's language: what each item asks, what to do about it, and what evidence says."""

from __future__ import annotations

from typing import Final

from qbapps.domain.desktop.checklist import CheckState, Evidence, Item
from qbapps.domain.desktop.grounds import Ground
from qbapps.language import C_, N_, Phrase, words

QUESTIONS: Final[dict[Item, str]] = {
    Item.EDITION: N_("QuickBooks Desktop for Windows, of an edition that the app supports"),
    Item.WINDOWS: N_("Windows 10, Windows 11 or Windows Server 2019"),
    Item.ADMIN_RIGHTS: N_("Windows administrator rights for the installation"),
    Item.ANTIVIRUS: N_("The antivirus and the firewall let the Web Connector through"),
    Item.ONE_COMPUTER: N_("Only one computer does the updates: the one on which QuickBooks is used"),
    Item.COMPANY_OPEN: N_("The company file is open in QuickBooks"),
    Item.PRIMARY_ADMIN: N_("Logged in to QuickBooks as its Admin"),
    Item.SINGLE_USER: N_("The company file is in single-user mode"),
    Item.ALWAYS_ALLOW: N_("QuickBooks lets the app in with “Yes, always”"),
    Item.RIGHT_COMPANY: N_("The company file is the one that this connection is for"),
    Item.AUTOMATIC_LOGIN: N_("Updates run while QuickBooks is closed"),
    Item.CONNECTOR_ALIVE: N_("The Web Connector runs, and “Auto-Run” is on"),
    Item.PAYROLL_ON: N_("Payroll is turned on in QuickBooks"),
    Item.WEEK_START: N_("The week begins on the same day in QuickBooks and in the app"),
    Item.TIME_DATA_COMPANY: N_("The company's preferences say that paychecks are made from time data"),
    Item.TIME_DATA: N_("For every active employee, paychecks are made from time data"),
    Item.PAYROLL_ITEMS: N_("Every employee has at least one payroll item"),
    Item.PEOPLE_EXIST: N_("All people whose hours are sent are employees or vendors in QuickBooks"),
}
"""What has to be so: the title of each item."""

HOW: Final[dict[Item, str]] = {
    Item.EDITION: N_(
        "Press F2 in QuickBooks to see its product and release. QuickBooks for Mac and QuickBooks Online are not "
        "connected this way."
    ),
    Item.WINDOWS: N_("Open Windows' settings, then “System” and “About”. Older versions may not work as they should."),
    Item.ADMIN_RIGHTS: N_(
        "Have a Windows administrator at hand for the installation. QuickBooks and the Web Connector must both run as "
        "administrator, or both not."
    ),
    Item.ANTIVIRUS: N_("Have the Web Connector, QBWebConnector, allowed in both."),
    Item.ONE_COMPUTER: N_(
        "Choose the computer on which somebody works with QuickBooks most, and set up no second one."
    ),
    Item.COMPANY_OPEN: N_("Start QuickBooks on that computer and open the company file; close any other."),
    Item.PRIMARY_ADMIN: N_("Log in with the user “Admin”; only that user can let a new app in."),
    Item.SINGLE_USER: N_(
        "Choose “File”, then “Switch to Single-user Mode”. Once the app is set up, multi-user mode is fine."
    ),
    Item.ALWAYS_ALLOW: N_(
        "Answer QuickBooks' question with “Yes, always; allow access even if QuickBooks is not running”, then "
        "“Continue” and “Done”."
    ),
    Item.RIGHT_COMPANY: N_("Open the company file that this connection was made for, then run “Update Selected”."),
    Item.AUTOMATIC_LOGIN: N_(
        "In QuickBooks, choose “Edit”, “Preferences”, “Integrated Applications”, “Company Preferences”, then the app "
        "and “Properties”, and tick that it may log in automatically."
    ),
    Item.CONNECTOR_ALIVE: N_("Leave the Web Connector running, with the app's box and “Auto-Run” ticked."),
    Item.PAYROLL_ON: N_(
        "Choose “Edit”, “Preferences”, “Payroll & Employees”, “Company Preferences”, then “Full payroll”."
    ),
    Item.WEEK_START: N_(
        "Compare “Edit”, “Preferences”, “Time & Expenses”, “Company Preferences” with the settings of the app."
    ),
    Item.TIME_DATA_COMPANY: N_(
        "Look at the company's preferences in QuickBooks: “Use time data to create paychecks” has to be ticked."
    ),
    Item.TIME_DATA: N_("Open each active employee's payroll information and tick “Use time data to create paychecks”."),
    Item.PAYROLL_ITEMS: N_("Open the employee's payroll information and add the item by which the hours are paid."),
    Item.PEOPLE_EXIST: N_(
        "Add whoever is missing in QuickBooks, administrators too, under the same name as in the app."
    ),
}
"""How to look, or what to do."""

GROUNDS: Final[dict[str, str]] = {
    Ground.PRODUCT: N_("QuickBooks says that it is {product}."),
    Ground.PRODUCT_WITHOUT_APPS: N_("{product} does not work with the Web Connector."),
    Ground.PRODUCT_NOT_SUPPORTED: N_("The app does not support {product}."),
    Ground.CALLED: N_("The Web Connector has logged in."),
    Ground.FILE_ANSWERED: N_("QuickBooks has answered for the company file."),
    Ground.NOT_ADMIN: N_("QuickBooks says that its Admin has not let the app in yet ({code})."),
    Ground.OTHER_FILE_OPEN: N_("Another company file was open ({code})."),
    Ground.SINGLE_USER_MODE: N_("QuickBooks says that the file is in single-user mode."),
    Ground.MULTI_USER_MODE: N_("QuickBooks says that the file is in multi-user mode."),
    Ground.OTHER_MODE: N_("The file was open in another mode ({code})."),
    Ground.LET_IN: N_("QuickBooks has let the app in."),
    Ground.LET_IN_ALWAYS: N_("QuickBooks says that the app may log in by itself."),
    Ground.NOT_ALWAYS: N_("QuickBooks says that the app may not log in by itself."),
    Ground.NOT_LET_IN: N_("QuickBooks does not let the app in ({code})."),
    Ground.STAMPED: N_("The file carries the mark of this connection."),
    Ground.STAMPED_OTHERWISE: N_("The file that is open carries the mark of another connection."),
    Ground.OPENED_BY_ITSELF: N_("QuickBooks was opened for an update with nobody at it."),
    Ground.PATH_KNOWN: N_("The app may log in by itself, and the place of the company file is known."),
    Ground.SAME_COMPUTER: N_("The Web Connector works from {computer}, as before."),
    Ground.OTHER_COMPUTER: N_("The Web Connector works from {computer}; before, it was {before}."),
    Ground.SEEN: N_("Minutes since its last call: {minutes}."),
    Ground.NOT_SEEN: N_("It has been silent for too long. Minutes since its last call: {minutes}."),
    Ground.HAS_PAYROLL_ITEMS: N_("Payroll items in QuickBooks: {n}."),
    Ground.PAYROLL_OFF: N_("QuickBooks says that payroll is off, or not part of this edition."),
    Ground.SAME_WEEK: N_("Both begin the week on {day}."),
    Ground.OTHER_WEEK: N_("QuickBooks begins the week on {day}, the app on {wanted}."),
    Ground.ALL_USE_TIME: N_("Active employees, all paid by time data: {n}."),
    Ground.SOME_WITHOUT_TIME: N_("Not paid by time data ({n}): {names}."),
    Ground.ALL_HAVE_ITEMS: N_("Active employees, all with a payroll item: {n}."),
    Ground.SOME_WITHOUT_ITEMS: N_("Without a payroll item ({n}): {names}."),
    Ground.ALL_KNOWN: N_("People found in QuickBooks: {n}, which is all."),
    Ground.SOME_UNKNOWN: N_("Not found in QuickBooks ({n}): {names}."),
}
"""What evidence says."""

DAYS: Final[dict[str, str]] = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}

STATES: Final[dict[CheckState, tuple[str, str]]] = {
    CheckState.OPEN: C_("check", "Open"),
    CheckState.VERIFIED: C_("check", "Verified"),
    CheckState.ATTESTED: C_("check", "Attested"),
    CheckState.FAILED: C_("check", "Not right"),
}


def question(item: Item, lang: str | None) -> str:
    """Return what has to be so."""
    return words(lang).text(QUESTIONS[item])


def how(item: Item, lang: str | None) -> str:
    """Return how to look, or what to do about it."""
    return words(lang).text(HOW[item])


def state(member: CheckState, lang: str | None) -> str:
    """Return what the state of a check is called."""
    return words(lang).in_context(*STATES[member])


def told(evidence: Evidence) -> Phrase:
    """Return what *evidence* says, to be said in any language; of a ground that is not known here, its bare name."""
    values = {name: _value(value) for name, value in evidence.values.items()}
    form = GROUNDS.get(evidence.ground, "{ground}")
    return Phrase(form, **{**values, "ground": evidence.ground})


def said(evidence: Evidence, lang: str | None) -> str:
    """Return what *evidence* says in that language."""
    return words(lang).say(told(evidence))


def _value(value: object) -> object:
    if not isinstance(value, str):
        return value
    # Names come from a company file: they cannot add a line.
    return Phrase(DAYS[value]) if value in DAYS else " ".join(value.split())
