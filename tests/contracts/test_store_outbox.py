"""The outbox: saved with the events, claimed by one, in order, and never more than somebody listens to."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from samples import NOW, connection, event, save
from sqlalchemy import func, select

from qbapps.domain.deliveries import CLAIM_LASTS, HEAD_START, KEPT_FOR, PLAUSIBLE, Delivery
from qbapps.domain.events import EventKind
from qbapps.errors import StaleVersion
from qbapps.store import schema
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore

ENDED, BEGUN, REFRESHED = EventKind.DISCONNECTED, EventKind.CONNECTED, EventKind.REFRESHED
CRM = {"crm": [ENDED]}
MOMENT = timedelta(microseconds=1)


def tell(store: SqlStore, stream: str = "con_0001", kind: EventKind = ENDED) -> None:
    """Save one event."""
    save(store, events=(event(stream, kind=kind),))


def rows(store: SqlStore) -> int:
    with store._engine.connect() as database:
        return database.execute(select(func.count()).select_from(schema.outbox)).scalar_one()


def shown(deliveries: tuple[Delivery, ...]) -> list[tuple[str, str, int, int]]:
    return [(one.listener, one.event.stream, one.event.sequence, one.attempts) for one in deliveries]


def test_nothing_is_kept_that_nobody_listens_to(store: SqlStore) -> None:
    tell(store)
    store.outbox.subscribe(CRM, NOW)
    tell(store, kind=REFRESHED)
    assert rows(store) == 0


def test_each_listener_has_a_row_of_its_own_with_the_event_as_it_was_chained(store: SqlStore) -> None:
    store.outbox.subscribe({"crm": [ENDED, BEGUN], "mail": [ENDED]}, NOW)
    tell(store, kind=BEGUN)
    tell(store)
    assert rows(store) == 3
    found = store.outbox.waiting({"mail": [ENDED], "other": [ENDED]}, NOW, at_once=True)
    assert found == (Delivery(listener="mail", event=list(store.events("con_0001"))[1]),)
    assert found[0].event.hash


def test_a_change_that_is_refused_leaves_nothing_to_tell(store: SqlStore) -> None:
    store.outbox.subscribe(CRM, NOW)
    save(store, connection())
    with pytest.raises(StaleVersion):
        save(store, connection(), events=(event(kind=ENDED),))
    assert rows(store) == 0


def test_of_one_stream_a_listener_is_given_one_event_at_a_time_in_their_order(store: SqlStore) -> None:
    store.outbox.subscribe({"crm": [ENDED], "mail": [ENDED]}, NOW)
    for stream in ("con_0001", "con_0001", "con_0002"):
        tell(store, stream)
    first, other, *rest = store.outbox.waiting({**CRM, "mail": [ENDED]}, NOW, at_once=True)
    assert shown((first, other, *rest)) == [
        ("crm", "con_0001", 1, 0),
        ("crm", "con_0002", 1, 0),
        ("mail", "con_0001", 1, 0),
        ("mail", "con_0002", 1, 0),
    ]
    assert store.outbox.claim(first, NOW + CLAIM_LASTS)
    assert shown(store.outbox.waiting(CRM, NOW, at_once=True)) == [("crm", "con_0002", 1, 0)]
    store.outbox.settle(first)
    assert shown(store.outbox.waiting(CRM, NOW, at_once=True)) == [("crm", "con_0001", 2, 0), ("crm", "con_0002", 1, 0)]


def test_kinds_that_only_others_want_hold_up_nothing(store: SqlStore) -> None:
    store.outbox.subscribe({"crm": [ENDED, BEGUN]}, NOW)
    tell(store, kind=BEGUN)
    tell(store)
    assert shown(store.outbox.waiting(CRM, NOW, at_once=True)) == [("crm", "con_0001", 2, 0)]


def test_who_saved_an_event_has_a_head_start(store: SqlStore) -> None:
    store.outbox.subscribe(CRM, NOW)
    tell(store)
    assert store.outbox.waiting(CRM, NOW + HEAD_START - MOMENT) == ()
    assert len(store.outbox.waiting(CRM, NOW + HEAD_START)) == 1
    assert len(store.outbox.waiting(CRM, NOW, streams=["con_0001"], at_once=True)) == 1
    assert store.outbox.waiting(CRM, NOW, streams=["con_0002"], at_once=True) == ()


def test_a_claim_is_won_by_one_and_ends(store: SqlStore) -> None:
    store.outbox.subscribe(CRM, NOW)
    tell(store)
    (seen,) = store.outbox.waiting(CRM, NOW, at_once=True)
    assert store.outbox.claim(seen, NOW + CLAIM_LASTS)
    assert not store.outbox.claim(seen, NOW + CLAIM_LASTS)
    assert store.outbox.waiting(CRM, NOW + CLAIM_LASTS - MOMENT, at_once=True) == ()
    (again,) = store.outbox.waiting(CRM, NOW + CLAIM_LASTS)
    assert again.attempts == 1
    assert store.outbox.claim(again, NOW + 2 * CLAIM_LASTS)
    # Whoever had it first was too slow: what it says now changes nothing.
    store.outbox.settle(seen)
    store.outbox.put_off(seen, NOW)
    assert store.outbox.waiting(CRM, NOW + CLAIM_LASTS) == ()
    store.outbox.settle(again)
    assert rows(store) == 0


def test_what_is_put_off_waits_and_holds_up_what_follows_for_its_listener_alone(store: SqlStore) -> None:
    store.outbox.subscribe({"crm": [ENDED], "mail": [ENDED]}, NOW)
    tell(store)
    (seen,) = store.outbox.waiting(CRM, NOW, at_once=True)
    store.outbox.claim(seen, NOW + CLAIM_LASTS)
    store.outbox.put_off(seen, NOW + timedelta(seconds=10))
    tell(store)
    both = {**CRM, "mail": [ENDED]}
    assert shown(store.outbox.waiting(both, NOW, at_once=True)) == [("mail", "con_0001", 1, 0)]
    assert shown(store.outbox.waiting(CRM, NOW + timedelta(seconds=10))) == [("crm", "con_0001", 1, 1)]


def test_what_a_clock_put_off_that_went_back_since_is_due(store: SqlStore) -> None:
    store.outbox.subscribe(CRM, NOW)
    tell(store)
    (seen,) = store.outbox.waiting(CRM, NOW, at_once=True)
    store.outbox.claim(seen, NOW + CLAIM_LASTS)
    assert store.outbox.waiting(CRM, NOW - PLAUSIBLE + CLAIM_LASTS) == ()
    assert len(store.outbox.waiting(CRM, NOW - PLAUSIBLE)) == 1


def test_what_is_too_old_is_dropped_and_counted_and_so_are_listeners(store: SqlStore) -> None:
    store.outbox.subscribe({"crm": [ENDED], "mail": [ENDED, BEGUN]}, NOW)
    for stream in ("con_0001", "con_0001", "con_0002"):
        tell(store, stream)
    store.outbox.subscribe(CRM, NOW + KEPT_FOR)
    assert store.outbox.drop(NOW) == {}
    assert store.outbox.drop(NOW + MOMENT) == {"crm": 3, "mail": 3}
    tell(store)
    assert rows(store) == 1


def test_a_listener_that_no_process_has_had_for_long_is_kept_nothing_for(store: SqlStore) -> None:
    store.outbox.subscribe(CRM, NOW - KEPT_FOR)
    tell(store)
    assert rows(store) == 0
    store.outbox.subscribe(CRM, NOW - KEPT_FOR + MOMENT)
    tell(store)
    assert rows(store) == 1


def test_of_many_threads_that_claim_one_delivery_one_wins(store: SqlStore) -> None:
    store.outbox.subscribe(CRM, NOW)
    tell(store)
    (seen,) = store.outbox.waiting(CRM, NOW, at_once=True)
    together = threading.Barrier(8)

    def claim(_: int) -> bool:
        together.wait()
        return store.outbox.claim(seen, NOW + CLAIM_LASTS)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1


def tell_all(url: str, place: Path, together: Barrier) -> None:
    """Write down every delivery that this process wins."""
    with closing(open_store(url)) as store, place.open("a", buffering=1) as heard:
        together.wait()
        while found := store.outbox.waiting(CRM, NOW, at_once=True):
            for delivery in found:
                if store.outbox.claim(delivery, NOW + CLAIM_LASTS):
                    heard.write(f"{delivery.event.stream} {delivery.event.sequence}\n")
                    store.outbox.settle(delivery)


def test_processes_share_the_events_and_keep_the_order_of_each_stream(
    url: str, tmp_path: Path, opened: Callable[[str], SqlStore]
) -> None:
    store = opened(url)
    store.outbox.subscribe(CRM, NOW)
    for _ in range(10):
        for stream in ("con_0001", "con_0002", "con_0003"):
            tell(store, stream)
    context = multiprocessing.get_context("spawn")
    together, heard = context.Barrier(4), tmp_path / "heard"
    processes = [context.Process(target=tell_all, args=(url, heard, together)) for _ in range(3)]
    for process in processes:
        process.start()
    tell_all(url, heard, together)
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    lines = [line.split() for line in heard.read_text().splitlines()]
    for stream, count in Counter(stream for stream, _ in lines).items():
        assert [int(sequence) for of, sequence in lines if of == stream] == list(range(1, count + 1))
    assert len(lines) == 30
    assert rows(store) == 0
