"""First syncs: one that is all there is, one that deletes, and people without payroll items."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desktop_house import house, talk
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qbxml
from qbapps.domain.desktop import destruction
from qbapps.errors import ConfigurationError, PlanAltered, TransitionError
from qbapps.simulator.desktop import Employee

DOOMED = {"project": ["p1", "p2"], "customer": ["c1"]}
OTHER = {"project": ["p1", "p2"], "customer": ["c2"]}


# Once


def test_a_connection_for_one_time_ends_when_all_was_answered() -> None:
    with house(mode="once") as there:
        first, asked = there.add("monday"), there.ask()
        assert there.update().outcome == "done"
        assert there.state == "deauthorized"
        connection = there.qb.connection(there.id)
        assert connection.state == "disconnected"
        assert connection.disconnected_at == there.clock.now()
        assert [there.job(one).state for one in (first, asked)] == ["done", "done"]
        assert len(there.names(asked)) == 6, "what it brought stays"
        with pytest.raises(TransitionError):
            there.add("tuesday")
        update = there.later()
        assert update.outcome == "no_work"
        assert update.called("authenticate")[0].result[2] == "86400"  # type: ignore[index]
        assert there.attention == "still_calls"
        told = [event for event in there.qb.events(there.id) if event.kind == "connection.disconnected"]
        assert [event.details["reason"] for event in told] == ["one_time"]


def test_a_connection_for_one_time_waits_for_its_first_request() -> None:
    with house(mode="once") as there:
        there.update()
        there.later()
        assert there.state == "first_sync"
        there.add("monday")
        there.later()
        assert there.state == "deauthorized"


def test_a_connection_for_one_time_goes_on_until_something_was_carried_out() -> None:
    with house(mode="once") as there:
        bad = there.qb.desktop.enqueue(there.id, _bad())
        there.update()
        assert there.job(bad).state == "failed"
        assert there.state == "first_sync"
        there.add("monday")
        there.later()
        assert there.state == "deauthorized"


def test_a_connection_for_one_time_waits_for_what_is_postponed() -> None:
    with house(mode="once") as there:
        first, second = there.add("monday"), there.add("tuesday")
        there.connector.die_after("process", 2)
        there.update()
        assert there.state == "first_sync"
        there.settle()
        assert there.state == "deauthorized"
        assert there.job(first).state == there.job(second).state == "done"
        assert there.hours() == ["monday", "tuesday"]


def _bad() -> qbxml.Request:
    return qbxml.add("TimeTracking", {"TxnDate": "2026-01-05", "EntityRef": "Nobody", "Duration": "PT1H"})


# What deletes


def test_nothing_is_sent_before_somebody_has_confirmed_what_is_deleted() -> None:
    with house(deletes_first=True) as there:
        there.add("monday")
        there.update()
        assert there.state == "awaiting_confirmation"
        assert there.qb.connection(there.id).state == "connected"
        update = there.later()
        assert (update.outcome, there.hours()) == ("no_work", [])
        assert update.called("authenticate")[0].result[2] == "300"  # type: ignore[index]
        with pytest.raises(TransitionError):
            there.qb.desktop.release_destructive(there.id, DOOMED)
        shown = there.qb.desktop.preview_destructive(there.id, DOOMED, lang="fr")
        assert (shown.counts, shown.total, shown.word) == ({"customer": 1, "project": 2}, 3, "supprimer")
        with pytest.raises(TransitionError):
            there.qb.desktop.release_destructive(there.id, DOOMED)
        there.qb.desktop.confirm_destructive(there.id, phrase=" Supprimer ", digest=shown.digest, by="Marie")
        assert there.state == "first_sync"
        assert there.later().outcome == "done"
        assert there.hours() == ["monday"]
        assert there.qb.desktop.release_destructive(there.id, DOOMED).digest == shown.digest
        told = [event for event in there.qb.events(there.id) if event.kind == "desktop.deletion_confirmed"]
        (event,) = told
        assert (event.by, event.details["phrase"], event.details["total"]) == ("Marie", "Supprimer", 3)
        assert event.details["digest"] == shown.digest


@pytest.mark.parametrize("phrase", ["", "yes", "del ete", "effacer", "delete it", "supprime"])
def test_another_word_confirms_nothing(phrase: str) -> None:
    with house(deletes_first=True) as there:
        there.update()
        shown = there.qb.desktop.preview_destructive(there.id, DOOMED)
        with pytest.raises(ConfigurationError):
            there.qb.desktop.confirm_destructive(there.id, phrase=phrase, digest=shown.digest, by="Marie")
        assert there.state == "awaiting_confirmation"
        with pytest.raises(TransitionError):
            there.qb.desktop.release_destructive(there.id, DOOMED)


def test_nothing_is_deleted_once_the_preview_has_changed() -> None:
    with house(deletes_first=True) as there:
        there.add("monday")
        there.update()
        first = there.qb.desktop.preview_destructive(there.id, DOOMED)
        there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=first.digest, by="Marie")
        with pytest.raises(PlanAltered):
            there.qb.desktop.release_destructive(there.id, OTHER)
        # A new preview takes the confirmation back, and work waits again.
        second = there.qb.desktop.preview_destructive(there.id, OTHER)
        assert there.state == "awaiting_confirmation"
        for doomed in (DOOMED, OTHER):
            with pytest.raises(TransitionError):
                there.qb.desktop.release_destructive(there.id, doomed)
        with pytest.raises(PlanAltered):
            there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=first.digest, by="Marie")
        there.later()
        assert there.hours() == []
        there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=second.digest, by="Marie")
        with pytest.raises(PlanAltered):
            there.qb.desktop.release_destructive(there.id, DOOMED)
        assert there.qb.desktop.release_destructive(there.id, OTHER).total == 3


def test_a_preview_that_changes_in_the_midst_of_a_session_holds_the_next_request() -> None:
    with house(deletes_first=True) as there:
        there.add("monday")
        there.add("tuesday")
        there.update()
        shown = there.qb.desktop.preview_destructive(there.id, DOOMED)
        there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=shown.digest, by="Marie")
        begun = talk(there)
        answer = begun.process(begun.ask())
        there.qb.desktop.preview_destructive(there.id, OTHER)
        assert begun.receive(answer) == 100
        assert begun.ask() == ""
        assert there.state == "awaiting_confirmation"
        assert there.hours() == ["monday"]


def test_a_first_sync_that_deletes_nothing_needs_no_confirmation() -> None:
    with house(deletes_first=True) as there:
        shown = there.qb.desktop.preview_destructive(there.id, {"project": []})
        assert shown.total == 0
        there.add("monday")
        there.update()
        assert there.state == "active"
        assert there.qb.desktop.release_destructive(there.id, {}).total == 0


def test_a_preview_that_has_become_empty_lets_the_work_go_on() -> None:
    with house(deletes_first=True) as there:
        there.update()
        assert there.state == "awaiting_confirmation"
        there.qb.desktop.preview_destructive(there.id, {})
        assert there.state == "first_sync"


def test_a_confirmation_that_was_given_beforehand_counts() -> None:
    with house(deletes_first=True) as there:
        shown = there.qb.desktop.preview_destructive(there.id, DOOMED)
        there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=shown.digest, by="Marie")
        there.add("monday")
        there.update()
        assert there.state == "active"
        assert there.hours() == ["monday"]


def test_a_first_sync_that_deletes_is_not_over_before_it_has_brought_something() -> None:
    with house(deletes_first=True) as there:
        shown = there.qb.desktop.preview_destructive(there.id, DOOMED)
        there.qb.desktop.confirm_destructive(there.id, phrase="delete", digest=shown.digest, by="Marie")
        there.update()
        assert there.state == "first_sync"
        there.qb.desktop.preview_destructive(there.id, OTHER)
        assert there.state == "awaiting_confirmation", "another list is held, for nothing has been synced"


def test_a_permission_that_is_withdrawn_meanwhile_changes_nothing_of_what_is_confirmed() -> None:
    with house(deletes_first=True) as there:
        there.add("monday")
        there.update()
        there.quickbooks.refuse_with("0x80040420")
        there.clock.advance(there.status.every)
        ticket, said, *_ = there.log_in()
        assert said == "none", "it waits for a person, so QuickBooks is not opened"
        del ticket
        assert there.state == "awaiting_confirmation"


names = st.text(max_size=6)
lists = st.dictionaries(names, st.lists(names, max_size=5), max_size=4)


@given(lists, st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter_to_a_digest(doomed: dict[str, list[str]], random: object) -> None:
    shuffled = list(doomed.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = {kind: [*reversed(ids), *ids[:1]] for kind, ids in shuffled}
    assert destruction.preview(doomed, "en") == destruction.preview(again, "en")


@given(lists, lists)
def test_two_lists_that_differ_have_two_digests(one: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    def things(doomed: dict[str, list[str]]) -> set[tuple[str, str]]:
        return {(kind, each) for kind, ids in doomed.items() for each in ids}

    same = destruction.preview(one, "en").digest == destruction.preview(other, "fr").digest
    assert same is (things(one) == things(other))


# Mapping


def test_people_without_a_payroll_item_are_waited_for() -> None:
    with house(needs_mapping=True) as there:
        there.add("monday")
        there.update()
        assert there.state == "mapping_required", "nobody has said whose hours are sent"
        assert there.qb.desktop.report_people(there.id, users=["Nina", "Marie Lavoie"], mapped=["marie  LAVOIE"]) == (
            "Nina",
        )
        assert (there.state, there.status.unmapped) == ("mapping_required", ("Nina",))
        there.add("tuesday")
        assert there.later().outcome == "done", "requests go on"
        assert there.hours() == ["monday", "tuesday"]
        assert there.qb.desktop.report_people(there.id, users=["Nina"], mapped=["Nina"]) == ()
        assert there.state == "active"
        assert there.qb.desktop.report_people(there.id, users=["Nina", "Paul"], mapped=["Nina"]) == ("Paul",)
        assert there.state == "mapping_required"


def test_a_payroll_item_that_somebody_gives_in_quickbooks_is_found() -> None:
    with house(needs_mapping=True, personal_data=True) as there:
        nina = there.company.add_employee(Employee(name="Nina Roy", payroll_items=()))
        there.qb.desktop.report_people(there.id, users=["Marie Lavoie", "Nina Roy"])
        there.update()
        assert (there.state, there.status.unmapped) == ("mapping_required", ("Nina Roy",))
        assert there.later().outcome == "no_work", "QuickBooks is not opened for that each time"
        assert there.later(timedelta(hours=1)).outcome == "done", "it looks again, though nothing is queued"
        assert there.state == "mapping_required"
        there.company.lists.remove(nina)
        there.company.add_employee(Employee(name="Nina Roy", payroll_items=("Regular Pay",)))
        there.later(timedelta(hours=1))
        assert (there.state, there.status.unmapped) == ("active", ())
        assert there.later().outcome == "no_work"


def test_whoever_is_let_in_anew_with_people_unmapped_waits_for_them_again() -> None:
    with house(needs_mapping=True) as there:
        there.add("monday")
        there.update()
        there.qb.desktop.report_people(there.id, users=["Nina"])
        there.quickbooks.refuse_with("0x80040420")
        there.add("tuesday")
        there.later()
        assert there.state == "authorising"
        there.later()
        assert there.state == "mapping_required"
