"""Keys are changed under a store in use: nothing is lost, nothing is undone, and a run that was stopped goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, FIRM_REALM, GARAGE, JEAN, MARIE, House, InMemory, down
from sqlalchemy import LargeBinary

from qbapps.bootstrap import assemble
from qbapps.domain.keys import KeyUse
from qbapps.domain.reports import Progress
from qbapps.errors import GrantUnverified, IntuitUnavailable, SealBroken, UnknownKey
from qbapps.intuit.transport import Transport
from qbapps.lifecycle import refresh, rekeying
from qbapps.manager import QBApps
from qbapps.ports import Ports
from qbapps.simulator import Fault
from qbapps.store import schema, sealed
from qbapps.store.opening import open_store
from qbapps.vault import KeyRing, new_key

OLD, NEW = new_key(), new_key()
OLD_ID, NEW_ID = KeyRing([OLD, NEW]).ids


class Killed(BaseException):
    """What no handler of ours catches: the process ends here."""


class Between:
    """Anything of the ports, with something done just before or after one of its methods."""

    def __init__(self, real: Any, method: str, before: Callable[[], Any], after: Callable[[], Any]) -> None:
        self._real, self._method, self._before, self._after = real, method, before, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name != self._method:
            return method

        def call(*args: Any, **kwargs: Any) -> Any:
            self._before()
            result = method(*args, **kwargs)
            self._after()
            return result

        return call


def nothing() -> None:
    pass


def between(ports: Ports, port: str, method: str, before: Any = nothing, after: Any = nothing) -> Ports:
    """Return *ports* where something happens around one method of one port."""
    return attrs.evolve(ports, **{port: Between(getattr(ports, port), method, before, after)})


def once(act: Callable[[], Any]) -> Callable[[], None]:
    """Return what does *act* the first time only."""
    acts = [act]
    return lambda: acts.pop()() if acts else None


@contextmanager
def process(house: House, *keys: Any) -> Iterator[QBApps]:
    """Open the house's store as another process does, with keys of its own."""
    store = open_store(f"sqlite:///{house.path}")
    transport = Transport(adapter=InMemory(house.intuit))
    with assemble(store, KeyRing(keys), transport=transport, clock=house.clock) as qb:
        yield qb


@pytest.fixture
def used(filed: House) -> Iterator[House]:
    """A store under the old key: an app, two pairs and a grant that nobody could check."""
    with process(filed, OLD) as qb:
        filed.qb.close()
        filed.qb = qb
        filed.register()
        filed.connect()
        filed.connect(realm_id=GARAGE)
        filed.intuit.inject(*down("company"))
        with pytest.raises(GrantUnverified):
            filed.connect(MARIE, FIRM_REALM)
        filed.intuit.clear_faults()
        yield filed


def ciphertexts(house: House) -> dict[tuple[str, str], bytes]:
    """Return every sealed value as it lies in the file."""
    found = {}
    for place in sealed.PLACES:
        for column in place.columns:
            statement = f"select {place.key}, {column} from {place.table.name} where {column} is not null"  # noqa: S608
            found |= {(f"{place.kind}/{row}", column): value for row, value in house.sql(statement)}
    return found


def count_of(uses: tuple[KeyUse, ...]) -> dict[str | None, int]:
    return {one.key_id: one.count for one in uses}


def test_every_sealed_column_of_the_schema_is_known_to_a_change_of_keys() -> None:
    kept = {
        (table.name, c.name)
        for table in schema.metadata.tables.values()
        for c in table.c
        if isinstance(c.type, LargeBinary)
    }

    # What QuickBooks Desktop answered is compressed, not sealed.
    assert kept - {("desktop_pages", "data")} == {
        (place.table.name, column) for place in sealed.PLACES for column in place.columns
    }


def test_keys_are_changed_with_no_moment_at_which_a_process_cannot_work(used: House) -> None:
    """The walk of the manual: every process opens both, then seals with the new one, then all is sealed again."""
    ids = [one.id for one in used.qb.connections()]

    def works(qb: QBApps) -> None:
        used.clock.advance(timedelta(hours=2))
        assert all(used.intuit.is_alive(qb.access_token(one).value.reveal()) for one in ids)

    with process(used, OLD, NEW) as first, process(used, OLD) as late:
        works(first)
        works(late)
        with process(used, OLD, NEW) as second:
            works(second)
            works(first)
    with process(used, OLD, NEW) as slow, process(used, NEW, OLD) as quick:
        works(quick)
        works(slow)
        works(quick)
        assert count_of(quick.key_usage()) == {NEW_ID: 2, OLD_ID: 2}
    with process(used, NEW, OLD) as one, process(used, NEW, OLD) as other:
        works(other)
        assert one.rotate_keys() == 2
        works(other)
        works(one)
        assert count_of(other.key_usage()) == {NEW_ID: 4, OLD_ID: 0}
        assert other.rotate_keys() == 0
    with process(used, NEW) as alone:
        works(alone)
        (grant,) = alone.unverified_grants()
        assert alone.adopt(grant.id).owner.email == MARIE  # type: ignore[union-attr]
        assert alone.verify_events() == ()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 5))
def test_a_run_killed_at_any_step_is_taken_up_and_does_nothing_twice(used: House, step: int, moment: str) -> None:
    steps = iter(range(1, 100))

    def kill() -> None:
        if next(steps) == step:
            raise Killed

    with process(used, NEW, OLD) as qb:
        dying = between(qb._ports, "store", "reseal", **{moment: kill})
        with pytest.raises(Killed):
            rekeying.rotate_keys(dying, batch_size=1)
    after_kill = ciphertexts(used)
    with process(used, NEW, OLD) as qb:
        vault = qb._ports.vault
        done = {place for place, value in after_kill.items() if vault.key_id(value) == NEW_ID}
        left = {row for row, _ in after_kill.keys() - done}
        assert not left & {row for row, _ in done}, "a row is sealed whole or not at all"
        assert len(left) == (5 - step if moment == "before" else 4 - step)
        assert qb.rotate_keys() == len(left)
        assert count_of(qb.key_usage()) == {NEW_ID: 4, OLD_ID: 0}
    finished = ciphertexts(used)
    assert finished.keys() == after_kill.keys()
    assert {place: finished[place] for place in done} == {place: after_kill[place] for place in done}
    with process(used, NEW) as alone:
        assert used.intuit.is_alive(alone.access_token(next(alone.connections()).id).value.reveal())


def test_an_app_that_is_registered_again_meanwhile_keeps_its_new_secret(used: House) -> None:
    with process(used, OLD, NEW) as other, process(used, NEW, OLD) as qb:

        def again() -> None:
            other.register_app("dext", client_id=CLIENT_ID, client_secret="rotated-secret", redirect_uri=CALLBACK)

        ports = between(qb._ports, "store", "reseal", before=once(again))
        assert rekeying.rotate_keys(ports) == 4, "the next look finds the new secret under the other's first key"
        kept = qb._ports.store.client_secret("dext")
        assert kept is not None
        assert qb._ports.vault.key_id(kept) == NEW_ID
        assert qb._ports.vault.open(kept, "app/dext/client_secret").reveal() == "rotated-secret"


def test_a_pair_that_is_refreshed_meanwhile_is_never_put_back(used: House) -> None:
    connection = next(used.qb.connections())
    used.clock.advance(timedelta(hours=2))
    with process(used, OLD, NEW) as other, process(used, NEW, OLD) as qb:
        ports = between(qb._ports, "store", "reseal", before=once(lambda: other.access_token(connection.id)))
        assert rekeying.rotate_keys(ports) == 4
    with process(used, NEW) as alone:
        used.clock.advance(timedelta(hours=2))
        assert used.intuit.is_alive(alone.access_token(connection.id).value.reveal())
        assert alone.connection(connection.id).generation == 3


def test_a_refresh_whose_answer_is_lost_meanwhile_stays_in_the_journal(used: House) -> None:
    connection = next(used.qb.connections())
    used.clock.advance(timedelta(hours=2))
    used.intuit.inject(Fault("refresh", "drop_after"))

    def lose() -> None:
        with pytest.raises(IntuitUnavailable):
            used.qb.access_token(connection.id)

    with process(used, NEW, OLD) as qb:
        rekeying.rotate_keys(between(qb._ports, "store", "reseal", before=once(lose)))
        pair = qb._ports.store.tokens(connection.id)
    assert pair is not None
    assert pair.ambiguous_since is not None


def test_a_pair_that_is_destroyed_meanwhile_does_not_come_back(used: House) -> None:
    connection = next(used.qb.connections())
    with process(used, NEW, OLD) as qb:
        ports = between(qb._ports, "store", "reseal", before=once(lambda: used.qb.disconnect(connection.id)))
        rekeying.rotate_keys(ports)
        assert qb._ports.store.tokens(connection.id) is None
        assert qb.connection(connection.id).state == "disconnected"


def test_a_change_of_keys_refuses_nobodys_save(used: House) -> None:
    """A grant that is being adopted keeps its version, and is written back under the new key."""
    (grant,) = used.qb.unverified_grants()
    with process(used, NEW, OLD) as qb, process(used, NEW, OLD) as rotating:
        ports = between(qb._ports, "companies", "company_info", before=once(rotating.rotate_keys))
        used.intuit.inject(*down("userinfo", "jwks"))
        adopting = QBApps(ports, listeners=qb._listeners, close=nothing)
        with pytest.raises(GrantUnverified):
            adopting.adopt(grant.id)
        used.intuit.clear_faults()
        (kept,) = qb.unverified_grants()
        assert kept.realm_id == FIRM_REALM, "what was learnt was saved over what was sealed again"
        assert count_of(qb.key_usage()) == {NEW_ID: 4, OLD_ID: 0}
    with process(used, NEW) as alone:
        assert alone.adopt(grant.id).owner.email == MARIE  # type: ignore[union-attr]


def refresh_again_and_again(qb: QBApps, ids: list[str]) -> None:
    for connection_id in ids * 4:
        refresh.refresh_now(qb._ports, connection_id)


def register_again_and_again(qb: QBApps, secrets: list[str]) -> None:
    for secret in secrets:
        qb.register_app("spare", client_id="spare", client_secret=secret, redirect_uri=CALLBACK)


def test_others_refresh_connect_and_disconnect_while_keys_change(used: House) -> None:
    realms = [f"91303500001{number:05}" for number in range(24)]
    for realm in realms:
        used.intuit.add_company(realm, name=realm, admins=[JEAN])
    leaving = [used.connect(realm_id=realm).id for realm in realms[:8]]
    staying = [used.connect(realm_id=realm).id for realm in realms[8:16]]
    secrets = [f"secret-{number}" for number in range(16)]

    with process(used, OLD, NEW) as slow, process(used, NEW, OLD) as quick, process(used, NEW, OLD) as rotating:

        def connect(realm: str) -> None:
            slow.complete(used.agree(slow.begin_connect("dext"), JEAN, realm))

        with ThreadPoolExecutor(5) as threads:
            work = [
                threads.submit(refresh_again_and_again, slow, staying[:4]),
                threads.submit(refresh_again_and_again, quick, staying[4:]),
                threads.submit(lambda: [connect(realm) for realm in realms[16:]]),
                threads.submit(lambda: [quick.disconnect(connection_id) for connection_id in leaving]),
                threads.submit(register_again_and_again, slow, secrets),
            ]
            while not all(one.done() for one in work):
                rekeying.rotate_keys(rotating._ports, batch_size=3)
            for one in work:
                one.result()
        rotating.rotate_keys()
        assert count_of(rotating.key_usage())[OLD_ID] == 0
    with process(used, NEW) as alone:
        used.clock.advance(timedelta(hours=2))
        states = Counter(str(one.state) for one in alone.connections())
        assert states == {"connected": 2 + 8 + 8, "disconnected": 8}
        live = [one.id for one in alone.connections(state="connected")]
        assert all(used.intuit.is_alive(alone.access_token(one).value.reveal()) for one in live)
        spare = alone._ports.store.client_secret("spare")
        assert alone._ports.vault.open(spare or b"", "app/spare/client_secret").reveal() == secrets[-1]


def test_progress_ends_at_the_total(used: House) -> None:
    seen: list[Progress] = []
    with process(used, NEW, OLD) as qb:
        rekeying.rotate_keys(qb._ports, progress=seen.append, batch_size=1)
    assert [(one.done, one.total) for one in seen] == [(number, 4) for number in range(1, 5)]


def test_what_cannot_be_opened_is_named_and_stops_nothing_else(used: House) -> None:
    first, second = (one.id for one in used.qb.connections())
    used.sql("update tokens set refresh = x'0102' where connection_id = ?", first)
    (grant,) = used.qb.unverified_grants()
    used.sql("update grants set access = 'edited in a shell' where id = ?", grant.id)

    with process(used, NEW, OLD) as qb:
        with pytest.raises(SealBroken) as refusal:
            qb.rotate_keys()
        assert refusal.value.connection_id == first
        assert first in refusal.value.message
        assert grant.id in refusal.value.message
        assert count_of(qb.key_usage()) == {NEW_ID: 2, OLD_ID: 2, None: 2}
    with process(used, NEW) as alone:
        used.clock.advance(timedelta(hours=2))
        assert used.intuit.is_alive(alone.access_token(second).value.reveal())


def test_a_key_that_was_not_given_is_named_with_those_that_were(used: House) -> None:
    with process(used, NEW) as qb:
        with pytest.raises(UnknownKey) as refusal:
            qb.rotate_keys()
        assert OLD_ID in refusal.value.message
        assert NEW_ID in refusal.value.message
        assert OLD_ID in refusal.value.hint
        (mine, other) = qb.key_usage()
        assert (mine.key_id, mine.given, mine.seals, mine.count) == (NEW_ID, True, True, 0)
        assert (other.key_id, other.given, other.seals, other.count) == (OLD_ID, False, False, 4)
        assert (other.pairs, other.grants, other.client_secrets) == (2, 1, 1)
    with process(used, NEW, OLD) as qb:
        assert qb.rotate_keys() == 4


def test_the_file_holds_no_old_seal_in_any_row_afterwards(used: House, tmp_path: Path) -> None:
    with process(used, NEW, OLD) as qb:
        qb.rotate_keys()
    assert {value[1:9].hex() for value in ciphertexts(used).values()} == {NEW_ID}
    assert BAKERY in used.raw_bytes().decode("latin-1")
