"""What one beat saves."""

from __future__ import annotations

from datetime import datetime

import attrs

from qbapps.domain.authorization import Authorization
from qbapps.domain.banks.feeds import BankFeed
from qbapps.domain.banks.link import BankLink
from qbapps.domain.connection import Connection
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.jobs import Job, Page
from qbapps.domain.desktop.kept import KeptCheck
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.events import Event
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.parties import (
    App,
    Client,
    Firm,
    KnownCompany,
    KnownIdentity,
    Person,
)
from qbapps.domain.plan import PlanHead, PlanItem
from qbapps.domain.tasks import Task
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.transfer import Transfer

Record = (
    App
    | Firm
    | Client
    | Person
    | Connection
    | Authorization
    | UnverifiedGrant
    | Transfer
    | Disconnection
    | Task
    | PlanHead
    | PlanItem
    | DesktopApp
    | DesktopLink
    | DesktopSession
    | Job
    | BankLink
    | BankFeed
)
"""What the store keeps under a version: version 1 is new, n + 1 replaces the n that was read."""


@attrs.frozen(kw_only=True)
class Lease:
    """
    The right to refresh one connection for a while.

    Attributes:
        fence: Grows each time the lease changes hands.
    """

    name: str
    holder: str
    fence: int
    expires_at: datetime


@attrs.frozen(kw_only=True)
class SealedSecret:
    """An app's client secret as the store keeps it."""

    app_id: str
    sealed: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Change:
    """
    Everything one beat saves, in one transaction.

    Attributes:
        records: New records (version 1) and next versions of records that were read.
        tokens: A pair that becomes the connection's.
        parent_generation: The generation the new pair replaces: saving fails with
            ``StaleVersion`` when it is no longer the connection's. 0 when there is none yet.
        marks: The connection's present pair with its journal fields changed; same generation.
        destroy_tokens_of: Connection whose pair is destroyed.
        tombstones: What remains of pairs that go.
        secrets: Client secrets to replace.
        identities: Subjects seen.
        companies: What was said of companies; it never replaces what is known better or was said later.
        listings: What the list that is being imported says of connections.
        confirmations: Hand-kept connections that somebody has looked at.
        pages: Pieces of answers of QuickBooks Desktop.
        fresh_pages_of: A job whose pages of former attempts go.
        desktop_checks: Items of checklists that evidence or a person has settled.
        events: What happened; the store numbers and chains them.
        release: A lease that ends with this transaction.
        unchanged: A connection that must still be in this very version, though it is not replaced.
    """

    records: tuple[Record, ...] = ()
    tokens: SealedTokens | None = None
    parent_generation: int | None = None
    marks: SealedTokens | None = None
    destroy_tokens_of: str | None = None
    tombstones: tuple[Tombstone, ...] = ()
    secrets: tuple[SealedSecret, ...] = ()
    identities: tuple[KnownIdentity, ...] = ()
    companies: tuple[KnownCompany, ...] = ()
    listings: tuple[Listing, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    pages: tuple[Page, ...] = ()
    fresh_pages_of: Job | None = None
    desktop_checks: tuple[KeptCheck, ...] = ()
    events: tuple[Event, ...] = ()
    release: Lease | None = None
    unchanged: Connection | None = None
