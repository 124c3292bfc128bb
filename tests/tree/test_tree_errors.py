"""The error tree: whole, named, drawn, and able to travel."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from datetime import timedelta
from typing import Any

import pytest

import qbapps
from qbapps import errors
from qbapps.errors import QBAppsError

# Class, its parent, its code, whether the same call may work later.
TREE = [
    ("QBAppsError", "Exception", "qbapps_error", False),
    ("ConfigurationError", "QBAppsError", "configuration_error", False),
    ("NotFoundError", "QBAppsError", "not_found", False),
    ("TransitionError", "QBAppsError", "transition_refused", False),
    ("NotPermitted", "QBAppsError", "not_permitted", False),
    ("AuthorizationError", "QBAppsError", "authorization_failed", False),
    ("ConsentDenied", "AuthorizationError", "consent_denied", False),
    ("StateMismatch", "AuthorizationError", "state_mismatch", False),
    ("StateExpired", "AuthorizationError", "state_expired", False),
    ("WrongCompany", "AuthorizationError", "wrong_company", False),
    ("WrongOwner", "AuthorizationError", "wrong_owner", False),
    ("GrantUnverified", "AuthorizationError", "grant_unverified", True),
    ("ReconnectRequired", "AuthorizationError", "reconnect_required", False),
    ("IntuitError", "QBAppsError", "intuit_error", False),
    ("IntuitUnavailable", "IntuitError", "intuit_unavailable", True),
    ("IntuitRejected", "IntuitError", "intuit_rejected", False),
    ("IntuitProtocolError", "IntuitError", "intuit_protocol_error", False),
    ("StoreError", "QBAppsError", "store_error", False),
    ("StaleVersion", "StoreError", "stale_version", True),
    ("LeaseTimeout", "StoreError", "lease_timeout", True),
    ("MigrationNeeded", "StoreError", "migration_needed", False),
    ("DeadlineExceeded", "QBAppsError", "deadline_exceeded", True),
    ("VaultError", "QBAppsError", "vault_error", False),
    ("UnknownKey", "VaultError", "unknown_key", False),
    ("SealBroken", "VaultError", "seal_broken", False),
    ("PlanError", "QBAppsError", "plan_error", False),
    ("PlanAltered", "PlanError", "plan_altered", False),
    ("PlanIncomplete", "PlanError", "plan_incomplete", False),
]
NAMES = [row[0] for row in TREE]

# What each carries beyond the message, the hint, the connection and the company.
CARRIES: dict[str, dict[str, Any]] = {
    "TransitionError": {"state": "paused", "action": "use", "allowed": ("resume",)},
    "NotPermitted": {"role": "standard", "needed": ("admin",)},
    "AuthorizationError": {"grant_id": "gra_1"},
    "ReconnectRequired": {"diagnosis": "idle"},
    "IntuitError": {"status": 503, "intuit_tid": "tid-1", "error": "3200"},
    "IntuitUnavailable": {"retry_after": timedelta(seconds=9), "processed": False},
    "PlanIncomplete": {"report": "two left"},
}


def made(name: str) -> tuple[QBAppsError, dict[str, Any]]:
    kind = getattr(errors, name)
    carried: dict[str, Any] = {}
    for above in reversed(kind.__mro__):
        carried |= CARRIES.get(above.__name__, {})
    if name != "PlanIncomplete":
        carried |= {"connection_id": "con_1", "realm_id": "9130"}
    return kind("con_1 cannot.", hint="Do this.", **carried), carried


def test_the_tree_has_these_classes_and_no_other() -> None:
    defined = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, BaseException)}

    assert defined == set(NAMES)


def test_every_error_has_a_code_of_its_own() -> None:
    assert len({row[2] for row in TREE}) == len(TREE)


@pytest.mark.parametrize(("name", "parent", "code", "retryable"), TREE, ids=NAMES)
def test_an_error_is_where_the_contract_puts_it(name: str, parent: str, code: str, retryable: bool) -> None:
    kind = getattr(errors, name)

    assert [base.__name__ for base in kind.__bases__] == [parent]
    assert (kind.code, kind.retryable) == (code, retryable)
    assert kind is QBAppsError or "code" in vars(kind), "a code of its own, not its parent's"
    assert inspect.getdoc(kind)
    assert "__doc__" in vars(kind)


@pytest.mark.parametrize("name", NAMES)
def test_every_error_is_exported_by_the_package(name: str) -> None:
    assert getattr(qbapps, name) is getattr(errors, name)
    assert name in qbapps.__all__


@pytest.mark.parametrize("name", NAMES)
def test_no_error_can_be_raised_without_a_next_step(name: str) -> None:
    hint = inspect.signature(getattr(errors, name)).parameters["hint"]

    assert hint.kind is inspect.Parameter.KEYWORD_ONLY
    assert hint.default is inspect.Parameter.empty


@pytest.mark.parametrize("name", NAMES)
def test_an_error_says_what_happened_and_what_to_do(name: str) -> None:
    error, carried = made(name)

    assert str(error) == "con_1 cannot. Do this."
    assert (error.message, error.hint) == ("con_1 cannot.", "Do this.")
    assert {attribute: getattr(error, attribute) for attribute in carried} == carried


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("travel", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickle", "copy"])  # noqa: S301
def test_an_error_travels_between_processes_whole(name: str, travel: Any) -> None:
    error, carried = made(name)
    error.add_note("in row 7")

    arrived = travel(error)

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert arrived.args == error.args
    assert arrived.__notes__ == ["in row 7"]
    assert {attribute: getattr(arrived, attribute) for attribute in carried} == carried


def test_the_tree_is_drawn_at_the_top_of_its_file_as_it_is() -> None:
    assert errors.__doc__ is not None
    drawn = re.findall(r"^    ([│├└─ ]*)(\w+) {2,}\S", errors.__doc__, re.MULTILINE)
    parents: dict[int, str] = {}
    found = []
    for branch, name in drawn:
        depth = len(branch) // 3
        found.append((name, parents.get(depth - 1, "Exception")))
        parents[depth] = name

    assert found == [(name, parent) for name, parent, _, _ in TREE]
