"""The plots of an audit count right, stay small, and say what they show."""

from __future__ import annotations

import importlib
import re
import sys
from datetime import timedelta
from typing import Any

import export_sheets as sheets
import polars as pl
import pytest

from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.export import audit_pictures, audit_plots
from qbapps.export.audit_drawing import Plot
from qbapps.export.sheet import Sheet

Spec = dict[str, object]
PLOTS = (audit_plots.owners, audit_plots.states, audit_plots.expiry)


def rows(chart: Plot, part: int | None = None) -> list[dict[str, object]]:
    """Return what a chart, or a part of it, draws."""
    spec = chart.to_dict()
    if part is not None:
        spec = {**spec, **spec["vconcat"][part]}
    data = spec["data"]
    found: list[dict[str, object]] = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return found


def part(chart: Plot, number: int) -> Any:
    """Return one of the charts that a chart is made of."""
    return chart.to_dict()["vconcat"][number]


def held(ends: list[timedelta], column: str = "refresh_expires_at") -> Sheet:
    """Return an audit of connections that end so long after it, about which nothing was found."""
    at = pl.Series([sheets.NOW + one for one in ends]).dt.cast_time_unit("us")
    given = sheets.sheet(len(ends), found=False)
    return sheets.changed(given, state=pl.lit("connected"), reach=pl.lit("api"), **{column: at})  # type: ignore[arg-type]


def total(drawn: list[dict[str, object]], **where: str) -> int:
    return sum(int(str(row["count"])) for row in drawn if all(row[name] == value for name, value in where.items()))


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("connections", [1, 24, 5_000])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_plot_is_made_of_counts_however_many_connections_there_are(plot: type, connections: int, lang: str) -> None:
    chart = plot(sheets.sheet(connections, lang))

    assert len(chart.to_json()) < 40_000
    assert chart.to_dict()["description"]


@pytest.mark.parametrize("plot", PLOTS)
def test_an_empty_plot_says_that_there_is_nothing(plot: type) -> None:
    assert "There is nothing to show." in plot(sheets.sheet(0)).to_json()


def test_every_living_connection_is_somebody_s_bar() -> None:
    few = pl.when(pl.col("owner").is_not_null()).then(pl.format("p{}@durand.example", pl.row_index() % 5))
    given = sheets.changed(sheets.sheet(24), owner=few)
    drawn = rows(audit_plots.owners(given))
    gone = {str(row["name"]) for row in drawn if str(row["name"]).startswith("×")}

    assert total(drawn) == given.summary.alive
    assert total(drawn, kind="High") == given.summary.at_risk
    assert gone == {"× left: p0@durand.example"}
    assert total(drawn, said="Nobody knows whose") == given.summary.unowned == 1


def test_the_owners_without_a_bar_are_counted_in_words() -> None:
    given = sheets.sheet(5_000)
    chart = audit_plots.owners(given)
    drawn = rows(chart)
    names = {row["name"] for row in drawn}
    left = given.summary.alive - total(drawn)

    assert len(names) == audit_plots.LARGEST
    assert "× left: p0@durand.example" in names
    assert "Nobody knows whose" in names
    assert chart.to_dict()["title"]["subtitle"] == f"23 other owners: {left:,} connections."


def test_the_states_are_those_of_the_summary() -> None:
    given = sheets.sheet(15)
    drawn = rows(audit_plots.states(given))

    assert total(drawn, kind="To reconnect") == given.summary.states[ConnectionState.NEEDS_RECONNECT]
    assert total(drawn) == given.summary.connections


def test_the_apps_without_a_bar_are_counted_in_words() -> None:
    assert audit_plots.states(sheets.sheet(20)).to_dict()["title"]["subtitle"] == "5 other apps: 5 connections."


def test_what_has_the_same_name_has_its_own_bar() -> None:
    named = sheets.changed(sheets.sheet(4), app_name=pl.lit("L'appli" + "!" * 90))
    drawn = rows(audit_plots.states(named))

    assert len({row["name"] for row in drawn}) == 4
    assert all(len(str(row["name"])) < 45 for row in drawn)


def test_ends_are_counted_in_their_week_and_their_month() -> None:
    chart = audit_plots.expiry(held([timedelta(days=n, hours=1) for n in (-3, 0, 6, 7, 99)]))
    weeks = {name: total(rows(chart, 0), name=name) for name in ("past", "Nov 22", "Nov 29", "Feb 28")}

    assert weeks == {"past": 1, "Nov 22": 2, "Nov 29": 1, "Feb 28": 1}
    months = [row["name"] for row in rows(chart, 1)]
    assert months == ["Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027", "Mar 2027"]


def test_a_week_begins_with_the_audit_s_day_and_not_at_its_hour() -> None:
    midnight = timedelta(hours=-9, minutes=-30)
    before, after = timedelta(days=7) + midnight - timedelta(seconds=1), timedelta(days=7) + midnight
    drawn = rows(audit_plots.expiry(held([before, after, timedelta(0), timedelta(seconds=1)])), 0)

    assert {str(row["name"]): row["count"] for row in drawn} == {"past": 1, "Nov 22": 2, "Nov 29": 1}


def test_the_last_bar_says_that_it_holds_what_ends_later() -> None:
    week = timedelta(weeks=1)
    cut = audit_plots.expiry(held([week, 15 * week, 40 * week]))
    whole = audit_plots.expiry(held([week, 15 * week]))

    assert [row["name"] for row in rows(cut, 0)] == ["Nov 29", "Mar 7 and later"]
    assert total(rows(cut, 0), name="Mar 7 and later") == 2
    assert "Mar 7 and later" in part(cut, 0)["encoding"]["x"]["axis"]["values"]
    assert [row["name"] for row in rows(whole, 0)] == ["Nov 29", "Mar 7"]


def test_months_far_ahead_are_told_without_the_empty_years_before_them() -> None:
    far = held([timedelta(days=1700), timedelta(days=1600)], "refresh_hard_expires_at")
    near = held([timedelta(days=1700), timedelta(days=3)], "refresh_hard_expires_at")
    months = [part(audit_plots.expiry(one), 1)["encoding"]["x"]["scale"]["domain"] for one in (far, near)]

    assert (months[0][0], months[0][-1], len(months[0])) == ("Feb 2031", "Jul 2031", 6)
    assert (months[1][0], months[1][-1]) == ("Nov 2026", "Jul 2031")


def test_what_has_ended_is_the_gravest_even_where_the_other_end_is_to_come() -> None:
    week = timedelta(weeks=1)
    tokens = pl.Series([sheets.NOW - week, sheets.NOW + week, sheets.NOW + 9 * week])
    given = sheets.changed(
        held([week, -week, 9 * week], "refresh_hard_expires_at"), refresh_expires_at=tokens.dt.cast_time_unit("us")
    )
    plain = audit_plots.expiry(given)
    row = given.connections.row(0, named=True)
    own = sheets.of(given.connections, [sheets.finding("access_ended", "medium", row)])

    assert {row["name"]: row["kind"] for row in rows(plain, 0)} == {
        "past": "Urgent or ended",
        "Nov 29": "Urgent or ended",
        "Jan 24": "Later",
    }
    assert total(rows(plain, 1), name="past", kind="Urgent or ended") == 1
    assert total(rows(audit_plots.expiry(own), 0), name="past", kind="Soon") == 1, "as the audit says"


def test_what_ends_is_as_urgent_as_the_findings_say() -> None:
    given = sheets.sheet(200)
    said = given.findings.filter(pl.col("rule") == "token_ends").group_by("severity").len()
    held = given.connections.filter(pl.col("state").is_in(["connected", "paused"]) & (pl.col("reach") == "api"))
    about = given.findings.filter(pl.col("rule") == "token_ends").join(held, left_on="connection_id", right_on="id")
    counts = dict(about.group_by(pl.col("severity").cast(pl.String)).len().iter_rows())
    drawn = rows(audit_plots.expiry(given), 0)

    assert said.height == 2
    assert total(drawn, kind="Urgent or ended") == counts["high"] > 0
    assert total(drawn, kind="Soon") == counts["medium"] > 0
    assert total(drawn) == held.height


def test_what_is_gone_or_broken_does_not_end_again() -> None:
    given = sheets.changed(sheets.sheet(6), state=pl.lit("needs_reconnect"))

    assert "There is nothing to show." in audit_plots.expiry(given).to_json()


def test_the_last_days_of_consents_at_banks_are_told_by_week_where_there_are_any() -> None:
    given = sheets.with_banks(sheets.sheet(24), (0, 6, 7, 180, 181, 188, 365, None, -1))
    soon = [sheets.finding("bank_consent_ends", "high", row) for row in given.connections.head(2).iter_rows(named=True)]
    chart = audit_plots.expiry(sheets.of(given.connections, soon))
    drawn = rows(chart, 2)

    assert {str(row["name"]): row["count"] for row in drawn} == {
        "Nov 22": 2,
        "Nov 29": 1,
        "May 16": 2,
        "May 23 and later": 2,
    }
    assert total(drawn, kind="Urgent or ended") == 2
    assert len(audit_plots.expiry(sheets.sheet(24)).to_dict()["vconcat"]) == 2


def test_what_a_bank_does_not_give_any_more_does_not_end() -> None:
    given = sheets.with_banks(sheets.sheet(24), (3, 4), state="needs_login")

    assert len(audit_plots.expiry(given).to_dict()["vconcat"]) == 2


@pytest.mark.parametrize(
    ("lang", "title", "bar"),
    [
        ("en", "States of the connections, by app or bank", "Crédit Agricole (bank)"),
        ("fr", "États des connexions, par appli ou banque", "Crédit Agricole (banque)"),
    ],
)
def test_a_bank_has_a_bar_that_says_so(lang: str, title: str, bar: str) -> None:
    chart = audit_plots.states(sheets.with_banks(sheets.sheet(60, lang), (9,) * 8))
    spec, names = chart.to_dict(), {str(row["name"]) for row in rows(chart)}

    assert spec["title"]["text"] == title
    assert bar in names
    assert sum("(" in name for name in names) == 1
    assert spec["title"]["subtitle"] == (
        "6 other apps or banks: 12 connections." if lang == "en" else "6 autres applis ou banques\u00a0: 12 connexions."
    )


def test_a_plot_speaks_french() -> None:
    chart = audit_plots.expiry(sheets.sheet(200, "fr"))
    owners = audit_plots.owners(sheets.sheet(200, "fr")).to_json(ensure_ascii=False)

    assert {"22 nov.", "6 déc."} <= {row["name"] for row in rows(chart, 0)}
    for text in (
        "Qui gère quoi",
        "Élevée",
        "Rien à signaler",
        "Propriétaire inconnu",
        "× parti\u00a0: p0@durand.example",
    ):
        assert text in owners


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "App 0: Connected 2,000; "), ("fr", "App 0\u00a0: Connectée 2\u202f000; ")]
)
def test_a_chart_is_told_in_words_as_well(lang: str, told: str) -> None:
    few = sheets.changed(sheets.sheet(4_000, lang), app_name=pl.lit("x"))
    apps = pl.when(pl.row_index() % 2 == 0).then(pl.lit("App 0")).otherwise(pl.lit("App 1"))
    given = sheets.changed(few, app_id=apps, app_name=apps, state=pl.lit("connected"))
    description = audit_plots.states(given).to_dict()["description"]

    assert told in description
    assert description.endswith(" 2,000." if lang == "en" else " 2\u202f000.")


def test_a_picture_has_a_title_and_a_description_that_are_read_out() -> None:
    given = sheets.sheet(24, text="<b> & co")
    for name, drawn in audit_pictures.pictures(given).items():
        found = re.match(
            rf'<svg role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc"[^>]*>'
            rf'<title id="{name}-title">([^<]+)</title><desc id="{name}-desc">([^<]+)</desc>',
            drawn,
        )

        assert found
        assert found[2].startswith(found[1] if name != "expiry" else "Access that ends")
        assert ("&lt;b&gt; &amp; co" in found[2]) == (name != "expiry")


def test_a_picture_has_its_accents() -> None:
    drawn = audit_pictures.pictures(sheets.sheet(24, "fr"))

    assert set(drawn) == {"owners", "expiry", "states"}
    assert "Élevée" in drawn["owners"]
    assert "À reconnecter" in drawn["states"]


@pytest.mark.parametrize(("package", "module"), [("altair", "audit_drawing"), ("vl_convert", "audit_pictures")])
def test_a_missing_package_is_said_with_what_to_run(package: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"qbapps.export.{module}")

    with pytest.raises(ConfigurationError) as raised:
        importlib.import_module(f"qbapps.export.{module}")
    assert raised.value.hint == 'Run: pip install "qbapps[audit]"'
