"""The rules of an audit, and the columns that they and its frames have."""

from __future__ import annotations

import inspect
import re

import polars as pl

from qbapps.audit import judging, rules, view
from qbapps.audit.columns import CONNECTIONS
from qbapps.audit.rule import Rule
from qbapps.domain.findings import Thresholds
from tables.cells import table


def rule_table() -> str:
    """Return every rule that comes along, with what it says."""
    return table(
        ["rule", "severity", "what", "do", "plan"],
        [[f"`{rule.name}`", _severity(rule), rule.what, rule.do, _plan(rule)] for rule in rules.built_in(Thresholds())],
    )


def view_columns() -> str:
    """Return the columns that rules see besides those of connections."""
    told = inspect.getdoc(view) or ""
    lines = [line for line in re.sub(r"\n  (?=\S)", " ", told).splitlines() if line.startswith("- ")]
    return "\n".join(
        [
            "- those of connections: " + ", ".join(f"`{name}`" for name in CONNECTIONS),
            *(line.replace("``", "`") for line in lines),
        ]
    )


def frames() -> str:
    """Return the columns of each frame of an audit."""
    findings = [f"`{name}` ({_kind(kind)})" for name, kind in judging.SCHEMA.items()]
    return "\n".join(
        [
            "- `connections`: " + ", ".join(f"`{name}`" for name in CONNECTIONS),
            "- `findings`: " + ", ".join(findings),
            "- `risks`: `severity`, `findings`, and those of `connections`",
        ]
    )


def _severity(rule: Rule) -> str:
    return rule.severity.value if rule.urgent is None else f"{rule.severity.value}, `high` when it is near"


def _plan(rule: Rule) -> str:
    return "" if rule.plan is None else rule.plan.action.value


def _kind(kind: pl.DataType) -> str:
    return "Enum" if isinstance(kind, pl.Enum) else str(kind)
