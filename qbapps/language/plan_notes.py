"""The notes of a plan's rows in the user's language: they are kept in English, in a few set forms."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from qbapps.language.words import N_, Words

NOBODY: Final = N_("nobody known")
FORMS: Final = (
    N_("It is disconnected already."),
    N_("It belongs to a company file of QuickBooks Desktop, not to a person."),
    N_("It rests on the consent of whoever signed in at the bank."),
    N_("It is {who}'s already."),
    N_("A transfer to {who} is pending ({transfer})."),
    N_("A new consent came in: it was grant {before} and is grant {after}."),
    N_("It was {before}'s and is {after}'s."),
    N_("It was {before} in company {left} and is {after} in {company}."),
    N_("It was kept by its credentials and is kept by hand."),
    N_("It was kept by hand and is kept by its credentials."),
    N_("It is denied here, and will be revoked on {day}."),
    N_("It is denied here; whether Intuit has revoked it is not known. Apply the plan again to try again."),
    N_("It is denied here; a person has to remove it from its computer."),
    N_("The plan was called off."),
    N_("It was disconnected."),
    N_("Somebody else consented, and the connection is theirs now. Make a new plan if it is to be passed on."),
    N_("The transfer ended: {how}. Apply the plan again to ask anew."),
)
"""As the rows of plans have them; what has another form is shown as it is."""


def said(note: str | None, words: Words) -> str | None:
    """Return *note* in that language; as it is when it has none of the set forms."""
    if note is None:
        return None
    for form in FORMS:
        found = _pattern(form).fullmatch(note)
        if found is not None:
            parts = found.groupdict()
            return words.text(
                form, **{name: words.text(part) if part == NOBODY else part for name, part in parts.items()}
            )
    return note


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(form)), re.DOTALL)
