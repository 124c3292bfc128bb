"""The simulator's own door, for a command line or another process: JSON under /simulator/."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from qbapps.simulator.behaviour import Behaviour
from qbapps.simulator.connections import Connection
from qbapps.simulator.faults import Fault
from qbapps.simulator.messages import ConsentRefused, Record, Reply, Request, json_reply

if TYPE_CHECKING:
    from qbapps.simulator.intuit import Intuit

Body = Mapping[str, Any]


def answer(intuit: "Intuit", request: Request) -> Reply:
    """
    Do what the control door is asked.

    `GET requests`, `state`; `POST advance {"seconds"|"minutes"|"hours"|"days"}`, `time {"at"}`,
    `inject {"operation", "kind", …}`, `clear-faults`, `clear-requests`, `behaviour {…}`,
    `consent {"url", "user", "realm_id", "decision"}`, `disconnect {"client_id", "realm_id"}`,
    `admins {"realm_id", "admins"}`, `subscription {"realm_id", "status"}`,
    `account {"realm_id", "name", …}`, `enter {"realm_id", "entity", "body", "cleared"}`.
    """
    action = request.path.removeprefix("/simulator").strip("/")
    if request.method == "GET":
        seen = _LOOK.get(action)
        return json_reply(200, seen(intuit)) if seen else _unknown(action, _LOOK)
    # A page in a browser cannot send this type to another site unasked.
    if request.media_type != "application/json":
        return json_reply(415, {"error": "send application/json"})
    done = _DO.get(action)
    return _do(intuit, action, done, request.json()) if done else _unknown(action, _DO)


def _do(intuit: "Intuit", action: str, done: Callable[["Intuit", Body], Any], body: Any) -> Reply:
    if not isinstance(body, dict):
        return json_reply(400, {"error": "the body must be a JSON object"})
    # Wrong arguments come as any of these, each with a message that says what is wrong.
    try:
        return json_reply(200, done(intuit, body))
    except KeyError as error:
        return json_reply(400, {"error": f"{action} needs {error.args[0]!r}"})
    except (TypeError, ValueError, LookupError, ConsentRefused) as error:
        return json_reply(400, {"error": str(error)})


def _advance(intuit: "Intuit", body: Body) -> Any:
    return {"now": intuit.advance(timedelta(**body)).isoformat()}


def _time(intuit: "Intuit", body: Body) -> Any:
    return {"now": intuit.set_time(datetime.fromisoformat(body["at"])).isoformat()}


def _inject(intuit: "Intuit", body: Body) -> Any:
    intuit.inject(Fault(**body))
    return {"armed": len(intuit.faults)}


def _behaviour(intuit: "Intuit", body: Body) -> Any:
    intuit.behaviour = Behaviour(**{**attrs.asdict(intuit.behaviour), **body})
    return attrs.asdict(intuit.behaviour)


def _consent(intuit: "Intuit", body: Body) -> Any:
    where = intuit.consent(
        body["url"],
        user=body["user"],
        realm_id=body.get("realm_id"),
        decision=body.get("decision", "allow"),
    )
    return {"callback_url": where}


def _disconnect(intuit: "Intuit", body: Body) -> Any:
    intuit.disconnect(body["client_id"], body["realm_id"])
    return {}


def _admins(intuit: "Intuit", body: Body) -> Any:
    intuit.set_admins(body["realm_id"], body["admins"])
    return {}


def _subscription(intuit: "Intuit", body: Body) -> Any:
    intuit.set_subscription(body["realm_id"], body["status"])
    return {}


def _account(intuit: "Intuit", body: Body) -> Any:
    return {"id": intuit.add_account(**body)}


def _enter(intuit: "Intuit", body: Body) -> Any:
    return {"id": intuit.enter(**body)}


def _clear_faults(intuit: "Intuit", _: Body) -> Any:
    intuit.clear_faults()
    return {}


def _clear_requests(intuit: "Intuit", _: Body) -> Any:
    intuit.clear_requests()
    return {}


def _requests(intuit: "Intuit") -> Any:
    return [_record(record) for record in intuit.requests]


def _state(intuit: "Intuit") -> Any:
    return {
        "now": intuit.now.isoformat(),
        "behaviour": attrs.asdict(intuit.behaviour),
        "faults": [f"{fault.operation}: {fault.kind}" for fault in intuit.faults],
        "apps": [{"client_id": app.client_id, "name": app.name} for app in intuit.apps],
        "users": [attrs.asdict(user) for user in intuit.users],
        "companies": [
            {
                "realm_id": company.realm_id,
                "name": company.name,
                "subscription_status": company.subscription_status,
                "admins": sorted(company.admins),
            }
            for company in intuit.companies
        ],
        "connections": [_connection(connection) for connection in intuit.connections],
    }


def _record(record: Record) -> dict[str, Any]:
    shown = {field.name: getattr(record, field.name) for field in attrs.fields(Record)}
    shown["at"] = record.at.isoformat()
    shown["headers"] = dict(record.headers)
    shown["query"] = dict(record.query)
    return shown


def _connection(connection: Connection) -> dict[str, Any]:
    return {
        "client_id": connection.client_id,
        "realm_id": connection.realm_id,
        "connected": connection.connected,
        "owner": connection.owner.email if connection.owner else None,
        "access_tokens": len(connection.access_tokens),
        "refresh_tokens": len(connection.refresh_tokens),
    }


_LOOK: dict[str, Callable[["Intuit"], Any]] = {"requests": _requests, "state": _state}
_DO: dict[str, Callable[["Intuit", Body], Any]] = {
    "advance": _advance,
    "time": _time,
    "inject": _inject,
    "behaviour": _behaviour,
    "consent": _consent,
    "disconnect": _disconnect,
    "admins": _admins,
    "subscription": _subscription,
    "account": _account,
    "enter": _enter,
    "clear-faults": _clear_faults,
    "clear-requests": _clear_requests,
}


def _unknown(action: str, actions: Mapping[str, Any]) -> Reply:
    return json_reply(404, {"error": f"no {action!r} here; there are: {', '.join(actions)}"})
