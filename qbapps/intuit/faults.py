"""What the accounting API's answers mean, in the several shapes its faults are seen in."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any, Final

import attrs

from qbapps.domain.policies import THROTTLE_PAUSE
from qbapps.domain.signals import LOST_ACCESS, NOT_AUTHORIZED, THROTTLED, TOKEN_REFUSED
from qbapps.errors import IntuitError, IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.intuit.answers import Answer
from qbapps.intuit.mapping import ASK_INTUIT, TRY_AGAIN

_CODE: Final = re.compile(r"[0-9]{1,9}")
_XML_FAULT: Final = re.compile(rb"<Fault\b([^>]*)>(.*?)</Fault>", re.DOTALL)
_XML_ERROR: Final = re.compile(rb"<Error\b([^>]*)>(.*?)</Error>", re.DOTALL)


@attrs.frozen(kw_only=True)
class Fault:
    """
    One error of a fault.

    Attributes:
        code: Without leading zeros; None when it is missing or no number.
    """

    code: str | None
    kind: str
    message: str = attrs.field(repr=False)
    detail: str = attrs.field(repr=False)


def read_faults(answer: Answer) -> tuple[Fault, ...] | None:
    """
    Return the errors of a fault, or None when the answer is no fault.

    Source: Intuit, "Error codes" (``Fault``, also in a 200); python-quickbooks issues 118
    (``fault``, lower case) and 120 (XML although JSON was asked for)
    """
    if b"ault" not in answer.body:
        # Spares most answers a reading; some are large.
        return None
    document = answer.document()
    if document is None:
        return _read_xml(answer.body)
    fault = document.get("Fault", document.get("fault"))
    if fault is None:
        return None
    fault = fault if isinstance(fault, dict) else {}
    errors = fault.get("Error", fault.get("error"))
    return tuple(
        Fault(
            code=_code(error.get("code")),
            kind=str(fault.get("type", "")),
            message=str(error.get("Message", error.get("message")) or ""),
            detail=str(error.get("Detail", error.get("detail")) or ""),
        )
        for error in (errors if isinstance(errors, list) else ())
        if isinstance(error, dict)
    )


def refuses_token(answer: Answer, faults: tuple[Fault, ...] | None) -> bool:
    """Tell whether another access token may help: expired, revoked or unknown, but not the owner's lost access."""
    codes = _codes(faults)
    if answer.status >= 500 or codes & {LOST_ACCESS, NOT_AUTHORIZED, THROTTLED}:
        return False
    return answer.status == 401 or "3200" in codes


def to_error(
    answer: Answer,
    faults: tuple[Fault, ...] | None,
    at: datetime,
    *,
    realm_id: str,
    connection_id: str | None,
) -> IntuitError | None:
    """
    Return what an answer says about the connection or about Intuit, or None when it says neither.

    python-quickbooks would take 403 and 429 for a validation error, drop ``Retry-After`` and
    ``intuit_tid`` and fail on a code that is no number, so this is asked first. Ordinary
    business faults (610, 5010, 6240, ...) are None: they are left to it.
    """
    about = {"realm_id": realm_id, "connection_id": connection_id}
    seen: dict[str, Any] = {"status": answer.status, "intuit_tid": answer.intuit_tid, **about}
    rejected = _rejected(answer, faults, seen)
    if rejected is not None and answer.status < 500:
        return rejected
    codes = _codes(faults)
    if answer.status == 429 or THROTTLED in codes:
        return IntuitUnavailable(
            f"Intuit throttled us for company {realm_id}.",
            hint="Wait as long as retry_after says and send fewer requests; the connection is not to blame.",
            error=THROTTLED,
            retry_after=answer.retry_after(at) or THROTTLE_PAUSE,
            processed=False,
            **seen,
        )
    if answer.status >= 500 or answer.status == 408 or any(fault.kind == "SystemFault" for fault in faults or ()):
        return IntuitUnavailable(
            f"Intuit failed on a request for company {realm_id} (HTTP {answer.status}).",
            hint=TRY_AGAIN,
            error=min(codes, default=None),
            retry_after=answer.retry_after(at),
            **seen,
        )
    if faults is not None:
        if faults and faults[0].code is not None:
            return None
        return IntuitProtocolError(
            f"Intuit answered for company {realm_id} with an error that has no number.", hint=ASK_INTUIT, **seen
        )
    return _without_fault(answer, seen)


def _rejected(answer: Answer, faults: tuple[Fault, ...] | None, seen: dict[str, Any]) -> IntuitRejected | None:
    codes, realm_id = _codes(faults), seen["realm_id"]
    if LOST_ACCESS in codes:
        return IntuitRejected(
            f"The owner of the connection has lost access to company {realm_id} (error 120).",
            hint="Transfer the connection to a present admin of the company: begin_transfer makes the link for them.",
            error=LOST_ACCESS,
            **seen,
        )
    if NOT_AUTHORIZED in codes:
        return IntuitRejected(
            f"The token does not open company {realm_id} (error 3100).",
            hint="Check that the app's environment and the realm id belong together; then reconnect the company.",
            error=NOT_AUTHORIZED,
            **seen,
        )
    if refuses_token(answer, faults):
        return IntuitRejected(
            f"Intuit refused the access token for company {realm_id}.",
            hint="Get a fresh access token; if it is refused too, reconnect the company.",
            error=min(codes & TOKEN_REFUSED, default="3200"),
            **seen,
        )
    return None


def _without_fault(answer: Answer, seen: dict[str, Any]) -> IntuitError | None:
    realm_id = seen["realm_id"]
    if answer.is_redirect:
        return IntuitProtocolError(
            f"Intuit answered for company {realm_id} with a redirect; it was not followed.",
            hint="Check the app's api_url.",
            **seen,
        )
    if not answer.is_success:
        return IntuitProtocolError(
            f"Intuit's answer for company {realm_id} could not be understood (HTTP {answer.status}).",
            hint="Check the app's api_url; if it is right, give Intuit's support the intuit_tid.",
            **seen,
        )
    if answer.body.startswith(b"%PDF"):
        return None
    if answer.document() is not None:
        return None
    if answer.body.lstrip()[:1] in (b"{", b"["):
        return IntuitProtocolError(
            f"Intuit's answer for company {realm_id} was cut off; the request may have been carried out.",
            hint=ASK_INTUIT,
            **seen,
        )
    return IntuitUnavailable(
        f"Intuit answered for company {realm_id} with a page instead of data.", hint=TRY_AGAIN, **seen
    )


def _read_xml(body: bytes) -> tuple[Fault, ...] | None:
    # Patterns, not a parser: the few words needed are not worth an XML parser's risks.
    found = _XML_FAULT.search(body[:10_000])
    if found is None:
        return None
    kind = _inner(rb'\btype="([^"]*)"', found[1])
    return tuple(
        Fault(
            code=_code(_inner(rb'\bcode="([^"]*)"', attributes)),
            kind=kind,
            message=_inner(rb"<Message>(.*?)</Message>", inner),
            detail=_inner(rb"<Detail>(.*?)</Detail>", inner),
        )
        for attributes, inner in _XML_ERROR.findall(found[2])
    )


def _inner(pattern: bytes, text: bytes) -> str:
    found = re.search(pattern, text, re.DOTALL)
    return "" if found is None else _plain(found[1])


def _plain(text: bytes) -> str:
    return unescape(text.decode("utf-8", "replace"))


def _code(value: object) -> str | None:
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return str(int(text)) if text.isascii() and _CODE.fullmatch(text) else None


def _codes(faults: tuple[Fault, ...] | None) -> set[str]:
    return {fault.code for fault in faults or () if fault.code is not None}
