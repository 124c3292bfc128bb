"""Which language a user reads, from what they ask for or from their environment."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from qbapps.errors import ConfigurationError

SETTING: Final = "QBAPPS_LANG"
_LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(StrEnum):
    """A language the library speaks."""

    EN = "en"
    FR = "fr"


def pick(lang: str | None) -> Language:
    """
    Return the language that *lang* names: ``fr``, ``fr-CA`` and ``fr_FR.UTF-8`` are all French.

    None and the empty text are English.

    Raises:
        ConfigurationError: It is a language the library does not speak.
    """
    if lang is None or not lang.strip():
        return Language.EN
    found = _spoken(lang)
    if found is None:
        raise ConfigurationError(
            f"{lang!r} is not a language qbapps speaks.",
            hint=f"Use one of: {', '.join(Language)}.",
        )
    return found


def from_environment(environ: Mapping[str, str]) -> Language:
    """
    Return the language of *environ*: ``QBAPPS_LANG`` first, then the locale's variables.

    A locale that is not spoken is English: only what was asked of qbapps itself can be wrong.

    Raises:
        ConfigurationError: ``QBAPPS_LANG`` is a language the library does not speak.
    """
    if environ.get(SETTING, "").strip():
        return pick(environ[SETTING])
    named = next((environ[name] for name in _LOCALES if environ.get(name)), "")
    return _spoken(named) or Language.EN


def _spoken(lang: str) -> Language | None:
    code = lang.strip().casefold().replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0]
    return Language(code) if code in set(Language) else None
