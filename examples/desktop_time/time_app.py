"""An app for hours on top of ``qb.desktop``: import from QuickBooks, map people to payroll items, send hours back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from time_books import Shift, TimeBooks
from time_options import Options

import qbapps
from qbapps.desktop import qbxml
from qbapps.desktop.qbxml import questions

APP = "time"
PAYROLL = ("payroll_on", "week_start", "time_data_company", "time_data", "payroll_items", "people_exist")


class TimeApp:
    """One company's hours, tracked here and paid in QuickBooks Desktop."""

    def __init__(self, qb: qbapps.QBApps, books: TimeBooks, options: Options) -> None:
        self.qb, self.books, self.options = qb, books, options
        self.connection_id = ""

    def install(self, company: str, *, base_url: str, lang: str = "en") -> tuple[bytes, qbapps.Secret]:
        """Set the integration up; returns the .qwc file to download and the password to show once."""
        self.qb.desktop.register_app(
            APP,
            name="Example Time",
            base_url=base_url,
            support_url=f"{base_url}/support",
            description="Hours tracked by your people, for payroll and invoices",
            personal_data=True,  # how people are paid is personal data to QuickBooks
            requires=PAYROLL,
            week_start="monday",
            deletes_first=True,
            needs_mapping=True,
        )
        connection, password = self.qb.desktop.connect(APP, company=company, lang=lang)
        self.connection_id = connection.id
        for kind, request in self._wanted():
            self.qb.desktop.enqueue(connection.id, request, key=f"import-{kind}")
        return self.qb.desktop.qwc(connection.id), password

    def doomed(self) -> dict[str, tuple[str, ...]]:
        """Return what the first sync deletes or archives here: what was set up before QuickBooks came."""
        users = self.books.people() if self.options.archive_users else ()
        return {"customers": self.books.own("customer"), "projects": self.books.own("project"), "users": users}

    def warn(self, lang: str | None = None) -> qbapps.Preview:
        """Return what to show before the first sync; ``confirm`` takes the word that the user types."""
        return self.qb.desktop.preview_destructive(self.connection_id, self.doomed(), lang=lang)

    def confirm(self, phrase: str, digest: str, by: str) -> None:
        """Take the typed word."""
        self.qb.desktop.confirm_destructive(self.connection_id, phrase=phrase, digest=digest, by=by)

    def take_in(self) -> bool:
        """
        Take over what QuickBooks sent, once all of it has come; tells whether there was anything.

        What was here before goes in the same transaction, and only if it is exactly what was confirmed.
        """
        jobs = [job for job in self.qb.desktop.jobs(self.connection_id) if (job.key or "").startswith("import-")]
        if any(job.state != "done" for job in jobs) or all(self.books.is_taken(job.id) for job in jobs):
            return False
        self.qb.desktop.release_destructive(self.connection_id, self.doomed())
        doomed = self.doomed()
        with self.books.at_once():
            self.books.delete_own()
            self.books.archive_people(doomed["users"])
            for job in jobs:
                self._take(job)
        self.report()
        return True

    def report(self) -> tuple[str, ...]:
        """Tell who needs a payroll item; returns those who have none yet: their hours cannot be transferred."""
        return self.qb.desktop.report_people(
            self.connection_id, users=self.books.people(), mapped=tuple(self.books.mapped())
        )

    def send_hours(self) -> tuple[str, ...]:
        """Queue all approved hours that can be paid; returns the people whose hours have to wait."""
        waiting = set(self.report())
        for shift in self.books.unsent():
            if shift.person in waiting:
                continue
            # The shift's id is the key: a crash between these two lines makes no second job.
            job = self.qb.desktop.enqueue(self.connection_id, self._hours(shift), key=f"shift-{shift.id}")
            self.books.sent(shift.id, job.id)
        return tuple(sorted(waiting))

    def take_back(self) -> None:
        """Note which hours are in QuickBooks, and why others are not."""
        for shift_id, job_id in self.books.under_way():
            job = self.qb.desktop.job(job_id)
            if job.state == "done":
                added = next(self.qb.desktop.results(job_id))
                self.books.settle(shift_id, txn_id=added.id)
            elif job.state == "failed":
                trouble = self.qb.desktop.explain_code(job.code or "")
                self.books.settle(shift_id, problem=f"{trouble.what} {job.note or ''}".strip())

    def _wanted(self) -> Iterator[tuple[str, qbxml.Request]]:
        yield "employee", questions.ask_employees()
        if self.options.import_customers:
            yield "customer", qbxml.query("Customer", page=100, active="ActiveOnly")
        if self.options.service_items:
            yield "service_item", qbxml.query("ItemService", page=100, active="ActiveOnly")
        if self.options.classes:
            yield "class", qbxml.query("Class", active="ActiveOnly")
        if self.options.vendors_as_employees:
            yield "vendor", questions.ask_vendors(page=100)
        yield "payroll_item", questions.ask_payroll_items()

    def _take(self, job: qbapps.Job) -> None:
        kind = (job.key or "").removeprefix("import-")
        for record in self.qb.desktop.results(job.id):
            name, id_ = record.text("FullName") or record.text("Name") or "", record.id or ""
            if kind in ("employee", "vendor"):
                self.books.add_person(name, id_)
            else:
                self.books.put(kind, [(id_, name)], for_all=self.options.assign_to_all)
        self.books.take(job.id)

    def _hours(self, shift: Shift) -> qbxml.Request:
        billable = None
        if self.options.billable and shift.customer and shift.is_billable is not None:
            billable = "Billable" if shift.is_billable else "NotBillable"
        return qbxml.add(
            "TimeTracking",
            {
                "TxnDate": date.fromisoformat(shift.day),
                "EntityRef": shift.person,
                "CustomerRef": shift.customer,
                "ItemServiceRef": shift.service_item,
                "Duration": timedelta(minutes=shift.minutes),
                "ClassRef": shift.class_name,
                "PayrollItemWageRef": self.books.mapped().get(shift.person),
                "Notes": shift.notes,
                "BillableStatus": billable,
            },
        )
