"""What came of a plan as JSON, CSV and a page: every row, in both languages, however many there are."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import export_people as people
import pytest
from export_page import Page

from qbapps.domain.parties import Owner, Reach
from qbapps.domain.plan import Outcome, PlanAction, PlanHead, PlanItem
from qbapps.errors import ConfigurationError
from qbapps.export.plan_report import COLUMNS, PlanPaper, write_plan_report

UNKNOWN = "It is denied here; whether Intuit has revoked it is not known. Apply the plan again to try again."


def row(number: int, **changes: Any) -> PlanItem:
    """Return a row that is done, changed as asked."""
    given: dict[str, Any] = {
        "plan_id": "pln_1",
        "number": number,
        "connection_id": f"con_{number}",
        "app_id": "dext",
        "realm_id": str(9130350000000000 + number),
        "company_name": f"Client {number}",
        "owner": Owner(email="jean@durand.example"),
        "grant": 1,
        "action": PlanAction.DISCONNECT,
        "reach": Reach.API,
        "outcome": Outcome.DONE,
        "result_id": f"dis_{number}",
        "ended_at": people.NOW,
    }
    return PlanItem(**{**given, **changes})


def every_outcome(text: str | None = None) -> list[PlanItem]:
    """Return a row of each outcome; whatever people typed is *text*."""
    names = {} if text is None else {"company_name": text, "owner": Owner(email=text), "note": text, "app_id": text}
    return [row(n, **{"outcome": one, "note": UNKNOWN, **names}) for n, one in enumerate(Outcome, start=1)]


def paper(*rows: PlanItem, **changes: Any) -> PlanPaper:
    head = PlanHead(
        id="pln_1",
        action=changes.pop("action", PlanAction.DISCONNECT),
        by=changes.pop("by", "marie@durand.example"),
        to=changes.pop("to", None),
        reason="service_ending",
        comment=changes.pop("comment", "France"),
        deadline=datetime(2023, 12, 29, 18, tzinfo=UTC),
        created_at=people.NOW,
        total=len(rows),
        digest="9f86d0",
    )
    given: dict[str, Any] = {
        "head": head,
        "counts": {Outcome.DONE: len(rows)},
        "rows": rows,
        "app_names": {"dext": "Dext"},
        "generated_at": people.NOW,
    }
    return PlanPaper(**{**given, **changes})


def page(tmp_path: Path, whole: PlanPaper, lang: str = "en") -> Page:
    return Page(write_plan_report(tmp_path / "report.html", whole, lang).read_text("utf-8"))


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            [
                "8 connections to disconnect",
                "Failed",
                "Changed meanwhile",
                "To do by hand",
                "The service is ending",
                "18 December 2023",
            ],
        ),
        ("fr", ["connexions à déconnecter", "Échec", "A changé entre-temps", "À faire à la main", "Arrêt du service"]),
    ],
)
def test_the_page_says_what_came_of_each_row(tmp_path: Path, lang: str, expected: list[str]) -> None:
    shown = page(tmp_path, paper(*every_outcome(), row(9)), lang)

    for text in (
        *expected,
        *(f"Client {number}" for number in range(1, 10)),
        "dis_1",
        "jean@durand.example",
        "SHA-256",
    ):
        assert text in shown.text
    if lang == "fr":
        assert "on ne sait pas si Intuit l’a révoqué" in shown.text
        assert "is not known" not in shown.text


def test_what_needs_a_look_comes_first_and_then_by_company(tmp_path: Path) -> None:
    text = page(
        tmp_path,
        paper(
            row(1, company_name="Zinc"),
            row(2, company_name="École"),
            row(3, company_name="Zoo", outcome=Outcome.FAILED),
            row(4, company_name=None, realm_id=None),
        ),
    ).text

    places = [text.index(name) for name in ("Zoo", "École", "Zinc", "Company without a name")]
    assert places == sorted(places)


@pytest.mark.parametrize("text", [*people.HOSTILE, "</tr>", "<!-- rows -->"])
def test_no_text_of_a_user_becomes_markup_in_the_page(tmp_path: Path, text: str) -> None:
    def typed(what: str) -> Page:
        return page(tmp_path, paper(*every_outcome(what), comment=what, by=what, stopped="canary", why=what))

    calm, attacked = typed("x"), typed(text)

    assert [tag for tag in attacked.tags if tag != "wbr"] == [tag for tag in calm.tags if tag != "wbr"]
    assert [name for name, _ in attacked.attributes] == [name for name, _ in calm.attributes]
    assert attacked.text.count(" ".join(text.split())) >= 4 * len(Outcome)


def test_the_page_needs_nothing_from_outside_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    shown = page(tmp_path, paper(*every_outcome()))
    places = {value for name, value in shown.attributes if name == "id"}
    links = [value for name, value in shown.attributes if name == "href" and value]

    assert not {"script", "img", "link", "iframe"} & set(shown.tags)
    assert len(links) == len(Outcome)
    assert {link.removeprefix("#") for link in links} <= places


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv"])
def test_a_link_is_in_none_of_the_files_and_a_plan_may_have_no_rows(tmp_path: Path, suffix: str) -> None:
    waiting = row(1, outcome=Outcome.WAITING, action=PlanAction.TRANSFER, url="https://intuit.example/?state=s3cret")
    path = tmp_path / f"report{suffix}"

    write_plan_report(path, paper(waiting, action=PlanAction.TRANSFER, to="marie@durand.example"), "fr")
    assert "s3cret" not in path.read_text("utf-8")
    write_plan_report(path, paper(), "fr")
    assert "Client" not in path.read_text("utf-8")


def test_the_json_holds_the_plan_and_every_row(tmp_path: Path) -> None:
    whole = json.loads(write_plan_report(tmp_path / "report.JSON", paper(*every_outcome()), "en").read_text("utf-8"))

    assert (whole["plan_id"], whole["action"], whole["digest"]) == ("pln_1", "disconnect", "9f86d0")
    assert whole["deadline"] == "2023-12-29T18:00:00+00:00"
    assert [one["outcome"] for one in whole["rows"]] == [str(outcome) for outcome in Outcome]
    assert whole["rows"][0] == {
        "number": 1,
        "connection_id": "con_1",
        "app_id": "dext",
        "app": "Dext",
        "realm_id": "9130350000000001",
        "company": "Client 1",
        "level": "company",
        "owner": "jean@durand.example",
        "grant": 1,
        "action": "disconnect",
        "reach": "api",
        "siblings": 0,
        "outcome": "planned",
        "note": UNKNOWN,
        "result_id": "dis_1",
        "ended_at": "2023-12-18T09:30:00+00:00",
    }
    assert json.loads(write_plan_report(tmp_path / "empty.json", paper(), "en").read_text("utf-8"))["rows"] == []


@pytest.mark.parametrize(("lang", "delimiter", "done"), [("en", ",", "Done"), ("fr", ";", "Fait")])
def test_the_csv_is_what_a_spreadsheet_of_the_language_opens(
    tmp_path: Path, lang: str, delimiter: str, done: str
) -> None:
    path = write_plan_report(tmp_path / "report.csv", paper(row(1), row(2, company_name='=1+1;"x"')), lang)

    with path.open(encoding="utf-8-sig", newline="") as file:
        header, first, second = csv.reader(file, delimiter=delimiter)
    assert len(header) == len(first) == len(COLUMNS)
    assert (first[1], first[8], first[10]) == ("Client 1", done, "dis_1")
    assert second[1].startswith("'=")


@pytest.mark.parametrize("name", ["report.pdf", "report", "html"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="none of the files"):
        write_plan_report(tmp_path / name, paper(), "en")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv"])
def test_what_fails_midway_leaves_the_file_that_was_there(tmp_path: Path, suffix: str) -> None:
    def failing() -> Iterator[PlanItem]:
        yield row(1)
        raise RuntimeError("the database went away")

    path = tmp_path / f"report{suffix}"
    path.write_text("as it was", "utf-8")

    with pytest.raises(RuntimeError):
        write_plan_report(path, paper(rows=failing()), "en")
    assert [(one.name, one.read_text("utf-8")) for one in tmp_path.iterdir()] == [(path.name, "as it was")]


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv"])
def test_many_rows_need_little_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report{suffix}"
    write_plan_report(path, paper(row(1)), "en")

    tracemalloc.start()
    write_plan_report(path, paper(rows=(row(number) for number in range(1, 6001))), "en")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "Client 6000" in path.read_text("utf-8")
    assert peak < 7_000_000, "a row takes about two kilobytes, its place in the page a few hundred bytes"
