"""What the books say of an account's newest rows, and how sure that is."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest
from hint_books import (
    BANK,
    CARD,
    SINCE,
    TODAY,
    FakeBooks,
    cleared,
    codes,
    days_before,
    deposit,
    purchase,
    read,
    refusal,
    to,
)
from hypothesis import given
from hypothesis import strategies as st

from qbapps.banks import WindowCode, hint_reading, plan_repair
from qbapps.banks.bookings import ENTITIES
from qbapps.banks.hint_reading import MOST_PAGES, PAGE, read_hints
from qbapps.banks.hints import HintCode
from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected, IntuitUnavailable, ReconnectRequired


def test_the_newest_entry_of_any_kind_is_found_with_its_kind_and_id() -> None:
    rows = {
        "Deposit": [deposit(4, days_before(9)), deposit(5, days_before(3), CARD)],
        "Purchase": [purchase(6, days_before(5), amount=12.5)],
        "Transfer": [{"Id": "7", "TxnDate": str(days_before(8)), "Amount": 1, **to(BANK, "ToAccountRef")}],
    }

    found = read(FakeBooks(rows))

    assert found.newest is not None
    assert (found.newest.day, found.newest.kind, found.newest.id) == (days_before(5), "Purchase", "6")
    assert str(found.newest.amount) == "-12.5"
    assert (found.ledger.id, found.ledger.full_name, found.account) == (BANK, "Banque", "512000")


def test_every_account_has_its_own_and_goes_by_the_name_it_was_asked_for() -> None:
    rows = {"Deposit": [deposit(4, days_before(9)), deposit(5, days_before(3), CARD)]}

    hints = read_hints(FakeBooks(rows), ["512000", "carte"], today=TODAY, since=SINCE)

    days = {name: hint.newest.day for name, hint in hints.accounts.items() if hint.newest is not None}
    assert days == {"512000": days_before(9), "carte": days_before(3)}
    assert list(hints.evidence()) == ["512000", "carte"]


@pytest.mark.parametrize("ids", [["9", "10"], ["10", "9"]])
def test_of_one_day_the_entry_with_the_highest_id_was_entered_last(ids: list[str]) -> None:
    one, other = ids
    rows = {"Deposit": [deposit(one, days_before(1))], "Purchase": [purchase(other, days_before(1))]}

    newest = read(FakeBooks(rows)).newest

    assert newest is not None
    assert newest.id == "10"


def test_what_is_dated_later_than_today_does_not_count_and_is_told() -> None:
    later, latest = days_before(-20), days_before(-90)
    rows = {"Purchase": [purchase(1, latest), purchase(2, later), purchase(3, TODAY), purchase(4, days_before(2))]}
    found = read(FakeBooks(rows))

    assert found.newest is not None
    assert found.newest.day == TODAY
    assert found.future is not None
    assert found.future.day == latest
    assert found.read >= 1
    assert HintCode.FUTURE_IGNORED in codes(FakeBooks(rows))
    evidence = found.evidence()
    assert (evidence.booked, evidence.newest(TODAY)) == ((TODAY, latest), TODAY)
    plan = plan_repair(days_before(30), TODAY, "update_failed", {"512000": evidence})
    assert WindowCode.FUTURE_ROWS_IGNORED in plan.codes


def test_an_entry_of_nothing_says_nothing() -> None:
    rows = {"Purchase": [purchase(1, TODAY, amount=0), purchase(2, days_before(4))]}

    newest = read(FakeBooks(rows)).newest

    assert newest is not None
    assert newest.id == "2"


def test_without_entries_it_says_since_when() -> None:
    found = read_hints(FakeBooks({"Purchase": [purchase(1, TODAY, CARD)]}), ["512000"], today=TODAY, since=SINCE)

    assert found.accounts["512000"].newest is None
    assert [each.code for each in found.remarks] == [HintCode.ONLY_A_HINT, HintCode.NO_ENTRIES]
    assert "6 May 2021" in found.why("en")[1]
    plan = plan_repair(days_before(30), TODAY, "update_failed", found.evidence())
    assert {WindowCode.NO_PRIOR_ROWS, WindowCode.FROM_THE_LEDGER} <= set(plan.codes)


def test_a_tab_that_somebody_looked_at_is_more_than_a_hint() -> None:
    ledger = read(FakeBooks({"Purchase": [purchase(1, days_before(9))]})).evidence()

    for review, hinted in ((days_before(5), False), (days_before(12), True)):
        known = attrs.evolve(ledger, review=(review,))
        plan = plan_repair(days_before(4), TODAY, "update_failed", {"512000": known})
        assert (WindowCode.FROM_THE_LEDGER in plan.codes) is hinted


def test_accounts_that_are_used_take_twelve_requests() -> None:
    rows = {"Purchase": [purchase(n, days_before(n % 300)) for n in range(1, 4 * PAGE)]}
    books = FakeBooks(rows, cleared({BANK: [(str(TODAY), "Expense", "1", "C")]}))
    hints = read_hints(books, ["512000"], today=TODAY)

    assert hints.requests == 12
    newest = hints.accounts["512000"].newest
    assert newest is not None
    assert newest.day == TODAY
    # What is older than the newest that is known is not asked for again.
    assert sum(f"TxnDate >= '{TODAY}'" in query for query in books.asked) == len(ENTITIES) - 1


def test_an_account_that_is_hardly_used_is_looked_for_on_further_pages() -> None:
    many = [purchase(n, days_before(1), CARD) for n in range(1, 2 * PAGE)]
    books = FakeBooks({"Purchase": [*many, purchase(9000, days_before(50))]})

    found = read(books)

    assert found.newest is not None
    assert (found.newest.id, found.read) == ("9000", 1)
    assert [query.count("STARTPOSITION 1001 ") for query in books.asked].count(1) == 1
    assert found.account == "512000"


def test_a_day_that_goes_on_on_the_next_page_is_read_to_its_end() -> None:
    others = [purchase(n, days_before(1), CARD) for n in range(10, 9 + PAGE)]
    rows = {"Purchase": [purchase(5, days_before(1)), *others, purchase(9000, days_before(1))]}

    newest = read(FakeBooks(rows)).newest

    assert newest is not None
    assert newest.id == "9000"


def test_pages_end_and_what_is_behind_them_is_told() -> None:
    many = [purchase(n, days_before(1), CARD) for n in range(1, (MOST_PAGES + 1) * PAGE)]
    books = FakeBooks({"Purchase": [*many, purchase(9000, days_before(50))]})

    hints = read_hints(books, ["512000"], today=TODAY, since=SINCE)

    assert hints.accounts["512000"].newest is None
    assert [(each.code, each.values["day"]) for each in hints.unread] == [(HintCode.PARTLY_READ, days_before(1))]
    assert hints.requests <= 1 + MOST_PAGES + len(ENTITIES) - 1 + 4


def test_rows_that_come_in_another_order_are_read_to_the_end() -> None:
    others = [purchase(n, days_before(30)) for n in range(1, PAGE)]
    rows = {"Purchase": [purchase(4000, days_before(200)), *others, purchase(5000, days_before(2))]}

    newest = read(FakeBooks(rows, is_ordered=False)).newest

    assert newest is not None
    assert newest.id == "5000"


def test_a_row_that_moved_to_the_next_page_meanwhile_counts_once() -> None:
    rows = {"Purchase": [purchase(7, days_before(3)) for _ in range(PAGE + 1)]}

    assert read(FakeBooks(rows)).read == 1


def test_what_intuit_does_not_answer_of_one_kind_is_told_and_the_rest_counts() -> None:
    rows = {"Purchase": [purchase(1, days_before(3))], "Deposit": [deposit(2, days_before(1))]}
    books = FakeBooks(rows, refused={"Deposit": refusal()})

    hints = read_hints(books, ["512000"], today=TODAY, since=SINCE)

    newest = hints.accounts["512000"].newest
    assert newest is not None
    assert newest.id == "1"
    assert [(each.code, each.values["error"]) for each in hints.unread] == [(HintCode.NOT_READ, "4001")]
    assert "bank deposit" in hints.why("en")[-1]


def test_when_nothing_at_all_is_answered_it_is_an_error() -> None:
    with pytest.raises(IntuitRejected):
        read(FakeBooks(refused={entity.name: refusal("6190") for entity in ENTITIES}))


@pytest.mark.parametrize(
    "failure",
    [
        refusal("120"),
        refusal("3100"),
        refusal("3200"),
        refusal(None),
        IntuitUnavailable("Throttled.", hint="…", status=429),
        IntuitProtocolError("Garbled.", hint="…"),
        ReconnectRequired("Over.", hint="…"),
    ],
)
def test_what_is_about_the_connection_or_intuit_itself_is_raised(failure: Exception) -> None:
    with pytest.raises(type(failure)):
        read(FakeBooks(refused={"Transfer": failure}))
    with pytest.raises(type(failure)):
        read(FakeBooks(reports=lambda _: failure))
    with pytest.raises(type(failure)):
        read(FakeBooks(refused={"Account": failure}))


def test_rows_that_are_not_understood_are_counted() -> None:
    rows = {"Deposit": [{"Id": "1", "TxnDate": str(TODAY)}, None, deposit(2, days_before(4))]}
    hints = read_hints(FakeBooks(rows), ["512000"], today=TODAY, since=SINCE)

    assert [(each.code, each.values["count"]) for each in hints.unread] == [(HintCode.ROWS_NOT_UNDERSTOOD, 2)]
    newest = hints.accounts["512000"].newest
    assert newest is not None
    assert newest.id == "2"


@pytest.mark.parametrize("answer", [{}, {"QueryResponse": []}, {"QueryResponse": {"Bill": [{}]}}])
def test_an_answer_of_something_else_is_not_taken_for_no_rows(answer: Any) -> None:
    class Odd(FakeBooks):
        def query(self, select: str) -> Any:
            return answer if "FROM Deposit" in select else super().query(select)

    with pytest.raises(IntuitProtocolError, match="Deposit"):
        read(Odd())


def test_what_cannot_be_asked_is_refused_before_the_books_are_read() -> None:
    books = FakeBooks()
    with pytest.raises(ConfigurationError, match="several"):
        read_hints(books, "512000", today=TODAY)
    with pytest.raises(ConfigurationError, match="after"):
        read_hints(books, ["512000"], today=TODAY, since=days_before(-1))
    assert books.asked == []
    with pytest.raises(ConfigurationError, match="no account"):
        read_hints(books, ["512000", "401000"], today=TODAY)
    assert len(books.asked) == 1
    assert read_hints(books, [], today=TODAY).requests == 0
    assert len(books.asked) == 1


def test_it_is_said_in_english_and_french_that_they_are_hints() -> None:
    rows = {"Purchase": [purchase(145, date(2022, 3, 4))]}
    hints = read_hints(FakeBooks(rows), ["512000"], today=TODAY)

    assert hints.why("en")[0].startswith("These dates are hints: ")
    assert hints.why("en")[1] == "512000: the newest entry in the books is of 4 March 2022 (expense 145)."
    assert len(hints.why("fr")) == len(hints.why("en"))


day_lists = st.lists(
    st.tuples(st.integers(-40, 380), st.sampled_from([BANK, CARD]), st.sampled_from(["Purchase", "Deposit"])),
    max_size=12,
)


@given(entries=day_lists, page=st.integers(1, 4), order=st.randoms(use_true_random=False))
def test_the_newest_is_the_newest_however_rows_are_paged_and_ordered(
    entries: list[tuple[int, str, str]], page: int, order: Any
) -> None:
    make = {"Purchase": purchase, "Deposit": deposit}
    numbered = list(enumerate(entries, 1))
    order.shuffle(numbered)
    rows: dict[str, list[Any]] = {"Purchase": [], "Deposit": []}
    for number, (ago, account, entity) in numbered:
        rows[entity].append(make[entity](number, days_before(ago), account))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hint_reading, "PAGE", page)
        patch.setattr(hint_reading, "MOST_PAGES", 20)
        hints = read_hints(FakeBooks(rows), [BANK, CARD], today=TODAY, since=SINCE)

    for account, hint in hints.accounts.items():
        past = [(-ago, n) for n, (ago, own, _) in enumerate(entries, 1) if own == account and ago >= 0]
        future = [(-ago, n) for n, (ago, own, _) in enumerate(entries, 1) if own == account and ago < 0]
        for found, wanted in ((hint.newest, past), (hint.future, future)):
            assert (found and found.id) == (str(max(wanted)[1]) if wanted else None)
