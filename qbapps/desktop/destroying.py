"""The first sync that deletes: shown, confirmed by a typed word, and refused once anything has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from qbapps.desktop.beat import load
from qbapps.domain.desktop import destruction
from qbapps.domain.desktop.destruction import Preview
from qbapps.domain.desktop.states import WORKING, DesktopState, Move, may
from qbapps.domain.events import EventKind
from qbapps.errors import ConfigurationError, PlanAltered, TransitionError
from qbapps.language import pick
from qbapps.lifecycle.people import check_name
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports


def preview(ports: Ports, connection_id: str, doomed: Mapping[str, Collection[str]], lang: str | None) -> Preview:
    """
    Keep what the first sync would delete, and return how it is to be shown; nothing is deleted.

    Another list than the one that was confirmed takes the confirmation back.
    """
    found = destruction.preview(doomed, pick(lang) if lang else "en")

    def beat() -> Preview:
        told = load(ports, connection_id)
        shown = destruction.preview(doomed, pick(lang) if lang else told.link.lang)
        if told.link.preview == found.digest:
            return shown
        told.change(preview=found.digest, preview_counts=dict(found.counts))
        if told.link.confirmed not in (None, found.digest):
            told.change(confirmed=None, confirmed_by=None, confirmed_at=None)
        if told.link.state is DesktopState.FIRST_SYNC and found.total and told.link.synced_at is None:
            told.move(Move.HOLD)
        elif not found.total and may(told.link.state, Move.CONFIRM):
            told.move(Move.CONFIRM)
        told.tell(EventKind.DESKTOP_PREVIEWED, digest=found.digest, total=found.total)
        told.save()
        return shown

    return retry_stale(beat)


def confirm(ports: Ports, connection_id: str, *, phrase: str, digest: str, by: str | None) -> None:
    """
    Take a person's typed word for what the preview shows.

    Raises:
        ConfigurationError: *phrase* is not the word.
        PlanAltered: The preview that was shown is not the present one.
        TransitionError: There is nothing to confirm.
    """

    if by is not None:
        check_name("by", by)

    def beat() -> None:
        told = load(ports, connection_id)
        if told.link.preview is None:
            raise TransitionError(
                f"There is no preview of what {connection_id} would delete.",
                hint="Make one with desktop.preview_destructive, and show it.",
                state=told.link.state,
                action="confirm",
                connection_id=connection_id,
            )
        if told.link.preview != digest:
            raise PlanAltered(
                f"What {connection_id} would delete has changed since it was shown.",
                hint="Show the new preview, and have its digest confirmed.",
            )
        if not any(destruction.is_word(phrase, lang) for lang in destruction.WORDS):
            words = " / ".join(destruction.WORDS.values())
            raise ConfigurationError(
                "The word that was typed is not the one that confirms.", hint=f"Have exactly this typed: {words}."
            )
        if told.link.confirmed == digest:
            return
        told.change(confirmed=digest, confirmed_by=by, confirmed_at=told.at)
        told.tell(
            EventKind.DESKTOP_CONFIRMED,
            by=by,
            digest=digest,
            phrase=phrase.strip(),
            total=sum(int(n or 0) for n in told.link.preview_counts.values()),
        )
        if may(told.link.state, Move.CONFIRM):
            told.move(Move.CONFIRM, by=by)
        told.save()

    retry_stale(beat)


def release(ports: Ports, connection_id: str, doomed: Mapping[str, Collection[str]]) -> Preview:
    """
    Check, at the very moment of deleting, that *doomed* is what was confirmed.

    Raises:
        TransitionError: Nobody has confirmed anything, or QuickBooks has not let us in, or no more.
        PlanAltered: It is not what was confirmed: nothing may be deleted.
    """

    def beat() -> Preview:
        told = load(ports, connection_id)
        found = destruction.preview(doomed, told.link.lang)
        if told.link.state not in WORKING:
            raise TransitionError(
                f"{connection_id} is {told.link.state}: nothing is deleted.",
                hint="Delete once what the first sync brings has come.",
                state=told.link.state,
                action="delete",
                connection_id=connection_id,
            )
        if found.total:
            destruction.check_confirmed(told.link, found.digest)
        told.tell(EventKind.DESKTOP_RELEASED, digest=found.digest, total=found.total)
        told.save()
        return found

    return retry_stale(beat)
