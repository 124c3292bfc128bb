"""What the library itself finds wrong with a Desktop connection, where nobody else gave it a code."""

from __future__ import annotations

from typing import Final

from qbapps.desktop.codes.entries import entry, table
from qbapps.domain.desktop.troubles import Category, Fixer, Reaction, Trouble
from qbapps.language import N_

_C = Category
_F = Fixer
_R = Reaction

OURS: Final[dict[str, Trouble]] = table((
    entry("wrong_company", _C.WRONG_COMPANY, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The company file that is open is not the one that this connection is for."),
          N_("Close it, or open the right one. A company file that is not connected needs a connection of its own."),
          not_processed=True),
    entry("not_stamped", _C.WRONG_COMPANY, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The company file that is open was never added to the Web Connector for this connection."),
          N_("Open the company file that this connection is for; in a new one, open the .qwc file once more."),
          not_processed=True),
    entry("checks_failed", _C.SETUP, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("Something in QuickBooks is not set up as the app needs it."),
          N_("Look at the checklist, correct in QuickBooks what has failed, and select “Update Selected”."),
          not_processed=True),
    entry("still_calls", _C.SETUP, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The Web Connector still calls for a connection that has ended."),
          N_("Remove the app from the Web Connector on that computer; the removal steps say how.")),
    entry("other_computer", _C.OTHER_COMPUTER, _F.USER, _R.IGNORE,
          N_("The Web Connector works from another computer than before."),
          N_("If this is a new computer, remove the app from the Web Connector of the old one: two would get in each "
             "other's way.")),
    entry("silent", _C.SILENT, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The Web Connector has not called for a long time."),
          N_("Check that the computer is on, that the Web Connector runs, that the app is ticked, and that “Auto-Run” "
             "is on.")),
    entry("locked_out", _C.PASSWORD, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The Web Connector gave a wrong password too often."),
          N_("Wait a while, then paste the password again. If it is lost, have a new one made.")),
    entry("edition", _C.VERSION, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The app does not support this edition of QuickBooks."),
          N_("Use an edition that the app supports: as a rule QuickBooks Desktop Pro, Premier or Enterprise."),
          not_processed=True),
    entry("qbxml_version", _C.VERSION, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("This QuickBooks is too old for the app."),
          N_("Update QuickBooks, or use a newer version of it."), not_processed=True),
    entry("unreadable", _C.SERVER, _F.DEVELOPER, _R.GIVE_UP,
          N_("The answer of QuickBooks could not be read."),
          N_("Keep the answer, and report it to those who make the app.")),
    entry("outcome_unknown", _C.RECOVERY, _F.DEVELOPER, _R.WAIT_FOR_HUMAN,
          N_("Several tries could not find out whether QuickBooks carried out a change."),
          N_("Look in QuickBooks whether it is there, and say so with settle_job.")),
    entry("cut_off", _C.SILENT, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("A long answer was cut off several times, and began anew each time."),
          N_("Leave the computer on for longer, widen the hours in which updates may run, or ask for fewer records.")),
    entry("unmapped", _C.FEATURE_OFF, _F.ADMIN, _R.WAIT_FOR_HUMAN,
          N_("Some people have no payroll item: their hours cannot be transferred."),
          N_("Give each of them a payroll item in QuickBooks, or map one in the app.")),
))  # fmt: skip
"""By name."""


def ours(name: str) -> Trouble:
    """
    Return what one of our own names means.

    Raises:
        KeyError: It is none.
    """
    return OURS[name]
