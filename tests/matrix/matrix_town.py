"""Two apps, three companies, three people, and two processes that use the library on one store."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs
from crashing import Killed, Numbered, Process
from matrix_witness import Held, Kept, Scene, Slot, Witness

from qbapps.bootstrap import assemble
from qbapps.domain import policies
from qbapps.domain.disconnection import Disconnection, Proof
from qbapps.domain.tokens import AccessToken
from qbapps.errors import LeaseTimeout, QBAppsError, StaleVersion
from qbapps.intuit.transport import Transport
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour, ConsentRefused, Intuit, Record
from qbapps.store.opening import open_store
from qbapps.testing import FakeClock
from qbapps.testing_transport import InProcess
from qbapps.vault import KeyRing, Vault, new_key

T = TypeVar("T")

REDIRECT = "http://localhost:8400/callback"
APPS = ("dext", "zapier")
REALMS = ("9130350000000100", "9130350000000102", "9130350000000105")
JEAN, MARIE, PAUL = "jean@durand.example", "marie@durand.example", "paul@elsewhere.example"
PEOPLE = (JEAN, MARIE, PAUL)

LONGEST_STEP = timedelta(minutes=10)
"""No verb takes longer, whatever happens: some calls with their retries, and one lease waited out."""


@attrs.define
class Step:
    """
    One thing that was done, and all that was seen of it.

    Attributes:
        meanwhile: What the other process did in the midst of it, if it did.
        killed: The process died in it.
        held_up: It was held up for longer than a call may take, so another may have taken its turn.
    """

    doing: str
    before: Scene
    after: Scene
    records: tuple[Record, ...]
    meanwhile: str | None = None
    result: Any = None
    error: QBAppsError | None = None
    killed: bool = False
    held_up: bool = False


class Town:
    """Intuit in one position of its switches, and a firm whose two processes know nothing of it."""

    def __init__(self, behaviour: Behaviour) -> None:
        # Pauses before another attempt have some chance in them.
        random.seed(1)
        self.true = FakeClock()
        self.intuit = Intuit(behaviour=behaviour, clock=self.true, seed=1)
        for person in PEOPLE:
            self.intuit.add_user(person)
        for realm_id in REALMS:
            self.intuit.add_company(realm_id, name=f"Company {realm_id}", admins=PEOPLE)
        self.store = open_store("sqlite://")
        ring = KeyRing([new_key()])
        self.witness = Witness(self.intuit, self.store, Vault(ring))
        numbered = Numbered()
        self.processes = [Process(self.intuit, self.store, ring, self.true, numbered) for _ in range(2)]
        transport = Transport(adapter=InProcess(self.intuit))
        self.auditor = assemble(self.store, ring, transport=transport, clock=self.true)
        for app in APPS:
            self.intuit.add_app(f"cid-{app}", "secret", redirect_uris=[REDIRECT])
            self.auditor.register_app(
                app,
                client_id=f"cid-{app}",
                client_secret="secret",
                redirect_uri=REDIRECT,
                discovery_url=self.intuit.discovery_url,
                api_url=self.intuit.api_url,
            )
        self.scene = self.witness.look()
        self.held_up = False
        self.meanwhile: str | None = None
        self.discarded: set[Slot] = set()
        self.clocks_were_wrong = False

    def close(self) -> None:
        """Let go of the database."""
        self.auditor.close()

    def elsewhere(self, app: str, who: str, realm_id: str) -> None:
        """Let *who* consent for the app at another installation of it, of which ours knows nothing."""
        asked = urlencode(
            {
                "client_id": f"cid-{app}",
                "response_type": "code",
                "scope": "com.intuit.quickbooks.accounting openid email profile",
                "redirect_uri": REDIRECT,
                "state": "elsewhere",
            }
        )
        try:
            callback = self.intuit.consent(f"{self.intuit.url}/connect/oauth2?{asked}", user=who, realm_id=realm_id)
        except ConsentRefused:
            return
        code = dict(parse_qsl(urlsplit(callback).query)).get("code", "")
        faults = self.intuit.faults
        self.intuit.clear_faults()
        self.intuit.handle(
            "POST",
            "/oauth2/v1/tokens/bearer",
            {
                "Authorization": "Basic " + b64encode(f"cid-{app}:secret".encode()).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}),
        )
        self.intuit.inject(*faults)

    def interrupt(self, doing: str, act: Callable[[], object]) -> None:
        """Let the other process do something in the midst of a step; it may have to wait for a lease."""
        self.meanwhile = doing
        self.true.advance(timedelta(seconds=1))
        began = self.true.now()
        with suppress(QBAppsError):
            act()
        self.held_up = self.true.now() - began >= policies.HTTP_TIMEOUT
        self.true.advance(timedelta(seconds=1))

    def discard(self, qb: QBApps, grant: Kept) -> None:
        """Let somebody decide that a grant is not wanted."""
        self.discarded.add(self.witness.slot_of_token(grant.refresh))
        qb.discard(grant.id)

    def do(self, process: Process, doing: str, act: Callable[[], T]) -> Step:
        """Let *process* do something, and judge what came of it."""
        self.true.advance(timedelta(seconds=1))
        before, seen, began = self.witness.look_at_intuit(self.scene), len(self.intuit.requests), self.true.now()
        self.held_up, self.meanwhile = False, None
        self.discarded.clear()
        step = Step(doing=doing, before=before, after=before, records=())
        try:
            step.result = act()
        except QBAppsError as error:
            step.error = error
        except Killed:
            step.killed = True
            process.open()
        finally:
            process.boundaries.clear()
        step.held_up, step.meanwhile = self.held_up, self.meanwhile
        self.scene = step.after = self.witness.look()
        step.records = self.intuit.requests[seen:]
        took = self.true.now() - began
        assert took <= LONGEST_STEP, f"{doing} took {took}"
        self.judge(step)
        return step

    def judge(self, step: Step) -> None:
        """Hold the four promises against what was done."""
        assert not isinstance(step.error, LeaseTimeout), f"{step.doing}: {step.error!r}"
        assert not isinstance(step.error, StaleVersion), f"{step.doing}: {step.error!r}"
        lost = step.before.living - step.after.living
        for connection_id in lost:
            held = step.after.held[connection_id]
            if held.state != "disconnected":
                assert self._is_excused(step, step.before.held[connection_id]), (
                    f"{step.doing} left {connection_id} {held.slot} without the living pair it had "
                    f"({step.error!r}); asked of Intuit: {[(r.operation, r.status, r.fault) for r in step.records]}"
                )
        if not step.killed and not step.held_up:
            self._nothing_that_arrived_is_lost(step)
        self._what_is_refused_is_not_called_working(step)
        if isinstance(step.result, Disconnection):
            self._the_proof_is_true(step)

    def check_token(self, step: Step, connection_id: str) -> None:
        """Hold an access token that was handed out against what Intuit would do with it."""
        if not isinstance(step.result, AccessToken):
            return
        held = step.after.held[connection_id]
        truth = self.intuit.whose(step.result.value.reveal())
        assert truth is not None, "an access token that Intuit never gave"
        assert (truth.client_id, truth.realm_id) == held.slot
        if step.meanwhile:
            # Another process may have ended it, or brought another pair, just after this one was given.
            return
        assert held.state == "connected", f"a token of a connection that is {held.state}"
        assert step.result.value.reveal() == held.access, "not the access token of the pair that is held"
        assert self.clocks_were_wrong or truth.why_dead != "expired", "an access token older than its hour"

    def _is_excused(self, step: Step, held: Held) -> bool:
        mine = [record for record in step.records if self.witness.slot_of(record) == held.slot]
        if any(self.witness.is_lost(record) for record in mine):
            return True
        cut_off = step.killed or step.held_up
        if cut_off and any(record.processed and record.operation in {"exchange", "refresh"} for record in mine):
            return True
        done = {step.doing, step.meanwhile}
        if held.slot in self.discarded and held.refresh not in step.before.alive:
            # Somebody decided so; what was discarded was the only pair for this company that still lived.
            return True
        return "disconnect" in done and any(self._reaches(record, step, held.slot) for record in step.records)

    def _reaches(self, record: Record, step: Step, slot: Slot) -> bool:
        """Tell whether a revoke was meant to end what we held for *slot*, too."""
        truth = self.intuit.whose(_token(record)) if record.operation == "revoke" and record.processed else None
        if truth is None or truth.client_id != slot[0]:
            return False
        match self.intuit.behaviour.revoke_reach:
            case "user_app":
                return truth.owner.sub in self._owners(step.before, slot) | self._owners(step.after, slot)
            case "app_company":
                return truth.realm_id == slot[1]
            case _:
                return False

    def _owners(self, scene: Scene, slot: Slot) -> set[str]:
        tokens = {held.refresh for held in scene.held.values() if held.slot == slot}
        tokens |= {kept.refresh for kept in scene.kept if self.witness.slot_of_token(kept.refresh) == slot}
        found = [self.intuit.whose(token) for token in tokens if token]
        return {truth.owner.sub for truth in found if truth is not None}

    def _nothing_that_arrived_is_lost(self, step: Step) -> None:
        ended = {held.slot for held in step.after.held.values() if held.state == "disconnected"}
        if step.meanwhile:
            # A consent that came in at the same time rules over what is refreshed of the one before.
            before = {held.slot: held.grant for held in step.before.held.values()}
            ended |= {held.slot for held in step.after.held.values() if held.grant != before.get(held.slot)}
        for slot, values in self.witness.arrived(step.records).items():
            if slot in ended | self.discarded:
                continue
            assert values[-1] in step.after.refresh_tokens, f"{step.doing} lost the pair it was given for {slot}"

    def _what_is_refused_is_not_called_working(self, step: Step) -> None:
        refusals: dict[str, int] = {}
        for record in step.records:
            if record.operation == "refresh" and self.witness.said(record).get("error") == "invalid_grant":
                token = record.form.get("refresh_token", "")
                refusals[token] = refusals.get(token, 0) + 1
        for held in step.after.held.values():
            if held == step.before.held.get(held.id) and held.refresh not in refusals:
                continue
            found = self.auditor.explain(held.id)
            if held.refused or (refusals.get(held.refresh or "", 0) >= 2 and not step.killed):
                assert found.cause not in {"working", "paused"}, (
                    f"{held.id} was refused, and is said to be {found.cause}"
                )
            if held.state == "connected":
                assert held.refresh is not None, f"{held.id} is connected without a pair"

    def _the_proof_is_true(self, step: Step) -> None:
        receipt = step.result
        held = step.after.held[receipt.connection_id]
        if receipt.proof is not Proof.REFUSED_AFTER_REVOKE:
            return
        revokes = [r for r in step.records if r.operation == "revoke" and self.witness.slot_of(r) == held.slot]
        if not revokes:
            return
        value = _token(revokes[-1])
        assert revokes[-1].status == 200, "proven by a revoke that was not accepted"
        assert not self.intuit.is_alive(value), "proven dead, and alive at Intuit"
        last = self.intuit._door.world.ledger.refresh_tokens[value].grant.refresh_tokens[-1].value
        assert not self.intuit.is_alive(last), "proven by a token whose successor is alive"


def _token(record: Record) -> str:
    return str(json.loads(record.body).get("token"))
