"""The tables of QuickBooks Desktop connections."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql

from qbapps.domain.desktop.apps import QBType
from qbapps.domain.desktop.jobs import JobState
from qbapps.domain.desktop.link import Mode
from qbapps.domain.desktop.sessions import Ending, Phase
from qbapps.domain.desktop.states import DesktopState
from qbapps.store.columns import (
    Details,
    Duration,
    Texts,
    Word,
    counts,
    indexes,
    instants,
    key,
    optional_instants,
    optional_texts,
    table,
    text,
    texts,
    to,
    word,
)

apps: Final = table(
    "desktop_apps",
    key("id", to("apps.id")),
    *texts("owner_id", "base_url", "support_url", "description"),
    Column("every", Duration, nullable=False),
    word("qbtype", QBType),
    *(Column(name, Boolean, nullable=False) for name in ("unattended", "personal_data")),
    Column("editions", Texts, nullable=False),
    *texts("qbxml"),
    Column("requires", Texts, nullable=False),
    *optional_texts("week_start"),
    *(Column(name, Boolean, nullable=False) for name in ("deletes_first", "needs_mapping")),
    *instants("registered_at"),
    *counts("version"),
    UniqueConstraint("owner_id"),
)

links: Final = table(
    "desktop_links",
    key("connection_id", to("connections.id")),
    text("app_id", to("desktop_apps.id")),
    word("mode", Mode),
    word("state", DesktopState),
    *texts("username", "password", "file_id", "lang"),
    *optional_texts("window"),
    *optional_instants("paused_for", "paused_until"),
    *counts("failures"),
    *optional_instants("locked_until"),
    *optional_texts("attention"),
    *optional_instants("attention_at"),
    *optional_texts("attention_note"),
    Column("facts", Details, nullable=False),
    *optional_texts("path", "acked", "preview"),
    Column("preview_counts", Details, nullable=False),
    *optional_texts("confirmed", "confirmed_by"),
    *optional_instants("confirmed_at"),
    *(Column(name, Texts, nullable=False) for name in ("users", "mapped", "payable")),
    *optional_instants("issued_at", "synced_at", "seen_at", "login_at", "ok_at"),
    *counts("version"),
    # Two connections that shared one of these would get each other's data.
    UniqueConstraint("username"),
    UniqueConstraint("file_id"),
    *indexes("app_id"),
)

checks: Final = table(
    "desktop_checks",
    key("connection_id", to("connections.id")),
    key("item"),
    *texts("state"),
    *optional_texts("by"),
    *instants("at"),
    *optional_texts("evidence"),
    Column("values", Details, nullable=False),
    *optional_texts("note"),
)

sessions: Final = table(
    "desktop_sessions",
    key("id"),
    text("connection_id", to("connections.id")),
    *instants("opened_at", "lease_until"),
    word("phase", Phase),
    *optional_texts("job_id"),
    *counts("answered", "paths"),
    *optional_texts("told"),
    Column("ending", Word(Ending)),
    *optional_instants("ended_at"),
    *counts("version"),
    # However many log in at once, one of them opens a session.
    Index(
        "uq_desktop_sessions_open",
        "connection_id",
        unique=True,
        sqlite_where=sql("ended_at IS NULL"),
        postgresql_where=sql("ended_at IS NULL"),
    ),
)

jobs: Final = table(
    "desktop_jobs",
    key("id"),
    text("connection_id", to("connections.id")),
    *texts("name", "xml"),
    Column("is_write", Boolean, nullable=False),
    Column("page", BigInteger),
    *optional_texts("key"),
    *texts("fingerprint"),
    word("state", JobState),
    *optional_texts("message_set", "sent", "session_id", "iterator"),
    *counts("attempt", "pages", "records"),
    Column("remaining", BigInteger),
    *counts("tries"),
    *optional_instants("not_before"),
    *optional_texts("code", "note"),
    *instants("created_at"),
    *optional_instants("sent_at", "ended_at"),
    *counts("version"),
    UniqueConstraint("connection_id", "key"),
    UniqueConstraint("message_set"),
    Index(None, "connection_id", "state", "id"),
)

pages: Final = table(
    "desktop_pages",
    # No foreign key: pages go by the thousand, and a job is never deleted.
    key("job_id"),
    *(Column(name, BigInteger, primary_key=True, autoincrement=False) for name in ("attempt", "number", "piece")),
    Column("data", LargeBinary, nullable=False),
)
