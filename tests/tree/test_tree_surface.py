"""The public surface, pinned: what users type stays what they can type."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import qbapps
from qbapps import errors
from qbapps.domain.disconnection import DisconnectionState
from qbapps.domain.events import EventKind

NAMES = {
    "AccessToken", "App", "Audit", "AuditDiff", "AuthorizationRequest", "Break", "ChecklistItem", "Checkpoint",
    "Client", "Connection", "ConnectionState", "DesktopApp", "DesktopState", "DesktopStatus", "Diagnosis", "Difference",
    "Disconnection", "Environment", "Estimate", "Event", "Finding", "Firm", "Health", "ImportReport", "Interrupted",
    "Job", "JobState", "Level", "Limits", "Outcome", "Owner", "Person", "Plan", "PlanItem", "PlanReport", "Preview",
    "Progress", "Proof", "QBApps", "Reach", "Reason", "RecoveryReport",
    "RefreshReport", "Role", "Rule", "Secret", "Severity", "Task", "Thresholds", "Transfer", "TransferState",
    "UnverifiedGrant", "WorklistImport", "frame", "open", "verify_exported",
}  # fmt: skip

# What the documentation promises; a change here breaks somebody's program.
PROMISED = {
    "register_app": (
        "app_id, *, name=None, client_id=None, client_secret=None, redirect_uri=None, environment='sandbox', "
        "scopes=None, discovery_url=None, api_url=None, developer_contact=None, identity=True, category=None"
    ),
    "apps": "",
    "app": "app_id",
    "add_firm": "firm_id, *, name, realm_id=None",
    "add_client": "firm_id, *, realm_id, name",
    "clients": "firm_id",
    "add_person": "email, *, name=None, role='unknown', firm=None, realm_id=None, left_on=None",
    "import_inventory": "path, *, firm",
    "import_tokens": "app_id, *, realm_id, refresh_token, access_token=None, obtained_at=None",
    "begin_connect": "app_id, *, realm_id=None, owner=None, reference=None, bind=None",
    "complete": "url, *, bind=None",
    "access_token": "connection_id",
    "quickbooks": "connection_id",
    "refresh_due": "*, within=30 days, progress=None",
    "probe": "connection_id",
    "connections": (
        "*, app=None, realm_id=None, firm=None, level=None, client=None, owner=None, state=None, reach=None, "
        "reference=None, kind=None"
    ),
    "company_apps": "realm_id",
    "firm_apps": "firm_id",
    "client_apps": "firm_id, *, client=None",
    "begin_transfer": "connection_id, *, to, by=None, expires_in=7 days",
    "message": "transfer, *, lang=None",
    "transfer": "transfer_id",
    "transfers": "*, state=None",
    "cancel_transfer": "transfer_id",
    "renew_link": "transfer_id",
    "unverified_grants": "",
    "adopt": "grant_id",
    "discard": "grant_id",
    "disconnect": "connection_id, *, reason='no_longer_needed', comment=None, by=None, after=None",
    "undo_disconnect": "disconnection_id",
    "notice": "receipt, *, lang=None",
    "note_disconnect": "realm_id, *, app",
    "reconnect": "connection_id, *, bind=None",
    "pause": "connection_id",
    "resume": "connection_id",
    "plan_disconnect": (
        "*, app=None, realm_id=None, firm=None, level=None, client=None, owner=None, state=None, reach=None, "
        "reference=None, reason='no_longer_needed', comment=None, deadline=None, by=None, needs_approval=False"
    ),
    "plan_transfer": (
        "*, to, app=None, realm_id=None, firm=None, level=None, client=None, owner=None, state=None, reach=None, "
        "reference=None, deadline=None, by=None, needs_approval=False"
    ),
    "save_plan": "plan, path",
    "load_plan": "path",
    "apply": ("plan_id, *, workers=16, progress=None, canary=True, executor=None, approved_by=None, limits=None"),
    "audit": "*, firm=None, rules=(), skip=(), thresholds=None, lang=None",
    "explain": "connection_id, *, lang=None",
    "worklist": "*, firm=None",
    "confirm_task": "task_id, *, by, note=None",
    "steps": "task, *, lang=None",
    "events": "connection_id=None",
    "verify_events": "*, checkpoint=None",
    "on": "kind, callback, *, name=None",
    "close": "",
}

# Added since; kept like the rest once released.
ADDED = {
    "checkpoint_events": "path",
    "write_events": "path, connection_id=None",
    "confirm_connection": "connection_id, *, by, note=None",
    "deliver_events": "",
    "connection": "connection_id",
    "connection_frames": "*, firm=None, rows=65536",
    "write_connections": "path, *, firm=None",
    "deadline": "limit",
    "disconnections": "connection_id=None",
    "firm": "firm_id",
    "firms": "",
    "import_worklist": "path, *, by=None",
    "interrupted": "",
    "people": "firm=None",
    "cancel_plan": "plan_id, *, by=None",
    "plan": "plan_id",
    "plan_message": "report, *, lang=None",
    "plan_report": "plan_id",
    "plans": "",
    "receipts": "*, firm=None, since=None, plan=None",
    "recover": "",
    "key_usage": "",
    "rotate_keys": "*, progress=None",
    "run_due": "",
    "siblings": "connection_id",
    "steps_as_of": "task",
    "task": "task_id",
    "write_plan_report": "plan, path, *, lang=None",
    "write_worklist": "path, *, firm=None, lang=None",
    "write_receipts": "path, *, disconnections=None, transfers=None, lang=None",
}


def signature(function: Callable[..., Any]) -> str:
    """Return the arguments of *function* as text, without types and without self."""
    shown = []
    starred = False
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "self":
            continue
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            starred = True
            shown.append("*")
        days = getattr(parameter.default, "days", None)
        default = repr(parameter.default) if days is None else f"{days} days"
        stars = "**" if parameter.kind is inspect.Parameter.VAR_KEYWORD else ""
        shown.append(f"{stars}{name}" if parameter.default is inspect.Parameter.empty else f"{name}={default}")
    return ", ".join(shown)


def methods() -> dict[str, Callable[..., Any]]:
    found = inspect.getmembers(qbapps.QBApps, inspect.isfunction)
    return {name: function for name, function in found if not name.startswith("_")}


def test_the_package_exports_these_names_and_no_other() -> None:
    raised = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, Exception)}

    assert set(qbapps.__all__) == NAMES | raised
    assert list(qbapps.__all__) == sorted(qbapps.__all__)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_exported_name_is_there_and_documented(name: str) -> None:
    assert name in dir(qbapps)
    assert inspect.getdoc(getattr(qbapps, name))


def test_a_name_that_is_not_exported_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        qbapps.nonsense  # noqa: B018


def test_opening_takes_what_was_promised() -> None:
    parameters = inspect.signature(qbapps.open).parameters

    assert list(parameters) == ["url", "key", "http_timeout", "token_cache_ttl", "clock"]
    assert parameters["url"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert {parameters[name].kind for name in list(parameters)[1:]} == {inspect.Parameter.KEYWORD_ONLY}
    assert parameters["http_timeout"].default.total_seconds() == 30
    assert parameters["token_cache_ttl"].default.total_seconds() == 5


@pytest.mark.parametrize(("name", "arguments"), [*PROMISED.items(), *ADDED.items()])
def test_a_method_takes_the_arguments_that_users_type(name: str, arguments: str) -> None:
    assert signature(methods()[name]) == arguments


def test_there_is_no_other_method() -> None:
    assert set(methods()) == {*PROMISED, *ADDED}


@pytest.mark.parametrize("name", sorted(methods()))
def test_every_method_is_documented_and_fully_typed(name: str) -> None:
    method = methods()[name]
    annotations = {*inspect.signature(method).parameters} - {"self"} | {"return"}

    assert inspect.getdoc(method)
    assert set(method.__annotations__) == annotations


def test_an_open_store_closes_at_the_end_of_a_with_block() -> None:
    assert callable(qbapps.QBApps.__enter__)
    assert callable(qbapps.QBApps.__exit__)


def test_plans_and_their_reports_have_what_users_read() -> None:
    for model, names in (
        (qbapps.Plan, "id items skipped by_hand estimate digest"),
        (qbapps.PlanReport, "done failed drifted waiting by_hand remaining"),
    ):
        assert set(names.split()) <= set(dir(model)) | {field.name for field in attrs.fields(model)}


# Fields that users read. More may be there; none of these may go.
FIELDS = {
    "Connection": (
        "id kind app_id realm_id company_name owner state reach reference scopes grant generation connected_at "
        "refreshed_at access_expires_at refresh_expires_at refresh_hard_expires_at version"
    ),
    "Owner": "sub email name role",
    "AuthorizationRequest": "url expires_at",
    "AccessToken": "value expires_at",
    "Health": "alive cause checked_at cost",
    "Diagnosis": "cause evidence next_step",
    "Transfer": "id connection_id to state url expires_at",
    "Disconnection": "id proof intuit_tid reason state",
    "ImportReport": "taken refused unchanged",
    "Task": "id connection_id kind steps state note",
    "Progress": "done failed total eta",
    "RefreshReport": "refreshed failed expiring skipped",
    "UnverifiedGrant": "id app_id realm_id why state",
    "Event": "stream kind at by details sequence previous hash",
    "App": "id name environment client_id redirect_uri scopes developer_contact category",
    "Difference": "change connection_id app_id app_name realm_id company_name before after",
    "Finding": "rule severity connection_id what do evidence plan app_id realm_id company_name owner",
    "Firm": "id name realm_id",
    "Client": "firm_id realm_id name",
    "Person": "id email name role firm_id realm_id left_on",
    "PlanItem": "connection_id app_id realm_id company_name owner grant action reach outcome note",
}


@pytest.mark.parametrize(("name", "fields"), FIELDS.items())
def test_a_model_has_the_fields_that_users_read(name: str, fields: str) -> None:
    model = getattr(qbapps, name)

    assert set(fields.split()) <= {field.name for field in attrs.fields(model)}
    assert model.__setattr__ is not object.__setattr__, f"{name} is not frozen"


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_documented_attributes_of_a_model_exist(name: str) -> None:
    model = getattr(qbapps, name)
    lines = (inspect.getdoc(model) or "").splitlines()
    if "Attributes:" not in lines:
        return
    listed = [line for line in lines[lines.index("Attributes:") + 1 :] if line.startswith("    ") and line[4] != " "]

    assert {line.split(":")[0].strip() for line in listed} <= {field.name for field in attrs.fields(model)}


WORDS: dict[str, tuple[type[enum.StrEnum], str]] = {
    "ConnectionState": (qbapps.ConnectionState, "connected needs_reconnect paused disconnected"),
    "TransferState": (
        qbapps.TransferState,
        "pending completed declined expired cancelled wrong_company wrong_owner awaiting_hand",
    ),
    "Reason": (
        qbapps.Reason,
        (
            "no_longer_needed switching_app too_expensive technical_problem missing_feature security "
            "company_closing service_ending in_quickbooks other"
        ),
    ),
    "Proof": (qbapps.Proof, "refused_after_revoke already_gone none"),
    "Role": (qbapps.Role, "primary_admin admin team_member standard unknown"),
    "Level": (qbapps.Level, "firm client company"),
    "Reach": (qbapps.Reach, "api hand"),
    "Environment": (qbapps.Environment, "sandbox production"),
    "DisconnectionState": (DisconnectionState, "scheduled revoking done unproven awaiting_hand undone"),
}


@pytest.mark.parametrize(("words", "text"), WORDS.values(), ids=WORDS)
def test_a_closed_set_has_these_words_in_lower_case(words: type[enum.StrEnum], text: str) -> None:
    assert [str(word) for word in words] == text.split()
    assert words(text.split(maxsplit=1)[0]) == text.split(maxsplit=1)[0]


@pytest.mark.parametrize("word", ["connected", "needs_reconnect", "transferred", "disconnected", "expiring"])
def test_the_events_that_a_program_can_listen_to_exist(word: str) -> None:
    assert EventKind(f"connection.{word}") == f"connection.{word}"
