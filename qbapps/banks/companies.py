"""The bank connections of one company, with a number or only a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qbapps.banks.folding import fold
from qbapps.banks.keeping import Kept
from qbapps.domain.banks.states import OVER
from qbapps.domain.connection import Connection, Kind
from qbapps.ports import ConnectionFilter, Ports


def of_company(ports: Ports, realm_id: str | None, name: str | None, firm_id: str | None) -> Iterator[Kept]:
    """
    Yield the bank connections of a company: by its number, else by its name among those without one.

    Args:
        firm_id: Whose list names it, where it has no number; None for what no list names.
    """
    if realm_id is None and name is None:
        return
    wanted = ConnectionFilter(kind=Kind.BANK, realm_id=realm_id)
    for connection in tuple(ports.store.connections(wanted)):
        if realm_id is None and not _is_named(ports, connection, name or "", firm_id):
            continue
        link = ports.banks.link(connection.id)
        if link is not None:
            yield Kept(connection=connection, link=link)


def beside(ports: Ports, connection: Connection) -> Iterator[Kept]:
    """Yield the other bank connections of its company."""
    firms = _firms(ports, connection) if connection.realm_id is None else [None]
    for firm_id in firms:
        for kept in of_company(ports, connection.realm_id, connection.company_name, firm_id):
            if kept.connection.id != connection.id:
                yield kept


def fed(kept: Iterable[Kept]) -> dict[str, str]:
    """Return what the living ones among them feed: the bank's account by ledger account."""
    return {
        ledger: account for one in kept if one.link.state not in OVER for ledger, account in one.link.accounts.items()
    }


def _is_named(ports: Ports, connection: Connection, name: str, firm_id: str | None) -> bool:
    if connection.realm_id is not None or fold(connection.company_name or "") != fold(name):
        return False
    firms = _firms(ports, connection)
    return firm_id in firms


def _firms(ports: Ports, connection: Connection) -> list[str | None]:
    """Return the firms whose lists name it; None alone where no list does."""
    firms = ports.store.firms()
    return [one.id for one in firms if ports.store.listing(one.id, connection.id) is not None] or [None]
