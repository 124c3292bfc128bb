"""Events: numbered and chained by the store, so that what is changed behind its back shows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from itertools import groupby
from operator import attrgetter

import pytest
from samples import NOW, event, save
from sqlalchemy import create_engine, text

from qbapps.domain import trail
from qbapps.domain.events import GENESIS, EventKind
from qbapps.errors import StoreError
from qbapps.ports import Change
from qbapps.store import engines, reading
from qbapps.store.sql import SqlStore


def test_events_are_numbered_and_chained_from_the_first(store: SqlStore) -> None:
    save(store, events=(event(), event(kind=EventKind.PAUSED)))
    save(store, events=(event(kind=EventKind.RESUMED, by="jean"),))
    kept = list(store.events("con_0001"))
    assert [one.sequence for one in kept] == [1, 2, 3]
    assert [one.kind for one in kept] == [EventKind.REFRESHED, EventKind.PAUSED, EventKind.RESUMED]
    assert [one.previous for one in kept] == [GENESIS, kept[0].hash, kept[1].hash]
    assert trail.verify(kept) == ()
    assert dict(kept[0].details) == {"generation": 2, "why": "é", "last": None}


def test_each_stream_counts_for_itself(store: SqlStore) -> None:
    save(store, events=(event("dext"), event("con_0002"), event("dext")))
    assert [(one.stream, one.sequence) for one in store.events()] == [("con_0002", 1), ("dext", 1), ("dext", 2)]
    assert [one.sequence for one in store.events("dext")] == [1, 2]
    assert not list(store.events("con_0003"))


def test_an_instant_of_another_time_zone_keeps_the_chain_whole(store: SqlStore) -> None:
    save(store, events=(event(at=NOW.astimezone(timezone(timedelta(hours=2)))),))
    (kept,) = store.events()
    assert kept.at == NOW
    assert kept.at.utcoffset() == timedelta(0)
    assert trail.verify([kept]) == ()


def test_threads_that_write_to_one_stream_leave_it_whole(store: SqlStore) -> None:
    def tell(number: int) -> None:
        for _ in range(10):
            told = event("dext", details={"by": number}), event("xero")
            save(store, events=told if number % 2 else told[::-1])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(tell, range(6)))
    for stream in ("dext", "xero"):
        kept = list(store.events(stream))
        assert len(kept) == 60
        assert trail.verify(kept) == ()


def test_streaming_goes_on_past_a_page_while_another_thread_writes(store: SqlStore) -> None:
    for stream in ("con_0001", "con_0002"):
        save(store, events=tuple(event(stream) for _ in range(reading.PAGE + 10)))
    seen = []
    with ThreadPoolExecutor(1) as other:
        for one in store.events():
            if len(seen) % 200 == 0:
                other.submit(save, store, events=(event("con_0002"),)).result(60)
            seen.append(one)
    lengths = {}
    for stream, told in groupby(seen, key=attrgetter("stream")):
        kept = list(told)
        assert trail.verify(kept) == ()
        lengths[stream] = len(kept)
    assert lengths["con_0001"] == reading.PAGE + 10
    assert lengths["con_0002"] >= reading.PAGE + 10


BREAKS = [
    ("UPDATE events SET details = '{}' WHERE sequence = 2", [(2, "altered")]),
    ("UPDATE events SET at = '2020-01-01 00:00:00' WHERE sequence = 2", [(2, "altered")]),
    (
        "UPDATE events SET kind = 'connection.paused' WHERE sequence = 2",
        [(2, "altered: only its kind, which was connection.refreshed")],
    ),
    ("""UPDATE events SET "by" = 'nobody' WHERE sequence = 2""", [(2, "altered")]),
    ("UPDATE events SET hash = 'x' WHERE sequence = 2", [(2, "altered: only its hash")]),
    ("UPDATE events SET previous = 'x' WHERE sequence = 2", [(2, "altered: only the hash of the event before it")]),
    ("UPDATE events SET stream = 'dext' WHERE sequence = 2", [(2, "missing")]),
    ("DELETE FROM events WHERE sequence = 2", [(2, "missing")]),
    ("DELETE FROM events WHERE sequence < 3", [(1, "missing, with all up to event 2")]),
    (
        "UPDATE events SET sequence = sequence + 1 WHERE sequence = 4",
        [(4, "missing"), (5, "moved: it was written as event 4")],
    ),
]


def tamper(url: str, statement: str) -> None:
    """Change the database behind the store's back."""
    engine = create_engine(engines.read_url(url))
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    engine.dispose()


@pytest.mark.parametrize(("statement", "expected"), BREAKS)
def test_what_is_changed_behind_the_stores_back_shows(
    url: str,
    opened: Callable[[str], SqlStore],
    statement: str,
    expected: list[tuple[int, str]],
) -> None:
    store = opened(url)
    store.save(Change(events=(event(), event(), event(), event())))
    tamper(url, statement)
    assert [(one.sequence, one.what) for one in trail.verify(store.events("con_0001"))] == expected


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'no.such'", "UPDATE events SET details = '{'"])
def test_a_row_that_nobody_can_read_is_a_store_error(
    url: str,
    opened: Callable[[str], SqlStore],
    statement: str,
) -> None:
    store = opened(url)
    store.save(Change(events=(event(),)))
    tamper(url, statement)
    with pytest.raises(StoreError, match="while reading events"):
        list(store.events())


def test_another_opening_goes_on_with_the_chain(url: str, opened: Callable[[str], SqlStore]) -> None:
    opened(url).save(Change(events=(event(),)))
    opened(url).save(Change(events=(event(),)))
    kept = list(opened(url).events())
    assert len(kept) == 2
    assert trail.verify(kept) == ()
