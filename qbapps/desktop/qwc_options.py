"""
What a configuration file (.qwc) may choose between.

Source: Intuit, "QuickBooks Web Connector Programmer's Guide" 2.0, chapter 4
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag, StrEnum
from typing import Final

from qbapps.errors import ConfigurationError


class Edition(IntFlag):
    """
    Editions of QuickBooks Desktop that an app takes; the others are refused when they connect. None of them means all.

    Source: the same guide, table 1-1, which says to AND several; the bits only make sense when they are ORed.
    """

    SIMPLE_START = 0x1
    PRO = 0x2
    PREMIER = 0x4
    ENTERPRISE = 0x8


ALL: Final = Edition(0)
"""No bit: every edition, Simple Start too."""


class PersonalData(StrEnum):
    """Whether the app reads personal data, such as social security numbers."""

    NOT_NEEDED = "pdpNotNeeded"
    OPTIONAL = "pdpOptional"
    REQUIRED = "pdpRequired"


class Style(StrEnum):
    """How the Web Connector writes its messages; all three are read."""

    DOCUMENT = "Document"
    WRAPPED = "DocWrapped"
    RPC = "RPC"


class Unattended(StrEnum):
    """Whether the app works only when it may while QuickBooks is closed."""

    REQUIRED = "umpRequired"
    OPTIONAL = "umpOptional"


def editions(names: Iterable[str]) -> Edition:
    """
    Return the editions of those names: ``simple_start``, ``pro``, ``premier``, ``enterprise``.

    Raises:
        ConfigurationError: There is no such edition.
    """
    found = ALL
    for name in names:
        edition = Edition.__members__.get(name.upper())
        if edition is None:
            raise ConfigurationError(
                f"AuthFlags cannot name the edition {name!r}.",
                hint=f"Use {', '.join(str(known).lower() for known in Edition.__members__)}.",
            )
        found |= edition
    return found
