"""The tables, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, UniqueConstraint, false

from qbapps.domain.authorization import AuthorizationState, Purpose
from qbapps.domain.connection import Kind
from qbapps.domain.disconnection import DisconnectionState, Proof, Reason
from qbapps.domain.events import EventKind
from qbapps.domain.grants import GrantState
from qbapps.domain.parties import Level, Reach, Role, Source
from qbapps.domain.plan import Canary, Outcome, PlanAction
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskKind, TaskState
from qbapps.domain.transfer import TransferState
from qbapps.store import columns, schema_banks, schema_desktop
from qbapps.store.columns import (
    Absent,
    Details,
    Sealed,
    Texts,
    Word,
    counts,
    index_where_set,
    indexes,
    instants,
    key,
    next_number,
    optional_instants,
    optional_texts,
    table,
    text,
    texts,
    to,
    word,
)
from qbapps.values import Environment

metadata: Final = columns.metadata

desktop: Final = schema_desktop
banks: Final = schema_banks
"""The tables of QuickBooks Desktop connections."""

apps: Final = table(
    "apps",
    key("id"),
    *texts("name"),
    word("environment", Environment),
    *optional_texts("client_id", "redirect_uri"),
    Column("scopes", Texts, nullable=False),
    *optional_texts("discovery_url", "api_url", "developer_contact"),
    *instants("registered_at"),
    *optional_texts("category"),
    Column("is_bank", Boolean, nullable=False, server_default=false()),
    *counts("version"),
    UniqueConstraint("environment", "client_id"),
)

app_secrets: Final = table("app_secrets", key("app_id", to("apps.id")), Column("sealed", Sealed, nullable=False))

firms: Final = table("firms", key("id"), *texts("name"), *optional_texts("realm_id"), *counts("version"))

clients: Final = table(
    "clients",
    key("firm_id", to("firms.id")),
    key("realm_id"),
    *texts("name"),
    *counts("version"),
)

people: Final = table(
    "people",
    key("id"),
    *texts("email"),
    *optional_texts("name"),
    word("role", Role),
    Column("firm_id", Absent, nullable=False),
    Column("realm_id", Absent, nullable=False),
    Column("left_on", Date),
    *counts("version"),
    UniqueConstraint("email", "firm_id", "realm_id"),
    *indexes("firm_id", "realm_id"),
)

identities: Final = table(
    "identities",
    key("app_id"),
    key("email"),
    *texts("sub"),
    *optional_texts("name"),
    *instants("seen_at"),
)

companies: Final = table(
    "companies",
    Column("environment", Word(Environment), primary_key=True),
    key("realm_id"),
    *optional_texts("country", "subscription_status"),
    *instants("seen_at"),
    word("source", Source),
)

connections: Final = table(
    "connections",
    key("id"),
    word("kind", Kind),
    # No foreign key: the app of a desktop or bank connection is not one of Intuit's.
    *texts("app_id"),
    word("environment", Environment),
    *optional_texts("realm_id", "company_name", "owner_sub", "owner_email", "owner_email_folded", "owner_name"),
    Column("owner_role", Word(Role)),
    word("state", ConnectionState),
    word("reach", Reach),
    *optional_texts("reference"),
    Column("scopes", Texts, nullable=False),
    *counts("grant", "generation"),
    *optional_instants(
        "connected_at",
        "refreshed_at",
        "access_expires_at",
        "refresh_expires_at",
        "refresh_hard_expires_at",
        "disconnected_at",
    ),
    *optional_texts("cause"),
    Column("last_used_on", Date),
    *optional_instants("probed_at", "paused_at"),
    *counts("version"),
    UniqueConstraint("app_id", "realm_id"),
    *indexes("realm_id", "owner_sub", "owner_email_folded", "state", "reference"),
)

listings: Final = table(
    "listings",
    key("firm_id", to("firms.id")),
    key("connection_id", to("connections.id")),
    *instants("listed_at"),
    Column("state", Word(ConnectionState)),
    Column("level", Word(Level)),
)

confirmations: Final = table(
    "confirmations",
    key("connection_id", to("connections.id")),
    *instants("confirmed_at"),
    *texts("confirmed_by"),
    *optional_texts("note"),
)

tokens: Final = table(
    "tokens",
    key("connection_id", to("connections.id")),
    *counts("generation"),
    Column("access", Sealed, nullable=False),
    Column("refresh", Sealed, nullable=False),
    *texts("digest"),
    *instants("obtained_at", "access_expires_at", "refresh_expires_at"),
    *optional_instants("refresh_hard_expires_at", "intent_at"),
    *optional_texts("intent_by"),
    *optional_instants("ambiguous_since", "refused_at"),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    *optional_instants("doubted_since"),
    index_where_set("intent_at"),
)

tombstones: Final = table(
    "tombstones",
    key("connection_id"),
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    key("digest"),
    *instants("retired_at"),
    *texts("why"),
)

authorizations: Final = table(
    "authorizations",
    key("id"),
    *texts("app_id"),
    word("purpose", Purpose),
    *texts("state_hash"),
    *optional_texts("bind_hash", "realm_id", "owner", "reference", "connection_id", "transfer_id"),
    Column("scopes", Texts, nullable=False),
    word("state", AuthorizationState),
    *instants("created_at", "expires_at"),
    *optional_instants("taken_at"),
    *optional_texts("claimed_realm_id", "grant_id"),
    *counts("version"),
    UniqueConstraint("state_hash"),
    *indexes("transfer_id", "state"),
)

grants: Final = table(
    "grants",
    key("id"),
    *texts("app_id"),
    *optional_texts("authorization_id", "claimed_realm_id", "realm_id", "company_name", "sub", "email"),
    word("state", GrantState),
    *texts("why"),
    *optional_texts("connection_id"),
    *instants("received_at", "access_expires_at", "refresh_expires_at"),
    *optional_instants("refresh_hard_expires_at"),
    *instants("obtained_at"),
    *optional_instants("intent_at", "refused_at"),
    Column("access", Sealed),
    Column("refresh", Sealed),
    Column("id_token", Sealed),
    *counts("version"),
    *indexes("state"),
    # Given by the database, for the clocks of those who keep grants may differ.
    Column("arrival", BigInteger, default=next_number("grants", "arrival"), server_default="0", nullable=False),
    *indexes("connection_id", "arrival"),
)

transfers: Final = table(
    "transfers",
    key("id"),
    text("connection_id", to("connections.id")),
    *texts("app_id"),
    *optional_texts("realm_id", "company_name"),
    *texts("to"),
    *optional_texts("from_owner", "by"),
    word("state", TransferState),
    *instants("created_at", "expires_at"),
    *optional_instants("ended_at"),
    *optional_texts("task_id"),
    *counts("version"),
    *indexes("connection_id", "state"),
)

disconnections: Final = table(
    "disconnections",
    key("id"),
    text("connection_id", to("connections.id")),
    *texts("app_id"),
    *optional_texts("realm_id", "company_name", "owner"),
    *counts("grant"),
    word("reason", Reason),
    *optional_texts("comment", "by"),
    word("state", DisconnectionState),
    Column("proof", Word(Proof)),
    *optional_texts("intuit_tid"),
    Column("revoke_status", BigInteger),
    *optional_texts("task_id"),
    *instants("requested_at"),
    *optional_instants("due_at", "ended_at"),
    *counts("version"),
    Index(None, "connection_id", "grant"),
    *indexes("state"),
    index_where_set("due_at"),
)

tasks: Final = table(
    "tasks",
    key("id"),
    word("kind", TaskKind),
    text("connection_id", to("connections.id")),
    *texts("app_id", "app_name"),
    *optional_texts("realm_id", "company_name", "firm_id"),
    word("level", Level),
    *optional_texts("person"),
    Column("steps", Texts, nullable=False),
    *optional_texts("subject_id"),
    word("state", TaskState),
    *optional_texts("note", "confirmed_by"),
    *instants("created_at"),
    *optional_instants("ended_at"),
    *counts("version"),
    *indexes("connection_id", "firm_id", "state"),
)

events: Final = table(
    "events",
    key("stream"),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    word("kind", EventKind),
    *instants("at"),
    *optional_texts("by"),
    Column("details", Details, nullable=False),
    *texts("previous", "hash"),
)

leases: Final = table(
    "leases",
    key("name"),
    *optional_texts("holder"),
    *counts("fence"),
    *instants("taken_at", "expires_at"),
)

subscriptions: Final = table(
    "subscriptions",
    key("listener"),
    Column("kind", Word(EventKind), primary_key=True),
    *instants("seen_at"),
)

outbox: Final = table(
    "outbox",
    key("listener"),
    key("stream"),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    word("kind", EventKind),
    *instants("queued_at"),
    *counts("attempts"),
    *instants("due_at"),
)

plans: Final = table(
    "plans",
    key("id"),
    word("action", PlanAction),
    *optional_texts("firm_id", "by", "reason", "comment", "to"),
    *optional_instants("deadline"),
    Column("needs_approval", Boolean, nullable=False),
    Column("chosen", Details, nullable=False),
    *instants("created_at"),
    *counts("total"),
    *texts("digest", "signature"),
    *optional_texts("approved_by"),
    *optional_instants("approved_at"),
    *optional_texts("approval"),
    Column("canary", Word(Canary)),
    Column("canary_asked", Texts, nullable=False),
    *counts("version"),
)

plan_items: Final = table(
    "plan_items",
    # No foreign key: the rows are saved first, in pages, and are a plan's once that is saved too.
    key("plan_id"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    *texts("connection_id", "app_id"),
    *optional_texts("realm_id", "company_name", "owner_sub", "owner_email", "owner_email_folded", "owner_name"),
    Column("owner_role", Word(Role)),
    *counts("grant"),
    word("action", PlanAction),
    word("reach", Reach),
    word("level", Level),
    *counts("siblings"),
    word("outcome", Outcome),
    *optional_texts("note", "result_id"),
    *optional_instants("ended_at"),
    *counts("version"),
    Index(None, "plan_id", "outcome", "number"),
)

paces: Final = table("paces", key("name"), Column("state", Texts, nullable=False))
