"""What an audit says of bank connections, beside those of apps."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from audit_frames import (
    APPS,
    AT,
    CLIENT,
    FIRM,
    REALM,
    TODAY,
    audit,
    bank,
    bank_link,
    connection,
    found,
    listing,
    person,
)

from qbapps.audit.audit import Audit
from qbapps.audit.rules import built_in
from qbapps.domain.findings import Finding, Thresholds
from qbapps.export import audit_numbers

DAY = timedelta(days=1)
BROKEN = {"state": "needs_reconnect"}
CUT = {"state": "disconnected", "disconnected_at": AT - 5 * DAY}
NOBODY: dict[str, Any] = {"owner_email": None}


def taken(row: dict[str, Any], of_link: dict[str, Any], **others: Any) -> Audit:
    """An audit of one bank connection."""
    return audit(row, bank_links=[of_link], **others)


def of_bank(changed: dict[str, Any], of_link: dict[str, Any], **others: Any) -> dict[str, Finding]:
    """What it finds, by rule."""
    return {one.rule: one for one in taken(bank(**changed), bank_link(**of_link), **others).findings}


def given(days_ago: int, **more: Any) -> dict[str, Any]:
    """A consent of 180 days that was given so long ago, and all else on that day."""
    day = TODAY - days_ago * DAY
    return {"authenticated_on": day, "recorded_on": TODAY, **more}


def stopped(state: str, days_ago: int, **more: Any) -> dict[str, Any]:
    """One that worked until so long ago."""
    return {"state": state, "stopped_on": TODAY - days_ago * DAY, "recorded_on": TODAY, **more}


LIMIT = (TODAY - date(2025, 12, 1)).days
"""One that stopped on 1 December can be updated until 1 March, which is the day of the audit."""
CAUSE = {**BROKEN, "cause": "bank_waits"}
LEFT = {"people": [person("marie@petit.example", left_on=TODAY, realm_id=REALM)]}
IN_FRANCE = {"companies": [{"environment": "production", "realm_id": REALM, "country": "FR"}]}

# The rule, the connection, its bank's side, the other tables.
FINDS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("bank_consent_ended", {}, given(181), {}),
    ("bank_consent_ended", {**BROKEN, "cause": "consent_ended"}, given(255), {}),
    ("bank_consent_ended", {}, given(181, state="error", stopped_on=TODAY - 2 * DAY, failures=2), {}),
    ("bank_consent_revoked", BROKEN, stopped("revoked", 3, ended_on=TODAY - 3 * DAY), {}),
    ("bank_consent_ends", {}, given(166), {}),
    ("bank_consent_ends", {}, given(180), {}),
    ("bank_consent_ends", {}, given(170, state="error", stopped_on=TODAY, failures=1), {}),
    ("bank_consent_ends", {}, {"stated_end": TODAY + 14 * DAY}, {}),
    ("bank_end_unknown", {}, {"regime": "other"}, {}),
    ("bank_owner_gone", {}, {}, LEFT),
    ("bank_owner_unknown", NOBODY, {}, {}),
    ("bank_edition_ended", {}, {}, IN_FRANCE),
    ("bank_reconnect_only", CAUSE, stopped("needs_bank_action", LIMIT + 1), {}),
    ("bank_reconnect_only", {**BROKEN, "cause": "consent_ended"}, given(180 + 93), {}),
    ("bank_reconnect_only", {}, stopped("error", 2, update_failed=True), {}),
    ("bank_reconnect_only", BROKEN, stopped("needs_login", 2, update_failed=True), {}),
    ("bank_update_ends", CAUSE, stopped("needs_bank_action", LIMIT), {}),
    ("bank_update_ends", BROKEN, stopped("suspended", LIMIT - 14), {}),
    ("bank_update_ends", {}, stopped("error", LIMIT - 14), {}),
    ("bank_update_ends", {}, given(180 + LIMIT), {}),
    ("bank_login_changed", BROKEN, stopped("needs_login", 400), {}),
    ("bank_waits", CAUSE, stopped("needs_bank_action", 3), {}),
    ("bank_sync_suspended", BROKEN, stopped("suspended", 3, failures=10), {}),
    ("bank_sync_failing", {}, stopped("error", 11, failures=9), {}),
    ("bank_setup_unfinished", {**BROKEN, **NOBODY}, {"state": "draft", "authenticated_on": None}, {}),
    ("bank_setup_unfinished", BROKEN, {"state": "choosing_accounts", "recorded_on": TODAY - 7 * DAY}, {}),
    ("bank_rows_lost", CUT, {"state": "disconnected", "ended_on": TODAY - 90 * DAY, "in_review": 3}, {}),
    ("bank_silent", {}, {"recorded_on": TODAY - 90 * DAY}, {}),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("rule", "changed", "of_link", "others"), FINDS)
def test_a_rule_finds_what_it_is_for_and_nothing_else_is_said(
    rule: str, changed: dict[str, Any], of_link: dict[str, Any], others: dict[str, Any], lang: str
) -> None:
    told = of_bank(changed, of_link, lang=lang, **others)

    assert set(told) == {rule}
    finding = told[rule]
    assert (finding.connection_id, finding.app_id, finding.realm_id) == ("con_1", "bank-ca", REALM)
    assert finding.company_name == "Menuiserie Petit"
    assert "Crédit Agricole" in finding.what
    assert not re.search(r"[{}—]|None", finding.what + finding.do)
    assert rule == "bank_edition_ended" or "qbapps bank " in finding.do


def test_every_rule_about_banks_was_tried() -> None:
    assert {rule for rule, *_ in FINDS} == {rule.name for rule in built_in(Thresholds()) if rule.kind == "bank"}


# The same, a step before it, or where another rule has said it.
LEAVES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("bank_consent_ended", {}, given(180), {}),
    ("bank_consent_ended", CUT, given(181), {}),
    ("bank_consent_ended", BROKEN, given(181, state="needs_login"), {}),
    ("bank_consent_revoked", CUT, stopped("disconnected", 3, ended_on=TODAY), {}),
    ("bank_consent_ends", {}, given(165), {}),
    ("bank_consent_ends", {}, given(181), {}),
    ("bank_consent_ends", {}, {"stated_end": TODAY + 15 * DAY}, {}),
    ("bank_consent_ends", {}, given(170, update_failed=True), {}),
    ("bank_consent_ends", CUT, given(170), {}),
    ("bank_consent_ends", BROKEN, given(170, state="revoked", ended_on=TODAY), {}),
    ("bank_end_unknown", {}, {"regime": "other", "stated_end": TODAY + 90 * DAY}, {}),
    ("bank_end_unknown", BROKEN, {"regime": "other", "state": "draft", "authenticated_on": None}, {}),
    ("bank_owner_gone", {}, {}, {"people": [person("marie@petit.example", left_on=TODAY + DAY, realm_id=REALM)]}),
    ("bank_owner_gone", BROKEN, {"state": "revoked", "ended_on": TODAY}, LEFT),
    ("bank_owner_gone", CUT, {"state": "disconnected"}, LEFT),
    ("bank_owner_unknown", {**BROKEN, **NOBODY}, {"state": "awaiting_bank", "authenticated_on": None}, {}),
    ("bank_owner_unknown", {**CUT, **NOBODY}, {"state": "disconnected"}, {}),
    ("bank_edition_ended", CUT, {"state": "disconnected"}, IN_FRANCE),
    ("bank_reconnect_only", CAUSE, stopped("needs_bank_action", LIMIT), {}),
    ("bank_reconnect_only", BROKEN, stopped("needs_login", 400), {}),
    ("bank_reconnect_only", BROKEN, stopped("revoked", 400, ended_on=TODAY, update_failed=True), {}),
    ("bank_reconnect_only", CUT, stopped("disconnected", 2, update_failed=True), {}),
    ("bank_update_ends", CAUSE, stopped("needs_bank_action", LIMIT - 15), {}),
    ("bank_update_ends", CAUSE, stopped("needs_bank_action", LIMIT + 1), {}),
    ("bank_login_changed", CUT, stopped("disconnected", 2), {}),
    ("bank_waits", CAUSE, stopped("needs_bank_action", LIMIT), {}),
    ("bank_sync_suspended", BROKEN, stopped("suspended", LIMIT), {}),
    ("bank_sync_failing", {}, stopped("error", 10, failures=9), {}),
    ("bank_setup_unfinished", BROKEN, {"state": "draft", "recorded_on": TODAY - 6 * DAY}, {}),
    ("bank_rows_lost", CUT, {"state": "disconnected", "ended_on": TODAY - 91 * DAY, "in_review": 3}, {}),
    ("bank_rows_lost", CUT, {"state": "disconnected", "ended_on": TODAY, "in_review": 0}, {}),
    ("bank_rows_lost", CUT, {"state": "disconnected", "ended_on": TODAY, "in_review": None}, {}),
    ("bank_silent", {}, {"recorded_on": TODAY - 89 * DAY}, {}),
    ("bank_silent", CAUSE, stopped("needs_bank_action", 3, recorded_on=TODAY - 90 * DAY), {}),
    ("bank_silent", {}, {"recorded_on": TODAY - 90 * DAY},
     {"confirmations": [{"connection_id": "con_1", "confirmed_at": AT - 89 * DAY, "confirmed_by": "Marie"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changed", "of_link", "others"), LEAVES)
def test_a_rule_leaves_alone_what_is_almost_so(
    rule: str, changed: dict[str, Any], of_link: dict[str, Any], others: dict[str, Any]
) -> None:
    assert rule not in of_bank(changed, of_link, **others)


def test_there_is_nothing_to_say_of_one_that_works() -> None:
    assert of_bank({}, {}) == {}
    assert of_bank({}, {"recorded_on": TODAY, "regime": "au"}) == {}


# What would be said of an app, and is not so for a bank.
OF_APPS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("owner_gone", {}, {}, LEFT),
    ("owner_no_admin", {"owner_role": "standard"}, {}, {}),
    ("not_the_primary_admin", {}, {},
     {"firms": [FIRM], "clients": [CLIENT], "people": [person("chef@durand.example", "primary_admin")]}),
    ("owner_unknown", NOBODY, {}, {}),
    ("needs_reconnect", CAUSE, stopped("needs_bank_action", 3), {}),
    ("access_ended", {"refresh_hard_expires_at": AT - DAY}, given(181), {}),
    ("cap_ends", {"refresh_hard_expires_at": AT + DAY}, given(179), {}),
    ("extra_scopes", {"scopes": ["x"]}, {}, {}),
    ("edition_ended", {}, {}, IN_FRANCE),
    ("unused", {"last_used_on": TODAY - 100 * DAY}, {}, {}),
    ("still_listed", CUT, {"state": "disconnected"},
     {"listings": [{**listing(days_ago=5), "state": None}]}),
    ("dropped_from_list", {}, {}, {"listings": [listing(1, days_ago=5), listing(2)]}),
    ("never_confirmed", {}, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changed", "of_link", "others"), OF_APPS)
def test_what_is_said_of_apps_is_not_said_of_a_bank(
    rule: str, changed: dict[str, Any], of_link: dict[str, Any], others: dict[str, Any]
) -> None:
    beside = [connection(2, app_id="time", owner_email="x@y.example", owner_sub="sub-x")]
    reach = "api" if rule in {"access_ended", "cap_ends", "extra_scopes"} else "hand"
    rest = {"bank_links": [bank_link(**of_link)], **others}

    def told(row: dict[str, Any]) -> set[str]:
        # Another app of the same company is in the list.
        rows = [row, *(beside if rule == "dropped_from_list" else ())]
        return {one.rule for one in audit(*rows, **rest).findings if one.connection_id == "con_1"}

    assert rule not in told(bank(**changed))
    assert rule in told({**bank(**changed), "kind": "online", "reach": reach}), "the case is none"


def test_a_closed_company_is_told_of_its_bank_too() -> None:
    closed = {"companies": [{"environment": "production", "realm_id": REALM, "subscription_status": "EXPIRED"}]}

    assert set(of_bank({}, {}, **closed)) == {"company_closed"}


def test_two_banks_of_a_company_are_no_two_apps_for_a_purpose_and_their_givers_own_no_apps() -> None:
    apps = [*APPS, {"id": "bank-cm", "name": "Crédit Mutuel", "category": "Banks", "scopes": []}]
    apps[3] = {**apps[3], "category": "Banks"}
    rows = [bank(1), bank(2, app_id="bank-cm")]

    told = audit(*rows, bank_links=[bank_link(1), bank_link(2)], apps=apps, thresholds=Thresholds(owned=1))

    assert told.findings == ()


def test_what_ends_within_a_week_is_grave_and_ones_own_thresholds_count() -> None:
    def severity(days: int, **others: Any) -> str | None:
        told = of_bank({}, given(180 - days), **others).get("bank_consent_ends")
        return None if told is None else told.severity.value

    assert [severity(days) for days in (0, 7, 8, 14, 15)] == ["high", "high", "medium", "medium", None]
    wide = Thresholds(consent_ends_in=30 * DAY, consent_urgent_in=20 * DAY)
    assert [severity(days, thresholds=wide) for days in (20, 21, 30, 31)] == ["high", "medium", "medium", None]


def test_thresholds_count_for_setup_silence_and_the_last_days_of_updating() -> None:
    draft = {"state": "draft", "authenticated_on": None, "recorded_on": TODAY - DAY}
    assert set(of_bank(BROKEN, draft, thresholds=Thresholds(setup_for=DAY))) == {"bank_setup_unfinished"}
    silent = {"recorded_on": TODAY - DAY}
    assert set(of_bank({}, silent, thresholds=Thresholds(unused_for=DAY))) == {"bank_silent"}
    waits, early = stopped("needs_bank_action", LIMIT - 15), Thresholds(consent_ends_in=15 * DAY)
    assert set(of_bank(CAUSE, waits, thresholds=early)) == {"bank_update_ends"}


@pytest.mark.parametrize(
    ("lang", "what", "do"),
    [
        (
            "en",
            "The consent for Crédit Agricole at Menuiserie Petit has ended: 28 February 2026 was its last good day.",
            "Have whoever gave it (marie@petit.example) renew it, by 28 May 2026 at the latest; qbapps bank repair ",
        ),
        (
            "fr",
            "Le consentement pour Crédit Agricole chez Menuiserie Petit a pris fin\u00a0: le 28 février 2026 était ",
            "Faites-le renouveler par la personne qui l’a donné (marie@petit.example), au plus tard le 28 mai 2026",
        ),
    ],
)
def test_a_finding_says_the_days_who_can_do_it_and_the_command(lang: str, what: str, do: str) -> None:
    finding = of_bank({}, given(181), lang=lang)["bank_consent_ended"]

    assert finding.what.startswith(what)
    assert finding.do.startswith(do)
    assert "qbapps bank repair con_1" in finding.do
    assert finding.evidence["consent_end"] == "2026-02-28"
    assert finding.evidence["consent_basis"] == "table"
    assert finding.plan is None


def test_nobody_is_named_where_nobody_knows_who_gave_the_consent() -> None:
    told = of_bank(NOBODY, given(181))["bank_consent_ended"]

    assert told.do.startswith("Have whoever gave it renew it, by 28 May 2026")


def test_a_cause_is_said_where_it_is_known() -> None:
    known, unknown = of_bank(CAUSE, stopped("needs_bank_action", LIMIT + 1)), of_bank({}, stopped("error", LIMIT + 1))

    assert known["bank_reconnect_only"].what.endswith("enough any more. The bank waits for its customer.")
    assert unknown["bank_reconnect_only"].what.endswith("enough any more.")


def test_frames_say_where_a_bank_stands_on_the_day_of_the_audit() -> None:
    link = given(181, authenticated_on=date(2025, 9, 12))
    row = bank()

    def shown(day: int) -> tuple[Any, ...]:
        frame = audit(row, bank_links=[link | {"connection_id": "con_1", "regime": "eea", "state": "active"}],
                      taken_at=AT + day * DAY).to_polars()  # fmt: skip
        return frame.select("bank_state", "consent_end", "consent_basis", "consent_days_left").row(0)

    end = date(2026, 3, 11)
    assert shown(-5) == ("active", end, "table", 15)
    assert shown(-4) == ("expiring", end, "table", 14)
    assert shown(10) == ("expiring", end, "table", 0)
    assert shown(11) == ("expired", end, "table", -1)


def test_frames_of_a_draft_a_withdrawn_consent_and_an_app_know_no_days_left() -> None:
    told = audit(
        bank(1),
        bank(2),
        connection(3),
        bank(4),
        bank_links=[
            bank_link(1, state="draft", authenticated_on=None),
            bank_link(2, state="revoked", ended_on=TODAY),
            bank_link(4, stated_end=TODAY),
        ],
    )

    frame = told.to_polars().sort("id").select("bank_state", "consent_end", "consent_basis", "consent_days_left")
    assert frame.rows() == [
        ("draft", None, None, None),
        ("revoked", TODAY + 160 * DAY, "table", None),
        (None, None, None, None),
        ("expiring", TODAY, "stated", 0),
    ]
    assert audit(connection()).to_polars().schema == told.to_polars().schema


def test_what_is_said_of_apps_stays_the_same_beside_banks() -> None:
    rows = [connection(2, state="needs_reconnect"), connection(3, owner_role="standard"), connection(4, reach="hand")]
    alone = audit(*rows, firms=[FIRM], clients=[CLIENT])
    beside = audit(*rows, bank(), bank_links=[bank_link()], firms=[FIRM], clients=[CLIENT])

    assert alone.to_polars("findings").equals(beside.to_polars("findings"))
    assert alone.to_polars().equals(beside.to_polars().filter(pl.col("kind") == "online"))
    assert alone.view.collect_schema() == beside.view.collect_schema()


def test_a_store_without_banks_has_no_join_for_them() -> None:
    plan = audit(connection(1)).view.explain(optimized=False)
    beside = audit(connection(1), bank(2), bank_links=[bank_link(2)]).view.explain(optimized=False)

    assert beside.count("JOIN") - plan.count("JOIN") >= 2


def test_rules_about_banks_cost_nothing_where_there_is_none() -> None:
    looked_at: list[int] = []

    def costly(column: pl.Series) -> pl.Series:
        looked_at.append(len(column))
        return column.is_null()

    (rule,) = (one for one in built_in(Thresholds()) if one.name == "bank_silent")
    when = pl.col("bank_state").map_batches(costly, return_dtype=pl.Boolean)
    own = type(rule)(name="own", severity="low", kind="bank", when=when, what="x", do="x")  # type: ignore[arg-type]

    assert audit(connection(), rules=[own]).findings == ()
    assert sum(looked_at) == 0
    assert audit(bank(), rules=[own], bank_links=[bank_link()]).findings == ()
    assert sum(looked_at) > 0


def test_one_for_a_company_without_a_number_is_in_the_list_of_the_firm_it_was_noted_for() -> None:
    row = bank(realm_id=None)
    noted = {"firm_id": "durand", "connection_id": "con_1", "listed_at": AT, "level": "firm"}

    told = taken(row, bank_link(), firms=[FIRM], clients=[CLIENT], listings=[noted])

    assert told.to_polars().select("firm_id", "level").row(0) == ("durand", "firm")
    assert told.findings == ()


def test_banks_are_counted_as_banks_and_not_as_apps() -> None:
    rows = [connection(1), bank(2), bank(3, **CUT), bank(4, **NOBODY), bank(5, **BROKEN, **NOBODY)]
    links = [
        bank_link(2),
        bank_link(3, state="disconnected"),
        bank_link(4),
        bank_link(5, state="draft", authenticated_on=None, recorded_on=TODAY),
    ]

    told = audit(*rows, bank_links=links)

    summary = told.summary
    assert (summary.connections, summary.alive, summary.apps, summary.banks) == (5, 4, 1, 3)
    assert (summary.owners, summary.unowned) == (2, 1), "nobody has given the consent of a draft yet"
    tiles = {tile.label: tile.number for tile in audit_numbers.tiles(told._sheet)}
    assert (tiles["app"], tiles["bank connections"], tiles["owner not known"]) == (1, 3, 1)
    assert "bank connections" not in {tile.label for tile in audit_numbers.tiles(audit(connection())._sheet)}
    owning = {one.owner: (one.connections, one.apps, one.banks) for one in audit_numbers.owners(told._sheet)}
    assert owning == {"jean@durand.example": (1, 1, 0), "marie@petit.example": (1, 0, 1), None: (1, 0, 1)}


def test_who_consented_at_a_bank_and_left_is_shown_as_having_left() -> None:
    (owner,) = audit_numbers.owners(taken(bank(), bank_link(), **LEFT)._sheet)

    assert (owner.owner, owner.has_left, owner.at_risk) == ("marie@petit.example", True, 1)


def test_an_app_that_is_found_is_found_as_before() -> None:
    assert set(found(connection(state="needs_reconnect"), bank(2), bank_links=[bank_link(2)])) == {"needs_reconnect"}
