"""Claiming the ledger accounts that a bank connection is to feed, so that of two who do so at once one is told."""

from __future__ import annotations

from qbapps.domain.banks.feeds import BankFeed
from qbapps.domain.banks.link import BankLink
from qbapps.domain.banks.states import OVER
from qbapps.domain.connection import Connection
from qbapps.domain.record import revise
from qbapps.errors import ConfigurationError
from qbapps.ports import Ports


def claims(ports: Ports, connection: Connection, link: BankLink) -> tuple[BankFeed, ...]:
    """
    Return what is saved with *link*, so that it feeds its accounts and no other does.

    Each record is changed, even where it names this connection already: saving it fails with ``StaleVersion`` where
    somebody else claimed it since it was read here. Companies without a number have none.

    Raises:
        ConfigurationError: Another living connection feeds one of them.
    """
    realm_id = connection.realm_id
    if realm_id is None:
        return ()
    return tuple(_claim(ports, realm_id, ledger, connection.id) for ledger in link.accounts)


def _claim(ports: Ports, realm_id: str, ledger: str, connection_id: str) -> BankFeed:
    known = ports.banks.feed(realm_id, ledger)
    if known is None:
        return BankFeed(realm_id=realm_id, ledger=ledger, connection_id=connection_id)
    # Whoever claimed it last, and after the record: what was looked at before may have changed since.
    holder = None if known.connection_id == connection_id else ports.banks.link(known.connection_id)
    if holder is not None and holder.state not in OVER and ledger in holder.accounts:
        raise ConfigurationError(
            f"{ledger} is fed by {holder.connection_id} ({holder.bank}).",
            hint="Disconnect that one first, or choose another ledger account.",
            connection_id=holder.connection_id,
        )
    return revise(known, connection_id=connection_id)
