"""What happens when a consent comes while something else is under way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import attrs
import pytest
from lifecycle_house import BAKERY, CLIENT_ID, FIRM_REALM, GARAGE, JEAN, MARIE, House, built

from qbapps.domain.events import Event
from qbapps.errors import ConfigurationError, GrantUnverified, IntuitError, IntuitUnavailable, ReconnectRequired
from qbapps.ports import Change, Store
from qbapps.simulator import Behaviour, Fault


def test_a_reconnect_closes_the_look_whether_the_app_is_gone(house: House) -> None:
    house.register()
    connection = house.connect()
    house.intuit.inject(Fault("revoke", "unavailable", times=None))
    assert house.qb.disconnect(connection.id).proof == "none"
    assert [task.kind for task in house.qb.worklist()] == ["check_gone"]
    house.intuit.clear_faults()
    house.qb.complete(house.agree(house.qb.reconnect(connection.id)))
    assert house.qb.worklist() == ()
    assert house.kinds(connection.id).count("task.cancelled") == 1


def test_a_reconnect_takes_a_delayed_disconnect_back(house: House) -> None:
    house.register()
    connection = house.connect()
    receipt = house.qb.disconnect(connection.id, after=timedelta(days=3))
    house.qb.complete(house.agree(house.qb.reconnect(connection.id)))
    house.clock.advance(timedelta(days=4))
    assert house.qb.run_due() == ()
    assert house.qb.worklist() == ()
    assert house.qb.undo_disconnect(receipt.id).state == "connected"
    assert house.works(connection.id)


def test_a_rumour_never_ends_a_consent_that_came_while_it_was_looked_into(house: House) -> None:
    house.register()
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)

    def consent_meanwhile(event: Event) -> None:
        if event.kind == "connection.needs_reconnect":
            house.qb.complete(house.agree(house.qb.reconnect(connection.id)))

    # Not a listener: those are told when the look is over.
    assert house.with_ports(announce=consent_meanwhile).note_disconnect(BAKERY, app="dext") is None
    assert house.qb.connection(connection.id).state == "connected"
    assert house.works(connection.id)


def test_rumours_at_the_same_time_lead_to_one_probe_and_no_error(online: House) -> None:
    online.register()
    online.connect()
    before = online.count("refresh")
    with ThreadPoolExecutor(16) as threads:
        heard = list(threads.map(lambda _: online.qb.note_disconnect(BAKERY, app="dext"), range(16)))
    assert heard == [None] * 16
    assert online.count("refresh") == before + 1


@pytest.mark.parametrize("fault", ["unauthorized", "api_fault"])
def test_only_a_wrong_realm_is_a_wrong_company(house: House, fault: str) -> None:
    house.register()
    details = {"code": "6190", "status": 400} if fault == "api_fault" else {}
    house.intuit.inject(Fault("company", fault, times=None, **details))
    with pytest.raises(GrantUnverified) as kept:
        house.connect()
    house.intuit.clear_faults()
    assert house.works(house.qb.adopt(kept.value.grant_id or "").id)


def test_an_access_token_that_is_refused_once_is_refreshed_before_the_company_is_doubted(house: House) -> None:
    house.register()
    house.intuit.inject(Fault("company", "unauthorized", times=1))
    assert house.works(house.connect().id)


def test_an_older_grant_is_not_adopted_over_a_newer_consent() -> None:
    with built(behaviour=Behaviour(takeover="dies_at_next_refresh"), over_http=False) as house:
        house.register()
        connection = house.connect()
        old = house.qb.begin_transfer(connection.id, to=MARIE)
        late = house.agree(old, user=JEAN)
        new = house.qb.renew_link(old.id)
        with pytest.raises(Exception, match="cancelled") as kept:
            house.qb.complete(late)
        house.clock.advance(timedelta(seconds=1))
        assert house.qb.complete(house.agree(new, user=MARIE)).owner.email == MARIE  # type: ignore[union-attr]
        with pytest.raises(Exception, match="later consent"):
            house.qb.adopt(kept.value.grant_id)  # type: ignore[attr-defined]
        assert house.works(connection.id)


def test_an_error_of_a_refresh_names_its_connection(house: House) -> None:
    house.register()
    connection = house.connect()
    house.clock.advance(timedelta(hours=2))
    house.intuit.inject(Fault("refresh", "unavailable", times=None))
    with pytest.raises(IntuitUnavailable) as down:
        house.qb.access_token(connection.id)
    assert (down.value.connection_id, down.value.realm_id) == (connection.id, BAKERY)
    house.intuit.clear_faults()
    house.intuit.inject(Fault("refresh", "invalid_client"))
    with pytest.raises(IntuitError) as wrong_keys:
        house.qb.access_token(connection.id)
    assert wrong_keys.value.connection_id == connection.id
    assert house.works(connection.id)


def test_each_of_two_firms_sees_the_tasks_of_a_client_they_share(house: House) -> None:
    house.qb.register_app("handy", environment="production")
    for firm in ("a", "b"):
        house.qb.add_firm(firm, name=firm)
        house.qb.add_client(firm, realm_id=GARAGE, name="Garage")
    house.register()
    connection = house.connect(realm_id=GARAGE)
    house.intuit.inject(Fault("revoke", "unavailable", times=None))
    house.qb.disconnect(connection.id)
    assert len(house.qb.worklist(firm="a")) == len(house.qb.worklist(firm="b")) == 1


def test_empty_keys_and_names_are_refused_and_change_nothing(house: House) -> None:
    house.register()
    connection = house.connect()
    for wrong in ({"client_id": CLIENT_ID, "client_secret": ""}, {"client_id": "", "client_secret": None}):
        with pytest.raises(ConfigurationError):
            house.qb.register_app("dext", redirect_uri="http://localhost:8400/callback", **wrong)  # type: ignore[arg-type]
    for name in ("", "  "):
        with pytest.raises(ConfigurationError):
            house.qb.add_firm("durand", name=name)
        with pytest.raises(ConfigurationError):
            house.qb.add_firm(name, name="Cabinet Durand")
    house.clock.advance(timedelta(hours=2))
    assert house.works(connection.id)


def test_a_lifetime_that_is_over_before_it_begins_is_refused(house: House) -> None:
    house.register()
    connection = house.connect()
    with pytest.raises(ConfigurationError):
        house.qb.begin_transfer(connection.id, to=MARIE, expires_in=timedelta(0))
    with pytest.raises(ConfigurationError):
        house.qb.disconnect(connection.id, after=timedelta(0))
    assert house.works(connection.id)


def test_a_passing_outage_does_not_resume_what_was_paused(house: House) -> None:
    house.register()
    connection = house.connect()
    house.qb.pause(connection.id)
    house.clock.advance(timedelta(days=80))
    house.intuit.inject(Fault("refresh", "invalid_grant", times=2))
    assert house.qb.refresh_due().failed
    assert house.qb.connection(connection.id).state == "needs_reconnect"
    house.intuit.clear_faults()
    assert house.qb.note_disconnect(BAKERY, app="dext") is None
    assert house.qb.connection(connection.id).state == "paused"
    assert house.qb.resume(connection.id).state == "connected"
    assert house.works(connection.id)


def test_a_link_that_is_renewed_again_and_again_lasts_as_long_as_the_first(house: House) -> None:
    house.register()
    transfer = house.qb.begin_transfer(house.connect().id, to=MARIE, expires_in=timedelta(days=3))
    for _ in range(3):
        house.clock.advance(timedelta(days=2))
        renewed = house.qb.renew_link(transfer.id)
        assert renewed.expires_at == house.clock.now() + timedelta(days=3)


@attrs.define
class JustBefore:
    """A store; just before it notes that a pair was refused, something else is done, once."""

    store: Store
    happens: Callable[[], object]
    has_happened: bool = False

    def save(self, change: Change) -> None:
        if change.marks is not None and change.marks.refused_at is not None and not self.has_happened:
            self.has_happened = True
            self.happens()
        self.store.save(change)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@pytest.mark.parametrize("asks", ["access_token", "probe", "refresh_due"])
def test_a_consent_that_comes_while_a_refusal_is_weighed_is_what_counts(house: House, asks: str) -> None:
    house.register()
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(timedelta(hours=2))
    store = JustBefore(house.ports.store, lambda: house.qb.complete(house.agree(house.qb.reconnect(connection.id))))
    qb = house.with_ports(store=store)

    {
        "access_token": lambda: qb.access_token(connection.id),
        "probe": lambda: qb.probe(connection.id),
        "refresh_due": lambda: qb.refresh_due(within=timedelta(days=400)),
    }[asks]()

    assert store.has_happened
    assert house.qb.connection(connection.id).state == "connected"
    assert "connection.needs_reconnect" not in house.kinds(connection.id)
    assert house.works(connection.id)


@pytest.mark.parametrize("others", [0, 2], ids=["refused", "in what looks like an outage"])
def test_a_disconnect_that_comes_while_a_refusal_is_weighed_is_what_counts(house: House, others: int) -> None:
    house.register()
    connection = house.connect()
    around = [house.connect(realm_id=realm) for realm in (GARAGE, FIRM_REALM)[:others]]
    house.clock.advance(timedelta(hours=2))
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    for other in around:
        with pytest.raises(ReconnectRequired):
            house.qb.access_token(other.id)
    store = JustBefore(house.ports.store, lambda: house.qb.disconnect(connection.id))

    with pytest.raises(ReconnectRequired, match="disconnected"):
        house.with_ports(store=store).access_token(connection.id)

    assert store.has_happened
    assert house.qb.connection(connection.id).state == "disconnected"
