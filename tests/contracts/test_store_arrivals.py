"""The order in which grants came: the database's own, whatever times were noted of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from samples import NOW, connection, save

from qbapps.domain.grants import UnverifiedGrant, promoted
from qbapps.store.sql import SqlStore


def kept(id: str, *, received: timedelta = timedelta(0)) -> UnverifiedGrant:  # noqa: A002 - a row's id
    return UnverifiedGrant(
        id=id,
        app_id="dext",
        authorization_id=None,
        received_at=NOW + received,
        obtained_at=NOW,
        access_expires_at=NOW,
        refresh_expires_at=NOW,
    )


@pytest.mark.parametrize("received", [timedelta(hours=-1), timedelta(0), timedelta(hours=1)])
def test_a_grant_is_overtaken_by_one_that_came_later_and_was_promoted(store: SqlStore, received: timedelta) -> None:
    # Ids run against the order, and so may times.
    earlier, later = kept("grt_b"), kept("grt_a", received=received)
    save(store, connection())
    save(store, earlier)
    save(store, later)
    assert not store.is_overtaken(earlier.id, "con_0001"), "nothing was promoted yet"

    save(store, promoted(later, "con_0001"))

    assert store.is_overtaken(earlier.id, "con_0001")
    assert not store.is_overtaken(later.id, "con_0001"), "not by itself"
    assert not store.is_overtaken(earlier.id, "con_0002"), "not by what became of another connection"

    save(store, promoted(earlier, "con_0001"))
    assert not store.is_overtaken(later.id, "con_0001"), "the earlier one never overtakes"


def test_what_came_at_once_goes_by_its_time(store: SqlStore) -> None:
    """Two transactions that did not see each other get one number; here one statement gives it to both."""
    earlier, later = kept("grt_b"), kept("grt_a", received=timedelta(seconds=1))
    save(store, connection())
    save(store, earlier, later)
    with store._writer.begin() as direct:
        direct.exec_driver_sql("UPDATE grants SET arrival = 1")

    save(store, promoted(earlier, "con_0001"), promoted(later, "con_0001"))

    assert store.is_overtaken(earlier.id, "con_0001")
    assert not store.is_overtaken(later.id, "con_0001")
