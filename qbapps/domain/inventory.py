"""Inventories: lists of connections as people keep them, and what became of each row."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from qbapps.domain import checks
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Level, Role
from qbapps.domain.states import ConnectionState


@attrs.frozen(kw_only=True)
class InventoryRow:
    """
    One good row.

    Attributes:
        line: Where it stands in the file, counted as an editor does.
        level: FIRM for the firm's own books, CLIENT for a client's.
        state: None when the list does not say.
        category: What the app is for.
        country: Of the company, ISO 3166-1 alpha-2.
    """

    line: int
    level: Level
    company_name: str | None
    realm_id: str | None = attrs.field(validator=checks.realm)
    app_name: str
    developer_contact: str | None = None
    owner_email: str | None = None
    role: Role = Role.UNKNOWN
    connected_on: date | None = None
    last_used_on: date | None = None
    state: ConnectionState | None = None
    category: str | None = None
    country: str | None = None


@attrs.frozen(kw_only=True)
class Refusal:
    """
    Why a line was not taken; a line with several wrong columns has several refusals.

    Attributes:
        line: Where it stands in the file.
        column: The column's header as in the file; None when it is about the line as a whole.
        reason: What is wrong, in English; ``Words.say`` gives it in another language.
        value_shown: The cell as it stands there, cut when it is long.
    """

    line: int
    column: str | None
    reason: str
    value_shown: str = ""


@attrs.frozen(kw_only=True)
class Repeat:
    """
    A row that names the same app and company as an earlier one; it was not taken.

    Attributes:
        first_line: The earlier row.
        differs: Headers of the columns that say something else.
    """

    line: int
    first_line: int
    differs: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Reading:
    """
    What an inventory file says. Each line with data is in ``rows``, ``refused`` or ``repeated``.

    Attributes:
        encoding: What it was read with; ``xlsx`` for a workbook.
        sheet: The workbook's sheet that was read; None for a text.
        ignored: Headers of columns that were not read.
        notes: What was left out, and where it was found: sentences in English, for ``Words.say``.
    """

    rows: tuple[InventoryRow, ...]
    refused: tuple[Refusal, ...]
    repeated: tuple[Repeat, ...]
    encoding: str
    delimiter: str
    sheet: str | None = None
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Conflict:
    """A row that contradicts what we know first-hand; what we know was kept."""

    line: int
    connection_id: str
    what: str


@attrs.frozen(kw_only=True)
class Listing:
    """
    What a firm's newest list that names a connection said of it.

    Attributes:
        listed_at: When that list was imported: the same for all its rows.
        state: As the list said; None when it did not.
        level: How the firm sees the company, of one without a number; None when that is not known.
    """

    firm_id: str
    connection_id: str
    listed_at: datetime = attrs.field(validator=checks.aware)
    state: ConnectionState | None = None
    level: Level | None = None


@attrs.frozen(kw_only=True)
class Confirmation:
    """Somebody looked at a hand-kept connection in QuickBooks, and it was as it is listed."""

    connection_id: str
    confirmed_at: datetime = attrs.field(validator=checks.aware)
    confirmed_by: str = attrs.field(validator=checks.not_empty)
    note: str | None = None


@attrs.frozen(kw_only=True)
class ImportReport:
    """
    What became of each row of an inventory.

    Attributes:
        taken: Connections that are new.
        enriched: Connections that were known and now say more.
        unchanged: Connections that the file says nothing new about.
        repeated: Rows that repeat an earlier one.
        refused: Rows, or columns of rows, that are wrong; one entry per wrong column.
        conflicts: Rows that contradict what we know; what we know was kept.
        notes: What the file holds besides, and was not read: other sheets, unknown columns.
    """

    taken: tuple[Connection, ...] = ()
    enriched: tuple[Connection, ...] = ()
    unchanged: tuple[Connection, ...] = ()
    repeated: tuple[Repeat, ...] = ()
    refused: tuple[Refusal, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()
