"""The QuickBooks Web Connector on one Windows computer."""

from collections.abc import Callable
from datetime import timedelta

from qbapps.simulator.desktop.adding import Adding
from qbapps.simulator.desktop.application import SHORTEST, Application
from qbapps.simulator.desktop.asking import Asking
from qbapps.simulator.desktop.behaviour import ConnectorBehaviour
from qbapps.simulator.desktop.log import Call, Log, Outcome, Update
from qbapps.simulator.desktop.mishaps import Killed, Mishap, Mishaps
from qbapps.simulator.desktop.quickbooks import FakeQuickBooks
from qbapps.simulator.desktop.transports import Get, Post
from qbapps.simulator.desktop.updating import Updating


class FakeWebConnector:
    """
    The Web Connector, and the person who clicks in it. No threads; it works on the clock of *quickbooks*.

    Args:
        post: Sends a body to an address and gives HTTP status and body of the answer; see `OverHttp` and `InProcess`.

        get: Fetches an address; without it the addresses of a .qwc file are taken on trust.

        machine: The computer's name, as it is written into the company file.

        version: What `clientVersion` says.

    Attributes:
        applications: What was added, by user name.

        auto_run: Whether apps run by themselves; without it what the server says of postponement is ignored.

        sessions: Every update so far.

        is_dead: Whether the process was ended; `restart` starts it again.
    """

    def __init__(
        self,
        quickbooks: FakeQuickBooks,
        post: Post,
        get: Get | None = None,
        *,
        behaviour: ConnectorBehaviour | None = None,
        machine: str = "WORKSHOP-PC",
        version: str = "2.3.0.215",
        auto_run: bool = True,
    ) -> None:
        self.quickbooks = quickbooks
        self.behaviour = behaviour or ConnectorBehaviour()
        self.machine = machine
        self.version = version
        self.auto_run = auto_run
        self.applications: dict[str, Application] = {}
        self.sessions: list[Update] = []
        self.is_dead = False
        self._post = post
        self._get = get
        self._mishaps = Mishaps()

    def add(self, content: bytes | str) -> Application:
        """
        Open a .qwc file; the same one again replaces its line, and the password is asked for anew.

        Raises:
            ConnectorError: It is refused, with the code that is shown.
        """
        added = Adding(
            quickbooks=self.quickbooks, get=self._get, behaviour=self.behaviour, known=self.applications
        ).add(content)
        added.schedule(self.quickbooks.clock.now())
        self.applications[added.user_name] = added
        return added

    def remove(self, user_name: str) -> None:
        """Remove the line of an app; the company file keeps its stamp and the certificate."""
        del self.applications[user_name]

    def set_password(self, password: str, user_name: str | None = None) -> None:
        """Type and save the password of one app, or of the only one."""
        self.application(user_name).password = password

    def set_every(self, minutes: int | None, user_name: str | None = None) -> None:
        """Set Every_Min of one app, at least 1; `None` takes its Auto-Run away."""
        if minutes is not None and minutes < 1:
            raise ValueError("the Web Connector takes no less than a minute")
        application = self.application(user_name)
        application.every = max(timedelta(minutes=minutes), SHORTEST) if minutes else None
        application.schedule(self.quickbooks.clock.now())

    def application(self, user_name: str | None = None) -> Application:
        """Find the line of one app, or of the only one."""
        if user_name is None:
            if len(self.applications) != 1:
                raise LookupError(f"which one? There are: {', '.join(self.applications) or 'none'}")
            return next(iter(self.applications.values()))
        return self.applications[user_name]

    def update_selected(self, user_name: str | None = None) -> Log:
        """Click Update Selected with one app ticked, or with all that are; each runs once, in the order added."""
        chosen = [self.application(user_name)] if user_name else [a for a in self.applications.values() if a.is_ticked]
        updates: list[Update] = []
        for application in chosen:
            updates.append(self._update(application, is_scheduled=False))
            if self.is_dead:
                break
        return Log(tuple(updates))

    def run(self, minutes: float) -> Log:
        """
        Let time pass, with the updates that fall due; the clock stands where it stood plus *minutes* afterwards.

        The clock is moved from one due update to the next; an update that waits moves it too.
        """
        clock = self.quickbooks.clock
        end = clock.now() + timedelta(minutes=minutes)
        updates: list[Update] = []
        while (due := self._due()) is not None and due.next_run is not None and due.next_run <= end:
            clock.advance(max(due.next_run - clock.now(), timedelta(0)))
            updates.append(self._update(due, is_scheduled=True))
        clock.advance(max(end - clock.now(), timedelta(0)))
        return Log(tuple(updates))

    def restart(self) -> None:
        """Start the process again after it was ended; lines, passwords and times are kept."""
        self.is_dead = False

    def before(self, method: str, callback: Callable[[Call], object]) -> None:
        """Call *callback* before every call of *method*; `process` is the work of QuickBooks."""
        self._mishaps.look(method, callback, is_after=False)

    def after(self, method: str, callback: Callable[[Call], object]) -> None:
        """Call *callback* after every call of *method*, with its result."""
        self._mishaps.look(method, callback, is_after=True)

    def lose_request_of(self, method: str, n: int = 1) -> None:
        """Let the *n*-th request of *method* from now never arrive."""
        self._mishaps.plan(Mishap.REQUEST_LOST, method, n)

    def lose_reply_of(self, method: str, n: int = 1) -> None:
        """Let the server answer the *n*-th call of *method* from now, and the connector never read it."""
        self._mishaps.plan(Mishap.REPLY_LOST, method, n)

    def die_after(self, method: str, n: int = 1) -> None:
        """
        End the process after the *n*-th call of *method* from now; the server's session is never closed.

        After `process`, QuickBooks has done its work and the server is never told.
        """
        self._mishaps.plan(Mishap.KILLED, method, n)

    def _due(self) -> Application | None:
        if not self.auto_run or self.is_dead:
            return None
        waiting = [one for one in self.applications.values() if one.is_ticked and one.next_run and one.password]
        return min(waiting, key=lambda one: one.next_run or self.quickbooks.clock.now(), default=None)

    def _update(self, application: Application, *, is_scheduled: bool) -> Update:
        if self.is_dead:
            raise RuntimeError("the Web Connector is not running; restart() starts it")
        clock = self.quickbooks.clock
        update = Update(
            app_name=application.file.app_name,
            user_name=application.user_name,
            began_at=clock.now(),
            is_scheduled=is_scheduled,
        )
        self.sessions.append(update)
        application.last_run, application.last_update = update.began_at, update
        application.schedule(update.began_at)
        asking = Asking(
            application=application,
            update=update,
            post=self._post,
            clock=clock,
            mishaps=self._mishaps,
            behaviour=self.behaviour,
        )
        updating = Updating(
            asking=asking,
            quickbooks=self.quickbooks,
            behaviour=self.behaviour,
            machine=self.machine,
            version=self.version,
            is_auto_run=self.auto_run,
        )
        try:
            update.outcome = updating.run()
        except Killed:
            self.is_dead = True
            update.outcome, update.status = Outcome.KILLED, ""
        update.ended_at = clock.now()
        application.status = update.status
        return update
