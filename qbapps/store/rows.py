"""
How domain records become rows, and rows become records.

A field and its column have the same name, and the column's type knows how to keep the value. The
two exceptions are owners, spread over five columns, and the url of a transfer, which is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

import attrs
from sqlalchemy import Row, Table, bindparam, insert, select, update

from qbapps.domain.authorization import Authorization
from qbapps.domain.banks.feeds import BankFeed
from qbapps.domain.banks.link import BankLink
from qbapps.domain.connection import Connection
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.jobs import Job, Page
from qbapps.domain.desktop.kept import KeptCheck
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.events import Event
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.parties import App, Client, Firm, KnownCompany, KnownIdentity, Owner, Person
from qbapps.domain.plan import PlanHead, PlanItem
from qbapps.domain.tasks import Task
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.transfer import Transfer
from qbapps.errors import StoreError
from qbapps.ports import SealedSecret
from qbapps.store import schema
from qbapps.store.ready import Ready
from qbapps.values import fold_email

R = TypeVar("R")

_NEVER_KEPT: Final = {(Transfer, "url"), (PlanItem, "url")}


class Shape(Generic[R]):
    """
    One kind of record and the table it is kept in; a column with a default is the database's own business.

    Attributes:
        kind: The attrs class.
        table: Its table.
        key: Names of the primary key's columns.
    """

    def __init__(self, kind: type[R], table: Table) -> None:
        self.kind = kind
        self.table = table
        self.key: Final = tuple(column.name for column in table.primary_key)
        self._given: Final = tuple(column.name for column in table.c if column.default is None)
        self.insert: Final = Ready(insert(table), self._given)
        self._selects: dict[tuple[str, ...], Ready] = {}
        self._columns: Final = tuple(column.name for column in table.c)
        self._names: Final = tuple(
            field.name
            for field in attrs.fields(kind)  # type: ignore[arg-type]  # every record is an attrs class
            if (kind, field.name) not in _NEVER_KEPT
        )

    def row(self, record: R) -> dict[str, Any]:
        """Return *record* as the values of its row."""
        values = {name: getattr(record, name) for name in self._names}
        if isinstance(record, Connection | PlanItem):
            values.update(_spread(values.pop("owner")))
        return values

    def record(self, row: Row[Any]) -> R:
        """
        Return *row* as a record.

        Raises:
            StoreError: The row holds what no version of qbapps wrote, or a newer one did.
        """
        return self.read(row)

    def read(self, found: Sequence[Any]) -> R:
        """Return a row of the whole table, in the order of its columns, as a record."""
        values = dict(zip(self._columns, found, strict=True))
        fields = {name: values[name] for name in self._names if name in values}
        if self.kind in (Connection, PlanItem):
            fields["owner"] = _gather(values)
        try:
            return self.kind(**fields)
        except (TypeError, ValueError):
            name = ", ".join(str(values[column]) for column in self.key)
            raise StoreError(
                f"The row {name} of {self.table.name} cannot be read.",
                hint="Restore it from a backup; it was not written by qbapps.",
            ) from None

    def select(self, *names: str) -> Ready:
        """Return the statement that reads the rows whose columns have the values of these names, in order of key."""
        found = self._selects.get(names)
        if found is None:
            same = [self.table.c[name] == bindparam(name) for name in names]
            found = Ready(select(self.table).where(*same).order_by(*self.table.primary_key))
            self._selects[names] = found
        return found

    def update(self, *, where: str, only: Sequence[str] = ()) -> Ready:
        """
        Return the statement that changes one row, all but its key, or *only* some columns.

        Args:
            where: Column that must still have the value bound as ``before``.
        """
        same = [self.table.c[name] == bindparam(f"of_{name}") for name in self.key]
        still = self.table.c[where] == bindparam("before")
        return Ready(
            update(self.table).where(*same, still), only or [one for one in self._given if one not in self.key]
        )

    def of(self, record: R) -> dict[str, Any]:
        """Return the key of *record* as ``update`` binds it."""
        return {f"of_{name}": getattr(record, name) for name in self.key}

    def name(self, record: R) -> str:
        """Return how messages call *record*."""
        return f"{self.kind.__name__} " + "/".join(str(getattr(record, name)) for name in self.key)


def _spread(owner: Owner | None) -> dict[str, Any]:
    if owner is None:
        return dict.fromkeys(("owner_sub", "owner_email", "owner_email_folded", "owner_name", "owner_role"))
    return {
        "owner_sub": owner.sub,
        "owner_email": owner.email,
        "owner_email_folded": None if owner.email is None else fold_email(owner.email),
        "owner_name": owner.name,
        "owner_role": owner.role,
    }


def _gather(values: Mapping[Any, Any]) -> Owner | None:
    if values["owner_role"] is None:
        return None
    return Owner(
        sub=values["owner_sub"],
        email=values["owner_email"],
        name=values["owner_name"],
        role=values["owner_role"],
    )


APPS: Final = Shape(App, schema.apps)
FIRMS: Final = Shape(Firm, schema.firms)
CLIENTS: Final = Shape(Client, schema.clients)
PEOPLE: Final = Shape(Person, schema.people)
CONNECTIONS: Final = Shape(Connection, schema.connections)
AUTHORIZATIONS: Final = Shape(Authorization, schema.authorizations)
GRANTS: Final = Shape(UnverifiedGrant, schema.grants)
TRANSFERS: Final = Shape(Transfer, schema.transfers)
DISCONNECTIONS: Final = Shape(Disconnection, schema.disconnections)
TASKS: Final = Shape(Task, schema.tasks)
PLANS: Final = Shape(PlanHead, schema.plans)
PLAN_ITEMS: Final = Shape(PlanItem, schema.plan_items)
SECRETS: Final = Shape(SealedSecret, schema.app_secrets)
TOKENS: Final = Shape(SealedTokens, schema.tokens)
TOMBSTONES: Final = Shape(Tombstone, schema.tombstones)
IDENTITIES: Final = Shape(KnownIdentity, schema.identities)
COMPANIES: Final = Shape(KnownCompany, schema.companies)
LISTINGS: Final = Shape(Listing, schema.listings)
CONFIRMATIONS: Final = Shape(Confirmation, schema.confirmations)
EVENTS: Final = Shape(Event, schema.events)
DESKTOP_APPS: Final = Shape(DesktopApp, schema.desktop.apps)
DESKTOP_LINKS: Final = Shape(DesktopLink, schema.desktop.links)
DESKTOP_SESSIONS: Final = Shape(DesktopSession, schema.desktop.sessions)
DESKTOP_JOBS: Final = Shape(Job, schema.desktop.jobs)
DESKTOP_CHECKS: Final = Shape(KeptCheck, schema.desktop.checks)
DESKTOP_PAGES: Final = Shape(Page, schema.desktop.pages)
BANK_LINKS: Final = Shape(BankLink, schema.banks.links)
BANK_FEEDS: Final = Shape(BankFeed, schema.banks.feeds)

VERSIONED: Final[dict[type, Shape[Any]]] = {
    shape.kind: shape
    for shape in (
        APPS,
        FIRMS,
        CLIENTS,
        PEOPLE,
        CONNECTIONS,
        AUTHORIZATIONS,
        GRANTS,
        TRANSFERS,
        DISCONNECTIONS,
        TASKS,
        PLANS,
        PLAN_ITEMS,
        DESKTOP_APPS,
        DESKTOP_LINKS,
        DESKTOP_SESSIONS,
        DESKTOP_JOBS,
        BANK_LINKS,
        BANK_FEEDS,
    )
}
"""The records kept under a version, in the order in which a change locks them."""
