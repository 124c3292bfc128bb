"""Saying a text in a language: the gettext catalogues, and how dates and numbers are written."""

from __future__ import annotations

import datetime as dt
import gettext
from functools import cache
from importlib import resources
from typing import Any, Final

from qbapps.language.choosing import Language, pick
from qbapps.values import as_utc

NARROW_SPACE: Final = "\u202f"


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """Return *text* as it is: marks words to translate where they are kept, not said."""
    return text


def C_(context: str, text: str) -> tuple[str, str]:  # noqa: N802 - the same
    """
    Return both as they are: marks words whose translation depends on what they are said of.

    In French "Completed" is not the same word for a transfer and for a task.
    """
    return context, text


class Phrase(str):
    """
    An English sentence that can still be said in another language.

    It is a text like any other: it compares, prints and turns into JSON as the English
    sentence. :meth:`Words.say` gives it in the user's language.

    >>> Phrase("line {line} is wrong", line=3)
    'line 3 is wrong'
    """

    __slots__ = ("msgid", "values")

    msgid: str
    values: dict[str, Any]

    def __new__(cls, msgid: str, **values: Any) -> Phrase:
        phrase = super().__new__(cls, msgid.format_map(values))
        phrase.msgid = msgid
        phrase.values = values
        return phrase

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.msgid,), self.values


class Words:
    """
    One language's words.

    Values are put in as they are: escaping is for whoever makes HTML of the result.
    """

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, msgid: str, /, **values: object) -> str:
        """Return :meth:`text`: ``_("…")``, where extraction finds it."""
        return self.text(msgid, **values)

    def text(self, msgid: str, /, **values: object) -> str:
        """
        Return *msgid* in this language, its ``{names}`` replaced by *values*.

        Raises:
            KeyError: A name has no value.
        """
        return self._catalogue.gettext(msgid).format_map(values)

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the form that *n* asks for; ``{n}`` is *n* as this language writes numbers."""
        return self._catalogue.ngettext(one, many, n).format_map({"n": self.number(n), **values})

    def in_context(self, context: str, msgid: str, /) -> str:
        """Return *msgid* as it is said of *context* (see ``C_``)."""
        return self._catalogue.pgettext(context, msgid)

    def say(self, phrase: str) -> str:
        """Return a :class:`Phrase` in this language, with those that it is made of; any other text as it is."""
        if not isinstance(phrase, Phrase):
            return phrase
        parts = {name: self.say(part) if isinstance(part, Phrase) else part for name, part in phrase.values.items()}
        return self.text(phrase.msgid, **parts)

    def quoted(self, text: str) -> str:
        """Return *text* between this language's quotation marks."""
        return self.text(N_("“{text}”"), text=text)

    def number(self, n: int) -> str:
        """Return *n* with its thousands apart."""
        separator = NARROW_SPACE if self.language is Language.FR else ","
        return f"{n:,}".replace(",", separator)

    def date(self, value: dt.date) -> str:
        """Return a day as ``29 December 2023``; an instant also has its time, in UTC."""
        if not isinstance(value, dt.datetime):
            return self._day(value)
        value = as_utc(value)
        return self.text(
            N_("{day} at {hour}:{minute} UTC"), day=self._day(value), hour=f"{value:%H}", minute=f"{value:%M}"
        )

    def day(self, value: dt.date) -> str:
        """Return the day of *value*, in UTC when it is an instant."""
        return self._day(as_utc(value) if isinstance(value, dt.datetime) else value)

    def _day(self, value: dt.date) -> str:
        pattern = N_("1 {month} {year}") if value.day == 1 else N_("{day} {month} {year}")
        return self.text(pattern, day=value.day, month=self.text(MONTHS[value.month - 1]), year=value.year)


MONTHS: Final = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def words(lang: str | None) -> Words:
    """
    Return the words of *lang*; reads the catalogue once per process.

    Raises:
        ConfigurationError: It is a language the library does not speak.
    """
    return _words(pick(lang))


@cache
def _words(language: Language) -> Words:
    catalogue = resources.files("qbapps") / "locale" / language / "LC_MESSAGES" / "qbapps.mo"
    with catalogue.open("rb") as file:
        return Words(language, gettext.GNUTranslations(file))
