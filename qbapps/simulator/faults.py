"""What may go wrong on the way: faults that are armed beforehand and played in order."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from qbapps.simulator.behaviour import Choice


class Operation(Choice):
    """What a caller may ask of Intuit, as far as faults and gates tell it apart."""

    DISCOVERY = "discovery"
    EXCHANGE = "exchange"
    REFRESH = "refresh"
    REVOKE = "revoke"
    USERINFO = "userinfo"
    JWKS = "jwks"
    COMPANY = "company"
    QUERY = "query"
    WRITE = "write"
    ANY = "any"


class FaultKind(Choice):
    """
    What goes wrong.

    Before anything is done: `reset` to `api_fault`. After it took effect, with the answer
    lost or spoilt: `drop_after_rotation` to `truncated`, each the twin of a fault before. A wrong
    answer: the rest.
    `drop_after_rotation` makes the refresh give a new value even if it would have repeated
    the present one; `drop_after` leaves that to the behaviour.
    """

    RESET = "reset"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    SERVER_ERROR = "server_error"
    THROTTLED = "throttled"
    HTML = "html"
    INVALID_GRANT = "invalid_grant"
    INVALID_CLIENT = "invalid_client"
    INVALID_REQUEST = "invalid_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    API_FAULT = "api_fault"

    DROP_AFTER_ROTATION = "drop_after_rotation"
    DROP_AFTER = "drop_after"
    TIMEOUT_AFTER = "timeout_after"
    UNAVAILABLE_AFTER = "unavailable_after"
    SERVER_ERROR_AFTER = "server_error_after"
    THROTTLED_AFTER = "throttled_after"
    HTML_AFTER = "html_after"
    INVALID_GRANT_AFTER = "invalid_grant_after"
    INVALID_CLIENT_AFTER = "invalid_client_after"
    TRUNCATED = "truncated"

    UNKNOWN_KID = "unknown_kid"
    BAD_ID_TOKEN = "bad_id_token"  # noqa: S105 - a name
    WRONG_SUB = "wrong_sub"
    NO_ID_TOKEN = "no_id_token"  # noqa: S105 - a name
    NO_REFRESH_TOKEN = "no_refresh_token"  # noqa: S105 - a name


_TOKEN = frozenset({Operation.EXCHANGE, Operation.REFRESH, Operation.ANY})
_OAUTH = _TOKEN | {Operation.REVOKE}
_API = frozenset({Operation.COMPANY, Operation.QUERY, Operation.WRITE, Operation.ANY})

_OPERATIONS: dict[FaultKind, frozenset[Operation]] = {
    FaultKind.INVALID_GRANT: _OAUTH,
    FaultKind.INVALID_GRANT_AFTER: _OAUTH,
    FaultKind.INVALID_CLIENT: _OAUTH,
    FaultKind.INVALID_CLIENT_AFTER: _OAUTH,
    FaultKind.INVALID_REQUEST: _OAUTH,
    FaultKind.UNAUTHORIZED: _API | {Operation.USERINFO},
    FaultKind.FORBIDDEN: _API,
    FaultKind.API_FAULT: _API,
    FaultKind.DROP_AFTER_ROTATION: _TOKEN,
    FaultKind.UNKNOWN_KID: _TOKEN,
    FaultKind.BAD_ID_TOKEN: _TOKEN,
    FaultKind.WRONG_SUB: _TOKEN | {Operation.USERINFO},
    FaultKind.NO_ID_TOKEN: _TOKEN,
    FaultKind.NO_REFRESH_TOKEN: _TOKEN,
}

_DETAILS: dict[FaultKind, frozenset[str]] = {
    FaultKind.TIMEOUT: frozenset({"hold"}),
    FaultKind.TIMEOUT_AFTER: frozenset({"hold"}),
    FaultKind.UNAVAILABLE: frozenset({"status", "retry_after"}),
    FaultKind.UNAVAILABLE_AFTER: frozenset({"status", "retry_after"}),
    FaultKind.THROTTLED: frozenset({"retry_after", "xml"}),
    FaultKind.THROTTLED_AFTER: frozenset({"retry_after", "xml"}),
    FaultKind.HTML: frozenset({"status"}),
    FaultKind.HTML_AFTER: frozenset({"status"}),
    FaultKind.UNAUTHORIZED: frozenset({"xml"}),
    FaultKind.FORBIDDEN: frozenset({"lower_case"}),
    FaultKind.API_FAULT: frozenset({"status", "code", "message", "type", "detail"}),
    FaultKind.BAD_ID_TOKEN: frozenset({"wrong"}),
    FaultKind.WRONG_SUB: frozenset({"sub"}),
}

WRONG_CLAIMS = ("aud", "iss", "exp", "signature", "realmid")


@attrs.frozen(init=False)
class Fault:
    """
    One thing that goes wrong, for the next requests it fits.

    Args:
        operation: One of `Operation`, or `any`.

        kind: One of `FaultKind`.

        times: How many requests it spoils; None for all until `clear_faults()`.

        after: How many fitting requests are let through first.

        client_id: Spoil only requests of this app.

        realm_id: Spoil only requests about this company.

        details: `retry_after` (seconds) and `xml` for throttled; `status` for unavailable and
            html; `hold` (seconds) for timeouts; `wrong` (aud, iss, exp, signature, realmid) for
            bad_id_token; `sub` for wrong_sub; `xml` for unauthorized; `lower_case` for forbidden;
            `status`, `code`, `message`, `type` and `detail` for api_fault, which by default is
            a Fault carried by a 200. Source: Intuit, "Error codes", for that.

    Raises:
        ValueError: No such operation, kind or detail, or one that does not fit the other.
    """

    operation: Operation
    kind: FaultKind
    times: int | None
    after: int
    client_id: str | None
    realm_id: str | None
    details: Mapping[str, Any] = attrs.field(hash=False)

    def __init__(
        self,
        operation: Operation | str,
        kind: FaultKind | str,
        times: int | None = 1,
        after: int = 0,
        *,
        client_id: str | None = None,
        realm_id: str | None = None,
        **details: Any,
    ) -> None:
        operation = Operation(operation)
        kind = FaultKind(kind)
        fitting = Fault.operations(kind)
        if operation not in fitting:
            names = ", ".join(sorted(fitting))
            raise ValueError(f"{kind} cannot happen on {operation}; it can on: {names}")
        if times is not None and times < 1:
            raise ValueError(f"a fault happens at least once, or always (times=None), not {times}")
        if after < 0:
            raise ValueError(f"after counts requests to let through first, not {after}")
        _check_details(kind, details)
        self.__attrs_init__(operation, kind, times, after, client_id, realm_id, MappingProxyType(details))

    @staticmethod
    def operations(kind: FaultKind | str) -> frozenset[Operation]:
        """Return what *kind* can happen on."""
        return _OPERATIONS.get(FaultKind(kind), frozenset(Operation))

    @property
    def comes_after(self) -> bool:
        """Tell whether the request takes effect before this goes wrong."""
        return self.kind in _AFTER

    @property
    def shapes(self) -> bool:
        """Tell whether this is a wrong answer that the endpoint itself must write."""
        return self.kind in _SHAPING


_AFTER = frozenset(
    {
        FaultKind.DROP_AFTER_ROTATION,
        FaultKind.DROP_AFTER,
        FaultKind.TIMEOUT_AFTER,
        FaultKind.UNAVAILABLE_AFTER,
        FaultKind.SERVER_ERROR_AFTER,
        FaultKind.THROTTLED_AFTER,
        FaultKind.HTML_AFTER,
        FaultKind.INVALID_GRANT_AFTER,
        FaultKind.INVALID_CLIENT_AFTER,
        FaultKind.TRUNCATED,
    }
)
_SHAPING = frozenset(
    {
        FaultKind.UNKNOWN_KID,
        FaultKind.BAD_ID_TOKEN,
        FaultKind.WRONG_SUB,
        FaultKind.NO_ID_TOKEN,
        FaultKind.NO_REFRESH_TOKEN,
    }
)


def _check_details(kind: FaultKind, details: Mapping[str, Any]) -> None:
    known = _DETAILS.get(kind, frozenset())
    for name in details:
        if name not in known:
            wanted = f"it takes: {', '.join(sorted(known))}" if known else "it takes none"
            raise ValueError(f"{kind} has no detail {name!r}; {wanted}")
    if details.get("wrong", "aud") not in WRONG_CLAIMS:
        raise ValueError(f"wrong is one of {', '.join(WRONG_CLAIMS)}, not {details['wrong']!r}")


@attrs.define
class _Armed:
    fault: Fault
    passed: int = 0
    played: int = 0


class Faults:
    """The faults that are armed, oldest first."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def arm(self, fault: Fault) -> None:
        """Add *fault* behind those already armed."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    @property
    def armed(self) -> tuple[Fault, ...]:
        """List the faults that can still happen."""
        return tuple(armed.fault for armed in self._armed)

    def take(self, operation: str, client_id: str | None, realm_id: str | None) -> Fault | None:
        """Choose the fault to play on this request: the first that fits and has waited enough."""
        for armed in self._armed:
            fault = armed.fault
            if fault.operation not in (Operation.ANY, operation) or operation not in set(Operation):
                continue
            if fault.client_id not in (None, client_id) or fault.realm_id not in (None, realm_id):
                continue
            if operation not in Fault.operations(fault.kind):
                continue
            if armed.passed < fault.after:
                armed.passed += 1
                continue
            armed.played += 1
            if fault.times is not None and armed.played >= fault.times:
                self._armed.remove(armed)
            return fault
        return None
