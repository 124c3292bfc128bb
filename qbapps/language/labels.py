"""What the closed sets of the domain are called: states, roles, reasons, levels, proofs."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from qbapps.domain.banks.regimes import Regime
from qbapps.domain.connection import Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.disconnection import DisconnectionState, Proof, Reason
from qbapps.domain.findings import Severity
from qbapps.domain.parties import Level, Reach, Role
from qbapps.domain.plan import Outcome, PlanAction
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskKind, TaskState
from qbapps.domain.transfer import TransferState
from qbapps.language.words import C_, words

Table = dict[StrEnum, tuple[str, str]]

LABELS: Final[dict[type[StrEnum], Table]] = {
    Reason: {
        Reason.NO_LONGER_NEEDED: C_("reason", "No longer needed"),
        Reason.SWITCHING_APP: C_("reason", "Replaced by another app"),
        Reason.TOO_EXPENSIVE: C_("reason", "Too expensive"),
        Reason.TECHNICAL_PROBLEM: C_("reason", "Technical problem"),
        Reason.MISSING_FEATURE: C_("reason", "A feature is missing"),
        Reason.SECURITY: C_("reason", "Security or privacy"),
        Reason.COMPANY_CLOSING: C_("reason", "The company is closing"),
        Reason.SERVICE_ENDING: C_("reason", "The service is ending"),
        Reason.IN_QUICKBOOKS: C_("reason", "Disconnected in QuickBooks"),
        Reason.OTHER: C_("reason", "Other reason"),
    },
    Role: {
        Role.PRIMARY_ADMIN: C_("role", "Primary admin"),
        Role.ADMIN: C_("role", "Admin"),
        Role.TEAM_MEMBER: C_("role", "Team member"),
        Role.STANDARD: C_("role", "Standard user"),
        Role.UNKNOWN: C_("role", "Unknown role"),
    },
    ConnectionState: {
        ConnectionState.CONNECTED: C_("connection", "Connected"),
        ConnectionState.NEEDS_RECONNECT: C_("connection", "To reconnect"),
        ConnectionState.PAUSED: C_("connection", "Paused"),
        ConnectionState.DISCONNECTED: C_("connection", "Disconnected"),
    },
    Kind: {
        Kind.ONLINE: C_("kind", "QuickBooks Online app"),
        Kind.DESKTOP: C_("kind", "QuickBooks Desktop app"),
        Kind.BANK: C_("kind", "Bank connection"),
    },
    Level: {
        Level.FIRM: C_("level", "Firm"),
        Level.CLIENT: C_("level", "Client"),
        Level.COMPANY: C_("level", "Company"),
    },
    Reach: {
        Reach.API: C_("reach", "Automatic"),
        Reach.HAND: C_("reach", "By hand"),
    },
    TransferState: {
        TransferState.PENDING: C_("transfer", "Waiting for the new owner"),
        TransferState.COMPLETED: C_("transfer", "Completed"),
        TransferState.DECLINED: C_("transfer", "Declined"),
        TransferState.EXPIRED: C_("transfer", "Expired"),
        TransferState.CANCELLED: C_("transfer", "Cancelled"),
        TransferState.WRONG_COMPANY: C_("transfer", "Wrong company chosen"),
        TransferState.WRONG_OWNER: C_("transfer", "Accepted by another person"),
        TransferState.AWAITING_HAND: C_("transfer", "To be done by hand"),
    },
    TaskKind: {
        TaskKind.DISCONNECT: C_("task", "Disconnect"),
        TaskKind.TRANSFER: C_("task", "Transfer the app"),
        TaskKind.CHECK_GONE: C_("task", "Check that the app is gone"),
    },
    TaskState: {
        TaskState.OPEN: C_("task", "To do"),
        TaskState.DONE: C_("task", "Done"),
        TaskState.CANCELLED: C_("task", "Cancelled"),
    },
    Proof: {
        Proof.REFUSED_AFTER_REVOKE: C_("proof", "Revoked, and access refused since"),
        Proof.ALREADY_GONE: C_("proof", "Access was already dead"),
        Proof.NONE: C_("proof", "No proof"),
    },
    DisconnectionState: {
        DisconnectionState.SCHEDULED: C_("disconnection", "Scheduled"),
        DisconnectionState.REVOKING: C_("disconnection", "Under way"),
        DisconnectionState.DONE: C_("disconnection", "Done"),
        DisconnectionState.UNPROVEN: C_("disconnection", "Done, without proof"),
        DisconnectionState.AWAITING_HAND: C_("disconnection", "To be done by hand"),
        DisconnectionState.UNDONE: C_("disconnection", "Undone"),
    },
    PlanAction: {
        PlanAction.DISCONNECT: C_("plan", "Disconnect"),
        PlanAction.TRANSFER: C_("plan", "Transfer"),
    },
    Outcome: {
        Outcome.PLANNED: C_("plan", "Not begun"),
        Outcome.DONE: C_("plan", "Done"),
        Outcome.FAILED: C_("plan", "Failed"),
        Outcome.DRIFTED: C_("plan", "Changed meanwhile"),
        Outcome.WAITING: C_("plan", "Waiting"),
        Outcome.BY_HAND: C_("plan", "To do by hand"),
        Outcome.SKIPPED: C_("plan", "Left out"),
        Outcome.CANCELLED: C_("plan", "Called off"),
    },
    Cause: {
        Cause.WORKING: C_("cause", "It works, as far as is known"),
        Cause.PAUSED: C_("cause", "Paused here"),
        Cause.REFUSED: C_("cause", "Intuit refuses the access"),
        Cause.IDLE_TOO_LONG: C_("cause", "Unused for too long"),
        Cause.HARD_CAP: C_("cause", "Consent at the end of its five years"),
        Cause.OWNER_LOST_ACCESS: C_("cause", "The owner lost access to the company"),
        Cause.ACCESS_GONE: C_("cause", "No access to the company any more"),
        Cause.LOST_ANSWER: C_("cause", "An answer of Intuit was lost"),
        Cause.SUPERSEDED: C_("cause", "Replaced by a newer pair elsewhere"),
        Cause.TAKEN_OVER: C_("cause", "Taken over by another consent"),
        Cause.WRONG_KEYS: C_("cause", "Intuit refuses the app's keys"),
        Cause.OUTAGE: C_("cause", "Probably an outage at Intuit"),
        Cause.COMPANY_INACTIVE: C_("cause", "The company's subscription has lapsed"),
        Cause.REPORTED: C_("cause", "Reported by the inventory"),
        Cause.DISCONNECTED: C_("cause", "Disconnected"),
        Cause.IN_QUICKBOOKS: C_("cause", "Disconnected in QuickBooks"),
        Cause.SETUP_UNFINISHED: C_("cause", "It is not set up yet"),
        Cause.ACCESS_WITHDRAWN: C_("cause", "QuickBooks has to let it in again"),
        Cause.NEEDS_ATTENTION: C_("cause", "Somebody has to look at it"),
        Cause.CONNECTOR_SILENT: C_("cause", "Its Web Connector is silent"),
        Cause.CONSENT_ENDED: C_("cause", "The bank's consent has ended"),
        Cause.CONSENT_WITHDRAWN: C_("cause", "The bank's consent was withdrawn"),
        Cause.BANK_LOGIN_CHANGED: C_("cause", "The bank refuses the user name or password"),
        Cause.BANK_WAITS: C_("cause", "The bank waits for its customer"),
        Cause.SYNC_SUSPENDED: C_("cause", "Too many tries failed at the bank"),
    },
    Regime: {
        Regime.EEA: C_("regime", "European Economic Area"),
        Regime.UK: C_("regime", "United Kingdom"),
        Regime.AU: C_("regime", "Australia"),
        Regime.OTHER: C_("regime", "Elsewhere"),
    },
    Severity: {
        Severity.HIGH: C_("severity", "High"),
        Severity.MEDIUM: C_("severity", "Medium"),
        Severity.LOW: C_("severity", "Low"),
    },
}


def label(member: StrEnum, lang: str | None) -> str:
    """
    Return what people call *member*, such as ``À reconnecter`` for ``needs_reconnect``.

    Raises:
        KeyError: It is of a set that has no labels.
    """
    return words(lang).in_context(*LABELS[type(member)][member])
