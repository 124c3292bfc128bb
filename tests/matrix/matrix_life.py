"""
One life of a firm's connections, the same under every combination of the unknowns.

Every switch bites in it; each step is held against what the switches say, and no more than that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs
import pytest
from matrix_witness import Scene, Witness

from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Proof
from qbapps.errors import ConsentDenied, IntuitUnavailable, ReconnectRequired, WrongCompany, WrongOwner
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour, DeadRevoke, Fault, Intuit, Record
from qbapps.simulator.behaviour import ReplacedToken, Replay, RevokeReach, Rotation, SameUserAgain, Takeover
from qbapps.testing import FakeClock

REDIRECT = "http://localhost:8400/callback"
APP, CLIENT = "dext", "cid-dext"
MARTIN, PETIT, LENOIR, ROUX = "9130350000000100", "9130350000000102", "9130350000000105", "9130350000000107"
JEAN, MARIE, PAUL = "jean@durand.example", "marie@durand.example", "paul@elsewhere.example"
HOURS = timedelta(hours=1)


@attrs.define
class Life:
    """
    Intuit in one combination, a QBApps that knows nothing of it, and a witness who sees both.

    Attributes:
        scene: What the store held at the end of the last step; nothing is done outside of steps.
        saw: What could be seen from outside, in order; two combinations that differ in it differ in earnest.
    """

    behaviour: Behaviour
    clock: FakeClock
    intuit: Intuit
    qb: QBApps
    witness: Witness
    scene: Scene
    saw: list[tuple[str, object]] = attrs.field(factory=list)

    @contextmanager
    def step(self, doing: str, loses: Iterable[str] = ()) -> Iterator[None]:
        """
        Hold the promises against what is done in the block.

        Args:
            loses: The connections that Intuit's side ends in it, and no other.
        """
        before, seen = self.witness.look_at_intuit(self.scene), len(self.intuit.requests)
        yield
        self.scene = after = self.witness.look()
        records = self.intuit.requests[seen:]
        ended = {held.id: held.slot for held in after.held.values() if held.state == "disconnected"}
        assert before.living - after.living - set(ended) == set(loses), doing
        for slot, values in self.witness.arrived(records).items():
            assert slot in ended.values() or values[-1] in after.refresh_tokens, f"{doing} lost the pair it was given"
        if self.behaviour.rotation is Rotation.EACH_REFRESH:
            assert _granted_twice(records) == [], f"{doing} refreshed one pair twice"

    def see(self, what: str, seen: object) -> None:
        """Note what can be seen from outside."""
        self.saw.append((what, seen))

    def pair(self, connection: Connection) -> tuple[str, str]:
        """Return the access token and the refresh token that the store holds."""
        held = self.scene.held[connection.id]
        assert held.access is not None
        assert held.refresh is not None
        return held.access, held.refresh

    def alive(self, *tokens: str) -> tuple[bool, ...]:
        """Tell which tokens Intuit would honour now."""
        return tuple(self.intuit.is_alive(token) for token in tokens)

    def answer(self, url: str | None, user: str, realm_id: str | None = None, decision: str = "allow") -> Connection:
        """Let *user* follow a link, and complete it."""
        assert url is not None
        return self.qb.complete(self.intuit.consent(url, user=user, realm_id=realm_id, decision=decision))

    def connect(self, realm_id: str, user: str) -> Connection:
        """Connect a company."""
        return self.answer(self.qb.begin_connect(APP, realm_id=realm_id).url, user, realm_id)

    def works(self, connection: Connection) -> bool:
        """Ask for a token that must be of use, or be told why there is none."""
        try:
            token = self.qb.access_token(connection.id)
        except ReconnectRequired as refused:
            dead = refused.diagnosis
        else:
            dead = None
        if dead is not None:
            assert dead.cause not in {"working", "paused"}
            return False
        assert self.intuit.is_alive(token.value.reveal())
        return True

    def last(self, operation: str) -> Record:
        """Return the last request of one kind."""
        return next(record for record in reversed(self.intuit.requests) if record.operation == operation)


def live(there: Life, martin: Connection, petit: Connection, lenoir: Connection) -> None:
    """Go through all of it; Jean owns Martin and Petit, Marie owns Lenoir, Roux is not connected."""
    rotate(there, martin)
    replay_elsewhere(there, martin)
    consent_again(there, petit)
    lose_an_answer(there, petit)
    consent_elsewhere(there, petit)
    transfer_astray(there, martin, petit)
    transfer(there, martin)
    take_over(there, martin)
    disconnect(there, petit, lenoir)
    disconnect_the_dead(there, martin)
    disconnect_there(there, lenoir)


def rotate(there: Life, martin: Connection) -> None:
    """Refresh a day later and again within the day: the value changes as the switch says."""
    _, first = there.pair(martin)
    there.clock.advance(25 * HOURS)
    with there.step("a refresh after a day"):
        assert there.works(martin)
    _, second = there.pair(martin)
    assert second != first
    there.see("the replaced token, its successor unused", there.alive(first))
    assert there.alive(first) == (there.behaviour.replaced_refresh_token is not ReplacedToken.DEAD_AT_ONCE,)
    assert there.qb.probe(martin.id).alive
    there.see("the replaced token, its successor used", there.alive(first))
    assert there.alive(first) == (there.behaviour.replaced_refresh_token is ReplacedToken.ALIVE_24H,)

    there.clock.advance(2 * HOURS)
    with there.step("a refresh within the day"):
        assert there.works(martin)
    _, third = there.pair(martin)
    there.see("a new value within the day", third != second)
    assert (third != second) is (there.behaviour.rotation is Rotation.EACH_REFRESH)
    there.see("id_token on refresh", "id_token" in json.loads(there.last("refresh").answer))


def replay_elsewhere(there: Life, martin: Connection) -> None:
    """Let a forgotten copy of our database present a token that is long dead: it may end the whole chain."""
    kills = there.behaviour.replay is Replay.KILLS_CHAIN
    first = next(
        json.loads(record.answer)["refresh_token"]
        for record in there.intuit.requests
        if record.operation == "exchange" and record.realm_id == MARTIN
    )
    there.clock.advance(24 * HOURS)
    with there.step("a replay elsewhere", loses=[martin.id] if kills else []):
        assert post_token(there.intuit, grant_type="refresh_token", refresh_token=first).status == 400
    with there.step("a refresh after a replay"):
        worked = there.works(martin)
    there.see("after a replay elsewhere", worked)
    assert worked is not kills
    if kills:
        with there.step("a reconnect after a replay"):
            there.answer(there.qb.reconnect(martin.id).url, JEAN, MARTIN)
            assert there.works(martin)


def consent_again(there: Life, petit: Connection) -> None:
    """Let the same person consent once more: the pair before dies or stays, and the new one works."""
    with there.step("keeping it alive"):
        assert there.works(petit)
    old = there.pair(petit)
    with there.step("the same person again"):
        again = there.answer(there.qb.reconnect(petit.id).url, JEAN, PETIT)
    assert (again.id, again.grant) == (petit.id, petit.grant + 1)
    there.see("the same person's tokens before", there.alive(*old))
    stay = there.behaviour.same_user_again is SameUserAgain.STAY
    assert there.alive(*old) == (stay, stay)
    assert there.works(petit)


def lose_an_answer(there: Life, petit: Connection) -> None:
    """Lose the answer to a refresh: what can be recovered is, and what cannot says why."""
    gone = there.behaviour.replaced_refresh_token is ReplacedToken.DEAD_AT_ONCE
    there.clock.advance(25 * HOURS)
    there.intuit.inject(Fault("refresh", "drop_after_rotation"))
    with there.step("a lost answer", loses=[petit.id] if gone else []), pytest.raises(IntuitUnavailable):
        there.qb.access_token(petit.id)
    with there.step("a refresh after a lost answer"):
        worked = there.works(petit)
    there.see("after a lost answer", worked)
    assert worked is not gone
    if gone:
        assert there.qb.explain(petit.id).cause == "lost_answer"
        with there.step("a reconnect after a lost answer"):
            there.answer(there.qb.reconnect(petit.id).url, JEAN, PETIT)
            assert there.works(petit)


def consent_elsewhere(there: Life, petit: Connection) -> None:
    """Let Marie consent for the app at another installation: ours may end, at once or at its next refresh."""
    takeover = there.behaviour.takeover
    stays = takeover is Takeover.STAYS
    old = there.pair(petit)
    consent_without_us(there.intuit, MARIE, PETIT)
    assert (petit.id in there.witness.look_at_intuit(there.scene).living) is stays
    there.see("the pair of who was there before", there.alive(*old))
    assert there.alive(*old) == (takeover is not Takeover.DIES_AT_ONCE, stays)
    there.clock.advance(2 * HOURS)
    with there.step("a refresh after a consent elsewhere"):
        worked = there.works(petit)
    there.see("after a consent elsewhere", worked)
    assert worked is stays


def transfer_astray(there: Life, martin: Connection, petit: Connection) -> None:
    """However a transfer goes wrong, what was connected goes on, and what it gave is used or revoked with care."""
    asked = there.qb.begin_transfer(martin.id, to=MARIE)
    with there.step("a decline"), pytest.raises(ConsentDenied):
        there.answer(asked.url, MARIE, decision="deny")
    assert there.qb.transfer(asked.id).state == "declined"

    with there.step("a wrong company that is held, and a browser that claims the right one"):
        callback = there.intuit.consent(there.qb.renew_link(asked.id).url or "", user=MARIE, realm_id=PETIT)
        with pytest.raises(WrongCompany):
            there.qb.complete(callback.replace(f"realmId={PETIT}", f"realmId={MARTIN}"))
    assert there.qb.transfer(asked.id).state == "wrong_company"
    taken = there.qb.connection(petit.id)
    assert taken.owner is not None
    assert (taken.state, taken.owner.email) == ("connected", MARIE)
    assert there.works(petit)

    with there.step("a wrong company that is not held"), pytest.raises(WrongCompany) as refused:
        there.answer(there.qb.renew_link(asked.id).url, PAUL, ROUX)
    kept = there.scene.kept
    assert [grant.id for grant in kept] == [refused.value.grant_id]
    with there.step("a discard"):
        there.qb.discard(kept[0].id)
    assert there.last("revoke").status == 200
    assert there.alive(kept[0].access, kept[0].refresh) == (False, False)


def transfer(there: Life, martin: Connection) -> None:
    """Transfer Martin from Jean to Marie: it works throughout, whatever becomes of Jean's pair."""
    asked = there.qb.transfers(state="wrong_company")[-1]
    old = there.pair(martin)
    with there.step("a transfer"):
        accepted = there.answer(there.qb.renew_link(asked.id).url, MARIE, MARTIN)
    assert there.qb.transfer(asked.id).state == "completed"
    assert accepted.owner is not None
    assert (accepted.id, accepted.owner.email) == (martin.id, MARIE)
    there.see("the former owner's pair", there.alive(*old))
    assert there.last("revoke").realm_id == ROUX, "the former owner's pair is never revoked"
    assert there.works(martin)


def take_over(there: Life, martin: Connection) -> None:
    """Let another admin answer a link that was meant for the owner: recorded as what it is, and it works."""
    link = there.qb.begin_connect(APP, realm_id=MARTIN, owner=MARIE)
    with there.step("a takeover"), pytest.raises(WrongOwner):
        there.answer(link.url, PAUL, MARTIN)
    taken = there.qb.connection(martin.id)
    assert taken.owner is not None
    assert (taken.state, taken.owner.email) == ("connected", PAUL)
    assert "connection.taken_over" in {event.kind for event in there.qb.events(martin.id)}
    assert there.works(martin)


def disconnect(there: Life, petit: Connection, lenoir: Connection) -> None:
    """Disconnect Petit, of Marie, who owns Lenoir too: the proof is true, and what else dies is told apart."""
    reach = there.behaviour.revoke_reach
    there.clock.advance(24 * HOURS - timedelta(minutes=10))
    with there.step("keeping it alive"):
        assert there.works(petit)
    earlier, _ = there.pair(petit)
    # The value is older than a day, so the access token just given belongs to another refresh token now.
    there.clock.advance(timedelta(minutes=30))
    with there.step("a false rumour"):
        assert there.qb.note_disconnect(PETIT, app=APP) is None
    _, value = there.pair(petit)

    siblings = [lenoir.id] if reach is RevokeReach.USER_APP else []
    with there.step("a disconnect", loses=siblings):
        receipt = there.qb.disconnect(petit.id, reason="security")
    assert receipt.proof == Proof.REFUSED_AFTER_REVOKE, "the pair was good, so the proof must be had"
    revoke, refresh = there.last("revoke"), there.last("refresh")
    assert (revoke.status, json.loads(revoke.body)["token"]) == (200, value)
    assert (refresh.status, refresh.form["refresh_token"]) == (400, value)
    assert there.alive(value) == (False,)
    there.see("an older access token of the chain", there.alive(earlier))
    # The refresh that proves the revoke presents a dead token, which may kill the chain as well.
    spared = reach is RevokeReach.PAIR and there.behaviour.replay is Replay.INVALID_GRANT
    assert there.alive(earlier) == (spared,)
    with pytest.raises(ReconnectRequired):
        there.qb.access_token(petit.id)
    assert there.qb.disconnect(petit.id).id == receipt.id

    there.clock.advance(2 * HOURS)
    with there.step("a refresh of a sibling"):
        worked = there.works(lenoir)
    there.see("another company of the same person", worked)
    assert worked is (reach is not RevokeReach.USER_APP)


def disconnect_the_dead(there: Life, martin: Connection) -> None:
    """Disconnect what was ended inside QuickBooks: the proof claims only what the answers show."""
    there.intuit.disconnect(CLIENT, MARTIN)
    with there.step("a disconnect of the dead"):
        receipt = there.qb.disconnect(martin.id)
    revoke = there.last("revoke")
    there.see("the revoke of a dead token", (revoke.status, bool(revoke.answer)))
    accepted = there.behaviour.dead_revoke is DeadRevoke.OK
    assert receipt.proof == (Proof.REFUSED_AFTER_REVOKE if accepted else Proof.ALREADY_GONE)


def disconnect_there(there: Life, lenoir: Connection) -> None:
    """Hear of a disconnect inside QuickBooks: it is believed once Intuit has refused the pair."""
    there.intuit.disconnect(CLIENT, LENOIR)
    with there.step("a true rumour"):
        noted = there.qb.note_disconnect(LENOIR, app=APP)
    assert noted is not None
    assert (noted.reason, noted.proof) == ("in_quickbooks", Proof.ALREADY_GONE)
    assert there.qb.connection(lenoir.id).state == "disconnected"


def consent_without_us(intuit: Intuit, user: str, realm_id: str) -> None:
    """Let *user* consent for the app at another installation of it, of which ours knows nothing."""
    asked = {
        "client_id": CLIENT,
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting openid email profile",
        "redirect_uri": REDIRECT,
        "state": "elsewhere",
    }
    callback = intuit.consent(f"{intuit.url}/connect/oauth2?{urlencode(asked)}", user=user, realm_id=realm_id)
    code = dict(parse_qsl(urlsplit(callback).query))["code"]
    assert post_token(intuit, grant_type="authorization_code", code=code, redirect_uri=REDIRECT).status == 200


def post_token(intuit: Intuit, **form: str) -> Any:
    """Ask Intuit's token endpoint as another installation of the app would."""
    keys = {"client_id": CLIENT, "client_secret": "secret"}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return intuit.handle("POST", "/oauth2/v1/tokens/bearer", headers, urlencode({**keys, **form}))


def _granted_twice(records: tuple[Record, ...]) -> list[str]:
    """Return the refresh tokens with which two refreshes succeeded: the second one was not needed."""
    sent = [
        record.form["refresh_token"] for record in records if record.operation == "refresh" and record.status == 200
    ]
    return [value for value in sent if sent.count(value) > 1]
