"""What QuickBooks may say of a job, and what becomes of the job: no change twice, nothing stuck, nothing held up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desktop_house import QUARTER, House, house

from qbapps.domain.desktop.jobs import LONGEST_NOTE, MOST_TRIES
from qbapps.errors import TransitionError
from qbapps.simulator.desktop import MessageSets, QuickBooksBehaviour
from qbapps.simulator.desktop.hresults import refusal

HOUR = timedelta(hours=1)


def answer(name: str, request: str, status: int, *, message: str = "", body: str = "", recovery: str = "") -> str:
    """Write an answer of QuickBooks to the request document *request*."""
    number = request.partition('requestID="')[2].partition('"')[0]
    return (
        f'<?xml version="1.0"?><QBXML><QBXMLMsgsRs{recovery}>'
        f'<{name}Rs requestID="{number}" statusCode="{status}" statusSeverity="Error" statusMessage="{message}">'
        f"{body}</{name}Rs></QBXMLMsgsRs></QBXML>"
    )


def say_instead(there: House, *answers: object) -> None:
    """Let QuickBooks say these, one after another, in place of carrying out what changes it."""
    left = list(answers)
    real = there.quickbooks.process

    def process(text: str, ticket: str | None = None, *, is_own: bool = False) -> object:
        if is_own or not left or "TimeTrackingAdd" not in text:
            return real(text, ticket, is_own=is_own)
        said = left.pop(0)
        return said(text) if callable(said) else said

    there.quickbooks.process = process  # type: ignore[method-assign,assignment]


def status(code: int, message: str = "") -> object:
    return lambda request: answer("TimeTrackingAdd", request, code, message=message)


def about_the_set(code: int) -> object:
    return lambda _: f'<?xml version="1.0"?><QBXML><QBXMLMsgsRs messageSetStatusCode="{code}"></QBXMLMsgsRs></QBXML>'


@pytest.mark.parametrize("code", [3175, 3176, 3180, 1010])
def test_what_may_pass_is_tried_again_later_under_a_new_name(code: int) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, status(code), status(code))
        assert there.later().outcome == "done"
        first = there.job(job)
        assert (first.state, first.code, first.tries) == ("queued", str(code), 1)
        assert first.sent is None
        there.later()
        there.later()
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"]
        assert there.attention is None


def test_what_never_passes_fails_after_some_tries_and_holds_nothing_up() -> None:
    with house() as there:
        there.update()
        job, other = there.add("monday"), there.ask()
        say_instead(there, *[status(3180, "It is locked.")] * 20)
        there.later()
        assert there.job(other).state == "done"
        for _ in range(8):
            there.later(HOUR)
        failed = there.job(job)
        assert (failed.state, failed.code, failed.note, failed.tries) == ("failed", "3180", "It is locked.", MOST_TRIES)


@pytest.mark.parametrize("code", [3100, 3120, 3140, 3200, 3020, 3263, 3250, 3260, 3261, 1030])
def test_what_cannot_pass_fails_at_once(code: int) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, status(code))
        assert there.later().outcome == "done"
        assert (there.job(job).state, there.job(job).code) == ("failed", str(code))
        with pytest.raises(TransitionError):
            there.qb.desktop.results(job.id)
        needs_somebody = code in {3263, 3250, 3260, 3261}
        assert there.attention == (str(code) if needs_somebody else None)
        # It was seen to: the same goes now.
        there.add("tuesday")
        assert there.later().outcome == "done"
        assert there.attention is None


@pytest.mark.parametrize("code", [1000, 1234])
def test_an_error_that_may_have_come_after_the_deed_is_for_a_person(code: int) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, status(code))
        there.later()
        assert_is_for_a_person(there, job.id)
        settled = there.qb.desktop.settle_job(job.id, carried_out=False, by="Marie", note="It is not there.")
        assert (settled.state, there.attention) == ("failed", None)
        there.later()
        assert there.hours() == []


@pytest.mark.parametrize("code", [9001, 9005, 9003])
def test_a_name_that_quickbooks_has_trouble_with_is_for_a_person(code: int) -> None:
    with house() as there:
        there.update()
        job, other = there.add("monday"), there.add("tuesday")
        say_instead(there, about_the_set(code))
        there.later()
        assert_is_for_a_person(there, job.id)
        for _ in range(3):
            there.later(HOUR)
        assert there.job(job).state == "unknown", "it is not sent again by itself"
        assert there.job(other).state == "done"
        assert there.attention == "outcome_unknown"
        assert there.hours() == ["tuesday"]
        there.qb.desktop.settle_job(job.id, carried_out=True, by="Marie")
        assert (there.job(job).state, there.attention) == ("done", None)


def test_a_name_that_quickbooks_does_not_take_fails() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, about_the_set(9004))
        there.later()
        assert (there.job(job).state, there.job(job).code) == ("failed", "9004")


@pytest.mark.parametrize("code", [600, 9002])
def test_a_name_that_quickbooks_does_not_know_is_nothing_done(code: int) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, about_the_set(code))
        there.later()
        assert there.job(job).state == "queued"
        there.later()
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"]


def test_a_quickbooks_that_keeps_no_answers_gets_no_change_twice() -> None:
    with house(quickbooks=QuickBooksBehaviour(message_sets=MessageSets.REFUSED)) as there:
        there.update()
        job = there.add("monday")
        for _ in range(4):
            there.later(HOUR)
        assert_is_for_a_person(there, job.id)
        assert there.hours() == []


def assert_is_for_a_person(there: House, job_id: str) -> None:
    found = there.status.attention
    assert there.qb.desktop.job(job_id).state == "unknown"
    assert found is not None
    assert (found.code, found.note) == ("outcome_unknown", job_id)


# No answer, but an HRESULT


@pytest.mark.parametrize("code", ["0x80040402", "0x8004040D", "0x80040401", "0x8004041C"])
def test_an_answer_that_got_lost_is_asked_for_again(code: str) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        there.quickbooks.lose_answer(code)
        there.later()
        assert there.job(job).state == "unknown"
        there.later()
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"]


@pytest.mark.parametrize("code", ["0x80040414", "0x80040424", "0x80040418", "0x8004040A"])
def test_a_change_that_may_have_been_made_keeps_its_name_when_it_is_not_taken_next_time(code: str) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        there.quickbooks.lose_answer("0x80040402")
        there.later()
        name = there.job(job).message_set
        refuse_once(there, code)
        there.later()
        assert (there.job(job).state, there.job(job).message_set) == ("unknown", name)
        there.settle()
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"], "carried out once, and the kept answer given again"


@pytest.mark.parametrize("code", ["0x80040414", "0x80040424"])
def test_a_change_that_was_not_taken_is_still_queued(code: str) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        refuse_once(there, code)
        there.later()
        assert there.job(job).state == "queued"
        cancelled = there.qb.desktop.cancel_job(job.id)
        assert cancelled.state == "cancelled"
        there.settle()
        assert there.hours() == []


def refuse_once(there: House, code: str) -> None:
    say_instead(there, refusal(code))


def test_qbxml_that_is_not_read_fails_for_good() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        refuse_once(there, "0x80040400")
        there.later()
        assert (there.job(job).state, there.job(job).code) == ("failed", "0x80040400")
        there.later()
        assert there.hours() == []


@pytest.mark.parametrize("code", ["0x80040400", "0x80040423"])
def test_a_change_that_may_have_been_made_and_is_not_read_any_more_is_for_a_person(code: str) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        there.quickbooks.lose_answer("0x80040402")
        there.later()
        refuse_once(there, code)
        there.later()
        assert_is_for_a_person(there, job.id)
        there.settle()
        assert there.job(job).state == "unknown"
        assert there.hours() == ["monday"]


# Poison


def test_a_change_that_breaks_quickbooks_each_time_waits_for_a_person_and_lets_others_go_on() -> None:
    with house() as there:
        there.update()
        poison, other, question = there.add("poison"), there.add("tuesday"), there.ask()
        break_on(there, "poison")
        runs = 0
        while there.job(other).state != "done":
            there.later(ALL)
            runs += 1
            assert runs <= MOST_TRIES + 1, "held up for ever"
        assert there.job(question).state == "done"
        assert there.job(poison).state == "unknown"
        assert_is_for_a_person(there, poison.id)
        third = there.add("wednesday")
        there.later(QUARTER)
        assert there.job(third).state == "done"
        there.qb.desktop.settle_job(poison.id, carried_out=False, by="Marie")
        assert there.attention is None


def test_a_question_that_breaks_quickbooks_each_time_fails_and_lets_others_go_on() -> None:
    with house() as there:
        there.update()
        poison, other = there.ask("Vendor", page=None), there.add("tuesday")
        break_on(there, "VendorQuery")
        there.later(ALL)
        there.later(ALL)
        assert there.job(other).state == "done", "the next session begins with what has not failed yet"
        for _ in range(2 * MOST_TRIES):
            there.later(2 * HOUR)
        assert there.job(poison).state == "failed"


ALL = timedelta(minutes=12)


def break_on(there: House, word: str) -> None:
    """Let the connector die, and QuickBooks with it, whenever it works on what has *word* in it."""
    real = there.quickbooks.process

    def process(text: str, ticket: str | None = None, *, is_own: bool = False) -> object:
        if word in text:
            there.connector.die_after("process")
        return real(text, ticket, is_own=is_own)

    there.quickbooks.process = process  # type: ignore[method-assign,assignment]


# Pages


def test_a_bad_iterator_begins_anew_and_gives_each_record_once() -> None:
    with house() as there:
        there.update()
        job = there.ask(page=2)
        pages = [0]
        real = there.quickbooks.process

        def process(text: str, ticket: str | None = None, *, is_own: bool = False) -> object:
            if 'iterator="Continue"' in text:
                pages[0] += 1
                if pages[0] == 2:
                    return answer("CustomerQuery", text, 3391)
            return real(text, ticket, is_own=is_own)

        there.quickbooks.process = process  # type: ignore[method-assign,assignment]
        there.later()
        assert (there.job(job).state, there.job(job).code) == ("queued", "3391")
        there.later()
        done = there.job(job)
        assert (done.state, done.records, done.pages, done.attempt) == ("done", 6, 3, 2)
        assert len(set(there.names(job))) == 6 == len(there.names(job))


def test_an_answer_that_cannot_be_read_is_asked_for_again() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, "<QBXML><QBXMLMsgsRs>", "no XML at all")
        there.later()
        assert (there.job(job).state, there.job(job).code) == ("unknown", "unreadable")
        there.settle()
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"]


def test_what_quickbooks_says_is_kept_within_bounds() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, status(3140, "x" * 100_000))
        there.later()
        assert len(there.job(job).note or "") == LONGEST_NOTE


def test_an_unknown_change_of_one_job_is_not_forgotten_because_another_went_well() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        say_instead(there, about_the_set(9001))
        there.later()
        there.add("tuesday")
        there.later()
        assert_is_for_a_person(there, job.id)
        # Something else comes between, and passes.
        there.quickbooks.refuse_with("0x80040414")
        there.add("wednesday")
        there.later()
        assert there.attention == "0x80040414"
        there.later()
        assert_is_for_a_person(there, job.id)
