"""What is said of a bank, a row or a balance: a code for programs, and its sentence in the user's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

import attrs

from qbapps.language import Language, Phrase, Words, words
from qbapps.language.words import NARROW_SPACE

C_co = TypeVar("C_co", bound=StrEnum, covariant=True)
Value = str | int | date | Decimal


def _freeze(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return MappingProxyType(dict(values))


@attrs.frozen
class Remark(Generic[C_co]):
    """
    One thing to be known.

    Attributes:
        code: Which, for programs.
        msgid: Its English sentence, with the names of its values.
    """

    code: C_co
    msgid: str
    values: Mapping[str, Value] = attrs.field(factory=dict, converter=_freeze, hash=False, kw_only=True)

    def said(self, lang: str | None = None) -> str:
        """
        Return the sentence.

        Raises:
            ConfigurationError: It is a language the library does not speak.
        """
        _ = words(lang)
        return _.text(self.msgid, **{name: said(value, _) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.said()


def said(value: Value, _: Words) -> str:
    """Return *value* as a sentence has it."""
    if isinstance(value, date):
        return _.day(value)
    if isinstance(value, Decimal):
        return amount_in_words(value, _)
    return _.say(value) if isinstance(value, Phrase) else str(value)


def amount_in_words(amount: Decimal, _: Words) -> str:
    """Return *amount* with two decimals or all it has: ``-1,234.50``, in French ``-1 234,50`` with a narrow space."""
    sign, whole, decimals = _parts(amount)
    if _.language is Language.FR:
        return f"{sign}{int(whole):,}".replace(",", NARROW_SPACE) + f",{decimals}"
    return f"{sign}{int(whole):,}.{decimals}"


def plain_amount(amount: Decimal) -> str:
    """Return *amount* as ``-1234.50``: two decimals, or all it has; nothing is rounded."""
    sign, whole, decimals = _parts(amount)
    return f"{sign}{whole}.{decimals}"


def _parts(amount: Decimal) -> tuple[str, str, str]:
    whole, _, decimals = f"{amount.copy_abs():f}".partition(".")
    return "-" if amount < 0 else "", whole, decimals[:2].ljust(2, "0") + decimals[2:].rstrip("0")
