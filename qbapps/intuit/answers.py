"""What Intuit answered: status, headers and body, and nothing of the request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import attrs
import requests
from requests.structures import CaseInsensitiveDict

_TID: Final = re.compile(r"[0-9A-Za-z._:-]{1,100}")
_LONGEST_PAUSE: Final = timedelta(days=1)


@attrs.frozen
class Answer:
    """
    One HTTP answer.

    A ``requests.Response`` leads to its request, and so to the client secret and the tokens
    that were sent. This does not.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, response: requests.Response) -> Answer:
        """Take from *response* what may be kept."""
        return cls(response.status_code, CaseInsensitiveDict(response.headers), response.content or b"")

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status <= 299

    @property
    def is_redirect(self) -> bool:
        """Whether the status is 3xx."""
        return 300 <= self.status <= 399

    @property
    def intuit_tid(self) -> str | None:
        """
        Intuit's id of this exchange, when it looks like one.

        Source: Intuit, "Set up OAuth 2.0": log ``intuit_tid``; every answer has it.
        """
        value = self.headers.get("intuit_tid")
        return value if value is not None and _TID.fullmatch(value) else None

    def json(self) -> Any:
        """
        Read the body as JSON.

        Raises:
            ValueError: It is something else, or was cut off.
        """
        try:
            return json.loads(self.body)
        except RecursionError:
            pass
        raise ValueError("JSON nested too deeply")

    def document(self) -> dict[str, Any] | None:
        """Read the body as a JSON object; None when it is something else."""
        try:
            found = self.json()
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def retry_after(self, at: datetime) -> timedelta | None:
        """
        Tell how long Intuit asked to wait, if it did: in seconds, or until a date.

        Args:
            at: The present, for a date when the answer does not say its own.
        """
        value = self.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdigit():
            return min(timedelta(seconds=int(value[:9])), _LONGEST_PAUSE)
        until = _date(value)
        if until is None:
            return None
        pause = until - (_date(self.headers.get("Date", "")) or at)
        return min(max(pause, timedelta(0)), _LONGEST_PAUSE)


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
