"""
One update of one app: the calls in the documented order.

Source: Intuit, QBWC Programmer's Guide, and published logs of the Web Connector.
"""

from datetime import UTC, datetime, timedelta

import attrs

from qbapps.simulator.desktop.application import Application
from qbapps.simulator.desktop.asking import Asking
from qbapps.simulator.desktop.behaviour import ConnectorBehaviour, ServerVersion
from qbapps.simulator.desktop.envelopes import NotAnAnswer
from qbapps.simulator.desktop.exchanging import Ended, Exchange
from qbapps.simulator.desktop.hresults import HResult
from qbapps.simulator.desktop.log import Outcome
from qbapps.simulator.desktop.quickbooks import FakeQuickBooks, Session
from qbapps.simulator.desktop.stamps import APP_LOCK, FILE_ID

_MOST_FILES = 20
_NO_WORK = {"nvu": Outcome.BAD_LOGIN, "none": Outcome.NO_WORK, "busy": Outcome.BUSY}
_TICKS_FROM = datetime(1, 1, 1, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Updating:
    """What one update needs."""

    asking: Asking
    quickbooks: FakeQuickBooks
    behaviour: ConnectorBehaviour
    machine: str
    version: str
    is_auto_run: bool

    @property
    def application(self) -> Application:
        """Tell which app is updated."""
        return self.asking.application

    def run(self) -> Outcome:
        """
        Run the update to its end.

        Raises:
            Killed: The process was ended on the way; QuickBooks has noticed and ended the session, the lock stays.
        """
        if not self.application.password:
            return self._stop("QBWC1030", "A password is needed.", Outcome.NOT_STARTED)
        warning = self._greet()
        if warning:
            return self._stop("", warning, Outcome.STOPPED)
        try:
            granted = self._log_in()
        except NotAnAnswer as wrong:
            return self._stop("QBWC1012", f"Authentication failed: {wrong}", Outcome.FAILED)
        ticket, said = granted[0], granted[1]
        self._take_delays(granted, has_work=said.casefold() not in _NO_WORK)
        if said.casefold() in _NO_WORK:
            if said.casefold() == "nvu":
                self.asking.update.codes.append("QBWC1040")
            return self._close(ticket, _NO_WORK[said.casefold()])
        return self._work(ticket, said)

    def _greet(self) -> str:
        arguments = {}
        if self.behaviour.server_version == ServerVersion.WITH_PARAMETER:
            arguments["strVersion"] = self.version
        said = ""
        for method, given in (("serverVersion", arguments), ("clientVersion", {"strVersion": self.version})):
            try:
                said = self.asking.text(method, **given)
            except NotAnAnswer:
                said = ""  # both are optional for a server
        kind, _, text = said.partition(":")
        if kind == "W":
            self.application.status = text
        return text if kind in {"E", "O"} and text else ""

    def _log_in(self) -> tuple[str, ...]:
        granted = self.asking.strings(
            "authenticate", strUserName=self.application.user_name, strPassword=self.application.password
        )
        if len(granted) < 2:
            raise NotAnAnswer("Index was outside the bounds of the array.")
        return granted

    def _take_delays(self, granted: tuple[str, ...], *, has_work: bool) -> None:
        """Postpone and slow down as the server asked; only where Auto-Run is on."""
        seconds = [int(one) if one.strip().isdigit() else 0 for one in (*granted[2:4], "", "")]
        if not self.is_auto_run:
            return
        if seconds[1]:
            self.application.least = timedelta(seconds=seconds[1])
        now = self.asking.clock.now()
        self.application.schedule(now)
        if seconds[0] and not has_work:
            self.application.postpone(now, timedelta(seconds=seconds[0]))

    def _work(self, ticket: str, path: str) -> Outcome:
        try:
            session = self._open(ticket, path)
        except NotAnAnswer as wrong:
            return self._broken(ticket, "QBWC1013", wrong)
        if session is None:
            return self._close(ticket, Outcome.NO_QUICKBOOKS)
        try:
            if self.behaviour.checks_file_id and not self._is_stamped(session):
                self.asking.update.codes.append("QBWC1026")
                return self._close(ticket, Outcome.FAILED)
            self._lock(session, "LOCKED")
            exchange = Exchange(
                asking=self.asking,
                quickbooks=self.quickbooks,
                session=session,
                behaviour=self.behaviour,
                ticket=ticket,
                had_path=bool(path),
            )
            outcome = exchange.run()
            self._lock(session, "UNLOCKED")
        except Ended as ended:
            self._lock(session, "UNLOCKED")
            self.quickbooks.end_session(session.ticket)
            return self._broken(ticket, ended.code, ended)
        finally:
            self.quickbooks.end_session(session.ticket)
        return self._close(ticket, outcome)

    def _open(self, ticket: str, path: str) -> Session | None:
        for _ in range(_MOST_FILES):
            session = self.quickbooks.begin_session(self.application.file.app, path)
            if not isinstance(session, HResult):
                return session
            self.asking.update.hresults.append(session.code)
            self.asking.update.codes.append("QBWC1013")
            path = self.asking.text("connectionError", ticket=ticket, hresult=session.code, message=session.message)
            if path.casefold() == "done":
                return None
        raise NotAnAnswer(f"the server named {_MOST_FILES} files one after another")

    def _is_stamped(self, session: Session) -> bool:
        file = self.application.file
        return (session.company.stamps.read(file.owner_id, FILE_ID) or "").casefold() == file.file_id.casefold()

    def _lock(self, session: Session, state: str) -> None:
        ticks = (self.asking.clock.now() - _TICKS_FROM) // timedelta(microseconds=1) * 10
        owner_id = self.application.file.owner_id
        session.company.stamps.write(owner_id, APP_LOCK, f"{state}:{self.machine}:{ticks}")

    def _broken(self, ticket: str, code: str, wrong: Exception) -> Outcome:
        self.asking.update.codes.append(code)
        self.asking.update.status = str(wrong)
        if self.behaviour.closes_after_error:
            self._close(ticket, Outcome.FAILED)
        return Outcome.FAILED

    def _close(self, ticket: str, outcome: Outcome) -> Outcome:
        try:
            said = self.asking.text("closeConnection", ticket=ticket)
        except NotAnAnswer as wrong:
            said = str(wrong)
        shown = self.asking.update.status
        self.asking.update.status = f"{shown} {said}".strip() if shown else said
        return outcome

    def _stop(self, code: str, text: str, outcome: Outcome) -> Outcome:
        if code:
            self.asking.update.codes.append(code)
        self.asking.update.status = text
        return outcome
