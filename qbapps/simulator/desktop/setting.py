"""What a request is carried out with, and what comes of it."""

from datetime import datetime

import attrs

from qbapps.simulator.desktop.behaviour import QuickBooksBehaviour
from qbapps.simulator.desktop.certificates import Certificate
from qbapps.simulator.desktop.company import CompanyFile
from qbapps.simulator.desktop.iterators import OpenIterators


@attrs.frozen(kw_only=True)
class Host:
    """The QuickBooks that is running, as it tells apps."""

    product: str
    major: str
    minor: str
    country: str
    versions: tuple[str, ...]

    @property
    def newest(self) -> str:
        """Tell the newest qbXML version."""
        return self.versions[-1]


@attrs.frozen(kw_only=True)
class Setting:
    """
    What a request is carried out with.

    Attributes:
        ticket: The session of QuickBooks, not the one of the Web Connector.

        is_unattended: Whether QuickBooks was opened for the app, with nobody sitting there.
    """

    company: CompanyFile
    certificate: Certificate
    ticket: str
    is_unattended: bool
    now: datetime
    behaviour: QuickBooksBehaviour
    host: Host
    iterators: OpenIterators
    message_set_id: str | None = None


@attrs.frozen(kw_only=True)
class Answer:
    """The answer to one request, without its name and requestID."""

    status: int = 0
    message: str = "Status OK"
    body: str = ""
    attributes: dict[str, str] = attrs.field(factory=dict)
    count: int = 0

    @property
    def severity(self) -> str:
        """Tell `Info`, `Warn` or `Error`."""
        return "Info" if self.status < 500 else "Warn" if self.status < 1000 else "Error"

    @property
    def is_error(self) -> bool:
        """Tell whether nothing was done."""
        return self.status >= 1000


class RefusedRequest(Exception):
    """A request that ends with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(status=status, message=message)
