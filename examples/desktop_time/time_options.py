"""What an app for hours asks when its user installs the QuickBooks Desktop integration."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Options:
    """
    What to transfer; each can be changed later.

    Attributes:
        archive_users: People who are in the app already are archived at the first sync: they are not QuickBooks'.
        import_customers: All active customers and their projects.
        assign_to_all: Everybody may work for everybody who was imported; otherwise they are assigned one by one.
        service_items: People choose one for their hours.
        billable: People say whether their hours are billable.
        classes: People choose one for their hours.
        vendors_as_employees: Contractors track their hours too.
    """

    archive_users: bool = True
    import_customers: bool = True
    assign_to_all: bool = True
    service_items: bool = True
    billable: bool = True
    classes: bool = True
    vendors_as_employees: bool = False
