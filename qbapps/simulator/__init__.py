"""
Intuit's side by itself: an independent witness.

It imports nothing else of qbapps and is wrong in no way that qbapps could share. Where
Intuit is undocumented, `Behaviour` has a switch; what may break on the way is a `Fault`.
"""

from qbapps.simulator.behaviour import (
    MATRIX,
    Behaviour,
    DeadRevoke,
    IdTokenOnRefresh,
    ReplacedToken,
    Replay,
    RevokeReach,
    Rotation,
    SameUserAgain,
    Takeover,
    TakeoverMoment,
)
from qbapps.simulator.connections import Connection, Consent, Token
from qbapps.simulator.faults import Fault, FaultKind, Operation
from qbapps.simulator.gates import Gate
from qbapps.simulator.intuit import Intuit
from qbapps.simulator.messages import ConsentRefused, Dropped, NoAnswer, Record, Reply, TimedOut
from qbapps.simulator.registry import App, Company, User
from qbapps.simulator.scenario import ScenarioError

__all__ = [
    "MATRIX",
    "App",
    "Behaviour",
    "Company",
    "Connection",
    "Consent",
    "ConsentRefused",
    "DeadRevoke",
    "Dropped",
    "Fault",
    "FaultKind",
    "Gate",
    "IdTokenOnRefresh",
    "Intuit",
    "NoAnswer",
    "Operation",
    "Record",
    "ReplacedToken",
    "Replay",
    "Reply",
    "RevokeReach",
    "Rotation",
    "SameUserAgain",
    "ScenarioError",
    "Takeover",
    "TakeoverMoment",
    "TimedOut",
    "Token",
    "User",
]
