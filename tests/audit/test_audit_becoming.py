"""What an audit can become: frames, files, a calendar; and what two of them tell."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import icalendar
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from audit_frames import AT, CLIENT, FIRM, REALM, audit, connection

from qbapps import ConfigurationError
from qbapps.audit.audit import WHAT
from qbapps.audit.columns import CONNECTIONS
from qbapps.domain.plan import PlanAction
from qbapps.export.audit_calendar import calendar
from qbapps.export.deadlines import Deadline
from qbapps.export.frame_files import write_csv

DAY = timedelta(days=1)
HOSTILE = ["=1+1", "+33", "-2", "@SUM(A1)", "\t=x", "a;=b", "a,\n-b", "＝x", " =x", "\u00a0=x"]


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))


def test_any_library_that_reads_arrow_takes_the_audit_itself() -> None:
    taken = audit(connection(1), connection(2))

    assert pl.DataFrame(taken).equals(taken.to_polars())
    assert pa.table(taken).num_rows == 2
    assert pa.RecordBatchReader.from_stream(taken).read_all().column_names == list(CONNECTIONS)


def test_the_frames_of_other_libraries_hold_the_same() -> None:
    taken = audit(connection(1), connection(2, owner_email=None, owner_sub=None, owner_name=None))

    table, frame = taken.to_arrow(), taken.to_pandas()

    assert table.column_names == list(frame.columns) == list(CONNECTIONS)
    assert table.schema.field("connected_at").type == pa.timestamp("us", tz="UTC")
    assert str(frame["connected_at"].dtype) == "datetime64[us, UTC]"
    assert frame["id"].tolist() == taken.to_polars()["id"].to_list()
    assert isinstance(taken.to_pandas("findings"), pd.DataFrame)


def test_risks_are_the_connections_with_their_worst_finding_the_gravest_first() -> None:
    taken = audit(
        connection(1, company_name="B"),
        connection(2, company_name="A", state="needs_reconnect", scopes=["x"]),
        connection(3, company_name="A", refresh_expires_at=AT + 20 * DAY),
    )

    risks = taken.to_polars("risks")

    assert risks["id"].to_list() == ["con_2", "con_3", "con_1"]
    assert risks["severity"].to_list() == ["high", "medium", None]
    assert risks["findings"].to_list() == [["needs_reconnect"], ["token_ends"], None]
    assert risks.drop("severity", "findings").columns == list(CONNECTIONS)


def test_a_frame_that_it_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(ConfigurationError, match="no frame 'nonsense'") as told:
        audit(connection()).to_polars("nonsense")  # type: ignore[arg-type]
    assert all(what in told.value.hint for what in WHAT)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_spreadsheet_evaluates_nothing_of_the_csv(hostile: str, tmp_path: Path) -> None:
    taken = audit(connection(1, company_name=hostile, state="needs_reconnect"), connection(2, owner_name=hostile))
    for what in WHAT:
        path = taken.to_csv(tmp_path / f"{what}.csv", what)  # type: ignore[arg-type]
        cells = [cell for row in rows_of(path) for cell in row]

        assert any(hostile.strip() in cell.replace("'", "") or hostile in cell.replace("'", "") for cell in cells)
        assert not [cell for cell in cells if cell.lstrip(" \u00a0").startswith(tuple("=+-@\t\r＝＋－＠"))]


def test_csv_is_as_the_readers_spreadsheet_expects_it(tmp_path: Path) -> None:
    taken = audit(connection(company_name="Épicerie"))

    english = taken.to_csv(tmp_path / "en.csv").read_bytes()
    french = taken.in_language("fr").to_csv(tmp_path / "fr.csv").read_bytes()

    assert english.startswith(b"\xef\xbb\xbfid,kind,")
    assert french.startswith(b"\xef\xbb\xbfid;kind;")
    assert "Épicerie".encode() in french
    header, cells = rows_of(tmp_path / "en.csv")
    row = dict(zip(header, cells, strict=True))
    assert row["connected_at"] == (AT - 200 * DAY).isoformat()
    assert row["scopes"] == "com.intuit.quickbooks.accounting openid email"
    assert taken.to_csv(tmp_path / "tab.csv", delimiter="\t").read_text(encoding="utf-8-sig").startswith("id\tkind")


def test_json_lines_are_an_object_each_row(tmp_path: Path) -> None:
    taken = audit(connection(1), connection(2, company_name="l'“été”\n"))

    path = taken.to_jsonl(tmp_path / "a.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert [row["company_name"] for row in rows] == ["Boulangerie Martin", "l'“été”\n"]
    assert rows[0]["connected_at"] == (AT - 200 * DAY).isoformat()
    assert rows[0]["scopes"] == ["com.intuit.quickbooks.accounting", "openid", "email"]


def test_a_snapshot_holds_the_frame_and_when_it_was_taken(tmp_path: Path) -> None:
    taken = audit(connection(1), connection(2))

    path = taken.to_parquet(tmp_path / "a.parquet")

    assert pl.read_parquet(path).equals(taken.to_polars())
    assert taken.diff(path).earlier_at == AT
    assert not taken.diff(path)


def broken_off(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield frame
    raise RuntimeError("broken off")


def test_a_file_that_cannot_be_made_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    taken = audit(connection())

    with pytest.raises(ConfigurationError, match="cannot part cells"):
        taken.to_csv(path, delimiter=";;")
    with pytest.raises(RuntimeError, match="broken off"):
        write_csv(path, broken_off(taken.to_polars()))
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_what_is_done_to_a_frame_is_not_done_to_the_audit() -> None:
    taken = audit(connection())

    taken.to_polars().drop_in_place("id")

    assert "id" in taken.to_polars().columns


def test_many_who_write_one_file_at_once_leave_one_that_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    few, many = audit(connection()), audit(*(connection(n) for n in range(3_000)))

    with ThreadPoolExecutor(8) as threads:
        for written in [threads.submit(taken.to_csv, path) for taken in (few, many) * 12]:
            written.result()
            assert path.read_bytes().count(b"\r\n") in (2, 3_001)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_link_and_a_mode_stay_what_they_are(tmp_path: Path) -> None:
    path, link = tmp_path / "a.csv", tmp_path / "link.csv"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)

    audit(connection()).to_csv(link)

    assert link.is_symlink()
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")
    assert path.stat().st_mode & 0o777 == 0o640


def test_two_firms_of_one_name_have_calendars_of_their_own() -> None:
    def uids(firm_id: str) -> set[str]:
        taken = audit(connection(), firm_id=firm_id, firms=[FIRM], clients=[CLIENT])
        return {str(one["uid"]) for one in events(calendar(taken._sheet)).values()}

    assert not uids("durand") & uids("other")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    taken = audit(connection())
    for write in (taken.to_csv, taken.to_jsonl, taken.to_parquet, taken.to_html, taken.to_ics):
        with pytest.raises(ConfigurationError, match=r"There is no folder .*nowhere"):
            write(tmp_path / "nowhere" / "file")


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    taken = audit(connection())
    for write in (taken.to_csv, taken.to_jsonl, taken.to_parquet, taken.to_html, taken.to_ics):
        with pytest.raises(ConfigurationError, match="cannot be written: Is a directory"):
            write(tmp_path)


def test_a_diff_tells_what_came_went_and_changed() -> None:
    earlier = audit(
        connection(1),
        connection(2),
        connection(3),
        connection(4),
        connection(5, state="disconnected"),
        connection(6, state="disconnected"),
        connection(7),
        taken_at=AT - 7 * DAY,
    )
    later = audit(
        connection(1),
        connection(2, owner_sub="sub-marie", owner_email="marie@durand.example"),
        connection(3, state="needs_reconnect"),
        connection(4, state="disconnected"),
        connection(5),
        connection(6, state="disconnected"),
        connection(8),
    )

    diff = later.diff(earlier)

    def ids(rows: tuple[object, ...]) -> list[str]:
        return [row.connection_id for row in rows]  # type: ignore[attr-defined]

    assert ids(diff.new) == ["con_5", "con_8"]
    assert ids(diff.gone) == ["con_4", "con_7"]
    assert [(one.connection_id, one.before, one.after) for one in diff.changed_owner] == [
        ("con_2", "jean@durand.example", "marie@durand.example")
    ]
    assert [(one.connection_id, one.before, one.after) for one in diff.changed_state] == [
        ("con_3", "connected", "needs_reconnect")
    ]
    assert (diff.earlier_at, diff.later_at) == (AT - 7 * DAY, AT)
    assert diff.to_polars().height == 6
    assert repr(diff) == "<AuditDiff new=2, gone=2, changed_owner=1, changed_state=1>"
    assert diff


def test_an_owner_who_changed_their_address_is_the_same_owner() -> None:
    diff = audit(connection(owner_email="jean@new.example")).diff(audit(connection()))

    assert not diff


def test_to_learn_who_owns_it_is_no_change_and_another_subject_is() -> None:
    nobody = audit(connection(owner_sub=None, owner_email=None, owner_name=None))
    subject = audit(connection(owner_email=None))

    assert not audit(connection()).diff(nobody)
    assert not nobody.diff(audit(connection()))
    assert not subject.diff(audit(connection(owner_sub=None)))
    (changed,) = audit(connection(owner_sub="sub-other")).diff(audit(connection())).changed_owner
    assert (changed.before, changed.after) == ("sub-jean", "sub-other")


def test_an_owner_known_by_address_only_is_compared_by_that_without_case() -> None:
    before = audit(connection(owner_sub=None, owner_email="JEAN@durand.example"))

    assert not audit(connection()).diff(before)
    assert audit(connection(owner_email="x@durand.example")).diff(before).changed_owner


def test_audits_of_different_firms_are_not_compared(tmp_path: Path) -> None:
    of_firm = audit(connection(), firm_id="durand", firms=[FIRM], clients=[CLIENT])

    for earlier in (of_firm, of_firm.to_parquet(tmp_path / "a.parquet")):
        with pytest.raises(ConfigurationError, match="One audit is of durand, the other of everything"):
            audit(connection()).diff(earlier)


@pytest.mark.parametrize("content", [None, b"", b"nonsense", "findings", "plain"])
def test_a_file_that_is_no_snapshot_is_refused(content: bytes | str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "findings":
        audit(connection()).to_parquet(path, "findings")
    elif content == "plain":
        audit(connection()).to_polars().write_parquet(path)

    with pytest.raises(ConfigurationError, match=r"a\.parquet (is no snapshot|cannot be read)") as told:
        audit(connection()).diff(path)
    assert "to_parquet" in told.value.hint


def events(made: bytes) -> dict[date, icalendar.Event]:
    return {event.decoded("dtstart"): event for event in icalendar.Calendar.from_ical(made).walk("VEVENT")}


def test_the_calendar_has_a_day_for_what_ends_and_who_subscribes_sees_it_move() -> None:
    ends = AT + 40 * DAY
    taken = audit(
        connection(1, refresh_expires_at=ends, company_name="A, B; C"),
        connection(2, refresh_expires_at=ends + timedelta(hours=3), company_name="Z"),
        connection(3, refresh_expires_at=ends, state="disconnected"),
        connection(4, refresh_expires_at=ends, reach="hand"),
        connection(5, refresh_expires_at=AT - DAY),
    )

    found = events(calendar(taken._sheet))

    tokens = found[ends.date()]
    assert str(tokens["summary"]) == "2 connections end unless they are used"
    assert "- Dext · A, B; C\n- Dext · Z" in str(tokens["description"])
    assert tokens.decoded("dtend") == ends.date() + DAY
    assert [alarm.decoded("trigger") for alarm in tokens.walk("VALARM")] == [-7 * DAY, -1 * DAY]
    cap = found[(AT + 1600 * DAY).date()]
    assert "consents end after five years" in str(cap["summary"])
    assert AT.date() - DAY not in found
    again = events(calendar(taken._sheet))
    assert {day: str(one["uid"]) for day, one in again.items()} == {day: str(one["uid"]) for day, one in found.items()}


def test_the_calendar_names_deadlines_of_plans_and_speaks_french(tmp_path: Path) -> None:
    taken = audit(connection(), lang="fr", firm_id="durand", firms=[FIRM], clients=[CLIENT])
    deadline = Deadline(plan_id="pln_1", action=PlanAction.DISCONNECT, at=AT + 9 * DAY, total=12)

    made = calendar(taken._sheet, [deadline])

    event = events(made)[(AT + 9 * DAY).date()]
    assert "12 connexions à déconnecter" in str(event["summary"])
    assert "qbapps apply pln_1" in str(event["description"])
    assert b"Cabinet Durand" in made
    assert taken.to_ics(tmp_path / "a.ics").read_bytes() == calendar(taken._sheet)


def test_of_many_that_end_on_one_day_some_are_named_and_the_rest_counted() -> None:
    taken = audit(*(connection(n, company_name=f"C{n:02}") for n in range(25)))

    event = events(calendar(taken._sheet))[(AT + 99 * DAY).date()]

    assert str(event["description"]).endswith("and 5 more")
    assert str(event["description"]).count("Dext") == 20


def test_the_summary_counts_what_lives_and_what_is_at_risk() -> None:
    summary = audit(
        connection(1),
        connection(2, state="needs_reconnect", realm_id=None, company_name="Sans numéro"),
        connection(3, state="disconnected", owner_sub="s", owner_email="z@z.example"),
        connection(4, owner_sub=None, owner_email=None, owner_name=None, app_id="time"),
    ).summary

    assert (summary.connections, summary.alive, summary.owners, summary.apps) == (4, 3, 1, 2)
    assert (summary.companies, summary.unowned, summary.at_risk) == (2, 1, 1)
    assert summary.states == {"connected": 2, "needs_reconnect": 1, "paused": 0, "disconnected": 1}
    assert summary.severities == {"high": 1, "medium": 0, "low": 1}


def test_it_says_what_it_is_without_showing_it() -> None:
    taken = audit(connection(), firm_id="durand", firms=[FIRM], clients=[CLIENT])

    assert repr(taken) == "<Audit of durand at 2026-03-01 12:00 UTC: 1 connections, 47 rules>"
    assert REALM not in repr(taken)
