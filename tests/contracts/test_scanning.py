"""Frames of tables: the same rows and types whatever the database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from samples import LATER, NOW, REALM, connection, event, full_connection, full_records, next_version, save
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from qbapps.domain.parties import App, Client, Firm, Person
from qbapps.store import scanning
from qbapps.store.columns import Absent, Instant, Texts
from qbapps.store.opening import open_store
from qbapps.store.scanning import SqlTables
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

INSTANT = pl.Datetime("us", "UTC")


def by_id(frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in frame.iter_rows(named=True)}


def ids(frame: pl.DataFrame) -> list[str]:
    return sorted(frame["id"])


def test_a_row_is_what_was_saved(store: SqlStore) -> None:
    kept = full_connection()
    save(store, kept)

    row = store.tables.frame("connections").row(0, named=True)

    assert kept.owner is not None
    assert row == {
        "id": "con_0001",
        "kind": "desktop",
        "app_id": "dext",
        "environment": "production",
        "realm_id": REALM,
        "company_name": "Cabinet Durand",
        "owner_sub": "sub-1",
        "owner_email": "Jean.Straße@Durand.example",
        "owner_email_folded": "jean.strasse@durand.example",
        "owner_name": "Jean",
        "owner_role": "primary_admin",
        "state": "needs_reconnect",
        "reach": "hand",
        "reference": "tenant-42",
        "scopes": ["a", "b"],
        "grant": 3,
        "generation": 12_345_678_901,
        "connected_at": NOW,
        "refreshed_at": NOW,
        "access_expires_at": NOW,
        "refresh_expires_at": LATER,
        "refresh_hard_expires_at": LATER,
        "disconnected_at": LATER,
        "cause": "refused",
        "last_used_on": date(2026, 2, 3),
        "probed_at": NOW,
        "paused_at": NOW,
        "version": 1,
    }


def test_whatever_a_text_holds_comes_back(store: SqlStore) -> None:
    names = ['L\'Étoile "du" Nord', "a,b;c\td\ne\r\n", "日本 🥐", "\\x00 \\N %s :name", " ", "'", "x" * 100_000]
    save(store, *(connection(n, company_name=name) for n, name in enumerate(names, 1)))

    assert sorted(store.tables.frame("connections")["company_name"]) == sorted(names)


@pytest.mark.parametrize("name", ["\x1f", "a\x1fb", "\x1f\x1f", "\x1e", "\x1d"])
def test_a_text_may_have_inside_what_separates_texts(store: SqlStore, name: str) -> None:
    save(store, connection(1, company_name=name), connection(2, company_name="b"), connection(3))

    found = by_id(store.tables.frame("connections"))

    assert [found[f"con_000{n}"]["company_name"] for n in (1, 2, 3)] == [name, "b", None]
    assert found["con_0001"]["realm_id"] == "9130350000000001"


@pytest.mark.parametrize("last", [None, "b"], ids=["all alike", "one differs"])
@pytest.mark.parametrize("absent", [None, ""])
def test_a_text_that_is_absent_is_null(store: SqlStore, absent: str | None, last: str | None) -> None:
    save(store, *(connection(n, company_name=absent) for n in (1, 2, 3)), connection(4, company_name=last))

    found = store.tables.frame("connections")

    assert sorted(found["company_name"].fill_null("-")) == ["-", "-", "-", last or "-"]


@pytest.mark.parametrize(
    "names", [("a", "a", "b"), ("a", "b", "a"), ("b", "a", "a"), ("é", "e", "é"), ("aa", "a", "aaa")]
)
def test_texts_that_are_nearly_alike_are_told_apart(store: SqlStore, names: tuple[str, ...]) -> None:
    save(store, *(connection(n, company_name=name) for n, name in enumerate(names)))

    found = by_id(store.tables.frame("connections"))

    assert tuple(found[f"con_{n:04}"]["company_name"] for n in range(3)) == names


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2000, 2, 29, 12, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    ids=str,
)
def test_an_instant_and_a_day_of_any_year_come_back(store: SqlStore, at: datetime) -> None:
    save(store, connection(1, connected_at=at, last_used_on=at.date()), connection(2), connection(3, connected_at=NOW))

    found = by_id(store.tables.frame("connections"))

    assert [found[f"con_000{n}"]["connected_at"] for n in (1, 2, 3)] == [at, None, NOW]
    assert [found[f"con_000{n}"]["last_used_on"] for n in (1, 2, 3)] == [at.date(), None, None]


def test_lists_of_texts_come_back(store: SqlStore) -> None:
    lists = [(), ("a",), ("é", 'quo"te', "a,b"), ("a",), ()]
    save(store, *(connection(n, scopes=scopes) for n, scopes in enumerate(lists)))

    found = by_id(store.tables.frame("connections"))

    assert [tuple(found[f"con_{n:04}"]["scopes"]) for n in range(5)] == lists


@pytest.mark.parametrize("name", scanning.NAMES)
@pytest.mark.parametrize("firm_id", [None, "durand"])
def test_a_frame_has_its_types_with_rows_and_without(store: SqlStore, name: str, firm_id: str | None) -> None:
    empty = store.tables.frame(name, firm_id=firm_id)
    save(store, *full_records(), events=(event(),))

    full = store.tables.frame(name, firm_id=firm_id)

    assert empty.is_empty()
    assert dict(empty.schema) == dict(full.schema) == {column.name: expected(column.type) for column in columns(name)}
    assert [frame.schema for frame in store.tables.frames(name, firm_id=firm_id)] == [full.schema]


def columns(name: str) -> Any:
    return scanning.table_named(name).c


def expected(kind: Any) -> Any:
    if isinstance(kind, Instant):
        return INSTANT
    if isinstance(kind, Texts):
        return pl.List(pl.String)
    if isinstance(kind, Absent):
        return pl.String
    return {"BIGINT": pl.Int64, "DATE": pl.Date, "BOOLEAN": pl.Boolean}.get(str(kind), pl.String)


def test_every_record_is_in_the_frame_of_its_table(store: SqlStore) -> None:
    save(store, *full_records(), events=(event(), event(details={"é": [1]})))

    sizes = {name: store.tables.frame(name).height for name in scanning.NAMES}

    assert {name for name, size in sizes.items() if size} >= {"apps", "firms", "clients", "people", "tasks"}
    assert sizes["connections"] == sizes["transfers"] == sizes["disconnections"] == 1
    assert store.tables.frame("events")["details"].to_list()[-1] == '{"\\u00e9": [1]}'


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_pages_make_up_the_table(store: SqlStore, rows: int) -> None:
    save(store, *(connection(n, reference=str(n)) for n in range(1, 8)))

    pages = list(store.tables.frames("connections", rows=rows))

    assert [page.height for page in pages] == [min(rows, 7 - start) for start in range(0, 7, rows)]
    assert ids(pl.concat(pages)) == [f"con_{n:04}" for n in range(1, 8)]
    assert ids(store.tables.frame("connections")) == ids(pl.concat(pages))


@pytest.mark.parametrize("rows", [1, 2, 5, 100])
def test_pages_go_by_every_part_of_a_key(store: SqlStore, rows: int) -> None:
    firms = [Firm(id=name, name=name) for name in ("a", "b", "c")]
    clients = [Client(firm_id=firm.id, realm_id=str(n), name=f"{firm.id}{n}") for firm in firms for n in (1, 2, 3)]
    save(store, *firms, *clients)
    events = [event(stream) for stream in ("con_1", "con_2") for _ in range(12)]
    save(store, events=tuple(events))

    names = [name for page in store.tables.frames("clients", rows=rows) for name in page["name"]]
    numbers = [
        one for page in store.tables.frames("events", rows=rows) for one in page.select("stream", "sequence").rows()
    ]

    assert sorted(names) == sorted(one.name for one in clients)
    assert sorted(numbers) == [(stream, n) for stream in ("con_1", "con_2") for n in range(1, 13)]


def test_pages_of_less_than_a_row_are_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        store.tables.frames("connections", rows=0)


@pytest.fixture
def two_firms(store: SqlStore) -> SqlStore:
    """Two firms that share a client; a company of nobody's."""
    people = [
        Person(id="per_1", email="a@a.example", firm_id="a"),
        Person(id="per_2", email="b@b.example", firm_id="b"),
        Person(id="per_3", email="c@c.example", realm_id="11"),
        Person(id="per_4", email="d@d.example", realm_id="99"),
        Person(id="per_5", email="e@e.example", firm_id="b", realm_id="11"),
    ]
    app = App(id="dext", name="Dext", environment=Environment.SANDBOX, registered_at=NOW)
    save(
        store,
        app,
        Firm(id="a", name="A", realm_id="10"),
        Firm(id="b", name="B' OR '1'='1", realm_id="20"),
        *(Client(firm_id=firm, realm_id=realm, name="x") for firm, realm in (("a", "11"), ("a", "12"), ("b", "12"))),
        *people,
        *(connection(n, id=f"con_{n}", realm_id=str(n)) for n in (10, 11, 12, 20, 99)),
        events=(event("con_10"), event("con_20"), event("dext")),
    )
    return store


@pytest.mark.parametrize(
    ("name", "column", "seen"),
    [
        ("connections", "realm_id", {"a": ["10", "11", "12"], "b": ["12", "20"], "c": []}),
        ("firms", "id", {"a": ["a"], "b": ["b"], "c": []}),
        ("clients", "realm_id", {"a": ["11", "12"], "b": ["12"], "c": []}),
        ("people", "id", {"a": ["per_1", "per_3"], "b": ["per_2", "per_5"], "c": []}),
        ("events", "stream", {"a": ["con_10"], "b": ["con_20"], "c": []}),
        ("apps", "id", {"a": ["dext"], "b": ["dext"], "c": ["dext"]}),
    ],
)
def test_a_firm_sees_what_is_its_own(two_firms: SqlStore, name: str, column: str, seen: dict[str, list[str]]) -> None:
    tables = two_firms.tables

    assert {firm: sorted(tables.frame(name, firm_id=firm)[column]) for firm in seen} == seen
    for firm, wanted in seen.items():
        pages = list(tables.frames(name, firm_id=firm, rows=1))
        assert sorted(pl.concat(pages)[column]) == wanted


@pytest.mark.parametrize("firm_id", ["'", "a' OR 'a'='a", "a\x1f", "%", ":x", "%(a)s"])
def test_the_name_of_a_firm_is_a_value_and_never_sql(two_firms: SqlStore, firm_id: str) -> None:
    assert two_firms.tables.frame("connections", firm_id=firm_id).is_empty()
    assert [page.height for page in two_firms.tables.frames("clients", firm_id=firm_id)] == [0]


def test_what_is_written_between_pages_makes_no_row_come_twice(store: SqlStore) -> None:
    save(store, *(connection(n) for n in range(10, 40, 2)))
    at_first = set(store.tables.frame("connections")["id"])

    came: list[str] = []
    for number, page in enumerate(store.tables.frames("connections", rows=4)):
        came.extend(page["id"])
        save(store, connection(number), connection(11 + 2 * number), connection(100 + number))
        save(store, next_version(store.connection(f"con_{number}".replace("con_", "con_000"))))

    assert len(came) == len(set(came))
    assert at_first <= set(came)


def test_rows_removed_between_pages_are_passed_over(store: SqlStore) -> None:
    save(store, *(connection(n) for n in range(1, 13)))

    came: list[str] = []
    for page in store.tables.frames("connections", rows=4):
        came.extend(page["id"])
        with store._writer.begin() as work:
            work.execute(text("DELETE FROM connections WHERE id IN ('con_0004', 'con_0005', 'con_0012')"))

    assert came == [f"con_{n:04}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11)]


def test_nothing_is_held_between_pages(url: str) -> None:
    """Somebody else may even change the schema."""
    store, other = open_store(url), open_store(url)
    save(store, *(connection(n) for n in range(1, 5)))

    pages = store.tables.frames("connections", rows=2)
    next(pages)
    assert store._engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with other._writer.begin() as work:
        work.execute(text("ALTER TABLE connections ADD COLUMN stranger VARCHAR"))

    assert ids(next(pages)) == ["con_0003", "con_0004"]
    store.close()
    other.close()


def test_a_whole_table_is_of_one_instant(url: str) -> None:
    store, other = open_store(url), open_store(url)
    save(store, *(connection(n) for n in range(1, 8)))

    def write_meanwhile(_connection: object, _cursor: object, statement: str, *_told: object) -> None:
        """After the first statement that reads."""
        if "SELECT" in statement and not other.connection("con_0100"):
            save(other, connection(100), *(next_version(connection(n)) for n in range(1, 8)))

    sqlalchemy_event.listen(store._engine, "after_cursor_execute", write_meanwhile)
    frame = SqlTables(store._engine, page=2).frame("connections")

    assert other.connection("con_0100")
    assert ids(frame) == [f"con_{n:04}" for n in range(1, 8)]
    assert frame["version"].to_list() == [1] * 7
    store.close()
    other.close()
