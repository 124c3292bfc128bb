"""Who may hold a connection: known roles are enforced, unknown ones are allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from qbapps.domain.connection import Connection
from qbapps.domain.parties import Level, Person, Role
from qbapps.errors import NotPermitted

ADMINS: Final = (Role.PRIMARY_ADMIN, Role.ADMIN)


def check_new_owner(
    connection: Connection,
    person: Iterable[Person],
    *,
    on: date,
) -> None:
    """
    Check that nothing we know forbids a person to take *connection* over.

    Args:
        person: What we know of them in the firms and the company concerned; may be empty.

        on: The day it is asked.

    Raises:
        NotPermitted: They have left, or are known by a role that cannot connect apps.

    Source: Intuit help, "Disconnect an app": only admins of a company connect its apps
    """
    known = tuple(person)
    for entry in known:
        if entry.is_gone(on):
            raise NotPermitted(
                f"{entry.email} left on {entry.left_on}.",
                hint="Name somebody who still works there, or correct the date with add_person.",
                role=entry.role,
                needed=ADMINS,
                connection_id=connection.id,
                realm_id=connection.realm_id,
            )
    roles = {entry.role for entry in known} - {Role.UNKNOWN}
    if roles and not roles & set(ADMINS):
        role = min(roles)
        raise NotPermitted(
            f"{known[0].email} is known as {role.replace('_', ' ')}, and only admins can hold an app's connection.",
            hint="Make them an admin in QuickBooks first, then record it with add_person.",
            role=role,
            needed=ADMINS,
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )


def level_of(realm_id: str | None, *, firm_realm_id: str | None, is_client: bool) -> Level:
    """Return how a firm sees the company *realm_id*."""
    if realm_id is not None and realm_id == firm_realm_id:
        return Level.FIRM
    return Level.CLIENT if is_client else Level.COMPANY
