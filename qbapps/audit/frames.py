"""The tables that an audit is made from, as polars frames, and how they are read."""

from __future__ import annotations

from typing import Final

import attrs
import polars as pl

from qbapps.ports.tables import Tables

NAMES: Final = ("apps", "firms", "clients", "people", "companies", "listings", "confirmations")
DESKTOP: Final = ("desktop_links", "desktop_apps", "desktop_jobs")
BANKS: Final = ("bank_links",)


@attrs.frozen(kw_only=True)
class Frames:
    """What the store held when the audit was taken; each row as it was when it was read."""

    connections: pl.DataFrame
    apps: pl.DataFrame
    firms: pl.DataFrame
    clients: pl.DataFrame
    people: pl.DataFrame
    companies: pl.DataFrame
    listings: pl.DataFrame
    confirmations: pl.DataFrame
    desktop_links: pl.DataFrame
    desktop_apps: pl.DataFrame
    desktop_jobs: pl.DataFrame
    bank_links: pl.DataFrame


def read(tables: Tables, firm_id: str | None) -> Frames:
    """Read what is known of all connections, or of those that a firm sees."""
    return Frames(
        connections=tables.frame("connections", firm_id=firm_id),
        **{name: tables.frame(name, firm_id=firm_id) for name in (*NAMES, *DESKTOP, *BANKS)},
    )
