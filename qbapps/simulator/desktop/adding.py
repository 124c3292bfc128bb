"""Adding a .qwc file: addresses are tried, QuickBooks asks the person, the company file is stamped."""

import http.client
from datetime import timedelta

import attrs

from qbapps.simulator.desktop import qwc_file
from qbapps.simulator.desktop.application import Application
from qbapps.simulator.desktop.behaviour import ConnectorBehaviour, FileIdCase, Probe, SameStamp
from qbapps.simulator.desktop.hresults import HResult
from qbapps.simulator.desktop.quickbooks import FakeQuickBooks
from qbapps.simulator.desktop.qwc_file import ConnectorError, QwcFile
from qbapps.simulator.desktop.stamps import FILE_ID
from qbapps.simulator.desktop.transports import Get


@attrs.frozen(kw_only=True)
class Adding:
    """What is needed to add an app."""

    quickbooks: FakeQuickBooks
    get: Get | None
    behaviour: ConnectorBehaviour
    known: dict[str, Application]

    def add(self, content: bytes | str) -> Application:
        """
        Add what a .qwc file describes.

        The server hears nothing but GET; the person allows the app in QuickBooks, where a file must be open.

        Raises:
            ConnectorError: It is refused; nothing was added, though QuickBooks may have asked the person already.
        """
        file = qwc_file.read(content)
        self._check_known(file)
        if self.behaviour.probe == Probe.BEFORE_ADDING and self.get is not None:
            self._probe(file)
        path = self._stamp(file)
        every = timedelta(seconds=file.every_seconds) if file.every_seconds else None
        return Application(file=file, company_path=path, every=every)

    def _check_known(self, file: QwcFile) -> None:
        known = self.known.get(file.user_name)
        if known is not None and (known.file.owner_id, known.file.file_id) != (file.owner_id, file.file_id):
            raise ConnectorError("QBWC1026", f"the user name {file.user_name!r} belongs to another app here")

    def _probe(self, file: QwcFile) -> None:
        self._try(file.app_support, "QBWC1003", (200, 202))
        for address in (file.cert_url, file.app_url):
            if address:
                self._try(address, "QBWC1048", (200,))

    def _try(self, address: str, code: str, good: tuple[int, ...]) -> None:
        assert self.get is not None  # noqa: S101 - the caller has looked
        try:
            status, _ = self.get(address)
        except (OSError, http.client.HTTPException) as error:
            raise ConnectorError(code, f"{address} cannot be reached: {error}") from error
        if status not in good:
            raise ConnectorError(code, f"{address} answered {status}")

    def _stamp(self, file: QwcFile) -> str:
        session = self.quickbooks.begin_session(file.app)
        if isinstance(session, HResult):
            raise ConnectorError("QBWC1013", f"{session.code} {session.message}")
        try:
            stamps = session.company.stamps
            stamped = stamps.read(file.owner_id, FILE_ID)
            is_same = stamped is not None and stamped.casefold() == file.file_id.casefold()
            if stamped is not None and not is_same:
                raise ConnectorError("QBWC1026", "the company file has another FileID of this owner")
            is_new_here = file.user_name not in self.known
            if is_same and is_new_here and self.behaviour.same_stamp == SameStamp.REFUSED:
                raise ConnectorError("QBWC1039", "a unique pair of OwnerID and FileID is needed")
            stamps.write(file.owner_id, FILE_ID, _spelled(file.file_id, self.behaviour.file_id_case))
            return session.company.path
        finally:
            self.quickbooks.end_session(session.ticket)


def _spelled(file_id: str, case: FileIdCase) -> str:
    match case:
        case FileIdCase.UPPER:
            return file_id.upper()
        case FileIdCase.LOWER:
            return file_id.lower()
        case _:
            return file_id
