"""An audit as one HTML page for the desk or the printer, which needs no network."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from qbapps.domain.connection import Kind
from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState
from qbapps.export import audit_numbers, audit_pictures, colours, page
from qbapps.export.sheet import Sheet
from qbapps.export.whole_file import whole_file
from qbapps.language import labels
from qbapps.language.rule_names import rule_name

CONNECTIONS: Final = 5_000
"""Of this many each has a row; a browser still sorts and filters them at once."""

OWNERS: Final = 50
ADVICE: Final = 6
"""Rows of one rule: who has more to do than that makes a plan."""

_ROWS: Final = "<!-- rows -->"
_SHARED: Final = frozenset({"--ink", "--soft", "--line", "--paper", "--card", "--head", "--accent"})
"""The house's style sheet has these."""


def write(path: Path, sheet: Sheet) -> Path:
    """
    Write *sheet* as one page to *path*, replacing what is there when it is whole.

    Raises:
        ConfigurationError: A package that draws is not installed. Nothing has changed.
    """
    whole = html(sheet)
    with whole_file(path) as made:
        made.write_text(whole, encoding="utf-8", newline="\n")
    return path


def html(sheet: Sheet) -> str:
    """
    Return *sheet* as one page: its numbers, what to do, who owns what, what ends when, and the connections.

    Its one script sorts and filters the tables, and is the only one that a browser runs in it.

    Raises:
        ConfigurationError: A package that draws is not installed.
    """
    script = resources.files("qbapps.export").joinpath("templates/audit_table.js").read_text("utf-8")
    owning = audit_numbers.owners(sheet)
    shown = audit_numbers.most_telling(owning, OWNERS)
    rows = _rows(sheet)
    whole = page.render(
        "audit_page.html",
        sheet.lang,
        firm=sheet.firm_name,
        taken_at=sheet.taken_at,
        tiles=audit_numbers.tiles(sheet),
        severities=audit_numbers.severities(sheet),
        states=sheet.summary.states,
        found=sheet.findings.height,
        total=sheet.summary.connections,
        shown=len(rows),
        rules=tuple(audit_numbers.by_rule(sheet, ADVICE, examples=1)),
        rule_name=lambda rule: rule_name(rule, sheet.lang),
        owners=shown,
        banks=sheet.connections.filter(audit_numbers.is_bank()).height,
        owners_left_out=len(owning) - len(shown),
        plots={name: Markup(svg) for name, svg in audit_pictures.pictures(sheet).items()},  # noqa: S704 - it is ours
        light=_own(colours.LIGHT),
        dark=_own(colours.DARK),
        script=Markup(script),  # noqa: S704 - a file of this package
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    if not rows:
        return whole
    before, after = whole.split(_ROWS)
    return "".join((before, _table(rows, sheet.lang), after))


def _rows(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the connections that are shown: company by company, or the gravest ones when they are too many."""
    judged = audit_numbers.judged(sheet)
    if judged.height > CONNECTIONS:
        judged = judged.sort("worst", nulls_last=True, maintain_order=True).head(CONNECTIONS)
    days = {
        "connected": pl.col("connected_at").dt.date(),
        "used": pl.coalesce("last_used_on", pl.col("refreshed_at", "last_seen_at").dt.date()),
        "token": pl.col("refresh_expires_at").dt.date(),
        "consent": pl.when(~audit_numbers.is_bank())
        .then(pl.col("refresh_hard_expires_at").dt.date())
        .when(pl.col("consent_days_left").is_not_null())
        .then("consent_end"),
    }
    shown = judged.sort(pl.col("company_name").str.to_lowercase(), "app_name", nulls_last=True, maintain_order=True)
    return shown.select(
        "app_name",
        "company_name",
        "realm_id",
        "kind",
        "owner",
        "state",
        pl.col("worst").cast(pl.String),
        **{name: day.dt.to_string("iso:strict").fill_null("") for name, day in days.items()},
    ).rows(named=True)


def _table(rows: list[dict[str, Any]], lang: str) -> str:
    return page.render(
        "audit_page_rows.html",
        lang,
        rows=rows,
        kinds={one.value: labels.label(one, lang) for one in Kind},
        states={one.value: labels.label(one, lang) for one in ConnectionState},
        severities={one.value: labels.label(one, lang) for one in Severity},
        ranks={None: "", **{one.value: one.rank for one in Severity}},
    )


def _own(mode: colours.Mode) -> dict[str, str]:
    return {name: value for name, value in colours.variables(mode).items() if name not in _SHARED}
