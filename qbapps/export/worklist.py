"""The worklist: what is left to do by hand, company by company, to print and tick off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from qbapps.domain.parties import Firm
from qbapps.export import arrangement, page
from qbapps.export.report import TaskSteps, oldest


def render_worklist(
    tasks: Sequence[TaskSteps],
    lang: str | None,
    *,
    generated_at: datetime,
    firm: Firm | None = None,
) -> str:
    """
    Return the open ones of *tasks* as one HTML page, a box before each step.

    It says how old the names of menus in the steps are.
    """
    open_tasks, done = arrangement.split_tasks(tasks)
    return page.render(
        "worklist.html",
        lang,
        work=arrangement.by_company(open_tasks),
        open_count=len(open_tasks),
        done_count=done,
        generated_at=generated_at,
        firm=firm,
        valid_as_of=oldest(open_tasks),
    )


def write_worklist(
    path: Path,
    tasks: Sequence[TaskSteps],
    lang: str | None,
    *,
    generated_at: datetime,
    firm: Firm | None = None,
) -> Path:
    """Write the worklist to *path*, replacing what is there."""
    html = render_worklist(tasks, lang, generated_at=generated_at, firm=firm)
    path.write_text(html, encoding="utf-8", newline="\n")
    return path
