"""
The ``statusCode`` of a response: QuickBooks took the request set, and says what became of each request in it.

A response can be well-formed and still carry an error, so it has to be read always. What an error stopped was not
carried out; warnings come with data, and what they are about was done.

Source: Intuit, QuickBooks Desktop SDK, "Status codes in response messages", for the ranges and most codes. For error
recovery (600 and 9001 to 9005) the Web Connector Programmer's Guide (2009), p. 41. That 3250 also means an edition
without the feature, and 3263 an app let in for reading only, is from those who met them.
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

_NOTHING = N_("Nothing has to be done.")
_READ_ON = N_("Read the warning's text; what is in the response can be used.")
_CORRECT = N_("Correct the field that QuickBooks' message names, and send the request again.")
_FORM = N_("QuickBooks could not read the value of a field.")
_GONE = N_("What the request is about does not exist in this company file.")
_QUERY = N_("Query the list again: it may have been deleted, merged or renamed. Then send a corrected request.")
_REF = N_("The request names something that does not exist in this company file, or does not fit here.")
_IN_USE = N_("What the request is about is in use in QuickBooks.")
_LATER = N_("Close its window in QuickBooks, and any unsaved entry. The request is tried again by itself.")
_ALLOW = N_(
    "Open the company file as its QuickBooks Admin and choose “Edit”, “Preferences”, “Integrated Applications”, "
    "“Company Preferences”, then the app and “Properties”, and allow what is missing."
)
_RECOVER = N_("Find out by a query whether the change was made before it is sent again as a new request.")

STATUSES: Final[dict[str, Trouble]] = table((
    entry("0", _C.NONE, _F.NOBODY, _R.IGNORE, N_("QuickBooks has done it."), _NOTHING),
    entry("1", _C.NONE, _F.NOBODY, _R.IGNORE, N_("Nothing in QuickBooks matches the query."), _NOTHING),
    entry("500", _C.WARNING, _F.DEVELOPER, _R.IGNORE,
          N_("Some of what was asked for was not found; the rest is in the response."), _READ_ON),
    entry("501", _C.WARNING, _F.DEVELOPER, _R.IGNORE,
          N_("Something cannot be shown in this version of qbXML; the rest is in the response."), _READ_ON),
    entry("510", _C.WARNING, _F.DEVELOPER, _R.IGNORE,
          N_("It was done, but QuickBooks could not return the result."), _READ_ON),
    entry("530", _C.WARNING, _F.DEVELOPER, _R.IGNORE, N_("A field is not supported and was left out."), _READ_ON),
    entry("531", _C.WARNING, _F.DEVELOPER, _R.IGNORE, N_("A value is not supported and was left out."), _READ_ON),
    entry("550", _C.WARNING, _F.DEVELOPER, _R.IGNORE, N_("It was saved, but without its notes."), _READ_ON),
    entry("560", _C.WARNING, _F.DEVELOPER, _R.IGNORE, N_("A field will not be supported for ever."), _READ_ON),
    entry("570", _C.WARNING, _F.DEVELOPER, _R.IGNORE,
          N_("It was saved, but not linked to a transaction that is already closed."), _READ_ON),
    entry("600", _C.RECOVERY, _F.NOBODY, _R.IGNORE,
          N_("QuickBooks keeps no earlier response under that name."), _NOTHING),
    entry("1000", _C.INTERNAL, _F.USER, _R.TRY_AGAIN,
          N_("QuickBooks met an error of its own while it worked on the request."),
          N_("Restart QuickBooks. If it happens again, have the company file checked (“File”, “Utilities”, "
             "“Verify Data”).")),
    entry("1010", _C.BUSY, _F.NOBODY, _R.TRY_AGAIN,
          N_("QuickBooks was not available."), N_("Wait for the next update; nothing has to be done."),
          not_processed=True),
    entry("1030", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("This QuickBooks does not support the request."),
          N_("Use a request that this edition and version of QuickBooks knows."), not_processed=True),
    entry("1060", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("The number of the request is too long or not valid."),
          N_("Use a requestID of at most 50 characters."), not_processed=True),
    entry("3000", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("The request has an id that cannot be one of QuickBooks."), _CORRECT, not_processed=True),
    entry("3010", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("A field of the request is neither true nor false."), _CORRECT, not_processed=True),
    entry("3020", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("A field of the request is not a date."), _CORRECT, not_processed=True),
    entry("3031", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("A range of the request does not begin before it ends."), _CORRECT, not_processed=True),
    entry("3035", _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
          N_("A field of the request is not a length of time."), _CORRECT, not_processed=True),
    entry("3100", _C.NAME_IN_USE, _F.DEVELOPER, _R.GIVE_UP,
          N_("The name is already in use in this list of QuickBooks."),
          N_("Query for that name and use what is there, or choose another name. Customers, vendors, employees and "
             "other names share one list."), not_processed=True),
    entry("3120", _C.NOT_FOUND, _F.DEVELOPER, _R.GIVE_UP, _GONE, _QUERY, not_processed=True),
    entry("3140", _C.NOT_FOUND, _F.DEVELOPER, _R.GIVE_UP, _REF, _QUERY, not_processed=True),
    entry("3170", _C.CONFLICT, _F.USER, _R.GIVE_UP,
          N_("QuickBooks could not change it."),
          N_("Read QuickBooks' message: it may be in a closed period, reconciled, or linked to something else."),
          not_processed=True),
    entry("3175", _C.CONFLICT, _F.USER, _R.TRY_AGAIN, _IN_USE, _LATER, not_processed=True),
    entry("3176", _C.CONFLICT, _F.USER, _R.TRY_AGAIN,
          N_("Something that belongs to it is in use in QuickBooks."), _LATER, not_processed=True),
    # As a rule somebody else has it open; where it is for another reason, the last of several tries fails.
    entry("3180", _C.CONFLICT, _F.USER, _R.TRY_AGAIN, N_("QuickBooks could not save it."), _LATER, not_processed=True),
    entry("3200", _C.STALE, _F.DEVELOPER, _R.GIVE_UP,
          N_("It was changed in QuickBooks since it was read."),
          N_("Query it again, take over its new EditSequence, and send the change anew."), not_processed=True),
    entry("3231", _C.CONFLICT, _F.NOBODY, _R.TRY_AGAIN,
          N_("The request was left out because one before it failed."),
          N_("See to the request before it; this one can be sent again."), not_processed=True),
    entry("3250", _C.FEATURE_OFF, _F.ADMIN, _R.WAIT_FOR_HUMAN,
          N_("A feature is off in this company file, or this edition of QuickBooks does not have it."),
          N_("Turn the feature on in QuickBooks' preferences, or leave out what needs it."), not_processed=True),
    entry("3260", _C.USER_PERMISSION, _F.ADMIN, _R.WAIT_FOR_HUMAN,
          N_("The QuickBooks user that the app works as may not do this."),
          N_("Give that user the permission in QuickBooks (“Company”, “Users”), or let the app log in as another."),
          not_processed=True),
    entry("3261", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("The app may not do this in this company file; it may be about personal data."), _ALLOW,
          not_processed=True),
    entry("3263", _C.PERMISSION, _F.ADMIN, _R.REAUTHORISE,
          N_("The app was let in for reading only."), _ALLOW, not_processed=True),
    entry("3391", _C.ITERATOR, _F.NOBODY, _R.TRY_AGAIN,
          N_("QuickBooks has forgotten the query that was being read page by page."),
          N_("Begin the query again: pages last only as long as one session of QuickBooks."), not_processed=True),
    entry("9001", _C.RECOVERY, _F.DEVELOPER, _R.GIVE_UP,
          N_("Another request was sent before under the same name."), _RECOVER, not_processed=True),
    entry("9002", _C.RECOVERY, _F.NOBODY, _R.IGNORE,
          N_("QuickBooks keeps no response to recover."), _NOTHING),
    entry("9003", _C.RECOVERY, _F.DEVELOPER, _R.GIVE_UP,
          N_("QuickBooks could not recover the earlier response."), _RECOVER),
    entry("9004", _C.RECOVERY, _F.DEVELOPER, _R.GIVE_UP,
          N_("The name of the message set is not valid."),
          N_("Use a name of at most 23 characters."), not_processed=True),
    entry("9005", _C.RECOVERY, _F.USER, _R.WAIT_FOR_HUMAN,
          N_("QuickBooks could not keep the response for recovery."),
          N_("Check that the disk of the company file is not full. Then find out by a query whether the change was "
             "made before it is sent again.")),
))  # fmt: skip
"""By code, as ``3100``."""

_MESSAGE = N_(
    "Read QuickBooks' message beside the code, try the same by hand in QuickBooks, then send a corrected request."
)

_RANGES: Final = (
    (499, _C.NONE, _F.NOBODY, _R.IGNORE, N_("QuickBooks has done it, and remarks something."), _NOTHING),
    (999, _C.WARNING, _F.DEVELOPER, _R.IGNORE, N_("QuickBooks has done it, with a warning."), _READ_ON),
    (1999, _C.INTERNAL, _F.USER, _R.GIVE_UP, N_("QuickBooks met an error while it worked on the request."), _MESSAGE),
    (2999, _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
     N_("QuickBooks Desktop does not support the request."), _MESSAGE),
    (3099, _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP, _FORM, _CORRECT),
    (8999, _C.INVALID, _F.DEVELOPER, _R.GIVE_UP, N_("QuickBooks refused the request."), _MESSAGE),
    (9099, _C.RECOVERY, _F.DEVELOPER, _R.GIVE_UP, N_("QuickBooks' recovery of responses failed."), _RECOVER),
    (9199, _C.REQUEST, _F.DEVELOPER, _R.GIVE_UP,
     N_("A macro of the request set cannot be resolved."), _MESSAGE),
)  # fmt: skip
"""The last code of each range, for what is not in the table."""

_WHAT: Final = N_("QuickBooks gave a status that is not in our table.")


def status(code: int | str) -> Trouble:
    """
    Return what a ``statusCode`` means; one that is not in the table is told by its range.

    What cannot be a status is ``unknown``, and still says what to do.
    """
    text = str(code).strip()
    number = int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None
    if number is not None:
        if known := STATUSES.get(str(number)):
            return known
        for last, category, fixer, reaction, what, do in _RANGES:
            if number <= last:
                sure = category in {_C.REQUEST, _C.INVALID}
                return entry(str(number), category, fixer, reaction, what, do, not_processed=sure)
    name = shown(text) if number is None else str(number)
    return entry(name, _C.UNKNOWN, _F.DEVELOPER, _R.WAIT_FOR_HUMAN, _WHAT, _MESSAGE)
