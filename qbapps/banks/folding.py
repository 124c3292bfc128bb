"""Texts as they are compared: without accents, case, or one way of writing an apostrophe rather than another."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ALIKE: Final = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
)
_WORD: Final = re.compile(r"\w+")
_ARTICLES: Final = frozenset({"le", "la", "les", "l", "de", "du", "des", "d", "et", "the", "of", "and"})


def fold(text: str) -> str:
    """Return *text* without accents and case, on one line: ``CAFÉ`` and ``Cafe`` are the same, composed or not."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.translate(_ALIKE))
        text = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(text.casefold().replace("`", "'").split())


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a bank's name, folded: ``Caisse d'Épargne`` is ``caisse``, ``epargne``."""
    found = _WORD.findall(fold(text))
    return tuple(word for word in found if word not in _ARTICLES) or tuple(found)


def squeezed(text: str) -> str:
    """Return the letters and digits of *text* alone, folded: ``Bourso Bank`` and ``BoursoBank`` are the same."""
    return "".join(_WORD.findall(fold(text)))
