"""What the Web Connector did: calls, codes, and the text it shows."""

from datetime import datetime

import attrs

from qbapps.simulator.behaviour import Choice


class Outcome(Choice):
    """How one update of one app ended."""

    RUNNING = "running"
    DONE = "done"
    NO_WORK = "no_work"
    BUSY = "busy"
    BAD_LOGIN = "bad_login"
    NOT_STARTED = "not_started"
    NO_QUICKBOOKS = "no_quickbooks"
    STOPPED = "stopped"
    FAILED = "failed"
    KILLED = "killed"


@attrs.define(kw_only=True)
class Call:
    """
    One call of the server.

    Attributes:
        arguments: By name, in order; the password is left out.

        result: What was read from the answer; `None` if there was none.

        fault: Why there was none.
    """

    method: str
    arguments: dict[str, str]
    at: datetime
    result: str | int | tuple[str, ...] | None = None
    fault: str | None = None


@attrs.define(kw_only=True)
class Update:
    """
    One update of one app, from the first call to the last.

    Attributes:
        codes: QBWC codes that were shown, in order.

        hresults: Codes with which QuickBooks refused, in order.

        status: The text of the status column afterwards.
    """

    app_name: str
    user_name: str
    began_at: datetime
    is_scheduled: bool = False
    ended_at: datetime | None = None
    calls: list[Call] = attrs.field(factory=list)
    codes: list[str] = attrs.field(factory=list)
    hresults: list[str] = attrs.field(factory=list)
    status: str = ""
    outcome: Outcome = Outcome.RUNNING

    @property
    def methods(self) -> list[str]:
        """List the methods that were called, in order."""
        return [call.method for call in self.calls]

    def called(self, method: str) -> list[Call]:
        """List the calls of one method."""
        return [call for call in self.calls if call.method == method]


@attrs.frozen
class Log:
    """The updates of one click, or of one stretch of time."""

    updates: tuple[Update, ...] = ()

    @property
    def calls(self) -> list[Call]:
        """List every call, in order."""
        return [call for update in self.updates for call in update.calls]

    @property
    def methods(self) -> list[str]:
        """List the methods that were called, in order."""
        return [call.method for call in self.calls]

    @property
    def codes(self) -> list[str]:
        """List every QBWC code that was shown."""
        return [code for update in self.updates for code in update.codes]

    @property
    def hresults(self) -> list[str]:
        """List every code with which QuickBooks refused."""
        return [code for update in self.updates for code in update.hresults]

    @property
    def status(self) -> str:
        """Tell the text of the status column after the last update."""
        return self.updates[-1].status if self.updates else ""

    @property
    def outcomes(self) -> list[Outcome]:
        """List how the updates ended."""
        return [update.outcome for update in self.updates]
