"""Scenario files: a whole Intuit written down, in JSON or TOML."""

import json
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from qbapps.simulator.behaviour import Behaviour
from qbapps.simulator.cabinet import cabinet_durand
from qbapps.simulator.faults import Fault

if TYPE_CHECKING:
    from qbapps.simulator.intuit import Intuit

Scenario = Mapping[str, Any]

_BUILT_IN = {"cabinet-durand": cabinet_durand}
_TOP = {"name", "seed", "behaviour", "apps", "users", "companies", "faults"}
_APP = {"client_id", "client_secret", "redirect_uris", "name"}
_USER = {"email", "name", "email_verified", "sub"}
_BOOKS = {"accounts", "transactions"}
_COMPANY = {"realm_id", "name", "admins", "country", "subscription_status"} | _BOOKS
_ACCOUNT = {"name", "number", "kind", "parent", "active", "currency"}
_TRANSACTION = {"entity", "body", "cleared"}


class ScenarioError(ValueError):
    """A scenario has a wrong key or value; the message says where."""


def load(source: str | Path | Scenario, *, clients: int | None = None) -> Scenario:
    """
    Read a scenario: a built-in one by its name, a JSON or TOML file, or a mapping as it is.

    Raises:
        ScenarioError: There is no such scenario, or the file is not JSON or TOML.
    """
    built_in = _BUILT_IN.get(source) if isinstance(source, str) else None
    if built_in is not None:
        return built_in(24 if clients is None else clients)
    if clients is not None:
        raise ScenarioError("clients only counts for a built-in scenario")
    if isinstance(source, Mapping):
        return source
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        names = ", ".join(_BUILT_IN)
        raise ScenarioError(f"no scenario {str(source)!r} ({error.strerror}); built in: {names}") from None
    try:
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from None
    if not isinstance(found, dict):
        raise ScenarioError(f"{path}: a scenario is an object")
    return found


def options(scenario: Scenario) -> dict[str, Any]:
    """Tell what the scenario sets on `Intuit` itself, after checking its top-level keys."""
    _check(scenario, _TOP, set(), "the scenario")
    chosen: dict[str, Any] = {}
    if "seed" in scenario:
        chosen["seed"] = scenario["seed"]
    if "behaviour" in scenario:
        switches = scenario["behaviour"]
        _check(switches, set(attrs.fields_dict(Behaviour)), set(), "behaviour")
        chosen["behaviour"] = _made("behaviour", Behaviour, switches)
    return chosen


def populate(intuit: "Intuit", scenario: Scenario) -> None:
    """
    Put what the scenario lists into *intuit*.

    Raises:
        ScenarioError: An entry has an unknown key, lacks one, or has a wrong value.
    """
    for where, entry in _entries(scenario, "users", _USER, {"email"}):
        _made(where, intuit.add_user, entry)
    for where, entry in _entries(scenario, "apps", _APP, {"client_id", "client_secret", "redirect_uris"}):
        _made(where, intuit.add_app, entry)
    for where, entry in _entries(scenario, "companies", _COMPANY, {"realm_id"}):
        _made(where, intuit.add_company, {key: value for key, value in entry.items() if key not in _BOOKS})
        _keep_books(intuit, where, entry)
    for number, entry in enumerate(scenario.get("faults", ())):
        where = f"faults[{number}]"
        intuit.inject(_made(where, Fault, entry))


def _keep_books(intuit: "Intuit", company: str, entry: Mapping[str, Any]) -> None:
    books = {name: entry.get(name, ()) for name in _BOOKS}
    for where, account in _entries(books, "accounts", _ACCOUNT, {"name"}, within=f"{company}."):
        _made(where, partial(intuit.add_account, entry["realm_id"]), account)
    for where, written in _entries(books, "transactions", _TRANSACTION, {"entity", "body"}, within=f"{company}."):
        _made(where, partial(intuit.enter, entry["realm_id"]), written)


def dump(intuit: "Intuit") -> dict[str, Any]:
    """Write down what was declared to *intuit*; connections and tokens are not part of it."""
    emails = {user.sub: user.email for user in intuit.users}
    return {
        "behaviour": {
            name: value if isinstance(value, bool) else value.value
            for name, value in attrs.asdict(intuit.behaviour).items()
        },
        "apps": [attrs.asdict(app) | {"redirect_uris": [*app.redirect_uris]} for app in intuit.apps],
        "users": [attrs.asdict(user) for user in intuit.users],
        "companies": [
            {
                "realm_id": company.realm_id,
                "name": company.name,
                "admins": sorted(emails[sub] for sub in company.admins),
                "country": company.country,
                "subscription_status": company.subscription_status,
                "accounts": [_account(row) for row in company.accounts],
                "transactions": [
                    {"entity": each.entity, "body": dict(each.row), "cleared": each.cleared}
                    for each in company.transactions
                ],
            }
            for company in intuit.companies
        ],
        "faults": [_fault(fault) for fault in intuit.faults],
    }


def _account(row: Mapping[str, Any]) -> dict[str, Any]:
    parent, _, name = row["FullyQualifiedName"].rpartition(":")
    return {
        "name": name,
        "number": row.get("AcctNum"),
        "kind": row["AccountType"],
        "parent": parent or None,
        "active": row["Active"],
        "currency": row["CurrencyRef"]["value"],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    written: dict[str, Any] = {
        "operation": fault.operation.value,
        "kind": fault.kind.value,
        "times": fault.times,
        "after": fault.after,
        "client_id": fault.client_id,
        "realm_id": fault.realm_id,
    }
    return {k: v for k, v in written.items() if v is not None or k == "times"} | dict(fault.details)


def _entries(
    scenario: Scenario, name: str, known: set[str], needed: set[str], within: str = ""
) -> list[tuple[str, Mapping[str, Any]]]:
    listed = scenario.get(name, ())
    if not isinstance(listed, list | tuple):
        raise ScenarioError(f"{within}{name} is a list")
    placed = [(f"{within}{name}[{number}]", entry) for number, entry in enumerate(listed)]
    for where, entry in placed:
        _check(entry, known, needed, where)
    return placed


def _check(entry: Any, known: set[str], needed: set[str], where: str) -> None:
    if not isinstance(entry, Mapping):
        raise ScenarioError(f"{where} is an object, not {entry!r}")
    for key in entry:
        if key not in known:
            raise ScenarioError(f"{where} has no key {key!r}; it has: {', '.join(sorted(known))}")
    for key in sorted(needed - set(entry)):
        raise ScenarioError(f"{where} lacks {key!r}")


def _made(where: str, make: Any, entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        raise ScenarioError(f"{where} is an object, not {entry!r}")
    try:
        return make(**entry)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise ScenarioError(f"{where}: {error}") from None
