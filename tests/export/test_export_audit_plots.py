"""The plots of an audit count right, stay small, and say what they show."""

from __future__ import annotations

import importlib
import sys
from datetime import timedelta

import export_sheets as sheets
import polars as pl
import pytest

from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.export import audit_pictures, audit_plots
from qbapps.export.audit_drawing import Plot

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
    days = pl.Series([-3, 0, 6, 7, 99])
    ends = (sheets.NOW + timedelta(hours=1) + pl.duration(days=pl.lit(days))).cast(pl.Datetime("us", "UTC"))
    given = sheets.changed(sheets.sheet(5), state=pl.lit("connected"), reach=pl.lit("api"), refresh_expires_at=ends)
    chart = audit_plots.expiry(given)
    weeks = {name: total(rows(chart, 0), name=name) for name in ("past", "Nov 22", "Nov 29", "Feb 28")}

    assert weeks == {"past": 1, "Nov 22": 2, "Nov 29": 1, "Feb 28": 1}
    months = [row["name"] for row in rows(chart, 1)]
    assert months == ["Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027", "Mar 2027"]


def test_what_ends_is_as_urgent_as_the_findings_say() -> None:
    given = sheets.sheet(200)
    said = given.findings.filter(pl.col("rule") == "token_ends").group_by("severity").len()
    held = given.connections.filter(pl.col("state").is_in(["connected", "paused"]) & (pl.col("reach") == "api"))
    about = given.findings.filter(pl.col("rule") == "token_ends").join(held, left_on="connection_id", right_on="id")
    counts = dict(about.group_by(pl.col("severity").cast(pl.String)).len().iter_rows())
    drawn = rows(audit_plots.expiry(given), 0)

    assert said.height == 2
    assert total(drawn, kind="Urgent") == counts["high"] > 0
    assert total(drawn, kind="Soon") == counts["medium"] > 0
    assert total(drawn) == held.height


def test_what_is_gone_or_broken_does_not_end_again() -> None:
    given = sheets.changed(sheets.sheet(6), state=pl.lit("needs_reconnect"))

    assert "There is nothing to show." in audit_plots.expiry(given).to_json()


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
