"""A little server behind the fake Web Connector, and the documents its tests send. Nothing of qbapps in it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from qbapps.simulator.desktop import (
    CompanyFile,
    ConnectorBehaviour,
    FakeQuickBooks,
    FakeWebConnector,
    HResult,
    InProcess,
    QuickBooksBehaviour,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BASE = "https://books.durand.example/qbwc"
OWNER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
FILE = "{90a44fb5-33d9-4815-ac85-bc87a7e7d1eb}"
HOURS = (
    "<TimeTrackingAddRq requestID='1'><TimeTrackingAdd><TxnDate>2026-11-02</TxnDate><EntityRef><FullName>Jean Durand"
    "</FullName></EntityRef><Duration>PT8H30M</Duration></TimeTrackingAdd></TimeTrackingAddRq>"
)
DONE = {"sendRequestXML": "", "getLastError": "No work."}


def qbxml(*requests: str, version: str = "13.0", on_error: str = "stopOnError", **ids: str) -> str:
    """Write a request document; `new` and `old` are the ids of message sets."""
    names = {"new": "newMessageSetID", "old": "oldMessageSetID"}
    attributes = "".join(f' {names[name]}="{value}"' for name, value in ids.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><?qbxml version="{version}"?><QBXML>'
        f'<QBXMLMsgsRq onError="{on_error}"{attributes}>{"".join(requests)}</QBXMLMsgsRq></QBXML>'
    )


def messages(answer: str | HResult) -> ET.Element:
    """Read a response down to its QBXMLMsgsRs."""
    assert isinstance(answer, str), answer
    return ET.fromstring(answer)[0]  # noqa: S314 - our own


def statuses(answer: str | HResult) -> list[str]:
    """List the status codes of a response."""
    return [one.get("statusCode", "") for one in messages(answer)]


def said(answer: str | HResult, path: str) -> list[str]:
    """List the texts at *path* of a response."""
    return [one.text or "" for one in messages(answer).findall(path)]


def qwc(**changes: str | None) -> bytes:
    """Write a .qwc file; an element that is `None` is left out."""
    elements: dict[str, str | None] = {
        "AppName": "Hours",
        "AppID": "",
        "AppURL": f"{BASE}/con_1",
        "AppDescription": "Hours to QuickBooks",
        "AppSupport": f"{BASE}/support",
        "UserName": "con_1",
        "OwnerID": OWNER,
        "FileID": FILE,
        "QBType": "QBFS",
        "Scheduler": "<RunEveryNMinutes>10</RunEveryNMinutes>",
        **changes,
    }
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items() if value is not None)
    return f'<?xml version="1.0"?><QBWCXML>{inside}</QBWCXML>'.encode()


class Server:
    """
    Answers calls as told.

    Args:
        answers: By method: a text, several texts, a number, raw bytes, a tuple of status and bytes, a function of the
            arguments, or a list of these that is used up one by one, its last item for ever.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "serverVersion": "1.0",
            "clientVersion": "",
            "authenticate": ("ticket-1", ""),
            "connectionError": "done",
            "closeConnection": "OK",
            **DONE,
            "receiveResponseXML": 100,
            **answers,
        }
        self.bodies: list[bytes] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.opened: list[str] = []

    def dispatch(self, body: bytes, *, path: str) -> tuple[int, bytes]:
        assert path == "con_1"
        self.bodies.append(body)
        call = ET.fromstring(body)[0][0]  # noqa: S314 - our own
        method = call.tag.partition("}")[2]
        arguments = {child.tag.rpartition("}")[2]: child.text or "" for child in call}
        self.calls.append((method, arguments))
        answer = self.answers[method]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(**arguments)
        if isinstance(answer, bytes):
            return 200, answer
        if isinstance(answer, tuple) and answer and isinstance(answer[0], int):
            return answer
        return 200, soap(method, answer)

    def said(self, method: str, name: str) -> list[str]:
        """List what one argument of *method* was, call by call."""
        return [arguments.get(name, "(left out)") for called, arguments in self.calls if called == method]

    @property
    def methods(self) -> list[str]:
        """List the methods that were called."""
        return [method for method, _ in self.calls]


def soap(method: str, answer: Any) -> bytes:
    """Write the answer to a call."""
    if isinstance(answer, tuple):
        inside = "".join(f"<string>{escape(one)}</string>" for one in answer)
    else:
        inside = escape(str(answer))
    return envelope(
        f'<{method}Response xmlns="http://developer.intuit.com/"><{method}Result>{inside}</{method}Result>'
        f"</{method}Response>"
    )


def envelope(body: str) -> bytes:
    """Put *body* into an envelope."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def workshop(behaviour: QuickBooksBehaviour | None = None, **more: Any) -> FakeQuickBooks:
    """Open the sample company in a QuickBooks whose clock stands still."""
    company = more.pop("company", None) or CompanyFile.sample()
    return FakeQuickBooks(open_company=company, clock=more.pop("clock", NOON), behaviour=behaviour, **more)


def connected(
    server: Server,
    quickbooks: FakeQuickBooks | None = None,
    *,
    file: bytes | None = None,
    behaviour: ConnectorBehaviour | None = None,
    **more: Any,
) -> FakeWebConnector:
    """Give a Web Connector with one app and its password, for *server*."""
    wire = InProcess(server.dispatch, BASE, opened=server.opened.append)
    connector = FakeWebConnector(quickbooks or workshop(), wire.post, wire.get, behaviour=behaviour, **more)
    connector.add(file or qwc())
    connector.set_password("open-sesame")
    return connector


def each(requests: Iterable[str]) -> Callable[..., str]:
    """Answer with one request after another, then with nothing."""
    waiting = list(requests)
    return lambda **_: waiting.pop(0) if waiting else ""
