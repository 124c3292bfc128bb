"""
HRESULTs: what QuickBooks says when it cannot be reached, or does not take a request at all.

Sources: Intuit, QuickBooks Web Connector Programmer's Guide (2009), p. 70; Intuit, "Supporting your user". Those
marked "peers" are only in the tables of others who work with QuickBooks; 0x80040438 is in one of them alone.
"""

from __future__ import annotations

import re
from typing import Final

from qbapps.desktop.codes.entries import entry, shown, table
from qbapps.domain.desktop.troubles import Category, Fixer, Reaction, Trouble
from qbapps.language import N_

_C = Category
_F = Fixer
_R = Reaction

_ALLOW = N_(
    "Open the company file as its QuickBooks Admin and choose “Edit”, “Preferences”, “Integrated Applications”, "
    "“Company Preferences”, then the app and “Properties”. Allow it to read and modify the file and to log in "
    "automatically, then run “Update Selected” again."
)
_AGAIN_AS_ADMIN = N_(
    "Open the company file as its QuickBooks Admin in single-user mode, run “Update Selected” in the Web Connector, "
    "and answer QuickBooks' question with “Yes, always; allow access even if QuickBooks is not running”."
)
_RESTART = N_("Close QuickBooks and the Web Connector, open both again, and run “Update Selected”.")
_REINSTALL = N_(
    "Repair QuickBooks from Windows' list of installed apps, install the Web Connector anew, and try again."
)

HRESULTS: Final[dict[str, Trouble]] = table((
    entry("0x80040400", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("QuickBooks could not read the request: it is not valid qbXML."),
          N_("Look for an unknown field, a field out of order or an illegal character, and send a corrected request."),
          not_processed=True),
    entry("0x80040401", _C.NOT_RUNNING, _F.USER, _R.TRY_AGAIN,
          N_("The Web Connector could not reach QuickBooks."),
          N_("Open QuickBooks and the company file. If that does not help, restart the computer.")),
    entry("0x80040402", _C.INTERNAL, _F.USER, _R.TRY_AGAIN,
          N_("QuickBooks met an error that it did not expect."),
          _RESTART),
    entry("0x80040403", _C.NOT_RUNNING, _F.USER, _R.TRY_AGAIN,
          N_("QuickBooks could not open the company file."),
          N_("Check that the file is where it was, that nobody keeps it locked, and that it opens by hand."),
          not_processed=True),
    entry("0x80040408", _C.NOT_RUNNING, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("QuickBooks could not be started."),
          N_("Open QuickBooks and log in to the company file, close what it asks (updates, messages), and run "
             "“Update Selected”. QuickBooks and the Web Connector must both run as administrator, or both not."),
          not_processed=True),
    entry("0x80040409", _C.VERSION, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The company file is of another version than the QuickBooks on this computer."),
          N_("Open the company file by hand in the QuickBooks that its users work with, and let it update the file."),
          not_processed=True),
    entry("0x8004040A", _C.WRONG_COMPANY, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("Another company file is open in QuickBooks."),
          N_("Close it, or open the company file that this connection is for. The next update goes on by itself."),
          not_processed=True),
    entry("0x8004040D", _C.SESSION, _F.NOBODY, _R.TRY_AGAIN,
          N_("The session with QuickBooks is over."),
          N_("Wait for the next update. If it happens again and again, restart QuickBooks and the Web Connector.")),
    entry("0x80040410", _C.MODE, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("The company file is open in another mode, single-user or multi-user, than was asked for."),
          N_("Change the mode in QuickBooks' “File” menu, or close the file, then run “Update Selected”."),
          not_processed=True),
    entry("0x80040414", _C.DIALOG, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("QuickBooks shows a window that waits for an answer."),
          N_("Answer or close every window that QuickBooks shows, then run “Update Selected”."),
          not_processed=True),
    entry("0x80040416", _C.NOT_RUNNING, _F.USER, _R.SEND_PATH,
          N_("QuickBooks is closed, and it was not told which company file to open."),
          N_("Open the company file in QuickBooks and run “Update Selected” once; its place is remembered."),
          not_processed=True),
    entry("0x80040418", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("The app has not worked with this company file before: only its QuickBooks Admin can let it in."),
          _AGAIN_AS_ADMIN, not_processed=True),
    entry("0x8004041A", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("QuickBooks does not let the app into this company file."),
          _ALLOW, not_processed=True),
    # peers
    entry("0x8004041B", _C.BUSY, _F.NOBODY, _R.TRY_AGAIN,
          N_("QuickBooks could not lock what it needs to let the app in."),
          N_("Wait for the next update; nothing has to be done."), not_processed=True),
    # peers
    entry("0x8004041C", _C.INTERNAL, _F.USER, _R.TRY_AGAIN,
          N_("QuickBooks met an error of its own when it opened the company file."),
          _RESTART),
    entry("0x8004041D", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("The app may not log in to this company file by itself: “Yes, always” was not chosen."),
          _ALLOW, not_processed=True),
    # peers
    entry("0x8004041E", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("What QuickBooks keeps to know the app by has expired."),
          _AGAIN_AS_ADMIN, not_processed=True),
    # peers
    entry("0x8004041F", _C.VERSION, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("This edition of QuickBooks does not work with apps."),
          N_("Use QuickBooks Desktop Pro, Premier or Enterprise."), not_processed=True),
    entry("0x80040420", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("Access was refused in QuickBooks, or taken back."),
          _AGAIN_AS_ADMIN, not_processed=True),
    entry("0x80040422", _C.MODE, _F.NOBODY, _R.TRY_AGAIN,
          N_("Single-user mode is needed, and another application is working with the company file."),
          N_("Wait until the other application has finished, or close it."), not_processed=True),
    # peers
    entry("0x80040423", _C.VERSION, _F.DEVELOPER, _R.GIVE_UP,
          N_("This QuickBooks does not know the version of qbXML that was asked for."),
          N_("Ask for an older version of qbXML, or update QuickBooks."), not_processed=True),
    entry("0x80040424", _C.STARTING, _F.NOBODY, _R.TRY_AGAIN,
          N_("QuickBooks is still starting."),
          N_("Wait for the next update; nothing has to be done."), not_processed=True),
    # peers
    entry("0x80040427", _C.SETUP, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("This QuickBooks is not registered."),
          N_("Open QuickBooks, register it from its “Help” menu, then run “Update Selected”."), not_processed=True),
    # peers
    entry("0x8004042A", _C.PERMISSION, _F.ADMIN, _R.WAIT_FOR_HUMAN,
          N_("QuickBooks does not allow access from another computer."),
          N_("Install the Web Connector on the computer that QuickBooks runs on."), not_processed=True),
    # peers
    entry("0x8004042C", _C.CERTIFICATE, _F.DEVELOPER, _R.WAIT_FOR_HUMAN,
          N_("The certificate that the app is known by was revoked."),
          N_("Renew the certificate of the app's address, and have the app let in anew."), not_processed=True),
    # one peer
    entry("0x80040438", _C.SESSION, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("QuickBooks runs more than once, or a session of it hangs."),
          N_("Close every QuickBooks on this computer, end what remains of it in the Task Manager, and run "
             "“Update Selected” again.")),
    # peers; Windows' own: a class is not registered
    entry("0x80040154", _C.SETUP, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("Part of QuickBooks or of the Web Connector is missing on this computer."),
          _REINSTALL, not_processed=True),
))  # fmt: skip
"""By code, as ``0x80040408``."""

_WHAT: Final = N_("QuickBooks gave a code that is not in our table.")
_DO: Final = N_(
    "Read the message beside the code, open QuickBooks and the company file by hand, and try again. If it comes "
    "back, send the code and the Web Connector's log, QWCLog.txt, to the app's support."
)

_HEXADECIMAL: Final = re.compile(r"(?:0x|&h)?(?:f{8})?([0-9a-f]{8})l?", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"-?\d{9,10}")


def spelled(code: str) -> str | None:
    """
    Return an HRESULT as ``0x80040408``, however it is written; None for what is none.

    Hexadecimal with ``0x`` or without it, in either case, with spaces; decimal with a sign or without one.
    """
    text = re.sub(r"[\s_]", "", code)
    if found := _HEXADECIMAL.fullmatch(text):
        return f"0x{found[1].upper()}"
    if _DECIMAL.fullmatch(text):
        number = int(text)
        return f"0x{number % 2**32:08X}" if -(2**31) <= number < 2**32 else None
    return None


def hresult(code: str) -> Trouble:
    """Return what an HRESULT means; one that is not in the table is ``unknown``, and still says what to do."""
    name = spelled(code) or shown(code)
    return HRESULTS.get(name) or entry(name, _C.UNKNOWN, _F.USER, _R.WAIT_FOR_HUMAN, _WHAT, _DO)
