"""The catalogues say everything the code says, and French is typeset as French is."""

from __future__ import annotations

import gettext
import io
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "qbapps" / "locale"
KEYWORDS = {"_": None, "N_": None, "Phrase": None, "C_": ((1, "c"), 2), "plural": (1, 2)}
LANGUAGES = ("en", "fr")


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "qbapps.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def entries(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def said_in_the_code() -> set[tuple[str | None, str | tuple[str, ...]]]:
    with (LOCALE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT), methods, options, KEYWORDS)
    return {(context, tuple(msgid) if isinstance(msgid, list) else msgid) for _, _, msgid, _, context in found}


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_in_the_catalogue_and_nothing_else(language: str) -> None:
    known = {(message.context, message.id) for message in entries(language)}

    assert known == said_in_the_code()


def test_the_extraction_sees_python_code_and_templates() -> None:
    texts = {msgid for _, msgid in said_in_the_code()}

    assert "Sign in to QuickBooks Online Accountant." in texts
    assert "Who owns what" in texts
    assert ("{n} app", "{n} apps") in texts


def test_no_text_is_said_by_another_name_than_the_extraction_looks_for() -> None:
    hidden = re.compile(r"\bwords\([\"']")
    found = [str(path) for path in (ROOT / "qbapps").rglob("*.py") if hidden.search(path.read_text("utf-8"))]

    assert found == []


def test_every_text_has_a_french_translation_that_somebody_has_read() -> None:
    for message in entries("fr"):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)

        assert all(forms), f"not translated: {message.id}"
        assert not message.fuzzy, f"fuzzy: {message.id}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_exactly_what_its_text_names(language: str) -> None:
    for message in entries(language):
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        for text, form in zip(texts, forms, strict=True):
            assert not form or names_in(text) == names_in(form), f"other names: {form}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_what_the_written_one_compiles_to(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    fresh = gettext.GNUTranslations(compiled)
    with (LOCALE / language / "LC_MESSAGES" / "qbapps.mo").open("rb") as file:
        kept = gettext.GNUTranslations(file)

    headers = {"": ""}
    assert {**kept._catalog, **headers} == {**fresh._catalog, **headers}  # type: ignore[attr-defined]


def test_french_has_an_unbreakable_space_where_its_typography_wants_one() -> None:
    for message in entries("fr"):
        for form in message.string if isinstance(message.string, tuple) else (message.string,):
            assert not re.search(r"[^\u00a0][:;?!»](\s|$)", form), f"before a sign: {form}"
            assert not re.search(r"«[^\u00a0]", form), f"after a guillemet: {form}"
            assert "'" not in form, f"straight apostrophe: {form}"


def test_french_addresses_people_formally() -> None:
    for message in entries("fr"):
        for form in message.string if isinstance(message.string, tuple) else (message.string,):
            assert not re.search(r"\b(tu|toi|ton|ta|tes)\b", form.casefold()), form
