"""Public documents of Intuit (discovery, signing keys), read once and kept for a while."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import attrs

from qbapps.errors import IntuitError, IntuitProtocolError, IntuitUnavailable
from qbapps.intuit import mapping
from qbapps.intuit.answers import Answer
from qbapps.intuit.transport import Transport
from qbapps.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

LASTS_FOR: Final = timedelta(hours=24)
"""How long a document is used before it is read again. Our choice."""

PAUSE: Final = timedelta(minutes=1)
"""After a failure, how long what we have is used before the next try. Our choice."""

TIMEOUT: Final = timedelta(seconds=5)
"""How long a document may take. Our choice: short, for there is mostly a way to go on without it."""


@attrs.frozen(kw_only=True)
class Unread:
    """
    Why a document cannot be had: a value, for some callers can do without.

    Attributes:
        is_garbled: Whether there was a document, but one that cannot be used.
    """

    message: str
    status: int | None = None
    intuit_tid: str | None = None
    is_garbled: bool = False

    def error(self) -> IntuitError:
        """Return it as an error, for a caller that cannot do without."""
        if self.is_garbled:
            return IntuitProtocolError(
                self.message, hint="Check the app's discovery_url.", status=self.status, intuit_tid=self.intuit_tid
            )
        return IntuitUnavailable(
            self.message,
            hint=mapping.TRY_AGAIN,
            status=self.status,
            intuit_tid=self.intuit_tid,
            processed=False,
        )


@attrs.define
class _Kept(Generic[T]):
    lock: threading.Lock = attrs.field(factory=threading.Lock)
    value: T | None = None
    read_at: datetime | None = None
    unread: Unread | None = None
    failed_at: datetime | None = None
    failures: int = 0


class Documents(Generic[T]):
    """
    Documents by URL: fetched when first asked for, once for all threads, kept for a day.

    A document that cannot be read again is used on.

    Args:
        timeout: How long one may take; never more than ``TIMEOUT``.

        what: What such a document is, for messages.

        read: Turns an answer's JSON object into what is kept; ``ValueError`` with a message of
            ours when it cannot.
    """

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        timeout: timedelta,
        what: str,
        read: Callable[[Mapping[str, Any]], T],
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._timeout = min(timeout, TIMEOUT)
        self._what = what
        self._read = read
        self._kept: dict[str, _Kept[T]] = {}
        self._adding = threading.Lock()

    def get(self, url: str, *, lasts_for: timedelta = LASTS_FOR, is_needed: bool = True) -> T | Unread:
        """
        Return the document at *url*, or why it cannot be had.

        Args:
            lasts_for: How old it may be, if it can be read again.

            is_needed: Whether the caller cannot do without. One that can is not kept waiting by
                a failure after each other.
        """
        with self._adding:
            kept = self._kept.setdefault(url, _Kept())
        failures = kept.failures
        patient = is_needed and kept.value is None
        if self._is_due(kept, lasts_for, patient=patient) and kept.lock.acquire(blocking=kept.value is None):
            try:
                # Another thread may have tried while this one waited; its outcome is ours.
                if kept.failures == failures and self._is_due(kept, lasts_for, patient=patient):
                    self._fetch(url, kept)
            finally:
                kept.lock.release()
        if kept.value is not None:
            return kept.value
        return kept.unread or Unread(message=f"{self._what} is not there yet.")

    def _is_due(self, kept: _Kept[T], lasts_for: timedelta, *, patient: bool) -> bool:
        now = self._clock.now()
        if not patient and kept.failed_at is not None and timedelta(0) <= now - kept.failed_at < PAUSE:
            return False
        return kept.read_at is None or not timedelta(0) <= now - kept.read_at < lasts_for

    def _fetch(self, url: str, kept: _Kept[T]) -> None:
        found = self._ask(url)
        if isinstance(found, Unread):
            kept.unread, kept.failed_at, kept.failures = found, self._clock.now(), kept.failures + 1
            log.warning("a document of Intuit could not be read", extra={"url": url, "why": found.message})
        else:
            kept.value, kept.read_at, kept.unread, kept.failed_at = found, self._clock.now(), None, None

    def _ask(self, url: str) -> T | Unread:
        try:
            response = self._transport.session(self._timeout).get(url, headers={"Accept": "application/json"})
        except Exception as caught:  # noqa: BLE001  # whatever it is, we go on with what we have
            return Unread(message=f"{self._what} could not be read ({type(caught).__name__}).")
        answer = Answer.of(response)
        unread = Unread(
            message=f"{self._what} could not be read (HTTP {answer.status}).",
            status=answer.status,
            intuit_tid=answer.intuit_tid,
        )
        document = answer.document()
        if answer.status != 200 or document is None:
            return unread
        try:
            return self._read(document)
        except ValueError as problem:
            return attrs.evolve(unread, message=f"{self._what} cannot be used: {problem}.", is_garbled=True)
