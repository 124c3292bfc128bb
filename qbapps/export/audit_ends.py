"""When the pairs of tokens and the consents of an audit end, counted by week and by month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import attrs
import polars as pl

from qbapps.domain.findings import Severity
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.export.audit_numbers import GRAVITY
from qbapps.export.sheet import Sheet

WEEKS: Final = 16
"""A refresh token lasts 100 days from its last use; what ends later is counted in the last week."""

MONTHS: Final = 61
"""A consent lasts five years at most; what ends later is counted in the last month."""


@attrs.frozen(kw_only=True)
class Ends:
    """
    What ends in a week or a month.

    Attributes:
        starts_on: Its first day; None stands for all the time before the audit.
        by_severity: How many connections, by what the audit says of their end; None: nothing.
    """

    starts_on: date | None
    by_severity: dict[Severity | None, int]


def token_ends(sheet: Sheet) -> tuple[Ends, ...]:
    """Return how many refresh tokens end in each of the weeks from the audit on; empty when none is known."""
    first = sheet.taken_at.date()
    week = ((pl.col("refresh_expires_at") - pl.lit(sheet.taken_at)).dt.total_seconds() / (7 * 86_400)).floor()
    return _counted(sheet, "refresh_expires_at", "token_ends", week, WEEKS, lambda n: first + timedelta(weeks=n))


def consent_ends(sheet: Sheet) -> tuple[Ends, ...]:
    """Return how many consents end for good in each month from the audit's on; empty when none is known."""
    ends, taken = pl.col("refresh_hard_expires_at"), sheet.taken_at
    month = (ends.dt.year().cast(pl.Int64) - taken.year) * 12 + ends.dt.month().cast(pl.Int64) - taken.month
    after = pl.when(ends < pl.lit(taken)).then(-1).otherwise(month)
    return _counted(sheet, "refresh_hard_expires_at", "cap_ends", after, MONTHS, lambda n: _month(taken.date(), n))


def _month(of: date, later: int) -> date:
    months = of.year * 12 + of.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _counted(
    sheet: Sheet, column: str, rule: str, place: pl.Expr, places: int, start: Callable[[int], date]
) -> tuple[Ends, ...]:
    said = sheet.findings.filter((pl.col("rule") == rule) & pl.col("connection_id").is_not_null())
    held = sheet.connections.filter(
        pl.col("state").is_in([ConnectionState.CONNECTED.value, ConnectionState.PAUSED.value])
        & (pl.col("reach") == Reach.API.value)
        & pl.col(column).is_not_null()
    )
    if held.is_empty():
        return ()
    counted = (
        held.join(
            said.select(id="connection_id", severity=pl.col("severity").cast(GRAVITY)).unique("id", keep="first"),
            on="id",
            how="left",
        )
        .group_by(place.clip(-1, places - 1).cast(pl.Int64).alias("place"), "severity")
        .len()
    )
    counts = {
        (at, None if severity is None else Severity(severity)): n
        for at, severity, n in counted.select("place", pl.col("severity").cast(pl.String), "len").iter_rows()
    }
    first = -1 if any(at < 0 for at, _ in counts) else 0
    last = max(at for at, _ in counts)
    return tuple(
        Ends(
            starts_on=None if at < 0 else start(at),
            by_severity={severity: counts.get((at, severity), 0) for severity in (*Severity, None)},
        )
        for at in range(first, last + 1)
    )
