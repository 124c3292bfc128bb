"""What is known of connections to QuickBooks Desktop beyond that of others, by connection."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from qbapps.audit.frames import Frames
from qbapps.desktop import codes
from qbapps.domain import policies
from qbapps.domain.connection import Kind
from qbapps.domain.desktop.evidence import MISSED
from qbapps.domain.desktop.jobs import MOST_TRIES, JobState
from qbapps.domain.desktop.link import lacking
from qbapps.domain.states import ConnectionState

INSTANT: Final = pl.Datetime("us", "UTC")

SHOWN: Final[dict[str, pl.DataType]] = {"desktop_state": pl.String(), "last_seen_at": INSTANT}
"""What the frame of connections has of it."""

JUDGED: Final[dict[str, pl.DataType]] = {
    "desktop_mode": pl.String(),
    "issued_at": INSTANT,
    "last_ok_at": INSTANT,
    "paused_until": INSTANT,
    "attention": pl.String(),
    "attention_at": INSTANT,
    "trouble": pl.String(),
    "remedy": pl.String(),
    "unmapped": pl.List(pl.String()),
    "jobs_unknown": pl.Int64(),
    "jobs_stuck": pl.Int64(),
    "jobs_failed": pl.Int64(),
    "job_failed_at": INSTANT,
    "is_repeat": pl.Boolean(),
    "silent_for": pl.Duration("us"),
    "missed_for": pl.Duration("us"),
    "setup_days": pl.Int64(),
    "paused_days": pl.Int64(),
    "ended_days": pl.Int64(),
}
"""What rules look at besides; the view says what it means."""


def with_desktop(found: pl.LazyFrame, links: pl.DataFrame) -> pl.LazyFrame:
    """Add what the frame of connections shows; where there is no connection to QuickBooks Desktop, nulls."""
    if not links.height:
        return found.with_columns(pl.lit(None, kind).alias(name) for name, kind in SHOWN.items())
    known = links.lazy().select(id="connection_id", desktop_state="state", last_seen_at="seen_at")
    return found.join(known, on="id", how="left", maintain_order="left")


def with_judged(found: pl.LazyFrame, frames: Frames, at: datetime) -> pl.LazyFrame:
    """Add what rules look at, in the same way."""
    if not frames.desktop_links.height:
        return found.with_columns(pl.lit(None, kind).alias(name) for name, kind in JUDGED.items())
    known = _judged(frames, at).select("id", *JUDGED)
    return found.join(known.lazy(), on="id", how="left", maintain_order="left")


def _judged(frames: Frames, at: datetime) -> pl.DataFrame:
    now = pl.lit(at)
    return (
        frames.desktop_links.rename({"connection_id": "id", "mode": "desktop_mode", "ok_at": "last_ok_at"})
        .join(frames.desktop_apps.select(app_id="id", every="every"), on="app_id", how="left")
        .join(_of_connections(frames), on="id", how="left")
        .join(_jobs(frames.desktop_jobs, at), on="id", how="left")
        .with_columns(
            _said("trouble", frames.desktop_links["attention"]),
            _said("remedy", frames.desktop_links["attention"]),
            pl.Series("unmapped", [_unmapped(row) for row in frames.desktop_links.iter_rows(named=True)], _TEXTS),
            silent_for=(now - pl.col("seen_at")).cast(pl.Duration("us")),
            missed_for=pl.duration(seconds=pl.col("every") * MISSED, time_unit="us"),
            setup_days=(now - pl.col("issued_at")).dt.total_days(),
            paused_days=(now - pl.col("paused_at")).dt.total_days(),
            ended_days=(now - pl.col("disconnected_at")).dt.total_days(),
        )
        .with_columns(pl.col("jobs_unknown", "jobs_stuck", "jobs_failed").fill_null(0))
    )


_TEXTS: Final = pl.List(pl.String())


def _of_connections(frames: Frames) -> pl.DataFrame:
    """Return what else is asked of their connections, and which of them repeat one that lives."""
    name = pl.col("company_name").str.to_lowercase().str.strip_chars()
    alive = pl.col("state") != ConnectionState.DISCONNECTED.value
    return (
        frames.connections.filter(pl.col("kind") == Kind.DESKTOP.value)
        .sort("id")
        .select(
            "id",
            "paused_at",
            "disconnected_at",
            is_repeat=alive & ((alive.cast(pl.Int64).cum_sum()).over("app_id", name) > 1),
        )
    )


def _jobs(jobs: pl.DataFrame, at: datetime) -> pl.DataFrame:
    unknown = pl.col("state") == JobState.UNKNOWN.value
    failed = (pl.col("state") == JobState.FAILED.value) & (pl.col("ended_at") >= at - policies.FAILED_WITHIN)
    return jobs.group_by(id="connection_id").agg(
        jobs_unknown=unknown.sum().cast(pl.Int64),
        jobs_stuck=(unknown & (pl.col("tries") >= MOST_TRIES)).sum().cast(pl.Int64),
        jobs_failed=failed.sum().cast(pl.Int64),
        job_failed_at=pl.col("ended_at").filter(failed).max(),
    )


def _said(what: str, met: pl.Series) -> pl.Expr:
    """Return what a code means, or what to do about it, as the English sentence that is the key of its translation."""
    troubles = {code: codes.trouble(code) for code in met.drop_nulls().unique()}
    said = {code: one.what if what == "trouble" else one.do for code, one in troubles.items()}
    if not said:
        return pl.lit(None, pl.String).alias(what)
    return pl.col("attention").replace_strict(said, default=None, return_dtype=pl.String).alias(what)


def _unmapped(row: dict[str, list[str]]) -> list[str] | None:
    """Return the people who have no payroll item; None when everybody has one, as far as is known."""
    return list(lacking(row["users"], (*row["mapped"], *row["payable"]))) or None
