"""Ending connections, pausing them, and bringing them back."""

from __future__ import annotations

from datetime import timedelta

from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection
from qbapps.lifecycle import connect, disconnect, pause, rumour
from qbapps.manager.room import Room


class Disconnecting(Room):
    """Ending connections, pausing them, and bringing them back."""

    def disconnect(
        self,
        connection_id: str,
        *,
        reason: str = "no_longer_needed",
        comment: str | None = None,
        by: str | None = None,
        after: timedelta | None = None,
    ) -> Disconnection:
        """
        End a connection and return the receipt, with what is proven. Does network.

        The connection is denied here at once, then revoked at Intuit. Asked twice, the first
        receipt comes back; one without proof is tried again. A pending transfer is cancelled.

        Args:
            after: Wait this long with the revoke; ``undo_disconnect`` works until then.

        Raises:
            ConfigurationError: There is no such reason.
            NotPermitted: The person named in *by* has left, or is known by a role that may not.
        """
        return disconnect.disconnect(self._ports, connection_id, reason=reason, comment=comment, by=by, after=after)

    def undo_disconnect(self, disconnection_id: str) -> Connection:
        """
        Take a delayed disconnect back.

        Raises:
            TransitionError: It was not delayed, or was carried out.
        """
        return disconnect.undo(self._ports, disconnection_id)

    def run_due(self) -> tuple[Disconnection, ...]:
        """
        Carry out the delayed disconnects, and the second looks, whose time has come; for cron. Does network.

        One that fails stops no other: its receipt comes back still due, and is tried again next time.
        """
        return disconnect.run_due(self._ports)

    def disconnections(self, connection_id: str | None = None) -> tuple[Disconnection, ...]:
        """Return the receipts of disconnects, of one connection or of all."""
        return disconnect.receipts(self._ports, connection_id)

    def note_disconnect(self, realm_id: str, *, app: str) -> Disconnection | None:
        """
        Look into a hit on the Disconnect URL: anyone can call it, so a probe decides. Does network.

        At most one probe per connection in ten minutes. None when nothing is known to have ended.
        A pair that is refused is kept for a day: an outage refuses too. ``run_due`` then tries it
        once more; refused again, it is destroyed, and if it works the receipt is undone.
        """
        return rumour.note(self._ports, realm_id, app)

    def reconnect(self, connection_id: str, *, bind: str | None = None) -> AuthorizationRequest:
        """
        Make a link that asks for a new consent for the same company.

        Raises:
            NotFoundError: There is none of that id.
            ConfigurationError: The app's credentials are not held.
        """
        return connect.begin_reconnect(self._ports, connection_id, bind=bind)

    def pause(self, connection_id: str) -> Connection:
        """Stop a connection here; nothing is revoked, and it is still kept alive."""
        return pause.pause(self._ports, connection_id)

    def resume(self, connection_id: str) -> Connection:
        """
        Let a paused connection go on.

        Raises:
            TransitionError: It is not paused.
        """
        return pause.resume(self._ports, connection_id)
