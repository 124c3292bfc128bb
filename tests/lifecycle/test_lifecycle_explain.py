"""Why a connection does not work: each cause with its evidence, in English and in French."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, GARAGE, JEAN, MARIE, House, built, down

import qbapps
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause, Diagnosis
from qbapps.errors import GrantUnverified, QBAppsError
from qbapps.simulator import Behaviour, Fault

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def ask(house: House, connection: Connection) -> None:
    """Ask for a token, whatever comes of it."""
    try:
        house.qb.access_token(connection.id)
    except QBAppsError:
        return


def told(house: House, connection: Connection) -> str:
    return " ".join(house.qb.explain(connection.id, lang="en").evidence)


def at(house: House) -> str:
    return f"{house.clock.now():%Y-%m-%d %H:%M} UTC"


def never_used(house: House, connection: Connection) -> None:
    house.clock.advance(101 * DAY)
    ask(house, connection)


def five_years(house: House, connection: Connection) -> None:
    house.clock.advance(1826 * DAY)
    ask(house, connection)


def lost_answer(house: House, connection: Connection) -> None:
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "drop_after_rotation"))
    ask(house, connection)
    ask(house, connection)


def disconnected_there(house: House, connection: Connection) -> None:
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(2 * HOUR)
    ask(house, connection)


def lost_admin(house: House, connection: Connection) -> None:
    house.intuit.remove_admin(BAKERY, JEAN)
    house.qb.probe(connection.id)


def wrong_keys(house: House, connection: Connection) -> None:
    house.intuit.add_app(CLIENT_ID, "rotated-at-intuit", redirect_uris=[CALLBACK])
    house.clock.advance(2 * HOUR)
    ask(house, connection)


def unanswered(house: House, connection: Connection) -> None:
    house.clock.advance(2 * HOUR)
    house.intuit.inject(*down("refresh"))
    ask(house, connection)


def newer_consent(house: House, connection: Connection) -> None:
    house.clock.advance(DAY)
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified):
        house.connect(MARIE)
    house.intuit.clear_faults()
    ask(house, connection)


def restored_pair(house: House, connection: Connection) -> None:
    """Somebody puts the table of tokens back to what it was two days ago."""
    kept = house.sql("select * from tokens")
    for _ in range(2):
        house.clock.advance(25 * HOUR)
        ask(house, connection)
    house.sql("delete from tokens")
    house.sql(f"insert into tokens values ({', '.join('?' * len(kept[0]))})", *kept[0])  # noqa: S608
    house.clock.advance(2 * HOUR)
    ask(house, connection)


WORLDS: dict[Cause, tuple[Callable[[House, Connection], None], str]] = {
    Cause.IDLE_TOO_LONG: (never_used, "Unused, it would end at 2026-04-15 09:00 UTC."),
    Cause.HARD_CAP: (five_years, "The consent ends for good at 2031-01-04 09:00 UTC."),
    Cause.LOST_ANSWER: (lost_answer, "A refresh sent at 2026-01-05 11:00 UTC was never answered."),
    Cause.REFUSED: (disconnected_there, "Likely the app was disconnected in QuickBooks"),
    Cause.OWNER_LOST_ACCESS: (lost_admin, "It was found not to work at 2026-01-05 09:00 UTC."),
    Cause.WRONG_KEYS: (wrong_keys, "Intuit refused the keys of dext at 2026-01-05 11:00 UTC."),
    Cause.OUTAGE: (unanswered, "A refresh sent at 2026-01-05 11:00 UTC was never answered."),
    Cause.TAKEN_OVER: (newer_consent, "A newer consent for the same company came at 2026-01-06 09:00 UTC"),
    Cause.SUPERSEDED: (restored_pair, "The pair held here was replaced before: it was generation 1 until 2026-01-06"),
}


@pytest.mark.parametrize("cause", WORLDS)
def test_each_cause_is_named_with_its_evidence_and_what_to_do(filed: House, cause: Cause) -> None:
    act, sentence = WORLDS[cause]
    connection = filed.connect()
    act(filed, connection)

    found = filed.qb.explain(connection.id, lang="en")
    french = filed.qb.explain(connection.id, lang="fr")

    assert found.cause is french.cause is cause
    assert sentence in " ".join(found.evidence)
    assert found.next_step
    assert "generation" in " ".join(found.evidence)
    assert len(french.evidence) == len(found.evidence)
    assert not {found.next_step, *found.evidence} & {french.next_step, *french.evidence}, "each sentence is French"


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.LOST_ANSWER, Cause.OWNER_LOST_ACCESS, Cause.WRONG_KEYS])
def test_what_intuit_said_can_be_shown_to_its_support(filed: House, cause: Cause) -> None:
    connection = filed.connect()
    WORLDS[cause][0](filed, connection)
    stream = "dext" if cause is Cause.WRONG_KEYS else connection.id

    (*_, last) = [event for event in filed.qb.events(stream) if event.details.get("intuit_tid")]

    assert f"Intuit's id of that exchange is {last.details['intuit_tid']}." in told(filed, connection)


def test_a_working_connection_has_nothing_to_do(house: House) -> None:
    connection = house.connect()

    found = house.qb.explain(connection.id)

    assert (found.cause, found.next_step) == (Cause.WORKING, "Nothing to do.")


def test_one_that_nobody_asked_for_is_known_to_have_run_out(house: House) -> None:
    connection = house.connect()
    house.clock.advance(101 * DAY)

    assert house.qb.explain(connection.id).cause is Cause.IDLE_TOO_LONG
    assert house.count("refresh") == 0


def test_a_pair_that_another_program_still_refreshes_is_superseded() -> None:
    with built(Behaviour(rotation="each_refresh"), over_http=False) as old:
        connection = old.connect()
        before = old.refresh_token(connection.id)
        with built(over_http=False) as new:
            new.qb = old.with_ports(store=new.ports.store, vault=new.ports.vault)
            new.intuit, new.clock = old.intuit, old.clock
            new.qb.register_app(
                "dext",
                client_id=CLIENT_ID,
                client_secret="dext-canary-secret",
                redirect_uri=CALLBACK,
                discovery_url=old.intuit.discovery_url,
                api_url=old.intuit.api_url,
            )
            moved = new.qb.import_tokens("dext", realm_id=BAKERY, refresh_token=before)
            theirs = new.refresh_token(moved.id)
            new.clock.advance(2 * HOUR)
            keys = _keys(new)
            new.ports.oauth.refresh(keys, qbapps.Secret(theirs))
            ask(new, moved)

            found = new.qb.explain(moved.id)

            assert found.cause is Cause.SUPERSEDED
            assert "another program" in " ".join(found.evidence)
            assert "copy of the store" in found.next_step


def _keys(house: House) -> object:
    from qbapps.lifecycle.sealing import credentials  # noqa: PLC0415

    return credentials(house.ports, house.qb.app("dext"))


def test_a_disconnect_url_that_was_called_is_told_as_what_it_is(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.qb.note_disconnect(BAKERY, app="dext")
    called = at(house)
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(2 * HOUR)
    ask(house, connection)

    assert f"Its Disconnect URL was called at {called}; anyone can do that." in told(house, connection)


def test_a_transfer_that_did_not_come_back_is_told(house: House) -> None:
    connection = house.connect()
    house.qb.begin_transfer(connection.id, to=MARIE)
    disconnected_there(house, connection)

    assert f"A transfer to {MARIE}, begun at 2026-01-05 09:00 UTC, did not come back." in told(house, connection)


def test_one_that_came_back_says_so(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=2))
    ask(house, connection)
    house.clock.advance(timedelta(minutes=1))
    ask(house, connection)

    found = house.qb.explain(connection.id)

    assert found.cause is Cause.WORKING
    assert "It came back by itself at 2026-01-05 11:01 UTC." in found.evidence


def test_asking_why_asks_nobody(house: House) -> None:
    connection, other = house.connect(), house.connect(realm_id=GARAGE)
    disconnected_there(house, connection)
    house.intuit.clear_requests()

    found: list[Diagnosis] = [house.qb.explain(one.id) for one in (connection, other)]

    assert len(found) == 2
    assert house.intuit.requests == ()
