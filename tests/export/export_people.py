"""A firm with two clients, and everything a report can show, made from one text for every name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof, Reason
from qbapps.domain.parties import App, Client, Firm, Level, Owner, Reach, Role
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import Task, TaskKind, TaskState
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.export.report import Report, TaskSteps
from qbapps.guides.steps import steps
from qbapps.values import Environment

NOW = datetime(2023, 12, 18, 9, 30, tzinfo=UTC)
FIRM = Firm(id="durand", name="Cabinet Durand & Associés", realm_id="9130350000000001")
CLIENTS = (
    Client(firm_id="durand", realm_id="9130350000000003", name="Zinc & Fils"),
    Client(firm_id="durand", realm_id="9130350000000002", name="École de danse"),
)
APPS = (
    App(id="dext", name="Dext", environment=Environment.PRODUCTION, client_id="c1", registered_at=NOW),
    App(id="time", name="Time", environment=Environment.PRODUCTION, registered_at=NOW),
)


@attrs.frozen(kw_only=True)
class Refused:
    """What a row of an inventory that was not taken looks like to a report."""

    line: int = 12
    column: str | None = "Application"
    reason: str = "the app is missing"
    value_shown: str = ""


@attrs.frozen(kw_only=True)
class Repeated:
    """What a repeated row looks like to a report."""

    line: int = 68
    first_line: int = 34
    differs: tuple[str, ...] = ()


def connection(number: int, realm_id: str | None, app_id: str = "dext", **changes: object) -> Connection:
    """Return a connection that works, changed as asked."""
    given: dict[str, object] = {
        "id": f"con_{number}",
        "app_id": app_id,
        "environment": Environment.PRODUCTION,
        "realm_id": realm_id,
        "owner": Owner(email="jean@durand.example", role=Role.ADMIN),
        "state": ConnectionState.CONNECTED,
        "reach": Reach.API if app_id == "dext" else Reach.HAND,
        "connected_at": NOW,
        "last_used_on": date(2023, 12, 1),
    }
    return Connection(**{**given, **changes})  # type: ignore[arg-type]


def task(number: int, lang: str = "fr", name: str = "Zinc & Fils", state: TaskState = TaskState.OPEN) -> TaskSteps:
    """Return a disconnect by hand with its steps."""
    made = Task(
        id=f"tsk_{number}",
        kind=TaskKind.DISCONNECT,
        connection_id="con_2",
        app_id="time",
        app_name=name if name != "Zinc & Fils" else "Time",
        realm_id="9130350000000003",
        company_name=name,
        level=Level.CLIENT,
        state=state,
        created_at=NOW,
    )
    told = steps(made.kind, made.level, lang, app=made.app_name, company=made.company_name, person=None)
    return TaskSteps(task=made, steps=told)


def report(**changes: object) -> Report:
    """Return a report with something in every section, changed as asked."""
    given: dict[str, object] = {
        "generated_at": NOW,
        "firm": FIRM,
        "apps": APPS,
        "clients": CLIENTS,
        "connections": (
            connection(1, "9130350000000001"),
            connection(2, "9130350000000003", "time", state=ConnectionState.NEEDS_RECONNECT),
            connection(3, "9130350000000002"),
            connection(4, "9130350000000002", "time", state=ConnectionState.DISCONNECTED),
            connection(5, "9130350000000009", company_name="Ailleurs SARL", state=ConnectionState.PAUSED, owner=None),
        ),
        "transfers": (transfer("Zinc & Fils"),),
        "disconnections": (disconnection("Zinc & Fils"),),
        "tasks": (task(1), task(2, state=TaskState.DONE)),
        "refused": (Refused(),),
        "repeated": (Repeated(differs=("Statut",)),),
    }
    return Report(**{**given, **changes})  # type: ignore[arg-type]


def transfer(name: str) -> Transfer:
    """Return a transfer that was completed; it still knows its link."""
    return Transfer(
        id="trf_1",
        connection_id="con_1",
        app_id="dext",
        realm_id="9130350000000003",
        company_name=name,
        to="marie@durand.example",
        from_owner=name,
        state=TransferState.COMPLETED,
        created_at=NOW,
        expires_at=NOW,
        url="https://appcenter.intuit.example/?state=s3cret",
    )


def disconnection(name: str) -> Disconnection:
    """Return a disconnection that was proven."""
    return Disconnection(
        id="dis_1",
        connection_id="con_4",
        app_id="time",
        realm_id="9130350000000002",
        company_name=name,
        grant=1,
        reason=Reason.SERVICE_ENDING,
        comment=name,
        state=DisconnectionState.DONE,
        proof=Proof.REFUSED_AFTER_REVOKE,
        intuit_tid="1-657f",
        requested_at=NOW,
        ended_at=NOW,
    )


HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example";"clic")',
    "</style><b>",
    "{{ 7 * 7 }}",
    "</title>",
)
"""What people may have typed for a name."""
