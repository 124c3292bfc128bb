"""What an audit shows beside its findings: tiles, owners, apps, and the rules with their findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import polars as pl

from qbapps.domain.connection import Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState
from qbapps.export.sheet import Sheet
from qbapps.language import Words, labels

GRAVITY: Final = pl.Enum([one.value for one in Severity])
"""The gravest first."""

OWNER_GONE: Final = ("owner_gone", "bank_owner_gone")
"""The rules that know who has left."""


@attrs.frozen(kw_only=True)
class Tile:
    """A number and what it counts; ``severity`` when it is more than a number."""

    number: int
    label: str
    severity: Severity | None = None


@attrs.frozen(kw_only=True)
class Owning:
    """
    What one person owns of what is not disconnected.

    Attributes:
        owner: None stands for everything whose owner nobody knows.
        apps: Different ones; a bank is none.
        banks: Bank connections by a consent that they gave.
        worst: How many connections, by the gravest finding about each.
        has_left: The audit says so.
    """

    owner: str | None
    name: str | None
    connections: int
    apps: int
    banks: int
    companies: int
    worst: dict[Severity, int]
    has_left: bool

    @property
    def at_risk(self) -> int:
        """Connections with a finding of severity ``high``."""
        return self.worst[Severity.HIGH]


@attrs.frozen(kw_only=True)
class Advice:
    """Findings of one rule that one plan, or one sentence, answers; ``examples`` are the first of them."""

    do: str
    plan: str | None
    count: int
    examples: tuple[str, ...]


@attrs.frozen(kw_only=True)
class RuleFindings:
    """All that one rule found; ``advice`` is as much of it as was asked for."""

    rule: str
    worst: Severity
    count: int
    severities: dict[Severity, int]
    advice: tuple[Advice, ...]

    @property
    def left_out(self) -> int:
        """Findings that no advice here is about."""
        return self.count - sum(one.count for one in self.advice)


def tiles(sheet: Sheet) -> tuple[Tile, ...]:
    """Return the numbers of *sheet*, what to act on first."""
    _, summary = sheet.words, sheet.summary
    reconnect = to_reconnect(sheet.connections).height
    return (
        Tile(number=summary.at_risk, label=_("at risk"), severity=Severity.HIGH if summary.at_risk else None),
        Tile(number=reconnect, label=_("to reconnect"), severity=Severity.HIGH if reconnect else None),
        Tile(number=summary.alive, label=_.plural("active connection", "active connections", summary.alive)),
        Tile(number=summary.owners, label=_.plural("known owner", "known owners", summary.owners)),
        Tile(
            number=summary.unowned,
            label=_("owner not known"),
            severity=Severity.LOW if summary.unowned else None,
        ),
        Tile(number=summary.companies, label=_.plural("company", "companies", summary.companies)),
        Tile(number=summary.apps, label=_.plural("app", "apps", summary.apps)),
        *_banks(summary.banks, _),
    )


def _banks(count: int, _: Words) -> Iterator[Tile]:
    if count:
        yield Tile(number=count, label=_.plural("bank connection", "bank connections", count))


def severities(sheet: Sheet) -> list[tuple[Severity, str, int]]:
    """Return each severity, what it is called, and how many findings have it."""
    return [(one, labels.label(one, sheet.lang), sheet.summary.severities.get(one, 0)) for one in Severity]


def judged(sheet: Sheet) -> pl.DataFrame:
    """Return the connections with ``worst``: the severity of the gravest finding about each, null without one."""
    about = sheet.findings.filter(pl.col("connection_id").is_not_null()).select(
        id="connection_id", worst=pl.col("severity").cast(GRAVITY)
    )
    return sheet.connections.join(about.sort("worst").unique("id", keep="first"), on="id", how="left")


def to_reconnect(connections: pl.DataFrame) -> pl.DataFrame:
    """Return those of *connections* that worked and do not any more; what is still being set up is none of them."""
    setting_up = pl.col("cause").eq_missing(pl.lit(Cause.SETUP_UNFINISHED.value))
    return connections.filter((pl.col("state") == ConnectionState.NEEDS_RECONNECT.value) & ~setting_up)


def alive(connections: pl.DataFrame) -> pl.DataFrame:
    """Return those of *connections* that are not disconnected."""
    return connections.filter(pl.col("state") != ConnectionState.DISCONNECTED.value)


def is_bank() -> pl.Expr:
    """Return whether a connection is to a bank."""
    return pl.col("kind") == Kind.BANK.value


def may_be_owned() -> pl.Expr:
    """
    Return whether a connection is somebody's.

    Those to QuickBooks Desktop belong to a company file, and a bank connection is nobody's before there is a consent.
    """
    return (pl.col("kind") != Kind.DESKTOP.value) & (~is_bank() | pl.col("consent_basis").is_not_null())


def owners(sheet: Sheet) -> tuple[Owning, ...]:
    """
    Return who owns what, the one who owns most first, and last what nobody is known to own.

    Bank connections are owned by whoever gave the consent.
    """
    gone = set(sheet.findings.filter(pl.col("rule").is_in(OWNER_GONE))["owner"].drop_nulls())
    counted = (
        alive(judged(sheet))
        .filter(may_be_owned())
        .group_by("owner")
        .agg(
            pl.col("owner_name").drop_nulls().first().alias("name"),
            pl.len().alias("connections"),
            pl.col("app_id").filter(~is_bank()).n_unique().alias("apps"),
            is_bank().sum().alias("banks"),
            pl.coalesce("realm_id", "company_name").drop_nulls().n_unique().alias("companies"),
            *((pl.col("worst") == one.value).sum().alias(f"worst_{one}") for one in Severity),
        )
        .sort(pl.col("owner").is_null(), "connections", "owner", descending=[False, True, False])
    )
    return tuple(
        Owning(
            **{name: row[name] for name in ("owner", "name", "connections", "apps", "banks", "companies")},
            worst={one: row[f"worst_{one}"] for one in Severity},
            has_left=row["owner"] in gone,
        )
        for row in counted.iter_rows(named=True)
    )


def most_telling(owning: tuple[Owning, ...], limit: int) -> tuple[Owning, ...]:
    """
    Return the *limit* who own most, and among them a few who have left, however little they own.

    What nobody is known to own is always there.
    """
    unowned = [one for one in owning if one.owner is None]
    gone = [one for one in owning if one.has_left][: limit // 3]
    kept = {one.owner for one in (*unowned, *gone)}
    most = [one for one in owning if one.owner not in kept][: limit - len(kept)]
    kept |= {one.owner for one in most}
    return tuple(one for one in owning if one.owner in kept)


def by_rule(sheet: Sheet, limit: int, examples: int) -> Iterator[RuleFindings]:
    """
    Yield what each rule found, the gravest rule first.

    Args:
        limit: Advice for one rule, that which is about most findings first.
    """
    found = sheet.findings.with_columns(pl.col("severity").cast(GRAVITY))
    for (rule,), rows in found.group_by("rule", maintain_order=True):
        counts = dict(rows["severity"].cast(pl.String).value_counts().iter_rows())
        advice = (
            rows.group_by("do", "plan", maintain_order=True)
            .agg(pl.col("what").head(examples), pl.len().alias("count"), pl.col("severity").min().alias("worst"))
            .sort("worst", "count", descending=[False, True], maintain_order=True)
            .head(limit)
        )
        yield RuleFindings(
            rule=str(rule),
            worst=next(one for one in Severity if one.value in counts),
            count=rows.height,
            severities={one: counts.get(one.value, 0) for one in Severity},
            advice=tuple(
                Advice(do=row["do"], plan=row["plan"], count=row["count"], examples=tuple(row["what"]))
                for row in advice.iter_rows(named=True)
            ),
        )
