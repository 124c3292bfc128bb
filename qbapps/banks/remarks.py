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

C = TypeVar("C", bound=StrEnum, covariant=True)
Value = str | int | date | Decimal


def _freeze(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return MappingProxyType(dict(values))


@attrs.frozen
class Remark(Generic[C]):
    """
    One thing to be known.

    Attributes:
        code: Which, for programs.
        msgid: Its English sentence, with the names of its values.
    """

    code: C
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
    written = f"{plain_amount(amount)[0]}{Decimal(plain_amount(amount)[1:]):,f}"
    if amount >= 0:
        written = written[1:]
    if _.language is not Language.FR:
        return written
    return written.replace(",", NARROW_SPACE).replace(".", ",")


def plain_amount(amount: Decimal) -> str:
    """Return *amount* with its sign, a dot, and two decimals or all it has: no digit is lost, and none is rounded."""
    sign, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    number = "".join(map(str, digits)) + "0" * max(exponent, 0)
    places = max(-exponent, 0)
    number = number.rjust(places + 1, "0")
    whole, decimals = number[: len(number) - places], number[len(number) - places :]
    decimals = decimals[:2].ljust(2, "0") + decimals[2:].rstrip("0")
    return f"{'-' if sign and amount else '+'}{whole.lstrip('0') or '0'}.{decimals}"
