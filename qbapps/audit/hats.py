"""What is known of owners as people: of the firms that see a company, or of all where none does."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from qbapps.audit.frames import Frames
from qbapps.domain.parties import Role
from qbapps.domain.states import ConnectionState

_RANK: Final = {role.value: number for number, role in enumerate(Role)}
_TOLD: Final = ("role", "stays", "left_on", "left_firm")


def with_owners(found: pl.LazyFrame, frames: Frames, at: datetime) -> pl.LazyFrame:
    """Add what rules ask of owners; see ``qbapps.audit.view``."""
    stays = pl.col("left_on").is_null() | (pl.col("left_on") > at.date())
    people = frames.people.rename({"email": "owner_email_folded"}).with_columns(stays=stays)
    of_firm = people.filter(pl.col("firm_id").is_not_null()).select(
        "firm_id", "owner_email_folded", "role", "left_on", "stays"
    )
    staff = people.filter(pl.col("firm_id").is_null()).select(
        "realm_id", "owner_email_folded", own_role="role", own_left="left_on", own_stays="stays"
    )
    admins = _primary_admins(frames, of_firm)
    unknown = pl.lit(Role.UNKNOWN.value)
    return (
        _joined(found, admins.group_by("firm_id").agg(firm_primary_admin=pl.col("owner_email_folded").min()), "firm_id")
        .pipe(_joined, _flagged(admins), "owner_email_folded")
        .pipe(_joined, _told(of_firm, "in_firm", "firm_id", "owner_email_folded"), "firm_id", "owner_email_folded")
        .pipe(_joined, _of_shared(frames, of_firm), "realm_id", "owner_email_folded")
        .pipe(_joined, _told(of_firm, "anywhere", "owner_email_folded"), "owner_email_folded")
        .pipe(_joined, staff, "realm_id", "owner_email_folded")
        .with_columns(
            _known("role").alias("hat_role"),
            _known("stays").fill_null(value=False).alias("hat_stays"),
            _known("left_on").alias("hat_left_on"),
            _known("left_firm").alias("left_firm"),
        )
        .with_columns(
            pl.coalesce(
                pl.when(pl.col("own_role") != unknown).then("own_role"),
                pl.when((pl.col("hat_role") != unknown) & pl.col("firm_id").is_not_null()).then("hat_role"),
                pl.when(pl.col("owner_role") != unknown).then("owner_role"),
            ).alias("owner_known_role"),
            # Who stays anywhere has not left.
            pl.when(pl.col("own_stays").fill_null(value=False) | pl.col("hat_stays"))
            .then(None)
            .otherwise(pl.coalesce("own_left", "hat_left_on"))
            .alias("owner_left_on"),
            pl.col("owner_is_primary_admin").fill_null(value=False),
            owner_id=pl.coalesce("owner_email_folded", "owner_sub"),
            new_owner=pl.when(pl.col("firm_primary_admin").ne_missing(pl.col("owner_email_folded"))).then(
                "firm_primary_admin"
            ),
        )
        .with_columns(owner_is_gone=(pl.col("owner_left_on") <= at.date()).fill_null(value=False))
        .drop("own_role", "own_left", "own_stays", "hat_role", "hat_stays", "hat_left_on")
        .drop(f"{name}_{where}" for name in _TOLD for where in ("in_firm", "shared", "anywhere"))
    )


def _known(name: str) -> pl.Expr:
    """Take what all firms that see the company say; what any firm says only where none sees it."""
    seen = pl.coalesce(f"{name}_shared", f"{name}_in_firm")
    return pl.when(pl.col("firm_id").is_not_null()).then(seen).otherwise(pl.col(f"{name}_anywhere"))


def _told(records: pl.DataFrame, where: str, *by: str) -> pl.DataFrame:
    """
    Return what *records* of one person say together.

    Somebody has left when all say so; of the roles of those who stay the most powerful counts.
    """
    stays = pl.col("stays")
    rank = pl.col("role").replace_strict(_RANK, return_dtype=pl.Int64)
    found = records.sort(rank, "firm_id").group_by(by, maintain_order=True)
    return found.agg(
        pl.col("role").filter(stays).first().alias(f"role_{where}"),
        stays.any().alias(f"stays_{where}"),
        pl.col("left_on").filter(~stays).max().alias(f"left_on_{where}"),
        pl.col("firm_id").filter(~stays).sort_by(pl.col("left_on").filter(~stays)).last().alias(f"left_firm_{where}"),
    )


def _of_shared(frames: Frames, of_firm: pl.DataFrame) -> pl.DataFrame:
    """Return what is said of owners in companies that several firms see."""
    own = frames.firms.filter(pl.col("realm_id").is_not_null()).select("realm_id", firm_id="id")
    sees = pl.concat([own, frames.clients.select("realm_id", "firm_id")]).unique()
    shared = sees.filter(pl.len().over("realm_id") > 1)
    owners = (
        frames.connections.lazy()
        .filter(pl.col("owner_email_folded").is_not_null())
        .join(shared.lazy(), on="realm_id", how="semi")
        .select("realm_id", "owner_email_folded")
        .unique()
        .collect()
    )
    records = owners.join(shared, on="realm_id").join(of_firm, on=["firm_id", "owner_email_folded"])
    return _told(records, "shared", "realm_id", "owner_email_folded")


def _flagged(admins: pl.DataFrame) -> pl.DataFrame:
    return admins.select("owner_email_folded", owner_is_primary_admin=pl.lit(value=True)).unique()


def _joined(found: pl.LazyFrame, known: pl.DataFrame, *by: str) -> pl.LazyFrame:
    """Join *known*, or only its columns when it has no rows."""
    if known.height:
        return found.join(known.lazy(), on=by, how="left")
    return found.with_columns(pl.lit(None, kind).alias(name) for name, kind in known.schema.items() if name not in by)


def _primary_admins(frames: Frames, of_firm: pl.DataFrame) -> pl.DataFrame:
    """
    Return the primary admins of each firm who have not left.

    Where ``add_person`` has named none, they are those whom a list calls so in the firm's own books.
    """
    role, keys = Role.PRIMARY_ADMIN.value, ["firm_id", "owner_email_folded"]
    named = of_firm.filter((pl.col("role") == role) & pl.col("stays")).select(keys)
    gone = of_firm.filter(~pl.col("stays")).select(keys)
    books = frames.firms.filter(pl.col("realm_id").is_not_null()).select("realm_id", firm_id="id")
    listed = (
        frames.connections.lazy()
        .filter(
            pl.col("realm_id").is_in(books["realm_id"].to_list())
            & (pl.col("owner_role") == role)
            & pl.col("owner_email_folded").is_not_null()
            & (pl.col("state") != ConnectionState.DISCONNECTED.value)
        )
        .join(books.lazy(), on="realm_id")
        .select(keys)
        .unique()
        .collect()
        .join(gone, on=keys, how="anti")
        .join(named, on="firm_id", how="anti")
    )
    return pl.concat([named, listed]).unique()
