"""Keys are changed from the command line: seen before, interrupted on the way, and done at the end."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli_people import Terminal
from sqlalchemy import insert

import qbapps
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import TokenSet
from qbapps.lifecycle.sealing import seal_pair
from qbapps.ports import Change
from qbapps.store import rows, schema
from qbapps.testing import FakeClock
from qbapps.values import Environment, Secret
from qbapps.vault import KeyRing, new_key

ROWS = 3000

OLD, NEW = new_key(), new_key()
OLD_ID, NEW_ID = KeyRing([OLD, NEW]).ids
BOTH = f"{NEW.reveal()},{OLD.reveal()}"


@pytest.fixture
def old(terminal: Terminal) -> Terminal:
    """A terminal whose store holds one client secret under the old key."""
    terminal.key = OLD.reveal()
    added = terminal.run(
        *("app", "add", "dext", "--client-id", "cid", "--client-secret", "-"),
        *("--redirect-uri", "http://localhost:8400/callback"),
        stdin="a client secret\n",
    )
    assert added.code == 0, added.err
    return terminal


def fill(terminal: Terminal, count: int) -> None:
    """Give the store many pairs under the old key, as a busy integrator has."""
    at = FakeClock().now()
    with qbapps.open(f"sqlite:///{terminal.folder / 'qbapps.db'}", key=OLD) as qb:
        ports, pairs, connections = qb._ports, [], []
        for number in range(count):
            connection = Connection(
                id=f"con_{number:05}",
                app_id="dext",
                environment=Environment.SANDBOX,
                realm_id=str(9130350000000000 + number),
                state=ConnectionState.CONNECTED,
                reach=Reach.API,
            )
            tokens = TokenSet(
                access_token=Secret(f"access {number}"),
                refresh_token=Secret(f"refresh {number}"),
                generation=1,
                obtained_at=at,
                access_expires_at=at,
                refresh_expires_at=at,
            )
            connections.append(connection)
            pairs.append(rows.TOKENS.row(seal_pair(ports.vault, connection.id, tokens)))
        ports.store.save(Change(records=tuple(connections)))
        with ports.store._engine.begin() as database:  # type: ignore[attr-defined]
            database.execute(insert(schema.tokens), pairs)


def under(path: Path, key_id: str) -> int:
    """Count the pairs that lie in the file under a key."""
    with closing(sqlite3.connect(path)) as database:
        statement = "select count(*) from tokens where substr(refresh, 2, 8) = ?"
        return int(database.execute(statement, (bytes.fromhex(key_id),)).fetchone()[0])


def test_the_keys_in_use_are_listed_with_what_each_seals(old: Terminal) -> None:
    listed = old.run("--json", "key", "list", QBAPPS_KEY=BOTH).lines
    assert [(one["key_id"], one["seals"], one["given"], one["client_secrets"]) for one in listed] == [
        (NEW_ID, True, True, 0),
        (OLD_ID, False, True, 1),
    ]
    shown = old.run("key", "list", QBAPPS_KEY=NEW.reveal()).out
    assert NEW_ID in shown
    assert "not given" in shown.splitlines()[-1]
    assert OLD_ID in shown.splitlines()[-1]
    for secret in (OLD, NEW):
        assert secret.reveal() not in shown


def test_a_rotation_says_what_it_did_and_that_the_old_key_can_go(old: Terminal) -> None:
    done = old.run("key", "rotate", QBAPPS_KEY=BOTH)
    assert (done.code, "1 secret sealed again." in done.out) == (0, True)
    assert f"{NEW_ID} alone is enough" in done.out
    again = old.run("--json", "key", "rotate", QBAPPS_KEY=BOTH)
    assert (again.code, again.document["sealed_again"], again.document["left"]) == (4, 0, 0)
    assert old.run("app", "list", QBAPPS_KEY=NEW.reveal()).code == 0
    assert old.run("key", "rotate", QBAPPS_KEY=NEW.reveal()).code == 4


def test_a_rotation_without_the_old_key_fails_and_names_it(old: Terminal) -> None:
    done = old.run("key", "rotate", QBAPPS_KEY=NEW.reveal())
    assert done.code == 1
    assert f"1 is left under {OLD_ID}" in done.out
    assert OLD_ID in done.err
    assert NEW_ID in done.err
    assert "QBAPPS_KEY" in done.err
    machine = old.run("--json", "key", "rotate", QBAPPS_KEY=NEW.reveal())
    assert (machine.code, machine.document["left"]) == (1, 1)
    assert '"unknown_key"' in machine.err


def test_a_rotation_that_is_killed_is_finished_by_the_next(old: Terminal) -> None:
    fill(old, ROWS)
    path = old.folder / "qbapps.db"
    old.key = BOTH
    with old.running("key", "rotate") as process:
        while not under(path, NEW_ID):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    done, left = under(path, NEW_ID), under(path, OLD_ID)
    assert done + left == ROWS
    assert left, "it was killed on the way"

    finished = old.run("--json", "key", "rotate")
    assert finished.code == 0, finished.err
    assert finished.document["sealed_again"] == left
    assert (under(path, NEW_ID), under(path, OLD_ID)) == (ROWS, 0)
