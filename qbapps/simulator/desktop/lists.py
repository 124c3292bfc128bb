"""The lists of a company file: entries found by ListID or by full name."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from qbapps.simulator.desktop.entries import Entry, Reference, Value

KINDS = ("Account", "Class", "Customer", "Employee", "ItemService", "OtherName", "PayrollItemWage", "Vendor")
PEOPLE = ("Customer", "Employee", "OtherName", "Vendor")
"""Lists that share one name space: no vendor may be called as a customer is."""


class Lists:
    """Every list entry of one company file."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._named: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        self._next = 1

    def new(
        self,
        kind: str,
        name: str,
        at: datetime,
        *,
        parent: str | None = None,
        is_active: bool = True,
        fields: dict[str, Value] | None = None,
    ) -> Entry:
        """Add an entry that must not exist yet."""
        stamp = int(at.timestamp())
        entry = Entry(
            kind=kind,
            list_id=f"{0x80000000 + self._next:08X}-{stamp}",
            edit_sequence=str(stamp),
            created=at,
            modified=at,
            name=name,
            parent=parent,
            is_active=is_active,
            fields=fields or {},
        )
        self._next += 1
        self._entries[entry.list_id] = entry
        self._named[kind][self.full_name(entry).casefold()] = entry.list_id
        return entry

    def touch(self, entry: Entry, at: datetime) -> None:
        """Give *entry* a new EditSequence after a change, and find it and its children by their present names."""
        entry.modified = at
        entry.edit_sequence = str(max(int(at.timestamp()), int(entry.edit_sequence) + 1))
        self._named[entry.kind] = {self.full_name(one).casefold(): one.list_id for one in self.of(entry.kind)}

    def remove(self, entry: Entry) -> None:
        """Delete *entry*."""
        del self._entries[entry.list_id]
        self._named[entry.kind].pop(self.full_name(entry).casefold(), None)

    def of(self, kind: str) -> Iterator[Entry]:
        """Yield the entries of one list, oldest first."""
        return (entry for entry in self._entries.values() if entry.kind == kind)

    def get(self, list_id: str, kinds: Iterable[str]) -> Entry | None:
        """Find an entry of one of *kinds* by its ListID."""
        entry = self._entries.get(list_id)
        return entry if entry is not None and entry.kind in kinds else None

    def named(self, full_name: str, kinds: Iterable[str]) -> Entry | None:
        """Find an entry of one of *kinds* by its full name, in any case."""
        for kind in kinds:
            list_id = self._named[kind].get(full_name.casefold())
            if list_id is not None:
                return self._entries[list_id]
        return None

    def children(self, entry: Entry) -> list[Entry]:
        """List the entries directly below *entry*."""
        return [one for one in self.of(entry.kind) if one.parent == entry.list_id]

    def full_name(self, entry: Entry) -> str:
        """Say the name with those above it: `Durand:Kitchen`."""
        above = self._entries.get(entry.parent) if entry.parent else None
        return f"{self.full_name(above)}:{entry.name}" if above else entry.name

    def level(self, entry: Entry) -> int:
        """Count the entries above *entry*."""
        return self.full_name(entry).count(":")

    def reference(self, entry: Entry) -> Reference:
        """Name *entry* as others do."""
        return Reference(entry.list_id, self.full_name(entry))

    def same_name_space(self, kind: str) -> tuple[str, ...]:
        """List the kinds among which a name may occur once."""
        return PEOPLE if kind in PEOPLE else (kind,)
