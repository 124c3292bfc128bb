"""What is kept of QuickBooks Desktop: given back as it was, one open session, and jobs in the order they are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from samples import LATER, NOW, connection, save

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.desktop.apps import DesktopApp, QBType
from qbapps.domain.desktop.jobs import ENDED, Job, JobState, Page
from qbapps.domain.desktop.kept import KeptCheck
from qbapps.domain.desktop.link import DesktopLink, Mode
from qbapps.domain.desktop.sessions import DesktopSession, Ending, Phase
from qbapps.domain.desktop.states import DesktopState
from qbapps.domain.parties import App, Reach
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.errors import StaleVersion, StoreError
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

A_SECOND = timedelta(seconds=1)

APP = DesktopApp(
    id="time",
    owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    base_url="https://apps.example/qbwc",
    support_url="https://apps.example/help",
    description="Hours – é",
    every=timedelta(minutes=7),
    qbtype=QBType.POINT_OF_SALE,
    unattended=False,
    personal_data=True,
    editions=("pro", "premier"),
    qbxml="16.0",
    requires=("week_start",),
    week_start="monday",
    deletes_first=True,
    needs_mapping=True,
    registered_at=NOW,
)


def a_connection(number: int = 1) -> Connection:
    return connection(
        number,
        kind=Kind.DESKTOP,
        app_id="time",
        realm_id=None,
        reach=Reach.HAND,
        environment=Environment.PRODUCTION,
        state=ConnectionState.CONNECTED,
    )


def a_link(number: int = 1, **changes: Any) -> DesktopLink:
    made = DesktopLink(
        connection_id=f"con_{number:04}",
        app_id="time",
        mode=Mode.ONCE,
        state=DesktopState.ACTIVE,
        username=f"time-{number}",
        password="scrypt$1",
        file_id=f"{{{number}}}",
        lang="fr",
        window="19:00-07:00 Europe/Paris",
        paused_for=NOW,
        paused_until=LATER,
        failures=3,
        locked_until=LATER,
        attention="0x80040420",
        attention_at=NOW,
        attention_note="Café",
        facts={"product": "QuickBooks", "is_automatic_login": True, "none": None, "count": 7},
        path=r"C:\QuickBooks\Café.qbw",
        acked="set",
        preview="digest",
        preview_counts={"project": 2},
        confirmed="digest",
        confirmed_by="Marie",
        confirmed_at=NOW,
        users=("Jean", "Marie"),
        mapped=("Jean",),
        payable=("Marie",),
        issued_at=NOW,
        synced_at=NOW,
        seen_at=NOW,
        login_at=NOW,
        ok_at=LATER,
    )
    return attrs.evolve(made, **changes)


def a_session(number: int = 1, of: int = 1, **changes: Any) -> DesktopSession:
    made = DesktopSession(
        id=f"session {number}",
        connection_id=f"con_{of:04}",
        opened_at=NOW + number * A_SECOND,
        lease_until=LATER,
        phase=Phase.SENT,
        job_id="job_1",
        answered=3,
        paths=1,
        told="Fermé.",
    )
    return attrs.evolve(made, **changes)


def a_job(number: int = 1, of: int = 1, **changes: Any) -> Job:
    made = Job(
        id=f"job_{number:04}",
        connection_id=f"con_{of:04}",
        name="CustomerQuery",
        xml="<CustomerQueryRq/>",
        is_write=False,
        fingerprint="f",
        created_at=NOW,
    )
    return attrs.evolve(made, **changes)


def over(session: DesktopSession) -> DesktopSession:
    return revise(session, phase=Phase.OVER, ending=Ending.LOST, ended_at=LATER, job_id=None)


@pytest.fixture
def kept(store: SqlStore) -> SqlStore:
    """A store with two connections of an app."""
    listed = App(id="time", name="Time", environment=Environment.PRODUCTION, registered_at=NOW)
    save(store, listed, APP)
    save(store, a_connection(1), a_connection(2), a_link(1), a_link(2))
    return store


def test_everything_comes_back_as_it_was(kept: SqlStore) -> None:
    desktop = kept.desktop
    assert (desktop.app("time"), desktop.apps()) == (APP, (APP,))
    assert desktop.link("con_0001") == a_link(1)
    assert list(desktop.links()) == [a_link(1), a_link(2)] == list(desktop.links_of("time"))
    job = a_job(
        page=100, key="k", is_write=True, state=JobState.UNKNOWN, message_set="set", sent="<é/>", session_id="s",
        iterator="{i}", attempt=2, pages=3, records=4, remaining=5, tries=6, not_before=LATER, code="3175",
        note="é", sent_at=NOW, ended_at=LATER,
    )  # fmt: skip
    session = a_session()
    save(kept, job, session)
    assert desktop.job(job.id) == job == desktop.job_by_key("con_0001", "k")
    assert desktop.session(session.id) == session == desktop.open_session("con_0001")
    check = KeptCheck(
        connection_id="con_0001", item="edition", state="attested", by="Marie", at=NOW, evidence="product",
        values={"name": "é", "n": 3, "on": True}, note="vu",
    )  # fmt: skip
    save(kept, desktop_checks=(check,))
    later = attrs.evolve(check, state="verified", by=None, at=LATER)
    save(kept, desktop_checks=(later,))
    assert desktop.checks("con_0001") == (later,)
    assert desktop.checks("con_0002") == ()


def test_what_is_not_there_is_none(kept: SqlStore) -> None:
    desktop = kept.desktop
    assert desktop.app("x") is desktop.link("x") is desktop.session("x") is desktop.job("x") is None
    assert desktop.answering(connection_id="x") is desktop.answering(username="x") is None
    assert desktop.next_job("x", NOW) is desktop.open_session("con_0001") is desktop.job_by_key("con_0001", "x") is None
    assert (desktop.due_jobs("con_0001", NOW, 100), desktop.job_counts("con_0001")) == (0, {})


@pytest.mark.parametrize("by", [{"connection_id": "con_0001"}, {"username": "time-1"}])
def test_a_login_finds_link_connection_and_the_open_session(kept: SqlStore, by: dict[str, str]) -> None:
    found = kept.desktop.answering(**by)
    assert found is not None
    assert (found.link, found.connection, found.session) == (a_link(1), a_connection(1), None)
    save(kept, a_session(1, of=2), a_session(2))
    save(kept, over(a_session(2)))
    save(kept, a_session(3))
    found = kept.desktop.answering(**by)
    assert found is not None
    assert found.session == a_session(3)
    assert [one.id for one in kept.desktop.sessions("con_0001")] == ["session 2", "session 3"]


def test_a_connection_has_one_open_session_at_most(kept: SqlStore) -> None:
    save(kept, a_session(1))
    with pytest.raises(StaleVersion):
        save(kept, a_session(2))
    save(kept, a_session(2, of=2))
    # The one that ends makes room for the one that opens, in one change.
    save(kept, over(a_session(1)), a_session(3))
    found = kept.desktop.open_session("con_0001")
    assert found is not None
    assert found.id == "session 3"


@pytest.mark.parametrize("twice", [{"username": "time-1"}, {"file_id": "{1}"}])
def test_no_two_connections_share_what_tells_them_apart(kept: SqlStore, twice: dict[str, str]) -> None:
    save(kept, a_connection(3))
    with pytest.raises(StoreError):
        save(kept, a_link(3, **twice))


def test_a_key_makes_one_job_and_a_name_is_given_once(kept: SqlStore) -> None:
    save(kept, a_job(1, key="k", message_set="set"))
    save(kept, a_job(2, of=2, key="k"), a_job(3), a_job(4))
    for twice in (a_job(5, key="k"), a_job(6, message_set="set")):
        with pytest.raises(StaleVersion):
            save(kept, twice)


def test_unknown_changes_go_first_then_pages_then_the_others_in_order(kept: SqlStore) -> None:
    states = [JobState.QUEUED, JobState.SENT, JobState.PAGING, JobState.UNKNOWN, *sorted(ENDED), JobState.QUEUED]
    for number, state in enumerate(states, 1):
        save(kept, a_job(number, state=state))
    save(kept, a_job(90, of=2))
    order = []
    while (job := kept.desktop.next_job("con_0001", NOW)) is not None:
        assert kept.desktop.due_jobs("con_0001", NOW, 100) == 4 - len(order)
        order.append(int(job.id[-4:]))
        save(kept, revise(job, state=JobState.DONE))
    assert order == [4, 3, 1, 8]
    assert kept.desktop.job_counts("con_0001") == {
        JobState.DONE: 5, JobState.SENT: 1, JobState.FAILED: 1, JobState.CANCELLED: 1,
    }  # fmt: skip


def test_a_job_waits_until_its_time(kept: SqlStore) -> None:
    save(kept, a_job(1, not_before=LATER, state=JobState.UNKNOWN), a_job(2))
    first = kept.desktop.next_job("con_0001", LATER - A_SECOND)
    assert first is not None
    assert first.id == "job_0002"
    due = kept.desktop.next_job("con_0001", LATER)
    assert due is not None
    assert due.id == "job_0001"
    assert kept.desktop.due_jobs("con_0001", LATER - A_SECOND, 100) == 1
    assert kept.desktop.due_jobs("con_0001", LATER, 100) == 2


def test_jobs_come_in_order_and_by_state(kept: SqlStore) -> None:
    made = [a_job(n, state=JobState.DONE if n % 3 else JobState.QUEUED) for n in range(1, 1_203)]
    save(kept, *made)
    assert [job.id for job in kept.desktop.jobs("con_0001")] == [job.id for job in made]
    queued = [job.id for job in kept.desktop.jobs("con_0001", (JobState.QUEUED, JobState.UNKNOWN))]
    assert queued == [job.id for job in made if job.state is JobState.QUEUED]
    assert list(kept.desktop.jobs("con_0002")) == []


def test_pages_come_in_order_of_this_attempt_and_go_with_it(kept: SqlStore) -> None:
    job = a_job()
    places = [(1, 1), (1, 2), (2, 1), (10, 1)]
    first = [Page(job_id=job.id, attempt=1, number=n, piece=p, data=bytes([n, p, 0])) for n, p in places]
    save(kept, job, pages=tuple(reversed(first)))
    assert list(kept.desktop.pages(job)) == first
    again = attrs.evolve(job, attempt=2, version=2)
    fresh = Page(job_id=job.id, attempt=2, number=1, piece=1, data=b"new")
    save(kept, again, pages=(fresh,), fresh_pages_of=again)
    assert list(kept.desktop.pages(again)) == [fresh]
    assert list(kept.desktop.pages(job)) == []


def test_two_who_change_one_record_cannot_both_win(kept: SqlStore) -> None:
    save(kept, a_job(), a_session())
    for record in (a_link(), a_job(), a_session(), APP):
        save(kept, revise(record))
        with pytest.raises(StaleVersion):
            save(kept, revise(record))


def test_jobs_are_counted_up_to_what_is_asked_for(kept: SqlStore) -> None:
    save(kept, *(a_job(n, state=JobState.DONE if n % 2 else JobState.QUEUED) for n in range(1, 21)))
    assert kept.desktop.due_jobs("con_0001", NOW, 100) == 10
    assert kept.desktop.due_jobs("con_0001", NOW, 3) == 3
    assert kept.desktop.jobs_in("con_0001", (JobState.DONE, JobState.QUEUED), 100) == 20
    assert kept.desktop.jobs_in("con_0001", (JobState.DONE,), 1) == 1
    assert kept.desktop.jobs_in("con_0001", (JobState.FAILED,), 1) == 0
