"""Error recovery of the fake QuickBooks: what a message set with an id comes to."""

import pytest
from desktop_parts import HOURS, messages, qbxml, statuses, workshop

from qbapps.simulator.desktop import App, QuickBooksBehaviour

APP = App(name="Hours", owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}")


def opened(**switches):
    quickbooks = workshop(QuickBooksBehaviour(**switches))
    quickbooks.begin_session(APP)
    return quickbooks, quickbooks.open_company


def set_status(answer):
    return messages(answer).get("messageSetStatusCode")


def test_the_same_bytes_again_are_answered_with_the_kept_response_and_nothing_is_added():
    quickbooks, company = opened()
    first = quickbooks.process(qbxml(HOURS, new="m1"))
    again = quickbooks.process(qbxml(HOURS, new="m1"))
    assert again == first
    assert (set_status(first), statuses(first), len(company.times), len(quickbooks.executed)) == ("0", ["0"], 1, 1)
    assert company.times[0].message_set_id == quickbooks.executed[0].message_set_id == "m1"


def test_without_an_id_each_add_is_one_more():
    quickbooks, company = opened()
    answers = [quickbooks.process(qbxml(HOURS)) for _ in range(3)]
    assert len(company.times) == 3
    assert set_status(answers[0]) is None


def test_an_empty_message_set_with_a_known_id_only_tells_what_was_kept():
    quickbooks, company = opened()
    first = quickbooks.process(qbxml(HOURS, new="m1"))
    assert quickbooks.process(qbxml(new="m1", old="m1")) == first
    assert quickbooks.process(qbxml(new="m1")) == first
    assert len(company.times) == 1


def test_an_empty_message_set_with_an_unknown_id_is_9002_and_keeps_nothing():
    quickbooks, _ = opened()
    assert set_status(quickbooks.process(qbxml(new="m1", old="m1"))) == "9002"
    assert set_status(quickbooks.process(qbxml(new="m1", old="m1"))) == "9002"


def test_the_same_id_with_another_content_is_9001_and_nothing_happens():
    quickbooks, company = opened()
    quickbooks.process(qbxml(HOURS, new="m1"))
    answer = quickbooks.process(qbxml(HOURS.replace("PT8H30M", "PT8H31M"), new="m1"))
    assert (set_status(answer), len(messages(answer)), len(company.times)) == ("9001", 0, 1)


@pytest.mark.parametrize(("checksum", "expected"), [("whole_text", "9001"), ("requests", "0")])
def test_the_checksum_covers_the_whole_text_or_the_requests(checksum, expected):
    quickbooks, company = opened(checksum=checksum)
    quickbooks.process(qbxml(HOURS, new="m1"))
    assert set_status(quickbooks.process(qbxml(HOURS, new="m1", on_error="continueOnError"))) == expected
    assert len(company.times) == 1


@pytest.mark.parametrize(("letters", "expected"), [(23, "0"), (24, "9004"), (36, "9004")])
def test_an_id_has_23_characters_at_most(letters, expected):
    quickbooks, company = opened()
    assert set_status(quickbooks.process(qbxml(HOURS, new="x" * letters))) == expected
    assert len(company.times) == (expected == "0")


def test_an_old_id_releases_what_was_kept_and_the_new_request_is_carried_out():
    quickbooks, company = opened()
    quickbooks.process(qbxml(HOURS, new="m1"))
    quickbooks.process(qbxml(HOURS, new="m2", old="m1"))
    assert company.stored_sets(APP).ids == ("m2",)
    assert len(company.times) == 2
    quickbooks.process(qbxml(HOURS, new="m1"))
    assert len(company.times) == 3


def test_clear_all_message_sets_clears_all_of_this_app_alone():
    quickbooks, company = opened()
    other = App(name="Other", owner_id="{11111111-86F1-4FCC-B1EE-566DE1813D20}")
    theirs = quickbooks.begin_session(other)
    quickbooks.process(qbxml(HOURS, new="o1"), theirs.ticket)
    mine = quickbooks.begin_session(APP)
    quickbooks.process(qbxml(HOURS, new="m1"), mine.ticket)
    assert set_status(quickbooks.process(qbxml(old="ClearAllMessageSets"), mine.ticket)) == "0"
    assert (company.stored_sets(APP).ids, company.stored_sets(other).ids) == ((), ("o1",))


@pytest.mark.parametrize(("switch", "added"), [("not_processed", 0), ("processed", 1)])
def test_an_unknown_old_id_without_a_new_one_is_600(switch, added):
    quickbooks, company = opened(unknown_old_id=switch)
    assert set_status(quickbooks.process(qbxml(HOURS, old="m0"))) == "600"
    assert len(company.times) == added


def test_what_was_kept_outlives_the_session():
    quickbooks, company = opened()
    first = quickbooks.process(qbxml(HOURS, new="m1"))
    quickbooks.crash()
    quickbooks.begin_session(APP)
    assert quickbooks.process(qbxml(HOURS, new="m1")) == first
    assert len(company.times) == 1


def test_a_quickbooks_that_forgets_after_the_session_adds_again():
    quickbooks, company = opened(message_sets="forgotten_after_session")
    quickbooks.process(qbxml(HOURS, new="m1"))
    quickbooks.process(qbxml(HOURS, new="m1"))
    assert len(company.times) == 1
    quickbooks.crash()
    quickbooks.begin_session(APP)
    quickbooks.process(qbxml(HOURS, new="m1"))
    assert len(company.times) == 2


def test_a_quickbooks_that_stores_nothing_adds_every_time():
    quickbooks, company = opened(message_sets="not_stored")
    for _ in range(3):
        assert set_status(quickbooks.process(qbxml(HOURS, new="m1"))) == "0"
    assert len(company.times) == 3


def test_a_quickbooks_that_cannot_store_carries_nothing_out():
    quickbooks, company = opened(message_sets="refused_9005")
    assert set_status(quickbooks.process(qbxml(HOURS, new="m1"))) == "9005"
    assert (company.times, quickbooks.executed) == ([], [])


def test_an_answer_that_is_lost_was_carried_out_and_kept():
    quickbooks, company = opened()
    quickbooks.lose_answer()
    assert quickbooks.process(qbxml(HOURS, new="m1")).code == "0x80040402"
    assert statuses(quickbooks.process(qbxml(HOURS, new="m1"))) == ["0"]
    assert len(company.times) == 1
