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

RUMOUR_SECOND_LOOK: Final = timedelta(days=1)
"""
How long the pair of a connection that a rumour ended is kept before it is tried once more.

Our choice: longer than the outages in which Intuit answered ``invalid_grant``, which lasted hours.
"""

INVALID_GRANT_PAUSE: Final = timedelta(seconds=2)
"""
Pause before an ``invalid_grant`` is checked once more.

Source: Intuit, "Authorization FAQ": outages can produce ``invalid_grant`` too.
"""

TOKEN_CACHE_TTL: Final = timedelta(seconds=5)
"""
How long an access token is handed out from memory without a look at the store.

Our choice: a pause or a disconnect done by another process is heeded within it.
"""

LEASE_SLACK: Final = timedelta(seconds=15)
"""A lease outlives the longest HTTP call by this much. Our choice."""

REFRESH_ROUNDS: Final = 64
"""How often a refresh decides anew because somebody else saved first, before it gives up. Our choice."""

LEASE_POLL: Final = timedelta(milliseconds=20)
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

INVENTORY_MAX_UNPACKED: Final = 100 * 1024 * 1024
"""Most bytes that a workbook may unpack to. Our choice: Excel packs about tenfold."""

INVENTORY_MAX_ELEMENTS: Final = 5_000_000
"""Most XML elements in a workbook, ends included, since each takes memory. Our choice: about 100,000 rows."""

INVENTORY_MAX_ROWS: Final = 100_000
"""Most rows that are read from a sheet. Our choice."""

INVENTORY_MAX_COLUMNS: Final = 200
"""Most columns that are read. Our choice: ten are known."""

THROTTLE_PAUSE: Final = timedelta(seconds=60)
"""
How long to wait after a 429 that does not say.

Source: Intuit, "Limits and throttles": wait 60 seconds; no ``Retry-After`` is promised
"""

HARD_CAP_WARNING: Final = timedelta(days=180)
"""
How long before the five-year cap a connection is reported as expiring.

Source: Intuit, "Important changes to refresh token policy" (2025): five years, whatever is refreshed. The lead is ours.
"""

HARD_CAP_ALERTS: Final = (HARD_CAP_WARNING, timedelta(days=30), timedelta(days=7))
"""
When an event says that a connection is expiring: once at each of these leads before the cap.

Source: our choice; Intuit tells the customer in the product 30 days before and by e-mail 7 days before.
"""

REFUSED_PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Pauses between attempts at a pair that Intuit refused for no known reason. Our choice."""

REFUSED_LAST_PAUSE: Final = timedelta(days=1)
"""The pause after those, again and again. Our choice: each attempt presents a token that may be dead."""

REFUSED_GIVEN_UP: Final = timedelta(days=28)
"""How long after its first refusal a pair is no longer tried by itself. Our choice."""

OUTAGE_LEAST: Final = 3
"""So many connections of an app refused within ``OUTAGE_LONGEST``, and none refreshed since, look like an outage."""

OUTAGE_LONGEST: Final = timedelta(minutes=30)
"""
How long after its first refusal a connection is not marked because an outage is suspected.

Source: our choice; Intuit, "Authorization FAQ", says that outages produce ``invalid_grant``, not for how long.
"""

IMPORT_OVERLAP: Final = timedelta(days=7)
"""
A pair refused this soon after it was brought in may have been refreshed by whoever held it before.

Source: our choice; intuit/quickbooks-online-mcp-server issue 67 reports two stores that ended each other's refreshes.
"""

KEEP_ALIVE_SPREAD: Final = timedelta(days=14)
"""Of many connections that end on one day, some are refreshed up to this much earlier, so that they drift apart."""

KEEP_ALIVE_CROWD: Final = 20
"""From so many connections that end on one day on, they are spread. Our choice."""

KEEP_ALIVE_WORKERS: Final = 4
"""Refreshes in flight at once in a keep-alive run. Our choice."""

KEEP_ALIVE_PACE: Final = timedelta(milliseconds=100)
"""
Least time between the beginnings of two refreshes of a keep-alive run.

Source: our choice; Intuit publishes no limit for its token endpoint, and 10 requests a second for the accounting API.
"""

KEEP_ALIVE_UNANSWERED: Final = 3
"""After so many refreshes of an app in a row without an answer, a run leaves the app's others alone. Our choice."""

KEEP_ALIVE_PATIENCE: Final = timedelta(minutes=2)
"""A run waits no longer than this when Intuit throttles it. Our choice."""

UNUSED_FOR: Final = timedelta(days=90)
"""A connection that nobody used for this long is reported. Our choice."""

TOKEN_URGENT: Final = timedelta(days=7)
"""A refresh token that ends this soon is reported as grave. Our choice."""

CAP_IN_SIGHT: Final = timedelta(days=184)
"""A consent that ends for good within six months, the longest there are, is reported. Our choice."""

SETUP_FOR: Final = timedelta(days=7)
"""A Desktop or bank connection that nobody has finished setting up for this long is reported. Our choice."""

SILENT_FOR: Final = timedelta(days=3)
"""A Web Connector that has not called for this long is reported: more than a weekend. Our choice."""

SILENT_URGENT: Final = timedelta(days=14)
"""A Web Connector that has not called for this long is reported as grave. Our choice."""

PAUSED_FOR: Final = timedelta(days=30)
"""A Desktop connection that has been paused for this long is reported. Our choice."""

REMOVAL_FOR: Final = timedelta(days=7)
"""A Desktop connection that ended this long ago and is still on its computer is reported. Our choice."""

FAILED_WITHIN: Final = timedelta(days=30)
"""Requests to QuickBooks Desktop that failed within this time are reported. Our choice."""

CONSENT_IN_SIGHT: Final = timedelta(days=14)
"""
A bank's consent that ends this soon is reported, and one that has ended and can be updated for no longer than this.

Source: GoCardless warns up to 14 days ahead; see ``NOTICE`` in ``domain.banks.states``
"""

CONSENT_URGENT: Final = timedelta(days=7)
"""A bank's consent that ends this soon is reported as grave. Source: Plaid warns 7 days ahead."""

ROWS_LOST_WITHIN: Final = timedelta(days=90)
"""
Rows that were lost as a bank was disconnected are reported for this long.

Source: Delegated Regulation (EU) 2018/389, article 10: that far back a bank still gives them
"""

OWNED_BY_ONE: Final = 50
"""A person who owns more connections than this is reported: much breaks when they leave. Our choice."""
