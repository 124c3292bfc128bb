"""How an armed fault is played on one request."""

from collections.abc import Callable

import attrs

from qbapps.simulator import formats
from qbapps.simulator.faults import Fault, FaultKind
from qbapps.simulator.messages import Dropped, Reply, Request, TimedOut, html_reply, json_reply
from qbapps.simulator.tokens import DESCRIPTIONS, refusal

_HOLD = 60.0
_HTML = (
    "<html><head><title>Intuit</title></head><body><h1>We'll be right back</h1>"
    "<p>We're doing some maintenance.</p></body></html>"
)


def instead(fault: Fault, request: Request) -> Reply:
    """
    Answer in place of Intuit, which never gets to work.

    Raises:
        Dropped: The connection is closed without an answer.

        TimedOut: No answer comes.
    """
    note = f"fault: {fault.kind}"
    if fault.kind is FaultKind.RESET:
        raise Dropped("connection reset before anything was done", processed=False)
    if fault.kind is FaultKind.TIMEOUT:
        hold = float(fault.details.get("hold", _HOLD))
        raise TimedOut("no answer; nothing was done", processed=False, hold=hold)
    reply = _ANSWERS[fault.kind](fault, request)
    return attrs.evolve(reply, note=note, processed=False)


def spoil(fault: Fault, request: Request, reply: Reply) -> Reply:
    """
    Lose or spoil the answer of a request that took effect.

    Raises:
        Dropped: The connection is closed without an answer.

        TimedOut: No answer comes.
    """
    note = f"fault: {fault.kind}"
    match fault.kind:
        case FaultKind.DROP_AFTER | FaultKind.DROP_AFTER_ROTATION:
            raise Dropped("connection closed after it was done", processed=True)
        case FaultKind.TIMEOUT_AFTER:
            hold = float(fault.details.get("hold", _HOLD))
            raise TimedOut("no answer; yet it was done", processed=True, hold=hold)
        case FaultKind.TRUNCATED:
            # An empty answer has nothing to cut: a half-sent object stands for it.
            cut = reply.body[: max(len(reply.body) // 2, 1)] or b'{"'
            headers = {"Content-Type": "application/json;charset=UTF-8", **reply.headers}
            return attrs.evolve(reply, body=cut, headers=headers, note=note)
        case kind if kind in _TWINS:
            return attrs.evolve(_ANSWERS[_TWINS[kind]](fault, request), note=note)
        case _:
            return reply


def _unavailable(fault: Fault) -> Reply:
    status = int(fault.details.get("status", 503))
    after = fault.details.get("retry_after")
    extra = {} if after is None else {"Retry-After": str(after)}
    if status == 500:
        return json_reply(500, {"error": "server_error"}, **extra)
    return Reply(status, {"Content-Type": "text/plain", **extra}, b"Service Unavailable")


def _throttled(fault: Fault, request: Request) -> Reply:
    details = fault.details
    return formats.throttled(request, retry_after=details.get("retry_after"), xml=bool(details.get("xml")))


def _invalid_grant(_: Fault, request: Request) -> Reply:
    exchanging = request.form.get("grant_type") == "authorization_code"
    return refusal(400, "invalid_grant", DESCRIPTIONS["code" if exchanging else "refresh"])


def _unauthorized(fault: Fault, request: Request) -> Reply:
    return formats.unauthorized(request, None, "", xml=bool(fault.details.get("xml")))


def _forbidden(fault: Fault, request: Request) -> Reply:
    return formats.forbidden(request, "", lower_case=bool(fault.details.get("lower_case")))


def _api_fault(fault: Fault, request: Request) -> Reply:
    details = fault.details
    return formats.fault(
        request,
        int(details.get("status", 200)),
        str(details.get("message", "An application error has occurred")),
        str(details.get("code", "10000")),
        str(details.get("type", "SystemFault")),
        details.get("detail"),
    )


_ANSWERS: dict[FaultKind, Callable[[Fault, Request], Reply]] = {
    FaultKind.UNAVAILABLE: lambda fault, _: _unavailable(fault),
    FaultKind.SERVER_ERROR: lambda _, request: formats.fault(request, 500, "SystemFault", "10000", "SystemFault"),
    FaultKind.THROTTLED: _throttled,
    FaultKind.HTML: lambda fault, _: html_reply(int(fault.details.get("status", 200)), _HTML),
    FaultKind.INVALID_GRANT: _invalid_grant,
    FaultKind.INVALID_CLIENT: lambda *_: refusal(401, "invalid_client"),
    FaultKind.INVALID_REQUEST: lambda *_: refusal(400, "invalid_request"),
    FaultKind.UNAUTHORIZED: _unauthorized,
    FaultKind.FORBIDDEN: _forbidden,
    FaultKind.API_FAULT: _api_fault,
}

_TWINS = {
    FaultKind.UNAVAILABLE_AFTER: FaultKind.UNAVAILABLE,
    FaultKind.SERVER_ERROR_AFTER: FaultKind.SERVER_ERROR,
    FaultKind.THROTTLED_AFTER: FaultKind.THROTTLED,
    FaultKind.HTML_AFTER: FaultKind.HTML,
    FaultKind.INVALID_GRANT_AFTER: FaultKind.INVALID_GRANT,
    FaultKind.INVALID_CLIENT_AFTER: FaultKind.INVALID_CLIENT,
}
"""Answers that are the same whether or not the request took effect."""
