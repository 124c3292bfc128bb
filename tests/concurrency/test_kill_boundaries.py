"""
SIGKILL at every boundary of a refresh, a connect, a transfer and a disconnect.

A child process does the verb over a store and an Intuit of real HTTP. Played once to its end it tells
every call that crosses a port; then, in a fresh world each time, it is killed before each of these calls,
after the last one, and while Intuit holds back an answer it has given. What is left must work wherever
Intuit honours a pair that was ever sealed here, and otherwise say why it does not.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from databases import Server
from kill_town import A_MOMENT, JEAN, LEASE, MARIE, REALM, Town, town
from mortal import Death, End, Mortals
from sqlalchemy import create_engine, text

from qbapps.errors import ReconnectRequired, StateMismatch
from qbapps.simulator import Behaviour
from qbapps.store import engines
from qbapps.store.opening import open_store

PARTS = 4
TWO_HOURS = timedelta(hours=2)


@pytest.fixture(scope="session")
def mortals() -> Iterator[Mortals]:
    program = Mortals()
    yield program
    program.close()


@attrs.frozen
class Played:
    """A world in which a verb is about to be done, and what is to be checked when it was cut off."""

    verb: str
    given: str
    check: Callable[[], None]


# What is checked


def a_refresh(there: Town) -> Played:
    connection_id = there.connect()
    there.see()
    there.clock.advance(timedelta(hours=26))

    def check() -> None:
        there.see()
        if there.held:
            assert there.works(connection_id)
            assert there.qb.connection(connection_id).state == "connected"
            return
        with pytest.raises(ReconnectRequired) as refusal:
            there.qb.access_token(connection_id)
        assert refusal.value.diagnosis.cause == "lost_answer"
        again = there.qb.complete(there.agree(there.qb.reconnect(connection_id).url, JEAN))
        assert there.works(again.id)

    return Played("access_token", connection_id, check)


def a_first_connect(there: Town) -> Played:
    callback = there.agree(there.qb.begin_connect("dext").url, JEAN)

    def check() -> None:
        there.see()
        sealed = bool(there.saved)
        was_taken = bool(there.qb.interrupted()) or sealed
        assert was_taken or code_of(callback) not in there.codes(), "a code was sent and nothing tells"
        assert there.qb.recover().failed == ()
        assert there.qb.interrupted() == ()
        assert there.qb.unverified_grants() == ()
        if not was_taken:
            there.qb.complete(callback)
        else:
            with pytest.raises(StateMismatch):
                there.qb.complete(callback)
        if was_taken and not sealed:
            assert [event.kind for event in there.qb.events("dext")] == ["exchange.lost"]
            there.connect()
        (connection,) = there.qb.connections()
        assert (connection.state, connection.realm_id, connection.grant) == ("connected", REALM, 1)
        assert there.works(connection.id)

    return Played("complete", callback, check)


def a_transfer(there: Town) -> Played:
    connection_id = there.connect()
    transfer = there.qb.begin_transfer(connection_id, to=MARIE)
    there.see()
    callback = there.agree(transfer.url, MARIE)

    def check() -> None:
        jeans = len(there.saved)
        there.see()
        sealed = len(there.saved) > jeans
        was_taken = bool(there.qb.interrupted()) or sealed
        assert was_taken or code_of(callback) not in there.codes(), "a code was sent and nothing tells"
        # His access token has run out, so only a pair that Intuit honours still serves.
        there.clock.advance(TWO_HOURS)
        assert there.qb.recover().failed == ()
        assert there.qb.interrupted() == ()
        if there.held or sealed:
            assert there.works(connection_id)
        else:
            with pytest.raises(ReconnectRequired) as refusal:
                there.qb.access_token(connection_id)
            if was_taken:
                assert refusal.value.diagnosis.cause in ("lost_answer", "taken_over")
        if sealed:
            assert there.qb.transfer(transfer.id).state == "completed"
        else:
            assert there.qb.transfer(transfer.id).state == "pending"
            if was_taken:
                with pytest.raises(StateMismatch):
                    there.qb.complete(callback)
                again = there.agree(there.qb.renew_link(transfer.id).url, MARIE)
            else:
                # A code lives for ten minutes, and it is older now: she follows her link again.
                again = there.agree(transfer.url, MARIE)
            there.qb.complete(again)
        assert there.qb.transfer(transfer.id).state == "completed"
        owner = there.qb.connection(connection_id).owner
        assert owner is not None
        assert owner.email == MARIE
        assert there.works(connection_id)

    return Played("complete", callback, check)


def a_disconnect(there: Town) -> Played:
    connection_id = there.connect()
    there.see()
    there.clock.advance(timedelta(hours=26))

    def check() -> None:
        there.see()
        receipts = there.qb.disconnections(connection_id)
        if not receipts:
            assert there.works(connection_id), "nothing was saved, so nothing has happened"
            return
        with pytest.raises(ReconnectRequired):
            there.qb.access_token(connection_id)
        assert there.qb.recover().failed == ()
        (receipt,) = there.qb.disconnections(connection_id)
        there.see()
        match receipt.proof:
            case "refused_after_revoke":
                assert there.held == []
            case "already_gone":
                assert there.held == []
            case "none":
                assert [task.kind for task in there.qb.worklist()] == ["check_gone"]
            case _:
                pytest.fail(f"the receipt is {receipt.state} and says nothing")
        assert there.qb.disconnect(connection_id).id == receipt.id
        assert there.held == []

    return Played("disconnect", connection_id, check)


def code_of(callback: str) -> str:
    return parse_qs(urlsplit(callback).query)["code"][0]


# Where Intuit may differ, as far as it matters to the verb


def each_of(**positions: tuple[str, ...]) -> list[Behaviour]:
    return [Behaviour(**dict(zip(positions, chosen, strict=True))) for chosen in product(*positions.values())]  # type: ignore[arg-type]


REPLACED = ("dead_at_once", "alive_24h", "alive_until_new_used")

VERBS: dict[str, tuple[Callable[[Town], Played], list[Behaviour]]] = {
    "refresh": (
        a_refresh,
        each_of(rotation=("each_refresh",), replaced_refresh_token=REPLACED, replay=("invalid_grant", "kills_chain")),
    ),
    "connect": (a_first_connect, each_of(same_user_again=("die", "stay"))),
    "transfer": (a_transfer, each_of(takeover=("dies_at_once", "dies_at_next_refresh", "stays"))),
    "disconnect": (
        a_disconnect,
        each_of(revoke_reach=("pair", "app_company"), dead_revoke=("200", "400_empty"), replay=("kills_chain",)),
    ),
}

SENT = {
    "refresh": ("refresh",),
    "connect": ("exchange", "company"),
    "transfer": ("exchange", "company"),
    "disconnect": ("revoke", "refresh"),
}
"""What Intuit is asked in a verb: each answer is held back once while the process is killed."""


@attrs.define
class Case:
    """One world, from its making to its end."""

    mortals: Mortals
    there: Town
    played: Played
    before_check: Callable[[], None]

    def play(self, death: Death | None) -> End:
        """Let a process do the verb, to its end or to its death."""
        end = self.mortals.run(**self._job(), death=death)
        assert end.killed is (death is not None), end
        self._settle()
        return end

    def killed_while_held(self, operation: str) -> End:
        """Kill the process while Intuit, which has done what it was asked, holds its answer back."""
        with self.there.intuit.hold(operation, "after") as gate:
            pid = self.mortals.start(**self._job(), death=None)
            gate.wait_arrived()
            os.kill(pid, signal.SIGKILL)
            end = self.mortals.end()
        assert end.killed
        self._settle()
        return end

    def _job(self) -> dict[str, object]:
        there = self.there
        return {
            "url": there.url,
            "key": there.key,
            "now": there.clock.now(),
            "verb": self.played.verb,
            "given": self.played.given,
        }

    def _settle(self) -> None:
        self.there.clock.advance(LEASE + A_MOMENT)
        self.before_check()
        self.played.check()
        assert len(self.there.codes()) == len(set(self.there.codes())), "a code was sent twice"
        assert self.there.qb.verify_events() == ()


def nothing() -> None:
    """Leave the world as it is."""


class Cases:
    """Makes a fresh world for each case of a verb, and says where one failed."""

    def __init__(self, mortals: Mortals, verb: str, new_url: Callable[[], str], lease_over: Callable[[str], None]):
        self._mortals, self._verb, self._new_url, self._lease_over = mortals, verb, new_url, lease_over

    def play(self, behaviour: Behaviour, death: Death | None) -> End:
        with self._told(f"killed at {death}", behaviour), self._case(behaviour) as case:
            return case.play(death)

    def held(self, behaviour: Behaviour, operation: str) -> End:
        with self._told(f"killed while the answer to {operation} was held", behaviour), self._case(behaviour) as case:
            return case.killed_while_held(operation)

    @contextmanager
    def _case(self, behaviour: Behaviour) -> Iterator[Case]:
        prepare, _ = VERBS[self._verb]
        url = self._new_url()
        with town(url, behaviour) as there:
            yield Case(self._mortals, there, prepare(there), lambda: self._lease_over(url))

    @contextmanager
    def _told(self, what: str, behaviour: Behaviour) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            error.add_note(f"{self._verb}, {what}; Intuit: {behaviour.label}")
            raise


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kill") / "migrated.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def cases(mortals: Mortals, tmp_path: Path, migrated_file: Path) -> Callable[[str], Cases]:
    """Cases of a verb, each on an SQLite file of its own."""
    made = 0

    def new_url() -> str:
        nonlocal made
        made += 1
        path = shutil.copy(migrated_file, tmp_path / f"{made}.db")
        return f"sqlite:///{path}"

    return lambda verb: Cases(mortals, verb, new_url, lambda _: None)


def boundaries(calls: tuple[str, ...]) -> list[tuple[str, Death]]:
    """Return each place between two calls, once: before every call, and after the last."""
    before = [(f"before {name}", Death(call=number, moment="before")) for number, name in enumerate(calls, 1)]
    return [*before, (f"after {calls[-1]}", Death(call=len(calls), moment="after"))]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("verb", VERBS)
def test_a_process_killed_at_any_boundary_leaves_what_works_or_says_why(
    cases: Callable[[str], Cases], verb: str, part: int
) -> None:
    played = cases(verb)
    _, behaviours = VERBS[verb]
    whole = played.play(behaviours[0], None)
    assert whole.error is None
    assert len(whole.calls) >= 5, whole.calls
    places = boundaries(whole.calls)
    sys.stdout.write(
        f"{verb}: {len(places)} boundaries, {len(behaviours)} Intuits: {', '.join(name for name, _ in places)}\n"
    )

    chosen = [(death, behaviour) for _, death in places for behaviour in behaviours]
    for death, behaviour in chosen[part::PARTS]:
        end = played.play(behaviour, death)
        assert end.calls == whole.calls[: death.call], "the enumeration missed a call"


@pytest.mark.parametrize("verb", VERBS)
def test_a_process_killed_while_its_answer_is_on_the_way_leaves_what_works_or_says_why(
    cases: Callable[[str], Cases], verb: str
) -> None:
    played = cases(verb)
    for operation, behaviour in product(SENT[verb], VERBS[verb][1]):
        played.held(behaviour, operation)


# On PostgreSQL, whose clock nobody moves: that the lease is over is written into its row.


@pytest.mark.parametrize("verb", VERBS)
def test_it_is_the_same_on_postgresql(mortals: Mortals, postgresql_server: Server, verb: str) -> None:
    played = Cases(mortals, verb, postgresql_server.migrated, end_the_leases)
    behaviour = VERBS[verb][1][0]
    whole = played.play(behaviour, None)
    for name, death in boundaries(whole.calls):
        if not name.startswith(READS):
            played.play(behaviour, death)


READS = tuple(
    f"before store.{verb}" for verb in ("app", "auth", "client_", "conn", "dis", "gl", "gra", "id", "lat", "p")
)
"""Calls that change nothing: on SQLite a process dies before each of them too."""


def end_the_leases(url: str) -> None:
    engine = create_engine(engines.read_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE leases SET expires_at = taken_at, taken_at = taken_at - interval '1 minute'"))
    engine.dispose()
