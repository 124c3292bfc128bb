"""What an audit says of connections to QuickBooks Desktop, beside those to QuickBooks Online."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from audit_frames import APPS, AT, CLIENT, DESKTOP_APPS, FIRM, REALM, audit, connection, desktop, frames, link, person

from qbapps import ConfigurationError, Rule
from qbapps.audit.audit import Audit
from qbapps.audit.rules import built_in
from qbapps.desktop import codes
from qbapps.domain.findings import Finding, Severity, Thresholds
from qbapps.export import audit_numbers
from qbapps.language import words

DAY = timedelta(days=1)
SETTING_UP = {"state": "needs_reconnect", "grant": 0, "cause": "setup_unfinished", "connected_at": None}
BEGUN = {"state": "authorising", "issued_at": AT}
SHUT_OUT = {"state": "needs_reconnect", "cause": "access_withdrawn"}
ENDED = {"state": "disconnected", "disconnected_at": AT - 7 * DAY}
FAILED = {"state": "failed", "tries": 0, "ended_at": AT - 30 * DAY}
UNKNOWN = {"state": "unknown", "tries": 1, "ended_at": None}


def taken(row: dict[str, Any], of_link: dict[str, Any], *jobs: dict[str, Any], **others: Any) -> Audit:
    """An audit of one connection to QuickBooks Desktop."""
    told = [{"id": f"job_{n}", "connection_id": row["id"], **job} for n, job in enumerate(jobs)]
    return audit(row, desktop_links=[of_link], desktop_apps=DESKTOP_APPS, desktop_jobs=told, **others)


def found(changed: dict[str, Any], of_link: dict[str, Any], *jobs: dict[str, Any], **others: Any) -> dict[str, Finding]:
    """What it finds, by rule."""
    return {one.rule: one for one in taken(desktop(**changed), link(**of_link), *jobs, **others).findings}


# The rule, the connection, its connector's side, requests.
FINDS: list[tuple[str, dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = [
    ("let_in_again", SHUT_OUT, {"state": "authorising", "attention": "0x80040420"}, []),
    ("setup_unfinished", SETTING_UP, {"state": "draft", "issued_at": AT - 7 * DAY, "seen_at": None}, []),
    ("setup_unfinished", SETTING_UP, {"state": "authorising", "issued_at": AT - 7 * DAY}, []),
    ("setup_unfinished", {}, {"state": "awaiting_confirmation", "issued_at": AT - 7 * DAY}, []),
    ("setup_unfinished", {**SHUT_OUT}, {"state": "awaiting_login", "issued_at": AT - 7 * DAY}, []),
    ("needs_attention", {}, {"attention": "wrong_company", "attention_at": AT}, []),
    ("needs_attention", SETTING_UP, {**BEGUN, "attention": "0x80040408", "attention_at": AT}, []),
    ("needs_attention", {}, {"attention": "outcome_unknown", "attention_at": AT}, []),
    ("password_refused", {}, {"attention": "QBWC1040", "attention_at": AT}, []),
    ("connector_silent", {}, {"seen_at": AT - 3 * DAY}, []),
    ("connector_silent", {"state": "paused", "paused_at": AT}, {"seen_at": AT - 3 * DAY}, []),
    ("fate_unknown", {}, {}, [UNKNOWN, UNKNOWN]),
    ("jobs_failed", {}, {}, [FAILED, {**FAILED, "ended_at": AT - 31 * DAY}]),
    ("people_unmapped", {}, {"state": "mapping_required"}, []),
    ("people_unmapped", {}, {"users": ["Jean", "Marie"], "mapped": ["jean"]}, []),
    ("paused_for_long", {"state": "paused", "paused_at": AT - 30 * DAY}, {}, []),
    ("still_calls", ENDED, {"state": "removing", "attention": "still_calls"}, []),
    ("still_calls", ENDED, {"state": "deauthorized", "attention": "still_calls", "mode": "once"}, []),
    ("not_removed", ENDED, {"state": "deauthorized", "mode": "once"}, []),
    ("removal_waits", ENDED, {"state": "removing"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changed", "of_link", "jobs"), FINDS)
def test_a_rule_finds_what_it_is_for_and_nothing_else_is_said(
    rule: str, changed: dict[str, Any], of_link: dict[str, Any], jobs: list[dict[str, Any]]
) -> None:
    told = found(changed, of_link, *jobs)

    assert set(told) == {rule}
    finding = told[rule]
    assert (finding.connection_id, finding.app_id, finding.realm_id) == ("con_1", "time", None)
    assert finding.company_name == "Menuiserie Petit"
    assert not re.search(r"[{}—]", finding.what + finding.do)
    assert "None" not in finding.what + finding.do


def test_every_rule_about_desktop_was_tried() -> None:
    assert {rule for rule, *_ in FINDS} == {rule.name for rule in built_in(Thresholds()) if rule.kind == "desktop"}


# The same, a step before it.
LEAVES: list[tuple[str, dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = [
    ("let_in_again", SETTING_UP, {"state": "authorising", "issued_at": AT}, []),
    ("setup_unfinished", SETTING_UP, {"state": "draft", "issued_at": AT - 7 * DAY + timedelta(seconds=1)}, []),
    ("needs_attention", ENDED, {"state": "removed", "attention": "wrong_company"}, []),
    ("needs_attention", {}, {"attention": "QBWC1040", "attention_at": AT}, []),
    ("needs_attention", {}, {"attention": "outcome_unknown", "attention_at": AT}, [UNKNOWN]),
    ("password_refused", ENDED, {"state": "removed", "attention": "QBWC1040"}, []),
    ("connector_silent", {}, {"seen_at": AT - 3 * DAY + timedelta(seconds=1)}, []),
    ("connector_silent", SETTING_UP, {"state": "verifying", "seen_at": AT - 9 * DAY, "issued_at": AT}, []),
    ("connector_silent", ENDED, {"state": "removed", "seen_at": AT - 9 * DAY}, []),
    ("connector_silent", {}, {"seen_at": None}, []),
    ("jobs_failed", {}, {}, [{**FAILED, "ended_at": AT - 30 * DAY - timedelta(seconds=1)}]),
    ("jobs_failed", ENDED, {"state": "removed"}, [FAILED]),
    ("people_unmapped", {}, {"users": ["Jean ", "MARIE"], "mapped": ["jean"], "payable": ["Marie"]}, []),
    ("people_unmapped", ENDED, {"state": "removed", "users": ["Jean"]}, []),
    ("paused_for_long", {"state": "paused", "paused_at": AT - 30 * DAY + timedelta(seconds=1)}, {}, []),
    ("still_calls", ENDED, {"state": "removing"}, []),
    ("not_removed", {**ENDED, "disconnected_at": AT - 6 * DAY}, {"state": "deauthorized"}, []),
    ("removal_waits", {**ENDED, "disconnected_at": AT - 6 * DAY}, {"state": "removing"}, []),
    ("still_calls", {**ENDED, "disconnected_at": AT - 6 * DAY}, {"state": "removing", "attention": "still_calls"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changed", "of_link", "jobs"), LEAVES)
def test_a_rule_leaves_alone_what_is_almost_so(
    rule: str, changed: dict[str, Any], of_link: dict[str, Any], jobs: list[dict[str, Any]]
) -> None:
    assert rule not in found(changed, of_link, *jobs)


def test_there_is_nothing_to_say_of_one_that_works_though_nobody_owns_it() -> None:
    told = taken(desktop(), link())

    assert told.findings == ()
    assert (told.summary.alive, told.summary.owners, told.summary.unowned) == (1, 0, 0)
    assert audit_numbers.owners(told._sheet) == ()


def test_one_whose_setup_was_never_finished_is_none_to_reconnect() -> None:
    begun = taken(desktop(**SETTING_UP), link(state="draft", issued_at=AT, seen_at=None))
    shut_out = taken(desktop(**SHUT_OUT), link(state="authorising"))

    assert begun.findings == ()
    tiles = {tile.label: tile.number for tile in audit_numbers.tiles(begun._sheet)}
    assert (tiles["to reconnect"], tiles["at risk"]) == (0, 0)
    tiles = {tile.label: tile.number for tile in audit_numbers.tiles(shut_out._sheet)}
    assert (tiles["to reconnect"], tiles["at risk"]) == (1, 1)


def test_a_connector_that_asks_once_a_week_is_not_silent_after_three_days() -> None:
    weekly = [{"id": "time", "every": 7 * 24 * 3600}]

    def rules(silent: timedelta) -> set[str]:
        of_link = link(seen_at=AT - silent)
        return {one.rule for one in audit(desktop(), desktop_links=[of_link], desktop_apps=weekly).findings}

    assert rules(21 * DAY) == set()
    assert rules(21 * DAY + timedelta(seconds=1)) == {"connector_silent"}


def test_long_silence_and_a_change_that_nobody_will_learn_of_are_grave() -> None:
    assert found({}, {"seen_at": AT - 13 * DAY})["connector_silent"].severity == "medium"
    assert found({}, {"seen_at": AT - 14 * DAY})["connector_silent"].severity == "high"
    assert found({}, {}, {**UNKNOWN, "tries": 4})["fate_unknown"].severity == "medium"
    assert found({}, {}, {**UNKNOWN, "tries": 5})["fate_unknown"].severity == "high"


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("code", ["0x80040408", "wrong_company", "3250", "0x8004FFFF", "3777"])
def test_what_somebody_has_to_look_at_is_said_with_its_code_and_what_to_do(code: str, lang: str) -> None:
    told = taken(desktop(), link(attention=code, attention_at=AT), lang=lang)

    (finding,) = told.findings
    met, _ = codes.trouble(code), words(lang)
    assert f"({code})" in finding.what
    assert _.text(met.what) in finding.what
    assert finding.do == _.text(met.do)
    assert finding.evidence["attention"] == code
    assert finding.evidence["trouble"] == met.what


def test_people_without_a_payroll_item_are_named_and_left_out_where_nobody_said_who_they_are() -> None:
    named = found({}, {"users": ["Jean", "Marie"]})["people_unmapped"]
    unknown = found({}, {"state": "mapping_required"})["people_unmapped"]

    assert "(Jean, Marie)" in named.what
    assert "(" not in unknown.what


def test_one_that_is_paused_longer_than_asked_for_is_found_and_so_are_the_other_times() -> None:
    thresholds = Thresholds(setup_for=DAY, silent_for=DAY, paused_for=DAY, removal_for=DAY)

    assert "paused_for_long" in found({"state": "paused", "paused_at": AT - DAY}, {}, thresholds=thresholds)
    assert "setup_unfinished" in found(SETTING_UP, {"state": "draft", "issued_at": AT - DAY}, thresholds=thresholds)
    assert "connector_silent" in found({}, {"seen_at": AT - DAY}, thresholds=thresholds)
    ended = {**ENDED, "disconnected_at": AT - DAY}
    assert "removal_waits" in found(ended, {"state": "removing"}, thresholds=thresholds)


def test_a_rule_of_ones_own_can_be_about_one_kind() -> None:
    rule = Rule(name="own", severity="low", kind="desktop", when=pl.col("is_alive"), what="{last_ok_at}", do="x")
    told = audit(connection(2), desktop(), rules=[rule], desktop_links=[link()], desktop_apps=DESKTOP_APPS)

    assert [one.connection_id for one in told.findings] == ["con_1"]
    assert audit(connection(), rules=[rule]).findings == ()
    with pytest.raises(ConfigurationError, match="There is no kind 'desk'"):
        Rule(name="own", severity="low", kind="desk", when=pl.col("is_alive"), what="x", do="x")  # type: ignore[arg-type]
    wrong = Rule(name="own", severity="low", kind="desktop", when=pl.col("nonsense"), what="x", do="x")
    with pytest.raises(ConfigurationError, match="names nonsense"):
        assert audit(connection(), rules=[wrong]).findings


def test_rules_about_desktop_cost_nothing_where_there_is_none() -> None:
    looked_at: list[int] = []

    def costly(column: pl.Series) -> pl.Series:
        looked_at.append(len(column))
        return column.is_null()

    when = pl.col("desktop_state").map_batches(costly, return_dtype=pl.Boolean)
    rule = Rule(name="own", severity="low", kind="desktop", when=when, what="x", do="x")

    assert audit(connection(), rules=[rule]).findings == ()
    assert sum(looked_at) == 0
    assert audit(desktop(), rules=[rule], desktop_links=[link()], desktop_apps=DESKTOP_APPS).findings == ()
    assert sum(looked_at) > 0


def test_what_is_said_of_connections_online_stays_the_same_beside_desktop() -> None:
    rows = [connection(2, state="needs_reconnect"), connection(3, owner_role="standard"), connection(4, reach="hand")]
    alone = audit(*rows, firms=[FIRM], clients=[CLIENT])
    beside = audit(*rows, desktop(), desktop_links=[link()], desktop_apps=DESKTOP_APPS, firms=[FIRM], clients=[CLIENT])

    assert alone.to_polars("findings").equals(beside.to_polars("findings"))
    assert alone.to_polars().equals(beside.to_polars().filter(pl.col("kind") == "online"))
    assert alone.view.collect_schema() == beside.view.collect_schema()


def test_it_is_in_the_list_of_the_firm_it_was_connected_for_at_the_level_that_was_said() -> None:
    def listed(number: int, firm: str, level: str | None) -> dict[str, Any]:
        return {"firm_id": firm, "connection_id": f"con_{number}", "listed_at": AT - 200 * DAY, "level": level}

    told = audit(
        desktop(1),
        desktop(2, company_name="Cabinet Durand"),
        desktop(3, company_name="Fleurs"),
        connection(4),
        desktop_links=[link(1), link(2), link(3)],
        desktop_apps=DESKTOP_APPS,
        firms=[FIRM, {**FIRM, "id": "blanc", "realm_id": None}],
        clients=[CLIENT],
        listings=[listed(1, "durand", "client"), listed(2, "durand", "firm"), listed(1, "zeta", "firm")],
    )

    places = {row[0]: row[1:] for row in told.to_polars().select("id", "firm_id", "level").iter_rows()}
    assert places == {
        "con_1": ("durand", "client"),
        "con_2": ("durand", "firm"),
        "con_3": (None, "company"),
        "con_4": ("durand", "client"),
    }


def test_two_connections_of_one_app_to_one_company_are_one_app_for_a_purpose() -> None:
    apps = [*APPS[:2], {**APPS[2], "category": "Receipts"}]
    rows = [desktop(1), desktop(2, company_name="menuiserie petit ")]
    links = [link(1), link(2)]

    def told(*more: dict[str, Any]) -> list[str]:
        found = audit(*rows, *more, apps=apps, desktop_links=links, desktop_apps=DESKTOP_APPS).findings
        return [one.what for one in found if one.rule == "same_purpose"]

    assert told() == []
    online = connection(3, app_id="dext", company_name="Menuiserie Petit")
    assert told(online) == ["Menuiserie Petit has 2 apps for the same purpose (Receipts): Dext, Time."]


def test_a_firms_people_have_nothing_to_do_with_a_connection_that_nobody_owns() -> None:
    people = [person("chef@durand.example", "primary_admin"), person("x@durand.example", left_on=AT.date())]

    assert found({}, {}, people=people, firms=[FIRM], clients=[CLIENT]) == {}


def test_frames_say_where_it_stands_and_when_its_connector_called() -> None:
    told = taken(desktop(), link(state="first_sync"))

    row = told.to_polars().row(0, named=True)
    assert (row["kind"], row["desktop_state"], row["last_seen_at"]) == (
        "desktop",
        "first_sync",
        AT - timedelta(minutes=1),
    )
    assert audit(connection()).to_polars().row(0, named=True)["desktop_state"] is None


def test_a_store_without_desktop_has_the_same_columns_and_no_join() -> None:
    plan = audit(connection(1), connection(2, realm_id=REALM)).view.explain(optimized=False)
    beside = taken(desktop(), link()).view.explain(optimized=False)

    assert beside.count("JOIN") - plan.count("JOIN") >= 2
    assert frames(connection()).desktop_links.is_empty()


def test_the_gravest_of_desktop_is_as_grave_as_that_of_others() -> None:
    told = taken(desktop(), link(attention="0x80040414", attention_at=AT), firm_id="durand")

    assert told.findings[0].severity is Severity.HIGH
    assert told.to_polars("risks")["findings"].to_list() == [["needs_attention"]]
