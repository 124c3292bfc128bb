"""The public API as typed programs use it: checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, assert_type

import polars as pl

import qbapps
from qbapps import banks, errors
from qbapps.desktop import qbxml
from qbapps.guides.messages import Message
from qbapps.guides.notices import Notice


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def sleep(self, seconds: float) -> None: ...


def opening() -> None:
    assert_type(qbapps.open(), qbapps.QBApps)
    assert_type(qbapps.open("sqlite://", key="k", http_timeout=timedelta(seconds=5), clock=Clock()), qbapps.QBApps)
    assert_type(qbapps.open(key=["k1", "k2"]), qbapps.QBApps)
    with qbapps.open() as qb:
        assert_type(qb, qbapps.QBApps)
    assert_type(qbapps.__version__, str)


def parties(qb: qbapps.QBApps) -> None:
    app = qb.register_app(
        "dext",
        name="Dext",
        client_id="id",
        client_secret=qbapps.Secret("secret"),
        redirect_uri="https://you.example/callback",
        environment="sandbox",
        scopes=["openid"],
        discovery_url=None,
        api_url=None,
        developer_contact="privacy@dext.example",
    )
    assert_type(app, qbapps.App)
    assert_type(app.reach, qbapps.Reach)
    assert_type(app.scopes, tuple[str, ...])
    assert_type(qb.apps(), tuple[qbapps.App, ...])
    assert_type(qb.app("dext"), qbapps.App)
    assert_type(qb.add_firm("durand", name="Durand", realm_id="1"), qbapps.Firm)
    assert_type(qb.add_client("durand", realm_id="2", name="Martin"), qbapps.Client)
    assert_type(qb.clients("durand"), tuple[qbapps.Client, ...])
    person = qb.add_person("a@b.example", name="A", role="admin", firm="durand", left_on=date(2026, 1, 1))
    assert_type(person, qbapps.Person)
    assert_type(person.role, qbapps.Role)
    report = qb.import_inventory(Path("apps.csv"), firm="durand")
    assert_type(report, qbapps.ImportReport)
    assert_type(report.taken, tuple[qbapps.Connection, ...])
    assert_type(report.unchanged, tuple[qbapps.Connection, ...])
    for refusal in report.refused:
        assert_type(refusal.line, int)
        assert_type(refusal.column, str | None)
        assert_type(refusal.reason, str)
    assert_type(
        qb.import_tokens("dext", realm_id="1", refresh_token="r", access_token=None, obtained_at=None),
        qbapps.Connection,
    )


def connecting(qb: qbapps.QBApps) -> None:
    request = qb.begin_connect("dext", realm_id=None, owner=None, reference="tenant-42", bind="cookie")
    assert_type(request, qbapps.AuthorizationRequest)
    assert_type(request.url, str)
    assert_type(request.expires_at, datetime)
    connection = qb.complete("https://you.example/callback?code=c&state=s&realmId=1", bind="cookie")
    assert_type(connection, qbapps.Connection)
    assert_type(connection.realm_id, str | None)
    assert_type(connection.owner, qbapps.Owner | None)
    assert_type(connection.state, qbapps.ConnectionState)
    assert_type(connection.reach, qbapps.Reach)
    assert_type(connection.refresh_expires_at, datetime | None)
    token = qb.access_token(connection.id)
    assert_type(token, qbapps.AccessToken)
    assert_type(token.value, qbapps.Secret)
    assert_type(token.value.reveal(), str)
    assert_type(token.expires_at, datetime)
    assert_type(qb.quickbooks(connection.id), Any)
    assert_type(qb.refresh_due(within=timedelta(days=30)), qbapps.RefreshReport)
    health = qb.probe(connection.id)
    assert_type(health, qbapps.Health)
    assert_type(health.alive, bool | None)
    assert_type(health.cost, int)


def listing(qb: qbapps.QBApps) -> None:
    found = qb.connections(
        app="dext",
        realm_id="1",
        firm="durand",
        level="client",
        client="2",
        owner="a@b.example",
        state="connected",
        reach="api",
        reference="tenant-42",
    )
    assert_type(found, Iterator[qbapps.Connection])
    qb.connections(state=qbapps.ConnectionState.PAUSED, level=qbapps.Level.FIRM, firm="durand")
    assert_type(qb.company_apps("1"), tuple[qbapps.Connection, ...])
    assert_type(qb.firm_apps("durand"), tuple[qbapps.Connection, ...])
    assert_type(qb.client_apps("durand", client=None), tuple[qbapps.Connection, ...])


def transferring(qb: qbapps.QBApps) -> None:
    transfer = qb.begin_transfer("con_1", to="m@b.example", by=None, expires_in=timedelta(days=7))
    assert_type(transfer, qbapps.Transfer)
    assert_type(transfer.url, str | None)
    assert_type(transfer.state, qbapps.TransferState)
    message = qb.message(transfer, lang="fr")
    assert_type(message, Message)
    assert_type(message.subject, str)
    assert_type(message.body, str)
    assert_type(qb.transfer("trf_1"), qbapps.Transfer)
    assert_type(qb.transfers(state="pending"), tuple[qbapps.Transfer, ...])
    assert_type(qb.cancel_transfer("trf_1"), qbapps.Transfer)
    assert_type(qb.renew_link("trf_1"), qbapps.Transfer)
    assert_type(qb.unverified_grants(), tuple[qbapps.UnverifiedGrant, ...])
    assert_type(qb.adopt("gra_1"), qbapps.Connection)
    qb.discard("gra_1")


def disconnecting(qb: qbapps.QBApps) -> None:
    receipt = qb.disconnect("con_1", reason="security", comment=None, by=None, after=timedelta(hours=1))
    assert_type(receipt, qbapps.Disconnection)
    assert_type(receipt.proof, qbapps.Proof | None)
    assert_type(receipt.reason, qbapps.Reason)
    assert_type(receipt.intuit_tid, str | None)
    qb.disconnect("con_1", reason=qbapps.Reason.OTHER)
    assert_type(qb.undo_disconnect(receipt.id), qbapps.Connection)
    notice = qb.notice(receipt, lang="fr")
    assert_type(notice, Notice)
    assert_type(notice.text, str)
    assert_type(qb.note_disconnect("1", app="dext"), qbapps.Disconnection | None)
    assert_type(qb.reconnect("con_1", bind=None), qbapps.AuthorizationRequest)
    assert_type(qb.pause("con_1"), qbapps.Connection)
    assert_type(qb.resume("con_1"), qbapps.Connection)


def by_hand(qb: qbapps.QBApps) -> None:
    for task in qb.worklist(firm="durand"):
        assert_type(task, qbapps.Task)
        assert_type(qb.steps(task, lang="fr"), tuple[str, ...])
        assert_type(qb.confirm_task(task.id, by="Marie", note="seen"), qbapps.Task)


def the_trail(qb: qbapps.QBApps) -> None:
    assert_type(qb.events(connection_id=None), Iterator[qbapps.Event])
    assert_type(qb.verify_events(), tuple[qbapps.Break, ...])
    take_back = qb.on("connection.needs_reconnect", lambda event: assert_type(event.connection_id, str | None))
    assert_type(take_back, Callable[[], None])
    assert_type(qb.deliver_events(), int)


def the_audit(qb: qbapps.QBApps) -> None:
    taken = qb.audit(firm="durand", skip=["unused"], thresholds=qbapps.Thresholds(owned=20), lang="fr")
    assert_type(taken, qbapps.Audit)
    assert_type(taken.findings, tuple[qbapps.Finding, ...])
    assert_type(taken.findings[0].severity, qbapps.Severity)
    assert_type(taken.to_polars(), pl.DataFrame)
    assert_type(taken.to_csv("risks.csv", "risks"), Path)
    assert_type(taken.diff("before.parquet"), qbapps.AuditDiff)
    assert_type(taken.diff(taken).gone, tuple[qbapps.Difference, ...])
    assert_type(qb.connection_frames(), Iterator[pl.DataFrame])
    assert_type(qbapps.frame(qb.worklist()), pl.DataFrame)


def quickbooks_desktop(qb: qbapps.QBApps) -> None:
    app = qb.desktop.register_app(
        "hours", base_url="https://a.example/q", support_url="https://a.example/q/s", description="Hours"
    )
    assert_type(app, qbapps.DesktopApp)
    connection, password = qb.desktop.connect("hours", company="Menuiserie Petit", mode="once")
    assert_type(connection, qbapps.Connection)
    assert_type(password, qbapps.Secret)
    assert_type(qb.desktop.qwc(connection.id), bytes)
    request = qbxml.add("TimeTracking", {"EntityRef": "Jean", "Duration": timedelta(hours=8)})
    assert_type(request, qbxml.Request)
    job = qb.desktop.enqueue(connection.id, request, key="shift-4711")
    assert_type(job, qbapps.Job)
    assert_type(job.state, qbapps.JobState)
    for record in qb.desktop.results(job.id):
        assert_type(record.text("EntityRef", "FullName"), str | None)
    assert_type(qb.desktop.status(connection.id), qbapps.DesktopStatus)
    assert_type(qb.desktop.status(connection.id).state, qbapps.DesktopState)
    assert_type(qb.desktop.checklist(connection.id, lang="fr"), tuple[qbapps.ChecklistItem, ...])
    preview = qb.desktop.preview_destructive(connection.id, {"customers": ["1"]})
    assert_type(preview, qbapps.Preview)
    assert_type(qb.desktop.removal_steps(connection.id), tuple[str, ...])
    assert_type(qb.desktop.dispatch(b"", path="/"), tuple[int, bytes])


def bank_connections(qb: qbapps.QBApps) -> None:
    connection = qb.banks.connect(
        "LCL", realm_id="9130350000000001", authenticated_on=date(2021, 12, 10), accounts={"512000": "4821"}
    )
    assert_type(connection, qbapps.Connection)
    assert_type(qb.banks.record(connection.id, banks.BankEvent.SYNCED, on=date(2021, 12, 11)), qbapps.Connection)
    repair = qb.banks.repair(connection.id, accounts={"512000": banks.Evidence(review=[date(2021, 12, 11)])})
    assert_type(repair, banks.Repair)
    assert_type(repair.windows["512000"].start, date)
    assert_type(repair.steps("fr"), tuple[str, ...])
    assert_type(qb.banks.status(connection.id), banks.BankStatus)
    assert_type(qb.banks.status(connection.id).state, banks.BankState)
    assert_type(qb.banks.statuses(firm="durand"), tuple[banks.BankStatus, ...])
    assert_type(qb.banks.hints(connection.id).evidence(), dict[str, banks.Evidence])
    assert_type(banks.reminders_ics(qb.banks.consents()), str)
    rows = banks.read_statement("statement.ofx")
    assert_type(rows, list[banks.Row])
    assert_type(banks.dedupe(rows, rows), banks.Dedupe)


def going_wrong(qb: qbapps.QBApps) -> None:
    try:
        qb.access_token("con_1")
    except qbapps.ReconnectRequired as error:
        assert_type(error.grant_id, str | None)
        assert_type(error.hint, str)
        assert_type(error.code, str)
    except qbapps.TransitionError as error:
        assert_type(error.allowed, tuple[str, ...])
    except qbapps.IntuitUnavailable as error:
        assert_type(error.retry_after, timedelta | None)
        assert_type(error.status, int | None)
    except errors.QBAppsError as error:
        assert_type(error.retryable, bool)
        assert_type(error.connection_id, str | None)
        assert_type(error.realm_id, str | None)


def mistakes_that_the_types_catch(qb: qbapps.QBApps) -> None:
    qb.begin_connect("dext", "1")  # type: ignore[call-arg]
    qb.begin_transfer("con_1")  # type: ignore[call-arg]
    qb.refresh_due(within=30)  # type: ignore[arg-type]
    qb.access_token("con_1").value + "x"  # type: ignore[operator]
    qb.app("dext").name = "other"  # type: ignore[misc]
