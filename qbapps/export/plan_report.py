"""What came of a plan, row by row, as a file: JSON, CSV or one HTML page; rows are taken one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import attrs

from qbapps.domain import checks
from qbapps.domain.plan import Outcome, PlanHead, PlanItem
from qbapps.errors import ConfigurationError
from qbapps.export.csv import DELIMITERS, Cell, write_csv
from qbapps.export.whole_file import replacing
from qbapps.language import N_, Words, labels, plan_notes, words

COLUMNS: Final = (
    N_("No."),
    N_("Company"),
    N_("Company no."),
    N_("Level"),
    N_("App"),
    N_("Owner"),
    N_("What"),
    N_("Reach"),
    N_("Outcome"),
    N_("Note"),
    N_("Receipt"),
    N_("Time"),
    N_("Connection"),
)


@attrs.frozen(kw_only=True)
class PlanPaper:
    """
    Everything that is written about a plan.

    Attributes:
        rows: In order of number; they are gone through once.
        stopped: Why the run ended before its last row, if it did, and *why* says more.
    """

    head: PlanHead
    counts: Mapping[Outcome, int]
    rows: Iterable[PlanItem] = attrs.field(repr=False)
    app_names: Mapping[str, str]
    generated_at: datetime = attrs.field(validator=checks.aware)
    stopped: str | None = None
    why: str | None = None


def check_suffix(path: Path) -> str:
    """
    Return the suffix of *path* in lower case.

    Raises:
        ConfigurationError: It is none of those that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        raise ConfigurationError(
            f"{path.name} is none of the files that a report can be.", hint="Give a name in .json, .csv or .html."
        )
    return suffix


def write_plan_report(path: Path, paper: PlanPaper, lang: str | None) -> Path:
    """
    Write *paper* to *path*, in the form that its suffix names, replacing what is there.

    Links of transfers are never in it. When writing fails midway, *path* is as it was.

    Raises:
        ConfigurationError: The suffix is none of .json, .csv and .html.
        OSError: The file cannot be written.
    """
    write = _WRITERS[check_suffix(path)]
    with replacing(path) as made:
        write(made, paper, lang)
    return path


def owner_of(item: PlanItem) -> str | None:
    """Return the shortest name that tells whose the connection was."""
    return None if item.owner is None else item.owner.email or item.owner.name or item.owner.sub


def _write_json(path: Path, paper: PlanPaper, lang: str | None) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        top = json.dumps(_about(paper, words(lang).language), ensure_ascii=False, indent=2, default=_plain)
        file.write(f'{top[:-2]},\n  "rows": [')
        _write_rows(file, paper)
        file.write("]\n}\n")


def _write_rows(file: IO[str], paper: PlanPaper) -> None:
    comma = "\n"
    for item in paper.rows:
        file.write(f"{comma}    {json.dumps(_row(item, paper), ensure_ascii=False, default=_plain)}")
        comma = ",\n"
    if comma != "\n":
        file.write("\n  ")


def _about(paper: PlanPaper, language: str) -> dict[str, Any]:
    head = paper.head
    return {
        "plan_id": head.id,
        "action": head.action,
        "firm": head.firm_id,
        "by": head.by,
        "reason": head.reason,
        "comment": head.comment,
        "to": head.to,
        "made_at": head.created_at,
        "deadline": head.deadline,
        "approved_by": head.approved_by,
        "approved_at": head.approved_at,
        "digest": head.digest,
        "generated_at": paper.generated_at,
        "language": language,
        "stopped": paper.stopped,
        "why": paper.why,
        "counts": dict(paper.counts),
    }


def _row(item: PlanItem, paper: PlanPaper) -> dict[str, Any]:
    return {
        "number": item.number,
        "connection_id": item.connection_id,
        "app_id": item.app_id,
        "app": paper.app_names.get(item.app_id, item.app_id),
        "realm_id": item.realm_id,
        "company": item.company_name,
        "level": item.level,
        "owner": owner_of(item),
        "grant": item.grant,
        "action": item.action,
        "reach": item.reach,
        "siblings": item.siblings,
        "outcome": item.outcome,
        "note": item.note,
        "result_id": item.result_id,
        "ended_at": item.ended_at,
    }


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _write_csv(path: Path, paper: PlanPaper, lang: str | None) -> None:
    _ = words(lang)
    rows = (_cells(item, paper, _) for item in paper.rows)
    write_csv(path, [_(name) for name in COLUMNS], rows, delimiter=DELIMITERS[_.language])


def _cells(item: PlanItem, paper: PlanPaper, _: Words) -> tuple[Cell, ...]:
    return (
        item.number,
        item.company_name,
        item.realm_id,
        labels.label(item.level, _.language),
        paper.app_names.get(item.app_id, item.app_id),
        owner_of(item),
        labels.label(item.action, _.language),
        labels.label(item.reach, _.language),
        labels.label(item.outcome, _.language),
        plan_notes.said(item.note, _),
        item.result_id,
        item.ended_at,
        item.connection_id,
    )


def _write_html(path: Path, paper: PlanPaper, lang: str | None) -> None:
    from qbapps.export import plan_report_page  # noqa: PLC0415 - it loads a template engine

    plan_report_page.write(path, paper, lang)


_WRITERS: Final[dict[str, Callable[[Path, PlanPaper, str | None], None]]] = {
    ".json": _write_json,
    ".csv": _write_csv,
    ".html": _write_html,
}
