"""No token, code, state, secret or key is found anywhere but at Intuit's side, whatever was done or failed."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner
from lifecycle_canary import Witness, play_everything, seen, with_locals
from lifecycle_house import House, InMemory, built, populate
from sqlalchemy import create_engine, make_url, text

from qbapps.bootstrap import assemble
from qbapps.cli.documents import document
from qbapps.cli.program import cli
from qbapps.intuit.transport import Transport
from qbapps.simulator import Behaviour, Intuit
from qbapps.store.opening import open_store
from qbapps.testing import FakeClock
from qbapps.vault import KeyRing, new_key

LOUD = (
    "urllib3",
    "requests",
    "sqlalchemy",
    "sqlalchemy.engine",
    "sqlalchemy.pool",
    "asyncio",
    "intuitlib",
    "quickbooks",
)

TYPED = "typed-secret-canary"

STAY = Behaviour(same_user_again="stay", takeover="stays")


@attrs.define
class Scene:
    """
    A walk through everything, and what it left behind outside of the library.

    Attributes:
        records: What anybody logged, at any level.
        warned: What was warned of.
    """

    witness: Witness
    records: list[logging.LogRecord] = attrs.field(factory=list)
    warned: list[str] = attrs.field(factory=list)


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """Hear every logger at DEBUG, the vendors' too; SQLAlchemy then writes its statements, echo or not."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    keep, root = Keep(logging.DEBUG), logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", *LOUD)}
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(keep)
    try:
        yield records
    finally:
        root.removeHandler(keep)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The walk over real HTTP, in a database file."""
    with (
        listening() as records,
        warnings.catch_warnings(record=True) as warned,
        built(STAY, tmp_path / "house.db") as house,
    ):
        warnings.simplefilter("always")
        witness = Witness(house)
        play_everything(witness)
        play_commands(witness)
        yield Scene(witness, records, [str(one.message) for one in warned])


def play_commands(witness: Witness) -> None:
    """Run the commands that show, export and check something, for people and for programs, and those that fail."""
    house = witness.house
    ids = [one.id for one in house.qb.connections()]
    html = house.path.with_suffix(".html") if house.path else Path()
    environ = {"QBAPPS_STORE": f"sqlite:///{house.path}", "QBAPPS_KEY": ",".join(house.keys), "QBAPPS_LANG": "en"}
    commands = [
        *(
            ["app", "list"],
            ["list"],
            ["list", "--app", "dext"],
            ["events"],
            ["events", "--verify"],
            ["transfer", "list"],
        ),
        *(["worklist"], ["worklist", "--html", str(html)], ["doctor"], ["key", "list"], ["key", "rotate"]),
        *(["explain", one] for one in ids),
        *(["token", one] for one in ids[:2]),
        *(
            ["grant", "list"],
            ["keepalive"],
            ["complete", witness.links[-1]],
            ["reconnect", ids[0]],
            ["disconnect", ids[-1]],
        ),
        *(["app", "add", "dext", "--client-id", "another", "--client-secret", "-"], ["list", "--nonsense"]),
    ]
    for command in commands:
        for globals_ in (["--lang", "fr"], ["--json"]):
            done = CliRunner().invoke(cli, [*globals_, *command], env=environ, input=f"{TYPED}\n")
            assert "No such" not in done.output or "--nonsense" in command, done.output
            # A link is what `reconnect` is asked for.
            if command[0] != "reconnect":
                witness.said.append(done.output)
            elif done.exception is not None:
                witness.raised.append(done.exception)
    if html.exists():
        witness.said.append(html.read_text(encoding="utf-8"))


def went_everywhere(scene: Scene) -> bool:
    """Check that the walk was what it has to be, or finding nothing would prove nothing."""
    witness = scene.witness
    assert len(witness.tokens()) > 100
    assert len(witness.one_time()) > 50
    assert len(witness.raised) > 60
    assert {record.operation for record in witness.house.intuit.requests} >= {
        *("exchange", "refresh", "revoke", "company", "userinfo", "jwks")
    }
    assert {type(error).__name__ for error in witness.raised} >= {
        *("StateMismatch", "WrongOwner", "ConsentDenied", "AuthorizationError", "GrantUnverified", "ReconnectRequired"),
        *("IntuitUnavailable", "IntuitRejected", "IntuitProtocolError", "TransitionError", "SealBroken"),
    }
    assert {record.name.partition(".")[0] for record in scene.records} >= {"urllib3", "sqlalchemy"}
    assert len({str(event.kind) for event in witness.house.qb.events()}) > 10
    assert len("".join(witness.said)) > 10_000
    return True


def printed(witness: Witness) -> Iterator[str]:
    for said in witness.said:
        yield said
        yield said.replace("\n", "")  # a table may fold a long word


def returned(witness: Witness) -> Iterator[str]:
    """Show all that calls returned, links left out: who asked for one has it, also in the message for a new owner."""
    for result in witness.returned:
        shown = [repr(result), str(result), *([document(result)] if attrs.has(type(result)) else [])]
        for link in witness.links:
            shown = [text.replace(link, "") for text in shown]
        yield from shown


def stored(house: House) -> dict[str, bytes]:
    """Return the database file and what SQLite keeps beside it, as they lie on the disk."""
    assert house.path is not None
    parts = {part.name.removeprefix(house.path.name): part.read_bytes() for part in house.path.parent.glob("house.db*")}
    assert parts.keys() >= {"", "-wal", "-shm"}
    return parts


def test_no_secret_is_found_in_anything_that_was_said_or_kept(scene: Scene) -> None:
    witness = scene.witness
    assert went_everywhere(scene)
    tokens, errors, events = witness.tokens(), list(witness.errors()), tuple(witness.house.qb.events())
    secrets = tokens | witness.one_time() | {TYPED}

    found = {
        "an error": seen((f"{error} {error!r} {vars(error)!r} {error.args!r}" for error in errors), secrets),
        "an error that travels": seen((pickle.dumps(error) for error in witness.raised), secrets),
        "a traceback": seen(("".join(traceback.format_exception(error)) for error in witness.raised), secrets),
        # Error trackers send these along. A callback's URL is among them, as it was given; no token may be.
        "the values of a traceback's frames": seen(map(with_locals, errors), tokens),
        "a log record": seen((one.getMessage() + repr(vars(one)) for one in scene.records), secrets),
        "a warning": seen(iter(scene.warned), secrets),
        "what a call returned": seen(returned(witness), secrets),
        "an event": seen((repr(event) + json.dumps(dict(event.details)) for event in events), secrets),
        "what a command printed or exported": seen(printed(witness), secrets),
        "the database": seen(iter(stored(witness.house).values()), secrets),
    }

    assert {place: texts for place, texts in found.items() if texts} == {}
    assert witness.house.qb.verify_events() == ()
    # An error that hangs on ours may hold a request, and with it all that was sent.
    vendors = ("requests", "urllib3", "intuitlib", "quickbooks", "jwt", "sqlalchemy", "cryptography")
    assert [type(error) for error in errors if type(error).__module__.partition(".")[0] in vendors] == []


def test_no_secret_is_in_a_postgresql_database(postgresql_url: str) -> None:
    clock, key = FakeClock(), new_key()
    intuit = Intuit(behaviour=STAY, clock=clock)
    populate(intuit)
    transport = Transport(adapter=InMemory(intuit))
    with assemble(open_store(postgresql_url), KeyRing([key]), transport=transport, clock=clock) as qb:
        house = House(qb, intuit, clock, None, (key.reveal(),))
        house.register()
        witness = Witness(house)
        play_everything(witness)
    engine = create_engine(make_url(postgresql_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        tables = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars().all()
        rows = [row for name in tables for row in connection.execute(text(f'select t::text from "{name}" t')).scalars()]  # noqa: S608
    engine.dispose()
    assert len(rows) > 200
    assert any("9130350000000002" in row for row in rows)
    assert seen(iter(rows), witness.tokens() | witness.one_time()) == []


def test_the_search_would_find_a_secret(filed: House) -> None:
    filed.connect()
    witness = Witness(filed)
    token = filed.refresh_token(next(filed.qb.connections()).id)
    for column in (token, token.encode(), token.encode().hex()):
        filed.sql("update apps set developer_contact = ?", column)
        assert seen(iter([filed.raw_bytes()]), witness.tokens())
    with pytest.raises(ValueError, match="40") as shown:
        fail_holding(token)
    assert seen(iter([with_locals(shown.value)]), witness.tokens())
    assert not seen(iter([str(shown.value)]), witness.tokens())


def fail_holding(held: str) -> None:
    raise ValueError(40 + 0 * len(held))
