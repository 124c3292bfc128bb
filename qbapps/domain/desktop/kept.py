"""Checks of a Desktop connection as they are kept: one line for each item that evidence or a person has settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from qbapps.domain import checks
from qbapps.domain.desktop.checklist import Check, CheckState, Evidence, Item
from qbapps.domain.events import Detail


def _freeze(values: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(values))


@attrs.frozen(kw_only=True)
class KeptCheck:
    """
    What is known of one item of the checklist.

    Attributes:
        item: Its name.
        state: ``verified``, ``attested`` or ``failed``.
        by: Who attested it.
        at: When it was found, or attested.
        evidence: The word for what showed it, of ``qbapps.domain.desktop.grounds``.
        values: The names and numbers in it.
        note: What the person added.
    """

    connection_id: str
    item: str
    state: str
    by: str | None = None
    at: datetime = attrs.field(validator=checks.aware)
    evidence: str | None = None
    values: Mapping[str, Detail] = attrs.field(factory=dict, converter=_freeze)
    note: str | None = None


def keep(connection_id: str, check: Check) -> KeptCheck:
    """Return *check* as it is kept; it has been answered."""
    assert check.at is not None  # noqa: S101 - what is answered has one
    evidence = check.evidence
    return KeptCheck(
        connection_id=connection_id,
        item=check.item,
        state=check.state,
        by=check.by,
        at=check.at,
        evidence=None if evidence is None else evidence.ground,
        values={} if evidence is None else evidence.values,
        note=check.note,
    )


def reopened(connection_id: str, item: Item, at: datetime) -> KeptCheck:
    """Return an item that has to be answered anew."""
    return KeptCheck(connection_id=connection_id, item=item, state=CheckState.OPEN, at=at)


def checked(kept: KeptCheck) -> Check:
    """Return what was kept as a check."""
    return Check(
        item=Item(kept.item),
        state=CheckState(kept.state),
        by=kept.by,
        at=kept.at,
        evidence=None if kept.evidence is None else Evidence(ground=kept.evidence, values=kept.values),
        note=kept.note,
    )
