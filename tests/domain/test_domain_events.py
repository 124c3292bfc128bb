"""Events: frozen facts, numbered and chained by hash."""

from __future__ import annotations

import hashlib
from typing import Any

import attrs
import pytest
from domain_samples import NOON
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import events
from qbapps.domain.events import GENESIS, Event, EventKind

details = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=3
)


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


@given(st.text(st.characters(), max_size=5), details)
def test_any_text_has_a_hash_and_another_text_another(by: str, facts: dict[str, Any]) -> None:
    one = Event(stream="con_1", kind=EventKind.PROBED, at=NOON, by=by, details={**facts, by: by})
    other = attrs.evolve(one, by=f"{by}\ud800")

    assert events.fingerprint(one) != events.fingerprint(other)


def test_half_of_a_surrogate_pair_is_not_the_whole_of_another() -> None:
    whole = Event(stream="con_1", kind=EventKind.PROBED, at=NOON, by="\U00010000")

    assert events.fingerprint(whole) != events.fingerprint(attrs.evolve(whole, by="\ud800\udc00"))


def test_no_event_is_chained_whose_text_cannot_be_written() -> None:
    with pytest.raises(UnicodeEncodeError):
        events.link(Event(stream="con_1", kind=EventKind.PROBED, at=NOON, by="\ud800"), sequence=1, previous=GENESIS)


def test_the_hash_of_an_event_stays_the_same_across_versions() -> None:
    event = Event(stream="con_1", kind=EventKind.CONNECTED, at=NOON, by="é", details={"b": 1, "a": None, "c": True})

    linked = events.link(event, sequence=1, previous=GENESIS)

    written = (
        f'["con_1",1,"connection.connected","2026-11-02T12:00:00+00:00","é",{{"a":null,"b":1,"c":true}},"{GENESIS}"]'
    )
    assert linked.hash == hashlib.sha256(written.encode()).hexdigest()
