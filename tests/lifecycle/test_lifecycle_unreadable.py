"""What nobody can read in the trail: named, while everything else is checked all the same, on both databases."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from lifecycle_kept import STREAMS, Kept

from qbapps.errors import StoreError

UNREADABLE = "altered: it cannot be read"
ALTERED = "altered"

# No value of a text column in an event; SQLite keeps all of them anywhere.
NO_TEXTS = ["x'ff'", "x''", "x'636f6e5f62'", "cast(x'ff' as text)", "cast(x'61eda08062' as text)", "zeroblob(70000)"]
NO_NUMBERS = [*NO_TEXTS, "'zzz'", "''", "'2 '||char(0)", "1.5", "2.5", "-0.5", "9e999", "-9e999", "1e300"]
NO_INSTANTS = [
    *NO_TEXTS,
    "'garbage'",
    "''",
    "5",
    "1.5",
    "'2020-13-01 00:00:00.000000'",
    "'2026-11-02 12:00:00+05:00'",
]
NO_DETAILS = [
    "'nope'",
    "''",
    "'{'",
    "'5'",
    "'null'",
    "'[1]'",
    """'[["number",1]]'""",
    """'{"number":2,"number":1}'""",
    """'{"note":"\\ud800"}'""",
    """'{"\\ud800":1}'""",
    """'{"number":[1]}'""",
    """'{"number":{}}'""",
    f"""'{{"number":{"[" * 500}{"]" * 500}}}'""",
    f"""'{{"number":{"[" * 100_000}{"]" * 100_000}}}'""",
    f"""'{{"number":{"9" * 5000}}}'""",
]
OTHER_DETAILS = ["'{}'", """'{"number":1e400}'""", """'{"number":NaN}'""", """'{"number":1.0}'"""]

IN_SQLITE = [
    *(("kind", value, UNREADABLE) for value in (*NO_TEXTS, "'zzz'", "''", "5", "'a'||char(0)")),
    *(("at", value, UNREADABLE) for value in NO_INSTANTS),
    *(("by", value, UNREADABLE) for value in NO_TEXTS),
    *(("by", value, ALTERED) for value in ("''", "5", "'a'||char(0)||'b'", "1e300")),
    *(("details", value, UNREADABLE) for value in (*NO_TEXTS, *NO_DETAILS, "5", "1.5")),
    *(("details", value, ALTERED) for value in OTHER_DETAILS),
    *(("previous", value, UNREADABLE) for value in NO_TEXTS),
    *(("previous", value, "altered: only the hash of the event before it") for value in ("''", "5", "'zzz'")),
    *(("hash", value, UNREADABLE) for value in NO_TEXTS),
    *(("hash", value, "altered: only its hash") for value in ("''", "5", "'zzz'")),
    *(("sequence", value, UNREADABLE) for value in NO_NUMBERS),
]
IN_POSTGRESQL = [
    *(("kind", value, UNREADABLE) for value in ("'zzz'", "''")),
    *(
        ("at", value, UNREADABLE)
        for value in ("'infinity'", "'-infinity'", "'0044-03-15 12:00+00 BC'", "'20000-01-01'", "'0001-01-01 00:00+00'")
    ),
    ("at", "'9999-12-31 23:59+00'", UNREADABLE),
    *(("at", value, ALTERED) for value in ("'0001-02-01'", "'9999-12-01'")),
    *(("by", value, ALTERED) for value in ("''", "'zzz'")),
    *(("details", value, UNREADABLE) for value in NO_DETAILS),
    *(("details", value, ALTERED) for value in OTHER_DETAILS),
    *(("previous", value, "altered: only the hash of the event before it") for value in ("''", "'zzz'")),
    *(("hash", value, "altered: only its hash") for value in ("''", "'zzz'")),
]


def check_is_named(kept: Kept, column: str, value: str, what: str) -> None:
    """Put *value* into the second and the last event of a stream, where others were altered too."""
    kept.put("dext", 3, "by", "'nobody'")
    kept.put("con_b", 2, column, value)
    expected = [("con_b", 2, what), ("dext", 3, ALTERED)]
    assert kept.breaks(compared=False) == expected
    assert kept.breaks() == expected

    kept.put("con_a", 4, column, value)
    # What follows an event is what shows that only its hash was altered.
    last = ALTERED if column == "hash" and what != UNREADABLE else what
    expected = [("con_a", 4, last), *expected]
    assert kept.breaks(compared=False) == expected
    assert kept.breaks() == expected


@pytest.mark.parametrize(("column", "value", "what"), IN_SQLITE)
def test_a_value_that_is_none_in_sqlite_is_named(kept_file: Kept, column: str, value: str, what: str) -> None:
    check_is_named(kept_file, column, value, what)


@pytest.mark.parametrize(("column", "value", "what"), IN_POSTGRESQL)
def test_a_value_that_is_none_in_postgresql_is_named(kept_server: Kept, column: str, value: str, what: str) -> None:
    check_is_named(kept_server, column, value, what)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x'ff'", r"b'\xff'"),
        ("x''", "b''"),
        ("cast(stream as blob)", "b'con_b'"),
        ("cast(x'636f6e5fff' as text)", r"con_\udcff"),
        ("cast(x'eda080' as text)", r"\udced\udca0\udc80"),
    ],
)
def test_a_stream_whose_name_cannot_be_read_is_named_as_it_can_be(kept_file: Kept, value: str, shown: str) -> None:
    kept_file.put("con_b", 2, "stream", value)
    expected = sorted([("con_b", 2, "missing"), (shown, 2, UNREADABLE)])
    assert kept_file.breaks(compared=False) == kept_file.breaks() == expected

    for number in (1, 3, 4):
        kept_file.put("con_b", number, "stream", value)
    expected = [(shown, number, UNREADABLE) for number in (1, 2, 3, 4)]
    assert kept_file.breaks(compared=False) == expected
    assert kept_file.breaks() == sorted([*expected, ("con_b", 1, "missing: the whole stream")])


def test_events_of_which_no_number_can_be_read_count_as_the_missing_ones(kept_file: Kept) -> None:
    for number in (1, 2, 3, 4):
        kept_file.put("con_b", number, "sequence", f"'no. {number}'")

    expected = [("con_b", number, UNREADABLE) for number in (1, 2, 3, 4)]
    assert kept_file.breaks(compared=False) == kept_file.breaks() == expected


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("column", ["stream", "sequence"])
@pytest.mark.parametrize("value", [*NO_NUMBERS, "-5", "9223372036854775807"])
def test_pages_that_end_on_what_cannot_be_read_go_on_after_it(
    kept_file: Kept, monkeypatch: pytest.MonkeyPatch, value: str, column: str, page: int
) -> None:
    kept_file.put("con_b", 2, column, value)
    kept_file.put("dext", 3, "by", "'nobody'")
    whole = list(kept_file.qb._ports.store.trail())
    breaks = kept_file.breaks()

    monkeypatch.setattr("qbapps.store.trail.PAGE", page)

    assert list(kept_file.qb._ports.store.trail()) == whole
    assert len(whole) == 4 * len(STREAMS)
    assert kept_file.breaks() == breaks
    assert ("dext", 3, ALTERED) in breaks


def test_reading_events_names_the_one_that_cannot_be_read(kept: Kept) -> None:
    kept.put("con_b", 2, "kind", "'zzz'")

    with pytest.raises(StoreError, match="Event 2 of con_b could not be understood while reading events") as refusal:
        list(kept.qb.events())
    assert refusal.value.connection_id == "con_b"
    assert [event.sequence for event in kept.qb.events("dext")] == [1, 2, 3, 4]


@pytest.mark.parametrize(("column", "value", "named"), [
    ("sequence", "'zzz'", "An event whose number cannot be read, of dext"),
    ("stream", "x'ff'", r"Event 2 of b'\\xff'"),
])  # fmt: skip
def test_reading_events_names_as_much_as_can_be_read(kept_file: Kept, column: str, value: str, named: str) -> None:
    kept_file.put("dext", 2, column, value)

    with pytest.raises(StoreError, match=named) as refusal:
        list(kept_file.qb.events())
    assert refusal.value.connection_id is None


@pytest.mark.parametrize("column", ["stream", "sequence", "details", "hash"])
def test_a_checkpoint_is_made_of_what_can_be_read(kept_file: Kept, column: str) -> None:
    kept_file.put("con_b", 4, column, "x'ff'")
    breaks = kept_file.breaks(compared=False)

    made = kept_file.qb.checkpoint_events(kept_file.checkpoint)

    assert [(one.stream, one.sequence, one.what) for one in made.breaks] == breaks
    assert (made.streams, made.events) == (len(STREAMS), 4 * len(STREAMS))
    ends = map(json.loads, kept_file.checkpoint.read_text(encoding="utf-8").splitlines()[1:-1])
    last = 3 if column in ("stream", "sequence") else 4
    assert {end["stream"]: end["sequence"] for end in ends} == {**dict.fromkeys(STREAMS, 4), "con_b": last}
    assert kept_file.breaks() == breaks


def test_the_usual_texts_are_read_again_after_others(kept_file: Kept) -> None:
    """The connection that gave text that is none goes back to the pool as it was."""
    kept_file.put("con_b", 4, "by", "cast(x'ff' as text)")
    before = [kept_file.breaks() for _ in range(3)]

    assert all(one == other for one, other in pairwise(before))
    with pytest.raises(StoreError):
        kept_file.qb._ports.store.latest_events("con_b")
