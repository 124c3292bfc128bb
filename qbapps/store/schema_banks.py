"""The tables of bank connections."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date

from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.states import BankState
from qbapps.store.columns import Details, counts, key, optional_texts, table, text, texts, to, word

links: Final = table(
    "bank_links",
    key("connection_id", to("connections.id")),
    *texts("bank"),
    *optional_texts("login"),
    word("regime", Regime),
    word("state", BankState),
    *counts("generation", "revision"),
    *(Column(name, Date) for name in ("authenticated_on", "confirmed_on", "stated_end", "ended_on")),
    *(Column(name, Details, nullable=False) for name in ("accounts", "fed", "snapshot")),
    *optional_texts("history"),
    Column("recorded_on", Date, nullable=False),
    *(Column(name, Date) for name in ("synced_on", "stopped_on", "failed_on")),
    *counts("failures"),
    Column("update_failed", Boolean, nullable=False),
    Column("in_review", BigInteger),
    *optional_texts("note"),
    *counts("version"),
)

feeds: Final = table(
    "bank_feeds",
    key("realm_id"),
    key("ledger"),
    text("connection_id", to("connections.id")),
    *counts("version"),
)
