"""Connections with the names of their apps, and how a firm sees their companies."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from qbapps.audit.banks import with_banks
from qbapps.audit.desktop import with_desktop
from qbapps.domain.parties import Level

_COMPANY: Final = pl.lit(Level.COMPANY.value)
_NOBODY: Final = pl.lit(None, pl.String)


def with_names(
    connections: pl.DataFrame,
    *,
    apps: pl.DataFrame,
    firms: pl.DataFrame,
    clients: pl.DataFrame,
    firm_id: str | None,
    links: pl.DataFrame,
    banks: pl.DataFrame,
    listings: pl.DataFrame,
    today: date,
) -> pl.LazyFrame:
    """
    Return *connections*, in their order, with ``app_name``, ``category``, ``owner``, ``firm_id`` and ``level``.

    A company without a name of its own is called as the firm calls it, else by its number. Connections to QuickBooks
    Desktop have their ``desktop_state`` and ``last_seen_at`` besides, and bank connections where they and their
    consents stand on *today*.

    Args:
        links: Connections to QuickBooks Desktop.

        banks: Bank connections.

        listings: What lists say; only looked at where there are such connections.

        firm_id: The firm that sees all of *connections*; without one, each company's is looked for.
    """
    names, categories = (dict(apps.select("id", column).iter_rows()) for column in ("name", "category"))
    found = connections.lazy().with_columns(
        app_name=_looked_up("app_id", names).fill_null(pl.col("app_id")),
        category=_looked_up("app_id", categories),
        # In lower case, since lists and Intuit write one address in different ways.
        owner=pl.coalesce("owner_email_folded", "owner_sub", "owner_name"),
    )
    found = _placed(found, connections, firms, clients, firm_id)
    if links.height or banks.height:
        found = _placed_by_lists(found, listings)
    return (
        with_desktop(found, links)
        .pipe(with_banks, banks, today)
        .with_columns(pl.coalesce("company_name", "client_name", "realm_id").alias("company_name"))
        .drop("client_name")
    )


def _looked_up(column: str, known: dict[str, str | None]) -> pl.Expr:
    """Look a few values up without a join, which would copy every row."""
    return pl.col(column).replace_strict(known, default=None, return_dtype=pl.String) if known else _NOBODY


def _placed(
    found: pl.LazyFrame, connections: pl.DataFrame, firms: pl.DataFrame, clients: pl.DataFrame, firm_id: str | None
) -> pl.LazyFrame:
    """Add ``firm_id``, ``level`` and ``client_name``, by a join only where there is something to join with."""
    if firm_id is None:
        places = seen(firms, clients)
        if not places.height:
            return found.with_columns(firm_id=_NOBODY, level=_COMPANY, client_name=_NOBODY)
        return found.join(places.lazy(), on="realm_id", how="left", maintain_order="left").with_columns(
            pl.col("level").fill_null(_COMPANY)
        )
    books = firms["realm_id"].drop_nulls().to_list()
    level = (
        pl.when(pl.col("realm_id").is_in(books))
        .then(pl.lit(Level.FIRM.value))
        .when(pl.col("realm_id").is_null())
        .then(_COMPANY)
        .otherwise(pl.lit(Level.CLIENT.value))
    )
    placed = found.with_columns(firm_id=pl.lit(firm_id), level=level)
    if not connections["company_name"].null_count():
        return placed.with_columns(client_name=_NOBODY)
    called = clients.lazy().select("realm_id", client_name="name")
    return placed.join(called, on="realm_id", how="left", maintain_order="left")


def _placed_by_lists(found: pl.LazyFrame, listings: pl.DataFrame) -> pl.LazyFrame:
    """Place what was connected for a firm and has no number; of several firms the first, by id."""
    said = (
        listings.filter(pl.col("level").is_not_null())
        .sort("firm_id")
        .unique("connection_id", keep="first", maintain_order=True)
        .select(id="connection_id", said_firm="firm_id", said_level="level")
    )
    if not said.height:
        return found
    counts = pl.col("realm_id").is_null() & pl.col("said_level").is_not_null()
    return (
        found.join(said.lazy(), on="id", how="left", maintain_order="left")
        .with_columns(
            firm_id=pl.when(counts).then("said_firm").otherwise("firm_id"),
            level=pl.when(counts).then("said_level").otherwise("level"),
        )
        .drop("said_firm", "said_level")
    )


def seen(firms: pl.DataFrame, clients: pl.DataFrame) -> pl.DataFrame:
    """Return, for each company that a firm sees, the firm and how; of several firms the first, by id."""
    own = firms.filter(pl.col("realm_id").is_not_null())
    books = own.select("realm_id", firm_id="id", level=pl.lit(Level.FIRM.value), client_name=_NOBODY)
    served = clients.select("realm_id", "firm_id", level=pl.lit(Level.CLIENT.value), client_name="name")
    both = pl.concat([books, served]).with_columns(is_client=pl.col("level") == Level.CLIENT.value)
    return both.sort("firm_id", "is_client").unique("realm_id", keep="first", maintain_order=True).drop("is_client")
