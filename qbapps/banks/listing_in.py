"""Taking in a firm's list of bank connections: what is new is noted, what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from qbapps.banks import connecting, keeping
from qbapps.banks.connecting import Noted, Wanted
from qbapps.banks.folding import fold
from qbapps.banks.keeping import Kept
from qbapps.banks.list_differences import differences
from qbapps.banks.list_places import Companies, Company
from qbapps.domain.banks.link import BankLink
from qbapps.domain.banks.listed import BankColumn, BankImport, BankReading, BankRow
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.states import OVER
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.events import Event
from qbapps.domain.inventory import Conflict, Listing, Refusal
from qbapps.domain.parties import App, Owner, Person, Role
from qbapps.errors import ConfigurationError
from qbapps.language import Phrase
from qbapps.lifecycle import lookup
from qbapps.lifecycle.people import owner_known_as
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, ConnectionFilter, Ports, Record
from qbapps.values import fold_email

_BATCH: Final = 500
_SHOWN: Final = 120


class _Wrong(Exception):
    """A row that cannot be taken: the column that says so, why, and what stands there."""

    def __init__(self, column: BankColumn | None, reason: str, value: object = "") -> None:
        super().__init__(reason)
        self.column, self.reason, self.value = column, reason, str(value)


def take_in(ports: Ports, reading: BankReading, *, firm_id: str, dry_run: bool = False) -> BankImport:
    """
    Note the bank connections of a list that are not there yet; taking it in again changes nothing.

    What is there is never overwritten: where the list says otherwise, that is a conflict. New connections are saved in
    batches, so that an import that was interrupted can be run again.

    Args:
        dry_run: Only say what would become of each row; nothing is saved.

    Raises:
        NotFoundError: There is no such firm.
    """
    run = _Run(ports, reading, firm_id, dry_run=dry_run)
    for row in reading.rows:
        try:
            run.take(row)
        except _Wrong as problem:
            run.refuse(row, problem)
    run.flush()
    return BankImport(
        taken=tuple(run.taken),
        unchanged=tuple(run.unchanged),
        refused=tuple(sorted((*reading.refused, *run.refused), key=lambda refusal: refusal.line)),
        conflicts=tuple(run.conflicts),
        clients=tuple(run.companies.added),
        notes=reading.notes,
        is_saved=not dry_run,
    )


class _Run:
    """One import: what is known, what it adds, and what became of each row."""

    def __init__(self, ports: Ports, reading: BankReading, firm_id: str, *, dry_run: bool) -> None:
        self.ports = ports
        self.reading = reading
        self.dry_run = dry_run
        self.at = ports.clock.now()
        self.firm = lookup.firm(ports.store, firm_id)
        self.companies = Companies(self.firm, ports.store.clients(firm_id), reading.rows)
        apps = ports.store.apps()
        self.app_ids = {app.id for app in apps}
        self.banks = {fold(app.name): app for app in apps if app.is_bank}
        self.people = {fold_email(one.email): one for one in ports.store.people(firm_id=firm_id)}
        self.known: dict[tuple[str, str], Kept] = {}
        self.fed: dict[str, dict[str, BankLink]] = {}
        for kept in self._kept():
            self._know(kept)
        self.lines: dict[tuple[str, str], int] = {}
        self.taken: list[Connection] = []
        self.unchanged: list[Connection] = []
        self.refused: list[Refusal] = []
        self.conflicts: list[Conflict] = []
        self._records: list[Record] = []
        self._listings: list[Listing] = []
        self._events: list[Event] = []

    def take(self, row: BankRow) -> None:
        """
        Note what *row* says, or say how it differs from what is known.

        Raises:
            _Wrong: It cannot be taken.
        """
        company = self._company(row)
        name = connecting.bank_name(row.bank, row.login)
        app = self.banks.get(fold(name))
        key = (fold(name), company.key)
        if key in self.lines:
            raise _Wrong(None, Phrase("repeats line {line}", line=self.lines[key]))
        kept = None if app is None else self._find(app, company)
        if kept is None:
            made = self._note(row, company, app or connecting.new_bank(name, self.app_ids, self.at), is_new=app is None)
            connection = made.connection
            self.taken.append(connection)
        else:
            connection = kept.connection
            self.unchanged.append(connection)
        self.lines[key] = row.line
        told = () if kept is None else differences(row, kept, self.reading.headers)
        self.conflicts += [
            Conflict(line=row.line, connection_id=connection.id, what=what)
            for what in (*company.contradictions(row), *told)
        ]
        if len(self._records) >= _BATCH:
            self.flush()

    def refuse(self, row: BankRow, problem: _Wrong) -> None:
        """Keep why *row* was not taken."""
        column = None if problem.column is None else self.reading.headers.get(problem.column)
        shown = problem.value if len(problem.value) <= _SHOWN else problem.value[: _SHOWN - 1] + "…"
        self.refused.append(Refusal(line=row.line, column=column, reason=problem.reason, value_shown=shown))

    def flush(self) -> None:
        """Save what was added since."""
        if self._records and not self.dry_run:
            change = Change(records=tuple(self._records), listings=tuple(self._listings), events=tuple(self._events))
            save(self.ports, change)
        for saved in (self._records, self._listings, self._events):
            saved.clear()

    def _kept(self) -> Iterator[Kept]:
        """Yield the bank connections of companies with a number, and those without one that the firm lists."""
        listed = {one.connection_id for one in self.ports.store.listings(self.firm.id)}
        wanted = ConnectionFilter(kind=Kind.BANK)
        there = {
            one.id: one for one in self.ports.store.connections(wanted) if one.realm_id is not None or one.id in listed
        }
        for link in self.ports.banks.links():
            if link.connection_id in there:
                yield Kept(connection=there[link.connection_id], link=link)

    def _know(self, kept: Kept) -> None:
        key = self.companies.of(kept.connection).key
        place, lives = (kept.connection.app_id, key), kept.link.state not in OVER
        if lives or place not in self.known:
            self.known[place] = kept
        if lives:
            self.fed.setdefault(key, {}).update(dict.fromkeys(kept.link.accounts, kept.link))

    def _company(self, row: BankRow) -> Company:
        """Return whose connection it is."""
        company = self.companies.find(row)
        match company:
            case Company():
                return company
            case column, reason, value:
                raise _Wrong(column, reason, value)

    def _find(self, app: App, company: Company) -> Kept | None:
        """Return the connection that is there already: of the company's number, else of its name alone."""
        return next((kept for key in company.keys if (kept := self.known.get((app.id, key)))), None)

    def _note(self, row: BankRow, company: Company, app: App, *, is_new: bool) -> Noted:
        elsewhere = self._check(row, company)
        wanted = Wanted(
            bank=row.bank,
            realm_id=company.realm_id,
            owner=row.owner_email,
            authenticated_on=row.authenticated_on,
            stated=row.stated,
            accounts=dict(row.accounts),
            regime=row.regime or Regime.EEA,
            login=row.login,
            company=company.name,
            # With a number, a firm knows its clients by that.
            firm=self.firm.id if company.realm_id is None else None,
            level=company.level,
            history=None if row.history is None else str(row.history),
            reference=None,
            by=None,
        )
        owner = self._owner(row, company)
        try:
            made = connecting.noted(self.ports, wanted, app, owner=owner, elsewhere=elsewhere, at=self.at)
        except ConfigurationError as problem:
            raise _Wrong(None, Phrase("it does not fit together ({why})", why=problem.message)) from None
        client = self.companies.add(company, made.connection.company_name)
        if client is not None:
            self._records.append(client)
        if is_new:
            self.banks[fold(app.name)] = app
            self.app_ids.add(app.id)
            self._records.append(app)
        self._records += made.records
        self._listings += made.listings
        self._events += made.events
        self._know(Kept(connection=made.connection, link=made.link))
        return made

    def _check(self, row: BankRow, company: Company) -> dict[str, str]:
        """Return what other connections of the company feed; *row* may name none of these ledger accounts."""
        begun = row.authenticated_on
        if begun is None and row.accounts:
            raise _Wrong(BankColumn.ACCOUNTS, _NO_DAY, "; ".join("=".join(pair) for pair in row.accounts))
        if begun is None and row.stated is not None:
            raise _Wrong(BankColumn.STATED, _NO_DAY, row.stated)
        # Somewhere it is tomorrow already while UTC has today.
        if begun is not None and begun > keeping.today(self.ports) + timedelta(days=1):
            raise _Wrong(BankColumn.AUTHENTICATED_ON, Phrase("this day is still to come"), begun)
        if begun is not None and row.stated is not None and row.stated < begun:
            raise _Wrong(BankColumn.STATED, Phrase("this is before the day of the login at the bank"), row.stated)
        fed = {ledger: link for key in company.keys for ledger, link in self.fed.get(key, {}).items()}
        for ledger, account in row.accounts:
            if ledger in fed:
                reason = Phrase("{bank} feeds {ledger} already", bank=fed[ledger].bank, ledger=ledger)
                raise _Wrong(BankColumn.ACCOUNTS, reason, f"{ledger}={account}")
        return {ledger: link.accounts[ledger] for ledger, link in fed.items()}

    def _owner(self, row: BankRow, company: Company) -> Owner | None:
        """Return who gave the consent, with the name and role that are known."""
        if row.owner_email is None:
            return None
        if not self.companies.is_new(company):
            return owner_known_as(self.ports.store, row.owner_email, company.realm_id)
        known: Person | None = self.people.get(fold_email(row.owner_email))
        return Owner(
            email=row.owner_email,
            name=None if known is None else known.name,
            role=Role.UNKNOWN if known is None else known.role,
        )


_NO_DAY: Final = Phrase("the day of the login at the bank is missing, without which nothing else is known")
