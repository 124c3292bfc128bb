"""What a session shows of the checklist, and how it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qbapps.desktop import checklist_words
from qbapps.domain.desktop import evidence, time_evidence
from qbapps.domain.desktop.checklist import CheckState, Evidence, Finding, Item
from qbapps.domain.desktop.facts import Employee, QuickBooksFacts
from qbapps.domain.desktop.grounds import Ground

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVERY = timedelta(minutes=15)
FILE = "{11111111-2222-4333-8444-555555555555}"


def said(finding: Finding | None) -> tuple[CheckState, Ground] | None:
    return None if finding is None else (finding[0], Ground(finding[1].ground))


def good(ground: Ground) -> tuple[CheckState, Ground]:
    return CheckState.VERIFIED, ground


def bad(ground: Ground) -> tuple[CheckState, Ground]:
    return CheckState.FAILED, ground


NOTHING = QuickBooksFacts()


def test_where_quickbooks_said_nothing_nothing_is_concluded() -> None:
    assert evidence.edition(NOTHING) is None
    assert evidence.single_user(NOTHING) is None
    assert evidence.right_company(NOTHING, FILE) is None
    assert evidence.always_allow(NOTHING) is None
    assert evidence.automatic_login(NOTHING) is None
    assert evidence.one_computer(NOTHING, "PC-1") is None
    assert evidence.connector_alive(None, NOON, EVERY) is None
    assert time_evidence.payroll_on(None) is None
    assert time_evidence.payroll_on(0) is None
    assert time_evidence.week_start(NOTHING, "monday") is None
    assert time_evidence.time_data([]) is None
    assert time_evidence.payroll_items([]) is None
    assert time_evidence.people_exist([], ["Jean"]) is None


@pytest.mark.parametrize(
    ("product", "supported", "expected"),
    [
        ("QuickBooks Premier: Professional Services Edition 2024", (), good(Ground.PRODUCT)),
        ("QuickBooks Enterprise Solutions 24.0", ("pro", "enterprise"), good(Ground.PRODUCT)),
        ("QuickBooks Premier: Professional Services", ("pro",), bad(Ground.PRODUCT_NOT_SUPPORTED)),
        ("QuickBooks Simple Start 2012", (), bad(Ground.PRODUCT_WITHOUT_APPS)),
        ("QuickBooks for Mac 2024", (), bad(Ground.PRODUCT_WITHOUT_APPS)),
        ("QuickBooks Premier: Pharmacy", (), good(Ground.PRODUCT)),
    ],
)
def test_an_edition_is_judged_by_its_name(
    product: str, supported: tuple[str, ...], expected: tuple[CheckState, Ground]
) -> None:
    assert said(evidence.edition(QuickBooksFacts(product=product, major="34"), supported)) == expected


def test_the_mode_is_what_quickbooks_says() -> None:
    assert said(evidence.single_user(QuickBooksFacts(file_mode="SingleUser"))) == good(Ground.SINGLE_USER_MODE)
    assert said(evidence.single_user(QuickBooksFacts(file_mode="MultiUser"))) == bad(Ground.MULTI_USER_MODE)


def test_the_company_is_known_by_its_stamp_in_any_spelling() -> None:
    for stamp in (FILE, FILE.upper(), FILE.strip("{}")):
        assert said(evidence.right_company(QuickBooksFacts(file_id=stamp), FILE)) == good(Ground.STAMPED)
    other = QuickBooksFacts(file_id=FILE.replace("1", "9"), company_name="Menuiserie Petit")
    assert said(evidence.right_company(other, FILE)) == bad(Ground.STAMPED_OTHERWISE)


@pytest.mark.parametrize(
    ("facts", "path", "always", "automatic"),
    [
        (QuickBooksFacts(is_automatic_login=True), None, good(Ground.LET_IN_ALWAYS), good(Ground.OPENED_BY_ITSELF)),
        (QuickBooksFacts(automatic_login_allowed=True), None, good(Ground.LET_IN_ALWAYS), None),
        (
            QuickBooksFacts(automatic_login_allowed=True),
            "C:\\Petit.qbw",
            good(Ground.LET_IN_ALWAYS),
            good(Ground.PATH_KNOWN),
        ),
        (
            QuickBooksFacts(automatic_login_allowed=False),
            "C:\\Petit.qbw",
            bad(Ground.NOT_ALWAYS),
            bad(Ground.NOT_ALWAYS),
        ),
        (QuickBooksFacts(is_automatic_login=False), "C:\\Petit.qbw", None, None),
    ],
)
def test_working_while_quickbooks_is_closed_needs_leave_and_a_path(
    facts: QuickBooksFacts,
    path: str | None,
    always: tuple[CheckState, Ground] | None,
    automatic: tuple[CheckState, Ground] | None,
) -> None:
    assert said(evidence.always_allow(facts)) == always
    assert said(evidence.automatic_login(facts, path)) == automatic


def test_another_computer_is_noticed_by_its_name() -> None:
    assert said(evidence.one_computer(QuickBooksFacts(app_lock="pc-1"), "PC-1")) == good(Ground.SAME_COMPUTER)
    assert said(evidence.one_computer(QuickBooksFacts(app_lock="PC-2"), "PC-1")) == bad(Ground.OTHER_COMPUTER)
    assert evidence.one_computer(QuickBooksFacts(app_lock="PC-2"), None) is None


def test_a_connector_is_silent_after_three_runs_it_missed() -> None:
    assert said(evidence.connector_alive(NOON, NOON + 3 * EVERY, EVERY)) == good(Ground.SEEN)
    late = evidence.connector_alive(NOON, NOON + 3 * EVERY + timedelta(seconds=1), EVERY)
    assert said(late) == bad(Ground.NOT_SEEN)
    assert said(evidence.connector_alive(NOON, NOON - timedelta(hours=1), EVERY)) == good(Ground.SEEN)


def test_a_login_shows_that_the_connector_is_there() -> None:
    assert set(evidence.called()) == {Item.WINDOWS, Item.ADMIN_RIGHTS, Item.ANTIVIRUS}
    assert set(evidence.admitted()) == {Item.COMPANY_OPEN, Item.PRIMARY_ADMIN}


@pytest.mark.parametrize(
    ("code", "item", "ground"),
    [
        ("0x80040418", Item.PRIMARY_ADMIN, Ground.NOT_ADMIN),
        ("0x8004041D", Item.ALWAYS_ALLOW, Ground.NOT_ALWAYS),
        ("0x8004041D", Item.AUTOMATIC_LOGIN, Ground.NOT_ALWAYS),
        ("0x8004040A", Item.COMPANY_OPEN, Ground.OTHER_FILE_OPEN),
        ("0x80040410", Item.SINGLE_USER, Ground.OTHER_MODE),
        ("0x80040420", Item.ALWAYS_ALLOW, Ground.NOT_LET_IN),
    ],
)
def test_a_refusal_disproves_what_was_said(code: str, item: Item, ground: Ground) -> None:
    assert said(evidence.refused(code)[item]) == bad(ground)
    assert evidence.refused("0x80040424") == {}


def test_payroll_is_on_where_there_are_payroll_items_and_off_where_quickbooks_says_so() -> None:
    assert said(time_evidence.payroll_on(3)) == good(Ground.HAS_PAYROLL_ITEMS)
    assert said(time_evidence.payroll_on(None, 3250)) == bad(Ground.PAYROLL_OFF)
    assert time_evidence.payroll_on(0, 1) is None


def test_the_week_begins_on_one_day_in_any_case() -> None:
    facts = QuickBooksFacts(first_day_of_week="Monday")

    assert said(time_evidence.week_start(facts, "monday")) == good(Ground.SAME_WEEK)
    assert said(time_evidence.week_start(facts, "sunday")) == bad(Ground.OTHER_WEEK)
    assert time_evidence.week_start(facts, None) is None


def employee(name: str, *, active: bool | None = True, time: bool | None = True, items: int = 1) -> Employee:
    return Employee(name=name, is_active=active, uses_time_data=time, payroll_items=("Salaire",) * items)


def test_time_data_is_for_every_active_employee() -> None:
    assert said(time_evidence.time_data([employee("Jean"), employee("Marie")])) == good(Ground.ALL_USE_TIME)
    assert said(time_evidence.time_data([employee("Jean"), employee("Marie", active=False, time=False)])) == good(
        Ground.ALL_USE_TIME
    )
    found = time_evidence.time_data([employee("Jean"), employee("Marie", time=False), employee("Luc", time=None)])
    assert said(found) == bad(Ground.SOME_WITHOUT_TIME)
    assert found is not None
    assert dict(found[1].values) == {"n": 2, "names": "Marie, Luc"}
    assert time_evidence.time_data([employee("Jean", time=None), employee("Marie", time=None)]) is None


def test_every_active_employee_needs_a_payroll_item_here_or_in_the_app() -> None:
    people = [employee("Jean"), employee("Marie", items=0), employee("Luc", active=False, items=0)]

    assert said(time_evidence.payroll_items(people)) == bad(Ground.SOME_WITHOUT_ITEMS)
    assert said(time_evidence.payroll_items(people, mapped=[" MARIE "])) == good(Ground.ALL_HAVE_ITEMS)


def test_people_are_known_by_their_names_without_case_or_spaces() -> None:
    known = ["Jean Durand", "MARIE  DURAND"]

    assert said(time_evidence.people_exist(["jean durand", "Marie Durand"], known)) == good(Ground.ALL_KNOWN)
    found = time_evidence.people_exist([f"Person {n}" for n in range(8)], known)
    assert found is not None
    assert found[1].values["n"] == 8
    assert found[1].values["names"] == "Person 0, Person 1, Person 2, Person 3, Person 4, …"


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("ground", Ground)
def test_every_ground_can_be_told(ground: Ground, lang: str) -> None:
    names = ("product", "version", "country", "code", "company", "computer", "before", "names")
    numbers = ("minutes", "n")
    values = dict.fromkeys(names, "Petit\nMartin") | dict.fromkeys(numbers, 7) | {"day": "monday", "wanted": "sunday"}
    told = checklist_words.said(Evidence(ground=ground, values=values), lang)

    assert told.endswith(".")
    assert len(told.splitlines()) == 1
    assert "{" not in told


def test_days_are_told_in_the_user_s_language() -> None:
    found = time_evidence.week_start(QuickBooksFacts(first_day_of_week="Monday"), "sunday")
    assert found is not None

    assert checklist_words.said(found[1], "fr") == (
        "La semaine commence le lundi dans QuickBooks et le dimanche dans l’appli."
    )
    assert str(checklist_words.told(found[1])) == "QuickBooks begins the week on Monday, the app on Sunday."


def test_a_ground_of_another_version_is_shown_by_its_name() -> None:
    assert checklist_words.said(Evidence(ground="something_new", values={"n": 1}), "fr") == "something_new"


@pytest.mark.parametrize("item", Item)
def test_every_item_has_a_title_and_a_way_in_both_languages(item: Item) -> None:
    for text in (checklist_words.question, checklist_words.how):
        english, french = text(item, "en"), text(item, "fr")

        assert english
        assert english != french or item is Item.WINDOWS


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_state_of_a_check_has_a_name_of_its_own(lang: str) -> None:
    assert len({checklist_words.state(state, lang) for state in CheckState}) == len(CheckState)
