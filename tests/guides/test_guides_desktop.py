"""Setting a Desktop app up and removing it by hand: complete, in both languages, and careful about other apps."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain.desktop.states import DesktopState
from qbapps.guides import desktop_removal, desktop_setup

LANGUAGES = ("en", "fr")
GUIDES = [*desktop_setup.GUIDES.values(), desktop_removal.GUIDE, desktop_removal.ALONE, desktop_removal.SHARED]
FOLDER = r"C:\Program Files (x86)\Common Files\Intuit\QuickBooks\QBWebConnector"


def set_up(state: DesktopState, lang: str) -> tuple[str, ...]:
    return desktop_setup.steps(state, lang, app="Pointage", company="Menuiserie Petit")


def remove(lang: str, *, shared: bool | None = None) -> tuple[str, ...]:
    return desktop_removal.steps(lang, app="Pointage", company="Menuiserie Petit", shared=shared)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", DesktopState)
def test_every_state_says_who_comes_next(state: DesktopState, lang: str) -> None:
    said = desktop_setup.said_next(state, lang, app="Pointage", company="Menuiserie Petit")

    assert said.endswith(".")
    assert "{" not in said
    assert said.startswith(
        ("Whoever", "The ", "An ", "Nobody: ") if lang == "en" else ("La personne", "L’", "Un ", "Personne\u00a0: ")
    )


@pytest.mark.parametrize("state", DesktopState)
def test_where_nobody_comes_next_there_are_no_steps_to_do(state: DesktopState) -> None:
    nobody = desktop_setup.next_step(state).startswith("Nobody")

    assert not (nobody and desktop_setup.steps(state, "en", app="Pointage", company=None))


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_says_how_old_it_is_who_does_it_and_how_to_check(guide: desktop_setup.Guide) -> None:
    assert guide.valid_as_of >= date(2024, 1, 1)
    assert guide.source
    assert guide.who.startswith("To be done by")
    assert guide.steps
    assert all(check.startswith("Check") for check in guide.checks)
    assert guide.checks


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_only_what_a_task_knows(guide: desktop_setup.Guide) -> None:
    texts = (guide.who, *guide.steps, *guide.checks)
    names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}

    assert names <= {"app", "company"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_can_be_told_without_the_company_s_name(lang: str) -> None:
    told = [text for state in DesktopState for text in desktop_setup.steps(state, lang, app="Pointage", company=None)]

    assert told
    assert "None" not in " ".join(told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_app_is_set_up_in_the_order_of_the_screens(lang: str) -> None:
    told = "\n".join(set_up(DesktopState.CONFIG_ISSUED, lang))
    screens = {
        "en": ("Install Intuit's", "single-user", ".qwc", "“Yes, always", "“Continue”", "“Done”", "tick the box",
               "password", "“Update Selected”", "“Auto-Run”"),
        "fr": ("Installez le connecteur Web", "mono-utilisateur", ".qwc", "«\u00a0Oui, toujours\u00a0»",
               "«\u00a0Continuer\u00a0»", "«\u00a0Confirmation d’accès\u00a0»", "«\u00a0Terminer\u00a0»",
               "cochez la case", "mot de passe", "«\u00a0Mettre à jour la sélection\u00a0»", "«\u00a0Auto-Run\u00a0»"),
    }[lang]  # fmt: skip
    places = [told.index(screen) for screen in screens]

    assert places == sorted(places)


def test_both_labels_of_the_question_are_told_apart() -> None:
    english = "\n".join(set_up(DesktopState.CONFIG_ISSUED, "en"))
    french = "\n".join(set_up(DesktopState.CONFIG_ISSUED, "fr"))

    assert "“Yes, always; allow access even if QuickBooks is not running”" in english
    assert "“Yes, whenever this QuickBooks company file is open”" in english
    assert "«\u00a0Oui, chaque fois que ce fichier d’entreprise QuickBooks est ouvert\u00a0»" in french


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("shared", [None, False])
def test_removing_goes_from_the_connector_to_the_company_file(lang: str, shared: bool | None) -> None:
    told = "\n".join(remove(lang, shared=shared))
    ways = {
        "en": ("“Auto-Run”", "Only if no other app", "“Apps & features”", FOLDER, "“Integrated Applications”"),
        "fr": ("«\u00a0Auto-Run\u00a0»", "Seulement si aucune autre appli", "«\u00a0Désinstaller\u00a0»", FOLDER,
               "«\u00a0Applications intégrées\u00a0»"),
    }[lang]  # fmt: skip
    places = [told.index(way) for way in ways]

    assert places == sorted(places)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_other_apps_use_the_connector_it_is_not_uninstalled(lang: str) -> None:
    told = "\n".join(remove(lang, shared=True))

    assert FOLDER not in told
    assert "Uninstall" not in told
    assert "Désinstaller" not in told
    assert "Integrated Applications" in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_nobody_knows_of_other_apps_looking_comes_before_uninstalling(lang: str) -> None:
    told = remove(lang)
    look = next(place for place, step in enumerate(told) if ("other apps" if lang == "en" else "autres app") in step)
    uninstall = next(place for place, step in enumerate(told) if "“Uninstall”" in step or "Désinstaller" in step)

    assert look < uninstall


def test_the_steps_to_leave_out_are_the_three_that_uninstall() -> None:
    steps = desktop_removal.GUIDE.steps
    look = next(place for place, step in enumerate(steps) if "the next three steps" in step)

    assert steps[look + 1].startswith("Only if no other app")
    assert "QBWebConnector" in steps[look + 3]
    assert steps[look + 4].startswith("Open the company file")


@given(name=st.text(min_size=1), state=st.sampled_from(DesktopState))
def test_no_name_adds_a_line_or_breaks_the_steps(name: str, state: DesktopState) -> None:
    told = [
        *desktop_setup.steps(state, "fr", app=name, company=name),
        *desktop_removal.steps("fr", app=name, company=name),
        desktop_setup.said_next(state, "fr", app=name, company=name),
    ]

    assert all(len(text.splitlines()) == 1 for text in told)
