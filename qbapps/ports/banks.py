"""What is kept of bank connections; it is changed by ``Store.save`` like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from qbapps.domain.banks.feeds import BankFeed
from qbapps.domain.banks.link import BankLink


class BankTables(Protocol):
    """Reads give ``None`` for what is not there; all methods may raise ``StoreError``."""

    def link(self, connection_id: str) -> BankLink | None: ...
    def links(self) -> Iterator[BankLink]:
        """Stream in order of connection."""

    def links_of(self, realm_id: str) -> tuple[BankLink, ...]:
        """Return those of one company."""

    def feed(self, realm_id: str, ledger: str) -> BankFeed | None: ...
