"""QuickBooks Desktop on one Windows computer."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

import attrs

from qbapps.simulator.clock import HasNow
from qbapps.simulator.desktop import carrying_out, editions, letting_in, reading
from qbapps.simulator.desktop.behaviour import MessageSets, QuickBooksBehaviour
from qbapps.simulator.desktop.carrying_out import Executed
from qbapps.simulator.desktop.certificates import App, Certificate
from qbapps.simulator.desktop.company import CompanyFile, FileMode
from qbapps.simulator.desktop.hresults import HResult, refusal
from qbapps.simulator.desktop.iterators import OpenIterators
from qbapps.simulator.desktop.letting_in import Arrival, Consent
from qbapps.simulator.desktop.moving_clock import Movable, movable
from qbapps.simulator.desktop.setting import Setting

_TICKETS = uuid.UUID("b54c0d4a-7f2e-4f0f-9a29-08b4f2b1c6aa")


@attrs.define(kw_only=True)
class Session:
    """One session of an app in a company file, by QuickBooks' own ticket."""

    ticket: str
    company: CompanyFile
    certificate: Certificate
    is_unattended: bool
    opened_at: datetime


class FakeQuickBooks:
    """
    QuickBooks Desktop, and the person who sits before it.

    Args:
        version: The year: it decides the qbXML versions and which files can be opened.

        edition: `Pro`, `Premier`, `Enterprise` or `Simple Start`.

        country: `US`, `CA`, `UK` or `AU`.

        open_company: The file that is open; `None` is QuickBooks closed.

        files: Further files on the disk.

        clock: An object with `now()`, moved through its `advance()` if it has one; an instant to stand still at; or
            nothing for the system's time.

    Attributes:
        executed: Every request of an app that was really carried out; what the Web Connector asks for itself at the
            start of a session is not among them.

        consent: What the person answers when an app asks to be let in.

        is_running: Whether the program is open, with or without a file.

        is_starting, has_dialog, can_start, other_app_inside: Conditions a test sets.
    """

    def __init__(
        self,
        version: str = "2024",
        *,
        edition: str = "Premier",
        country: str = "US",
        open_company: CompanyFile | None = None,
        files: Iterable[CompanyFile] = (),
        clock: Movable | HasNow | datetime | None = None,
        behaviour: QuickBooksBehaviour | None = None,
    ) -> None:
        self.host = editions.host(version, edition, country)
        self.version = version
        self.edition = edition
        self.clock = movable(clock)
        self.behaviour = behaviour or QuickBooksBehaviour()
        self.files = {one.path.casefold(): one for one in (*files, *([open_company] if open_company else []))}
        self.open_company = open_company
        self.is_running = open_company is not None
        self.is_starting = False
        self.has_dialog = False
        self.can_start = True
        self.other_app_inside = False
        self.consent: Consent | Callable[[App], Consent] = Consent()
        self.sessions: list[Session] = []
        self.executed: list[Executed] = []
        self._iterators = OpenIterators()
        self._refusals: list[HResult] = []
        self._lost_answers: list[HResult] = []
        self._tickets = 0

    def open(self, company: CompanyFile, *, user: str | None = None, mode: FileMode | str | None = None) -> None:
        """Let a person open *company*; what was open is closed, with its sessions."""
        self.close()
        self.files[company.path.casefold()] = company
        company.user = user or company.admin
        company.file_mode = FileMode(mode) if mode else company.file_mode
        self.open_company, self.is_running = company, True

    def close(self) -> None:
        """Let a person close the file and the program; the sessions of apps end."""
        self.open_company, self.is_running = None, False
        self.crash()

    def crash(self) -> None:
        """End every session, as a crash of the program does; its tickets are dead."""
        for session in list(self.sessions):
            self.end_session(session.ticket)

    def refuse_with(self, code: str, *, times: int = 1) -> None:
        """Turn away the next sessions with *code*, whatever the reason would be."""
        self._refusals += [refusal(code)] * times

    def lose_answer(self, code: str = "0x80040402", *, times: int = 1) -> None:
        """Carry out the next message sets that are asked for, keep their responses, and answer *code* instead."""
        self._lost_answers += [refusal(code)] * times

    def begin_session(self, app: App, path: str = "", *, mode: FileMode | str | None = None) -> Session | HResult:
        """
        Open a session for *app* in the file *path*, or in the open one if that is empty.

        A closed QuickBooks is started for it, with nobody there to answer a dialog.

        Args:
            mode: The mode that is insisted on; `None` takes any.
        """
        if self._refusals:
            return self._refusals.pop(0)
        company = self._company_for(path)
        if isinstance(company, HResult):
            return company
        if mode is not None and company.file_mode != FileMode(mode):
            return refusal("0x80040410")
        if self.other_app_inside and company.file_mode == FileMode.SINGLE_USER:
            return refusal("0x80040422")
        arrival = Arrival(
            app=app,
            company=company,
            is_unattended=self.open_company is None,
            edition=self.edition,
            consent=self.consent if callable(self.consent) else lambda _: self._answer_always(),
            behaviour=self.behaviour,
        )
        certificate = letting_in.let_in(arrival)
        if isinstance(certificate, HResult):
            return certificate
        self._tickets += 1
        session = Session(
            ticket=str(uuid.uuid5(_TICKETS, str(self._tickets))),
            company=company,
            certificate=certificate,
            is_unattended=arrival.is_unattended,
            opened_at=self.clock.now(),
        )
        self.sessions.append(session)
        return session

    def end_session(self, ticket: str) -> None:
        """End a session; an unknown ticket is no matter."""
        for session in [one for one in self.sessions if one.ticket == ticket]:
            self.sessions.remove(session)
            if self.behaviour.message_sets == MessageSets.FORGOTTEN_AFTER_SESSION:
                session.company.stored_sets(session.certificate.app).forget()

    def process(self, text: str, ticket: str | None = None, *, is_own: bool = False) -> str | HResult:
        """
        Carry out a qbXML document and give the response.

        Args:
            ticket: A session; without it the one opened last.

            is_own: Whether the Web Connector asks for itself: not recorded, and no answer of it is lost.
        """
        session = next((one for one in reversed(self.sessions) if ticket in {None, one.ticket}), None)
        if session is None:
            return refusal("0x8004040D")
        if self.has_dialog and not session.is_unattended:
            return refusal("0x80040414")
        try:
            asked = reading.read(text, self.host.newest)
        except ValueError:
            return refusal("0x80040400")
        answer, executed = self._carry_out(asked, session)
        if is_own:
            return answer
        self.executed += executed
        return self._lost_answers.pop(0) if self._lost_answers else answer

    def _carry_out(self, asked: reading.MessageSet, session: Session) -> tuple[str, list[Executed]]:
        stored = session.company.stored_sets(session.certificate.app)
        verdict = stored.judge(asked, self.behaviour) if asked.has_recovery else None
        if verdict is not None and not verdict.is_carried_out:
            return verdict.kept or carrying_out.response("", asked, verdict.status), []
        setting = Setting(
            company=session.company,
            certificate=session.certificate,
            ticket=session.ticket,
            is_unattended=session.is_unattended,
            now=self.clock.now(),
            behaviour=self.behaviour,
            host=self.host,
            iterators=self._iterators,
            message_set_id=asked.new_id,
        )
        answer, executed = carrying_out.carry_out(asked, setting, verdict.status if verdict else None)
        stored.keep(asked, answer, self.behaviour)
        return answer, executed

    def _company_for(self, path: str) -> CompanyFile | HResult:
        if self.is_starting:
            return refusal("0x80040424")
        if not self.can_start and not self.is_running:
            return refusal("0x80040408")
        if self.is_running and self.has_dialog:
            return refusal("0x80040414")
        wanted = self.files.get(path.casefold())
        if self.open_company is not None:
            is_other = bool(path) and wanted is not self.open_company
            return refusal("0x8004040A") if is_other else self.open_company
        return self._from_disk(path, wanted)

    def _from_disk(self, path: str, wanted: CompanyFile | None) -> CompanyFile | HResult:
        if wanted is None:
            return refusal("0x80040403" if path else "0x80040416")
        return refusal("0x80040409") if wanted.made_with > self.version else wanted

    def _answer_always(self) -> Consent:
        return self.consent if isinstance(self.consent, Consent) else Consent()
