"""The steps for people: complete, in their language, with the names as they are."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain.disconnection import Reason
from qbapps.domain.parties import Level
from qbapps.domain.tasks import TaskKind
from qbapps.guides.steps import guide, labels_as_of, steps

EVERY = list(product(TaskKind, Level, ("en", "fr")))


def told(kind: TaskKind, level: Level, lang: str, **changes: object) -> tuple[str, ...]:
    names = {"app": "Dext", "company": "Boulangerie Martin", "person": "jean@durand.example", **changes}
    return steps(kind, level, lang, **names)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "level", "lang"), EVERY)
def test_every_task_has_who_does_it_then_steps_then_a_check(kind: TaskKind, level: Level, lang: str) -> None:
    who, *rest = told(kind, level, lang)

    assert who.startswith("To be done by" if lang == "en" else "À faire par")
    assert len(rest) >= 6
    assert rest[-1].startswith("Check" if lang == "en" else "Vérifiez")


@pytest.mark.parametrize(("kind", "level", "lang"), EVERY)
def test_every_task_can_be_told_with_nothing_known_but_the_app(kind: TaskKind, level: Level, lang: str) -> None:
    text = "\n".join(told(kind, level, lang, company=None, person=None))

    assert "None" not in text
    assert "{" not in text


@pytest.mark.parametrize(("kind", "level"), list(product(TaskKind, Level)))
def test_every_guide_says_how_old_it_is_and_where_it_comes_from(kind: TaskKind, level: Level) -> None:
    chosen = guide(kind, level)

    assert chosen.valid_as_of >= date(2024, 1, 1)
    assert "Intuit help" in chosen.source


def test_who_does_it_depends_on_the_level() -> None:
    company, firm, client = (
        told(TaskKind.DISCONNECT, level, "en")[0] for level in (Level.COMPANY, Level.FIRM, Level.CLIENT)
    )

    assert company == "To be done by an admin of “Boulangerie Martin”."
    assert firm == "To be done by an admin of the firm."
    assert "owner (primary admin) of the firm" in client


@pytest.mark.parametrize("level", [Level.FIRM, Level.CLIENT])
def test_in_an_accounting_firm_the_new_owner_is_the_primary_admin(level: Level) -> None:
    assert "l’administrateur principal du cabinet" in told(TaskKind.TRANSFER, level, "fr")[0]


@pytest.mark.parametrize("kind", TaskKind)
def test_the_apps_of_clients_are_for_the_firm_s_primary_admin(kind: TaskKind) -> None:
    assert "administrateur principal" in told(kind, Level.CLIENT, "fr")[0]


@pytest.mark.parametrize(("level", "lang"), list(product(Level, ("en", "fr"))))
def test_a_transfer_ends_by_looking_whose_app_it_is_now(level: Level, lang: str) -> None:
    *_, user, works = told(TaskKind.TRANSFER, level, lang)

    assert "jean@durand.example" in user
    assert "Dext" in works


@pytest.mark.parametrize(("kind", "level"), list(product(TaskKind, Level)))
def test_how_old_the_labels_are_can_be_said_in_both_languages(kind: TaskKind, level: Level) -> None:
    assert "12 February 2024" in labels_as_of(kind, level, "en")
    assert "12 février 2024" in labels_as_of(kind, level, "fr")


def test_each_level_is_found_in_its_own_place() -> None:
    text = {level: "\n".join(told(TaskKind.DISCONNECT, level, "fr")) for level in Level}

    assert "«\u00a0Applis du cabinet\u00a0»" in text[Level.FIRM]
    assert "«\u00a0Applis clientes\u00a0»" in text[Level.CLIENT]
    assert "«\u00a0Aperçu\u00a0»" in text[Level.COMPANY]
    assert "Applis du cabinet" not in text[Level.CLIENT]


@pytest.mark.parametrize("kind", [TaskKind.DISCONNECT, TaskKind.CHECK_GONE])
@pytest.mark.parametrize("level", Level)
def test_who_did_not_connect_the_app_is_told_to_take_it_over_before_the_disconnect(
    kind: TaskKind, level: Level
) -> None:
    told_steps = told(kind, level, "en")
    take_over = next(place for place, step in enumerate(told_steps) if "Change Admin" in step)
    disconnect = next(place for place, step in enumerate(told_steps) if "select “Disconnect”" in step)

    assert take_over < disconnect
    assert "jean@durand.example" in told_steps[take_over]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("kind", [TaskKind.DISCONNECT, TaskKind.CHECK_GONE])
def test_the_questionnaire_has_an_answer_that_fits_the_reason(kind: TaskKind, reason: Reason) -> None:
    with_reason = told(kind, Level.COMPANY, "fr", reason=reason)
    without = told(kind, Level.COMPANY, "fr")

    assert len(with_reason) == len(without)
    assert sum("Réponse suggérée" in step for step in with_reason) == 1
    assert not any("Réponse suggérée" in step for step in without)


def test_a_transfer_asks_no_questions() -> None:
    assert not any("questionnaire" in step for step in told(TaskKind.TRANSFER, Level.CLIENT, "fr", reason=Reason.OTHER))


def test_a_transfer_ends_by_checking_that_the_app_shows_the_right_person() -> None:
    checks = told(TaskKind.TRANSFER, Level.CLIENT, "en")[-2:]

    assert checks[0] == "Check that “Dext” now shows jean@durand.example as its user for “Boulangerie Martin”."


@given(name=st.text(min_size=1), kind=st.sampled_from(TaskKind), level=st.sampled_from(Level))
def test_no_name_adds_a_line_or_breaks_the_steps(name: str, kind: TaskKind, level: Level) -> None:
    for step in told(kind, level, "fr", app=name, company=name, person=name):
        assert len(step.splitlines()) == 1


def test_names_are_put_in_as_they_are() -> None:
    text = "\n".join(told(TaskKind.DISCONNECT, Level.COMPANY, "en", app="<b>{app}</b>", company="A & B"))

    assert "“<b>{app}</b>”" in text
    assert "“A & B”" in text
