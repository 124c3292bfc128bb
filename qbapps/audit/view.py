"""
The view that rules look at: one row for each connection, with what is known of its app, company, owner and list.

Its columns are those of the connection, and besides them

- ``is_alive``: it is not disconnected
- ``app_name``, ``category``, ``app_scopes``, ``extra_scopes``: of its app; those scopes that the app does not declare
- ``firm_id``, ``level``: the firm that sees the company, and how
- ``country``, ``subscription_status``, ``edition_ended_on``: of the company
- ``owner``: e-mail address, else OpenID subject; ``owner_known_role``, ``owner_left_on``: as kept by ``add_person``;
  ``owner_is_gone``
- ``firm_primary_admin``: one of the firm's who has not left; ``owner_is_primary_admin``
- ``listed_state``, ``listed_at``: in the firm's newest list that names it; ``company_listed_at``: its company
- ``confirmed_at``: when a person last looked at it, for what is kept by hand
- ``last_use_on``, ``unused_days``; ``token_left``, ``cap_left``: how long pair and consent last, ``…_days`` in days
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from qbapps.audit.frames import Frames
from qbapps.domain.editions import ENDED
from qbapps.domain.parties import Level, Reach, Role
from qbapps.domain.states import ConnectionState

DAY: Final = 24 * 3600 * 1_000_000


def view(frames: Frames, at: datetime) -> pl.LazyFrame:
    """Return the view of *frames* at the instant *at*; nothing is computed yet."""
    return (
        with_names(frames.connections.lazy(), apps=frames.apps, firms=frames.firms, clients=frames.clients)
        .pipe(_with_companies, frames, at)
        .pipe(_with_owners, frames, at)
        .pipe(_with_lists, frames)
        .pipe(_with_days, at)
    )


def with_names(
    connections: pl.LazyFrame, *, apps: pl.DataFrame, firms: pl.DataFrame, clients: pl.DataFrame
) -> pl.LazyFrame:
    """Return *connections* with the names of their apps, and how a firm sees their companies."""
    named = apps.lazy().select(app_id="id", app_name="name", category="category", app_scopes="scopes")
    return (
        connections.join(named, on="app_id", how="left", maintain_order="left")
        .join(seen(firms, clients), on="realm_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("app_name").fill_null(pl.col("app_id")),
            pl.col("level").fill_null(Level.COMPANY.value),
            pl.coalesce("company_name", "client_name", "realm_id").alias("company_name"),
            pl.coalesce("owner_email", "owner_sub", "owner_name").alias("owner"),
            (pl.col("state") != ConnectionState.DISCONNECTED.value).alias("is_alive"),
        )
        .drop("client_name")
    )


def seen(firms: pl.DataFrame, clients: pl.DataFrame) -> pl.LazyFrame:
    """Return, for each company that a firm sees, the firm and how; of several firms the first, by id."""
    own = firms.lazy().filter(pl.col("realm_id").is_not_null())
    books = own.select("realm_id", firm_id="id", level=pl.lit(Level.FIRM.value), client_name=pl.lit(None, pl.String))
    served = clients.lazy().select("realm_id", "firm_id", level=pl.lit(Level.CLIENT.value), client_name="name")
    both = pl.concat([books, served]).with_columns(is_client=pl.col("level") == Level.CLIENT.value)
    return both.sort("firm_id", "is_client").unique("realm_id", keep="first", maintain_order=True).drop("is_client")


def _with_companies(found: pl.LazyFrame, frames: Frames, at: datetime) -> pl.LazyFrame:
    known = frames.companies.lazy().select("environment", "realm_id", "country", "subscription_status")
    ended = {country: day for country, day in ENDED.items() if day <= at.date()}
    days = pl.col("country").replace_strict(ended, default=None, return_dtype=pl.Date)
    return found.join(known, on=["environment", "realm_id"], how="left", maintain_order="left").with_columns(
        edition_ended_on=days
    )


def _with_owners(found: pl.LazyFrame, frames: Frames, at: datetime) -> pl.LazyFrame:
    people = frames.people.lazy().select("email", "role", "left_on", "firm_id", "realm_id")
    of_firm = people.filter(pl.col("firm_id").is_not_null())
    admins = _primary_admins(found, of_firm, at)
    first = admins.group_by("firm_id").agg(firm_primary_admin=pl.col("email").min())
    is_admin = admins.select("firm_id", owner_email_folded="email", owner_is_primary_admin=pl.lit(value=True))
    in_firm = of_firm.select("firm_id", owner_email_folded="email", _firm_role="role", _firm_left="left_on")
    on_staff = people.filter(pl.col("realm_id").is_not_null()).select(
        "realm_id", owner_email_folded="email", _own_role="role", _own_left="left_on"
    )
    is_staff = pl.col("_own_role").is_not_null()
    unknown = pl.lit(Role.UNKNOWN.value)
    return (
        found.join(first, on="firm_id", how="left", maintain_order="left")
        .join(is_admin, on=["firm_id", "owner_email_folded"], how="left", maintain_order="left")
        .join(in_firm, on=["firm_id", "owner_email_folded"], how="left", maintain_order="left")
        .join(on_staff, on=["realm_id", "owner_email_folded"], how="left", maintain_order="left")
        .with_columns(
            pl.coalesce(
                pl.when(pl.col("_own_role") != unknown).then("_own_role"),
                pl.when(pl.col("_firm_role") != unknown).then("_firm_role"),
                pl.when(pl.col("owner_role") != unknown).then("owner_role"),
            ).alias("owner_known_role"),
            # Who is on the company's own staff as well has left when they left the company.
            pl.when(is_staff).then("_own_left").otherwise("_firm_left").alias("owner_left_on"),
            pl.col("owner_is_primary_admin").fill_null(value=False),
        )
        .with_columns(owner_is_gone=(pl.col("owner_left_on") <= at.date()).fill_null(value=False))
        .drop("_own_role", "_own_left", "_firm_role", "_firm_left")
    )


def _primary_admins(found: pl.LazyFrame, of_firm: pl.LazyFrame, at: datetime) -> pl.LazyFrame:
    """
    Return the primary admins of each firm who have not left.

    Where ``add_person`` has named none, they are those whom a list calls so in the firm's own books.
    """
    role = Role.PRIMARY_ADMIN.value
    stays = pl.col("left_on").is_null() | (pl.col("left_on") > at.date())
    named = of_firm.filter((pl.col("role") == role) & stays).select("firm_id", "email")
    gone = of_firm.filter(~stays).select("firm_id", "email")
    listed = (
        found.filter((pl.col("level") == Level.FIRM.value) & (pl.col("owner_role") == role))
        .select("firm_id", email="owner_email_folded")
        .filter(pl.col("email").is_not_null())
        .unique()
        .join(gone, on=["firm_id", "email"], how="anti")
        .join(named, on="firm_id", how="anti")
    )
    return pl.concat([named, listed]).unique()


def _with_lists(found: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    listings = frames.listings.lazy().select("firm_id", "connection_id", "listed_at", listed_state="state")
    if frames.listings["firm_id"].n_unique() > 1:
        listings = listings.sort("listed_at").unique("connection_id", keep="last")
    newest = listings.drop("firm_id")
    confirmed = frames.confirmations.lazy().select("connection_id", "confirmed_at", "confirmed_by")
    return (
        found.join(newest, left_on="id", right_on="connection_id", how="left", maintain_order="left")
        .join(confirmed, left_on="id", right_on="connection_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("realm_id").is_not_null())
            .then(pl.col("listed_at").max().over("realm_id"))
            .alias("company_listed_at")
        )
    )


def _with_days(found: pl.LazyFrame, at: datetime) -> pl.LazyFrame:
    # Whose use nobody has seen was used last when it was connected; of what is kept by hand that is not known.
    connected = pl.when(pl.col("reach") == Reach.API.value).then(pl.col("connected_at").dt.date())
    last_use = pl.coalesce("last_used_on", connected)
    declared = pl.col("app_scopes")
    return found.with_columns(
        last_use_on=last_use,
        unused_days=(pl.lit(at.date()) - last_use).dt.total_days(),
        token_left=pl.col("refresh_expires_at") - pl.lit(at),
        token_days=(pl.col("refresh_expires_at") - pl.lit(at)).dt.total_days(),
        cap_left=pl.col("refresh_hard_expires_at") - pl.lit(at),
        cap_days=(pl.col("refresh_hard_expires_at") - pl.lit(at)).dt.total_days(),
        extra_scopes=pl.col("scopes").list.set_difference(declared),
    )
