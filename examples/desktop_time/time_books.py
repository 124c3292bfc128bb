"""What the app itself keeps: customers, lists to choose from, people and their hours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import attrs

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT, id TEXT, name TEXT NOT NULL, is_ours INTEGER NOT NULL, for_all INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS people (
    name TEXT PRIMARY KEY, id TEXT, is_archived INTEGER NOT NULL DEFAULT 0, payroll_item TEXT
);
CREATE TABLE IF NOT EXISTS shifts (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, day TEXT NOT NULL, minutes INTEGER NOT NULL, customer TEXT,
    service_item TEXT, class TEXT, is_billable INTEGER, notes TEXT, job_id TEXT, txn_id TEXT, problem TEXT
);
CREATE TABLE IF NOT EXISTS taken (job_id TEXT PRIMARY KEY);
"""


@attrs.frozen(kw_only=True)
class Shift:
    """Hours that somebody worked."""

    id: str
    person: str
    day: str
    minutes: int
    customer: str | None = None
    service_item: str | None = None
    class_name: str | None = None
    is_billable: bool | None = None
    notes: str | None = None


class TimeBooks:
    """The app's own database."""

    def __init__(self, path: str = ":memory:") -> None:
        self._database = sqlite3.connect(path)
        self._database.executescript(_SCHEMA)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Keep all changes of the block, or none."""
        with self._database:
            yield

    def add_own(self, kind: str, name: str) -> None:
        """Add something that was set up by hand before QuickBooks came."""
        self._database.execute("INSERT INTO entries VALUES (?, ?, ?, 1, 1)", (kind, f"own-{name}", name))
        self._database.commit()

    def own(self, kind: str) -> tuple[str, ...]:
        """Return the ids of what was set up by hand."""
        return self._column("SELECT id FROM entries WHERE is_ours AND kind = ? ORDER BY id", kind)

    def put(self, kind: str, entries: Iterable[tuple[str, str]], *, for_all: bool = False) -> None:
        """Take ids and names from QuickBooks; what has the id is renamed."""
        self._database.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
            [(kind, id_, name, for_all) for id_, name in entries],
        )

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of one kind."""
        return self._column("SELECT name FROM entries WHERE kind = ? ORDER BY name", kind)

    def delete_own(self) -> None:
        """Delete what was set up by hand."""
        self._database.execute("DELETE FROM entries WHERE is_ours")

    def add_person(self, name: str, id_: str | None = None) -> None:
        """Add somebody, or bring an archived one back."""
        self._database.execute(
            "INSERT INTO people (name, id) VALUES (?, ?) ON CONFLICT DO UPDATE SET id = excluded.id, is_archived = 0",
            (name, id_),
        )

    def people(self) -> tuple[str, ...]:
        """Return everybody who is not archived."""
        return self._column("SELECT name FROM people WHERE NOT is_archived ORDER BY name")

    def archive_people(self, names: Iterable[str]) -> None:
        """Archive people; their hours stay."""
        self._database.executemany("UPDATE people SET is_archived = 1 WHERE name = ?", [(name,) for name in names])

    def map(self, person: str, payroll_item: str) -> None:
        """Say with which payroll item somebody's hours are paid."""
        self._database.execute("UPDATE people SET payroll_item = ? WHERE name = ?", (payroll_item, person))
        self._database.commit()

    def mapped(self) -> dict[str, str]:
        """Return the payroll item of each person who has one."""
        found = self._database.execute("SELECT name, payroll_item FROM people WHERE payroll_item IS NOT NULL")
        return dict(found.fetchall())

    def record(self, shift: Shift) -> None:
        """Keep hours that were approved."""
        self._database.execute(
            "INSERT INTO shifts (id, person, day, minutes, customer, service_item, class, is_billable, notes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            attrs.astuple(shift),
        )
        self._database.commit()

    def unsent(self) -> tuple[Shift, ...]:
        """Return the hours that no job was made of."""
        columns = "id, person, day, minutes, customer, service_item, class, is_billable, notes"
        found = self._database.execute(f"SELECT {columns} FROM shifts WHERE job_id IS NULL ORDER BY id")  # noqa: S608
        names = [field.name for field in attrs.fields(Shift)]
        return tuple(Shift(**dict(zip(names, row, strict=True))) for row in found)

    def sent(self, shift_id: str, job_id: str) -> None:
        """Note which job carries hours to QuickBooks."""
        self._database.execute("UPDATE shifts SET job_id = ? WHERE id = ?", (job_id, shift_id))
        self._database.commit()

    def under_way(self) -> tuple[tuple[str, str], ...]:
        """Return shifts and their jobs of which nothing has come yet."""
        found = self._database.execute(
            "SELECT id, job_id FROM shifts WHERE job_id IS NOT NULL AND txn_id IS NULL AND problem IS NULL ORDER BY id"
        )
        return tuple(found.fetchall())

    def settle(self, shift_id: str, *, txn_id: str | None = None, problem: str | None = None) -> None:
        """Note what QuickBooks made of hours."""
        self._database.execute("UPDATE shifts SET txn_id = ?, problem = ? WHERE id = ?", (txn_id, problem, shift_id))
        self._database.commit()

    def transferred(self) -> tuple[str, ...]:
        """Return the shifts that are in QuickBooks."""
        return self._column("SELECT id FROM shifts WHERE txn_id IS NOT NULL ORDER BY id")

    def problems(self) -> dict[str, str]:
        """Return why hours did not get there."""
        return dict(self._database.execute("SELECT id, problem FROM shifts WHERE problem IS NOT NULL").fetchall())

    def is_taken(self, job_id: str) -> bool:
        """Tell whether the answer of a job was taken in."""
        return bool(self._column("SELECT job_id FROM taken WHERE job_id = ?", job_id))

    def take(self, job_id: str) -> None:
        """Note that the answer of a job was taken in."""
        self._database.execute("INSERT OR IGNORE INTO taken VALUES (?)", (job_id,))

    def _column(self, statement: str, *values: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self._database.execute(statement, values))
