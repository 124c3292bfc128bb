"""The end of a connection: denied at once, removed by people, and noticed when it calls again."""

from __future__ import annotations

import pytest
from desktop_house import ALL_OVER, House, house, talk

from qbapps.errors import TransitionError


def kinds(there: House) -> list[str]:
    return [event.kind for event in there.qb.events(there.id)]


def test_a_connection_that_is_deauthorized_is_sent_away_and_can_come_back() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        status = there.qb.desktop.deauthorize(there.id, by="Marie")
        assert status.state == "deauthorized"
        assert there.qb.connection(there.id).state == "disconnected"
        assert there.qb.desktop.deauthorize(there.id) == status
        assert there.later().outcome == "no_work"
        assert there.hours() == []
        assert kinds(there).count("connection.disconnected") == 1
        for verb in (there.qb.desktop.pause, there.qb.desktop.resume, there.qb.desktop.qwc):
            with pytest.raises(TransitionError):
                verb(there.id)  # type: ignore[operator]
        there.connector.set_password(there.qb.desktop.reissue(there.id).reveal())
        assert there.later().outcome == "done"
        assert (there.state, there.attention) == ("active", None)
        assert there.hours() == ["monday"], "what was queued waits for it"


def end(there: House, how: str) -> None:
    match how:
        case "deauthorize":
            there.qb.desktop.deauthorize(there.id)
        case "remove":
            there.qb.desktop.remove(there.id)
        case _:
            there.qb.disconnect(there.id)


@pytest.mark.parametrize("is_write", [False, True])
@pytest.mark.parametrize("how", ["deauthorize", "remove", "disconnect"])
def test_what_is_under_way_at_the_end_is_not_taken(how: str, is_write: bool) -> None:
    with house() as there:
        there.update()
        job = there.add("monday") if is_write else there.ask(page=2)
        begun = talk(there)
        answer = begun.process(begun.ask())
        end(there, how)
        assert begun.receive(answer) == -1
        assert begun.ask() == ""
        assert there.job(job).state == ("unknown" if is_write else "queued")
        assert there.job(job).tries == 0
        assert list(there.qb.desktop.results(job.id)) == []
        assert there.status.session is None
        if is_write:
            assert there.qb.desktop.settle_job(job.id, carried_out=True, by="Marie").state == "done"


@pytest.mark.parametrize("how", ["deauthorize", "remove", "disconnect"])
def test_a_request_that_is_asked_for_after_the_end_is_not_given(how: str) -> None:
    with house() as there:
        there.update()
        there.add("monday")
        begun = talk(there)
        begun.ask()
        end(there, how)
        assert begun.ask() == ""
        assert "ended" in there.call("getLastError", ticket=begun.ticket) or how == "deauthorize"
        there.clock.advance(ALL_OVER)
        assert there.log_in()[1] == "none"
        assert there.status.session is None
        assert there.hours() == []


@pytest.mark.parametrize("how", ["remove", "disconnect"])
def test_removing_has_a_receipt_a_task_and_steps(how: str) -> None:
    with house() as there:
        there.update()
        end(there, how)
        assert there.state == "removing"
        assert there.qb.connection(there.id).state == "disconnected"
        (task,) = there.qb.worklist()
        assert (task.kind, task.connection_id) == ("disconnect", there.id)
        (receipt,) = there.qb.disconnections(there.id)
        assert receipt.state == "awaiting_hand"
        steps = there.qb.desktop.removal_steps(there.id, lang="fr")
        assert any("connecteur Web" in step for step in steps)
        end(there, how)
        assert len(there.qb.worklist()) == len(there.qb.disconnections(there.id)) == 1
        there.later()
        assert (there.state, there.attention) == ("removing", "still_calls")
        there.qb.confirm_task(task.id, by="Marie")
        assert (there.state, there.attention) == ("removed", None)
        (receipt,) = there.qb.disconnections(there.id)
        assert receipt.state == "done"
        assert receipt.proof == "none"


def test_a_connector_that_calls_after_it_was_removed_is_removed_again() -> None:
    with house() as there:
        there.update()
        there.qb.desktop.remove(there.id)
        there.qb.confirm_task(there.qb.worklist()[0].id, by="Marie")
        assert there.state == "removed"
        update = there.later()
        assert update.outcome == "no_work"
        assert (there.state, there.attention) == ("removing", "still_calls")
        assert kinds(there).count("desktop.still_calls") == 1
        (task,) = there.qb.worklist()
        there.later()
        assert kinds(there).count("desktop.still_calls") == 1
        assert [one.id for one in there.qb.worklist()] == [task.id]
        there.qb.confirm_task(task.id, by="Marie")
        assert there.state == "removed"


def test_a_stranger_who_calls_reopens_nothing() -> None:
    with house() as there:
        there.update()
        there.qb.desktop.remove(there.id)
        there.qb.confirm_task(there.qb.worklist()[0].id, by="Marie")
        there.call("authenticate", strUserName=there.username, strPassword="wrong")
        there.qb.desktop._opened(there.id)
        assert (there.state, there.attention) == ("removed", None)


def test_one_that_was_deauthorized_can_be_removed_and_one_that_was_removed_comes_back() -> None:
    with house() as there:
        there.update()
        there.qb.desktop.deauthorize(there.id)
        there.qb.desktop.remove(there.id)
        assert there.state == "removing"
        assert [one.kind for one in there.qb.worklist()] == ["disconnect"]
        there.connector.set_password(there.qb.desktop.reissue(there.id).reveal())
        assert there.qb.worklist() == (), "nobody is to remove what is wanted again"
        there.add("monday")
        assert there.later().outcome == "done"
        assert there.state == "active"
        assert there.qb.connection(there.id).state == "connected"
        assert there.qb.verify_events() == ()


def test_one_that_was_never_set_up_can_be_removed_too() -> None:
    with house(is_installed=False) as there:
        there.qb.desktop.remove(there.id)
        assert there.state == "removing"


def test_the_end_of_a_paused_connection_ends_its_pause() -> None:
    with house() as there:
        there.update()
        there.qb.desktop.pause(there.id)
        there.qb.desktop.deauthorize(there.id)
        there.connector.set_password(there.qb.desktop.reissue(there.id).reveal())
        there.add("monday")
        there.later()
        assert there.qb.connection(there.id).state == "connected"
        assert there.hours() == ["monday"]
