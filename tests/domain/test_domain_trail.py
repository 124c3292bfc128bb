"""The trail: whatever is changed, removed, put in or moved is named, and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from domain_samples import DAY, NOON
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import events, trail, whole_trail
from qbapps.domain.events import GENESIS, Event, EventKind
from qbapps.domain.trail import End, Unreadable
from qbapps.domain.whole_trail import Awaited

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
    return [(each.sequence, each.what) for each in trail.verify(stream)]


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_a_whole_stream_has_no_breaks(length: int) -> None:
    assert trail.verify(whole(length)) == ()


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

    ((sequence, what),) = found(stream)
    assert (sequence, what.partition(":")[0]) == (place + 1, "altered")


@pytest.mark.parametrize("place", [0, 1, 3])
def test_an_altered_event_with_a_new_hash_breaks_the_one_after(place: int) -> None:
    stream = whole()
    forged = attrs.evolve(stream[place], by="somebody else")
    stream[place] = events.link(forged, sequence=forged.sequence, previous=forged.previous)

    assert found(stream) == [(place + 1, f"rewritten with a hash made anew: event {place + 2} followed another one")]


@pytest.mark.parametrize(
    ("kept", "breaks"),
    [
        ((2, 3, 4, 5), [(1, "missing")]),
        ((1, 3, 4, 5), [(2, "missing")]),
        ((1, 5), [(2, "missing, with all up to event 4")]),
        ((1, 3, 5), [(2, "missing"), (4, "missing")]),
        ((1, 2, 2, 3), [(2, "there a second time")]),
        ((2, 1), [(1, "out of order: it stands after event 2")]),
        ((1, 3, 2, 4), [(2, "out of order: it stands after event 3")]),
        ((1, 5, 3), [(2, "missing"), (3, "out of order: it stands after event 5"), (4, "missing")]),
    ],
)
def test_missing_and_misplaced_events_are_named(kept: tuple[int, ...], breaks: list[tuple[int, str]]) -> None:
    stream = whole()

    assert found([stream[number - 1] for number in kept]) == breaks


def test_an_event_of_another_chain_does_not_follow() -> None:
    other = chain([Event(stream="con_1", kind=EventKind.PAUSED, at=NOON) for _ in range(3)])

    assert found([*whole()[:2], other[2]]) == [(2, "rewritten with a hash made anew: event 3 followed another one")]


def test_a_first_event_that_follows_another_is_named() -> None:
    first = events.link(whole()[0], sequence=1, previous="a" * 64)

    assert found([first]) == [(1, "rewritten with a hash made anew: it follows an event although it is the first")]


@pytest.mark.parametrize(
    ("place", "changes", "what"),
    [
        (1, {"kind": EventKind.PAUSED}, "altered: only its kind, which was connection.refreshed"),
        (1, {"previous": "b" * 64}, "altered: only the hash of the event before it"),
        (0, {"previous": "b" * 64}, "altered: only the hash of the event before it"),
        (1, {"hash": "b" * 64}, "altered: only its hash"),
        (4, {"hash": "b" * 64}, "altered"),
        (1, {"details": {}, "hash": "b" * 64}, "altered"),
        (1, {"at": NOON}, "altered"),
    ],
)
def test_what_of_an_event_was_altered_is_told_where_trying_shows_it(
    place: int, changes: dict[str, Any], what: str
) -> None:
    stream = whole()
    stream[place] = attrs.evolve(stream[place], **changes)

    assert found(stream) == [(place + 1, what)]


def test_an_event_that_cannot_be_read_is_named_and_the_next_still_follows_it() -> None:
    stream: list[Any] = list(whole())
    stream[2] = Unreadable(stream="con_1", sequence=3, hash=stream[2].hash)

    assert found(stream) == [(3, "altered: it cannot be read")]


def test_an_event_whose_number_cannot_be_read_counts_as_the_missing_one_or_the_next() -> None:
    def unnumbered(hash_: str) -> Any:
        return Unreadable(stream="con_1", sequence=0, hash=hash_, is_numbered=False)

    stream: list[Any] = list(whole())
    for place in range(5):
        other = [*stream[:place], *stream[place + 1 :], unnumbered(stream[place].hash)]
        assert found(other) == [(place + 1, "altered: it cannot be read")]
    assert found([unnumbered("x"), *stream, unnumbered("y")]) == [
        (6, "altered: it cannot be read"),
        (7, "altered: it cannot be read"),
    ]
    assert found([stream[4], unnumbered("x")]) == [
        (1, "altered: it cannot be read"),
        (2, "missing, with all up to event 4"),
    ]


def test_of_a_stream_whose_name_cannot_be_read_nothing_is_missed() -> None:
    stream: list[Any] = [Unreadable(stream="b'x'", sequence=number, is_named=False) for number in (3, 7)]

    assert found(stream) == [(3, "altered: it cannot be read"), (7, "altered: it cannot be read")]


def test_a_number_below_one_was_never_written() -> None:
    assert found([attrs.evolve(whole()[0], sequence=0), *whole()]) == [
        (0, "put in: the first event of a stream is number 1")
    ]


# The whole trail, of several streams


def streams(*names: str, length: int = 4) -> list[Event]:
    return [
        event
        for name in names
        for event in chain(
            [
                Event(stream=name, kind=EventKind.REFRESHED, at=NOON, details={"number": number})
                for number in range(length)
            ]
        )
    ]


def check(kept: list[Event], *ends: End) -> list[tuple[str, int, str]]:
    """Return what is told of *kept*, read as a database would: stream by stream and in order of sequence."""
    rows = sorted(kept, key=lambda event: (event.stream, event.sequence))

    def read_stream(stream: str) -> list[Event]:
        return [event for event in rows if event.stream == stream]

    told = whole_trail.verify_all(lambda: iter(rows), [Awaited(ends, read_stream)])
    return [(one.stream, one.sequence, one.what) for one in told]


def put(kept: list[Event], place: tuple[str, int], to: tuple[str, int]) -> list[Event]:
    """Return *kept* with one event under another stream and number."""
    return [
        attrs.evolve(event, stream=to[0], sequence=to[1]) if (event.stream, event.sequence) == place else event
        for event in kept
    ]


def at(kept: list[Event], stream: str, sequence: int) -> Event:
    return next(event for event in kept if (event.stream, event.sequence) == (stream, sequence))


def test_a_whole_trail_is_whole_and_has_what_is_awaited() -> None:
    kept = streams("a", "b", "c")

    assert check(kept, *(End(stream=one.stream, sequence=4, hash=one.hash) for one in kept if one.sequence == 4)) == []


@pytest.mark.parametrize(("source", "to"), [(("a", 2), ("b", 5)), (("a", 1), ("b", 5)), (("a", 4), ("b", 5))])
def test_an_event_moved_to_another_stream_is_named_with_where_it_was_written(
    source: tuple[str, int], to: tuple[str, int]
) -> None:
    told = check(put(streams("a", "b"), source, to))

    assert ("b", 5, f"moved: it was written as event {source[1]} of a") in told
    assert [one for one in told if one[0] == "a"] == ([] if source[1] == 4 else [("a", source[1], "missing")])


def test_two_events_that_were_swapped_are_named_with_their_numbers() -> None:
    for one, other in ((2, 3), (1, 4)):
        kept = put(streams("a"), ("a", one), ("a", 9))
        kept = put(put(kept, ("a", other), ("a", one)), ("a", 9), ("a", other))

        assert check(kept) == [
            ("a", one, f"moved: it was written as event {other}"),
            ("a", other, f"moved: it was written as event {one}"),
        ]


def test_a_copy_is_told_from_what_was_moved() -> None:
    kept = streams("a", "b")

    assert check([*kept, attrs.evolve(at(kept, "a", 2), sequence=5)]) == [("a", 5, "put in: a copy of event 2")]
    assert check([*kept, attrs.evolve(at(kept, "a", 2), stream="b", sequence=5)]) == [
        ("b", 5, "put in: a copy of event 2 of a")
    ]


def test_an_event_put_in_between_is_named_and_those_after_it_too() -> None:
    kept = streams("a", length=3)
    forged = events.link(at(kept, "a", 1), sequence=2, previous=at(kept, "a", 1).hash)
    pushed = [event if event.sequence < 2 else attrs.evolve(event, sequence=event.sequence + 1) for event in kept]

    assert check([*pushed, forged]) == [
        ("a", 2, "put in: what was written in its place is event 3 of a now"),
        ("a", 3, "moved: it was written as event 2"),
        ("a", 4, "moved: it was written as event 3"),
    ]


def test_events_that_close_a_gap_are_named_with_their_numbers() -> None:
    kept = [
        attrs.evolve(event, sequence=event.sequence - (event.sequence > 2))
        for event in streams("a")
        if event.sequence != 2
    ]

    assert [what for _, _, what in check(kept)] == [
        "moved: it was written as event 3",
        "moved: it was written as event 4",
    ]


def test_a_stream_under_another_name_is_recognized_by_what_is_awaited() -> None:
    kept = [attrs.evolve(event, stream="z") for event in streams("a")]

    assert check(kept, End(stream="a", sequence=1)) == [
        ("a", 1, "missing: the whole stream"),
        *(("z", number, f"moved: it was written as event {number} of a") for number in range(1, 5)),
    ]


def test_what_only_something_kept_elsewhere_shows() -> None:
    kept = streams("a", "b", "c")
    ends = [End(stream=name, sequence=4, hash=at(kept, name, 4).hash) for name in "abc"]
    without = [event for event in kept if event.stream != "b"]
    cut = [event for event in kept if (event.stream, event.sequence) not in {("b", 3), ("b", 4)}]
    cut_once = [event for event in kept if (event.stream, event.sequence) != ("b", 4)]
    forged = chain([attrs.evolve(event, by="nobody") for event in kept if event.stream == "b"])

    assert check(without, *ends) == [("b", 1, "missing: the whole stream")]
    assert check(cut_once, *ends) == [("b", 4, "missing: the end of the stream was cut off")]
    assert check(cut, *ends) == [("b", 3, "missing, with all up to event 4: the end of the stream was cut off")]
    assert check([*without, *forged], *ends) == [
        ("b", 4, "rewritten since the checkpoint: it, or events before it, with hashes made anew")
    ]
    assert check([], *ends) == [(name, 1, "missing: the whole stream") for name in "abc"]


@pytest.mark.parametrize("order", ["abc", "cba", "bca", "acb"])
def test_what_is_awaited_may_come_in_any_order_and_new_streams_disturb_nothing(order: str) -> None:
    kept = streams("a", "b", "c", "d", "aa")
    ends = [End(stream=name, sequence=3, hash=at(kept, name, 3).hash) for name in order]
    cut = [event for event in kept if event.stream != "b"]

    assert check(kept, *ends) == []
    assert check(cut, *ends) == [("b", 1, "missing: the whole stream")]


def test_an_event_that_is_altered_already_is_not_told_twice() -> None:
    kept = streams("a")
    end = End(stream="a", sequence=2, hash=at(kept, "a", 2).hash)
    altered = [attrs.evolve(event, hash="c" * 64) if event.sequence == 2 else event for event in kept]

    assert check(altered, end) == [("a", 2, "altered: only its hash")]


# Laws


def test_a_cut_end_looks_whole_as_documented() -> None:
    assert trail.verify(whole()[:3]) == ()


@given(happenings)
def test_what_was_linked_verifies(happened: list[Event]) -> None:
    assert trail.verify(chain(happened)) == ()


@given(happenings.filter(lambda happened: len(happened) > 1), st.data())
def test_no_event_can_be_removed_before_the_last_unnoticed(happened: list[Event], data: st.DataObject) -> None:
    stream = chain(happened)
    del stream[data.draw(st.integers(0, len(stream) - 2))]

    assert trail.verify(stream)


@given(happenings.filter(bool), st.data())
def test_no_other_order_passes(happened: list[Event], data: st.DataObject) -> None:
    stream = chain(happened)
    shuffled = data.draw(st.permutations(stream))

    assert (trail.verify(shuffled) == ()) is (shuffled == stream)
