"""Plans: what is to be done to many connections, bound row by row to what was seen when it was decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import attrs

from qbapps.domain import checks
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.disconnection import Disconnection, is_settled
from qbapps.domain.parties import Level, Owner, Reach
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.values import as_utc, fold_email


class PlanAction(StrEnum):
    """What a plan does to its connections."""

    DISCONNECT = "disconnect"
    TRANSFER = "transfer"


class Outcome(StrEnum):
    """
    Where a row of a plan stands.

    ``planned``: not begun. ``waiting``: for the consent of a new owner, or
    for the day of a delayed disconnect. ``by_hand``: for a person in
    QuickBooks. ``failed`` rows are tried again when the plan is applied again; ``drifted`` ones are not:
    they are no longer what was decided on. ``skipped`` ones were left out when the plan was made, and
    ``cancelled`` ones called off with the plan before they were over.
    """

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    DRIFTED = "drifted"
    WAITING = "waiting"
    BY_HAND = "by_hand"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OPEN: Final = (Outcome.PLANNED, Outcome.FAILED, Outcome.WAITING, Outcome.BY_HAND)
"""Outcomes that applying a plan again may change."""


class Canary(StrEnum):
    """
    How the canary of a plan fared: ``singing`` while its row is carried out, ``well`` when all that were asked
    work on, ``dead`` when one does not.
    """

    SINGING = "singing"
    WELL = "well"
    DEAD = "dead"


@attrs.frozen(kw_only=True)
class PlanItem:
    """
    One row of a plan.

    Attributes:
        number: Its place in the plan, from 1.
        owner: Whose the connection was.
        grant: Which consent it was: one that came since makes the row drift.
        level: How the plan's firm sees the company.
        siblings: How many connections that the plan leaves alone share its app and, as far as is known, its owner:
            at Intuit a revoke may reach them.
        outcome: Where it stands.
        note: Why, in English, when that needs saying.
        result_id: The receipt, the transfer or the task that came of it.
        url: Link for the new owner of a transfer, on what ``apply`` returns only: it is never kept.
        ended_at: When its outcome was last changed.
    """

    plan_id: str
    number: int
    connection_id: str
    app_id: str
    realm_id: str | None
    company_name: str | None
    owner: Owner | None
    grant: int
    action: PlanAction
    reach: Reach
    level: Level = Level.COMPANY
    siblings: int = 0
    outcome: Outcome = Outcome.PLANNED
    note: str | None = None
    result_id: str | None = None
    url: str | None = attrs.field(default=None, repr=False)
    ended_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1


@attrs.frozen(kw_only=True)
class PlanHead:
    """
    What a plan is, without its rows.

    Attributes:
        firm_id: The firm that it was made for, if it was.
        by: Who made it.
        reason: Why connections are ended; of a plan that disconnects.
        to: E-mail address of the new owner; of a plan that transfers.
        deadline: By when it should have been applied.
        needs_approval: Whether somebody else than *by* has to approve of it before it is applied.
        chosen: The filter that chose the rows.
        total: How many rows it has, those that were skipped included.
        digest: SHA-256 over all that was decided.
        signature: The vault's, over *digest*.
        approved_by: Who did, and *approved_at* when.
        approval: The vault's signature over that approval.
        canary: How the canary fared, once there was one.
        canary_asked: The connections that worked before the canary's row, and are asked after it.
    """

    id: str
    action: PlanAction
    firm_id: str | None = None
    by: str | None = None
    reason: str | None = None
    comment: str | None = None
    to: str | None = None
    deadline: datetime | None = attrs.field(default=None, validator=checks.aware)
    needs_approval: bool = False
    chosen: Mapping[str, Any] = attrs.field(factory=dict)
    created_at: datetime = attrs.field(validator=checks.aware)
    total: int = 0
    digest: str = ""
    signature: str = attrs.field(default="", repr=False)
    approved_by: str | None = None
    approved_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    approval: str | None = attrs.field(default=None, repr=False)
    canary: Canary | None = None
    canary_asked: tuple[str, ...] = ()
    version: int = 1


def bind(
    connection: Connection, head: PlanHead, *, number: int, level: Level, siblings: int = 0, skipped: str | None = None
) -> PlanItem:
    """Return the row that binds *connection* as it is now; *skipped* says why it is left out, if it is."""
    return PlanItem(
        plan_id=head.id,
        number=number,
        connection_id=connection.id,
        app_id=connection.app_id,
        realm_id=connection.realm_id,
        company_name=connection.company_name,
        owner=connection.owner,
        grant=connection.grant,
        action=head.action,
        reach=connection.reach,
        level=level,
        siblings=siblings,
        outcome=Outcome.PLANNED if skipped is None else Outcome.SKIPPED,
        note=skipped,
    )


def why_skipped(connection: Connection, head: PlanHead, receipt: Disconnection | None) -> str | None:
    """
    Return why a plan leaves *connection* out, if it does.

    Args:
        receipt: Of the connection's consent: one that is denied here is left out of a plan that
            disconnects only where nothing is left to do at Intuit.
    """
    if connection.state is ConnectionState.DISCONNECTED and not (
        head.action is PlanAction.DISCONNECT and _may_live_on(receipt)
    ):
        return "It is disconnected already."
    if head.action is PlanAction.TRANSFER and connection.kind is Kind.DESKTOP:
        return "It belongs to a company file of QuickBooks Desktop, not to a person."
    if head.action is PlanAction.TRANSFER and connection.kind is Kind.BANK:
        return "It rests on the consent of whoever signed in at the bank."
    if head.to is not None and is_owned_by(connection.owner, head.to):
        return f"It is {head.to}'s already."
    return None


def _may_live_on(receipt: Disconnection | None) -> bool:
    return receipt is not None and not is_settled(receipt)


def is_owned_by(owner: Owner | None, email: str) -> bool:
    """Tell whether *owner* is known by that address."""
    return owner is not None and owner.email is not None and fold_email(owner.email) == fold_email(email)


def drift(item: PlanItem, present: Connection) -> str | None:
    """Return what changed about the connection since the plan was made, in English; None when nothing did."""
    if present.grant != item.grant:
        return f"A new consent came in: it was grant {item.grant} and is grant {present.grant}."
    if (present.app_id, present.realm_id) != (item.app_id, item.realm_id):
        return f"It was {item.app_id} in company {item.realm_id} and is {present.app_id} in {present.realm_id}."
    if _who(present.owner) != _who(item.owner):
        return f"It was {_name(item.owner)}'s and is {_name(present.owner)}'s."
    if present.reach is not item.reach:
        return f"It was kept by {_REACHES[item.reach]} and is kept by {_REACHES[present.reach]}."
    return None


_REACHES: Final = {Reach.API: "its credentials", Reach.HAND: "hand"}


def came_out(
    item: PlanItem, outcome: Outcome, at: datetime, *, note: str | None = None, result_id: str | None = None
) -> PlanItem:
    """Return *item* with what came of it; itself when that says nothing new."""
    kept = result_id or item.result_id
    if (item.outcome, item.note, item.result_id) == (outcome, note, kept):
        return item
    return revise(item, outcome=outcome, note=note, result_id=kept, ended_at=at)


class Digest:
    """SHA-256 over what a plan decides, row by row, so that a plan of any length takes no memory."""

    def __init__(self, head: PlanHead) -> None:
        decided = {name: getattr(head, name) for name in _OF_HEAD}
        self._hash = hashlib.sha256(_line(decided))

    def add(self, item: PlanItem) -> None:
        """Take the next row, in order of number."""
        self._hash.update(_line(bound(item)))

    def add_all(self, items: Iterable[PlanItem]) -> str:
        """Take these rows, and return the digest."""
        for item in items:
            self.add(item)
        return self.hexdigest()

    def hexdigest(self) -> str:
        """Return the digest of what was taken so far."""
        return self._hash.hexdigest()


_OF_HEAD: Final = (
    "id",
    "action",
    "firm_id",
    "by",
    "reason",
    "comment",
    "to",
    "deadline",
    "needs_approval",
    "chosen",
    "created_at",
)


def bound(item: PlanItem) -> dict[str, Any]:
    """Return what a row binds: what was decided, and nothing of what came of it."""
    return {
        "number": item.number,
        "connection": item.connection_id,
        "app": item.app_id,
        "realm_id": item.realm_id,
        "company": item.company_name,
        "owner": None if item.owner is None else item.owner.email or item.owner.sub,
        "owner_sub": None if item.owner is None else item.owner.sub,
        "grant": item.grant,
        "action": item.action,
        "reach": item.reach,
        "level": item.level,
        "siblings": item.siblings,
        "skipped": item.outcome is Outcome.SKIPPED,
    }


def _line(values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, default=_plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        # The store gives instants back in UTC, whatever zone they came in.
        return as_utc(value).isoformat()
    return dict(value) if isinstance(value, Mapping) else str(value)


def _who(owner: Owner | None) -> str | None:
    if owner is None:
        return None
    return owner.sub or (None if owner.email is None else fold_email(owner.email))


def _name(owner: Owner | None) -> str:
    return "nobody known" if owner is None else owner.email or owner.name or owner.sub or "nobody known"
