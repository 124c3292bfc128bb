"""`Intuit`: the whole simulator behind one object."""

import ipaddress
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from qbapps.simulator import control, scenario
from qbapps.simulator.behaviour import Behaviour
from qbapps.simulator.clock import Clock, HasNow
from qbapps.simulator.connections import Connection, Token, look, whose, why_dead
from qbapps.simulator.declared import Declared
from qbapps.simulator.door import Door
from qbapps.simulator.faults import Fault, Operation
from qbapps.simulator.gates import Gate, Moment
from qbapps.simulator.ledger import Ledger
from qbapps.simulator.limits import Limits
from qbapps.simulator.messages import ConsentRefused, Record, Reply, Request
from qbapps.simulator.mint import Mint
from qbapps.simulator.openid import ISSUER
from qbapps.simulator.registry import Registry, User
from qbapps.simulator.served import NOWHERE, Served, address
from qbapps.simulator.world import World


class Intuit(Declared, Served):
    """
    Intuit's side by itself: consent, tokens, revoke, OpenID and a little Accounting API.

    In memory through `handle`, which opens no socket; within `with` also over real HTTP on
    loopback. Threads may share it: requests take effect one at a time, in order of arrival.

    Args:
        behaviour: How it behaves where Intuit is undocumented.

        port: Port to serve on; 0 takes a free one.

        host: Address to serve on.

        clock: A clock to follow (an object with `now()`), or an aware instant to stand still
            at. Without it, system time plus whatever was advanced.

        seed: Makes codes and tokens the same from run to run.

        issuer: What id_tokens name as their issuer. The default is Intuit's own, so that
            official clients accept them.
    """

    def __init__(
        self,
        *,
        behaviour: Behaviour | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: HasNow | datetime | None = None,
        seed: int | str | None = None,
        issuer: str = ISSUER,
    ) -> None:
        mint = Mint(seed)
        world = World(
            clock=Clock(clock),
            behaviour=behaviour or Behaviour(),
            registry=Registry(),
            ledger=Ledger(mint),
            mint=mint,
            limits=Limits(),
            issuer=issuer,
            url=address(host, port or NOWHERE),
        )
        super().__init__(Door(world), host, port)

    @classmethod
    def from_scenario(
        cls,
        source: str | Path | Mapping[str, Any] = "cabinet-durand",
        *,
        clients: int | None = None,
        **options: Any,
    ) -> "Intuit":
        """
        Build a simulator as a scenario describes it.

        Args:
            source: Name of the built-in scenario (`cabinet-durand`), path of a JSON or TOML
                file, or what such a file would hold.

            clients: Number of clients of the built-in firm; 24 by default.

            options: As for `Intuit`; they win over the scenario.

        Raises:
            ScenarioError: A wrong key or value; the message says where.
        """
        described = scenario.load(source, clients=clients)
        intuit = cls(**{**scenario.options(described), **options})
        scenario.populate(intuit, described)
        return intuit

    # What people do

    def consent(
        self,
        url: str,
        *,
        user: User | str,
        realm_id: str | None = None,
        decision: str = "allow",
    ) -> str:
        """
        Act as *user* at the consent page of *url* and return where the browser is sent back.

        Args:
            realm_id: The company chosen; may be left out when the user administers only one.

            decision: `allow` or `deny`.

        Raises:
            ConsentRefused: Intuit showed a page of its own instead; the message says why.
        """
        if decision not in ("allow", "deny"):
            raise ValueError(f"a decision is allow or deny, not {decision!r}")
        chosen = {"as_user": self.user(user).sub, "decision": decision}
        if realm_id is not None:
            chosen["realm_id"] = realm_id
        reply = self.handle("GET", f"{url}{'&' if '?' in url else '?'}{urlencode(chosen)}")
        if reply.location is None:
            raise ConsentRefused(reply.note or f"Intuit answered {reply.status}")
        return reply.location

    def disconnect(self, client_id: str, realm_id: str) -> None:
        """Let a user disconnect an app inside QuickBooks: all its tokens there die."""
        with self._door.lock:
            self._door.world.registry.app(client_id)
            self._door.world.registry.company(realm_id)
            self._door.world.ledger.end_slot(client_id, realm_id, "disconnected inside QuickBooks")

    # Time, faults and behaviour

    @property
    def now(self) -> datetime:
        """The simulator's present instant."""
        return self._door.world.clock.now()

    def advance(self, by: timedelta) -> datetime:
        """Move the simulator's clock, forwards or backwards."""
        with self._door.lock:
            return self._door.world.clock.advance(by)

    def set_time(self, at: datetime) -> datetime:
        """Set the simulator's clock to an aware instant."""
        with self._door.lock:
            return self._door.world.clock.set(at)

    @property
    def behaviour(self) -> Behaviour:
        """How it behaves; may be replaced at any time."""
        return self._door.world.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        with self._door.lock:
            self._door.world.behaviour = behaviour

    def inject(self, *faults: Fault) -> None:
        """Arm faults; each spoils the next requests it fits."""
        with self._door.lock:
            for fault in faults:
                self._door.faults.arm(fault)

    def clear_faults(self) -> None:
        """Disarm all faults."""
        with self._door.lock:
            self._door.faults.clear()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that can still happen."""
        return self._door.faults.armed

    def hold(
        self,
        operation: Operation | str,
        moment: Moment = "before",
        *,
        realm_id: str | None = None,
    ) -> AbstractContextManager[Gate]:
        """
        Hold requests in flight within the block, until `gate.release()` or its end.

        Args:
            moment: `before` they take effect, or `after` it with the answer held back.
        """
        return self._door.gates.hold(operation, moment, realm_id)

    # What is seen

    @property
    def requests(self) -> tuple[Record, ...]:
        """What was asked, in order of arrival; the simulator's own doors are left out."""
        return self._door.journal.records

    def clear_requests(self) -> None:
        """Forget what was asked so far."""
        with self._door.lock:
            self._door.journal.clear()

    def connection(self, client_id: str, realm_id: str) -> Connection:
        """Look at one app in one company: who holds it, with which live tokens."""
        with self._door.lock:
            self._door.world.registry.app(client_id)
            self._door.world.registry.company(realm_id)
            return look(self._door.world, client_id, realm_id)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every app and company that were ever connected."""
        with self._door.lock:
            return tuple(look(self._door.world, *slot) for slot in self._door.world.ledger.slots())

    def is_alive(self, token: str) -> bool:
        """Tell whether a token would be honoured now, without using it."""
        return self.why_dead(token) is None

    def why_dead(self, token: str) -> str | None:
        """Tell why a token would not be honoured now; None when it would."""
        with self._door.lock:
            return why_dead(self._door.world, token)

    def whose(self, token: str) -> Token | None:
        """Tell what a token is for and whether it lives, without using it; None when it was never given."""
        with self._door.lock:
            return whose(self._door.world, token)

    # Doors

    def handle(
        self,
        method: str,
        url: str,
        headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]] | None = None,
        body: bytes | str | None = None,
        *,
        peer: str | None = None,
        may_wait: bool = True,
    ) -> Reply:
        """
        Answer one request in memory: all that HTTP does, without HTTP.

        Args:
            url: Whole or from its path on; the host plays no part.

            peer: Address of the caller; the simulator's own control door opens only to this
                machine. None is this process.

            may_wait: False raises `MustWait` rather than wait at a gate.

        Raises:
            Dropped: A fault closed the connection without an answer.

            TimedOut: A fault left the request without an answer.
        """
        request = Request.of(method, url, headers, body)
        if request.path.startswith("/simulator/"):
            if peer is not None and not ipaddress.ip_address(peer).is_loopback:
                return Reply(403, body=b"this door opens only to this machine")
            return control.answer(self, request)
        return self._door.handle(request, may_wait=may_wait)
