"""Transfers to another owner, and grants that wait for a decision."""

from __future__ import annotations

from datetime import timedelta

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.guides.messages import Message, transfer_message
from qbapps.lifecycle import grants, lists, lookup, people, transfer
from qbapps.manager.room import Room


class Transferring(Room):
    """Transfers to another owner, and grants that wait for a decision."""

    def begin_transfer(
        self,
        connection_id: str,
        *,
        to: str,
        by: str | None = None,
        expires_in: timedelta = policies.TRANSFER_LIFETIME,
    ) -> Transfer:
        """
        Ask *to* to take a connection over; the result carries the link for them.

        Nothing changes until they consent at Intuit, and nothing is ever revoked. Where we hold
        no credentials the transfer waits for a person instead; see ``worklist``.

        Raises:
            TransitionError: The connection's state does not allow it, or a transfer is pending.
            NotPermitted: It is theirs already, or what is known of *to* or of *by* forbids it.
        """
        return transfer.begin(self._ports, connection_id, to=to, by=by, expires_in=expires_in)

    def message(self, transfer: Transfer, *, lang: str | None = None) -> Message:
        """Return the message for the new owner of a transfer, in ``fr`` or ``en``."""
        _, level = people.place(self._ports.store, transfer.realm_id)
        return transfer_message(transfer, lookup.app(self._ports.store, transfer.app_id).name, lang, level=level)

    def transfer(self, transfer_id: str) -> Transfer:
        """
        Return one transfer, without its link.

        Raises:
            NotFoundError: There is none of that id.
        """
        return transfer.one(self._ports, transfer_id)

    def transfers(self, *, state: str | None = None) -> tuple[Transfer, ...]:
        """Return the transfers, or those in one state."""
        return transfer.every(self._ports, lists.choose(TransferState, state, "transfer state"))

    def cancel_transfer(self, transfer_id: str) -> Transfer:
        """
        End a transfer that is no longer wanted; its link stops working.

        Raises:
            TransitionError: It has ended before.
        """
        return transfer.cancel_transfer(self._ports, transfer_id)

    def renew_link(self, transfer_id: str) -> Transfer:
        """
        Make a fresh link for a transfer; the old one stops working.

        Raises:
            TransitionError: It completed, was cancelled or is done by hand.
            NotPermitted: The new owner has left since, or may not hold the app any more.
        """
        return transfer.renew_link(self._ports, transfer_id)

    def unverified_grants(self) -> tuple[UnverifiedGrant, ...]:
        """Return what Intuit granted and nobody could check, or decide on, yet."""
        return grants.unverified(self._ports)

    def adopt(self, grant_id: str) -> Connection:
        """
        Resume the check of a kept grant and promote it; raises like ``complete``. Does network.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It was promoted or discarded before.
        """
        return grants.adopt(self._ports, grant_id)

    def discard(self, grant_id: str) -> None:
        """
        Destroy a kept grant here, and revoke it only where that cannot reach a live connection. Does network.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It was promoted or discarded before.
        """
        grants.discard(self._ports, grant_id)
