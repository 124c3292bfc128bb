"""
SIGKILL of a real server before and after each call of a Web Connector, by https.

An update that is played once to its end tells how many calls there are. Then, with a fresh database each time, the
server is killed before each of them does anything, and after it did all while its reply is on the way. Whatever the
moment, each change is made once in QuickBooks, every job comes to its end, and no record is lost.
"""

from __future__ import annotations

import shutil
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from databases import Server
from desktop_mortal import HOST, Death, Mortals, SharedClock

from qbapps.store.opening import open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "desktop"))

from desktop_house import KEY, House, house

# A server that is killed leaves sockets of its callers behind, which nobody is there to close.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NAMES = ["monday", "tuesday"]
PARTS = 2


@pytest.fixture(scope="session")
def mortals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    place = tmp_path_factory.mktemp("tls") / "server.pem"
    authority = trustme.CA()
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(place)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    program = Mortals(place, context)
    yield program
    program.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kill") / "migrated.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def play(mortals: Mortals, tmp_path: Path) -> Callable[[str, Death | None], int]:
    """Plays an update over a new database, and returns how many calls it took."""

    def run(url: str, death: Death | None) -> int:
        clock = SharedClock(tmp_path / "clock")
        mortals.serve(url, KEY, tmp_path / "clock", death)
        wire = (mortals.post, mortals.get)
        with house(url, clock=clock, wire=wire, base_url=f"{HOST}/qbwc", support_url=f"{HOST}/help") as there:
            there.add(NAMES[0])
            asked = there.ask(page=4)
            there.add(NAMES[1])
            calls = len(there.update().calls)
            if death is not None:
                mortals.revive()
                there.settle(2)
            check(there, asked.id)
        return calls

    return run


def check(there: House, asked: str) -> None:
    assert there.hours() == NAMES
    assert set(there.jobs().values()) == {"done"}
    records = [record.fields["FullName"] for record in there.qb.desktop.results(asked)]
    assert len(records) == len(set(records)) == 6
    assert (there.state, there.attention, there.status.session) == ("active", None, None)
    assert there.qb.verify_events() == ()


def deaths(calls: int) -> list[Death]:
    return [Death(call=call, moment=moment) for call in range(1, calls + 1) for moment in ("before", "after")]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_server_that_is_killed_at_any_call_makes_no_change_twice_and_loses_none(
    play: Callable[[str, Death | None], int], tmp_path: Path, migrated_file: Path, part: int
) -> None:
    made = 0

    def new_url() -> str:
        nonlocal made
        made += 1
        return f"sqlite:///{shutil.copy(migrated_file, tmp_path / f'{made}.db')}"

    calls = play(new_url(), None)
    assert calls == 14
    for death in deaths(calls)[part::PARTS]:
        play_told(play, new_url(), death)


def test_it_is_the_same_on_postgresql(play: Callable[[str, Death | None], int], postgresql_server: Server) -> None:
    calls = play(postgresql_server.migrated(), None)
    for death in deaths(calls)[::5]:
        play_told(play, postgresql_server.migrated(), death)


def play_told(play: Callable[[str, Death | None], int], url: str, death: Death) -> None:
    try:
        play(url, death)
    except BaseException as error:
        error.add_note(f"killed {death.moment} call {death.call}")
        raise
