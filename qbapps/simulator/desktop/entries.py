"""What a company file holds: entries of its lists, and hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import attrs

Value: TypeAlias = "str | dict[str, Value] | list[Value]"
"""The content of an element: text, an aggregate, or one of both for each repetition."""


@attrs.frozen
class Reference:
    """One entry as others name it."""

    list_id: str
    full_name: str

    def __str__(self) -> str:
        """Say the full name."""
        return self.full_name


@attrs.define(kw_only=True)
class Entry:
    """
    One entry of a list, such as a customer, a job or an employee.

    Attributes:
        parent: ListID of the entry this one is below, as a job is below its customer.

        fields: Further elements of the answer, in its order, such as `Email`.
    """

    kind: str
    list_id: str
    edit_sequence: str
    created: datetime
    modified: datetime
    name: str
    parent: str | None = None
    is_active: bool = True
    fields: dict[str, Value] = attrs.field(factory=dict)


@attrs.define(kw_only=True)
class Time:
    """
    One time tracking transaction.

    Attributes:
        date: The day, as `YYYY-MM-DD`.

        duration: As QuickBooks writes it, such as `PT8H30M`.

        message_set_id: `newMessageSetID` of the request that added it, if it had one.

        app: AppName of the app that added it, or `None` for what was there before.
    """

    txn_id: str
    edit_sequence: str
    number: int
    created: datetime
    modified: datetime
    date: str
    entity: Reference
    duration: str
    customer: Reference | None = None
    item: Reference | None = None
    rate: str | None = None
    accounting_class: Reference | None = None
    payroll_item: Reference | None = None
    notes: str | None = None
    billable_status: str = "NotBillable"
    external_guid: str | None = None
    message_set_id: str | None = None
    app: str | None = None


@attrs.frozen(kw_only=True)
class Employee:
    """
    An employee to put into a company file.

    Attributes:
        payroll_items: Names of the wage items of the earnings; none means that hours cannot become pay.

        uses_time_data: Whether time data makes the paycheques; `None` is "not set".
    """

    name: str
    payroll_items: Sequence[str] = ()
    uses_time_data: bool | None = True
    is_active: bool = True
