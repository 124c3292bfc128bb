"""Bank connections under consent: what QuickBooks has of them, as people and programs record it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from qbapps.banks import connecting, correcting, hinting, listing_in, recording, repairing, standing
from qbapps.banks.evidence import Evidence
from qbapps.banks.hints import Hints
from qbapps.banks.mapping import Accounts
from qbapps.banks.policy import Policy
from qbapps.banks.repair import Repair
from qbapps.domain.banks.consent import Consent
from qbapps.domain.banks.listed import BankImport
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.status import BankStatus
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Level
from qbapps.manager.room import Room
from qbapps.reading.bank_list import read_bank_list
from qbapps.reading.files import read_capped


class Banks(Room):
    """
    Bank connections under consent: everything about connections of ``kind`` ``bank``.

    QuickBooks tells no program of its bank connections, so that what is known here is what was recorded. The methods
    are verbs like those of :class:`QBApps`: any may raise ``StoreError``, and those that take the id of a connection
    ``NotFoundError``. Days are those of the bank's country; where none is given it is today by UTC.

    Source: intuit/quickbooks-online-mcp-server on GitHub, issues 120 and 121
    """

    def connect(
        self,
        bank: str,
        *,
        realm_id: str | None = None,
        owner: str | None = None,
        authenticated_on: date | None = None,
        stated: date | None = None,
        accounts: Accounts | None = None,
        regime: str = Regime.EEA,
        login: str | None = None,
        company: str | None = None,
        firm: str | None = None,
        level: str = Level.CLIENT,
        history: str | None = None,
        reference: str | None = None,
        by: str | None = None,
    ) -> Connection:
        """
        Note that a company's QuickBooks is connected to a bank, or is to be; nothing is sent.

        Args:
            bank: As its user calls it; lists name the connection by it.

            realm_id: The company's. Without it, *company* and *firm* say whose it is.

            owner: E-mail of whoever gave the consent: only they can renew it.

            authenticated_on: The day on which they logged in at the bank. Without it the connection is a draft, and
                what happens next is recorded.

            stated: The last good day as QuickBooks or the bank shows it; it beats the table of rules.

            accounts: The bank's account by ledger account, such as ``{"512000": "FR76…4821"}``; the last digits of
                a number are enough. Pairs of :class:`qbapps.banks.Account` are compared in kind and currency too.

            regime: ``EEA``, ``UK``, ``AU`` or ``OTHER``: whose law the consent falls under.

            login: Tells a second login at the same bank for the same company from the first.

            company: The company's name, where it is not known.

            firm: Whose client the company is, where it has no realm id.

            level: ``client`` or ``firm``: as what that firm sees it.

            history: How far back the bank gives operations, such as ``90 days``.

            by: Who says so, for the trail.

        Raises:
            ConfigurationError: That bank is connected to that company already, or what was given does not fit
                together: another living connection feeds a ledger account, or a day is still to come.
            NotFoundError: There is no such firm.
        """
        wanted = connecting.Wanted(
            bank=bank,
            realm_id=realm_id,
            owner=owner,
            authenticated_on=authenticated_on,
            stated=stated,
            accounts=accounts or {},
            regime=regime,
            login=login,
            company=company,
            firm=firm,
            level=level,
            history=history,
            reference=reference,
            by=by,
        )
        return connecting.connect(self._ports, wanted)

    def import_list(self, path: str | Path, *, firm: str, dry_run: bool = False) -> BankImport:
        """
        Take in a firm's list of bank connections; importing it again changes nothing.

        Its columns, in French or English and in any order: the company and its number (one of them is enough), the
        bank, the e-mail of whoever consented, when they signed in at the bank, the last good day, the accounts as
        ``512000=4821; 512100=4822``, the regime, the login, and the history. Good rows are taken; wrong ones are
        reported with line, column and reason. A connection that is there already stays as it is, and what the list
        says otherwise is told. A company that the firm does not have becomes its client.

        Args:
            path: An XLSX workbook or a CSV file.

            dry_run: Only say what would become of each row; nothing is saved.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: The file cannot be read at all; the message says what was seen.
        """
        reading = read_bank_list(read_capped(Path(path)))
        return listing_in.take_in(self._ports, reading, firm_id=firm, dry_run=dry_run)

    def record(self, connection_id: str, event: str, *, on: date, by: str | None = None, **facts: Any) -> Connection:
        """
        Record what happened to a bank connection, and return it as lists show it now.

        A reconnect keeps the id and begins a new generation, whose rows have other ids at the bank. An update that a
        person tried in vain is ``sync_failed`` with ``update_failed=True``: then only a reconnect helps.

        Args:
            event: One of :class:`qbapps.banks.BankEvent`.

            on: The day it happened.

            by: Who says so, for the trail.

            facts: What is known of it. ``note`` with any. ``stated``, the last good day, with ``consent_accepted``,
                ``bank_authenticated``, ``reconfirmed`` and ``reconnected``; ``institution``, where the customer
                logged in, with ``bank_authenticated`` and ``reconnected``; ``owner``, the e-mail of whoever consented,
                with these and ``reconfirmed``; ``accounts`` with ``accounts_mapped`` and
                ``reconnected``, all that it feeds from then on; ``in_review``, how many rows wait for review, and
                ``accept_loss`` with ``disconnected``, and with ``accounts_mapped`` where an account is left out;
                ``snapshot``, the Evidence of each ledger account, with ``disconnected``: a repair later goes by it;
                ``update_failed`` with ``sync_failed``.

        Raises:
            ConfigurationError: There is no such event or fact, the day does not fit, or the accounts do not: each
                of the bank's goes to the ledger account that it had.
            TransitionError: It cannot have happened where the connection stands; or QuickBooks would delete, or has
                deleted, rows that nobody has looked at.

        Source: Intuit help, "Disconnect a bank or credit card account in QuickBooks Online" (United Kingdom), for
        the rows that wait
        """
        return recording.record(self._ports, connection_id, event, on=on, by=by, facts=facts)

    def correct(self, connection_id: str, *, by: str | None = None, **changes: Any) -> Connection:
        """
        Correct what is known of a bank connection, and return it as lists show it now.

        For what was mistyped, or became known later; what happened is recorded with :meth:`record`.

        Args:
            by: Who says so, for the trail.

            changes: ``authenticated_on``, the day of the last login; ``stated``, the last good day as QuickBooks or
                the bank shows it, or None for the table of rules; ``regime``; ``history``; ``owner``, the e-mail of
                whoever gave the consent.

        Raises:
            ConfigurationError: Something else was named, or the days do not fit together.
        """
        return correcting.correct(self._ports, connection_id, by=by, changes=changes)

    def repair(
        self,
        connection_id: str,
        today: date | None = None,
        *,
        accounts: Mapping[str, Evidence] | None = None,
        policy: Policy | None = None,
        cause: str | None = None,
    ) -> Repair:
        """
        Return what to do about a bank connection, from what was recorded; nothing is saved.

        Args:
            accounts: What QuickBooks has of each account, by ledger account: without it there is no day to go on
                from.

            policy: By default, the connection's regime and history.

            cause: Why it stopped, where more is known than was recorded; see :class:`qbapps.banks.StopCause`.

        Raises:
            TransitionError: It was never set up.
            ConfigurationError: Evidence is of an account that it does not feed, or the cause is not known.
        """
        return repairing.repair(self._ports, connection_id, today=today, accounts=accounts, policy=policy, cause=cause)

    def status(self, connection_id: str, today: date | None = None, *, lang: str | None = None) -> BankStatus:
        """Return how a bank connection stands on a day, and what comes next."""
        return standing.status(self._ports, connection_id, today=today, lang=lang)

    def statuses(
        self, *, firm: str | None = None, today: date | None = None, lang: str | None = None
    ) -> tuple[BankStatus, ...]:
        """Return how all bank connections stand, or a firm's; those whose consent ends first come first."""
        return standing.statuses(self._ports, firm=firm, today=today, lang=lang)

    def hints(
        self,
        connection_id: str,
        *,
        online: str | None = None,
        today: date | None = None,
        since: date | None = None,
        named: Mapping[str, str] | None = None,
    ) -> Hints:
        """
        Read the newest booked day of each account that a bank feeds, from the books of the company. Does network.

        They are hints, and say so: the books keep the date that an entry was typed with, and the API never gives the
        rows that wait for review. ``hints.evidence()`` is for :meth:`repair`, whose reasons then say what it rests on.

        Args:
            online: The connection to read with; by default, the one usable connection of kind ``online`` to the same
                company.

            since: The first day that matters; by default, as far back as a bank may give operations.

            named: What the ledger's accounts are called in QuickBooks (id, number or name), where they were recorded
                by other names.

        Raises:
            ConfigurationError: An account is not in the chart of accounts, or two are called so; or there is no
                usable online connection, or several.
            ReconnectRequired: The online connection needs a new consent.
            IntuitError: Intuit did not answer, or refused all that was asked.

        Source: intuit/quickbooks-online-mcp-server on GitHub, issue 120, for what the API does not give
        """
        return hinting.hints_of(self._ports, connection_id, online=online, today=today, since=since, named=named)

    def consents(self, *, firm: str | None = None) -> tuple[Consent, ...]:
        """
        Return the consents of all bank connections, or of a firm's, for :func:`qbapps.banks.reminders_ics`.

        Those that have ended are there too, so that their entries in calendars are cancelled.
        """
        return standing.consents(self._ports, firm=firm)
