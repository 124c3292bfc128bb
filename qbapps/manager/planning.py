"""Plans: what is to be done to many connections, looked at first, then applied."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from os import PathLike
from pathlib import Path

from qbapps.domain.connection import Connection
from qbapps.domain.limits import Limits
from qbapps.domain.plan import PlanAction, PlanHead
from qbapps.domain.reports import Progress
from qbapps.domain.whole_plan import Plan, PlanReport
from qbapps.errors import PlanError
from qbapps.guides.messages import Message
from qbapps.guides.plan_messages import plan_message
from qbapps.lifecycle import applying, cancelling, lookup, plan_files, planning
from qbapps.lifecycle.planning import Choice
from qbapps.manager.room import Room


class Planning(Room):
    """Plans: what is to be done to many connections, looked at first, then applied."""

    def plan_disconnect(
        self,
        *,
        app: str | None = None,
        realm_id: str | None = None,
        firm: str | None = None,
        level: str | None = None,
        client: str | None = None,
        owner: str | None = None,
        state: str | None = None,
        reach: str | None = None,
        reference: str | None = None,
        reason: str = "no_longer_needed",
        comment: str | None = None,
        deadline: datetime | None = None,
        by: str | None = None,
        needs_approval: bool = False,
    ) -> Plan:
        """
        Decide which connections are to be disconnected; nothing is done to them.

        The filters are those of ``connections``; one of app, firm, realm_id, owner, client and
        reference is among them. Each row is bound to the app, company, owner and
        consent that it has now, and the plan is kept in the store: ``apply`` carries that one out.

        Args:
            deadline: By when it should have been applied; ``estimate`` says whether that fits.

            by: Who makes it; what is known of their role decides which rows are skipped.

            needs_approval: Let it be applied only once somebody else than *by* approved of it;
                *by* is an e-mail address then.

        Raises:
            ConfigurationError: Nothing was chosen; a filter, the reason or an address is none; or
                the deadline is no datetime with a time zone.
            NotFoundError: There is no such app, firm or client.
        """
        choice = Choice(
            app=app,
            realm_id=realm_id,
            firm=firm,
            level=level,
            client=client,
            owner=owner,
            state=state,
            reach=reach,
            reference=reference,
        )
        return planning.make(
            self._ports,
            PlanAction.DISCONNECT,
            choice,
            by=by,
            deadline=deadline,
            needs_approval=needs_approval,
            reason=reason,
            comment=comment,
        )

    def plan_transfer(
        self,
        *,
        to: str,
        app: str | None = None,
        realm_id: str | None = None,
        firm: str | None = None,
        level: str | None = None,
        client: str | None = None,
        owner: str | None = None,
        state: str | None = None,
        reach: str | None = None,
        reference: str | None = None,
        deadline: datetime | None = None,
        by: str | None = None,
        needs_approval: bool = False,
    ) -> Plan:
        """
        Decide which connections *to* is to take over; nothing is done to them.

        As ``plan_disconnect``. Applying it makes a link for each connection, which *to* has to follow.
        """
        choice = Choice(
            app=app,
            realm_id=realm_id,
            firm=firm,
            level=level,
            client=client,
            owner=owner,
            state=state,
            reach=reach,
            reference=reference,
        )
        return planning.make(
            self._ports,
            PlanAction.TRANSFER,
            choice,
            by=by,
            deadline=deadline,
            needs_approval=needs_approval,
            to=to,
        )

    def plan(self, plan_id: str) -> Plan:
        """
        Return a stored plan with its rows as they stand.

        Raises:
            NotFoundError: There is none of that id.
            PlanAltered: What the store holds is not what was decided.
        """
        return planning.load(self._ports, plan_id)

    def plans(self) -> tuple[PlanHead, ...]:
        """Return what plans there are, the newest last, without their rows."""
        return self._ports.store.plans()

    def siblings(self, connection_id: str) -> tuple[Connection, ...]:
        """
        Return the other connections that work and share a connection's app and, as far as is known, its owner.

        One whose owner is not known counts as everybody's. Ending the connection may end them too:
        whether Intuit's revoke reaches them is not documented.
        """
        return planning.siblings(self._ports, lookup.connection(self._ports.store, connection_id))

    def save_plan(self, plan: Plan, path: str | PathLike[str]) -> Path:
        """
        Write *plan* to a JSON file to look at and hand on; it is signed, and refused once it was altered.

        Raises:
            PlanError: The file cannot be written.
        """
        place = Path(path)
        try:
            place.write_text(plan_files.written(self._ports, plan), encoding="utf-8", newline="\n")
        except OSError as error:
            raise _not_written(place, error) from None
        return place

    def load_plan(self, path: str | PathLike[str]) -> Plan:
        """
        Return the stored plan that a file names.

        Raises:
            PlanError: The file cannot be read, is no plan, or is one of another store.
            PlanAltered: It is not what ``save_plan`` wrote, or was signed with a key that is not held.
        """
        place = Path(path)
        try:
            text = place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise PlanError(f"{place} cannot be read: {why}.", hint="Check the name.") from None
        return plan_files.read(self._ports, text, str(place))

    def apply(
        self,
        plan_id: str,
        *,
        workers: int = planning.WORKERS,
        progress: Callable[[Progress], None] | None = None,
        canary: bool = True,
        executor: Executor | None = None,
        approved_by: str | None = None,
        limits: Limits | None = None,
    ) -> PlanReport:
        """
        Carry out what is left of a plan, row by row, and return where it stands. Does network.

        Each row is checked against what it was bound to, carried out and recorded by itself. Rows
        that fail or have drifted stop no others. Killed at any moment and applied again, it goes on:
        no effect happens twice, and nothing is skipped. ``Ctrl-C`` ends it once what is in flight
        has ended.

        Args:
            workers: Rows at once.

            progress: Called with a ``Progress`` as rows end.

            canary: Carry out one row first and ask the connections that the plan leaves alone, and
                that its revoke may have reached, whether they still work; up to ten metered reads.

            executor: Where to carry rows out instead of threads of this process. Workers in other
                processes open the store by ``QBAPPS_STORE`` and ``QBAPPS_KEY`` of their own environment.

            approved_by: Who approved of it. For a plan that needs that it is an e-mail address, not
                its author's, and nobody's who is known to have left.

            limits: How fast it may be; five rows a second per app by default, evenly spread. All
                processes and hosts on one store share it, as far as their clocks agree within two minutes.

        Raises:
            NotFoundError: There is no such plan.
            PlanAltered: The stored plan, or its approval, is not what was decided.
            NotPermitted: It has to be approved of first.
            PlanIncomplete: It was interrupted, the canary showed that other connections died, or *executor*
                failed; ``report`` says where it stands.
        """
        return applying.apply(
            self._ports,
            plan_id,
            workers=workers,
            progress=progress,
            with_canary=canary,
            executor=executor,
            approved_by=approved_by,
            limits=Limits() if limits is None else limits,
        )

    def cancel_plan(self, plan_id: str, *, by: str | None = None) -> PlanReport:
        """
        Call off the rows that are not over; links that wait for a new owner stop working.

        What was done stays done, and disconnects by hand stay on the worklist: they are in force here.

        Raises:
            NotFoundError: There is no such plan.
        """
        return cancelling.cancel(self._ports, plan_id, by=by)

    def plan_report(self, plan_id: str) -> PlanReport:
        """Return where a plan stands, as the last run left it; nothing is done."""
        return applying.report(self._ports, lookup.plan(self._ports.store, plan_id))

    def write_plan_report(self, plan: str | PlanReport, path: str | PathLike[str], *, lang: str | None = None) -> Path:
        """
        Write what came of a plan, row by row, to a .json, .csv or .html file that needs nothing else.

        Rows are taken from the store one by one, as the last run left them. No link of a transfer is in the file.

        Args:
            plan: Its id, or what ``apply`` returned: that says also why it was stopped.

        Raises:
            ConfigurationError: The name of the file ends in something else.
            NotFoundError: There is no such plan.
            PlanError: The file cannot be written.
        """
        from qbapps.export import plan_report as export  # noqa: PLC0415 - only who asks for it pays

        place = Path(path)
        export.check_suffix(place)
        report = self.plan_report(plan) if isinstance(plan, str) else plan
        store = self._ports.store
        paper = export.PlanPaper(
            head=report.head,
            counts=store.plan_outcomes(report.plan_id),
            rows=store.plan_items(report.plan_id),
            app_names={app.id: app.name for app in store.apps()},
            generated_at=self._ports.clock.now(),
            stopped=report.stopped,
            why=report.why,
        )
        try:
            return export.write_plan_report(place, paper, lang)
        except OSError as error:
            raise _not_written(place, error) from None

    def plan_message(self, report: PlanReport, *, lang: str | None = None) -> Message:
        """
        Return the message for the new owner of a plan that transfers: one line and one link for each company.

        To remind them, apply the plan again, which makes fresh links, and send the message that is made of that.

        Args:
            report: What ``apply`` returned: the links are nowhere else.

        Raises:
            TransitionError: Nothing waits for the new owner, or the report has no links.
        """
        store = self._ports.store
        waiting = report.waiting if report.head.action is PlanAction.TRANSFER else ()
        begun = (store.transfer(item.result_id) for item in waiting if item.result_id is not None)
        until = min((one.expires_at for one in begun if one is not None), default=None)
        names = {app.id: app.name for app in store.apps()}
        return plan_message(report.head, waiting, names, lang, until=until)


def _not_written(place: Path, error: OSError) -> PlanError:
    return PlanError(
        f"{place} cannot be written: {error.strerror}.", hint="Name a file in a folder that you may write to."
    )
