"""How a report is arranged: firm and clients apart, owners counted, tasks by company."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, TypeVar

import attrs

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import App, Client, Firm, Level, Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import Task, TaskState
from qbapps.values import fold_email


@attrs.frozen(kw_only=True)
class Group:
    """The connections of one company, in order of their apps' names; without a name it is not known."""

    name: str | None
    realm_id: str | None
    connections: tuple[Connection, ...]


@attrs.frozen(kw_only=True)
class Holding:
    """
    What one person owns.

    Attributes:
        owner: E-mail address or subject; None when it is not known.
        by_app: How many connections, for each app in the order of ``Arrangement.owned_apps``.
        banks: How many bank connections, by a consent that this person gave.
    """

    owner: str | None
    name: str | None
    by_app: tuple[int, ...]
    banks: int
    total: int


@attrs.frozen(kw_only=True)
class Arrangement:
    """
    Connections as the report shows them.

    Attributes:
        firm: The firm's own books; None without a firm.
        clients: Its clients, by name, and other companies after them.
        states: How many connections are in each state.
        by_hand: How many of those that live can only be acted on by a person.
        banks: How many of those that live are to banks.
        holdings: Who owns what of what is not disconnected, most first.
    """

    firm: Group | None
    clients: tuple[Group, ...]
    others: tuple[Group, ...]
    states: dict[ConnectionState, int]
    by_hand: int
    banks: int
    owned_apps: tuple[str, ...]
    holdings: tuple[Holding, ...]
    names: dict[str, str]


def arrange(
    *,
    firm: Firm | None,
    clients: Iterable[Client],
    apps: Iterable[App],
    connections: Sequence[Connection],
    own: Collection[str] = (),
) -> Arrangement:
    """
    Return *connections* arranged for reading.

    Args:
        own: Ids of those that are the firm's own though their companies have no number.
    """
    names = {app.id: app.name for app in apps}
    known = {client.realm_id: client.name for client in clients}
    ours = [one for one in connections if firm is not None and (_is_books(one, firm) or one.id in own)]
    taken = {one.id for one in ours}
    theirs = [one for one in connections if one.id not in taken and _is_client(one, firm, known)]
    taken.update(one.id for one in theirs)
    rest = [one for one in connections if one.id not in taken]
    living = [one for one in connections if one.state is not ConnectionState.DISCONNECTED]
    owned_apps, holdings = _holdings([one for one in living if _may_be_owned(one)], names)
    states = Counter(one.state for one in connections)
    return Arrangement(
        firm=None if firm is None else Group(name=firm.name, realm_id=firm.realm_id, connections=_by_app(ours, names)),
        clients=_groups(theirs, known, names),
        others=_groups(rest, known, names),
        states={state: states[state] for state in ConnectionState},
        by_hand=sum(one.reach is Reach.HAND for one in living),
        banks=sum(one.kind is Kind.BANK for one in living),
        owned_apps=owned_apps,
        holdings=holdings,
        names=names,
    )


class HasTask(Protocol):
    """Something that goes with a task, such as its steps."""

    @property
    def task(self) -> Task: ...


T = TypeVar("T", bound=HasTask)


def split_tasks(tasks: Iterable[T]) -> tuple[tuple[T, ...], int]:
    """Return the open tasks, and how many are done."""
    everything = tuple(tasks)
    done = sum(one.task.state is TaskState.DONE for one in everything)
    return tuple(one for one in everything if one.task.state is TaskState.OPEN), done


def by_company(tasks: Iterable[T]) -> tuple[tuple[str | None, str | None, tuple[T, ...]], ...]:
    """Return (name, realm id, tasks) for each company: the firm's own first, then by name."""
    grouped: dict[tuple[str | None, str | None], list[T]] = {}
    for one in tasks:
        grouped.setdefault((one.task.realm_id, None if one.task.realm_id else one.task.company_name), []).append(one)
    found = [(members[0].task.company_name, members[0].task.realm_id, tuple(members)) for members in grouped.values()]
    return tuple(
        sorted(found, key=lambda group: (group[2][0].task.level is not Level.FIRM, *alphabetical(group[0], group[1])))
    )


def _is_books(connection: Connection, firm: Firm) -> bool:
    return firm.realm_id is not None and connection.realm_id == firm.realm_id


def _is_client(connection: Connection, firm: Firm | None, known: dict[str, str]) -> bool:
    return firm is not None and (connection.realm_id is None or connection.realm_id in known)


def _groups(connections: Iterable[Connection], known: dict[str, str], names: dict[str, str]) -> tuple[Group, ...]:
    grouped: dict[tuple[str | None, str | None], list[Connection]] = {}
    for one in connections:
        grouped.setdefault((one.realm_id, None if one.realm_id else one.company_name), []).append(one)
    found = [
        Group(
            name=known.get(realm_id or "") or next((one.company_name for one in members if one.company_name), None),
            realm_id=realm_id,
            connections=_by_app(members, names),
        )
        for (realm_id, _), members in grouped.items()
    ]
    return tuple(sorted(found, key=lambda group: alphabetical(group.name, group.realm_id)))


def _by_app(connections: Iterable[Connection], names: dict[str, str]) -> tuple[Connection, ...]:
    return tuple(sorted(connections, key=lambda one: (alphabetical(names.get(one.app_id, one.app_id), None), one.id)))


def alphabetical(name: str | None, realm_id: str | None) -> tuple[bool, str, str]:
    """Return what companies are sorted by: their names, accents or not; those without one last."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name or "") if not unicodedata.combining(c))
    return name is None, letters.casefold(), realm_id or ""


def _may_be_owned(connection: Connection) -> bool:
    """
    Tell whether a connection is somebody's.

    One to QuickBooks Desktop belongs to a company file, and one to a bank is nobody's before there is a consent.
    """
    if connection.kind is Kind.BANK:
        return connection.connected_at is not None
    return connection.kind is not Kind.DESKTOP


def _holdings(living: Sequence[Connection], names: dict[str, str]) -> tuple[tuple[str, ...], tuple[Holding, ...]]:
    apps: list[str] = sorted({one.app_id for one in living if one.kind is not Kind.BANK})
    apps.sort(key=lambda app_id: alphabetical(names.get(app_id, app_id), None))
    held: dict[str | None, Counter[str]] = {}
    people: dict[str | None, str] = {}
    banks: Counter[str | None] = Counter()
    for one in living:
        owner = _owner(one)
        held.setdefault(owner, Counter())[one.app_id] += 1
        banks[owner] += one.kind is Kind.BANK
        if one.owner is not None and one.owner.name:
            people[owner] = one.owner.name
    holdings = [
        Holding(
            owner=owner,
            name=people.get(owner),
            by_app=tuple(count[app_id] for app_id in apps),
            banks=banks[owner],
            total=count.total(),
        )
        for owner, count in held.items()
    ]
    return tuple(apps), tuple(sorted(holdings, key=lambda one: (-one.total, one.owner is None, one.owner or "")))


def _owner(connection: Connection) -> str | None:
    owner = connection.owner
    if owner is None:
        return None
    return fold_email(owner.email) if owner.email else owner.sub
