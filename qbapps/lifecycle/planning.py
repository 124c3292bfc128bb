"""Making plans: which connections, each bound to what it is now, and which ones are left out and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Final

import attrs

from qbapps.domain import transfer as transfers
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Reason
from qbapps.domain.estimate import estimate
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import is_held
from qbapps.domain.limits import Limits
from qbapps.domain.parties import Level, Reach
from qbapps.domain.permissions import Undertaking, level_of
from qbapps.domain.plan import OPEN, Digest, Outcome, PlanAction, PlanHead, PlanItem, bind, why_skipped
from qbapps.domain.whole_plan import Plan
from qbapps.errors import ConfigurationError, PlanAltered
from qbapps.lifecycle import approving, lists, lookup, people, transfer
from qbapps.lifecycle.people import check_email
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, ConnectionFilter, Ports
from qbapps.values import as_utc

PAGE = 500
"""Rows that are saved together."""

WORKERS = 16
"""Rows at once that an estimate reckons with; as many as ``apply`` has by itself."""


_CHOOSING: Final = ("app", "firm", "realm_id", "owner", "client", "reference")
"""One of these is in every filter: a state, a reach or a level alone takes in everybody."""


@attrs.frozen(kw_only=True)
class Choice:
    """The filter of a plan; see ``QBApps.connections``."""

    app: str | None = None
    realm_id: str | None = None
    firm: str | None = None
    level: str | None = None
    client: str | None = None
    owner: str | None = None
    state: str | None = None
    reach: str | None = None
    reference: str | None = None


def make(
    ports: Ports,
    action: PlanAction,
    choice: Choice,
    *,
    by: str | None,
    deadline: datetime | None,
    needs_approval: bool,
    reason: str | None = None,
    comment: str | None = None,
    to: str | None = None,
) -> Plan:
    """
    Bind what the filter chooses, and save the plan.

    Raises:
        ConfigurationError: The filter, the reason or an address is none; or the deadline is no instant, or has no
            time zone.
        NotFoundError: There is no such app, firm or client.
    """
    if deadline is not None:
        deadline = _instant(deadline)
    if needs_approval:
        if by is None:
            raise ConfigurationError(
                "A plan that somebody else has to approve of says who made it.", hint="Give by=... as well."
            )
        # Names have many spellings, and one person may go by two of them.
        check_email(by)
    if to is not None:
        check_email(to)
    why = None if reason is None else lists.choose(Reason, reason, "reason")
    filters = attrs.asdict(choice)
    if not any(filters[name] for name in _CHOOSING):
        raise ConfigurationError("Nothing was chosen.", hint=f"Give at least one of {', '.join(_CHOOSING)}.")
    head = PlanHead(
        id=ports.randomness.new_id("pln_"),
        action=action,
        firm_id=choice.firm,
        by=by,
        reason=why,
        comment=comment,
        to=to,
        deadline=deadline,
        needs_approval=needs_approval,
        chosen={name: value for name, value in filters.items() if value is not None},
        created_at=ports.clock.now(),
    )
    levels: dict[str | None, Level] = {}
    found = lists.connections(ports, **filters)
    rows = [_bound(ports, head, number, one, levels) for number, one in enumerate(found, start=1)]
    items = _with_siblings(ports, rows)
    digest = Digest(head).add_all(items)
    signature = ports.vault.sign(digest.encode())
    head = attrs.evolve(head, total=len(items), digest=digest, signature=signature)
    for start in range(0, len(items), PAGE):
        save(ports, Change(records=tuple(items[start : start + PAGE])))
    made = Event(
        stream=head.id,
        kind=EventKind.PLAN_MADE,
        at=head.created_at,
        by=by,
        details={"action": action, "rows": len(items), "digest": digest},
    )
    save(ports, Change(records=(head,), events=(made,)))
    return whole(ports, head, items)


def whole(ports: Ports, head: PlanHead, items: list[PlanItem]) -> Plan:
    """Return the plan with its rows, and when it would be applied if it were begun now."""
    chosen = tuple(item for item in items if item.outcome is not Outcome.SKIPPED)
    left = (item for item in chosen if item.outcome in OPEN)
    return Plan(
        head=head,
        items=chosen,
        skipped=tuple(item for item in items if item.outcome is Outcome.SKIPPED),
        estimate=estimate(
            left,
            action=head.action,
            limits=Limits(),
            workers=WORKERS,
            at=ports.clock.now(),
            deadline=head.deadline,
        ),
    )


def load(ports: Ports, plan_id: str) -> Plan:
    """
    Return a plan as it stands.

    Raises:
        NotFoundError: There is none of that id.
        PlanAltered: What the store holds is not what was decided.
    """
    head = lookup.plan(ports.store, plan_id)
    items = list(ports.store.plan_items(plan_id))
    check(ports, head, Digest(head).add_all(items))
    return whole(ports, head, items)


def check(ports: Ports, head: PlanHead, digest: str) -> None:
    """
    Check that the rows with this *digest* are the ones that were decided on, and approved of if they were.

    Raises:
        PlanAltered: Somebody changed them, or their plan, in the database.
    """
    if digest == head.digest and ports.vault.verify(digest.encode(), head.signature):
        approving.check(ports, head)
        return
    raise PlanAltered(
        f"What the store holds of {head.id} is not what was decided.",
        hint="Make a new plan, and find out who writes to the database; or, after a change of keys, keep the old one.",
    )


def siblings(ports: Ports, connection: Connection) -> tuple[Connection, ...]:
    """
    Return the other connections that work and share the connection's app and, as far as is known, its owner.

    One whose owner is not known may be anybody's: it is among the siblings of all connections of its
    app, and they are all among its own.

    Source: a vendor reports that deleting one connection ended all of that user's; Intuit documents no such thing
    """
    if connection.reach is Reach.HAND:
        return ()
    sub = _sub(connection)
    same = ports.store.connections(ConnectionFilter(app_id=connection.app_id, reach=Reach.API))
    others = (one for one in same if one.id != connection.id and is_held(one))
    return tuple(one for one in others if sub is None or _sub(one) in (sub, None))


def _bound(
    ports: Ports, head: PlanHead, number: int, connection: Connection, levels: dict[str | None, Level]
) -> PlanItem:
    level = levels.get(connection.realm_id)
    if level is None:
        level = _level(ports, head.firm_id, connection)
        if connection.realm_id is not None:
            levels[connection.realm_id] = level
    receipt = ports.store.disconnection_of(connection.id, connection.grant)
    skipped = why_skipped(connection, head, receipt) or _why_not_permitted(ports, head, connection)
    if skipped is None and head.action is PlanAction.TRANSFER:
        pending = transfer.open_transfer(ports, connection.id)
        if pending is not None and not transfers.is_over(pending, ports.clock.now()):
            skipped = f"A transfer to {pending.to} is pending ({pending.id})."
    return bind(connection, head, number=number, level=level, skipped=skipped)


def _level(ports: Ports, firm_id: str | None, connection: Connection) -> Level:
    """Return how the plan's firm sees a connection's company; without a firm, the first one that does."""
    realm_id = connection.realm_id
    firm = None if firm_id is None else ports.store.firm(firm_id)
    if firm is None:
        return people.place_of(ports.store, connection)[1]
    if realm_id is None:
        listed = ports.store.listing(firm.id, connection.id)
        return Level.COMPANY if listed is None else listed.level or Level.COMPANY
    is_client = ports.store.client(firm.id, realm_id) is not None
    return level_of(realm_id, firm_realm_id=firm.realm_id, is_client=is_client)


def _why_not_permitted(ports: Ports, head: PlanHead, connection: Connection) -> str | None:
    asked: list[tuple[Undertaking, str | None]] = [(Undertaking.DISCONNECT, head.by)]
    if head.action is PlanAction.TRANSFER:
        asked = [(Undertaking.TRANSFER, head.to), (Undertaking.HAND_OVER, head.by)]
    for undertaking, who in asked:
        found = people.permission(ports.store, undertaking, connection, who, on=head.created_at.date())
        if found.is_refused:
            return f"{found.message} {found.hint}"
    return None


def _with_siblings(ports: Ports, items: list[PlanItem]) -> list[PlanItem]:
    """Return the rows with how many connections outside the plan their revoke may reach; see ``siblings``."""
    planned: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if _revokes(item):
            planned[item.app_id].add(item.connection_id)
    outside = {app_id: _outside(ports, app_id, inside) for app_id, inside in sorted(planned.items())}
    return [
        attrs.evolve(item, siblings=_reached(outside[item.app_id], item)) if _revokes(item) else item for item in items
    ]


def _revokes(item: PlanItem) -> bool:
    return item.outcome is Outcome.PLANNED and item.action is PlanAction.DISCONNECT and item.reach is Reach.API


def _outside(ports: Ports, app_id: str, inside: set[str]) -> Counter[str | None]:
    """Count, by owner, the connections of an app that work and are not *inside*."""
    held = ports.store.connections(ConnectionFilter(app_id=app_id, reach=Reach.API))
    return Counter(_sub(one) for one in held if one.id not in inside and is_held(one))


def _reached(outside: Counter[str | None], item: PlanItem) -> int:
    sub = _sub(item)
    return outside.total() if sub is None else outside[sub] + outside[None]


def _sub(item: PlanItem | Connection) -> str | None:
    return None if item.owner is None else item.owner.sub


def _instant(deadline: object) -> datetime:
    if not isinstance(deadline, datetime):
        raise ConfigurationError(f"deadline is {deadline!r}, which is no datetime.", hint="Pass an aware datetime.")
    if deadline.utcoffset() is None:
        raise ConfigurationError("deadline has no time zone.", hint="Pass an aware datetime.")
    try:
        return as_utc(deadline)
    except OverflowError:
        raise ConfigurationError(f"deadline is {deadline}.", hint="Pass one that has a time in UTC.") from None
