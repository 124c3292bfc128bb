"""
The view that rules look at: one row for each connection, with what is known of its app, company, owner and list.

Its columns are those of the connection, and besides them

- ``row``: its place in the frame of connections; ``is_alive``: it is not disconnected
- ``app_name``, ``category``, ``app_scopes``: of its app; ``category_key``: the category without case;
  ``extra_scopes``: scopes that the app does not declare
- ``firm_id``, ``level``: the firm that sees the company, and how
- ``country``, ``subscription_status``, ``edition_ended_on``: of the company
- ``company_key``: the same for all rows of a company: its number, else its name
- ``owner``: e-mail address, else OpenID subject, else name; ``owner_id``: the same without the name
- ``owner_known_role``, ``owner_left_on``, ``owner_is_gone``: as kept by ``add_person``, for the company or for firms
  that see it (for any firm where none does); ``left_firm``: the firm that the owner left
- ``firm_primary_admin``: one of the firm's who has not left; ``owner_is_primary_admin``; ``new_owner``: whom it could
  go to, when that is not its owner already
- ``listed_state``, ``listed_at``: in the firm's newest list that names it; ``company_listed_at``: its company
- ``confirmed_at``: when a person last looked at it, for what is kept by hand
- ``last_use_on``, ``unused_days``; ``token_left``, ``cap_left``: how long pair and consent last, ``…_days`` in days
- of QuickBooks Desktop: ``desktop_mode``; ``issued_at``: when its password was made; ``last_ok_at``: when an update
  ended well; ``attention``, ``attention_at``: what somebody has to look at, ``trouble``, ``remedy``: the same as
  English sentences; ``unmapped``: people without a payroll item; ``paused_until``
- of its requests: ``jobs_unknown``: changes whose fate is not known, ``jobs_stuck``: those of them that are not sent
  again by themselves; ``jobs_failed``, ``job_failed_at``: in the last 30 days
- ``silent_for``, ``missed_for``: since its connector called, and how long three runs take; ``setup_days``,
  ``paused_days``, ``ended_days``; ``is_repeat``: an older one that lives is the same app's and company's
- of bank connections: ``recorded_on``: the day of what was recorded last, ``heard_on``: the same, or when a person
  looked; ``stopped_on``: the last day that was synchronised,
  ``failing_days``: days since the first of the tries that failed; ``update_until``: how long it can be updated in place
  where that helps, ``update_days_left``: days after the audit's until then, ``update_failed``: one was
  tried in vain, ``only_reconnect``: it cannot any more;
  ``consent_ended_on``: when the consent was withdrawn or the connection cut; ``sync_failures``: in a row;
  ``rows_lost``: rows that waited for review as it was cut; ``…_days``, and ``lost_days`` since then: days ago

A join of a million texts takes longer than anything else here: what there is nothing of is not joined.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from qbapps.audit import banks, desktop
from qbapps.audit.frames import Frames
from qbapps.audit.hats import with_owners
from qbapps.audit.naming import with_names
from qbapps.domain.editions import ENDED
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState

_TEXT: Final = pl.lit(None, pl.String)
_DAY: Final = pl.lit(None, pl.Date)
_INSTANT: Final = pl.lit(None, pl.Datetime("us", "UTC"))


def view(frames: Frames, at: datetime, firm_id: str | None) -> pl.LazyFrame:
    """Return the view of *frames* at the instant *at*; little is computed yet."""
    named = with_names(
        frames.connections,
        apps=frames.apps,
        firms=frames.firms,
        clients=frames.clients,
        firm_id=firm_id,
        links=frames.desktop_links,
        banks=frames.bank_links,
        listings=frames.listings,
        today=at.date(),
    )
    return (
        named.with_columns(
            row=pl.int_range(pl.len()),
            is_alive=pl.col("state") != ConnectionState.DISCONNECTED.value,
            company_key=_company_key(frames.connections),
        )
        .pipe(_with_scopes, frames)
        .pipe(_with_companies, frames, at)
        .pipe(with_owners, frames, at)
        .pipe(_with_lists, frames)
        .pipe(_with_confirmations, frames)
        .pipe(_with_days, at)
        .pipe(desktop.with_judged, frames, at)
        .pipe(banks.with_judged, frames, at.date())
    )


def _company_key(connections: pl.DataFrame) -> pl.Expr:
    """
    Return the company's number; where a list does not have it, that of the one company of this name, else the name.
    """
    name = pl.col("company_name").str.to_lowercase().str.strip_chars()
    unnumbered = connections.filter(pl.col("realm_id").is_null()).select(name).drop_nulls().unique()
    if not unnumbered.height:
        return pl.coalesce("realm_id", name)
    numbers = (
        connections.lazy()
        .filter(pl.col("realm_id").is_not_null())
        .select(name, "realm_id")
        .join(unnumbered.lazy(), on="company_name", how="semi")
        .unique()
        .filter(pl.len().over("company_name") == 1)
        .collect()
    )
    known = dict(numbers.iter_rows())
    numbered = name.replace_strict(known, default=None, return_dtype=pl.String) if known else _TEXT
    return pl.coalesce("realm_id", numbered, name)


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
    known = frames.confirmations.lazy().select("confirmed_at", "confirmed_by", id="connection_id")
    return found.join(known, on="id", how="left")


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
