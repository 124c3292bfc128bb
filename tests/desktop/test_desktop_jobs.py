"""Jobs: one for a key, cancelled before they are sent, settled by people, and results as they come."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from desktop_house import House, house, register, talk
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qbxml
from qbapps.domain.desktop import jobs, sessions
from qbapps.domain.desktop.jobs import LONGEST_PAUSE, MOST_TRIES, Job, JobState
from qbapps.errors import ConfigurationError, NotFoundError, TransitionError

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


# One key, one job


def test_a_key_makes_one_job_of_two_and_hours_once() -> None:
    with house() as there:
        first = there.add("monday")
        assert there.add("monday") == first
        there.update()
        again = there.add("monday")
        assert (again.id, again.state) == (first.id, "done")
        there.later()
        assert there.hours() == ["monday"]


def test_a_key_stands_for_one_request_only() -> None:
    with house() as there:
        there.add("monday", hours=8)
        with pytest.raises(ConfigurationError) as refusal:
            there.add("monday", hours=7)
        assert "monday" in str(refusal.value)
        assert len(there.jobs()) == 1


def test_a_key_belongs_to_its_connection() -> None:
    with house() as there:
        other, _ = there.qb.desktop.connect("time", company="Boulangerie Martin")
        mine = there.add("monday")
        theirs = there.qb.desktop.enqueue(other.id, qbxml.query("Customer"), key="monday")
        assert mine.id != theirs.id


def test_whoever_queues_at_once_with_one_key_gets_one_job() -> None:
    with house() as there:
        found: list[str] = []
        together = threading.Barrier(12)

        def queue() -> None:
            together.wait()
            found.append(there.add("monday").id)

        threads = [threading.Thread(target=queue) for _ in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(found) == 12
        assert len(set(found)) == 1
        assert len(there.jobs()) == 1


def test_jobs_are_sent_in_the_order_in_which_they_were_queued() -> None:
    with house() as there:
        queued = [there.add(f"{n:02}").id for n in range(20)]
        there.update()
        sent = [time.notes for time in there.company.times]
        assert sent == [f"{n:02}" for n in range(20)]
        assert [job.id for job in there.qb.desktop.jobs(there.id)] == queued


def test_what_is_no_request_and_what_is_no_connection_is_refused() -> None:
    with house() as there:
        with pytest.raises(ConfigurationError):
            there.qb.desktop.enqueue(there.id, "<CustomerQueryRq/>")  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError):
            there.qb.desktop.enqueue(there.id, qbxml.query("Customer"), key=" ")
        for key in (None, "monday"):
            with pytest.raises(NotFoundError):
                there.qb.desktop.enqueue("con_unknown", qbxml.query("Customer"), key=key)
        with pytest.raises(NotFoundError):
            there.qb.desktop.job("job_unknown")


# Names of message sets


def test_changes_are_named_within_23_characters_and_each_otherwise() -> None:
    with house() as there:
        for n in range(10):
            there.add(str(n))
        there.update()
        names = [job.message_set or "" for job in there.qb.desktop.jobs(there.id)]
        assert all(0 < len(name) <= 23 for name in names)
        assert len(set(names)) == 10
        (stored,) = there.company.message_sets.values()
        assert stored.ids == (names[-1],), "what was acknowledged is released"


def test_questions_have_no_name_and_mark_each_page() -> None:
    with house() as there:
        there.ask(page=2)
        begun = talk(there)
        marks = []
        while True:
            request = begun.ask()
            marks.append(request.partition('requestID="')[2].partition('"')[0])
            assert "MessageSetID" not in request
            if begun.receive(begun.process(request)) == 100:
                break
        assert len(set(marks)) == len(marks) == 3
        assert all(len(mark) <= 50 for mark in marks)


def test_a_change_is_sent_again_byte_for_byte_even_if_all_else_has_changed() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        sent: list[str] = []
        there.connector.before("process", lambda call: sent.append(call.arguments["request"]))
        there.connector.die_after("process")
        there.later()
        register(there.qb, qbxml="12.0")
        there.settle()
        changes = [text for text in sent if "TimeTrackingAdd" in text]
        assert len(changes) == 2
        assert changes[0] == changes[1]
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"]


def test_a_change_of_unknown_fate_goes_before_all_else() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        there.connector.die_after("process")
        there.later()
        early = there.ask()
        there.add("tuesday")
        order: list[str] = []
        there.connector.before("process", lambda call: order.append(call.arguments["request"]))
        there.settle()
        assert "monday" in order[0]
        assert there.job(early).state == "done"


# Cancelling, settling


def test_what_was_not_sent_can_be_cancelled() -> None:
    with house() as there:
        job = there.add("monday")
        assert there.qb.desktop.cancel_job(job.id, by="Marie").state == "cancelled"
        assert there.qb.desktop.cancel_job(job.id).state == "cancelled"
        there.update()
        assert there.hours() == []
        with pytest.raises(TransitionError):
            there.qb.desktop.results(job.id)


def test_what_was_sent_cannot_be_cancelled() -> None:
    with house() as there:
        job = there.add("monday")
        there.connector.before("process", lambda _: _refused(there, job))
        there.update()
        _refused(there, job)
        assert there.hours() == ["monday"]


def _refused(there: House, job: Job) -> None:
    if there.job(job).state != "queued":
        with pytest.raises(TransitionError):
            there.qb.desktop.cancel_job(job.id)


@pytest.mark.parametrize("state", ["queued", "done"])
def test_only_what_nobody_knows_can_be_settled(state: str) -> None:
    with house() as there:
        job = there.add("monday")
        if state == "done":
            there.update()
        with pytest.raises(TransitionError):
            there.qb.desktop.settle_job(job.id, carried_out=True, by="Marie")
        assert there.job(job).state == state


@pytest.mark.parametrize("carried_out", [True, False])
def test_what_a_person_settles_is_not_sent_again(carried_out: bool) -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        there.connector.lose_request_of("receiveResponseXML")
        there.later()
        assert there.job(job).state == "unknown"
        with pytest.raises(ConfigurationError):
            there.qb.desktop.settle_job(job.id, carried_out=carried_out, by="")
        with pytest.raises(TransitionError):
            there.qb.desktop.settle_job(job.id, carried_out=carried_out, by="Marie")  # it is sent again to learn it
        for _ in range(MOST_TRIES):
            there.connector.lose_request_of("receiveResponseXML")
            there.later()
        assert there.attention == "outcome_unknown"
        settled = there.qb.desktop.settle_job(job.id, carried_out=carried_out, by="Marie", note="Seen in QuickBooks.")
        assert settled.state == ("done" if carried_out else "failed")
        there.settle()
        assert there.hours() == ["monday"]
        (told,) = [event for event in there.qb.events(there.id) if event.kind == "desktop.job_settled"]
        assert (told.by, told.details["carried_out"]) == ("Marie", carried_out)


# Results


def test_results_come_as_pages_come_and_each_once() -> None:
    with house() as there:
        job = there.ask(page=2)
        begun = talk(there)
        for records in (2, 4, 6):
            begun.exchange()
            assert there.job(job).records == records
            assert len(there.names(job)) == records


def test_pages_of_a_former_attempt_are_gone() -> None:
    with house() as there:
        there.update()
        job = there.ask(page=2)
        there.connector.die_after("receiveResponseXML", 2)
        there.later()
        assert (there.job(job).state, there.job(job).records) == ("paging", 4)
        there.company.add("Customer", "Zénith")
        there.settle()
        done = there.job(job)
        assert (done.state, done.attempt, done.records, done.tries) == ("done", 2, 7, 0)
        assert len(there.names(job)) == 7
        pages = there.qb.desktop._ports.desktop.pages(attrs.evolve(done, attempt=1))
        assert list(pages) == []


def test_an_answer_without_matches_is_done_and_has_no_results() -> None:
    with house() as there:
        job = there.qb.desktop.enqueue(there.id, qbxml.query("Customer", names=["Nobody"]))
        there.update()
        assert there.job(job).state == "done"
        assert list(there.qb.desktop.results(job.id)) == []


# The rules themselves


open_jobs = st.builds(
    Job,
    id=st.just("job_1"),
    connection_id=st.just("con_1"),
    name=st.just("CustomerQuery"),
    xml=st.just("<CustomerQueryRq/>"),
    is_write=st.booleans(),
    page=st.none() | st.integers(1, 1000),
    fingerprint=st.just("f"),
    state=st.just(JobState.SENT),
    message_set=st.just("set"),
    sent=st.just("<QBXML/>"),
    attempt=st.integers(1, 5),
    pages=st.integers(0, 10),
    tries=st.integers(0, 7),
    created_at=st.just(NOON),
)


@given(open_jobs)
def test_a_doubted_change_keeps_its_name_and_words_and_a_question_begins_anew(job: Job) -> None:
    after = jobs.doubted(job, NOON)
    if job.is_write:
        assert after.state is JobState.UNKNOWN
        assert (after.message_set, after.sent) == (job.message_set, job.sent)
        assert (after.not_before is None) is (job.tries + 1 < MOST_TRIES)
    else:
        assert after.state is (JobState.FAILED if job.tries + 1 >= MOST_TRIES else JobState.QUEUED)
        assert after.pages == 0 or after.is_over
        assert after.is_over or (after.not_before or NOON) > NOON
    assert after.is_over or after.tries == job.tries + 1


@given(open_jobs)
def test_what_was_not_taken_is_new_only_if_it_was_never_in_doubt(job: Job) -> None:
    after = jobs.not_taken(job)
    if job.is_write and job.attempt > 1:
        assert (after.state, after.message_set, after.sent) == (JobState.UNKNOWN, job.message_set, job.sent)
    elif job.is_write:
        assert (after.state, after.message_set, after.sent) == (JobState.QUEUED, None, None)
    again = jobs.not_taken(attrs.evolve(jobs.doubted(job, NOON), state=JobState.SENT))
    assert not job.is_write or again.sent == job.sent


@given(open_jobs, st.integers(0, 30))
def test_the_pauses_between_tries_grow_up_to_a_limit(job: Job, tries: int) -> None:
    waits = [
        jobs.postponed(attrs.evolve(job, tries=n), NOON, code=None, note=None).not_before for n in (tries, tries + 1)
    ]
    first, second = (wait - NOON for wait in waits if wait is not None)
    assert timedelta(0) < first <= second <= LONGEST_PAUSE


@given(st.integers(0, 10**6), st.integers(-3, 10**6))
def test_percent_is_100_only_when_nothing_is_left(answered: int, left: int) -> None:
    percent = sessions.percent(answered, left)
    assert (percent == 100) is (left <= 0)
    assert 1 <= percent <= 100
