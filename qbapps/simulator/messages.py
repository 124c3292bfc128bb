"""What goes over the wire: a request, a reply, or no reply at all."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs


@attrs.frozen(kw_only=True)
class Request:
    """One request as Intuit receives it; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(
        cls,
        method: str,
        url: str,
        headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]] | None = None,
        body: bytes | str | None = None,
    ) -> "Request":
        """Build a request from a URL or a path; the host of a URL plays no part."""
        parts = urlsplit(url)
        pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
        return cls(
            method=method.upper(),
            path=parts.path.rstrip("/") or "/",
            query=MappingProxyType(dict(parse_qsl(parts.query, keep_blank_values=True))),
            headers=MappingProxyType({_text(k).lower(): _text(v) for k, v in pairs}),
            body=body.encode() if isinstance(body, str) else bytes(body or b""),
        )

    @property
    def media_type(self) -> str:
        """Tell the body's media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """Read the body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def is_form(self) -> bool:
        """Tell whether the body is form-encoded."""
        return self.media_type == "application/x-www-form-urlencoded"

    @property
    def form(self) -> dict[str, str]:
        """Read the form-encoded body; empty when the body is something else."""
        if not self.is_form:
            return {}
        return dict(parse_qsl(self.text, keep_blank_values=True))

    @property
    def basic(self) -> tuple[str, str] | None:
        """Read the client id and secret of HTTP Basic authentication."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None

    @property
    def bearer(self) -> str | None:
        """Read the bearer token."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() or None if scheme.lower() == "bearer" else None

    def json(self) -> Any:
        """Read the body as JSON; None when it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@attrs.frozen
class Reply:
    """
    One answer of Intuit.

    Attributes:
        note: Why it was answered so, for whoever reads the simulator; never sent.

        processed: False when a fault made up the answer before anything was done.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: bytes = b""
    note: str | None = None
    processed: bool = True

    @property
    def text(self) -> str:
        """Read the body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str | None:
        """Tell where a redirect goes."""
        return self.headers.get("Location")

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


class ConsentRefused(Exception):
    """Intuit did not send the user back to the app; the message says what its page never would."""


class NoAnswer(Exception):
    """The request got no answer; `processed` tells whether it nevertheless took effect."""

    def __init__(self, message: str, *, processed: bool) -> None:
        super().__init__(message)
        self.processed = processed


class Dropped(NoAnswer):
    """The connection was closed without an answer."""


class TimedOut(NoAnswer):
    """No answer came within *hold* seconds, after which the connection is closed."""

    def __init__(self, message: str, *, processed: bool, hold: float) -> None:
        super().__init__(message, processed=processed)
        self.hold = hold


@attrs.frozen(kw_only=True)
class Record:
    """
    One request that reached the simulator and what became of it.

    Attributes:
        headers: As received, credentials included: this is a witness in a test.

        status: HTTP status of the answer; None when there was none (yet).

        answer: Body of the answer as it was sent, tokens included; empty when there was none.

        outcome: `answered`, `dropped`, `timed_out` or `waiting`.

        processed: Whether Intuit's side took effect, whatever the caller saw.

        fault: Kind of the fault played on this request.
    """

    number: int
    at: datetime
    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str
    client_id: str | None
    realm_id: str | None
    status: int | None = None
    answer: str = ""
    outcome: str = "waiting"
    processed: bool = False
    fault: str | None = None
    note: str | None = None
    intuit_tid: str | None = None

    @property
    def form(self) -> dict[str, str]:
        """Read the form-encoded body; empty when the body is something else."""
        return dict(parse_qsl(self.body)) if self.operation in {"exchange", "refresh"} else {}


def json_reply(status: int, body: Any, note: str | None = None, **headers: str) -> Reply:
    """Answer with a JSON document."""
    return Reply(
        status,
        {
            "Content-Type": "application/json;charset=UTF-8",
            "Cache-Control": "no-cache, no-store",
            **headers,
        },
        json.dumps(body, ensure_ascii=False).encode(),
        note,
    )


def html_reply(status: int, body: str, note: str | None = None) -> Reply:
    """Answer with an HTML page."""
    headers = {"Content-Type": "text/html;charset=UTF-8", "Cache-Control": "no-cache, no-store"}
    return Reply(status, headers, body.encode(), note)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
