"""Whose bank connection a row of a firm's list is about: by the company's number, else by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from qbapps.banks.folding import fold
from qbapps.domain.banks.listed import BankColumn, BankRow
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Client, Firm, Level
from qbapps.language import N_, Phrase

Wrong = tuple[BankColumn, str, str]
"""The column that tells nothing sure, why, and what stands there."""


@attrs.frozen(kw_only=True, slots=False)
class Company:
    """
    A company, as a firm sees it.

    Attributes:
        name: As the firm knows it, else as the list has it.
    """

    realm_id: str | None
    name: str | None
    level: Level = Level.CLIENT

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What tells it from others: its number, then its name, for connections of which only that was known."""
        by_name = () if self.name is None else (f"name {fold(self.name)}",)
        return by_name if self.realm_id is None else (self.realm_id, *by_name)

    @property
    def key(self) -> str:
        """The first of them."""
        return self.keys[0]

    def contradictions(self, row: BankRow) -> Iterator[str]:
        """Yield what the list says otherwise of the company itself."""
        if row.company_name is None or self.name is None or fold(row.company_name) == fold(self.name):
            return
        yield Phrase(
            N_("the list calls the company {said}, we know it as {known}"), said=row.company_name, known=self.name
        )


class Companies:
    """
    The companies of a firm.

    Args:
        rows: What a list says of companies that the firm does not have yet: a row that has the name only may mean one
            of which another has the number, wherever that stands.

    Attributes:
        added: Clients that were not there.
    """

    def __init__(self, firm: Firm, clients: Iterable[Client], rows: Iterable[BankRow]) -> None:
        self._firm = firm
        self.added: list[Client] = []
        self._names: dict[str, str] = {client.realm_id: client.name for client in clients}
        self._clients = set(self._names)
        if firm.realm_id is not None:
            self._names[firm.realm_id] = firm.name
        self._known = _numbers(self._names)
        for row in rows:
            if row.realm_id is not None and row.company_name is not None:
                self._names.setdefault(row.realm_id, row.company_name)
        self._said = _numbers(self._names)

    def of(self, connection: Connection) -> Company:
        """Return whose *connection* is."""
        if connection.realm_id is None:
            return Company(realm_id=None, name=connection.company_name)
        return self._numbered(connection.realm_id, connection.company_name)

    def find(self, row: BankRow) -> Company | Wrong:
        """Return whose connection *row* is about, or why that is not sure."""
        name = row.company_name or ""
        if row.realm_id is not None:
            known = self._known.get(fold(name), set())
            if known and row.realm_id not in known:
                reason = Phrase("{company} is known with the number {numbers}", company=name, numbers=_listed(known))
                return BankColumn.REALM_ID, reason, row.realm_id
            return self._numbered(row.realm_id, row.company_name)
        numbers = self._said.get(fold(name), set())
        if len(numbers) > 1:
            reason = Phrase("several companies have this name: {numbers}; give the number", numbers=_listed(numbers))
            return BankColumn.COMPANY, reason, name
        if numbers:
            return self._numbered(next(iter(numbers)), name)
        is_firm = fold(name) == fold(self._firm.name)
        return Company(realm_id=None, name=name, level=Level.FIRM if is_firm else Level.CLIENT)

    def is_new(self, company: Company) -> bool:
        """Return whether *company* has a number by which the firm does not know it yet."""
        if company.realm_id is None or company.realm_id == self._firm.realm_id:
            return False
        return company.realm_id not in self._clients

    def add(self, company: Company, name: str | None) -> Client | None:
        """Make *company* a client, called *name*, where it is none yet, and return it then."""
        if company.realm_id is None or not self.is_new(company):
            return None
        client = Client(firm_id=self._firm.id, realm_id=company.realm_id, name=name or company.realm_id)
        self._clients.add(client.realm_id)
        self.added.append(client)
        return client

    def _numbered(self, realm_id: str, name: str | None) -> Company:
        level = Level.FIRM if realm_id == self._firm.realm_id else Level.CLIENT
        return Company(realm_id=realm_id, name=self._names.get(realm_id, name), level=level)


def _numbers(names: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for realm_id, name in names.items():
        found.setdefault(fold(name), set()).add(realm_id)
    return found


def _listed(numbers: Iterable[str]) -> str:
    return ", ".join(sorted(numbers))
