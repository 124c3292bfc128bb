"""
The life of the connections between third-party apps and QuickBooks companies.

    import qbapps

    with qbapps.open("sqlite:///qbapps.db") as qb:
        for connection in qb.connections():
            print(connection.company_name, connection.app_id, connection.state)

Everything is asked of the object that ``open`` returns; see :class:`QBApps`.
"""

from qbapps.bootstrap import open  # noqa: A004 - the contract's name, used as qbapps.open
from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Diagnosis, Health
from qbapps.domain.disconnection import Disconnection, Proof, Reason
from qbapps.domain.events import Event
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.inventory import ImportReport
from qbapps.domain.parties import App, Client, Firm, Level, Owner, Person, Reach, Role
from qbapps.domain.reports import Progress, RefreshReport
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import Task
from qbapps.domain.tokens import AccessToken
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import (
    AuthorizationError,
    ConfigurationError,
    ConsentDenied,
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
from qbapps.manager import QBApps
from qbapps.values import Environment, Secret

__version__ = "0.1.0"

__all__ = [
    "AccessToken",
    "App",
    "AuthorizationError",
    "AuthorizationRequest",
    "Client",
    "ConfigurationError",
    "Connection",
    "ConnectionState",
    "ConsentDenied",
    "Diagnosis",
    "Disconnection",
    "Environment",
    "Event",
    "Firm",
    "GrantUnverified",
    "Health",
    "ImportReport",
    "IntuitError",
    "IntuitProtocolError",
    "IntuitRejected",
    "IntuitUnavailable",
    "LeaseTimeout",
    "Level",
    "MigrationNeeded",
    "NotFoundError",
    "NotPermitted",
    "Owner",
    "Person",
    "PlanAltered",
    "PlanError",
    "PlanIncomplete",
    "Progress",
    "Proof",
    "QBApps",
    "QBAppsError",
    "Reach",
    "Reason",
    "ReconnectRequired",
    "RefreshReport",
    "Role",
    "SealBroken",
    "Secret",
    "StaleVersion",
    "StateExpired",
    "StateMismatch",
    "StoreError",
    "Task",
    "Transfer",
    "TransferState",
    "TransitionError",
    "UnknownKey",
    "UnverifiedGrant",
    "VaultError",
    "WrongCompany",
    "WrongOwner",
    "open",
]
