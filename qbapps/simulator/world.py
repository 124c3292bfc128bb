"""Everything an endpoint may look at, and the request it answers."""

from collections.abc import Callable, Mapping

import attrs

from qbapps.simulator.behaviour import Behaviour
from qbapps.simulator.clock import Clock
from qbapps.simulator.faults import Fault, FaultKind
from qbapps.simulator.ledger import Ledger
from qbapps.simulator.limits import Limits
from qbapps.simulator.messages import Reply, Request
from qbapps.simulator.mint import Mint
from qbapps.simulator.registry import Registry


@attrs.define(kw_only=True)
class World:
    """Intuit's side as it stands; whoever touches it holds the simulator's lock."""

    clock: Clock
    behaviour: Behaviour
    registry: Registry
    ledger: Ledger
    mint: Mint
    limits: Limits
    issuer: str
    url: str


@attrs.frozen(kw_only=True)
class Call:
    """One request on its way to an endpoint."""

    request: Request
    parts: Mapping[str, str]
    fault: Fault | None = None

    def suffers(self, kind: FaultKind) -> bool:
        """Tell whether this request is to be answered wrongly in this way."""
        return self.fault is not None and self.fault.kind is kind


Endpoint = Callable[[World, Call], Reply]
