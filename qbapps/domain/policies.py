"""Every number the library goes by, with its unit and where it comes from."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ACCESS_MARGIN: Final = timedelta(minutes=5)
"""
An access token with less than this left is refreshed first, so that a call that starts now can finish.

Source: our choice; Intuit's access tokens live for one hour, and peers keep 1 to 15 minutes.
"""

REFRESH_MARGIN: Final = timedelta(minutes=1)
"""A refresh token with less than this left is no longer tried. Our choice."""

CLOCK_TOLERANCE: Final = timedelta(minutes=2)
"""How far a clock may seem to go back before a token from the future is distrusted. Our choice."""

KEEP_ALIVE_WITHIN: Final = timedelta(days=30)
"""
Idle connections are refreshed when this much of their refresh token's life is left.

Source: Intuit, "Authorization FAQ": a refresh token unused for 100 days needs a new consent.
"""

STATE_LIFETIME: Final = timedelta(minutes=10)
"""How long a consent link works. Our choice: long enough for a password and a second factor."""

TRANSFER_LIFETIME: Final = timedelta(days=7)
"""How long a new owner has to accept a transfer. Our choice."""

RUMOUR_PAUSE: Final = timedelta(minutes=10)
"""
At most one probe per connection in this time, however often its Disconnect URL is hit.

Source: Intuit documents no signature on that URL, so anyone can call it.
"""

INVALID_GRANT_PAUSE: Final = timedelta(seconds=2)
"""
Pause before an ``invalid_grant`` is checked once more.

Source: Intuit, "Authorization FAQ": outages can produce ``invalid_grant`` too.
"""

LEASE_SLACK: Final = timedelta(seconds=15)
"""A lease outlives the longest HTTP call by this much. Our choice."""

LEASE_POLL: Final = timedelta(milliseconds=25)
"""How often a waiter looks whether the winner has saved. Our choice."""

HTTP_TIMEOUT: Final = timedelta(seconds=30)
"""
Longest wait for one answer.

Source: our choice; Intuit's server gives up on an accounting call after 120 seconds.
"""

RETRY_TOTAL: Final = timedelta(seconds=20)
"""All attempts at one repeatable call together take no longer than this. Our choice."""

RETRY_ATTEMPTS: Final = 4
"""Attempts at one repeatable call. Our choice."""

REVOKE_ROUNDS: Final = 3
"""How often a disconnect goes on when the refresh that should be refused succeeds. Our choice."""

INVENTORY_MAX_BYTES: Final = 20 * 1024 * 1024
"""Largest inventory file that is read. Our choice: about 200,000 rows."""

HARD_CAP_WARNING: Final = timedelta(days=180)
"""
How long before the five-year cap a connection is reported as expiring.

Source: Intuit, "Important changes to refresh token policy" (2025): five years, whatever is refreshed. The lead is ours.
"""
