"""What is known of bank connections beyond that of others, by connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import polars as pl

from qbapps.audit.frames import Frames
from qbapps.domain.banks.consent import UPDATE_LIMIT, Basis
from qbapps.domain.banks.regimes import RULES
from qbapps.domain.banks.spans import Span
from qbapps.domain.banks.states import BROKEN, NOTICE, WORKING, BankState

SHOWN: Final[dict[str, pl.DataType]] = {
    "bank_state": pl.String(),
    "consent_end": pl.Date(),
    "consent_basis": pl.String(),
    "consent_days_left": pl.Int64(),
}
"""What the frame of connections has of it."""

JUDGED: Final[dict[str, pl.DataType]] = {
    "recorded_on": pl.Date(),
    "recorded_days": pl.Int64(),
    "stopped_on": pl.Date(),
    "stopped_days": pl.Int64(),
    "failing_days": pl.Int64(),
    "update_until": pl.Date(),
    "update_days_left": pl.Int64(),
    "update_failed": pl.Boolean(),
    "only_reconnect": pl.Boolean(),
    "consent_ended_on": pl.Date(),
    "sync_failures": pl.Int64(),
    "rows_lost": pl.Int64(),
    "lost_days": pl.Int64(),
    "heard_on": pl.Date(),
    "heard_days": pl.Int64(),
}
"""What rules look at besides; the view says what it means."""

UPDATED: Final = frozenset({BankState.EXPIRED, BankState.NEEDS_BANK_ACTION, BankState.SUSPENDED, BankState.ERROR})
"""Where it stands still and an update in place helps, for a while."""

_STATE: Final = pl.col("bank_state")
_END: Final = pl.col("consent_end")
_LAST: Final = pl.lit(date.max)


def among(states: Iterable[BankState], column: pl.Expr = _STATE) -> pl.Expr:
    """Return whether a connection stands in one of *states*."""
    return column.is_in(sorted(state.value for state in states))


def with_banks(found: pl.LazyFrame, links: pl.DataFrame, today: date) -> pl.LazyFrame:
    """Add what the frame of connections shows as of *today*; where there is no bank connection, nulls."""
    if not links.height:
        return found.with_columns(_nulls(SHOWN))
    return found.join(_known(links, today).select("id", *SHOWN), on="id", how="left", maintain_order="left")


def with_judged(found: pl.LazyFrame, frames: Frames, today: date) -> pl.LazyFrame:
    """Add what rules look at, in the same way."""
    links = frames.bank_links
    if not links.height:
        return found.with_columns(_nulls(JUDGED))
    looked_at = pl.when(pl.col("recorded_on").is_not_null()).then(pl.col("confirmed_at").dt.date())
    return (
        found.join(_judged(links, today), on="id", how="left", maintain_order="left")
        .with_columns(heard_on=pl.max_horizontal("recorded_on", looked_at))
        .with_columns(heard_days=(pl.lit(today) - pl.col("heard_on")).dt.total_days())
    )


def _nulls(columns: dict[str, pl.DataType]) -> Iterator[pl.Expr]:
    return (pl.lit(None, kind).alias(name) for name, kind in columns.items())


def _known(links: pl.DataFrame, today: date) -> pl.LazyFrame:
    """Return where each stands, as ``state_on`` and ``consent_of`` of ``domain.banks.link`` say it for one."""
    now, kept, has_consent = pl.lit(today), pl.col("state"), pl.col("authenticated_on").is_not_null()
    is_stated = has_consent & pl.col("stated_end").is_not_null()
    return (
        links.lazy()
        .rename({"connection_id": "id"})
        .with_columns(consent_end=pl.when(is_stated).then("stated_end").otherwise(_by_table()))
        .with_columns(
            bank_state=pl.when(among(WORKING, kept) & (now > _END))
            .then(pl.lit(BankState.EXPIRED.value))
            .when((kept == BankState.ACTIVE.value) & (now >= _from(_END, NOTICE, sign=-1)))
            .then(pl.lit(BankState.EXPIRING.value))
            .otherwise(kept),
            consent_basis=pl.when(is_stated)
            .then(pl.lit(Basis.STATED.value))
            .when(_END.is_not_null())
            .then(pl.lit(Basis.TABLE.value))
            .when(has_consent)
            .then(pl.lit(Basis.UNKNOWN.value)),
            consent_days_left=pl.when(pl.col("ended_on").is_null()).then((_END - now).dt.total_days()),
        )
    )


def _by_table() -> pl.Expr:
    """Return the last good day by the table: the day of the authentication chooses the rule, the newest that fits."""
    authenticated, begun = pl.col("authenticated_on"), pl.coalesce("confirmed_on", "authenticated_on")
    end = pl.lit(None, pl.Date)
    for rule in RULES:
        holds = pl.col("regime") == rule.regime.value
        holds &= authenticated.is_not_null() if rule.since is None else authenticated >= pl.lit(rule.since)
        end = pl.when(holds).then(_from(begun, rule.lasts)).otherwise(end)
    return end


def _from(day: pl.Expr, span: Span, *, sign: int = 1) -> pl.Expr:
    length = f"{sign * span.months}mo" if span.months else f"{sign * span.days}d"
    return pl.when(day.is_not_null()).then(pl.min_horizontal(day.dt.offset_by(length), _LAST))


def _judged(links: pl.DataFrame, today: date) -> pl.LazyFrame:
    now, has_failed, stopped = pl.lit(today), pl.col("update_failed"), pl.col("stopped_on")
    last = pl.min_horizontal(*(pl.when(day <= now).then(day) for day in (stopped, _END)))
    return (
        _known(links, today)
        .with_columns(
            # As a repair takes it: of two reasons, the first stopped it.
            stopped_on=pl.when(among({BankState.ACTIVE, BankState.EXPIRING}) & ~has_failed)
            .then(None)
            .otherwise(pl.coalesce(last, stopped)),
        )
        .with_columns(
            # With a new password alone it goes on where it was, as long as its consent lasts.
            update_until=pl.when(among(UPDATED) | (among({BankState.NEEDS_LOGIN}) & (now > _END))).then(
                _from(stopped, UPDATE_LIMIT)
            )
        )
        .with_columns(
            recorded_days=(now - pl.col("recorded_on")).dt.total_days(),
            stopped_days=(now - stopped).dt.total_days(),
            failing_days=(now - pl.coalesce("failed_on", "stopped_on")).dt.total_days(),
            update_days_left=(pl.col("update_until") - now).dt.total_days(),
            consent_ended_on=pl.col("ended_on"),
            sync_failures=pl.col("failures"),
            rows_lost=pl.col("in_review"),
            lost_days=(now - pl.col("ended_on")).dt.total_days(),
        )
        .with_columns(
            only_reconnect=among((WORKING | BROKEN) - {BankState.REVOKED})
            & (has_failed | (pl.col("update_days_left") < 0).fill_null(value=False))
        )
        .select("id", *(name for name in JUDGED if not name.startswith("heard_")))
    )
