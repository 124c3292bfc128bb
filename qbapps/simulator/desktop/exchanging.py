"""The loop of an update: ask for a request, let QuickBooks work, hand its response over."""

from datetime import timedelta

import attrs

from qbapps.simulator.desktop.asking import Asking
from qbapps.simulator.desktop.behaviour import ConnectorBehaviour, Hcp, NoOp
from qbapps.simulator.desktop.envelopes import NotAnAnswer
from qbapps.simulator.desktop.hresults import HResult
from qbapps.simulator.desktop.log import Call, Outcome
from qbapps.simulator.desktop.mishaps import PROCESS
from qbapps.simulator.desktop.quickbooks import FakeQuickBooks, Session

_WAIT = timedelta(seconds=5)
_MOST_ROUNDS = 100_000
_NO_OP = "noop"


class Ended(Exception):
    """The exchange cannot go on; `code` is what the Web Connector shows."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@attrs.frozen(kw_only=True)
class Exchange:
    """
    The exchange of one update, in one session of QuickBooks.

    Attributes:
        ticket: The server's.

        had_path: Whether the server named the company file.
    """

    asking: Asking
    quickbooks: FakeQuickBooks
    session: Session
    behaviour: ConnectorBehaviour
    ticket: str
    had_path: bool

    def run(self) -> Outcome:
        """
        Exchange until the server has no more.

        Raises:
            Ended: A call failed.
        """
        said = self._hcp()
        for _ in range(_MOST_ROUNDS):
            request = self._next_request(said)
            said = ""
            if not request or self._is_no_op(request):
                if self._has_to_wait():
                    continue
                return Outcome.STOPPED
            progress = self._hand_over(self._process(request))
            if progress >= 100:
                return Outcome.DONE
            if progress < 0:
                self._has_to_wait()
                return Outcome.STOPPED
        raise RuntimeError("the server never comes to an end")

    def _next_request(self, hcp: str) -> str:
        major, _, minor = self.quickbooks.host.newest.partition(".")
        try:
            return self.asking.text(
                "sendRequestXML",
                ticket=self.ticket,
                strHCPResponse=hcp,
                strCompanyFileName=self.session.company.path,
                qbXMLCountry=self.quickbooks.host.country,
                qbXMLMajorVers=major,
                qbXMLMinorVers=minor,
            )
        except NotAnAnswer as wrong:
            raise Ended("QBWC1041", f"SendRequestXML failed: {wrong}") from wrong

    def _is_no_op(self, request: str) -> bool:
        is_read_so = self.behaviour.no_op == NoOp.INSTEAD_OF_REQUEST
        return is_read_so and request.strip().casefold() == _NO_OP

    def _has_to_wait(self) -> bool:
        """Ask why there is nothing; wait five seconds if the server says so, else show what it says."""
        try:
            said = self.asking.text("getLastError", ticket=self.ticket)
        except NotAnAnswer as wrong:
            raise Ended("QBWC1041", f"GetLastError failed: {wrong}") from wrong
        if said.strip().casefold() == _NO_OP:
            self.asking.clock.advance(_WAIT)
            return True
        self.asking.update.status = said
        return False

    def _process(self, request: str) -> str | HResult:
        at = self.asking.clock.now()
        call = Call(method=PROCESS, arguments={"request": request}, at=at)
        self.asking.mishaps.before(call)
        answer = self.quickbooks.process(request, self.session.ticket)
        call.result = answer if isinstance(answer, str) else answer.code
        self.asking.mishaps.after(call)
        return answer

    def _hand_over(self, answer: str | HResult) -> int:
        response, hresult, message = (answer, "", "") if isinstance(answer, str) else ("", answer.code, answer.message)
        if hresult:
            self.asking.update.hresults.append(hresult)
        try:
            return self.asking.number(
                "receiveResponseXML", ticket=self.ticket, response=response, hresult=hresult, message=message
            )
        except NotAnAnswer as wrong:
            raise Ended("QBWC1042", f"ReceiveResponseXML failed: {wrong}") from wrong

    def _hcp(self) -> str:
        wanted = self.behaviour.hcp
        if wanted == Hcp.NEVER or (wanted == Hcp.WITH_COMPANY_PATH and not self.had_path):
            return ""
        owner_id = self.asking.application.file.owner_id
        owner = f"<OwnerID>{owner_id}</OwnerID>" if self.behaviour.data_ext else ""
        answer = self.quickbooks.process(
            f'<?xml version="1.0"?><?qbxml version="{self.quickbooks.host.newest}"?><QBXML>'
            '<QBXMLMsgsRq onError="continueOnError"><HostQueryRq requestID="0" />'
            f'<CompanyQueryRq requestID="1">{owner}</CompanyQueryRq><PreferencesQueryRq requestID="2" />'
            "</QBXMLMsgsRq></QBXML>",
            self.session.ticket,
            is_own=True,
        )
        return answer if isinstance(answer, str) else ""
