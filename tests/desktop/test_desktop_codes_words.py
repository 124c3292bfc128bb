"""Every trouble can be told in both languages."""

from __future__ import annotations

from enum import StrEnum

import pytest

from qbapps.desktop import codes
from qbapps.desktop.codes import saying
from qbapps.desktop.codes.hresults import HRESULTS
from qbapps.desktop.codes.own import OURS
from qbapps.desktop.codes.qbwc import CODES
from qbapps.desktop.codes.statuses import STATUSES
from qbapps.domain.desktop.troubles import Category, Fixer, Trouble

EVERY = [
    *HRESULTS.values(),
    *STATUSES.values(),
    *CODES.values(),
    *OURS.values(),
    *(codes.status(number) for number in (7, 700, 1500, 2500, 3001, 4000, 9050, 9150, 99999)),
    codes.hresult("0x80049999"),
    codes.connector("QBWC1047"),
]


@pytest.mark.parametrize("trouble", EVERY, ids=lambda trouble: trouble.code)
def test_a_trouble_is_told_in_both_languages(trouble: Trouble) -> None:
    for said in (saying.what, saying.do, saying.who, saying.kind):
        english, french = said(trouble, "en"), said(trouble, "fr")

        assert english != french
        assert "{" not in english + french


@pytest.mark.parametrize("trouble", EVERY, ids=lambda trouble: trouble.code)
def test_what_to_do_is_a_whole_sentence(trouble: Trouble) -> None:
    for lang in ("en", "fr"):
        for text in (saying.what(trouble, lang), saying.do(trouble, lang)):
            assert text[0].isupper() or text.startswith("«")
            assert text.endswith(".")


@pytest.mark.parametrize("kind", [Fixer, Category])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_two_of_a_kind_are_never_called_the_same(kind: type[StrEnum], lang: str) -> None:
    table = saying.FIXERS if kind is Fixer else saying.CATEGORIES
    trouble = codes.status(0)
    named = [
        saying.who(trouble, lang) if kind is Fixer else saying.kind(trouble, lang)
        for trouble in (
            Trouble(
                code="1",
                category=member if isinstance(member, Category) else trouble.category,
                fixer=member if isinstance(member, Fixer) else trouble.fixer,
                reaction=trouble.reaction,
                what="-",
                do="-",
            )
            for member in kind
        )
    ]

    assert set(table) == set(kind)
    assert len(set(named)) == len(named)


def test_the_names_of_menus_are_those_of_quickbooks_in_french() -> None:
    assert "« Mettre à jour la sélection »".replace(" »", "\u00a0»").replace("« ", "«\u00a0") in saying.do(
        codes.hresult("80040408"), "fr"
    )
    assert "mode mono-utilisateur" in saying.do(codes.hresult("80040418"), "fr")
