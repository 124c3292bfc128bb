"""The first schema, written out in full: a migration must not change when the code does."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _columns(kind: Any, *names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


texts = partial(_columns, sa.String())
documents = partial(_columns, sa.Text())
counts = partial(_columns, sa.BigInteger())
instants = partial(_columns, sa.DateTime(timezone=True))
blobs = partial(_columns, sa.LargeBinary())
dates = partial(_columns, sa.Date())


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", **deferred)


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name="_".join(["uq", table, *names]))


def _index(table: str, *names: str) -> None:
    op.create_index("_".join(["ix", table, *names]), table, list(names))


def _indexes(table: str, *names: str) -> None:
    for name in names:
        _index(table, name)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "apps",
        *texts("id", "name", "environment"),
        *texts("client_id", "redirect_uri", nullable=True),
        *documents("scopes"),
        *texts("discovery_url", "api_url", "developer_contact", nullable=True),
        *instants("registered_at"),
        *counts("version"),
        _key("apps", "id"),
        _unique("apps", "environment", "client_id"),
    )
    op.create_table(
        "app_secrets",
        *texts("app_id"),
        *blobs("sealed"),
        _key("app_secrets", "app_id"),
        _to("app_secrets", "app_id", "apps.id"),
    )
    op.create_table(
        "firms", *texts("id", "name"), *texts("realm_id", nullable=True), *counts("version"), _key("firms", "id")
    )
    op.create_table(
        "clients",
        *texts("firm_id", "realm_id", "name"),
        *counts("version"),
        _key("clients", "firm_id", "realm_id"),
        _to("clients", "firm_id", "firms.id"),
    )
    op.create_table(
        "people",
        *texts("id", "email"),
        *texts("name", nullable=True),
        *texts("role", "firm_id", "realm_id"),
        *dates("left_on", nullable=True),
        *counts("version"),
        _key("people", "id"),
        _unique("people", "email", "firm_id", "realm_id"),
    )
    _indexes("people", "firm_id", "realm_id")
    op.create_table(
        "identities",
        *texts("app_id", "email", "sub"),
        *texts("name", nullable=True),
        *instants("seen_at"),
        _key("identities", "app_id", "email"),
    )
    op.create_table(
        "connections",
        *texts("id", "kind", "app_id", "environment"),
        *texts(
            "realm_id",
            "company_name",
            "owner_sub",
            "owner_email",
            "owner_email_folded",
            "owner_name",
            "owner_role",
            nullable=True,
        ),
        *texts("state", "reach"),
        *texts("reference", nullable=True),
        *documents("scopes"),
        *counts("grant", "generation"),
        *instants(
            "connected_at",
            "refreshed_at",
            "access_expires_at",
            "refresh_expires_at",
            "refresh_hard_expires_at",
            "disconnected_at",
            nullable=True,
        ),
        *texts("cause", nullable=True),
        *dates("last_used_on", nullable=True),
        *instants("probed_at", "paused_at", nullable=True),
        *counts("version"),
        _key("connections", "id"),
        _unique("connections", "app_id", "realm_id"),
    )
    _indexes("connections", "owner_email_folded", "owner_sub", "realm_id", "reference", "state")
    op.create_table(
        "tokens",
        *texts("connection_id"),
        *counts("generation"),
        *blobs("access", "refresh"),
        *texts("digest"),
        *instants("obtained_at", "access_expires_at", "refresh_expires_at"),
        *instants("refresh_hard_expires_at", "intent_at", nullable=True),
        *texts("intent_by", nullable=True),
        *instants("ambiguous_since", "refused_at", nullable=True),
        _key("tokens", "connection_id"),
        _to("tokens", "connection_id", "connections.id"),
    )
    op.create_table(
        "tombstones",
        *texts("connection_id"),
        *counts("generation"),
        *texts("digest"),
        *instants("retired_at"),
        *texts("why"),
        _key("tombstones", "connection_id", "generation", "digest"),
    )
    op.create_table(
        "authorizations",
        *texts("id", "app_id", "purpose", "state_hash"),
        *texts("bind_hash", "realm_id", "owner", "reference", "connection_id", "transfer_id", nullable=True),
        *documents("scopes"),
        *texts("state"),
        *instants("created_at", "expires_at"),
        *texts("grant_id", nullable=True),
        *counts("version"),
        _key("authorizations", "id"),
        _unique("authorizations", "state_hash"),
    )
    _indexes("authorizations", "transfer_id")
    op.create_table(
        "grants",
        *texts("id", "app_id"),
        *texts("authorization_id", "claimed_realm_id", "realm_id", "company_name", "sub", "email", nullable=True),
        *texts("state", "why"),
        *texts("connection_id", nullable=True),
        *instants("received_at", "access_expires_at", "refresh_expires_at"),
        *instants("refresh_hard_expires_at", nullable=True),
        *instants("obtained_at"),
        *blobs("access", "refresh", "id_token", nullable=True),
        *counts("version"),
        _key("grants", "id"),
    )
    _indexes("grants", "state")
    op.create_table(
        "transfers",
        *texts("id", "connection_id", "app_id"),
        *texts("realm_id", "company_name", nullable=True),
        *texts("to"),
        *texts("from_owner", "by", nullable=True),
        *texts("state"),
        *instants("created_at", "expires_at"),
        *instants("ended_at", nullable=True),
        *texts("task_id", nullable=True),
        *counts("version"),
        _key("transfers", "id"),
        _to("transfers", "connection_id", "connections.id"),
    )
    _indexes("transfers", "connection_id", "state")
    op.create_table(
        "disconnections",
        *texts("id", "connection_id", "app_id"),
        *texts("realm_id", "company_name", "owner", nullable=True),
        *counts("grant"),
        *texts("reason"),
        *texts("comment", "by", nullable=True),
        *texts("state"),
        *texts("proof", "intuit_tid", nullable=True),
        *counts("revoke_status", nullable=True),
        *texts("task_id", nullable=True),
        *instants("requested_at"),
        *instants("due_at", "ended_at", nullable=True),
        *counts("version"),
        _key("disconnections", "id"),
        _to("disconnections", "connection_id", "connections.id"),
    )
    _index("disconnections", "connection_id", "grant")
    op.create_table(
        "tasks",
        *texts("id", "kind", "connection_id", "app_id", "app_name"),
        *texts("realm_id", "company_name", "firm_id", nullable=True),
        *texts("level"),
        *texts("person", nullable=True),
        *documents("steps"),
        *texts("subject_id", nullable=True),
        *texts("state"),
        *texts("note", "confirmed_by", nullable=True),
        *instants("created_at"),
        *instants("ended_at", nullable=True),
        *counts("version"),
        _key("tasks", "id"),
        _to("tasks", "connection_id", "connections.id"),
    )
    _indexes("tasks", "connection_id", "firm_id", "state")
    op.create_table(
        "events",
        *texts("stream"),
        *counts("sequence"),
        *texts("kind"),
        *instants("at"),
        *texts("by", nullable=True),
        *documents("details"),
        *texts("previous", "hash"),
        _key("events", "stream", "sequence"),
    )
    op.create_table(
        "leases",
        *texts("name"),
        *texts("holder", nullable=True),
        *counts("fence"),
        *instants("taken_at", "expires_at"),
        _key("leases", "name"),
    )
