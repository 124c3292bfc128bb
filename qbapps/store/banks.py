"""Reads of what is kept of bank connections; see ``ports.BankTables``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, select

from qbapps.domain.banks.feeds import BankFeed
from qbapps.domain.banks.link import BankLink
from qbapps.store import rows, schema
from qbapps.store.reading import Reader

_links, _connections = schema.banks.links, schema.connections


class SqlBanks:
    """Reads of bank connections on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._read = Reader(engine)

    def link(self, connection_id: str) -> BankLink | None:
        return self._read.one(rows.BANK_LINKS, connection_id=connection_id)

    def links(self) -> Iterator[BankLink]:
        """Stream in order of connection, without holding a transaction between pages."""
        yield from self._read.pages(rows.BANK_LINKS)

    def links_of(self, realm_id: str) -> tuple[BankLink, ...]:
        """Return those of one company."""
        of_company = select(_connections.c.id).where(_connections.c.realm_id == realm_id)
        return self._read.matching(rows.BANK_LINKS, _links.c.connection_id.in_(of_company))

    def feed(self, realm_id: str, ledger: str) -> BankFeed | None:
        return self._read.one(rows.BANK_FEEDS, realm_id=realm_id, ledger=ledger)
