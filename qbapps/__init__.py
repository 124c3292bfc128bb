"""
The life of the connections between third-party apps and QuickBooks companies.

    import qbapps

    with qbapps.open("sqlite:///qbapps.db") as qb:
        for connection in qb.connections():
            print(connection.company_name, connection.app_id, connection.state)

Everything is asked of the object that ``open`` returns; see :class:`QBApps`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from qbapps.errors import (
    AuthorizationError,
    ConfigurationError,
    ConsentDenied,
    DeadlineExceeded,
    GrantUnverified,
    IntuitError,
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    LeaseTimeout,
    MigrationNeeded,
    NotFoundError,
    NotPermitted,
    PlanAltered,
    PlanError,
    PlanIncomplete,
    QBAppsError,
    ReconnectRequired,
    SealBroken,
    StaleVersion,
    StateExpired,
    StateMismatch,
    StoreError,
    TransitionError,
    UnknownKey,
    VaultError,
    WrongCompany,
    WrongOwner,
)

if TYPE_CHECKING:
    from qbapps.audit.audit import Audit
    from qbapps.audit.diff import AuditDiff, Difference
    from qbapps.audit.rule import Rule
    from qbapps.bootstrap import open  # noqa: A004 - the contract's name, used as qbapps.open
    from qbapps.domain.authorization import AuthorizationRequest
    from qbapps.domain.connection import Connection
    from qbapps.domain.desktop.apps import DesktopApp
    from qbapps.domain.desktop.destruction import Preview
    from qbapps.domain.desktop.jobs import Job, JobState
    from qbapps.domain.desktop.states import DesktopState
    from qbapps.domain.desktop.status import ChecklistItem, DesktopStatus
    from qbapps.domain.diagnosis import Diagnosis, Health
    from qbapps.domain.disconnection import Disconnection, Proof, Reason
    from qbapps.domain.estimate import Estimate
    from qbapps.domain.events import Event
    from qbapps.domain.findings import Finding, Severity, Thresholds
    from qbapps.domain.grants import UnverifiedGrant
    from qbapps.domain.inventory import ImportReport
    from qbapps.domain.limits import Limits
    from qbapps.domain.parties import App, Client, Firm, Level, Owner, Person, Reach, Role
    from qbapps.domain.plan import Outcome, PlanItem
    from qbapps.domain.recovery import Interrupted, RecoveryReport
    from qbapps.domain.reports import Progress, RefreshReport
    from qbapps.domain.states import ConnectionState
    from qbapps.domain.tasks import Task
    from qbapps.domain.ticks import WorklistImport
    from qbapps.domain.tokens import AccessToken
    from qbapps.domain.trail import Break, Checkpoint
    from qbapps.domain.transfer import Transfer, TransferState
    from qbapps.domain.whole_plan import Plan, PlanReport
    from qbapps.export.events_jsonl import verify_exported
    from qbapps.export.records import frame
    from qbapps.manager import QBApps
    from qbapps.values import Environment, Secret

__version__ = "0.1.0"

# Loaded when first asked for, so that a program that imports qbapps at its start pays nothing for it.
_HOMES = {
    "qbapps.audit.audit": ("Audit",),
    "qbapps.audit.diff": (
        "AuditDiff",
        "Difference",
    ),
    "qbapps.audit.rule": ("Rule",),
    "qbapps.bootstrap": ("open",),
    "qbapps.domain.authorization": ("AuthorizationRequest",),
    "qbapps.domain.connection": ("Connection",),
    "qbapps.domain.desktop.apps": ("DesktopApp",),
    "qbapps.domain.desktop.destruction": ("Preview",),
    "qbapps.domain.desktop.jobs": (
        "Job",
        "JobState",
    ),
    "qbapps.domain.desktop.states": ("DesktopState",),
    "qbapps.domain.desktop.status": (
        "ChecklistItem",
        "DesktopStatus",
    ),
    "qbapps.domain.diagnosis": (
        "Diagnosis",
        "Health",
    ),
    "qbapps.domain.disconnection": (
        "Disconnection",
        "Proof",
        "Reason",
    ),
    "qbapps.domain.estimate": ("Estimate",),
    "qbapps.domain.events": ("Event",),
    "qbapps.domain.findings": (
        "Finding",
        "Severity",
        "Thresholds",
    ),
    "qbapps.domain.grants": ("UnverifiedGrant",),
    "qbapps.domain.inventory": ("ImportReport",),
    "qbapps.domain.limits": ("Limits",),
    "qbapps.domain.parties": (
        "App",
        "Client",
        "Firm",
        "Level",
        "Owner",
        "Person",
        "Reach",
        "Role",
    ),
    "qbapps.domain.plan": (
        "Outcome",
        "PlanItem",
    ),
    "qbapps.domain.recovery": (
        "Interrupted",
        "RecoveryReport",
    ),
    "qbapps.domain.reports": (
        "Progress",
        "RefreshReport",
    ),
    "qbapps.domain.states": ("ConnectionState",),
    "qbapps.domain.tasks": ("Task",),
    "qbapps.domain.ticks": ("WorklistImport",),
    "qbapps.domain.tokens": ("AccessToken",),
    "qbapps.domain.trail": (
        "Break",
        "Checkpoint",
    ),
    "qbapps.domain.transfer": (
        "Transfer",
        "TransferState",
    ),
    "qbapps.domain.whole_plan": (
        "Plan",
        "PlanReport",
    ),
    "qbapps.export.events_jsonl": ("verify_exported",),
    "qbapps.export.records": ("frame",),
    "qbapps.manager": ("QBApps",),
    "qbapps.values": (
        "Environment",
        "Secret",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "aio":
        return import_module("qbapps.aio")
    try:
        home = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module 'qbapps' has no attribute {name!r}") from None
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "AccessToken",
    "App",
    "Audit",
    "AuditDiff",
    "AuthorizationError",
    "AuthorizationRequest",
    "Break",
    "ChecklistItem",
    "Checkpoint",
    "Client",
    "ConfigurationError",
    "Connection",
    "ConnectionState",
    "ConsentDenied",
    "DeadlineExceeded",
    "DesktopApp",
    "DesktopState",
    "DesktopStatus",
    "Diagnosis",
    "Difference",
    "Disconnection",
    "Environment",
    "Estimate",
    "Event",
    "Finding",
    "Firm",
    "GrantUnverified",
    "Health",
    "ImportReport",
    "Interrupted",
    "IntuitError",
    "IntuitProtocolError",
    "IntuitRejected",
    "IntuitUnavailable",
    "Job",
    "JobState",
    "LeaseTimeout",
    "Level",
    "Limits",
    "MigrationNeeded",
    "NotFoundError",
    "NotPermitted",
    "Outcome",
    "Owner",
    "Person",
    "Plan",
    "PlanAltered",
    "PlanError",
    "PlanIncomplete",
    "PlanItem",
    "PlanReport",
    "Preview",
    "Progress",
    "Proof",
    "QBApps",
    "QBAppsError",
    "Reach",
    "Reason",
    "ReconnectRequired",
    "RecoveryReport",
    "RefreshReport",
    "Role",
    "Rule",
    "SealBroken",
    "Secret",
    "Severity",
    "StaleVersion",
    "StateExpired",
    "StateMismatch",
    "StoreError",
    "Task",
    "Thresholds",
    "Transfer",
    "TransferState",
    "TransitionError",
    "UnknownKey",
    "UnverifiedGrant",
    "VaultError",
    "WorklistImport",
    "WrongCompany",
    "WrongOwner",
    "frame",
    "open",
    "verify_exported",
]
