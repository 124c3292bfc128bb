"""Audits to look at, of any size, made without a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import polars as pl

from qbapps.audit import columns, summing
from qbapps.audit.judging import SCHEMA
from qbapps.domain.states import ConnectionState
from qbapps.export.sheet import Sheet
from qbapps.language import words

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
STATES = ("connected",) * 7 + ("needs_reconnect", "paused", "disconnected")
_INSTANT = pl.Datetime("us", "UTC")
_KINDS = {
    **dict.fromkeys(columns.CONNECTIONS, pl.String),
    **{name: _INSTANT for name in columns.CONNECTIONS if name.endswith("_at")},
    **dict.fromkeys(("last_used_on", "consent_end"), pl.Date),
    "scopes": pl.List(pl.String),
    **dict.fromkeys(("grant", "generation", "version", "consent_days_left"), pl.Int64),
}


def sheet(connections: int = 24, lang: str = "en", *, text: str | None = None, found: bool = True) -> Sheet:
    """Return an audit of so many connections; every text that a user chose is *text*."""
    rows = [_connection(number, text) for number in range(connections)]
    frame = pl.DataFrame(rows, schema={name: _KINDS[name] for name in columns.CONNECTIONS}, orient="row")
    return of(frame, _findings(frame, lang, text) if found else [], lang, firm_name=text or "Cabinet Durand")


def of(connections: pl.DataFrame, findings: list[dict[str, object]], lang: str = "en", **changes: object) -> Sheet:
    """Return an audit of exactly that."""
    frame = pl.DataFrame(findings, schema=SCHEMA).sort("severity", maintain_order=True)
    made = Sheet(
        taken_at=NOW,
        firm_name="Cabinet Durand",
        lang=str(words(lang).language),
        connections=connections,
        findings=frame,
        summary=summing.summary(connections, frame),
    )
    return attrs.evolve(made, **changes)  # type: ignore[arg-type]


def changed(given: Sheet, **expressions: pl.Expr) -> Sheet:
    """Return *given* with other values in the columns of its connections."""
    frame = given.connections.with_columns(**expressions)
    return attrs.evolve(given, connections=frame, summary=summing.summary(frame, given.findings))


def with_banks(given: Sheet, left: tuple[int | None, ...], state: str = "active") -> Sheet:
    """Return *given* with its first connections turned into banks whose consents are good for so many days more."""
    number, days = pl.row_index(), pl.Series([*left, *[None] * (given.connections.height - len(left))], dtype=pl.Int64)
    is_bank = number < len(left)
    end = pl.lit(NOW.date()) + pl.duration(days=days)
    consent = {"consent_end": end, "consent_days_left": days, "consent_basis": pl.lit("table")}
    return changed(
        given,
        kind=pl.when(is_bank).then(pl.lit("bank")).otherwise("kind"),
        app_id=pl.when(is_bank).then(pl.lit("bank-ca")).otherwise("app_id"),
        app_name=pl.when(is_bank).then(pl.lit("Crédit Agricole")).otherwise("app_name"),
        state=pl.when(is_bank).then(pl.lit("connected")).otherwise("state"),
        reach=pl.when(is_bank).then(pl.lit("hand")).otherwise("reach"),
        bank_state=pl.when(is_bank).then(pl.lit(state)),
        **{name: pl.when(is_bank).then(value) for name, value in consent.items()},
    )


def finding(rule: str, severity: str, row: dict[str, object] | None, **changes: object) -> dict[str, object]:
    """Return a finding about a row of connections, or about several when there is none."""
    about = {} if row is None else {name: row[name] for name in ("app_id", "realm_id", "company_name", "owner")}
    given: dict[str, object] = {
        **dict.fromkeys(SCHEMA),
        **about,
        "severity": severity,
        "rule": rule,
        "what": f"What {rule} says.",
        "do": f"Do what {rule} asks.",
        "connection_id": None if row is None else row["id"],
        "count": 1,
        "evidence": "{}",
    }
    return {**given, **changes}


def _connection(number: int, text: str | None) -> dict[str, object]:
    state = STATES[number % len(STATES)]
    refreshed = NOW - timedelta(days=number * 7 % 99)
    owner = None if number % 23 == 22 else text or f"p{number % 37}@durand.example"
    return {
        **dict.fromkeys(columns.CONNECTIONS),
        "id": f"con_{number:06}",
        "kind": "online",
        "app_id": f"app{number % 20}",
        "app_name": text or f"App {number % 20}",
        "level": "client",
        "realm_id": f"91303500{number // 3:08}",
        "company_name": text or f"École n° {number // 3}",
        "owner": owner,
        "owner_email": owner,
        "owner_name": None if owner is None else text or f"Personne {number % 37}",
        "state": state,
        "reach": "hand" if number % 11 == 10 else "api",
        "connected_at": NOW - timedelta(days=400),
        "refreshed_at": refreshed,
        "refresh_expires_at": refreshed + timedelta(days=100),
        "refresh_hard_expires_at": NOW + timedelta(days=1 + number * 31 % 1824),
        "scopes": ["openid"],
        "grant": 1,
        "generation": 3,
        "environment": "production",
        "version": 1,
    }


def _findings(frame: pl.DataFrame, lang: str, text: str | None) -> list[dict[str, object]]:
    said = {} if text is None else {"what": text, "do": text, "plan": text}
    made = []
    for row in frame.iter_rows(named=True):
        left = (row["refresh_expires_at"] - NOW).days
        if row["state"] == ConnectionState.NEEDS_RECONNECT:
            made.append(finding("needs_reconnect", "high", row, **said))
        if row["state"] != ConnectionState.DISCONNECTED and row["owner"] == (text or "p0@durand.example"):
            made.append(finding("owner_gone", "high", row, **{"plan": "qbapps plan transfer --to WHOM", **said}))
        if row["state"] == ConnectionState.CONNECTED and left <= 30:
            made.append(finding("token_ends", "high" if left <= 7 else "medium", row, **said))
        if row["reach"] == "hand":
            made.append(finding("never_confirmed", "low", row, **said))
    if frame.height:
        who = text or "p1@durand.example"
        made.append(finding("owns_many", "medium", None, owner=who, count=frame.height, **said))
    return made
