"""Long lives of many connections, with faults, crashes and clocks that are wrong: the promises hold at each step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule
from matrix_town import APPS, JEAN, MARIE, PEOPLE, REALMS, Step, Town

from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.transfer import Transfer
from qbapps.manager import QBApps
from qbapps.simulator import MATRIX, Behaviour, ConsentRefused, Fault, TakeoverMoment

BEHAVIOURS = st.builds(
    Behaviour,
    **{switch: st.sampled_from(list(positions)) for switch, positions in MATRIX.items()},
    code_replay_revokes=st.booleans(),
    takeover_moment=st.sampled_from(list(TakeoverMoment)),
)
# Most is about the same few connections, so that one thing meets the consequences of another.
APP = st.sampled_from([APPS[0]] * 3 + [APPS[1]])
REALM = st.sampled_from([REALMS[0]] * 3 + list(REALMS[1:]))
PERSON = st.sampled_from([JEAN, MARIE, JEAN, MARIE, PEOPLE[2]])
PROCESS = st.integers(0, 1)
NUMBER = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3])
BEFORE = ("reset", "timeout", "unavailable", "server_error", "throttled", "html")
AFTER = ("drop_after", "timeout_after", "unavailable_after", "server_error_after", "throttled_after", "html_after")
OF_TOKENS = ("invalid_grant", "invalid_client", "truncated", "invalid_grant_after", "invalid_client_after")
OF_PAIRS = ("drop_after_rotation", "no_id_token", "no_refresh_token")
PLACES = {
    "exchange": (*BEFORE, *AFTER, *OF_TOKENS, *OF_PAIRS),
    "refresh": (*BEFORE, *AFTER, *OF_TOKENS, *OF_PAIRS),
    "revoke": (*BEFORE, *AFTER, *OF_TOKENS),
    "company": (*BEFORE, "truncated", "unauthorized", "forbidden", "api_fault"),
    "userinfo": (*BEFORE, "truncated", "unauthorized"),
    "jwks": BEFORE,
    "discovery": BEFORE,
}
FAULTS = st.sampled_from(
    [
        (operation, kind, times, after)
        for operation, kinds in PLACES.items()
        for kind in kinds
        for times, after in ((1, 0), (1, 1), (4, 0))
        for _ in range(3 if operation in {"exchange", "refresh"} else 2 if operation in {"revoke", "company"} else 1)
    ]
)
"""The arguments of a fault: on what, which, how often, and after how many requests."""
STRIDES = st.sampled_from(
    [timedelta(minutes=m) for m in (1, 4, 57, 120, 23 * 60, 25 * 60, 8 * 24 * 60, 71 * 24 * 60, 120 * 24 * 60)]
)


@attrs.frozen
class Crash:
    """The process dies at its n-th call to the outside."""

    call: int
    moment: str


@attrs.frozen
class Meanwhile:
    """In the midst of it the other process does something about the same connections."""

    call: int
    moment: str
    what: str
    number: int


CALLS, MOMENTS = st.integers(1, 30), st.sampled_from(["before", "after"])
WHAT = st.sampled_from(["access_token", "disconnect", "refresh_due", "consent", "pause", "discard", "adopt"])
Trouble = Crash | Meanwhile | tuple[tuple[str, str, int, int], ...]
TROUBLE = st.one_of(
    st.just(()),
    st.lists(FAULTS, min_size=1, max_size=3).map(tuple),
    st.builds(Crash, CALLS, MOMENTS),
    st.builds(Meanwhile, CALLS, MOMENTS, WHAT, NUMBER),
)
WAIT = st.sampled_from([timedelta(0), timedelta(minutes=57), timedelta(hours=2), timedelta(hours=25)])
JUMPS = st.sampled_from(
    [timedelta(minutes=m) for m in (0, 0, -3, -45, -90, 5, 300)] + [timedelta(days=d) for d in (-3, 1)]
)
"""By how much a clock is set wrong; by nothing sets it right."""


class Lives(RuleBasedStateMachine):
    """Everything that people, processes and Intuit may do, in any order."""

    links = Bundle("links")
    callbacks = Bundle("callbacks")

    @initialize(behaviour=BEHAVIOURS)
    def begin(self, behaviour: Behaviour) -> None:
        self.town = Town(behaviour)
        self.ids: list[str] = []
        for app, who, realm_id in ((APPS[0], JEAN, REALMS[0]), (APPS[0], JEAN, REALMS[1]), (APPS[1], MARIE, REALMS[0])):
            self.connect(0, app, who, realm_id, ())

    def teardown(self) -> None:
        if hasattr(self, "town"):
            assert self.town.auditor.verify_events() == ()
            self.town.close()

    # What people ask of the library

    @rule(process=PROCESS, app=APP, who=PERSON, realm_id=REALM, trouble=TROUBLE)
    def connect(self, process: int, app: str, who: str, realm_id: str, trouble: Trouble) -> None:
        url = self.link(process, lambda qb: qb.begin_connect(app, realm_id=realm_id))
        self.answer(process, url, who, realm_id, trouble)

    @rule(process=PROCESS, number=NUMBER, who=PERSON, trouble=TROUBLE)
    def connect_again(self, process: int, number: int, who: str, trouble: Trouble) -> None:
        connection_id = self.connection(number)
        url = self.link(process, lambda qb: qb.reconnect(connection_id))
        self.answer(process, url, who, self.town.scene.held[connection_id].slot[1], trouble)

    @rule(process=PROCESS, number=NUMBER, to=PERSON, who=PERSON, realm_id=st.none() | REALM, trouble=TROUBLE)
    def transfer_it(self, process: int, number: int, to: str, who: str, realm_id: str | None, trouble: Trouble) -> None:
        connection_id = self.connection(number)
        url = self.link(process, lambda qb: qb.begin_transfer(connection_id, to=to))
        self.answer(process, url, who, realm_id or self.town.scene.held[connection_id].slot[1], trouble)

    @rule(target=links, process=PROCESS, app=APP, realm_id=st.none() | REALM, owner=st.none() | PERSON)
    def begin_connect(self, process: int, app: str, realm_id: str | None, owner: str | None) -> str:
        return self.link(process, lambda qb: qb.begin_connect(app, realm_id=realm_id, owner=owner))

    @rule(target=links, process=PROCESS, number=NUMBER)
    def reconnect(self, process: int, number: int) -> str:
        connection_id = self.connection(number)
        return self.link(process, lambda qb: qb.reconnect(connection_id))

    @rule(target=links, process=PROCESS, number=NUMBER, to=PERSON, days=st.integers(1, 9))
    def begin_transfer(self, process: int, number: int, to: str, days: int) -> str:
        connection_id, lasts = self.connection(number), timedelta(days=days)
        return self.link(process, lambda qb: qb.begin_transfer(connection_id, to=to, expires_in=lasts))

    @precondition(lambda self: self.town.scene.transfers)
    @rule(target=links, process=PROCESS, number=NUMBER)
    def renew_link(self, process: int, number: int) -> str:
        transfer_id = self.transfer(number)
        return self.link(process, lambda qb: qb.renew_link(transfer_id))

    @precondition(lambda self: self.town.scene.transfers)
    @rule(process=PROCESS, number=NUMBER)
    def cancel_transfer(self, process: int, number: int) -> None:
        transfer_id = self.transfer(number)
        self.do(process, "cancel_transfer", lambda qb: qb.cancel_transfer(transfer_id))

    @rule(target=callbacks, link=links, who=PERSON, realm_id=st.none() | REALM, claimed=st.none() | REALM)
    def agree_or_decline(self, link: str, who: str, realm_id: str | None, claimed: str | None) -> str:
        """The browser may claim another company than the one that was chosen."""
        callback = self.agree(link, who, realm_id)
        return callback.replace(f"realmId={realm_id}", f"realmId={claimed}") if claimed else callback

    @rule(process=PROCESS, callback=callbacks, trouble=TROUBLE)
    def complete(self, process: int, callback: str, trouble: Trouble) -> None:
        if callback:
            self.do(process, "complete", lambda qb: qb.complete(callback), trouble)

    @precondition(lambda self: self.town.scene.kept)
    @rule(process=PROCESS, number=NUMBER, discard=st.booleans(), trouble=TROUBLE)
    def adopt_or_discard(self, process: int, number: int, discard: bool, trouble: Trouble) -> None:
        grant = self.town.scene.kept[number % len(self.town.scene.kept)]
        if discard:
            self.do(process, "discard", lambda qb: self.town.discard(qb, grant), trouble)
        else:
            self.do(process, "adopt", lambda qb: qb.adopt(grant.id), trouble)

    @rule(process=PROCESS, number=NUMBER, wait=WAIT, trouble=TROUBLE)
    def access_token(self, process: int, number: int, wait: timedelta, trouble: Trouble) -> None:
        connection_id = self.connection(number)
        self.town.true.advance(wait)
        step = self.do(process, "access_token", lambda qb: qb.access_token(connection_id), trouble)
        self.town.check_token(step, connection_id)

    @rule(process=PROCESS, number=NUMBER, trouble=TROUBLE)
    def read(self, process: int, number: int, trouble: Trouble) -> None:
        connection_id = self.connection(number)
        query = "select * from CompanyInfo"
        self.do(process, "read", lambda qb: qb.quickbooks(connection_id).query(query) and None, trouble)

    @rule(process=PROCESS, number=NUMBER, trouble=TROUBLE)
    def probe(self, process: int, number: int, trouble: Trouble) -> None:
        connection_id = self.connection(number)
        self.do(process, "probe", lambda qb: qb.probe(connection_id), trouble)

    @rule(process=PROCESS, days=st.sampled_from([1, 30, 400]), trouble=TROUBLE)
    def refresh_due(self, process: int, days: int, trouble: Trouble) -> None:
        self.do(process, "refresh_due", lambda qb: qb.refresh_due(within=timedelta(days=days)), trouble)

    @rule(process=PROCESS, number=NUMBER, hours=st.sampled_from([0, 0, 30]), trouble=TROUBLE)
    def disconnect(self, process: int, number: int, hours: int, trouble: Trouble) -> None:
        connection_id, after = self.connection(number), timedelta(hours=hours) if hours else None
        self.do(process, "disconnect", lambda qb: qb.disconnect(connection_id, after=after), trouble)

    @precondition(lambda self: self.town.scene.receipts)
    @rule(process=PROCESS, trouble=TROUBLE)
    def run_due(self, process: int, trouble: Trouble) -> None:
        self.do(process, "disconnect", lambda qb: qb.run_due(), trouble)

    @precondition(lambda self: self.town.scene.receipts)
    @rule(process=PROCESS, number=NUMBER)
    def undo_disconnect(self, process: int, number: int) -> None:
        receipts = self.town.scene.receipts
        receipt_id = receipts[number % len(receipts)]
        self.do(process, "undo_disconnect", lambda qb: qb.undo_disconnect(receipt_id))

    @rule(process=PROCESS, app=APP, realm_id=REALM, trouble=TROUBLE)
    def note_disconnect(self, process: int, app: str, realm_id: str, trouble: Trouble) -> None:
        self.do(process, "note_disconnect", lambda qb: qb.note_disconnect(realm_id, app=app), trouble)

    @rule(process=PROCESS, number=NUMBER, pause=st.booleans())
    def pause_or_resume(self, process: int, number: int, pause: bool) -> None:
        connection_id = self.connection(number)
        if pause:
            self.do(process, "pause", lambda qb: qb.pause(connection_id))
        else:
            self.do(process, "resume", lambda qb: qb.resume(connection_id))

    # What happens at Intuit, out of our sight

    @rule(app=APP, realm_id=REALM)
    def disconnect_in_quickbooks(self, app: str, realm_id: str) -> None:
        self.town.intuit.disconnect(f"cid-{app}", realm_id)

    @rule(app=APP, who=PERSON, realm_id=REALM)
    def consent_elsewhere(self, app: str, who: str, realm_id: str) -> None:
        self.town.elsewhere(app, who, realm_id)

    @rule(realm_id=REALM, admins=st.sets(PERSON, min_size=1))
    def change_admins(self, realm_id: str, admins: set[str]) -> None:
        self.town.intuit.set_admins(realm_id, sorted(admins))

    # Time, and what is restarted

    @rule(by=STRIDES)
    def advance(self, by: timedelta) -> None:
        self.town.true.advance(by)

    @rule(process=PROCESS, by=JUMPS)
    def jump(self, process: int, by: timedelta) -> None:
        """Set the clock of one process wrong, or right again."""
        clock = self.town.processes[process].clock
        clock.off = clock.off + by if by else by
        self.town.clocks_were_wrong = True

    # How it is done

    def do(self, process: int, doing: str, act: Callable[[QBApps], object], trouble: Trouble = ()) -> Step:
        there = self.town.processes[process]
        match trouble:
            case Crash():
                there.boundaries.die(trouble.call, trouble.moment)
            case Meanwhile():
                there.boundaries.stop(trouble.call, trouble.moment, lambda: self.interrupt(1 - process, trouble))
            case faults:
                self.town.intuit.inject(*(Fault(*fault) for fault in faults))
        step = self.town.do(there, doing, lambda: act(there.qb))
        self.town.intuit.clear_faults()
        return step

    def interrupt(self, process: int, trouble: Meanwhile) -> None:
        qb, connection_id = self.town.processes[process].qb, self.connection(trouble.number)
        kept = self.town.witness.look().kept
        match trouble.what:
            case "access_token":
                self.town.interrupt("access_token", lambda: qb.access_token(connection_id))
            case "disconnect":
                self.town.interrupt("disconnect", lambda: qb.disconnect(connection_id))
            case "refresh_due":
                self.town.interrupt("refresh_due", lambda: qb.refresh_due(within=timedelta(days=400)))
            case "consent":
                held = self.town.scene.held[connection_id]
                app = held.slot[0].removeprefix("cid-")
                callback = self.agree(qb.begin_connect(app).url, PEOPLE[trouble.number % 3], held.slot[1])
                if callback:
                    self.town.interrupt("complete", lambda: qb.complete(callback))
            case "pause":
                self.town.interrupt("pause", lambda: qb.pause(connection_id))
            case "discard" if kept:
                self.town.interrupt("discard", lambda: self.town.discard(qb, kept[trouble.number % len(kept)]))
            case "adopt" if kept:
                self.town.interrupt("adopt", lambda: qb.adopt(kept[trouble.number % len(kept)].id))

    def link(self, process: int, act: Callable[[QBApps], object]) -> str:
        step = self.do(process, "ask", act)
        return step.result.url or "" if isinstance(step.result, AuthorizationRequest | Transfer) else ""

    def agree(self, url: str, who: str, realm_id: str | None) -> str:
        decision = "deny" if realm_id is None else "allow"
        try:
            return self.town.intuit.consent(url, user=who, realm_id=realm_id, decision=decision) if url else ""
        except ConsentRefused:
            return ""

    def answer(self, process: int, url: str, who: str, realm_id: str | None, trouble: Trouble) -> None:
        callback = self.agree(url, who, realm_id)
        if callback:
            self.do(process, "complete", lambda qb: qb.complete(callback), trouble)

    def connection(self, number: int) -> str:
        ids = sorted(self.town.scene.held)
        return ids[number % len(ids)]

    def transfer(self, number: int) -> str:
        return self.town.scene.transfers[number % len(self.town.scene.transfers)]


Lives.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, suppress_health_check=list(HealthCheck), deadline=None
)
TestLives = Lives.TestCase
