"""After a crash: what it left in the middle, and carrying that on."""

from __future__ import annotations

import logging

from qbapps.domain.recovery import Interrupted, RecoveryReport
from qbapps.errors import QBAppsError
from qbapps.lifecycle import recovery
from qbapps.manager.room import Room

_log = logging.getLogger(__name__)


class Recovering(Room):
    """After a crash: what it left in the middle, and carrying that on."""

    def interrupted(self) -> tuple[Interrupted, ...]:
        """Return what was begun and nobody is carrying on; changes nothing."""
        return recovery.interrupted(self._ports)

    def recover(self) -> RecoveryReport:
        """
        Carry on what a crash cut off: exchanges, grants, disconnects, refreshes. Does network.

        Nothing is sent twice that may not be; what fails is reported and stops nothing else. Work
        that is under way in another process is left alone. Safe to run at any time, for cron too.
        """
        return recovery.recover(self._ports)

    def _look_back(self) -> None:
        """Settle what needs no network; a store that cannot be written now is no reason not to open it."""
        try:
            recovery.look_back(self._ports)
        except QBAppsError as error:
            _log.warning("What a crash left could not be looked at.", extra={"error": error.code})
