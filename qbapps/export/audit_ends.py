"""When the pairs of tokens and the consents of an audit end, those of banks too, counted by week and by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import attrs
import polars as pl

from qbapps.domain.banks.states import WORKING
from qbapps.domain.findings import Severity
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.export.audit_numbers import GRAVITY
from qbapps.export.sheet import Sheet
from qbapps.values import as_utc

WEEKS: Final = 16
"""A refresh token lasts 100 days from its last use; what ends later is counted in the last week."""

MONTHS: Final = 61
"""A consent lasts five years at most; what ends later is counted in the last month."""

BANK_WEEKS: Final = 27
"""A bank's consent lasts 180 days at most in Europe; what ends later is counted in the last week."""

FEWEST: Final = 6
"""So many months are told at least, where there are so many up to the last end."""

ENDED: Final = "access_ended"
"""The rule that knows what no longer works, since the pair or the consent has ended."""


@attrs.frozen(kw_only=True)
class Ends:
    """
    What ends in a week or a month.

    Attributes:
        starts_on: Its first day, in UTC; None stands for all the time before the audit.
        by_severity: How many connections, by what the audit says of their end; None: nothing. What has ended is
            the gravest, unless the audit says otherwise.
        is_open: It holds what ends later, too.
    """

    starts_on: date | None
    by_severity: dict[Severity | None, int]
    is_open: bool = False


def token_ends(sheet: Sheet) -> tuple[Ends, ...]:
    """Return how many refresh tokens end in each of the weeks from the audit's day on; empty when none is known."""
    first = as_utc(sheet.taken_at).date()
    week = (pl.col("refresh_expires_at").dt.date() - pl.lit(first)).dt.total_days() // 7
    return _counted(sheet, "refresh_expires_at", "token_ends", week, WEEKS, lambda n: first + timedelta(weeks=n))


def consent_ends(sheet: Sheet) -> tuple[Ends, ...]:
    """
    Return how many consents end for good in each month; empty when none is known.

    The months are those from the audit's on, without the empty ones before the first end.
    """
    ends, first = pl.col("refresh_hard_expires_at"), as_utc(sheet.taken_at).date()
    month = (ends.dt.year().cast(pl.Int64) - first.year) * 12 + ends.dt.month().cast(pl.Int64) - first.month
    counted = _counted(sheet, "refresh_hard_expires_at", "cap_ends", month, MONTHS, lambda n: _month(first, n))
    empty = next((at for at, one in enumerate(counted) if any(one.by_severity.values())), 0)
    return counted[max(0, min(empty, len(counted) - FEWEST)) :]


def bank_ends(sheet: Sheet) -> tuple[Ends, ...]:
    """Return how many consents of banks have their last good day in each week; empty when none is known."""
    first = as_utc(sheet.taken_at).date()
    counted = (
        sheet.connections.filter(is_good_bank())
        .join(_said(sheet, "bank_consent_ends"), on="id", how="left")
        .group_by((pl.col("consent_days_left") // 7).alias("place"), pl.col("severity").cast(pl.String))
        .len()
    )
    return _placed(counted, BANK_WEEKS, lambda n: first + timedelta(weeks=n))


def is_good_bank() -> pl.Expr:
    """Return whether a bank is read by a consent whose last good day is known, and is not over."""
    works = pl.col("bank_state").is_in(sorted(state.value for state in WORKING))
    return (pl.col("state") != ConnectionState.DISCONNECTED.value) & works & (pl.col("consent_days_left") >= 0)


def _month(of: date, later: int) -> date:
    months = of.year * 12 + of.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _counted(
    sheet: Sheet, column: str, rule: str, place: pl.Expr, places: int, start: Callable[[int], date]
) -> tuple[Ends, ...]:
    held = sheet.connections.filter(
        pl.col("state").is_in([ConnectionState.CONNECTED.value, ConnectionState.PAUSED.value])
        & (pl.col("reach") == Reach.API.value)
        & pl.col(column).is_not_null()
    )
    now = pl.lit(as_utc(sheet.taken_at))
    # Either end is the end of both: without its consent a pair is worth nothing, and the other way round.
    has_ended = pl.any_horizontal(pl.col("refresh_expires_at", "refresh_hard_expires_at") <= now)
    gravest = pl.when(has_ended.fill_null(value=False)).then(pl.lit(Severity.HIGH.value, GRAVITY))
    counted = (
        held.join(_said(sheet, rule, ENDED), on="id", how="left")
        .group_by(
            pl.when(pl.col(column) <= now).then(-1).otherwise(place).cast(pl.Int64).alias("place"),
            pl.coalesce("severity", gravest).cast(pl.String),
        )
        .len()
    )
    return _placed(counted, places, start)


def _said(sheet: Sheet, *rules: str) -> pl.DataFrame:
    """Return the gravest that these rules say of each connection."""
    said = sheet.findings.filter(pl.col("rule").is_in(rules) & pl.col("connection_id").is_not_null())
    about = said.select(id="connection_id", severity=pl.col("severity").cast(GRAVITY)).sort("severity")
    return about.unique("id", keep="first", maintain_order=True)


def _placed(counted: pl.DataFrame, places: int, start: Callable[[int], date]) -> tuple[Ends, ...]:
    """Return rows of place, severity and number as one span after another; place -1 is the past."""
    if counted.is_empty():
        return ()
    counts: Counter[tuple[int, Severity | None]] = Counter()
    for at, severity, n in counted.iter_rows():
        counts[min(at, places - 1), None if severity is None else Severity(severity)] += n
    first, last = (-1 if any(at < 0 for at, _ in counts) else 0), max(at for at, _ in counts)
    is_cut = any(at >= places for at in counted["place"])
    return tuple(
        Ends(
            starts_on=None if at < 0 else start(at),
            by_severity={severity: counts[at, severity] for severity in (*Severity, None)},
            is_open=is_cut and at == places - 1,
        )
        for at in range(first, last + 1)
    )
