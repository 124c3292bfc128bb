"""A company file with invented books."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from qbapps.simulator.behaviour import Choice
from qbapps.simulator.desktop.certificates import Access, App, Certificate
from qbapps.simulator.desktop.entries import Employee, Entry, Reference, Time, Value
from qbapps.simulator.desktop.lists import Lists
from qbapps.simulator.desktop.recovery import StoredSets
from qbapps.simulator.desktop.stamps import Stamps

_MADE = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)


class FileMode(Choice):
    """Who may have the file open: one person, or several computers."""

    SINGLE_USER = "SingleUser"
    MULTI_USER = "MultiUser"


class CompanyFile:
    """
    One .qbw file.

    Args:
        path: Where it lies on the Windows computer; made from the name when left out.

        customers: Full names; `Durand:Kitchen` is a job, and makes the customer above it when needed.

        employees: Names, or `Employee` for one who differs from the rest. A name alone gets the first payroll item.

        made_with: Year of the QuickBooks that last converted the file; an older QuickBooks cannot open it.

        zone: IANA name of the computer's time zone.

    Attributes:
        times: The hours, oldest first: a test counts duplicates here.

        stamps: What apps wrote under their OwnerID.

        certificates: What each app may do, by `App.key`.

        user: Who has the file open in QuickBooks, or opens it for apps while QuickBooks is closed.
    """

    def __init__(
        self,
        name: str,
        path: str | None = None,
        *,
        customers: Iterable[str] = (),
        vendors: Iterable[str] = (),
        other_names: Iterable[str] = (),
        payroll_items: Iterable[str] = (),
        employees: Iterable[str | Employee] = (),
        service_items: Iterable[str] = (),
        classes: Iterable[str] = (),
        accounts: Iterable[str] = (),
        admin: str = "Admin",
        users: Sequence[str] = (),
        file_mode: FileMode | str = FileMode.SINGLE_USER,
        first_day_of_week: str = "Monday",
        time_tracking: bool = True,
        payroll: bool = True,
        class_tracking: bool = True,
        made_with: str = "2014",
        zone: str = "America/Toronto",
    ) -> None:
        self.name = name
        self.path = path or rf"C:\QuickBooks\{name}.qbw"
        self.admin = admin
        self.users = (admin, *users)
        self.user = admin
        self.file_mode = FileMode(file_mode)
        self.first_day_of_week = first_day_of_week
        self.time_tracking = time_tracking
        self.payroll = payroll
        self.class_tracking = class_tracking
        self.made_with = made_with
        self.zone = ZoneInfo(zone)
        self.user_may_not: set[str] = set()
        self.lists = Lists()
        self.times: list[Time] = []
        self.stamps = Stamps()
        self.certificates: dict[tuple[str, str], Certificate] = {}
        self.message_sets: dict[tuple[str, str], StoredSets] = {}
        self._txns = 0
        for kind, names in (
            ("Account", accounts),
            ("Class", classes),
            ("ItemService", service_items),
            ("PayrollItemWage", payroll_items),
            ("Customer", customers),
            ("Vendor", vendors),
            ("OtherName", other_names),
        ):
            for full_name in names:
                self.add(kind, full_name)
        for employee in employees:
            self.add_employee(employee)

    @classmethod
    def sample(cls, name: str = "Menuiserie Petit", path: str | None = None) -> "CompanyFile":
        """Make a small workshop: jobs, people with payroll items, service items and classes, no hours yet."""
        return cls(
            name,
            path,
            customers=("Café Gagnon:Counter", "Durand & Fils:Kitchen", "Durand & Fils:Stairs", "Tremblay"),
            vendors=("Lapointe Lumber", "Gagnon Hardware"),
            payroll_items=("Regular Pay", "Overtime Pay"),
            employees=(
                Employee(name="Jean Durand", payroll_items=("Regular Pay", "Overtime Pay")),
                "Marie Lavoie",
                Employee(name="Paul Roy", payroll_items=("Regular Pay",), is_active=False),
            ),
            service_items=("Design", "Installation", "Repair"),
            classes=("Workshop", "Site"),
            accounts=("Sales", "Payroll Expenses"),
        )

    def with_many(self, *, customers: int = 0, vendors: int = 0, employees: int = 0) -> "CompanyFile":
        """Add that many entries with numbered names, and give the file back."""
        for number in range(1, customers + 1):
            self.add("Customer", f"Customer {number:06}", fields={"Email": f"c{number}@books.example"})
        for number in range(1, vendors + 1):
            self.add("Vendor", f"Vendor {number:06}")
        for number in range(1, employees + 1):
            self.add_employee(f"Employee {number:06}")
        return self

    def add(
        self,
        kind: str,
        full_name: str,
        at: datetime = _MADE,
        *,
        is_active: bool = True,
        fields: dict[str, Value] | None = None,
    ) -> Entry:
        """Put an entry into a list, with those above it that are missing; an existing one is given back."""
        above, _, name = full_name.rpartition(":")
        found = self.lists.named(full_name, (kind,))
        if found is not None:
            return found
        parent = self.add(kind, above, at).list_id if above else None
        return self.lists.new(kind, name, at, parent=parent, is_active=is_active, fields=fields)

    def add_employee(self, employee: str | Employee, at: datetime = _MADE) -> Entry:
        """Put an employee into the file, with the payroll items that are missing."""
        if isinstance(employee, str):
            first = next(self.lists.of("PayrollItemWage"), None)
            employee = Employee(name=employee, payroll_items=(first.name,) if first else ())
        earnings: list[Value] = []
        for name in employee.payroll_items:
            item = self.add("PayrollItemWage", name, at)
            earnings.append({"PayrollItemWageRef": _aggregate(self.lists.reference(item)), "Rate": "32.50"})
        uses = {None: "NotSet", True: "UseTimeData", False: "DoNotUseTimeData"}[employee.uses_time_data]
        payroll: dict[str, Value] = {"PayPeriod": "Biweekly"}
        if earnings:
            payroll["Earnings"] = earnings
        payroll["UseTimeDataToCreatePaychecks"] = uses
        return self.add(
            "Employee",
            employee.name,
            at,
            is_active=employee.is_active,
            fields={"SSN": "000-00-0000", "EmployeeType": "Regular", "EmployeePayrollInfo": payroll},
        )

    def named(self, kind: str, full_name: str) -> Entry:
        """Find an entry by its full name, or say that there is none."""
        found = self.lists.named(full_name, (kind,))
        if found is None:
            raise LookupError(f"{self.name!r} has no {kind} called {full_name!r}")
        return found

    def next_txn(self, at: datetime) -> tuple[int, str]:
        """Give the number and the TxnID of the next transaction."""
        self._txns += 1
        return self._txns, f"{self._txns:X}-{int(at.timestamp())}"

    def certificate(self, app: App | str) -> Certificate:
        """Find what the file remembers of an app, by `App`, by OwnerID or by AppName."""
        for certificate in self.certificates.values():
            known = certificate.app
            if app == known or (isinstance(app, str) and app.casefold() in {known.name.casefold(), known.key[0]}):
                return certificate
        raise LookupError(f"{self.name!r} has no certificate of {app!r}")

    def remove_certificate(self, app: App | str) -> None:
        """Take an app out of Edit > Preferences > Integrated Applications."""
        self.certificate(app).access = Access.REMOVED

    def stored_sets(self, app: App) -> StoredSets:
        """Find the message sets whose responses are kept for *app*."""
        return self.message_sets.setdefault(app.key, StoredSets())


def _aggregate(reference: Reference) -> dict[str, Value]:
    return {"ListID": reference.list_id, "FullName": reference.full_name}
