"""What the store tells those who weigh a refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from samples import NOW, connection, event, pair, save

from qbapps.domain.events import EventKind
from qbapps.domain.states import ConnectionState
from qbapps.ports import Change
from qbapps.store.sql import SqlStore

MINUTE = timedelta(minutes=1)


def keep(store: SqlStore, number: int, *, refused_at: object = None, **changes: object) -> None:
    made = connection(number, refreshed_at=NOW - 60 * MINUTE, **changes)
    store.save(
        Change(
            records=(made,),
            tokens=pair(connection_id=made.id, digest=f"digest-{number}", refused_at=refused_at),
            parent_generation=0,
        )
    )


def test_the_newest_event_of_each_kind_of_a_stream_is_given(store: SqlStore) -> None:
    save(store, events=(event(at=NOW), event(kind=EventKind.PAUSED), event(at=NOW + MINUTE), event("con_0002")))

    found = store.latest_events("con_0001")

    assert {kind: one.sequence for kind, one in found.items()} == {EventKind.REFRESHED: 3, EventKind.PAUSED: 2}
    assert found[EventKind.REFRESHED].at == NOW + MINUTE
    assert store.latest_events("con_0003") == {}


def test_an_app_without_connections_has_no_pulse(store: SqlStore) -> None:
    found = store.pulse("dext", NOW)

    assert (found.refreshed_at, found.refused) == (None, ())


def test_refusals_since_an_instant_are_counted(store: SqlStore) -> None:
    for number, refused_at in enumerate((None, NOW - MINUTE, NOW, NOW + MINUTE), start=1):
        keep(store, number, refused_at=refused_at)

    assert store.pulse(connection().app_id, NOW).refused == ("con_0003", "con_0004")
    assert store.pulse("another", NOW).refused == ()


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"state": ConnectionState.NEEDS_RECONNECT, "cause": "refused"}, True),
        ({"state": ConnectionState.NEEDS_RECONNECT, "cause": "idle_too_long"}, False),
        ({"state": ConnectionState.DISCONNECTED}, False),
    ],
)
def test_only_what_nothing_explains_counts(store: SqlStore, changes: dict[str, object], counts: bool) -> None:
    keep(store, 1, refused_at=NOW, **changes)

    assert store.pulse(connection().app_id, NOW).refused == (("con_0001",) if counts else ())


@pytest.mark.parametrize(("after", "left"), [(-MINUTE, ("con_0001",)), (timedelta(0), ()), (MINUTE, ())])
def test_a_refresh_that_worked_ends_what_was_counted(store: SqlStore, after: timedelta, left: tuple[str, ...]) -> None:
    keep(store, 1, refused_at=NOW)
    store.save(Change(records=(connection(2, refreshed_at=NOW + after),)))

    found = store.pulse(connection().app_id, NOW - 5 * MINUTE)

    assert (found.refreshed_at, found.refused) == (NOW + after, left)
