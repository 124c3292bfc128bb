"""What changed between two audits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

import attrs
import polars as pl

from qbapps.domain.states import ConnectionState

KEPT: Final = (*("id", "app_id", "app_name", "realm_id", "company_name", "owner", "owner_sub", "owner_email", "state"),)
"""Columns of a frame of connections that are compared, or shown."""


class Change(StrEnum):
    """How a connection differs."""

    NEW = "new"
    GONE = "gone"
    CHANGED_OWNER = "changed_owner"
    CHANGED_STATE = "changed_state"


@attrs.frozen(kw_only=True)
class Difference:
    """
    One connection that is not what it was.

    Attributes:
        before: The owner or the state it had; None for a new one.
        after: The owner or the state it has; None for one that is gone.
    """

    change: Change
    connection_id: str
    app_id: str
    app_name: str | None
    realm_id: str | None
    company_name: str | None
    before: str | None
    after: str | None


class AuditDiff:
    """
    What changed between two audits; a connection that changed owner and state is in both lists.

    A connection is ``new`` when it lives now and did not before, and ``gone`` when it lived and does not,
    be it disconnected or not in the later audit at all. What lived in neither is in none.

    Attributes:
        earlier_at: When the earlier audit was taken.
        later_at: When the later one was.
    """

    def __init__(self, frame: pl.DataFrame, *, earlier_at: datetime, later_at: datetime) -> None:
        self.earlier_at = earlier_at
        self.later_at = later_at
        self._frame = frame

    @cached_property
    def new(self) -> tuple[Difference, ...]:
        """Connections that came."""
        return self._of(Change.NEW)

    @cached_property
    def gone(self) -> tuple[Difference, ...]:
        """Connections that went."""
        return self._of(Change.GONE)

    @cached_property
    def changed_owner(self) -> tuple[Difference, ...]:
        """Connections that live on under another owner."""
        return self._of(Change.CHANGED_OWNER)

    @cached_property
    def changed_state(self) -> tuple[Difference, ...]:
        """Connections that live on in another state."""
        return self._of(Change.CHANGED_STATE)

    def to_polars(self) -> pl.DataFrame:
        """Return every difference as a row."""
        return self._frame

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return bool(self._frame.height)

    def __repr__(self) -> str:
        counts = dict(self._frame["change"].value_counts().iter_rows())
        told = ", ".join(f"{change}={counts.get(change.value, 0)}" for change in Change)
        return f"<AuditDiff {told}>"

    def _repr_html_(self) -> str:
        return self._frame._repr_html_()

    def _of(self, change: Change) -> tuple[Difference, ...]:
        rows = self._frame.filter(pl.col("change") == change.value).iter_rows(named=True)
        return tuple(Difference(**{**row, "change": change}) for row in rows)


def compare(earlier: pl.DataFrame, later: pl.DataFrame, *, earlier_at: datetime, later_at: datetime) -> AuditDiff:
    """Compare two frames of connections."""
    both = (
        earlier.lazy()
        .select(KEPT)
        .join(later.lazy().select(KEPT), on="id", how="full", suffix="_after", coalesce=True)
        .with_columns(_lives("state").alias("lived"), _lives("state_after").alias("lives"))
    )
    stays = pl.col("lived") & pl.col("lives")
    parts = [
        _part(both.filter(pl.col("lives") & ~pl.col("lived")), Change.NEW, None, "owner_after"),
        _part(both.filter(pl.col("lived") & ~pl.col("lives")), Change.GONE, "owner", None),
        _part(both.filter(stays & _another_owner()), Change.CHANGED_OWNER, *_owners()),
        _part(
            both.filter(stays & (pl.col("state") != pl.col("state_after"))),
            Change.CHANGED_STATE,
            "state",
            "state_after",
        ),
    ]
    return AuditDiff(pl.concat(pl.collect_all(parts)), earlier_at=earlier_at, later_at=later_at)


def _lives(state: str) -> pl.Expr:
    return (pl.col(state) != ConnectionState.DISCONNECTED.value).fill_null(value=False)


def _another_owner() -> pl.Expr:
    """
    Tell whether the owner is another person.

    That is who has another OpenID subject; where one of the two is not known by it, who has another address.
    To learn who the owner is changes nothing.
    """

    def differs(name: str) -> pl.Expr:
        return (pl.col(name).str.to_lowercase() != pl.col(f"{name}_after").str.to_lowercase()).fill_null(value=False)

    subjects = pl.col("owner_sub").is_not_null() & pl.col("owner_sub_after").is_not_null()
    return pl.when(subjects).then(differs("owner_sub")).otherwise(differs("owner_email"))


def _owners() -> tuple[pl.Expr, pl.Expr]:
    """Return how owners are called: by subject where two have one address."""
    alike = pl.col("owner") == pl.col("owner_after")
    before, after = (pl.when(alike).then(f"owner_sub{one}").otherwise(f"owner{one}") for one in ("", "_after"))
    return before, after


def _part(
    rows: pl.LazyFrame, change: Change, before: str | pl.Expr | None, after: str | pl.Expr | None
) -> pl.LazyFrame:
    return rows.select(
        change=pl.lit(change.value),
        connection_id="id",
        **{name: pl.coalesce(f"{name}_after", name) for name in ("app_id", "app_name", "realm_id", "company_name")},
        before=_said(before),
        after=_said(after),
    ).sort("company_name", "app_name", "connection_id")


def _said(value: str | pl.Expr | None) -> pl.Expr:
    if value is None:
        return pl.lit(None, pl.String)
    return pl.col(value) if isinstance(value, str) else value
