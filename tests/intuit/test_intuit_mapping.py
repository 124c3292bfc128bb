"""Every exception of the vendors is mapped, and none of them hangs on an error of ours."""

from __future__ import annotations

import inspect
import json
import ssl
from types import ModuleType

import intuit_wire as wire
import intuitlib.exceptions
import jwt.exceptions
import pytest
import quickbooks.exceptions
import requests.exceptions
import urllib3.exceptions

from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected, IntuitUnavailable, QBAppsError
from qbapps.intuit import mapping
from qbapps.intuit.mapping import MEANINGS, Meaning


def own_exceptions(module: ModuleType) -> list[type[Exception]]:
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__ and issubclass(kind, Exception) and not issubclass(kind, Warning)
    ]


def name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


@pytest.mark.parametrize("module", [requests.exceptions, intuitlib.exceptions, quickbooks.exceptions, jwt.exceptions])
def test_every_exception_class_of_a_vendor_is_mapped_by_name(module: ModuleType) -> None:
    found = own_exceptions(module)

    assert found
    assert [name_of(kind) for kind in found if name_of(kind) not in MEANINGS] == []


def test_a_class_that_is_not_mapped_means_what_its_base_means() -> None:
    class Newer(requests.exceptions.ConnectTimeout): ...

    class Unrelated(BaseException): ...

    assert mapping.meaning(Newer()) is Meaning.NOT_SENT
    assert mapping.meaning(Unrelated()) is Meaning.UNKNOWN


def never_sent() -> list[Exception]:
    refused = urllib3.exceptions.NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return [
        requests.exceptions.ConnectTimeout(),
        requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", refused)),  # type: ignore[arg-type]
        requests.exceptions.ConnectionError(urllib3.exceptions.ClosedPoolError(None, "closed")),  # type: ignore[arg-type]
        urllib3.exceptions.EmptyPoolError(None, "empty"),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("failure", never_sent(), ids=lambda failure: type(failure).__name__)
def test_what_was_not_sent_is_known_not_to_be_processed(failure: Exception) -> None:
    error = mapping.to_error(failure, "testing")

    assert isinstance(error, IntuitUnavailable)
    assert error.processed is False


@pytest.mark.parametrize(
    "failure",
    [
        requests.exceptions.ReadTimeout(),
        requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())),
        requests.exceptions.SSLError(urllib3.exceptions.SSLError(ssl.SSLEOFError("eof"))),
        requests.exceptions.ChunkedEncodingError(),
        ConnectionResetError(),
        urllib3.exceptions.HTTPError(),
        RuntimeError("something new"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_what_may_have_been_sent_is_never_called_unprocessed(failure: Exception) -> None:
    error = mapping.to_error(failure, "testing")

    assert isinstance(error, IntuitUnavailable)
    assert error.processed is None


def test_a_failed_connection_that_the_caller_was_handling_proves_nothing() -> None:
    failure = requests.exceptions.ConnectionError("reset")
    failure.__context__ = failure.__cause__ = never_sent()[0]

    assert mapping.meaning(failure) is Meaning.UNKNOWN


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (requests.exceptions.InvalidHeader(), ConfigurationError),
        (requests.exceptions.MissingSchema(), ConfigurationError),
        (requests.exceptions.TooManyRedirects(), IntuitProtocolError),
        (json.JSONDecodeError("canary", "canary", 0), IntuitProtocolError),
        (KeyError("canary"), IntuitProtocolError),
        (jwt.exceptions.InvalidSignatureError("canary"), IntuitProtocolError),
        (quickbooks.exceptions.ObjectNotFoundException("canary", 610, "canary"), IntuitRejected),
        (quickbooks.exceptions.ValidationException("canary", 2020, "canary"), IntuitRejected),
        (quickbooks.exceptions.SevereException("canary", 10000, "canary"), IntuitUnavailable),
        (quickbooks.exceptions.QuickbooksException("canary", 6240, "canary"), IntuitRejected),
        (quickbooks.exceptions.QuickbooksException("canary", 10000, "canary"), IntuitUnavailable),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_of_ours_says_what_happened_and_repeats_nothing(
    failure: Exception, expected: type[QBAppsError]
) -> None:
    error = mapping.to_error(failure, "testing", realm_id=wire.REALM)

    assert type(error) is expected
    assert error.realm_id == wire.REALM
    assert error.hint
    assert "testing" in error.message
    assert wire.spilled(error, "canary") == []


def test_an_error_of_ours_stays_itself() -> None:
    error = ConfigurationError("a", hint="b")

    assert mapping.to_error(error, "testing") is error


def test_the_vendors_error_with_the_client_secret_in_it_is_let_go() -> None:
    response = requests.Response()
    response.status_code = 400
    response.request = requests.Request("POST", "https://auth.example/", headers={"Authorization": "canary"}).prepare()

    error = mapping.to_error(intuitlib.exceptions.AuthClientError(response), "testing")

    assert isinstance(error, IntuitUnavailable)
    assert wire.spilled(error, "canary") == []
