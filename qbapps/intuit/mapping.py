"""
What the vendors' exceptions mean, most specific first.

Classes are named, not imported: a version that lacks one still works, and one that adds a class
falls back to what its base means. A test compares the table with the vendors' modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from qbapps.errors import (
    ConfigurationError,
    IntuitError,
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    QBAppsError,
)


class Meaning(StrEnum):
    """What an exception says about a request and its answer."""

    NOT_SENT = "not_sent"
    BY_CAUSE = "by_cause"
    UNKNOWN = "unknown"
    UNTRUSTED = "untrusted"
    UNUSABLE = "unusable"
    GARBLED = "garbled"
    REFUSED = "refused"


TRY_AGAIN: Final = "Try again later; the connection is not to blame."
ASK_INTUIT: Final = "Try again; if it stays so, give Intuit's support the intuit_tid."

SYSTEM_ERRORS: Final = 10_000
"""
From this number on, errors of the accounting API are failures of Intuit's own.

Source: python-quickbooks, ``SevereException``; Intuit, "Error codes" (10000, SystemFault)
"""

MEANINGS: Final[Mapping[str, Meaning]] = {
    # requests
    "requests.exceptions.ConnectTimeout": Meaning.NOT_SENT,
    "requests.exceptions.ConnectionError": Meaning.BY_CAUSE,
    "requests.exceptions.ProxyError": Meaning.BY_CAUSE,
    "requests.exceptions.SSLError": Meaning.BY_CAUSE,
    "requests.exceptions.RetryError": Meaning.UNKNOWN,
    "requests.exceptions.Timeout": Meaning.UNKNOWN,
    "requests.exceptions.ReadTimeout": Meaning.UNKNOWN,
    "requests.exceptions.ChunkedEncodingError": Meaning.UNKNOWN,
    "requests.exceptions.HTTPError": Meaning.UNKNOWN,
    "requests.exceptions.StreamConsumedError": Meaning.UNKNOWN,
    "requests.exceptions.UnrewindableBodyError": Meaning.UNKNOWN,
    "requests.exceptions.URLRequired": Meaning.UNUSABLE,
    "requests.exceptions.MissingSchema": Meaning.UNUSABLE,
    "requests.exceptions.InvalidSchema": Meaning.UNUSABLE,
    "requests.exceptions.InvalidURL": Meaning.UNUSABLE,
    "requests.exceptions.InvalidProxyURL": Meaning.UNUSABLE,
    "requests.exceptions.InvalidHeader": Meaning.UNUSABLE,
    "requests.exceptions.TooManyRedirects": Meaning.GARBLED,
    "requests.exceptions.ContentDecodingError": Meaning.GARBLED,
    "requests.exceptions.InvalidJSONError": Meaning.GARBLED,
    "requests.exceptions.JSONDecodeError": Meaning.GARBLED,
    "requests.exceptions.RequestException": Meaning.UNKNOWN,
    # urllib3, below requests; the pool's own errors come through as they are
    "urllib3.exceptions.EmptyPoolError": Meaning.NOT_SENT,
    "urllib3.exceptions.ClosedPoolError": Meaning.NOT_SENT,
    "urllib3.exceptions.ConnectTimeoutError": Meaning.NOT_SENT,
    "urllib3.exceptions.NewConnectionError": Meaning.NOT_SENT,
    "urllib3.exceptions.NameResolutionError": Meaning.NOT_SENT,
    "urllib3.exceptions.LocationValueError": Meaning.UNUSABLE,
    "urllib3.exceptions.SSLError": Meaning.BY_CAUSE,
    "urllib3.exceptions.MaxRetryError": Meaning.BY_CAUSE,
    "urllib3.exceptions.DecodeError": Meaning.GARBLED,
    "urllib3.exceptions.HTTPError": Meaning.UNKNOWN,
    "http.client.HTTPException": Meaning.UNKNOWN,
    "ssl.SSLCertVerificationError": Meaning.UNTRUSTED,
    "urllib3.util.ssl_match_hostname.CertificateError": Meaning.UNTRUSTED,
    "builtins.OSError": Meaning.UNKNOWN,
    # intuit-oauth; its error carries the request, so nothing but the status is looked at
    "intuitlib.exceptions.AuthClientError": Meaning.UNKNOWN,
    # python-quickbooks
    "quickbooks.exceptions.AuthorizationException": Meaning.REFUSED,
    "quickbooks.exceptions.UnsupportedException": Meaning.REFUSED,
    "quickbooks.exceptions.ObjectNotFoundException": Meaning.REFUSED,
    "quickbooks.exceptions.GeneralException": Meaning.REFUSED,
    "quickbooks.exceptions.ValidationException": Meaning.REFUSED,
    "quickbooks.exceptions.SevereException": Meaning.REFUSED,
    "quickbooks.exceptions.QuickbooksException": Meaning.REFUSED,
    # PyJWT
    "jwt.exceptions.InvalidTokenError": Meaning.GARBLED,
    "jwt.exceptions.DecodeError": Meaning.GARBLED,
    "jwt.exceptions.InvalidSignatureError": Meaning.GARBLED,
    "jwt.exceptions.ExpiredSignatureError": Meaning.GARBLED,
    "jwt.exceptions.InvalidAudienceError": Meaning.GARBLED,
    "jwt.exceptions.InvalidIssuerError": Meaning.GARBLED,
    "jwt.exceptions.InvalidIssuedAtError": Meaning.GARBLED,
    "jwt.exceptions.ImmatureSignatureError": Meaning.GARBLED,
    "jwt.exceptions.InvalidAlgorithmError": Meaning.GARBLED,
    "jwt.exceptions.MissingRequiredClaimError": Meaning.GARBLED,
    "jwt.exceptions.InvalidSubjectError": Meaning.GARBLED,
    "jwt.exceptions.InvalidJTIError": Meaning.GARBLED,
    "jwt.exceptions.InvalidKeyError": Meaning.GARBLED,
    "jwt.exceptions.PyJWKError": Meaning.GARBLED,
    "jwt.exceptions.PyJWKSetError": Meaning.GARBLED,
    "jwt.exceptions.MissingCryptographyError": Meaning.UNUSABLE,
    "jwt.exceptions.PyJWKClientConnectionError": Meaning.UNKNOWN,
    "jwt.exceptions.PyJWKClientError": Meaning.GARBLED,
    "jwt.exceptions.PyJWTError": Meaning.GARBLED,
    # what reading an odd answer raises
    "json.decoder.JSONDecodeError": Meaning.GARBLED,
    "builtins.RecursionError": Meaning.GARBLED,
    "builtins.ValueError": Meaning.GARBLED,
    "builtins.TypeError": Meaning.GARBLED,
    "builtins.LookupError": Meaning.GARBLED,
    "builtins.AttributeError": Meaning.GARBLED,
    "builtins.Exception": Meaning.UNKNOWN,
}


def meaning(failure: BaseException) -> Meaning:
    """
    Tell what *failure* says, by its nearest class in the table and, if that depends, by its cause.

    Only causes that the failure itself names count, never ``__context__``: whoever calls us may be
    handling another failed connection at that moment.
    """
    found = _of_class(failure)
    if found is not Meaning.BY_CAUSE:
        return found
    causes = {_of_class(cause) for cause in _causes(failure)}
    for certain in (Meaning.UNTRUSTED, Meaning.NOT_SENT):
        if certain in causes:
            return certain
    return Meaning.UNKNOWN


def to_error(failure: BaseException, doing: str, *, realm_id: str | None = None) -> QBAppsError:
    """
    Return what *failure* means as an error of ours, holding nothing of the request.

    The error is to be raised outside the ``except`` block, or *failure* would hang on it.

    Args:
        doing: What was being done, for the message: "refreshing a token pair".

        realm_id: The company it was about.
    """
    if isinstance(failure, QBAppsError):
        return failure
    kind = type(failure).__name__
    error: QBAppsError
    match meaning(failure):
        case Meaning.NOT_SENT:
            error = IntuitUnavailable(
                f"Intuit could not be reached while {doing} ({kind}).",
                hint=TRY_AGAIN,
                processed=False,
            )
        case Meaning.UNTRUSTED:
            error = IntuitUnavailable(
                f"Intuit's certificate was not trusted while {doing}; nothing was sent.",
                hint="Check the system's date, and give the CA file of a proxy that signs with its own authority.",
                processed=False,
            )
            # Another attempt meets the same certificate.
            error.retryable = False
        case Meaning.UNUSABLE:
            error = ConfigurationError(
                f"A request could not be made while {doing} ({kind}).",
                hint="Check the app's discovery_url, api_url and keys.",
            )
        case Meaning.GARBLED:
            error = IntuitProtocolError(
                f"Intuit's answer could not be understood while {doing} ({kind}).",
                hint=ASK_INTUIT,
            )
        case Meaning.REFUSED:
            error = _refused(failure, doing)
        case _:
            error = IntuitUnavailable(f"No usable answer came from Intuit while {doing} ({kind}).", hint=TRY_AGAIN)
    error.realm_id = realm_id
    return error


def _refused(failure: BaseException, doing: str) -> IntuitError:
    code = getattr(failure, "error_code", None)
    if isinstance(code, int) and code >= SYSTEM_ERRORS:
        return IntuitUnavailable(f"Intuit failed while {doing} (error {code}).", hint=TRY_AGAIN, error=str(code))
    error = str(code) if isinstance(code, int) and code else None
    return IntuitRejected(
        f"Intuit refused the request while {doing} (error {error or 'unknown'}).",
        hint="Look the error up in Intuit's list of error codes; reconnecting does not cure it.",
        error=error,
        intuit_tid=getattr(failure, "intuit_tid", None),
    )


def _of_class(failure: BaseException) -> Meaning:
    for kind in type(failure).__mro__:
        found = MEANINGS.get(f"{kind.__module__}.{kind.__qualname__}")
        if found is not None:
            return found
    return Meaning.UNKNOWN


def _causes(failure: BaseException, depth: int = 6) -> Iterator[BaseException]:
    for cause in (*failure.args, getattr(failure, "reason", None)):
        if isinstance(cause, BaseException) and depth:
            yield cause
            yield from _causes(cause, depth - 1)
