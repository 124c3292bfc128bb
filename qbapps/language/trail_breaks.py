"""What is wrong with events in the user's language: it is told in English, in a few set forms."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from qbapps.language.words import N_, Words

FORMS: Final = (
    N_("altered"),
    N_("altered: only its hash"),
    N_("altered: only the hash of the event before it"),
    N_("altered: only its kind, which was {kind}"),
    N_("altered: it cannot be read"),
    N_("rewritten with a hash made anew: event {following} followed another one"),
    N_("rewritten with a hash made anew: it follows an event although it is the first"),
    N_("rewritten since the checkpoint: it, or events before it, with hashes made anew"),
    N_("missing"),
    N_("missing, with all up to event {last}"),
    N_("missing: the whole stream"),
    N_("missing: the end of the stream was cut off"),
    N_("missing, with all up to event {last}: the end of the stream was cut off"),
    N_("moved: it was written as event {sequence}"),
    N_("moved: it was written as event {sequence} of {stream}"),
    N_("put in: a copy of event {sequence}"),
    N_("put in: a copy of event {sequence} of {stream}"),
    N_("put in: what was written in its place is event {sequence} of {stream} now"),
    N_("put in: the first event of a stream is number 1"),
    N_("there a second time"),
    N_("out of order: it stands after event {before}"),
)
"""As ``verify_events`` has them; what has another form is shown as it is."""


def said(what: str, words: Words) -> str:
    """Return *what* in that language; as it is when it has none of the set forms."""
    for form in FORMS:
        found = _pattern(form).fullmatch(what)
        if found is not None:
            return words.text(form, **found.groupdict())
    return what


@cache
def _pattern(form: str) -> re.Pattern[str]:
    # Numbers and words without a colon, so that a short form does not take in a longer one.
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^\\s:]+)", re.escape(form)))
