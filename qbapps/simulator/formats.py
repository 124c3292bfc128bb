"""The Accounting API's documents and errors, in the several shapes they are seen in."""

from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from qbapps.simulator.messages import Reply, Request, json_reply

_NAMESPACE = "http://schema.intuit.com/finance/v3"


def document(request: Request, body: dict[str, Any], at: datetime) -> Reply:
    """Answer 200 in JSON if the caller asks for it, else in XML, which is Intuit's default."""
    if _wants_json(request):
        return json_reply(200, {**body, "time": at.isoformat(timespec="milliseconds")})
    return _xml(200, "".join(_element(name, value) for name, value in body.items()), None)


def fault(
    request: Request,
    status: int,
    message: str,
    code: str,
    kind: str,
    detail: str | None = None,
    note: str | None = None,
) -> Reply:
    """Answer with the usual `Fault`, keys capitalised."""
    if not _wants_json(request):
        return xml_fault(status, message, code, kind, detail, note)
    error: dict[str, Any] = {"Message": message, "code": code}
    if detail is not None:
        error["Detail"] = detail
    return json_reply(status, {"Fault": {"Error": [error], "type": kind}}, note or message)


def xml_fault(
    status: int,
    message: str,
    code: str,
    kind: str,
    detail: str | None = None,
    note: str | None = None,
) -> Reply:
    """
    Answer with a fault in XML, whatever the caller accepts.

    Source: issues 43 and 120 of routablehq/python-quickbooks show it with `Accept: json`.
    """
    inner = f"<Message>{escape(message)}</Message>"
    if detail is not None:
        inner += f"<Detail>{escape(detail)}</Detail>"
    body = f"<Fault type={quoteattr(kind)}><Error code={quoteattr(code)}>{inner}</Error></Fault>"
    return _xml(status, body, note or message)


def unauthorized(request: Request, detail: str | None, note: str, *, xml: bool = False) -> Reply:
    """
    Refuse an access token: 401, error 3200, in lower-case keys.

    Source: issues 118 and 250 of routablehq/python-quickbooks.
    """
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    if xml or not _wants_json(request):
        return xml_fault(401, message, "100", "AuthenticationFault", detail, note)
    return _lower_case(401, message, detail, "3200", "AUTHENTICATION", note)


def forbidden(request: Request, note: str, *, lower_case: bool = False) -> Reply:
    """Refuse a token that does not open this company: 403, error 3100, seen in either case."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    if lower_case and _wants_json(request):
        return _lower_case(403, message, None, "3100", "AUTHORIZATION", note)
    return fault(request, 403, message, "3100", "AUTHORIZATION", note=note)


def lost_admin(request: Request) -> Reply:
    """
    Refuse the token of a user who is no longer an admin: 401, error 120.

    Source: Intuit, "Fix common errors" and its 2017 table of top API errors.
    """
    return fault(
        request,
        401,
        "Authorization Failure: You do not have the permissions to perform this action",
        "120",
        "AuthorizationFault",
        detail="Authorization Failed : -11014-You do not have access to this company",
        note="the owner of the connection is no longer an admin",
    )


def throttled(request: Request, *, retry_after: int | None = None, xml: bool = False) -> Reply:
    """
    Refuse one request too many: 429, error 3001; Intuit promises no `Retry-After`.

    Source: issues 43 and 83 of routablehq/python-quickbooks.
    """
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    detail = "The request limit was reached. Try again later."
    if xml:
        reply = xml_fault(429, message, "3001", "SERVICE", detail)
    else:
        reply = fault(request, 429, message, "3001", "SERVICE", detail)
    if retry_after is None:
        return reply
    return Reply(429, {**reply.headers, "Retry-After": str(retry_after)}, reply.body, reply.note)


def _wants_json(request: Request) -> bool:
    return "json" in request.headers.get("accept", "").lower()


def _lower_case(status: int, message: str, detail: str | None, code: str, kind: str, note: str) -> Reply:
    error = {"message": message, "detail": detail, "code": code, "element": None}
    body: dict[str, Any] = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": None,
        "status": None,
        "cdcresponse": [],
    }
    return json_reply(status, body, note)


def _xml(status: int, body: str, note: str | None) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?><IntuitResponse xmlns="{_NAMESPACE}">{body}</IntuitResponse>'
    return Reply(status, {"Content-Type": "application/xml;charset=UTF-8"}, text.encode(), note)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(_element(key, item) for key, item in value.items())
    else:
        inner = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}>{inner}</{name}>"
