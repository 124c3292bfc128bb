"""Telling the listeners of this process what the outbox holds for them, one delivery at a time."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from qbapps.domain import deliveries
from qbapps.domain.deliveries import Delivery
from qbapps.domain.events import EventKind
from qbapps.errors import QBAppsError
from qbapps.listening.registrations import Callback, Registrations
from qbapps.ports import Clock

_log = logging.getLogger(__name__)


class Outbox(Protocol):
    """Which events are still to be told; all methods may raise ``StoreError``. See ``store.outbox.SqlOutbox``."""

    def subscribe(self, wanted: Mapping[str, Collection[EventKind]], at: datetime) -> None:
        """Keep what these listeners are to be told from now on."""

    def waiting(
        self,
        wanted: Mapping[str, Collection[EventKind]],
        at: datetime,
        *,
        streams: Collection[str] | None = None,
        at_once: bool = False,
    ) -> tuple[Delivery, ...]:
        """Return what can be claimed, up to a page: of each listener and stream the first, when it is due."""

    def claim(self, delivery: Delivery, until: datetime) -> bool:
        """Count one more attempt and keep others away until then; False when somebody else was faster."""

    def put_off(self, delivery: Delivery, until: datetime) -> None:
        """Let whoever looks from *until* on try again, if the claim is still ours."""

    def settle(self, delivery: Delivery) -> None:
        """Take out what was delivered, if the claim is still ours."""

    def drop(self, before: datetime) -> dict[str, int]:
        """Take out what is older than that; return how many deliveries of which listener."""


class Teller:
    """
    Hands deliveries to callbacks.

    Nothing is held while a callback runs: no transaction, no lock, no lease. Threads and processes
    may tell at the same time; a claim in the outbox gives each delivery to one of them.
    """

    def __init__(self, outbox: Outbox, clock: Clock, registrations: Registrations) -> None:
        self._outbox = outbox
        self._clock = clock
        self._registrations = registrations

    def tell(self, *, streams: Collection[str] | None = None, at_once: bool = False, one_page: bool = False) -> int:
        """
        Tell what is waiting, and return how many callbacks have returned.

        Args:
            streams: Only of these; None for all.

            at_once: Also what the process that saved it has a head start for.

            one_page: Leave the rest for the next look.

        Raises:
            StoreError: The outbox cannot be read or written. What was told may be told again.
        """
        told = 0
        while wanted := self._registrations.wanted:
            page = self._outbox.waiting(wanted, self._clock.now(), streams=streams, at_once=at_once)
            places = list(wanted)
            for delivery in sorted(page, key=lambda one: (one.event.at, one.event.stream, places.index(one.listener))):
                told += self._deliver(delivery)
            if one_page or not page:
                break
        return told

    def keep_up(self) -> None:
        """
        Say that this process still listens, and drop what nobody could be told of for ``KEPT_FOR``.

        Raises:
            StoreError: The outbox cannot be written.
        """
        at = self._clock.now()
        self._outbox.subscribe(self._registrations.wanted, at)
        for listener, count in self._outbox.drop(at - deliveries.KEPT_FOR).items():
            days = deliveries.KEPT_FOR.days
            _log.warning("Events were dropped untold.", extra={"listener": listener, "count": count, "days": days})

    def _deliver(self, delivery: Delivery) -> int:
        callback = self._registrations.callback((delivery.listener, delivery.event.kind))
        if callback is None or not self._outbox.claim(delivery, self._clock.now() + deliveries.CLAIM_LASTS):
            return 0
        try:
            _call(callback, delivery)
        except Exception:  # noqa: BLE001 - the event is saved already; a listener cannot undo it
            pause = deliveries.pause_after(delivery.attempts + 1)
            _log.exception(
                "A listener failed.",
                extra={
                    "listener": delivery.listener,
                    "kind": delivery.event.kind,
                    "stream": delivery.event.stream,
                    "attempts": delivery.attempts + 1,
                    "again_in": pause.total_seconds(),
                },
            )
            self._outbox.put_off(delivery, self._clock.now() + pause)
            return 0
        except BaseException:
            # The process is being stopped: who comes next need not wait for our claim to end.
            with suppress(QBAppsError):
                self._outbox.put_off(delivery, self._clock.now())
            raise
        self._outbox.settle(delivery)
        return 1


def _call(callback: Callback, delivery: Delivery) -> None:
    returned = callback(delivery.event)
    if inspect.iscoroutine(returned):
        returned.close()
        raise TypeError(f"the listener {delivery.listener} returned a coroutine, which nobody awaits")
