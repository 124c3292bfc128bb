"""Codes of QuickBooks and of the Web Connector: however they are written, they say what happened and what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import codes
from qbapps.desktop.codes.entries import entry, table
from qbapps.desktop.codes.hresults import HRESULTS
from qbapps.desktop.codes.own import OURS
from qbapps.desktop.codes.qbwc import CODES
from qbapps.desktop.codes.statuses import STATUSES
from qbapps.domain.desktop.troubles import Category, Fixer, Reaction, Trouble

EVERY = [*HRESULTS.values(), *STATUSES.values(), *CODES.values(), *OURS.values()]
DOCUMENTED = (
    *("80040400", "80040401", "80040402", "80040403", "80040408", "80040409", "8004040A", "8004040D", "80040410"),
    *("80040414", "80040416", "80040418", "8004041A", "8004041D", "80040420", "80040422", "80040424", "80040438"),
)


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_hresult_is_known(code: str) -> None:
    assert codes.hresult(code).category is not Category.UNKNOWN


@pytest.mark.parametrize("number", [*range(1000, 1047), 1048])
def test_every_documented_number_of_the_connector_is_known(number: int) -> None:
    assert codes.connector(str(number)).code == f"QBWC{number}"
    assert f"QBWC{number}" in CODES


@pytest.mark.parametrize("trouble", EVERY, ids=lambda trouble: trouble.code)
def test_every_code_is_found_again_by_the_name_it_is_kept_under(trouble: Trouble) -> None:
    assert codes.trouble(trouble.code) is trouble


@pytest.mark.parametrize("trouble", EVERY, ids=lambda trouble: trouble.code)
def test_whoever_can_end_a_trouble_agrees_with_what_the_library_does(trouble: Trouble) -> None:
    if trouble.fixer is Fixer.NOBODY:
        assert not trouble.needs_person
    if trouble.reaction is Reaction.REAUTHORISE:
        assert trouble.fixer is Fixer.ADMIN
        assert trouble.category is Category.PERMISSION
    assert (
        trouble.is_success + trouble.is_retryable + trouble.needs_person + (trouble.reaction is Reaction.GIVE_UP) == 1
    )


@pytest.mark.parametrize(
    "written",
    [
        "0x80040408",
        "80040408",
        "0X80040408",
        " 0x8004 0408 ",
        "&H80040408",
        "-2147220472",
        "2147746824",
        "0xFFFFFFFF80040408",
    ],
)
def test_an_hresult_is_read_however_it_is_written(written: str) -> None:
    assert codes.hresult(written) is HRESULTS["0x80040408"]


@pytest.mark.parametrize("written", ["8004041a", "0x8004041A", "0x8004041a"])
def test_case_does_not_matter_in_an_hresult(written: str) -> None:
    assert codes.hresult(written).code == "0x8004041A"


@given(number=st.integers(min_value=0, max_value=2**32 - 1))
def test_all_spellings_of_one_hresult_are_one(number: int) -> None:
    signed = number - 2**32 if number >= 2**31 else number
    spelled = {codes.hresult(f"0x{number:08X}").code, codes.hresult(f"{number:08x}").code}
    if abs(signed) >= 10**8:
        spelled.add(codes.hresult(str(signed)).code)
    if number >= 10**8 and len(str(number)) != 8:
        spelled.add(codes.hresult(str(number)).code)

    assert spelled == {f"0x{number:08X}"}


@given(written=st.text(max_size=60))
def test_whatever_comes_as_a_code_says_what_to_do_on_one_short_line(written: str) -> None:
    for read in (codes.hresult, codes.status, codes.connector, codes.trouble):
        told = read(written)

        assert told.do
        assert len(told.code) <= 40
        assert len(told.code.splitlines()) == 1


@pytest.mark.parametrize("told", [codes.hresult("0x80049999"), codes.connector("QBWC1047"), codes.status("99999")])
def test_an_unknown_code_still_says_what_to_do_and_promises_nothing(told: Trouble) -> None:
    assert told.category is Category.UNKNOWN
    assert told.do
    assert not told.not_processed
    assert not told.is_success


@pytest.mark.parametrize("written", ["QBWC1039", "qbwc1039", "1039", "QBWC-1039", "QBWC 1039", " qbwc: 1039 "])
def test_a_number_of_the_connector_is_read_however_it_is_written(written: str) -> None:
    assert codes.connector(written) is CODES["QBWC1039"]


def test_no_match_is_a_success_and_3100_is_a_name_in_use() -> None:
    assert codes.status(0).is_success
    assert codes.status("1").is_success
    assert codes.status(3100).category is Category.NAME_IN_USE
    assert not codes.status(3100).is_success


@pytest.mark.parametrize("number", [500, 530, 599, 777, 999])
def test_warnings_bring_data_and_are_no_failures(number: int) -> None:
    told = codes.status(number)

    assert told.is_success
    assert not told.not_processed


@pytest.mark.parametrize(
    ("number", "category"),
    [
        (1999, Category.INTERNAL),
        (2500, Category.REQUEST),
        (3099, Category.REQUEST),
        (3333, Category.INVALID),
        (9050, Category.RECOVERY),
        (9150, Category.REQUEST),
        (9200, Category.UNKNOWN),
    ],
)
def test_a_status_that_is_not_in_the_table_is_told_by_its_range(number: int, category: Category) -> None:
    assert codes.status(number).category is category
    assert codes.status(number).code == str(number)


@given(number=st.integers(min_value=1000, max_value=20_000))
def test_no_status_from_1000_on_is_a_success_but_an_empty_recovery(number: int) -> None:
    assert not codes.status(number).is_success or number == 9002


@pytest.mark.parametrize("code", ["80040401", "80040402", "8004040D", "8004041C", "80040438", "80041234"])
def test_where_a_request_may_have_been_carried_out_nothing_else_is_claimed(code: str) -> None:
    assert not codes.hresult(code).not_processed


@pytest.mark.parametrize("code", ["80040400", "80040408", "8004040A", "80040414", "80040418", "8004041A", "80040424"])
def test_where_quickbooks_was_not_reached_nothing_was_carried_out(code: str) -> None:
    assert codes.hresult(code).not_processed


@pytest.mark.parametrize("number", [1000, 9003, 9005, 510, 550])
def test_a_status_after_the_fact_does_not_claim_that_nothing_was_done(number: int) -> None:
    assert not codes.status(number).not_processed


@pytest.mark.parametrize(
    ("code", "reaction"),
    [
        ("80040400", Reaction.GIVE_UP),
        ("80040416", Reaction.SEND_PATH),
        ("8004040A", Reaction.WAIT_FOR_HUMAN),
        ("80040418", Reaction.REAUTHORISE),
        ("8004041A", Reaction.REAUTHORISE),
        ("8004041D", Reaction.REAUTHORISE),
        ("80040420", Reaction.REAUTHORISE),
        ("80040422", Reaction.TRY_AGAIN),
        ("80040424", Reaction.TRY_AGAIN),
        ("8004040D", Reaction.TRY_AGAIN),
    ],
)
def test_what_the_library_does_about_an_hresult(code: str, reaction: Reaction) -> None:
    assert codes.hresult(code).reaction is reaction


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("QBWC1013: Error connecting to QuickBooks. 0x80040408 Could not start QuickBooks.", "0x80040408"),
        ("It says QBWC1039, unique OwnerID/FileID pair value required.", "QBWC1039"),
        ("qbwc 1048", "QBWC1048"),
        ("QBWC1012 after 0x81234567", "QBWC1012"),
        ("HRESULT = -2147220472", "0x80040408"),
        ("J’ai l’erreur 8004041a ce matin", "0x8004041A"),
        ('statusCode="3250" statusSeverity="Error"', "3250"),
        ("status code 1030", "1030"),
        ("error 1030", "QBWC1030"),
        ("code d’erreur : 3100", "3100"),
        ("error code 3391", "3391"),
        ("error 0x81234567", "0x81234567"),
    ],
)
def test_a_code_is_found_in_what_somebody_reads_out(text: str, code: str) -> None:
    found = codes.find(text)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "text",
    ["", "It does not work any more.", "Call me on 0612345678", "since 2024", "error", "{8004041A0-1111}", "no 5"],
)
def test_where_there_is_no_code_none_is_found(text: str) -> None:
    assert codes.find(text) is None


@given(text=st.text())
def test_looking_for_a_code_never_fails(text: str) -> None:
    codes.find(text)


def test_a_code_cannot_be_written_down_twice() -> None:
    line = entry("1", Category.NONE, Fixer.NOBODY, Reaction.IGNORE, "a", "b")
    other = entry("1", Category.NONE, Fixer.NOBODY, Reaction.IGNORE, "c", "d")

    with pytest.raises(ValueError, match="twice"):
        table([line, other])


@pytest.mark.parametrize(
    "name",
    [
        *("wrong_company", "not_stamped", "checks_failed", "edition", "other_computer", "outcome_unknown"),
        *("unreadable", "still_calls", "silent"),
    ],
)
def test_what_sessions_find_can_be_told(name: str) -> None:
    assert codes.ours(name) is codes.trouble(name)


def test_our_own_findings_have_names_that_no_code_has() -> None:
    assert codes.ours("wrong_company").category is Category.WRONG_COMPANY
    with pytest.raises(KeyError):
        codes.ours("nothing of the kind")
