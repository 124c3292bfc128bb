"""Checkpoints of the trail: what a chain of hashes cannot show by itself, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from lifecycle_kept import KEY, STREAMS, Kept

import qbapps
from qbapps.domain import events
from qbapps.domain.events import GENESIS
from qbapps.errors import ConfigurationError, SealBroken
from qbapps.vault import new_key


def test_a_checkpoint_says_what_there_is(kept: Kept) -> None:
    again = kept.checkpoint.with_name("again")
    made = kept.qb.checkpoint_events(again)

    assert (made.streams, made.events, made.is_whole) == (len(STREAMS), 4 * len(STREAMS), True)
    head, *lines, sums = map(json.loads, again.read_text(encoding="utf-8").splitlines())
    assert head["qbapps_checkpoint"] == 1
    assert {line["stream"]: line["sequence"] for line in lines} == dict.fromkeys(STREAMS, 4)
    assert (sums["digest"], sums["events"]) == (made.digest, made.events)
    assert sorted(path.name for path in again.parent.glob("*again*")) == ["again"], "nothing is left beside it"


def test_a_trail_that_went_on_agrees_with_its_checkpoint(kept: Kept) -> None:
    kept.tell("con_a", "dext", "new", "Zzz", "0", times=3)

    assert kept.breaks() == []


@pytest.mark.parametrize("stream", STREAMS)
def test_a_cut_end_and_a_stream_that_is_gone_are_named(kept: Kept, stream: str) -> None:
    kept.tell("con_a", "Aaa", "new")
    kept.sql("DELETE FROM events WHERE stream = :stream AND sequence > 2", stream=stream)
    assert kept.breaks(compared=False) == []
    assert kept.breaks() == [(stream, 3, "missing, with all up to event 4: the end of the stream was cut off")]

    kept.sql("DELETE FROM events WHERE stream = :stream", stream=stream)
    assert kept.breaks() == [(stream, 1, "missing: the whole stream")]


def test_a_stream_that_was_written_anew_with_hashes_that_fit_is_named(kept: Kept) -> None:
    previous = GENESIS
    for event in list(kept.qb.events("dext")):
        forged = events.link(attrs.evolve(event, by="nobody"), sequence=event.sequence, previous=previous)
        previous = forged.hash
        kept.sql(
            'UPDATE events SET "by" = :by, previous = :previous, hash = :hash WHERE stream = :stream AND sequence = :n',
            by=forged.by,
            previous=forged.previous,
            hash=forged.hash,
            stream="dext",
            n=forged.sequence,
        )

    assert kept.breaks(compared=False) == []
    assert kept.breaks() == [
        ("dext", 4, "rewritten since the checkpoint: it, or events before it, with hashes made anew")
    ]


def test_one_event_with_a_hash_made_anew_is_named_without_a_checkpoint(kept: Kept) -> None:
    second = list(kept.qb.events("dext"))[1]
    forged = events.link(attrs.evolve(second, by="nobody"), sequence=2, previous=second.previous)
    kept.sql(
        'UPDATE events SET "by" = :by, hash = :hash WHERE stream = :stream AND sequence = 2',
        by=forged.by,
        hash=forged.hash,
        stream="dext",
    )

    assert kept.breaks(compared=False) == [("dext", 2, "rewritten with a hash made anew: event 3 followed another one")]


def test_a_checkpoint_of_a_trail_that_is_not_whole_says_so(kept: Kept) -> None:
    kept.sql("DELETE FROM events WHERE stream = 'dext' AND sequence = 2")

    made = kept.qb.checkpoint_events(kept.checkpoint.with_name("again"))

    assert not made.is_whole
    assert [(one.stream, one.sequence, one.what) for one in made.breaks] == [("dext", 2, "missing")]


@pytest.mark.parametrize(
    "alter",
    [
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[0], lines[1].replace('"sequence":4', '"sequence":3'), *lines[2:]],
        lambda lines: [*lines[:1], *reversed(lines[1:-1]), lines[-1]],
        lambda lines: [*lines[:-1], lines[-1].replace('"events":20', '"events":21')],
        lambda lines: [*lines[:-1], lines[-1].replace("v1.", "v2.")],
        lambda lines: ["{}\n", *lines],
    ],
)
def test_an_altered_checkpoint_is_refused(kept: Kept, alter) -> None:
    lines = kept.checkpoint.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = alter(lines)
    assert changed != lines
    kept.checkpoint.write_text("".join(changed), encoding="utf-8")

    with pytest.raises(SealBroken, match=r"trail\.checkpoint is not what was written"):
        kept.breaks()


@pytest.mark.parametrize("content", ["", "{}\n", "nonsense", '{"qbapps_checkpoint": 1}\n', "[1]\n", "\xff"])
def test_what_is_no_checkpoint_is_refused(kept: Kept, content: str) -> None:
    kept.checkpoint.write_bytes(content.encode("latin-1"))

    with pytest.raises(ConfigurationError, match="no checkpoint"):
        kept.breaks()


def test_a_checkpoint_that_was_cut_off_or_is_not_there_is_refused(kept: Kept, tmp_path: Path) -> None:
    lines = kept.checkpoint.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.checkpoint.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not all of one"):
        kept.breaks()

    with pytest.raises(ConfigurationError, match="cannot be read"):
        kept.qb.verify_events(checkpoint=tmp_path / "nobody")
    with pytest.raises(ConfigurationError, match="There is no folder"):
        kept.qb.checkpoint_events(tmp_path / "nobody" / "file")


def test_a_checkpoint_is_good_as_long_as_its_key_is_held(kept: Kept) -> None:
    other = new_key().reveal()
    with qbapps.open(kept.url, key=[other, KEY]) as both:
        assert both.verify_events(checkpoint=kept.checkpoint) == ()
    with qbapps.open(kept.url, key=other) as without, pytest.raises(SealBroken):
        without.verify_events(checkpoint=kept.checkpoint)
