"""One receipt, with everything that is printed on it."""

from __future__ import annotations

from datetime import datetime

import attrs

from qbapps.domain.disconnection import Disconnection
from qbapps.domain.parties import App
from qbapps.domain.tasks import Task
from qbapps.domain.transfer import Transfer


@attrs.frozen(kw_only=True)
class Receipt:
    """
    A disconnect or a transfer, and the words that go with it.

    Attributes:
        task: What a person had to do or to look at in QuickBooks, if anything.
        text: What is proven, what is not, and whom to ask.
        letter: To the app's developer.
    """

    record: Disconnection | Transfer
    app: App
    task: Task | None = None
    text: str
    letter: str

    @property
    def disconnection(self) -> Disconnection | None:
        """The disconnect, if it is one."""
        return self.record if isinstance(self.record, Disconnection) else None

    @property
    def transfer(self) -> Transfer | None:
        """The transfer, if it is one."""
        return self.record if isinstance(self.record, Transfer) else None

    @property
    def asked_at(self) -> datetime:
        """When it was asked for."""
        return self.record.requested_at if isinstance(self.record, Disconnection) else self.record.created_at

    @property
    def at(self) -> datetime:
        """When it was over, else when it was asked for."""
        return self.record.ended_at or self.asked_at
