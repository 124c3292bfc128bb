"""The columns of an audit's frame of connections, in the order in which people read them."""

from __future__ import annotations

from typing import Final

CONNECTIONS: Final = (
    "id",
    "kind",
    "app_id",
    "app_name",
    "category",
    "firm_id",
    "level",
    "realm_id",
    "company_name",
    "owner",
    "owner_email",
    "owner_name",
    "owner_sub",
    "owner_role",
    "state",
    "cause",
    "reach",
    "connected_at",
    "refreshed_at",
    "last_used_on",
    "access_expires_at",
    "refresh_expires_at",
    "refresh_hard_expires_at",
    "disconnected_at",
    "paused_at",
    "probed_at",
    "desktop_state",
    "last_seen_at",
    "bank_state",
    "consent_end",
    "consent_basis",
    "consent_days_left",
    "reference",
    "scopes",
    "grant",
    "generation",
    "environment",
    "version",
)
"""
``owner`` is the address in lower case, else the OpenID subject, else the name; the rest is as in models.

``desktop_state`` and ``last_seen_at`` are of connections to QuickBooks Desktop: where one stands between its first
draft and its removal, and when its Web Connector called last.

``bank_state`` and the rest are of bank connections: where one stands on the day of the audit, with ``expiring`` and
``expired``; the last good day of its consent, null where nobody knows it; whether that day is ``stated``, of the
``table`` of rules or ``unknown``, null before there was a consent; and how many days after the audit's are good still,
0 on the last one and null where the consent was withdrawn or the connection cut.
"""
