"""What a first sync would delete: counted, digested, and confirmed by a typed word before anything is deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Final

import attrs

from qbapps.domain.desktop.link import DesktopLink
from qbapps.errors import ConfigurationError, PlanAltered, TransitionError

WORDS: Final = {"en": "delete", "fr": "supprimer"}
"""What has to be typed, by language. Source: Intuit help, "Intégrer QuickBooks Time et QuickBooks Desktop"."""


NOTHING: Final = hashlib.sha256(b"{}").hexdigest()
"""Digest of a preview in which nothing is deleted: there is nothing to confirm."""


@attrs.frozen(kw_only=True)
class Preview:
    """
    What would be deleted.

    Attributes:
        counts: How many of each kind.
        digest: Of the very things; another list has another digest.
        word: What a person has to type to confirm it.
    """

    counts: Mapping[str, int]
    digest: str
    word: str

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


def preview(doomed: Mapping[str, Collection[str]], lang: str) -> Preview:
    """
    Return what deleting *doomed*, ids by kind, comes to; order and repeats do not matter.

    Raises:
        ConfigurationError: It is no collection of texts for each kind.
    """
    for kind, ids in doomed.items():
        if isinstance(ids, str) or not all(isinstance(one, str) for one in ids):
            raise ConfigurationError(
                f"What is to be deleted of {kind!r} is no collection of ids.",
                hint="Give a list of texts for each kind.",
            )
    things = {kind: sorted(set(ids)) for kind, ids in doomed.items() if ids}
    text = json.dumps(things, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return Preview(
        counts={kind: len(ids) for kind, ids in sorted(things.items())},
        digest=hashlib.sha256(text.encode()).hexdigest(),
        word=WORDS[lang],
    )


def is_word(phrase: str, lang: str) -> bool:
    """Tell whether *phrase* is the word of *lang*; case and spaces around do not matter, the language does."""
    return phrase.strip().casefold() == WORDS[lang]


def check_confirmed(link: DesktopLink, digest: str) -> None:
    """
    Check that what has *digest* is what was confirmed.

    Raises:
        TransitionError: Nothing was confirmed.
        PlanAltered: Something else was.
    """
    if link.confirmed is None:
        raise TransitionError(
            f"Nobody has confirmed what the first sync of {link.connection_id} deletes.",
            hint="Show the preview, and have confirm_destructive called with the word that its user types.",
            state=link.state,
            action="delete",
            connection_id=link.connection_id,
        )
    if link.confirmed != digest:
        raise PlanAltered(
            f"What would be deleted for {link.connection_id} is not what was confirmed.",
            hint="Nothing may be deleted. Make a new preview, and have it confirmed.",
        )
