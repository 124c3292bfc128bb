"""An audit and the rules for one bank connection say the same, whatever happened to it, in any order of rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
import pytest
from audit_frames import audit, bank
from hypothesis import given, settings
from hypothesis import strategies as st

from qbapps.audit.audit import Audit
from qbapps.audit.banks import UPDATED
from qbapps.banks.actions import RepairAction
from qbapps.banks.keeping import Kept
from qbapps.banks.repairing import plan
from qbapps.domain.banks.consent import UPDATE_LIMIT, Basis
from qbapps.domain.banks.guards import Account
from qbapps.domain.banks.happening import TAKES, Facts, happened
from qbapps.domain.banks.link import BankLink, consent_end, consent_of, followed, state_on
from qbapps.domain.banks.regimes import RULES, Regime, Rule
from qbapps.domain.banks.states import BROKEN, WORKING, BankEvent, BankState
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, TransitionError
from qbapps.values import Environment

DRAFT = BankLink(connection_id="con_0", bank="Crédit Agricole", recorded_on=date(2019, 8, 1))
MAPPED = ((Account(id="FR764821"), Account(id="512000")),)
SETUP = [BankEvent.CONSENT_ASKED, BankEvent.CONSENT_ACCEPTED, BankEvent.BANK_AUTHENTICATED, BankEvent.ACCOUNTS_MAPPED]

facts = st.fixed_dictionaries(
    {
        "stated": st.none() | st.integers(0, 200),
        "in_review": st.none() | st.integers(0, 2),
        "update_failed": st.sampled_from([False, False, False, True]),
    }
)
steps = st.tuples(st.sampled_from(list(BankEvent)), st.sampled_from([0, 1, 3, 30, 89, 200]), facts)
lives = st.tuples(
    st.sampled_from(list(Regime)),
    st.dates(date(2019, 9, 1), date(2023, 12, 31)),
    st.booleans(),
    st.lists(steps, max_size=8),
)
AFTER = (0, 1, 7, 10, 11, 14, 60, 76, 77, 89, 90, 91, 92, 93, 165, 166, 173, 180, 181, 258, 259, 272, 273, 365, 500)


def lived(life: Any, number: int) -> BankLink:
    """Return a connection to which all happened of a life that can happen."""
    regime, begins, is_set_up, more = life
    link = attrs.evolve(DRAFT, connection_id=f"con_{number}", regime=regime, recorded_on=begins)
    for event in SETUP if is_set_up else ():
        link = happened(link, event, begins, Facts(accounts=MAPPED))
    day = begins
    for event, later, known in more:
        day += timedelta(days=later)
        told = {name: value for name, value in known.items() if name in TAKES.get(event, ())}
        if told.get("stated") is not None:
            told["stated"] = day + timedelta(days=told["stated"])
        if event in (BankEvent.ACCOUNTS_MAPPED, BankEvent.RECONNECTED):
            told["accounts"] = MAPPED
        if event is BankEvent.DISCONNECTED:
            told["accept_loss"] = True
        try:
            link = happened(link, event, day, Facts(**told))
        except (TransitionError, ConfigurationError):
            continue
    return link


def row_of(link: BankLink, today: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows that the store has of it on a day."""
    at = datetime.combine(today, time(12), UTC)
    blank = Connection(
        id=link.connection_id, kind=Kind.BANK, app_id="bank-ca", environment=Environment.PRODUCTION,
        state=ConnectionState.NEEDS_RECONNECT, reach=Reach.HAND,
    )  # fmt: skip
    seen = followed(blank, link, today, at)
    number = int(link.connection_id.removeprefix("con_"))
    names = ("refresh_hard_expires_at", "disconnected_at", "connected_at", "last_used_on")
    changed = {name: getattr(seen, name) for name in names}
    cause = None if seen.cause is None else str(seen.cause)
    row = bank(number, state=seen.state.value, cause=cause, company_name=f"Company {number}", realm_id=None, **changed)
    kept = attrs.asdict(link, filter=lambda field, _: field.name in COLUMNS)
    return row, {**kept, "regime": link.regime.value, "state": link.state.value}


COLUMNS = {"connection_id", "authenticated_on", "confirmed_on", "stated_end", "ended_on", "recorded_on",
           "stopped_on", "failed_on", "failures", "update_failed", "in_review", "regime", "state"}  # fmt: skip


def taken(links: list[BankLink], today: date, *, reverse: bool = False) -> Audit:
    """Return the audit of a day, of connections whose rows come in one order or the other."""
    rows = [row_of(link, today) for link in links]
    rows = rows[::-1] if reverse else rows
    at = datetime.combine(today, time(12), UTC)
    return audit(*(row for row, _ in rows), bank_links=[link for _, link in rows[::-1]], taken_at=at)


def said(of: Audit) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for one in of.findings:
        found.setdefault(one.connection_id, set()).add(one.rule)
    return found


EXPECTED = {
    BankState.EXPIRED: "bank_consent_ended",
    BankState.NEEDS_LOGIN: "bank_login_changed",
    BankState.NEEDS_BANK_ACTION: "bank_waits",
    BankState.SUSPENDED: "bank_sync_suspended",
    BankState.REVOKED: "bank_consent_revoked",
}
STANDS_STILL = {*EXPECTED.values(), "bank_sync_failing", "bank_update_ends", "bank_reconnect_only"}


@settings(max_examples=40)
@given(st.lists(lives, min_size=1, max_size=12), st.sampled_from(AFTER))
def test_an_audit_and_a_repair_agree_on_every_connection(told: list[Any], later: int) -> None:
    links = [lived(life, number) for number, life in enumerate(told)]
    today = max(link.recorded_on for link in links) + timedelta(days=later)
    whole = taken(links, today)
    rules = said(whole)
    frame = {row["id"]: row for row in whole.to_polars().iter_rows(named=True)}

    for link in links:
        state, consent, shown = state_on(link, today), consent_of(link), frame[link.connection_id]
        end = None if consent is None else consent.consent_end
        assert (shown["bank_state"], shown["consent_end"]) == (state.value, end)
        assert shown["consent_basis"] == (None if consent is None else consent.basis.value)
        left = None if end is None or link.ended_on is not None else (end - today).days
        assert shown["consent_days_left"] == left

        found = rules.get(link.connection_id, set())
        still = found & STANDS_STILL
        assert len(still) <= 1, "one and the same is said once"
        if state in WORKING | BROKEN:
            made = plan(Kept(connection=None, link=link), today)  # type: ignore[arg-type]
            is_due = state in WORKING and left is not None and 0 <= left <= 14
            only = made.action is RepairAction.RECONNECT and state is not BankState.REVOKED
            assert ("bank_reconnect_only" in found) == only
            if state in EXPECTED and not only:
                assert made.stopped_on is not None
                is_near = state in UPDATED and (UPDATE_LIMIT.after(made.stopped_on) - today).days <= 14
                assert still == {"bank_update_ends" if is_near else EXPECTED[state]}
            if state is BankState.ERROR:
                # Near the end of its consent, that is what is said, and nobody waits.
                assert (bool(still) or is_due) == (made.action is not RepairAction.NOTHING)
            assert ("bank_consent_ends" in found) == (is_due and not only)
            assert ("bank_end_unknown" in found) == (state in WORKING and shown["consent_basis"] == Basis.UNKNOWN)
        else:
            assert found <= {"bank_setup_unfinished", "bank_rows_lost"}


@pytest.mark.parametrize(
    "rule", [one for one in RULES if one.since is not None], ids=lambda one: f"{one.regime} {one.since}"
)
def test_a_rule_of_the_table_holds_from_its_first_day(rule: Rule) -> None:
    assert rule.since is not None
    days = [rule.since + n * timedelta(days=1) for n in (-1, 0, 1)]
    links = [
        attrs.evolve(DRAFT, connection_id=f"con_{n}", regime=rule.regime, state=BankState.ACTIVE, authenticated_on=day)
        for n, day in enumerate(days)
    ]

    shown = taken(links, rule.since).to_polars().sort("id")["consent_end"].to_list()

    assert shown == [consent_end(link) for link in links]
    assert shown[1] == rule.lasts.after(rule.since)


@settings(max_examples=10)
@given(st.lists(lives, min_size=1, max_size=12), st.sampled_from(AFTER))
def test_the_order_of_rows_changes_nothing_of_what_is_found(told: list[Any], later: int) -> None:
    links = [lived(life, number) for number, life in enumerate(told)]
    today = max(link.recorded_on for link in links) + timedelta(days=later)
    one, other = taken(links, today), taken(links, today, reverse=True)

    def every(of: Audit) -> list[tuple[Any, ...]]:
        return sorted(of.to_polars("findings").rows(), key=str)

    assert every(one) == every(other)
    assert one.summary == other.summary
    assert one.to_polars("risks").equals(other.to_polars("risks"))
