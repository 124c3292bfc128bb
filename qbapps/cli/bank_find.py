"""``bank find``: which entry of QuickBooks' list a bank is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.text import Text

from qbapps.cli import bank_documents, bank_options, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session

if TYPE_CHECKING:
    from qbapps.banks import Ranked, Ranking

_LIKELY: Final = 0.5
"""Score from which on another is worth showing beside the one that was found."""


@click.command(cls=Command)
@click.argument("query", metavar="NAME|ADDRESS")
@bank_options.INSTITUTIONS
@click.option("--show", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="So many at most.")
@pass_session
def find(session: Session, query: str, institutions: Path | None, show: int) -> None:
    """
    Say which entry of QuickBooks' list a bank is, by its name or by the address of its site. Nothing is fetched.

    When it may be several, none is chosen (exit code 3); when it is none, the exit code is 4.
    """
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without
    from qbapps.cli import bank_lists  # noqa: PLC0415 - the same

    listed = None if institutions is None else bank_lists.institutions(institutions)
    ranking = banks.find_institution(query, listed)
    codes = {reason.code for reason in ranking.reasons}
    if banks.FindCode.SUSPICIOUS_ADDRESS in codes:
        message = ranking.reasons[0].said(session.language)
        session.fault(message, code=banks.FindCode.SUSPICIOUS_ADDRESS.value)
        raise Ended(Exit.BAD_INPUT)
    if session.as_json:
        session.document(_document(ranking, query, show, session.language))
    else:
        _show(session, ranking, show, is_default=listed is None)
    if ranking.best is None:
        raise Ended(Exit.IN_PART if banks.FindCode.AMBIGUOUS in codes else Exit.NOTHING)


def _document(ranking: Ranking, query: str, most: int, lang: str) -> dict[str, object]:
    best = ranking.best
    return {
        "query": query,
        "best": None if best is None else {"name": best.name, "url": best.url},
        "reasons": [{"code": reason.code, "text": reason.said(lang)} for reason in ranking.reasons],
        "ranked": [bank_documents.ranked(one, lang) for one in ranking.ranked[:most]],
    }


def _show(session: Session, ranking: Ranking, most: int, *, is_default: bool) -> None:
    _ = session.words
    others = [one for one in ranking.ranked if one.score > 0][:most]
    if ranking.best is not None:
        session.tell(_("In QuickBooks' list, take {name}.", name=_.quoted(ranking.best.name)), "bold green")
        for reason in ranking.reasons:
            views.indented(session.out, reason.said(session.language), mark="•")
        others = [one for one in others[1:] if one.score >= _LIKELY]
    else:
        for reason in ranking.reasons:
            session.tell(reason.said(session.language), "bold yellow")
    if others:
        views.heading(session.out, _("Less likely") if ranking.best is not None else _("Candidates"))
        for number, one in enumerate(others, start=1):
            _candidate(session, one, number)
    if is_default:
        session.say(
            _("Looked for among the French banks that are known here; --institutions FILE names others."), "dim"
        )


def _candidate(session: Session, one: Ranked, number: int) -> None:
    line = Text(f"{number:>3}. ").append(views.cell(one.institution.name, "bold"))
    line.append(f"  {one.score:.2f}", style="dim")
    if one.institution.url:
        line.append("  ").append(views.cell(one.institution.url, "dim"))
    session.out.print(line)
    for reason in one.reasons:
        # That a name is similar, its score says.
        if reason.code != "similar_name":
            views.indented(session.out, reason.said(session.language), style="dim")
