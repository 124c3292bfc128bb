"""What is wrong with events, said in French: every form that the domain has, and no other."""

from __future__ import annotations

import string
from typing import Any

import pytest

from qbapps.domain import origins, trail, whole_trail
from qbapps.language import trail_breaks, words

FORMS = sorted(
    {
        value
        for module in (trail, origins, whole_trail)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and name != "GENESIS"
    }
)


def filled(form: str) -> str:
    names = {name for _, name, _, _ in string.Formatter().parse(form) if name}
    values: dict[str, Any] = {name: "con_1" if name == "stream" else 17 for name in names}
    return form.format_map(values)


def test_every_form_can_be_said_and_no_other() -> None:
    assert sorted(trail_breaks.FORMS) == FORMS


@pytest.mark.parametrize("form", FORMS)
def test_a_break_is_said_in_french_with_its_numbers(form: str) -> None:
    told = trail_breaks.said(filled(form), words("fr"))

    assert told != filled(form)
    assert ("17" in told) == ("17" in filled(form))
    assert ("con_1" in told) == ("con_1" in filled(form))
    assert trail_breaks.said(filled(form), words("en")) == filled(form)


def test_what_has_another_form_is_shown_as_it_is() -> None:
    assert trail_breaks.said("something else", words("fr")) == "something else"
