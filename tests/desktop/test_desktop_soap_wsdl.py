"""A SOAP library that is not ours, by our description alone, can call everything and reads what we answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import zeep
from zeep.transports import Transport

from qbapps.desktop.soap.answering import answer, fault
from qbapps.desktop.soap.methods import METHODS, Kind
from qbapps.desktop.soap.reading import Call, read
from qbapps.desktop.soap.wsdl import wsdl

URL = "https://apps.example/qbwc/con_1?a=1&b=<2>\"'"
RESULTS: dict[Kind, str | int | list[str]] = {
    Kind.STRING: "<QBXML>été & hiver</QBXML>",
    Kind.INT: -1,
    Kind.STRINGS: ["ticket", "", "60"],
}


class InProcess(Transport):  # type: ignore[misc]
    """Hands messages over without a network."""

    def __init__(self, reply: Callable[[Call], bytes]) -> None:
        super().__init__()
        self.reply = reply
        self.addresses: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.calls: list[Call] = []

    def load(self, url: str) -> bytes:  # noqa: ARG002 - zeep's
        return wsdl(URL)

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Any:
        self.addresses.append(address)
        self.headers.append(headers)
        self.calls.append(read(message, headers["Content-Type"]))
        return Response(self.reply(self.calls[-1]))


class Response:
    """As much of an HTTP response as zeep looks at."""

    status_code = 200
    encoding = "utf-8"
    headers = {"Content-Type": "text/xml; charset=utf-8"}  # noqa: RUF012 - the same for all

    def __init__(self, content: bytes) -> None:
        self.content = content


def client(reply: Callable[[Call], bytes]) -> tuple[zeep.Client, InProcess]:
    transport = InProcess(reply)
    return zeep.Client("memory:wsdl", transport=transport), transport


def returned(value: Any) -> str | int | Sequence[str]:
    return value  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", METHODS)
def test_each_method_is_called_and_answered(name: str) -> None:
    method = METHODS[name]
    expected = RESULTS[method.result]
    service, transport = client(lambda call: answer(call.method, expected))
    sent = {
        parameter: n if kind is Kind.INT else f"{parameter} & <{n}>"
        for n, (parameter, kind) in enumerate(method.parameters)
    }

    result = returned(getattr(service.service, name)(**sent))

    assert result == expected if method.result is not Kind.STRINGS else [text or "" for text in result] == expected
    assert transport.calls == [Call(method=name, arguments={key: str(value) for key, value in sent.items()})]
    assert transport.addresses == [URL]
    assert transport.headers[0]["SOAPAction"] == f'"http://developer.intuit.com/{name}"'


# Written down a second time, from messages on the wire and Intuit's guide.
ORDER = {
    "serverVersion": "strVersion",
    "clientVersion": "strVersion",
    "authenticate": "strUserName strPassword",
    "sendRequestXML": "ticket strHCPResponse strCompanyFileName qbXMLCountry qbXMLMajorVers qbXMLMinorVers",
    "receiveResponseXML": "ticket response hresult message",
    "connectionError": "ticket hresult message",
    "getLastError": "ticket",
    "closeConnection": "ticket",
    "getInteractiveURL": "wcTicket sessionID",
    "interactiveRejected": "wcTicket reason",
    "interactiveDone": "wcTicket",
}


def test_parameters_are_described_in_the_order_of_the_wire() -> None:
    service, _ = client(lambda _call: b"")
    operations = service.wsdl.services["QBWebConnectorSvc"].ports["QBWebConnectorSvcSoap"].binding.all()

    described = {
        name: " ".join(part for part, _ in operation.input.body.type.elements) for name, operation in operations.items()
    }
    assert described == ORDER


def test_only_the_versions_are_numbers_and_only_two_results_are_no_text() -> None:
    numbers = {part for method in METHODS.values() for part, kind in method.parameters if kind is not Kind.STRING}

    assert numbers == {"qbXMLMajorVers", "qbXMLMinorVers"}
    assert {name: method.result for name, method in METHODS.items() if method.result is not Kind.STRING} == {
        "authenticate": Kind.STRINGS,
        "receiveResponseXML": Kind.INT,
    }


@pytest.mark.parametrize("arguments", [{}, {"strVersion": "2.3.0.215"}])
def test_the_version_may_be_asked_for_with_and_without_a_parameter(arguments: dict[str, str]) -> None:
    service, transport = client(lambda call: answer(call.method, "qbapps 0.1.0"))

    assert service.service.serverVersion(**arguments) == "qbapps 0.1.0"
    assert transport.calls[0].arguments == {"strVersion": arguments.get("strVersion", "")}


def test_a_text_that_is_left_out_is_read_as_null() -> None:
    service, _ = client(lambda call: answer(call.method, None))

    assert service.service.clientVersion("2.3.0.215") is None


@pytest.mark.parametrize(("is_ours", "code"), [(True, "soap:Server"), (False, "soap:Client")])
def test_a_fault_is_understood(is_ours: bool, code: str) -> None:
    service, _ = client(lambda _call: fault("not now", is_ours=is_ours))

    with pytest.raises(zeep.exceptions.Fault, match="not now") as caught:
        service.service.getLastError("t")

    assert caught.value.code == code
