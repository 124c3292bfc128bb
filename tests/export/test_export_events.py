"""The trail as JSON lines: whole, and checked without a store."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import qbapps
from qbapps.domain import events
from qbapps.domain.events import GENESIS, Event, EventKind
from qbapps.errors import ConfigurationError
from qbapps.export import events_jsonl

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def trail(*streams: str, length: int = 4) -> list[Event]:
    made = []
    for stream in streams:
        previous = GENESIS
        for number in range(1, length + 1):
            told = Event(
                stream=stream,
                kind=EventKind.REFRESHED,
                at=NOON + timedelta(microseconds=number),
                by="é\u2028",
                details={"generation": number, "why": None, "last": number == length},
            )
            made.append(events.link(told, sequence=number, previous=previous))
            previous = made[-1].hash
    return made


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return events_jsonl.write_events(tmp_path / "events.jsonl", trail("con_a", "con_b"))


def told(path: Path) -> list[tuple[str, int, str]]:
    return [(one.stream, one.sequence, one.what) for one in qbapps.verify_exported(path)]


def rewrite(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    lines = path.read_bytes().decode().split("\n")[:-1]
    path.write_text("".join(f"{line}\n" for line in change(lines)), encoding="utf-8", newline="\n")


def changed(line: str, **values: object) -> str:
    return json.dumps({**json.loads(line), **values}, ensure_ascii=False)


def test_a_file_has_one_event_a_line_with_its_hashes_and_can_be_read_back(written: Path) -> None:
    lines = written.read_bytes().splitlines()

    assert len(lines) == 8
    assert set(json.loads(lines[0])) == {"stream", "sequence", "kind", "at", "by", "details", "previous", "hash"}
    assert list(events_jsonl.read_events(written)) == trail("con_a", "con_b")
    assert told(written) == []


def ascii_changed(line: str, **values: object) -> str:
    """Escape what is not ASCII: a half of a surrogate pair can be written in no other way."""
    return json.dumps({**json.loads(line), **values})


def nested(depth: int) -> object:
    made: object = 1
    for _ in range(depth):
        made = [made]
    return made


UNREADABLE_VALUES: list[dict[str, object]] = [
    *(
        {name: value}
        for name in ("stream", "kind", "by", "previous", "hash")
        for value in ("\ud800", "a\udfff", 5, True, [], {}, nested(800))
    ),
    *({name: None} for name in ("stream", "sequence", "kind", "at", "details", "previous", "hash")),
    *({"sequence": value} for value in (2.0, True, "", [], nested(800))),
    *({"at": value} for value in ("\ud800", 5, "infinity", [], "0001-01-01T00:00:00+00:00x")),
    *(
        {"details": value}
        for value in ({"x": "\ud800"}, {"\ud800": 1}, {"x": nested(800)}, {"x": {}}, [["x", 1]], "x", 5)
    ),
]


ALTERATIONS: list[tuple[Callable[[list[str]], list[str]], list[tuple[str, int, str]]]] = [
    (lambda lines: [*lines[:1], *lines[2:]], [("con_a", 2, "missing")]),
    (lambda lines: [lines[1], lines[0], *lines[2:]], [("con_a", 1, "out of order: it stands after event 2")]),
    (lambda lines: [lines[0], *lines], [("con_a", 1, "there a second time")]),
    (lambda lines: [*lines[:1], changed(lines[1], by="nobody"), *lines[2:]], [("con_a", 2, "altered")]),
    (
        lambda lines: [*lines[:1], changed(lines[1], details={"generation": 2.0}), *lines[2:]],
        [("con_a", 2, "altered")],
    ),
    (
        lambda lines: [*lines[:1], changed(lines[1], kind="no.such"), *lines[2:]],
        [("con_a", 2, "altered: it cannot be read")],
    ),
    (
        lambda lines: [*lines[:1], changed(lines[1], at="2026-11-02T12:00:00.000002Z"), *lines[2:]],
        [("con_a", 2, "altered: it cannot be read")],
    ),
    (
        lambda lines: [*lines[:1], changed(lines[1], at="2026-11-02T12:00:00.000002"), *lines[2:]],
        [("con_a", 2, "altered: it cannot be read")],
    ),
    (
        lambda lines: [*lines[:1], changed(lines[1], note="x"), *lines[2:]],
        [("con_a", 2, "altered: it cannot be read")],
    ),
    (
        lambda lines: [*lines[:1], lines[1].replace('"by"', '"by": "nobody", "by"'), *lines[2:]],
        [("con_a", 2, "altered: it cannot be read")],
    ),
    *(
        (
            lambda lines, values=values: [*lines[:1], ascii_changed(lines[1], **values), *lines[2:]],
            [("con_a", 2, "altered: it cannot be read")],
        )
        for values in UNREADABLE_VALUES
    ),
    (lambda lines: [*lines[:1], "nonsense", *lines[2:]], [("con_a", 2, "altered: it cannot be read")]),
    (
        lambda lines: [*lines[:1], changed(lines[1], sequence="2"), *lines[2:]],
        [("con_a", 2, "altered: it cannot be read")],
    ),
]


@pytest.mark.parametrize(("change", "expected"), ALTERATIONS)
def test_a_line_that_is_not_what_was_written_is_named(
    written: Path, change: Callable[[list[str]], list[str]], expected: list[tuple[str, int, str]]
) -> None:
    rewrite(written, change)

    assert told(written) == expected


def test_a_line_that_was_moved_to_another_stream_is_recognized(written: Path) -> None:
    rewrite(written, lambda lines: [*lines[:4], changed(lines[5], stream="con_a", sequence=5), lines[4], *lines[6:]])

    assert told(written) == [
        ("con_a", 5, "moved: it was written as event 2 of con_b"),
        ("con_b", 2, "missing"),
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\n\n", b"{}\n", b"[" * 100_000])
def test_a_file_of_something_else_is_not_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)

    assert told(path)[0] == ("", 1, "altered: it cannot be read")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        qbapps.verify_exported(tmp_path / "nobody")


def test_what_fails_midway_leaves_the_file_as_it_was(written: Path) -> None:
    before = written.read_bytes()

    def broken():
        yield from trail("con_c")
        raise OSError("the database")

    with pytest.raises(OSError, match="the database"):
        events_jsonl.write_events(written, broken())

    assert written.read_bytes() == before
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_the_facade_writes_everything_or_one_stream(tmp_path: Path) -> None:
    with qbapps.open("sqlite://", key="Zm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGxvbmchISE=") as qb:
        qb.register_app("dext", client_id="id", client_secret="shh", redirect_uri="http://localhost:8400/callback")
        qb.register_app("hand")
        inventory = tmp_path / "inventory.csv"
        inventory.write_text(
            "Level,Company,Company no.,App,Owner,Status\nClient,Bakery,9130350000000100,PayFit,j@d.example,Connected\n",
            encoding="utf-8",
        )
        qb.add_firm("durand", name="Durand")
        (taken,) = qb.import_inventory(inventory, firm="durand").taken
        whole = qb.write_events(tmp_path / "all.jsonl")
        one = qb.write_events(str(tmp_path / "one.jsonl"), taken.id)

        assert list(events_jsonl.read_events(whole)) == list(qb.events())
        assert list(events_jsonl.read_events(one)) == list(qb.events(taken.id))
        assert told(whole) == told(one) == []
        with pytest.raises(qbapps.NotFoundError):
            qb.write_events(tmp_path / "none.jsonl", "con_nobody")
        with pytest.raises(ConfigurationError, match="There is no folder"):
            qb.write_events(tmp_path / "nobody" / "all.jsonl")
        assert not (tmp_path / "none.jsonl").exists()
