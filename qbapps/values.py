"""Small values used everywhere: secrets, environments, scopes, realm ids and instants."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Final, NoReturn
from urllib.parse import urlsplit

ACCOUNTING: Final = "com.intuit.quickbooks.accounting"
PAYMENT: Final = "com.intuit.quickbooks.payment"
OPENID: Final = "openid"
IDENTITY_SCOPES: Final = (OPENID, "email", "profile")
DEFAULT_SCOPES: Final = (ACCOUNTING, *IDENTITY_SCOPES)

_REALM_ID = re.compile(r"[0-9]{1,20}")
# An apostrophe may stand inside a name (o'brien@), not before it: there it is a quotation mark.
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f\x7f<>\"',;][^@\s\x00-\x1f\x7f<>\",;]*"
    r"@[^@\s\x00-\x1f\x7f<>\"',;]+\.[^@\s\x00-\x1f\x7f<>\"',;.]+"
)
# Stricter than urlsplit, which takes [::1].evil.example for [::1] and drops tabs and line ends.
_AUTHORITY = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]@:\\]+)(?::[0-9]*)?")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f]")


def _as_bytes(text: str) -> bytes:
    """Return *text* in UTF-8, half characters from broken input too: an encoding error would carry the text."""
    return text.encode("utf-8", "surrogatepass")


class Secret:
    """
    A token, key or password that does not show itself.

    It prints as ``***``, cannot be pickled or turned into JSON, and compares in
    constant time. Call :meth:`reveal` where the value itself is needed.

    >>> print(Secret("abc"), [Secret("abc")], f"{Secret('abc')}")
    *** [Secret('***')] ***
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("a Secret holds text")
        self._value = value

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    def digest(self) -> str:
        """Return the SHA-256 of the value in hexadecimal: enough to recognise it, not to use it."""
        return hashlib.sha256(_as_bytes(self._value)).hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_as_bytes(self._value), _as_bytes(other._value))

    __hash__ = None  # type: ignore[assignment]  # a set of secrets would leak timing, and nobody needs one

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied to another process")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


class Environment(StrEnum):
    """Which of Intuit's two worlds an app's keys belong to."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


def is_realm_id(value: str) -> bool:
    """
    Tell whether *value* can be a realm id: digits only.

    Source: realm ids are 10 to 19 digits in practice; no length is documented, so none is required here.
    """
    return _REALM_ID.fullmatch(value) is not None


def is_email(value: str) -> bool:
    """Tell whether *value* has the form of an e-mail address."""
    return len(value) <= 254 and _EMAIL.fullmatch(value) is not None


def fold_email(value: str) -> str:
    """Return *value* in the form in which e-mail addresses are compared."""
    return value.strip().casefold()


def order_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return *scopes* without repeats, in the order given."""
    return tuple(dict.fromkeys(scope.strip() for scope in scopes if scope.strip()))


def as_utc(value: datetime) -> datetime:
    """
    Return *value* in UTC.

    Raises:
        ValueError: *value* has no time zone.
    """
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError("a datetime without a time zone was given; pass an aware one, such as datetime.now(UTC)")
    return value.astimezone(UTC)


def is_loopback(host: str | None) -> bool:
    """Tell whether *host* names this machine itself."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe_url(url: str) -> bool:
    """Tell whether credentials may be sent to *url*: https anywhere, http on this machine only."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or _UNPRINTABLE.search(url) or _AUTHORITY.fullmatch(parts.netloc) is None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
