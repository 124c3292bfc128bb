"""
The view that rules look at: one row for each connection, with what is known of its app, company, owner and list.

Its columns are those of the connection, and besides them

- ``is_alive``: it is not disconnected
- ``app_name``, ``category``, ``app_scopes``: of its app; ``category_key``: the category without case;
  ``extra_scopes``: scopes that the app does not declare
- ``firm_id``, ``level``: the firm that sees the company, and how
- ``country``, ``subscription_status``, ``edition_ended_on``: of the company
- ``company_key``: the same for all rows of a company: its number, else its name
- ``owner``: e-mail address, else OpenID subject, else name; ``owner_id``: the same without the name
- ``owner_known_role``, ``owner_left_on``, ``owner_is_gone``: as kept by ``add_person``, for the company or for firms
- ``firm_primary_admin``: one of the firm's who has not left; ``owner_is_primary_admin``; ``new_owner``: whom it could
  go to, when that is not its owner already
- ``listed_state``, ``listed_at``: in the firm's newest list that names it; ``company_listed_at``: its company
- ``confirmed_at``: when a person last looked at it, for what is kept by hand
- ``last_use_on``, ``unused_days``; ``token_left``, ``cap_left``: how long pair and consent last, ``…_days`` in days

A join of a million texts takes longer than anything else here: what there is nothing of is not joined.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from qbapps.audit.frames import Frames
from qbapps.audit.naming import with_names
from qbapps.domain.editions import ENDED
from qbapps.domain.parties import Reach, Role
from qbapps.domain.states import ConnectionState

_TEXT: Final = pl.lit(None, pl.String)
_DAY: Final = pl.lit(None, pl.Date)
_INSTANT: Final = pl.lit(None, pl.Datetime("us", "UTC"))


def view(frames: Frames, at: datetime, firm_id: str | None) -> pl.LazyFrame:
    """Return the view of *frames* at the instant *at*; little is computed yet."""
    named = with_names(
        frames.connections, apps=frames.apps, firms=frames.firms, clients=frames.clients, firm_id=firm_id
    )
    return (
        named.with_columns(
            is_alive=pl.col("state") != ConnectionState.DISCONNECTED.value,
            # A list need not have the companies' numbers.
            company_key=pl.coalesce("realm_id", pl.col("company_name").str.to_lowercase().str.strip_chars()),
        )
        .pipe(_with_scopes, frames)
        .pipe(_with_companies, frames, at)
        .pipe(_with_owners, frames, at)
        .pipe(_with_lists, frames)
        .pipe(_with_confirmations, frames)
        .pipe(_with_days, at)
    )


def _with_scopes(found: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    declared = frames.apps.lazy().select(
        app_id="id", app_scopes="scopes", category_key=pl.col("category").str.to_lowercase().str.strip_chars()
    )
    return found.join(declared, on="app_id", how="left").with_columns(
        extra_scopes=pl.col("scopes").list.set_difference("app_scopes")
    )


def _with_companies(found: pl.LazyFrame, frames: Frames, at: datetime) -> pl.LazyFrame:
    if not frames.companies.height:
        return found.with_columns(country=_TEXT, subscription_status=_TEXT, edition_ended_on=_DAY)
    ended = {country: day for country, day in ENDED.items() if day <= at.date()}
    known = frames.companies.lazy().select(
        "environment",
        "realm_id",
        "country",
        "subscription_status",
        edition_ended_on=pl.col("country").replace_strict(ended, default=None, return_dtype=pl.Date),
    )
    return found.join(known, on=["environment", "realm_id"], how="left")


def _with_owners(found: pl.LazyFrame, frames: Frames, at: datetime) -> pl.LazyFrame:
    is_in_firm, unknown = pl.col("firm_id").is_not_null(), pl.lit(Role.UNKNOWN.value)
    stays = pl.col("left_on").is_null() | (pl.col("left_on") > at.date())
    people = frames.people.with_columns(stays=stays)
    of_firm, on_staff = people.filter(is_in_firm), people.filter(~is_in_firm)
    admins = _primary_admins(frames, of_firm)
    first = admins.group_by("firm_id").agg(firm_primary_admin=pl.col("email").min())
    is_admin = admins.select(owner_email_folded="email", owner_is_primary_admin=pl.lit(value=True)).unique()
    staff = on_staff.select(
        "realm_id", owner_email_folded="email", _own_role="role", _own_left="left_on", _own_stays="stays"
    )
    return (
        _joined(found, first, ["firm_id"])
        .pipe(_joined, is_admin, ["owner_email_folded"])
        .pipe(_joined, _in_firms(of_firm), ["owner_email_folded"])
        .pipe(_joined, staff, ["realm_id", "owner_email_folded"])
        .with_columns(
            pl.coalesce(
                pl.when(pl.col("_own_role") != unknown).then("_own_role"),
                pl.when((pl.col("_firm_role") != unknown) & pl.col("firm_id").is_not_null()).then("_firm_role"),
                pl.when(pl.col("owner_role") != unknown).then("owner_role"),
            ).alias("owner_known_role"),
            # Who stays anywhere has not left.
            pl.when(pl.col("_own_stays").fill_null(value=False) | pl.col("_firm_role").is_not_null())
            .then(None)
            .otherwise(pl.coalesce("_own_left", "_firm_left"))
            .alias("owner_left_on"),
            pl.col("owner_is_primary_admin").fill_null(value=False),
            owner_id=pl.coalesce("owner_email_folded", "owner_sub"),
            new_owner=pl.when(pl.col("firm_primary_admin").ne_missing(pl.col("owner_email_folded"))).then(
                "firm_primary_admin"
            ),
        )
        .with_columns(owner_is_gone=(pl.col("owner_left_on") <= at.date()).fill_null(value=False))
        .drop("_own_role", "_own_left", "_own_stays", "_firm_role", "_firm_left")
    )


def _in_firms(of_firm: pl.DataFrame) -> pl.DataFrame:
    """
    Return what is known of each address in all firms together.

    Somebody has left when every firm that knows them says so; of several roles the most powerful counts.
    """
    order = {role.value: number for number, role in enumerate(Role)}
    ranked = of_firm.with_columns(rank=pl.col("role").replace_strict(order, return_dtype=pl.Int64))
    stays, left = ranked.filter("stays"), ranked.filter(~pl.col("stays"))
    roles = stays.sort("rank").unique("email", keep="first").select(owner_email_folded="email", _firm_role="role")
    gone = left.join(stays, on="email", how="anti").group_by("email").agg(_firm_left=pl.col("left_on").max())
    return roles.join(gone.rename({"email": "owner_email_folded"}), on="owner_email_folded", how="full", coalesce=True)


def _joined(found: pl.LazyFrame, known: pl.DataFrame, by: list[str]) -> pl.LazyFrame:
    """Join *known*, or only its columns when it has no rows."""
    if known.height:
        return found.join(known.lazy(), on=by, how="left")
    return found.with_columns(pl.lit(None, kind).alias(name) for name, kind in known.schema.items() if name not in by)


def _primary_admins(frames: Frames, of_firm: pl.DataFrame) -> pl.DataFrame:
    """
    Return the primary admins of each firm who have not left.

    Where ``add_person`` has named none, they are those whom a list calls so in the firm's own books.
    """
    role = Role.PRIMARY_ADMIN.value
    named = of_firm.filter((pl.col("role") == role) & pl.col("stays")).select("firm_id", "email")
    gone = of_firm.filter(~pl.col("stays")).select("firm_id", "email")
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
        .select("firm_id", email="owner_email_folded")
        .unique()
        .collect()
        .join(gone, on=["firm_id", "email"], how="anti")
        .join(named, on="firm_id", how="anti")
    )
    return pl.concat([named, listed]).unique()


def _with_lists(found: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    listings = frames.listings.select("firm_id", "connection_id", "listed_at", listed_state="state")
    if not listings.height:
        return found.with_columns(listed_at=_INSTANT, listed_state=_TEXT, company_listed_at=_INSTANT)
    if listings["firm_id"].n_unique() > 1:
        listings = listings.sort("listed_at").unique("connection_id", keep="last")
    newest = listings.lazy().select("listed_at", "listed_state", id="connection_id")
    of_company = pl.when(pl.col("realm_id").is_not_null()).then(
        pl.col("listed_at").max().over("environment", "realm_id")
    )
    return found.join(newest, on="id", how="left").with_columns(company_listed_at=of_company)


def _with_confirmations(found: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    return _joined(found, frames.confirmations.select("confirmed_at", "confirmed_by", id="connection_id"), ["id"])


def _with_days(found: pl.LazyFrame, at: datetime) -> pl.LazyFrame:
    # To consent is a use as well; when what is kept by hand was connected says nothing of its use.
    connected = pl.when(pl.col("reach") == Reach.API.value).then(pl.col("connected_at").dt.date())
    last_use = pl.max_horizontal("last_used_on", connected)
    now = pl.lit(at)
    return found.with_columns(
        last_use_on=last_use,
        unused_days=(pl.lit(at.date()) - last_use).dt.total_days(),
        token_left=pl.col("refresh_expires_at") - now,
        token_days=(pl.col("refresh_expires_at") - now).dt.total_days(),
        cap_left=pl.col("refresh_hard_expires_at") - now,
        cap_days=(pl.col("refresh_hard_expires_at") - now).dt.total_days(),
    )
