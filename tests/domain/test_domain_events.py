"""The chain of events: whatever is changed, removed or moved shows, and where."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from domain_samples import DAY, NOON
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import events
from qbapps.domain.events import GENESIS, Break, Event, EventKind

details = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=3
)
happenings = st.lists(
    st.builds(
        Event,
        stream=st.just("con_1"),
        kind=st.sampled_from(EventKind),
        at=st.timedeltas(min_value=-DAY, max_value=DAY).map(lambda later: NOON + later),
        by=st.none() | st.text(max_size=5),
        details=details,
    ),
    max_size=8,
)


def chain(happened: list[Event]) -> list[Event]:
    linked: list[Event] = []
    for number, event in enumerate(happened, 1):
        linked.append(events.link(event, sequence=number, previous=linked[-1].hash if linked else GENESIS))
    return linked


def whole(length: int = 5) -> list[Event]:
    return chain(
        [
            Event(stream="con_1", kind=EventKind.REFRESHED, at=NOON + number * DAY, details={"generation": number})
            for number in range(length)
        ]
    )


def found(stream: list[Event]) -> list[tuple[int, str]]:
    return [(each.sequence, each.what) for each in events.verify(stream)]


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_a_whole_stream_has_no_breaks(length: int) -> None:
    assert events.verify(whole(length)) == ()


ALTERATIONS: list[tuple[str, Callable[[Event], Any]]] = [
    ("stream", lambda _: "con_2"),
    ("kind", lambda _: EventKind.PAUSED),
    ("at", lambda event: event.at + timedelta(microseconds=1)),
    ("by", lambda _: "somebody"),
    ("details", lambda event: {**event.details, "generation": 99}),
    ("details", lambda _: {}),
    ("details", lambda event: {"generation": str(event.details["generation"])}),
    ("hash", lambda _: "f" * 64),
]


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize(("field", "other"), ALTERATIONS)
def test_an_altered_event_is_named(place: int, field: str, other: Callable[[Event], Any]) -> None:
    stream = whole()
    stream[place] = attrs.evolve(stream[place], **{field: other(stream[place])})

    assert (place + 1, "altered") in found(stream)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_an_altered_event_with_a_new_hash_breaks_the_one_after(place: int) -> None:
    stream = whole()
    forged = attrs.evolve(stream[place], by="somebody else")
    stream[place] = events.link(forged, sequence=forged.sequence, previous=forged.previous)

    assert found(stream) == [(place + 2, "does not follow the one before")]


@pytest.mark.parametrize(
    ("kept", "breaks"),
    [
        ((2, 3, 4, 5), [(2, "events 1 to 1 missing")]),
        ((1, 3, 4, 5), [(3, "events 2 to 2 missing")]),
        ((1, 5), [(5, "events 2 to 4 missing")]),
        ((1, 3, 5), [(3, "events 2 to 2 missing"), (5, "events 4 to 4 missing")]),
        ((1, 2, 2, 3), [(2, "out of order")]),
        ((2, 1), [(2, "events 1 to 1 missing"), (1, "out of order")]),
        ((1, 3, 2, 4), [(3, "events 2 to 2 missing"), (2, "out of order"), (4, "events 3 to 3 missing")]),
    ],
)
def test_missing_and_moved_events_are_named(kept: tuple[int, ...], breaks: list[tuple[int, str]]) -> None:
    stream = whole()

    assert found([stream[number - 1] for number in kept]) == breaks


def test_an_event_of_another_chain_does_not_follow() -> None:
    other = chain([Event(stream="con_1", kind=EventKind.PAUSED, at=NOON) for _ in range(3)])

    assert found([*whole()[:2], other[2]]) == [(3, "does not follow the one before")]


def test_a_break_names_its_stream() -> None:
    assert events.verify(whole()[1:2]) == (Break(stream="con_1", sequence=2, what="events 1 to 1 missing"),)


def test_a_cut_end_looks_whole_as_documented() -> None:
    assert events.verify(whole()[:3]) == ()


@given(happenings)
def test_what_was_linked_verifies(happened: list[Event]) -> None:
    assert events.verify(chain(happened)) == ()


@given(happenings.filter(lambda happened: len(happened) > 1), st.data())
def test_no_event_can_be_removed_before_the_last_unnoticed(happened: list[Event], data: st.DataObject) -> None:
    stream = chain(happened)
    del stream[data.draw(st.integers(0, len(stream) - 2))]

    assert events.verify(stream)


@given(happenings.filter(bool), st.data())
def test_no_other_order_passes(happened: list[Event], data: st.DataObject) -> None:
    stream = chain(happened)
    shuffled = data.draw(st.permutations(stream))

    assert (events.verify(shuffled) == ()) is (shuffled == stream)


@given(details)
def test_the_order_of_the_details_does_not_matter(facts: dict[str, Any]) -> None:
    one = Event(stream="con_1", kind=EventKind.PROBED, at=NOON, details=facts)
    other = attrs.evolve(one, details=dict(reversed(facts.items())))

    assert events.fingerprint(one) == events.fingerprint(other)


def test_an_event_cannot_be_changed_from_outside() -> None:
    facts: dict[str, Any] = {"generation": 1}
    event = Event(stream="con_1", kind=EventKind.REFRESHED, at=NOON, details=facts)

    facts["generation"] = 2

    assert event.details == {"generation": 1}
    with pytest.raises(TypeError):
        event.details["generation"] = 3  # type: ignore[index]


@pytest.mark.parametrize(("stream", "about"), [("con_1", "con_1"), ("dext", None)])
def test_an_event_knows_the_connection_it_is_about(stream: str, about: str | None) -> None:
    assert Event(stream=stream, kind=EventKind.GRANT_KEPT, at=NOON).connection_id == about


def test_the_hash_of_an_event_stays_the_same_across_versions() -> None:
    event = Event(stream="con_1", kind=EventKind.CONNECTED, at=NOON, by="é", details={"b": 1, "a": None, "c": True})

    linked = events.link(event, sequence=1, previous=GENESIS)

    written = (
        f'["con_1",1,"connection.connected","2026-11-02T12:00:00+00:00","é",{{"a":null,"b":1,"c":true}},"{GENESIS}"]'
    )
    assert linked.hash == hashlib.sha256(written.encode()).hexdigest()
