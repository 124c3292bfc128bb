"""An audit in a notebook: one piece of HTML that needs nothing else and leaves the notebook as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from markupsafe import escape

from qbapps.domain.findings import Severity
from qbapps.export import audit_numbers, colours, page
from qbapps.export.sheet import Sheet
from qbapps.language import Words
from qbapps.language.rule_names import rule_name

FINDINGS: Final = 200
"""A notebook keeps its outputs in its file, so it is shown the gravest findings, not all."""

BYTES: Final = 240_000
"""However long the names are, no more rows than this."""

TEXT: Final = 400
"""Characters of one text; only what nobody could read is longer."""

_ROWS: Final = "<!-- rows -->"
_NOTE: Final = "<!-- note -->"


def html(sheet: Sheet) -> str:
    """
    Return *sheet* as HTML for the output of a cell.

    Its colours follow JupyterLab, VS Code, Colab or else the system; its table can be sorted where
    scripts run, and reads as well where they are taken out.
    """
    _ = sheet.words
    whole = page.render(
        "audit_notebook.html",
        sheet.lang,
        firm=None if sheet.firm_name is None else _clipped(sheet.firm_name),
        taken_at=sheet.taken_at,
        tiles=audit_numbers.tiles(sheet),
        severities=audit_numbers.severities(sheet),
        connections=sheet.summary.connections,
        found=sheet.findings.height,
        signs=colours.SIGNS,
        light=colours.variables(colours.LIGHT, "qa-"),
        dark=colours.variables(colours.DARK, "qa-"),
    )
    if not sheet.findings.height:
        return whole
    rows: list[str] = []
    size = 0
    for row in _rows(sheet):
        size += len(row.encode())
        if size > BYTES:
            break
        rows.append(row)
    note = str(escape(_note(len(rows), sheet.findings.height, _)))
    before, rest = whole.split(_ROWS)
    between, after = rest.split(_NOTE)
    return "".join((before, "\n".join(rows), between, note, after))


def _rows(sheet: Sheet) -> Iterator[str]:
    for row in sheet.findings.head(FINDINGS).iter_rows(named=True):
        yield page.render(
            "audit_notebook_rows.html", sheet.lang, rows=[_finding(row, sheet.lang)], signs=colours.SIGNS
        ).strip()


def _finding(row: dict[str, Any], lang: str) -> dict[str, object]:
    severity = Severity(row["severity"])
    return {
        "severity": severity,
        "rank": severity.rank,
        "rule": _clipped(rule_name(row["rule"], lang)),
        "company": _clipped(row["company_name"]),
        **{name: _clipped(row[name]) for name in ("what", "do", "plan", "owner")},
    }


def _note(shown: int, found: int, _: Words) -> str:
    if shown == found:
        return _.plural("{n} finding.", "{n} findings.", found)
    return _(
        "The gravest {shown} of {found} findings. All of them: audit.findings; as a page: audit.to_html(path).",
        shown=_.number(shown),
        found=_.number(found),
    )


def _clipped(text: str | None) -> str | None:
    return text if text is None or len(text) <= TEXT else f"{text[:TEXT]}…"
