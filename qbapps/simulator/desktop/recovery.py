"""
Error recovery: QuickBooks keeps the response of a message set, so that an app can ask what became of it.

Source: Intuit, Desktop SDK, "Error recovery", and the samples ErrRecovery1 to 3: the same id again, with no request or
with the same ones, is answered with what was kept, and nothing is carried out again.
"""

import attrs

from qbapps.simulator.desktop.behaviour import Checksum, MessageSets, QuickBooksBehaviour, UnknownOldId
from qbapps.simulator.desktop.reading import MessageSet

LONGEST_ID = 23
CLEAR_ALL = "ClearAllMessageSets"


@attrs.frozen
class StoredSet:
    """The response that is kept for one message set, and what was asked."""

    text: str
    requests: str
    response: str


@attrs.frozen(kw_only=True)
class Verdict:
    """
    What is to be done with a message set.

    Attributes:
        status: `messageSetStatusCode` of the answer.

        kept: The response to give again, instead of carrying anything out.
    """

    status: str
    is_carried_out: bool
    kept: str | None = None


class StoredSets:
    """The message sets of one app in one company file."""

    def __init__(self) -> None:
        self._sets: dict[str, StoredSet] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """List the ids whose responses are kept, oldest first."""
        return tuple(self._sets)

    def judge(self, asked: MessageSet, behaviour: QuickBooksBehaviour) -> Verdict:
        """Say what becomes of *asked*; what it releases is released."""
        if any(len(one or "") > LONGEST_ID for one in (asked.new_id, asked.old_id)):
            return Verdict(status="9004", is_carried_out=False)
        known = self._sets.get(asked.new_id or "")
        if known is not None and asked.requests and not _same(known, asked, behaviour.checksum):
            return Verdict(status="9001", is_carried_out=False)
        was_released = self._release(asked)
        if known is not None:
            return Verdict(status="0", is_carried_out=False, kept=known.response)
        if asked.new_id is not None:
            return self._new(asked, behaviour)
        if not was_released:
            return Verdict(status="600", is_carried_out=behaviour.unknown_old_id == UnknownOldId.PROCESSED)
        return Verdict(status="0", is_carried_out=True)

    def keep(self, asked: MessageSet, response: str, behaviour: QuickBooksBehaviour) -> None:
        """Keep the response of a message set that has an id."""
        if asked.new_id is not None and behaviour.message_sets != MessageSets.NOT_STORED:
            self._sets[asked.new_id] = StoredSet(asked.text, asked.requests_text, response)

    def forget(self) -> None:
        """Drop everything."""
        self._sets.clear()

    def _new(self, asked: MessageSet, behaviour: QuickBooksBehaviour) -> Verdict:
        if not asked.requests:
            return Verdict(status="9002", is_carried_out=False)
        if behaviour.message_sets == MessageSets.REFUSED:
            return Verdict(status="9005", is_carried_out=False)
        return Verdict(status="0", is_carried_out=True)

    def _release(self, asked: MessageSet) -> bool:
        if asked.old_id == CLEAR_ALL:
            self._sets.clear()
            return True
        if asked.old_id is None or asked.old_id == asked.new_id:
            return False
        return self._sets.pop(asked.old_id, None) is not None


def _same(known: StoredSet, asked: MessageSet, checksum: Checksum) -> bool:
    if checksum == Checksum.WHOLE_TEXT:
        return known.text == asked.text
    return known.requests == asked.requests_text
