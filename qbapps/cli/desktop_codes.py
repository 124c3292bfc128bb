"""``desktop code``: what a code means that QuickBooks or its connector showed."""

from __future__ import annotations

from typing import Any

import click

from qbapps.cli import desktop_views
from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.desktop import codes
from qbapps.desktop.codes import saying
from qbapps.domain.desktop.troubles import Trouble


@click.command(cls=Command)
@click.argument("words", metavar="CODE", nargs=-1, required=True)
@pass_session
def code(session: Session, words: tuple[str, ...]) -> None:
    """
    Say what CODE means, who can end the trouble, and how.

    An HRESULT such as 0x80040408, a statusCode such as 3140, a number such as QBWC1012, or the sentence that somebody
    reads out.
    """
    text = " ".join(words)
    found = codes.find(text) or codes.trouble(text)
    if session.as_json:
        session.document(_document(found, session.language))
    else:
        desktop_views.meaning(session.out, found, session.words)


def _document(found: Trouble, lang: str) -> dict[str, Any]:
    return {
        "code": found.code,
        "category": found.category,
        "fixer": found.fixer,
        "reaction": found.reaction,
        "what": saying.what(found, lang),
        "do": saying.do(found, lang),
        "who": saying.who(found, lang),
        "retryable": found.is_retryable,
        "not_processed": found.not_processed,
    }
