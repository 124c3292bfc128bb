"""
The Web Connector's own numbers, ``QBWC1000`` to ``QBWC1048``: its user reads them from its window or its log.

Source: Intuit, QuickBooks Web Connector Programmer's Guide (2022), Appendix A, "Understanding and Responding to QBWC
Error Codes", in our own words; it has no QBWC1047. How to get rid of QBWC1039 is from Expensify's help and others who
met it: Intuit itself only says that the .qwc may lack an element.
"""

from __future__ import annotations

import re
from typing import Final

from qbapps.desktop.codes.entries import entry, shown, table
from qbapps.domain.desktop.troubles import Category, Fixer, Reaction, Trouble
from qbapps.language import N_

_C = Category
_F = Fixer
_HUMAN = Reaction.WAIT_FOR_HUMAN
_AGAIN = Reaction.TRY_AGAIN

_SEND_LOG = N_("Send the Web Connector's log, QWCLog.txt, and a picture of the message to the app's support.")
_OUR_LOGS = N_("Look in the server's log at the time of the error. The Web Connector's log, QWCLog.txt, has its side.")
_NEW_QWC = N_("Have a new .qwc file made for this connection, and add it in the Web Connector.")
_OPEN = N_("Open QuickBooks and the company file, close every window that waits for an answer, then try again.")
_OPEN_AS_ADMIN = N_(
    "Open the company file as its QuickBooks Admin in single-user mode, close every window that waits for an answer, "
    "then open the .qwc file again."
)
_RESTART = N_(
    "Close the Web Connector with “Exit” in the taskbar and open it again. If the app is not in its list, add its .qwc "
    "file again."
)
_LOG_FILE = N_(
    "Check that the folder of QWCLog.txt exists, that it may be written to, and that the disk is not full; then start "
    "the Web Connector as administrator once."
)
_ADD_QWC = N_("Open the .qwc file of the app, or choose “Add an application” in the Web Connector.")
_SUPPORT_PAGE = N_(
    "Open the support address of the .qwc file in a browser: it has to answer without a login. A firewall or an "
    "antivirus may be in the way."
)

_UNREACHED = N_("The Web Connector could not reach QuickBooks.")
_NOT_ADDED = N_("The Web Connector could not reach QuickBooks while the app was being added.")
_NOT_STAMPED = N_("QuickBooks did not take the mark that the Web Connector puts into the company file.")
_NO_LOG = N_("The Web Connector could not write its log.")
_NO_SUPPORT = N_("The Web Connector could not reach the app's support address.")
_NO_APP = N_("The Web Connector does not find the app in its list any more.")
_EMPTY = N_("There is no app in the Web Connector.")
_NO_KEY = N_("The Web Connector could not lock or unlock the password that it keeps.")
_NO_ANSWER = N_("The app's server did not answer the Web Connector as it should.")

CODES: Final[dict[str, Trouble]] = table((
    entry("QBWC1000", _C.SETUP, _F.DEVELOPER, _HUMAN,
          N_("The .qwc file names different hosts for the app and for its support."), _NEW_QWC),
    entry("QBWC1001", _C.SETUP, _F.DEVELOPER, _HUMAN,
          N_("The .qwc file names the app's server by a number, not by its name."), _NEW_QWC),
    entry("QBWC1002", _C.SETUP, _F.DEVELOPER, _HUMAN,
          N_("The .qwc file names the support address by a number, not by its name."), _NEW_QWC),
    entry("QBWC1003", _C.NETWORK, _F.DEVELOPER, _HUMAN, _NO_SUPPORT, _SUPPORT_PAGE),
    entry("QBWC1004", _C.NETWORK, _F.DEVELOPER, _HUMAN, _NO_SUPPORT, _SUPPORT_PAGE),
    entry("QBWC1005", _C.SETUP, _F.USER, _HUMAN, _NO_LOG, _LOG_FILE),
    entry("QBWC1006", _C.SETUP, _F.USER, _HUMAN, N_("The Web Connector could not run."), _LOG_FILE),
    entry("QBWC1007", _C.NOT_RUNNING, _F.USER, _HUMAN, _UNREACHED, _OPEN),
    entry("QBWC1008", _C.NOT_RUNNING, _F.USER, _HUMAN, _UNREACHED, _OPEN),
    entry("QBWC1009", _C.NOT_RUNNING, _F.USER, _HUMAN, _UNREACHED, _OPEN),
    entry("QBWC1010", _C.SETUP, _F.DEVELOPER, _HUMAN,
          N_("The app's address is not a secure one: the Web Connector takes https only."), _NEW_QWC),
    entry("QBWC1011", _C.SETUP, _F.USER, _HUMAN, _NO_APP, _RESTART),
    entry("QBWC1012", _C.SERVER, _F.DEVELOPER, _HUMAN,
          N_("The login at the app's server did not come to an end."), _OUR_LOGS),
    entry("QBWC1013", _C.NOT_RUNNING, _F.USER, _HUMAN, _UNREACHED, _OPEN),
    entry("QBWC1014", _C.INTERNAL, _F.USER, _HUMAN,
          N_("QuickBooks did not say which company it has open."), _SEND_LOG),
    entry("QBWC1015", _C.SESSION, _F.USER, _AGAIN,
          N_("The update is over, but the Web Connector could not part from QuickBooks."),
          N_("Close QuickBooks and the Web Connector, and open both again.")),
    entry("QBWC1016", _C.SETUP, _F.USER, _HUMAN,
          N_("No app was ticked in the Web Connector."),
          N_("Tick the box to the left of the app, then choose “Update Selected”.")),
    entry("QBWC1017", _C.UNKNOWN, _F.USER, _HUMAN,
          N_("Some of the apps in the Web Connector could not be updated."),
          N_("Update this app alone and read what the Web Connector says of it.")),
    entry("QBWC1018", _C.SETUP, _F.USER, _HUMAN, _EMPTY, _ADD_QWC),
    entry("QBWC1019", _C.SETUP, _F.USER, _HUMAN, _EMPTY, _ADD_QWC),
    entry("QBWC1020", _C.SETUP, _F.USER, _HUMAN,
          N_("Updates are scheduled; they do not run while the Web Connector is closed."),
          N_("Leave the Web Connector running. To close it for good, untick “Auto-Run” first.")),
    entry("QBWC1021", _C.VERSION, _F.USER, _HUMAN,
          N_("The Web Connector could not find out which version of QuickBooks this is."), _SEND_LOG),
    entry("QBWC1022", _C.NOT_RUNNING, _F.USER, _HUMAN, _NOT_ADDED, _OPEN_AS_ADMIN),
    entry("QBWC1023", _C.NOT_RUNNING, _F.USER, _HUMAN, _NOT_ADDED, _OPEN_AS_ADMIN),
    entry("QBWC1024", _C.NOT_RUNNING, _F.USER, _HUMAN, _NOT_ADDED, _OPEN_AS_ADMIN),
    entry("QBWC1025", _C.FILE_CLASH, _F.USER, _HUMAN, _NOT_STAMPED, _OPEN_AS_ADMIN),
    entry("QBWC1026", _C.FILE_CLASH, _F.DEVELOPER, _HUMAN,
          N_("The company file already carries the mark of this .qwc file, or does not take it."),
          N_("Remove the mark with Intuit's CP3 tool (“Remove Stamp”) and add the .qwc file again, or have a new one "
             "made. A changed mark has to be let in anew by the QuickBooks Admin.")),
    entry("QBWC1027", _C.FILE_CLASH, _F.USER, _HUMAN, _NOT_STAMPED, _OPEN_AS_ADMIN),
    entry("QBWC1028", _C.PASSWORD, _F.USER, _HUMAN, _NO_KEY,
          N_("Type the app's password again in the Web Connector, and save it.")),
    entry("QBWC1029", _C.PASSWORD, _F.USER, _HUMAN, _NO_KEY,
          N_("Type the app's password again in the Web Connector, and save it.")),
    entry("QBWC1030", _C.PASSWORD, _F.USER, _HUMAN,
          N_("The Web Connector has no password for the app."),
          N_("Paste the password into the “Password” field of the app, press Enter, and save it when asked.")),
    entry("QBWC1031", _C.UNKNOWN, _F.USER, _AGAIN,
          N_("A scheduled update ended with an error that the app was told of."),
          N_("Look at the connection's status, which says what it was. QWCLog.txt has the Web Connector's side.")),
    entry("QBWC1032", _C.SETUP, _F.USER, _HUMAN, _NO_APP, _RESTART),
    entry("QBWC1033", _C.SETUP, _F.USER, _HUMAN, _NO_LOG, _LOG_FILE),
    entry("QBWC1034", _C.SETUP, _F.USER, _HUMAN,
          N_("The Web Connector could not tell QuickBooks which editions the app supports."),
          N_("Install the Web Connector anew. If that does not help, send QWCLog.txt to the app's support.")),
    entry("QBWC1035", _C.SETUP, _F.DEVELOPER, _HUMAN,
          N_("The .qwc file names “localhost”, and that name leads nowhere on this computer."), _NEW_QWC),
    entry("QBWC1036", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1037", _C.VERSION, _F.USER, _HUMAN,
          N_("The app asks for another version of the Web Connector."),
          N_("Do what the message says: as a rule, install the newest Web Connector from Intuit.")),
    entry("QBWC1038", _C.PASSWORD, _F.USER, _HUMAN,
          N_("The Web Connector's master key was wrong, or was not given."),
          N_("Type the master key. If it is lost, type the app's password again: that makes a new one.")),
    entry("QBWC1039", _C.FILE_CLASH, _F.USER, _HUMAN,
          N_("The app could not be added: the company file carries another mark of it, or the app was not let in."),
          N_("Open the company file as its QuickBooks Admin in single-user mode and add the .qwc file again. If it "
             "fails again, remove the old mark with Intuit's CP3 tool (“Remove Stamp”), or get a new .qwc file.")),
    entry("QBWC1040", _C.PASSWORD, _F.USER, _HUMAN,
          N_("The app's server did not take the user name or the password."),
          N_("Paste the password again. If it is lost, have a new one made: the old one stops working.")),
    entry("QBWC1041", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1042", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1043", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1044", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1045", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1046", _C.SERVER, _F.DEVELOPER, _HUMAN, _NO_ANSWER, _OUR_LOGS),
    entry("QBWC1048", _C.CERTIFICATE, _F.DEVELOPER, _HUMAN,
          N_("The Web Connector could not verify the certificate of the app's server."),
          N_("Check that the app's address answers in a browser without a login and without a warning, that the "
             "certificate is in date and complete, and that this computer's clock is right.")),
))  # fmt: skip
"""By code, as ``QBWC1039``."""

_WHAT: Final = N_("The Web Connector gave a code that is not in our table.")

_NAME: Final = re.compile(r"(?:QBWC)?[\s:#-]*(\d{4})", re.IGNORECASE)


def spelled(code: str) -> str | None:
    """Return a number of the connector as ``QBWC1039``, however it is written; None for what is none."""
    found = _NAME.fullmatch(code.strip())
    return f"QBWC{found[1]}" if found else None


def connector(code: str) -> Trouble:
    """Return what a number of the connector means; one not in the table is ``unknown``, and still says what to do."""
    name = spelled(code) or shown(code)
    return CODES.get(name) or entry(name, Category.UNKNOWN, Fixer.USER, _HUMAN, _WHAT, _SEND_LOG)
