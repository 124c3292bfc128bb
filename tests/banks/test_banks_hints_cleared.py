"""Which entries of the books are cleared, as the report says: the better hint, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hint_books import BANK, CARD, SINCE, TODAY, FakeBooks, cleared, codes, days_before, purchase, read, refusal, report

from qbapps.banks import EvidenceSource, WindowCode, plan_repair
from qbapps.banks.hint_reading import read_hints
from qbapps.banks.hints import HintCode


def test_cleared_entries_are_told_from_typed_ones_and_are_the_better_evidence() -> None:
    rows = {"Purchase": [purchase(1, days_before(2)), purchase(2, days_before(7))]}
    lines = {BANK: [(str(days_before(2)), "Dépense", "1", ""), (str(days_before(7)), "Dépense", "2", "C")]}
    books = FakeBooks(rows, cleared(lines))
    found = read(books)

    assert found.newest_cleared is not None
    assert (found.newest_cleared.day, found.newest_cleared.id) == (days_before(7), "2")
    assert found.newest is not None
    assert (found.newest.day, found.newest.kind) == (days_before(2), "Purchase")
    evidence = found.evidence()
    assert (evidence.source, evidence.booked) == (EvidenceSource.API_CLEARED, (days_before(7),))
    assert codes(books) == [HintCode.ONLY_A_HINT, HintCode.NEWEST, HintCode.NEWEST_CLEARED]
    plan = plan_repair(days_before(4), TODAY, "update_failed", {"512000": evidence})
    assert plan.windows["512000"].start == days_before(6)
    assert WindowCode.FROM_THE_LEDGER in plan.codes


@pytest.mark.parametrize("mark", ["C", "R", "Reconciled", " c "])
def test_the_marks_of_what_is_cleared(mark: str) -> None:
    found = read(FakeBooks(reports=cleared({BANK: [(str(days_before(2)), "Expense", "1", mark)]})))

    assert found.newest_cleared is not None
    assert found.cleared_known


def test_an_entry_that_no_query_gives_is_seen_in_the_report() -> None:
    rows = {"Purchase": [purchase(1, days_before(9))]}
    lines = {BANK: [(str(days_before(3)), "Chèque de paie", "77", ""), (str(days_before(9)), "Expense", "1", "")]}

    found = read(FakeBooks(rows, cleared(lines)))

    assert found.newest is not None
    assert (found.newest.kind, found.newest.id, found.newest.amount) == ("Chèque de paie", "77", None)


def test_none_cleared_is_something_else_than_not_knowing() -> None:
    rows = {"Purchase": [purchase(1, days_before(9))]}
    typed = cleared({BANK: [(str(days_before(9)), "Expense", "1", "")]})

    assert HintCode.NONE_CLEARED in codes(FakeBooks(rows, typed))
    for odd in (
        lambda _: refusal("5020"),
        lambda _: {},
        lambda _: {"Header": 7},
        lambda qs: report(qs, {}, EndPeriod="2022-01-01"),
        lambda qs: report(qs, {None: [(str(days_before(2)), "Expense", "1", "C")]}),
        lambda qs: report(qs, {BANK: [(str(days_before(2)), "Expense", "1", "Pointé")]}),
        lambda qs: report(qs, {BANK: [("08/06/2022", "Expense", "1", "C")]}),
        lambda qs: {**report(qs, {}), "Columns": {"Column": [{"MetaData": []}]}},
    ):
        found = read(FakeBooks(rows, odd))
        assert (found.newest_cleared, found.cleared_known) == (None, False)
        assert found.evidence().source is EvidenceSource.API_ANY
        assert HintCode.CLEARED_UNKNOWN in codes(FakeBooks(rows, odd))


def test_a_mark_that_is_not_understood_spoils_its_account_only() -> None:
    day = str(days_before(2))
    lines = {
        BANK: [(day, "Expense", "1", "C"), (day, "Expense", "2", "Pointé"), (day, "Expense", "3", "C")],
        CARD: [(day, "Expense", "4", "C")],
    }

    hints = read_hints(FakeBooks(reports=cleared(lines)), ["512000", "2"], today=TODAY, since=SINCE).accounts

    assert (hints["512000"].newest_cleared, hints["512000"].cleared_known) == (None, False)
    assert hints["2"].newest_cleared is not None


def test_a_part_of_an_account_counts_as_its_own() -> None:
    def nested(qs: Mapping[str, str]) -> Any:
        made = report(qs, {BANK: [(str(days_before(8)), "Expense", "1", "C")]})
        inner = report(qs, {CARD: [(str(days_before(2)), "Expense", "2", "C")]})["Rows"]["Row"][0]
        made["Rows"]["Row"][0]["Rows"]["Row"].append(inner)
        return made

    hints = read_hints(FakeBooks(reports=nested), ["1", "2"], today=TODAY, since=SINCE).accounts

    days = [hint.newest_cleared.day for hint in hints.values() if hint.newest_cleared is not None]
    assert days == [days_before(8), days_before(2)]


def test_a_voided_entry_of_a_report_says_nothing() -> None:
    def voided(qs: Mapping[str, str]) -> Any:
        made = report(qs, {BANK: [(str(days_before(1)), "Expense", "1", "R")]})
        made["Rows"]["Row"][0]["Rows"]["Row"][1]["ColData"][3]["value"] = "0.00"
        return made

    found = read(FakeBooks(reports=voided))

    assert (found.newest, found.newest_cleared) == (None, None)


def test_reports_are_of_six_months_at_most_and_stop_where_something_is_cleared() -> None:
    long_ago = days_before(300)
    books = FakeBooks(reports=cleared({BANK: [(str(long_ago), "Expense", "1", "C")]}))
    found = read_hints(books, ["512000"], today=TODAY, since=date(2020, 6, 10))

    asked = [(qs["start_date"], qs["end_date"]) for qs in books.reported]
    assert asked == [("2021-12-11", "2022-06-10"), ("2021-06-11", "2021-12-10")]
    assert {qs["account"] for qs in books.reported} == {BANK}
    assert found.requests == len(books.asked) + 2
    never = FakeBooks({"Purchase": [purchase(1, days_before(3))]})
    read_hints(never, ["512000"], today=TODAY, since=date(2010, 1, 1))
    assert len(never.reported) == 4
    assert HintCode.NONE_CLEARED in codes(never)
    far = read_hints(never, ["512000"], today=TODAY, since=date(2010, 1, 1)).accounts["512000"]
    assert not far.cleared_known
    soon = FakeBooks()
    read_hints(soon, ["512000"], today=TODAY, since=days_before(20))
    assert [(qs["start_date"], qs["end_date"]) for qs in soon.reported] == [(str(days_before(20)), str(TODAY))]
