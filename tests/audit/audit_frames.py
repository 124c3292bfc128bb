"""Frames for audits, of the few rows that a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from qbapps.audit.audit import Audit
from qbapps.audit.frames import Frames
from qbapps.audit.rule import Rule
from qbapps.audit.rules import built_in
from qbapps.domain.findings import Finding, Thresholds

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = AT.date()
INSTANT = pl.Datetime("us", "UTC")
SCOPES = ["com.intuit.quickbooks.accounting", "openid", "email"]
REALM = "9130350000000100"
BOOKS = "9130350000000001"

Row = Mapping[str, Any]

SCHEMAS: dict[str, dict[str, Any]] = {
    "connections": {
        **dict.fromkeys(("id", "kind", "app_id", "environment", "realm_id", "company_name"), pl.String),
        **dict.fromkeys(("owner_sub", "owner_email", "owner_email_folded", "owner_name", "owner_role"), pl.String),
        **dict.fromkeys(("state", "reach", "reference", "cause"), pl.String),
        "scopes": pl.List(pl.String),
        **dict.fromkeys(("grant", "generation", "version"), pl.Int64),
        **dict.fromkeys(("connected_at", "refreshed_at", "access_expires_at", "refresh_expires_at"), INSTANT),
        **dict.fromkeys(("refresh_hard_expires_at", "disconnected_at", "probed_at", "paused_at"), INSTANT),
        "last_used_on": pl.Date,
    },
    "apps": {"id": pl.String, "name": pl.String, "category": pl.String, "scopes": pl.List(pl.String)},
    "firms": {"id": pl.String, "name": pl.String, "realm_id": pl.String},
    "clients": {"firm_id": pl.String, "realm_id": pl.String, "name": pl.String},
    "people": {
        **dict.fromkeys(("email", "name", "role", "firm_id", "realm_id"), pl.String),
        "left_on": pl.Date,
    },
    "companies": dict.fromkeys(("environment", "realm_id", "country", "subscription_status"), pl.String),
    "listings": {
        **dict.fromkeys(("firm_id", "connection_id", "state", "level"), pl.String),
        "listed_at": INSTANT,
    },
    "confirmations": {"connection_id": pl.String, "confirmed_at": INSTANT, "confirmed_by": pl.String},
    "desktop_apps": {"id": pl.String, "every": pl.Int64},
    "desktop_links": {
        **dict.fromkeys(("connection_id", "app_id", "mode", "state", "attention"), pl.String),
        **dict.fromkeys(("paused_until", "attention_at", "issued_at", "seen_at", "ok_at"), INSTANT),
        **dict.fromkeys(("users", "mapped", "payable"), pl.List(pl.String)),
    },
    "desktop_jobs": {
        **dict.fromkeys(("id", "connection_id", "state"), pl.String),
        "tries": pl.Int64,
        "ended_at": INSTANT,
    },
    "bank_links": {
        **dict.fromkeys(("connection_id", "regime", "state"), pl.String),
        **dict.fromkeys(("authenticated_on", "confirmed_on", "stated_end", "ended_on"), pl.Date),
        **dict.fromkeys(("recorded_on", "stopped_on", "failed_on"), pl.Date),
        "failures": pl.Int64,
        "update_failed": pl.Boolean,
        "in_review": pl.Int64,
    },
}

HEALTHY: Row = {
    "id": "con_1",
    "kind": "online",
    "app_id": "dext",
    "environment": "production",
    "realm_id": REALM,
    "company_name": "Boulangerie Martin",
    "owner_sub": "sub-jean",
    "owner_email": "Jean@durand.example",
    "owner_name": "Jean",
    "owner_role": "admin",
    "state": "connected",
    "reach": "api",
    "scopes": SCOPES,
    "grant": 1,
    "generation": 4,
    "version": 9,
    "connected_at": AT - timedelta(days=200),
    "refreshed_at": AT - timedelta(hours=2),
    "access_expires_at": AT - timedelta(hours=1),
    "refresh_expires_at": AT + timedelta(days=99),
    "refresh_hard_expires_at": AT + timedelta(days=1600),
    "last_used_on": TODAY,
}
"""A connection about which there is nothing to say."""

APPS: tuple[Row, ...] = (
    {"id": "dext", "name": "Dext", "category": "Receipts", "scopes": SCOPES},
    {"id": "expensya", "name": "Expensya", "category": "Receipts", "scopes": SCOPES},
    {"id": "time", "name": "Time", "category": None, "scopes": SCOPES},
    {"id": "bank-ca", "name": "Crédit Agricole", "category": None, "scopes": []},
)


def connection(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A healthy connection, but for what is *changed*."""
    row = {**HEALTHY, "id": f"con_{number}", **changed}
    email = row.get("owner_email")
    return {**row, "owner_email_folded": None if email is None else email.casefold()}


def frames(*connections: Row, **others: Iterable[Row]) -> Frames:
    """Frames that hold these connections, and of the other tables what is named."""
    rows: dict[str, Iterable[Row]] = {"apps": APPS, **others, "connections": connections}
    return Frames(
        **{
            name: pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows.get(name, ())], schema=schema)
            for name, schema in SCHEMAS.items()
        }
    )


def audit(
    *connections: Row,
    rules: Iterable[Rule] | None = None,
    thresholds: Thresholds | None = None,
    lang: str = "en",
    firm_id: str | None = None,
    taken_at: datetime = AT,
    **others: Iterable[Row],
) -> Audit:
    """An audit of these connections."""
    return Audit(
        frames(*connections, **others),
        taken_at=taken_at,
        firm_id=firm_id,
        firm_name=None if firm_id is None else "Cabinet Durand",
        rules=built_in(thresholds or Thresholds()) if rules is None else rules,
        lang=lang,
    )


def found(*connections: Row, **others: Any) -> dict[str, Finding]:
    """What an audit of these connections finds, by rule; of a rule that finds several, the last."""
    return {finding.rule: finding for finding in audit(*connections, **others).findings}


FIRM: Row = {"id": "durand", "name": "Cabinet Durand", "realm_id": BOOKS}
CLIENT: Row = {"firm_id": "durand", "realm_id": REALM, "name": "Boulangerie Martin SARL"}


def desktop(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A connection to QuickBooks Desktop about which there is nothing to say, but for what is *changed*."""
    return {
        **dict.fromkeys(HEALTHY),
        "id": f"con_{number}",
        "kind": "desktop",
        "app_id": "time",
        "environment": "production",
        "company_name": "Menuiserie Petit",
        "owner_email_folded": None,
        "state": "connected",
        "reach": "hand",
        "scopes": [],
        "grant": 1,
        "generation": 0,
        "version": 3,
        "connected_at": AT - timedelta(days=200),
        **changed,
    }


def link(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Its connector's side: at work, and heard of a minute ago."""
    return {
        "connection_id": f"con_{number}",
        "app_id": "time",
        "mode": "continuous",
        "state": "active",
        "users": [],
        "mapped": [],
        "payable": [],
        "issued_at": AT - timedelta(days=201),
        "seen_at": AT - timedelta(minutes=1),
        "ok_at": AT - timedelta(minutes=1),
        **changed,
    }


def bank(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A bank connection about which there is nothing to say, but for what is *changed*."""
    email = changed.get("owner_email", "marie@petit.example")
    return {
        **dict.fromkeys(HEALTHY),
        "id": f"con_{number}",
        "kind": "bank",
        "app_id": "bank-ca",
        "environment": "production",
        "realm_id": REALM,
        "company_name": "Menuiserie Petit",
        "owner_email": email,
        "owner_email_folded": email,
        "owner_role": "unknown",
        "state": "connected",
        "reach": "hand",
        "scopes": [],
        "grant": 1,
        "generation": 0,
        "version": 3,
        "connected_at": AT - timedelta(days=20),
        **changed,
    }


def bank_link(number: int = 1, **changed: Any) -> dict[str, Any]:
    """The bank's side: at work, by a consent of 180 days that was given 20 days ago."""
    return {
        "connection_id": f"con_{number}",
        "regime": "eea",
        "state": "active",
        "authenticated_on": TODAY - timedelta(days=20),
        "recorded_on": TODAY - timedelta(days=20),
        "failures": 0,
        "update_failed": False,
        **changed,
    }


DESKTOP_APPS: tuple[Row, ...] = ({"id": "time", "every": 900},)


def person(email: str, role: str = "admin", *, left_on: date | None = None, **where: str) -> dict[str, Any]:
    """Somebody of the firm, or of the company that *where* names."""
    return {"email": email, "role": role, "left_on": left_on, **(where or {"firm_id": "durand"})}


def listing(number: int = 1, *, state: str | None = "connected", days_ago: float = 1) -> dict[str, Any]:
    """What the firm's list says of a connection."""
    at = AT - timedelta(days=days_ago)
    return {"firm_id": "durand", "connection_id": f"con_{number}", "listed_at": at, "state": state}
