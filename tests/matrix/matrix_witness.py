"""
A witness who sees both sides: every pair the store holds, and what Intuit would do with each.

It reads the database by itself and asks the simulator, never the library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from qbapps.ports import Vault
from qbapps.simulator import Intuit, Record
from qbapps.store.sql import SqlStore

Slot = tuple[str, str | None]
"""An app's client id and a realm id: at Intuit there is one connection for each."""

LOST_ON_THE_WAY = frozenset({"drop_after", "drop_after_rotation", "timeout_after", "truncated", "no_refresh_token"})

_PAIRS = """
    select c.id, a.client_id, c.realm_id, c.state, c.owner_sub, c."grant", t.generation, t.access, t.refresh,
           t.refused_at, t.ambiguous_since, t.intent_at
    from connections c join apps a on a.id = c.app_id left join tokens t on t.connection_id = c.id
"""
_IDS = "select id from {} order by id"
_KEPT = """
    select g.id, a.client_id, g.realm_id, g.claimed_realm_id, g.access, g.refresh
    from grants g join apps a on a.id = g.app_id
    where g.state = 'unverified' and g.refresh is not null
    order by g.id
"""


@attrs.frozen(kw_only=True)
class Held:
    """One connection as the store has it, its pair in the open; no pair where it was destroyed."""

    id: str
    slot: Slot
    state: str
    owner_sub: str | None
    grant: int
    generation: int | None
    access: str | None
    refresh: str | None
    refused: bool
    ambiguous: bool


@attrs.frozen(kw_only=True)
class Kept:
    """One grant that waits for a decision, its pair in the open."""

    id: str
    client_id: str
    realm_id: str | None
    access: str
    refresh: str


@attrs.frozen(kw_only=True)
class Scene:
    """
    Everything the store holds at one moment.

    Attributes:
        alive: The refresh tokens it holds that Intuit would honour now.
        living: Connections for which it holds a pair that Intuit would refresh now: their own, or
            one that somebody may still adopt.
        transfers: Ids of all transfers.
        receipts: Ids of all disconnects.
    """

    held: dict[str, Held]
    kept: tuple[Kept, ...]
    alive: frozenset[str]
    living: frozenset[str]
    transfers: tuple[str, ...]
    receipts: tuple[str, ...]

    @property
    def refresh_tokens(self) -> frozenset[str]:
        """Every refresh token the store holds."""
        return frozenset(h.refresh for h in self.held.values() if h.refresh) | {kept.refresh for kept in self.kept}


@attrs.frozen
class Witness:
    """Looks at a store and at Intuit at once."""

    intuit: Intuit
    store: SqlStore
    vault: Vault

    def look(self) -> Scene:
        """
        Look at everything.

        Raises:
            AssertionError: A pair belongs to another company, app or person than its row says.
        """
        with self.store._engine.connect() as connection:
            pairs = connection.exec_driver_sql(_PAIRS).all()
            grants = connection.exec_driver_sql(_KEPT).all()
            transfers, receipts = (
                tuple(connection.exec_driver_sql(_IDS.format(table)).scalars())
                for table in ("transfers", "disconnections")
            )
        held = {row[0]: self._held(*row) for row in pairs}
        kept = tuple(self._kept(*row) for row in grants)
        nobody = frozenset[str]()
        return self.look_at_intuit(
            Scene(held=held, kept=kept, alive=nobody, living=nobody, transfers=transfers, receipts=receipts)
        )

    def look_at_intuit(self, scene: Scene) -> Scene:
        """Return *scene*, of a store that has not changed since, with what still lives now."""
        alive = frozenset(token for token in scene.refresh_tokens if self.intuit.is_alive(token))
        adoptable = {self.slot_of_token(grant.refresh) for grant in scene.kept if grant.refresh in alive}
        living = frozenset(h.id for h in scene.held.values() if h.refresh in alive or h.slot in adoptable)
        return attrs.evolve(scene, alive=alive, living=living)

    def said(self, record: Record) -> dict[str, object]:
        """Return what Intuit answered, as far as it was whole JSON and reached us."""
        try:
            found = json.loads(record.answer)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def slot_of(self, record: Record) -> Slot:
        """Return which app and company a request was about."""
        return (record.client_id or "", record.realm_id)

    def is_lost(self, record: Record) -> bool:
        """Tell whether Intuit may have given tokens that never reached us in a form that can be used."""
        spoilt = record.fault is not None and (record.fault in LOST_ON_THE_WAY or record.fault.endswith("_after"))
        return record.operation in {"exchange", "refresh"} and record.processed and spoilt

    def arrived(self, records: Iterable[Record]) -> dict[Slot, list[str]]:
        """Return the refresh tokens that Intuit's answers gave us, of each app and company, in order."""
        found: dict[Slot, list[str]] = {}
        for record in records:
            if record.operation not in {"exchange", "refresh"} or record.status != 200 or self.is_lost(record):
                continue
            value = self.said(record).get("refresh_token")
            if isinstance(value, str):
                found.setdefault(self.slot_of_token(value), []).append(value)
        return found

    def _held(
        self,
        connection_id: str,
        client_id: str,
        realm_id: str,
        state: str,
        owner_sub: str | None,
        grant: int,
        generation: int | None,
        access: bytes | None,
        refresh: bytes | None,
        refused_at: object,
        ambiguous_since: object,
        intent_at: object,
    ) -> Held:
        slot = (client_id, realm_id)
        opened: dict[str, str | None] = {"access": None, "refresh": None}
        for which, sealed in (("access", access), ("refresh", refresh)):
            if sealed is None:
                continue
            value = self.vault.open(sealed, f"connection/{connection_id}/{generation}/{which}").reveal()
            self._check(value, slot, owner_sub, connection_id)
            opened[which] = value
        return Held(
            id=connection_id,
            slot=slot,
            state=state,
            owner_sub=owner_sub,
            grant=grant,
            generation=generation,
            refused=refused_at is not None,
            ambiguous=ambiguous_since is not None or intent_at is not None,
            **opened,
        )

    def _kept(
        self, grant_id: str, client_id: str, realm_id: str | None, _: str | None, access: bytes, refresh: bytes
    ) -> Kept:
        values = {
            which: self.vault.open(sealed, f"grant/{grant_id}/{which}").reveal()
            for which, sealed in (("access", access), ("refresh", refresh))
        }
        for value in values.values():
            self._check(value, (client_id, realm_id or self.slot_of_token(value)[1]), None, grant_id)
        return Kept(id=grant_id, client_id=client_id, realm_id=realm_id, **values)

    def _check(self, token: str, slot: Slot, owner_sub: str | None, where: str) -> None:
        truth = self.intuit.whose(token)
        assert truth is not None, f"{where} holds a token that Intuit never gave"
        assert (truth.client_id, truth.realm_id) == slot, f"{where} of {slot} holds a token for {truth.realm_id}"
        assert owner_sub in (None, truth.owner.sub), f"{where} names another owner than its token's"

    def slot_of_token(self, token: str) -> Slot:
        """Return which app and company a token is for."""
        truth = self.intuit.whose(token)
        assert truth is not None
        return truth.client_id, truth.realm_id
