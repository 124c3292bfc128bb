"""The way in: each request is recorded, may meet a fault or a gate, and is answered once."""

import threading

import attrs

from qbapps.simulator import mishaps, routes
from qbapps.simulator.faults import Fault, Faults
from qbapps.simulator.gates import Gate, Gates, MustWait
from qbapps.simulator.journal import Journal
from qbapps.simulator.messages import Dropped, NoAnswer, Reply, Request
from qbapps.simulator.world import Call, World


@attrs.frozen
class _Arrival:
    """A request that was let in, and what awaits it."""

    number: int
    tid: str
    route: routes.Route
    fault: Fault | None
    gates: list[Gate]


class Door:
    """
    Lets requests in one at a time, in order of arrival.

    Nobody waits at a gate, and nothing is held up, while the lock is held.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        self.faults = Faults()
        self.gates = Gates()
        self.journal = Journal()

    def handle(self, request: Request, *, may_wait: bool = True) -> Reply:
        """
        Answer *request*.

        Raises:
            Dropped: A fault closed the connection.

            TimedOut: A fault left the request unanswered.

            MustWait: A gate stands in the way and the caller may not wait. Nothing has
                happened: the request was not even recorded.
        """
        with self.lock:
            arrival = self._let_in(request, may_wait=may_wait)
            if not arrival.gates:
                return self._act(request, arrival)
        for gate in arrival.gates:
            if gate.moment == "before":
                gate.pass_through()
        try:
            with self.lock:
                return self._act(request, arrival)
        finally:
            for gate in arrival.gates:
                if gate.moment == "after":
                    gate.pass_through()

    def _let_in(self, request: Request, *, may_wait: bool) -> _Arrival:
        route = routes.find(request)
        client_id, realm_id = routes.about(self.world, request, route)
        gates = self.gates.stopping(route.operation, realm_id)
        if gates and not may_wait:
            raise MustWait
        fault = self.faults.take(route.operation, client_id, realm_id)
        number = self.journal.open(
            request,
            route.operation,
            self.world.clock.now(),
            client_id,
            realm_id,
            fault.kind if fault else None,
        )
        return _Arrival(number, self.world.mint.transaction_id(), route, fault, gates)

    def _act(self, request: Request, arrival: _Arrival) -> Reply:
        try:
            reply = self._answer(request, arrival)
        except NoAnswer as silence:
            outcome = "dropped" if isinstance(silence, Dropped) else "timed_out"
            self.journal.close(
                arrival.number,
                outcome,
                arrival.tid,
                processed=silence.processed,
                note=str(silence),
            )
            raise
        self.journal.close(
            arrival.number,
            "answered",
            arrival.tid,
            processed=reply.processed,
            status=reply.status,
            answer=reply.text,
            note=reply.note,
        )
        return attrs.evolve(reply, headers={**reply.headers, "intuit_tid": arrival.tid})

    def _answer(self, request: Request, arrival: _Arrival) -> Reply:
        fault = arrival.fault
        if fault is not None and not fault.comes_after and not fault.shapes:
            return mishaps.instead(fault, request)
        call = Call(request=request, parts=arrival.route.parts, fault=fault)
        reply = arrival.route.endpoint(self.world, call)
        return mishaps.spoil(fault, request, reply) if fault is not None else reply
