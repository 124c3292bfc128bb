"""The checklist: what was shown outranks what was said, and nobody's word is overwritten unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain.desktop.checklist import (
    ANSWERABLE,
    CONNECTOR,
    ONLY_SAID,
    ONLY_SHOWN,
    TIME,
    Check,
    CheckState,
    Evidence,
    Item,
    attest,
    beforehand,
    found,
    items,
    merge,
    missing,
)
from qbapps.errors import TransitionError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHY = Evidence(ground="called")
OPEN, VERIFIED, ATTESTED, FAILED = CheckState


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def shown(item: Item, minutes: int, *, good: bool) -> Check:
    return found(item, (VERIFIED if good else FAILED, WHY), after(minutes))


def said(item: Item, minutes: int, by: str = "Marie") -> Check:
    return Check(item=item, state=ATTESTED, by=by, at=after(minutes))


@st.composite
def checks(draw: st.DrawFn, item: Item, moments: st.SearchStrategy[int]) -> Check:
    minutes = draw(moments)
    kind = draw(st.sampled_from(["open", "said", "good", "bad"]))
    if kind == "open":
        return Check(item=item)
    if kind == "said":
        return said(item, minutes, draw(st.sampled_from(["Marie", "Jean"])))
    return shown(item, minutes, good=kind == "good")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Check, Check]:
    item = draw(st.sampled_from(Item))
    first, second = draw(st.permutations(range(5)))[:2]
    return draw(checks(item, st.just(first))), draw(checks(item, st.just(second)))


@given(pair=pairs())
def test_which_check_counts_does_not_depend_on_which_came_in_first(pair: tuple[Check, Check]) -> None:
    one, other = pair

    assert merge(one, other) == merge(other, one)


@given(pair=pairs())
def test_merging_again_changes_nothing_and_makes_nothing_up(pair: tuple[Check, Check]) -> None:
    one, other = pair
    result = merge(one, other)

    assert result in pair
    assert merge(result, other) == result
    assert merge(one, result) == result
    assert merge(one, one) == one


@given(pair=pairs())
def test_what_was_answered_never_becomes_open_again(pair: tuple[Check, Check]) -> None:
    assert (merge(*pair).state is OPEN) == all(check.state is OPEN for check in pair)


@pytest.mark.parametrize("item", Item)
@given(early=st.integers(0, 9), late=st.integers(10, 19))
def test_evidence_that_came_after_a_word_counts_for_and_against_it(item: Item, early: int, late: int) -> None:
    assert merge(said(item, early), shown(item, late, good=False)).state is FAILED
    assert merge(said(item, early), shown(item, late, good=True)).state is VERIFIED


@pytest.mark.parametrize("item", Item)
def test_a_second_word_does_not_take_the_place_of_the_first(item: Item) -> None:
    assert merge(said(item, 0, "Marie"), said(item, 5, "Jean")).by == "Marie"


@pytest.mark.parametrize("item", Item)
def test_a_word_does_not_take_the_place_of_evidence_that_it_is_right(item: Item) -> None:
    assert merge(shown(item, 0, good=True), said(item, 5)).state is VERIFIED


@pytest.mark.parametrize("item", Item)
def test_a_later_word_only_answers_a_failure_of_a_moment(item: Item) -> None:
    assert merge(shown(item, 0, good=False), said(item, 5)).state is (ATTESTED if item in ANSWERABLE else FAILED)
    assert merge(shown(item, 5, good=False), said(item, 0)).state is FAILED


@pytest.mark.parametrize("good", [True, False])
def test_later_evidence_counts_and_of_one_instant_the_worse(good: bool) -> None:
    item = Item.WEEK_START

    assert merge(shown(item, 0, good=good), shown(item, 1, good=not good)).state is (FAILED if good else VERIFIED)
    assert merge(shown(item, 1, good=good), shown(item, 1, good=not good)).state is FAILED


def test_checks_of_two_things_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="two things"):
        merge(said(Item.WINDOWS, 0), said(Item.EDITION, 0))


@pytest.mark.parametrize("item", sorted(ONLY_SHOWN))
def test_nobody_can_attest_what_only_a_session_shows(item: Item) -> None:
    with pytest.raises(TransitionError, match="cannot be attested"):
        attest(Check(item=item), by="Marie", at=NOON)


@pytest.mark.parametrize("item", [item for item in Item if item not in ONLY_SHOWN])
def test_everything_else_can_be_attested_once(item: Item) -> None:
    first = attest(Check(item=item), by="Marie", at=NOON, note="seen")

    assert (first.state, first.by, first.at, first.note) == (ATTESTED, "Marie", NOON, "seen")
    assert attest(first, by="Marie", at=after(5)) == first
    with pytest.raises(TransitionError, match="attested by Marie already"):
        attest(first, by="Jean", at=after(5))


def test_attesting_what_was_shown_keeps_what_was_shown() -> None:
    check = shown(Item.PAYROLL_ON, 0, good=False)

    assert attest(check, by="Marie", at=after(5)) == check


def test_the_right_company_is_never_a_matter_of_words() -> None:
    assert Item.RIGHT_COMPANY in ONLY_SHOWN
    assert not ONLY_SHOWN & ANSWERABLE
    assert not ONLY_SHOWN & ONLY_SAID


def test_an_app_for_hours_needs_what_every_app_needs_and_more() -> None:
    assert set(CONNECTOR) < set(TIME) == set(Item)
    assert items() == CONNECTOR
    assert items(["week_start"]) == (*CONNECTOR, Item.WEEK_START)
    assert items(TIME) == TIME
    with pytest.raises(ValueError, match="no_such"):
        items(["no_such"])


def test_what_has_to_be_answered_beforehand_leaves_out_what_only_a_session_shows() -> None:
    asked = beforehand(CONNECTOR)

    assert set(asked) == set(CONNECTOR) - ONLY_SHOWN
    assert missing(asked, {}) == asked
    assert missing(asked, {item: said(item, 0) for item in asked}) == ()
    assert missing(asked, {item: shown(item, 0, good=item is not Item.EDITION) for item in asked}) == (Item.EDITION,)
    assert missing([Item.WINDOWS], {Item.WINDOWS: Check(item=Item.WINDOWS)}) == (Item.WINDOWS,)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": ATTESTED, "at": NOON},
        {"state": VERIFIED, "at": NOON, "by": "Marie"},
        {"state": FAILED},
        {"state": ATTESTED, "by": "Marie", "at": NOON.replace(tzinfo=None)},
    ],
)
def test_an_answered_check_says_when_and_a_word_says_whose(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"Check\."):
        Check(item=Item.WINDOWS, **broken)  # type: ignore[arg-type]


def test_evidence_can_be_a_key() -> None:
    assert len({Evidence(ground="called"), Evidence(ground="called")}) == 1
