"""QuickBooks Desktop connections: their apps, connectors, sessions, jobs, answers and checks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", **deferred)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _optional(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String()) for name in names]


def _long(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _times(*names: str, given: bool = False) -> list[Any]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=not given) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables, and the column that says how a firm sees a company without a number."""
    op.add_column("listings", sa.Column("level", sa.String()))
    op.create_table(
        "desktop_apps",
        *_texts("id", "owner_id", "base_url", "support_url", "description"),
        *_counts("every"),
        *_texts("qbtype"),
        *_flags("unattended", "personal_data"),
        *_long("editions"),
        *_texts("qbxml"),
        *_long("requires"),
        *_optional("week_start"),
        *_flags("deletes_first", "needs_mapping"),
        *_times("registered_at", given=True),
        *_counts("version"),
        sa.PrimaryKeyConstraint("id", name="pk_desktop_apps"),
        sa.UniqueConstraint("owner_id", name="uq_desktop_apps_owner_id"),
        _to("desktop_apps", "id", "apps.id"),
    )
    _links()
    _work()


def _links() -> None:
    op.create_table(
        "desktop_links",
        *_texts("connection_id", "app_id", "mode", "state", "username", "password", "file_id", "lang"),
        *_optional("window"),
        *_times("paused_for", "paused_until"),
        *_counts("failures"),
        *_times("locked_until"),
        *_optional("attention"),
        *_times("attention_at"),
        *_optional("attention_note"),
        *_long("facts"),
        *_optional("path", "acked", "preview"),
        *_long("preview_counts"),
        *_optional("confirmed", "confirmed_by"),
        *_times("confirmed_at"),
        *_long("users", "mapped", "payable"),
        *_times("issued_at", "synced_at", "seen_at", "login_at", "ok_at"),
        *_counts("version"),
        sa.PrimaryKeyConstraint("connection_id", name="pk_desktop_links"),
        sa.UniqueConstraint("username", name="uq_desktop_links_username"),
        sa.UniqueConstraint("file_id", name="uq_desktop_links_file_id"),
        _to("desktop_links", "connection_id", "connections.id"),
        _to("desktop_links", "app_id", "desktop_apps.id"),
    )
    op.create_index("ix_desktop_links_app_id", "desktop_links", ["app_id"])
    op.create_table(
        "desktop_checks",
        *_texts("connection_id", "item", "state"),
        *_optional("by"),
        *_times("at", given=True),
        *_optional("evidence"),
        *_long("values"),
        *_optional("note"),
        sa.PrimaryKeyConstraint("connection_id", "item", name="pk_desktop_checks"),
        _to("desktop_checks", "connection_id", "connections.id"),
    )


def _work() -> None:
    op.create_table(
        "desktop_sessions",
        *_texts("id", "connection_id"),
        *_times("opened_at", "lease_until", given=True),
        *_texts("phase"),
        *_optional("job_id"),
        *_counts("answered", "paths"),
        *_optional("told", "ending"),
        *_times("ended_at"),
        *_counts("version"),
        sa.PrimaryKeyConstraint("id", name="pk_desktop_sessions"),
        _to("desktop_sessions", "connection_id", "connections.id"),
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_desktop_sessions_open",
        "desktop_sessions",
        ["connection_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "desktop_jobs",
        *_texts("id", "connection_id", "name", "xml"),
        *_flags("is_write"),
        sa.Column("page", sa.BigInteger()),
        *_optional("key"),
        *_texts("fingerprint", "state"),
        *_optional("message_set", "sent", "session_id", "iterator"),
        *_counts("attempt", "pages", "records"),
        sa.Column("remaining", sa.BigInteger()),
        *_counts("tries"),
        *_times("not_before"),
        *_optional("code", "note"),
        *_times("created_at", given=True),
        *_times("sent_at", "ended_at"),
        *_counts("version"),
        sa.PrimaryKeyConstraint("id", name="pk_desktop_jobs"),
        sa.UniqueConstraint("connection_id", "key", name="uq_desktop_jobs_connection_id_key"),
        sa.UniqueConstraint("message_set", name="uq_desktop_jobs_message_set"),
        _to("desktop_jobs", "connection_id", "connections.id"),
    )
    op.create_index("ix_desktop_jobs_connection_id_state_id", "desktop_jobs", ["connection_id", "state", "id"])
    op.create_table(
        "desktop_pages",
        *_texts("job_id"),
        *_counts("attempt", "number", "piece"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "attempt", "number", "piece", name="pk_desktop_pages"),
    )
