"""What came of a plan as one HTML page: counts, then the rows, those first that somebody has to look at."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Final

import attrs

from qbapps.domain.disconnection import Reason
from qbapps.domain.plan import Outcome, PlanItem
from qbapps.export import page
from qbapps.export.arrangement import alphabetical
from qbapps.export.plan_report import PlanPaper, owner_of
from qbapps.language import Words, labels, plan_notes, words

ORDER: Final = (
    Outcome.FAILED,
    Outcome.DRIFTED,
    Outcome.BY_HAND,
    Outcome.WAITING,
    Outcome.PLANNED,
    Outcome.CANCELLED,
    Outcome.DONE,
    Outcome.SKIPPED,
)
"""What somebody has to look at comes first."""

TILES: Final = (*(one for one in reversed(ORDER) if one is not Outcome.SKIPPED), Outcome.SKIPPED)
"""In a bar, what is done comes first, and what was never to be done last."""

LOOKS: Final = {
    Outcome.FAILED: ("unproven", "needs_reconnect"),
    Outcome.DRIFTED: ("unproven", "needs_reconnect"),
    Outcome.BY_HAND: ("awaiting_hand", "paused"),
    Outcome.WAITING: ("pending", "paused"),
    Outcome.PLANNED: ("planned", "disconnected"),
    Outcome.DONE: ("done", "connected"),
    Outcome.SKIPPED: ("skipped", "disconnected"),
    Outcome.CANCELLED: ("cancelled", "disconnected"),
}
"""Which styles the pill and the bar of an outcome have."""

_PAGE: Final = 500
"""Rows that are rendered together."""

_ROWS: Final = "<!-- rows -->"
_END: Final = "</tr>"
"""What ends a row: texts that people typed are escaped, so none of them holds it."""


@attrs.frozen
class _Place:
    """Where a row lies in the spool, and what it is sorted by."""

    order: int
    company: tuple[bool, str, str]
    app_id: str
    start: int
    length: int


def write(path: Path, paper: PlanPaper, lang: str | None) -> None:
    """
    Write the page to *path*.

    The rows lie in a temporary file until they are put in order, so a plan of any length takes little memory.
    """
    _ = words(lang)
    with tempfile.TemporaryFile() as spool:
        places = sorted(_spooled(spool, paper, _), key=lambda one: (one.order, one.company, one.app_id, one.start))
        counts = Counter(ORDER[place.order] for place in places)
        before, after = _whole(paper, counts, _).split(_ROWS)
        with path.open("wb") as file:
            file.write(before.encode())
            for order, members in groupby(places, key=lambda one: one.order):
                outcome = ORDER[order]
                opening, closing = _section(outcome, counts[outcome], paper, _).split(_ROWS)
                file.write(opening.encode())
                for place in members:
                    spool.seek(place.start)
                    file.write(spool.read(place.length))
                file.write(closing.encode())
            file.write(after.encode())


def _spooled(spool: IO[bytes], paper: PlanPaper, _: Words) -> Iterator[_Place]:
    start = 0
    for items in _batches(paper.rows):
        rendered = page.render(
            "plan_rows.html",
            _.language,
            items=items,
            names=paper.app_names,
            owner_of=owner_of,
            said=lambda note: plan_notes.said(note, _),
            looks=LOOKS,
        )
        for item, row in zip(items, rendered.split(_END), strict=False):
            told = (row.strip() + _END + "\n").encode()
            spool.write(told)
            company = alphabetical(item.company_name, item.realm_id)
            yield _Place(ORDER.index(item.outcome), company, item.app_id, start, len(told))
            start += len(told)


def _batches(rows: Iterable[PlanItem]) -> Iterator[list[PlanItem]]:
    left = iter(rows)
    while batch := list(islice(left, _PAGE)):
        yield batch


def _whole(paper: PlanPaper, counts: Counter[Outcome], _: Words) -> str:
    reason = paper.head.reason
    return page.render(
        "plan_report.html",
        _.language,
        paper=paper,
        head=paper.head,
        counts=counts,
        tiles=[(outcome, counts[outcome]) for outcome in TILES if counts[outcome]],
        total=counts.total() - counts[Outcome.SKIPPED],
        reason=None if reason is None else labels.label(Reason(reason), _.language),
        looks=LOOKS,
    )


def _section(outcome: Outcome, count: int, paper: PlanPaper, _: Words) -> str:
    return page.render("plan_section.html", _.language, outcome=outcome, count=count, head=paper.head)
