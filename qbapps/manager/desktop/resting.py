"""How a connection to QuickBooks Desktop stands, rests and ends."""

from __future__ import annotations

from datetime import datetime, time

from qbapps.desktop import codes, pausing, removing, standing
from qbapps.domain.desktop.status import DesktopStatus
from qbapps.domain.desktop.troubles import Trouble
from qbapps.domain.disconnection import Reason
from qbapps.manager.room import Room
from qbapps.manager.verbs import bare


class Resting(Room):
    """How a connection to QuickBooks Desktop stands, rests and ends."""

    def status(self, connection_id: str, *, lang: str | None = None) -> DesktopStatus:
        """Return how a connection stands, what somebody has to look at, and what comes next."""
        return standing.status(self._ports, connection_id, lang)

    def pause(self, connection_id: str, *, until: datetime | None = None, by: str | None = None) -> DesktopStatus:
        """
        Let people have QuickBooks to themselves, until then or until somebody resumes it.

        What QuickBooks is at work on is finished. The connector is sent away before it opens QuickBooks.

        Raises:
            ConfigurationError: *until* has no time zone, or is past.
            TransitionError: It is not connected.
        """
        pausing.pause(self._ports, connection_id, until=until, by=by)
        return standing.status(self._ports, connection_id, None)

    def resume(self, connection_id: str, *, by: str | None = None) -> DesktopStatus:
        """
        Let a paused connection go on; its connector comes back within a quarter of an hour.

        Raises:
            TransitionError: It has ended, or QuickBooks has to let it in.
        """
        pausing.resume(self._ports, connection_id, by=by)
        return standing.status(self._ports, connection_id, None)

    def set_window(
        self,
        connection_id: str,
        start: time | None = None,
        end: time | None = None,
        *,
        zone: str | None = None,
    ) -> DesktopStatus:
        """
        Have the connector work from *start* to *end* only, in a time zone such as ``Europe/Paris``; without, always.

        Raises:
            ConfigurationError: One of the three is missing, or there is no such time zone.
        """
        pausing.set_window(self._ports, connection_id, start, end, zone)
        return standing.status(self._ports, connection_id, None)

    def deauthorize(self, connection_id: str, *, by: str | None = None) -> DesktopStatus:
        """
        End a connection here: its connector is sent away from now on. Nobody is asked to remove it; see ``remove``.
        """
        removing.deauthorize(self._ports, connection_id, by=by)
        return standing.status(self._ports, connection_id, None)

    def remove(
        self, connection_id: str, *, reason: str = Reason.NO_LONGER_NEEDED, by: str | None = None
    ) -> DesktopStatus:
        """
        End a connection here, and put its removal from the computer on the worklist.

        ``disconnect`` does the same, and returns the receipt.

        Raises:
            ConfigurationError: There is no such reason.
            NotPermitted: What is known of *by* forbids it.
        """
        removing.remove(self._ports, connection_id, reason=reason, by=by)
        return standing.status(self._ports, connection_id, None)

    def removal_steps(self, connection_id: str, *, lang: str | None = None) -> tuple[str, ...]:
        """Return what people have to do on the computer to remove a connection, and how to see that it is gone."""
        return removing.steps(self._ports, connection_id, lang)

    @bare
    def explain_code(self, code: str) -> Trouble:
        """
        Return what a code means and who can end the trouble: an HRESULT, a statusCode, a ``QBWC`` number or ours.

        Its texts are English, and keys of the catalogues.
        """
        return codes.trouble(code)
