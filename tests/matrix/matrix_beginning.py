"""Where every life begins: the town's people and companies, and three connections made once."""

from __future__ import annotations

import copy
import sqlite3

from matrix_life import APP, CLIENT, JEAN, LENOIR, MARIE, MARTIN, PAUL, PETIT, REDIRECT, ROUX, Life
from matrix_witness import Witness

from qbapps.bootstrap import assemble
from qbapps.domain.connection import Connection
from qbapps.intuit.transport import Transport
from qbapps.simulator import Behaviour, Intuit
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore
from qbapps.testing import FakeClock
from qbapps.testing_transport import InProcess
from qbapps.vault import KeyRing, Vault, new_key


class Beginning:
    """
    Three connections made once, from which every life goes on.

    Nothing that a switch decides has happened by then, so the database and Intuit's ledger are
    copied instead of made again.
    """

    def __init__(self) -> None:
        self.store = open_store("sqlite://")
        self._ring = KeyRing([new_key()])
        self._vault = Vault(self._ring)
        self._clock = FakeClock()
        self._intuit = declared(Behaviour(), self._clock)
        life = self._life(Behaviour(), self._clock, self._intuit)
        life.qb.register_app(
            APP,
            client_id=CLIENT,
            client_secret="secret",
            redirect_uri=REDIRECT,
            discovery_url=self._intuit.discovery_url,
            api_url=self._intuit.api_url,
        )
        self._connections = (life.connect(MARTIN, JEAN), life.connect(PETIT, JEAN), life.connect(LENOIR, MARIE))
        self._saved = sqlite3.connect(":memory:")
        _database(self.store).backup(self._saved)

    def life(self, behaviour: Behaviour) -> tuple[Life, Connection, Connection, Connection]:
        """Return a life that begins here, in another combination."""
        self._saved.backup(_database(self.store))
        clock = FakeClock()
        intuit = declared(behaviour, clock)
        intuit._door.world.ledger = copy.deepcopy(self._intuit._door.world.ledger)
        for record in self._intuit.requests:
            intuit._door.journal._records.append(record)
        return self._life(behaviour, clock, intuit), *self._connections

    def _life(self, behaviour: Behaviour, clock: FakeClock, intuit: Intuit) -> Life:
        transport = Transport(adapter=InProcess(intuit))
        qb = assemble(self.store, self._ring, transport=transport, clock=clock)
        witness = Witness(intuit, self.store, self._vault)
        return Life(behaviour=behaviour, clock=clock, intuit=intuit, qb=qb, witness=witness, scene=witness.look())

    def close(self) -> None:
        """Let go of the databases."""
        self._saved.close()
        self.store.close()


def declared(behaviour: Behaviour, clock: FakeClock) -> Intuit:
    """Return Intuit's side with the people and companies of every life."""
    intuit = Intuit(behaviour=behaviour, clock=clock, seed=1)
    intuit.add_app(CLIENT, "secret", redirect_uris=[REDIRECT])
    for user in (JEAN, MARIE, PAUL):
        intuit.add_user(user)
    for realm_id in (MARTIN, PETIT, LENOIR, ROUX):
        intuit.add_company(realm_id, name=f"Company {realm_id}", admins=[JEAN, MARIE, PAUL])
    return intuit


def _database(store: SqlStore) -> sqlite3.Connection:
    # A store in memory has one connection, and whoever holds it holds the database.
    with store._engine.connect() as connection:
        raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
