"""People and payroll items: whose hours can be transferred, and whose cannot yet."""

from __future__ import annotations

from collections.abc import Iterable

from qbapps.desktop import finishing
from qbapps.desktop.beat import load
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.states import Move, may
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports


def report(ports: Ports, connection_id: str, *, users: Iterable[str], mapped: Iterable[str]) -> tuple[str, ...]:
    """
    Keep whose hours the app sends and for whom it knows a payroll item; return those who have none.

    Somebody who has one in QuickBooks needs none in the app. Names are compared without case.
    """
    people, known = tuple(dict.fromkeys(users)), tuple(dict.fromkeys(mapped))

    def beat() -> tuple[str, ...]:
        told = load(ports, connection_id)
        told.change(users=people, mapped=known)
        lacking = links.unmapped(told.link)
        app = ports.desktop.app(told.link.app_id)
        if app is not None and app.needs_mapping and told.link.synced_at is not None:
            move = Move.LACK_MAPPING if finishing.lacks_mapping(told, app) else Move.MAP
            if may(told.link.state, move):
                told.move(move)
        told.save()
        return lacking

    return retry_stale(beat)
