"""What exists at Intuit, declared and changed by whoever runs the simulator."""

from collections.abc import Iterable, Mapping
from typing import Any

from qbapps.simulator import books, transactions
from qbapps.simulator.door import Door
from qbapps.simulator.registry import App, Company, User, check_status


class Declared:
    """The part of `Intuit` that declares apps, users and companies."""

    _door: Door

    def add_app(
        self,
        client_id: str,
        client_secret: str,
        redirect_uris: Iterable[str],
        name: str | None = None,
    ) -> App:
        """Declare an app, or replace it: that is how its secret is rotated."""
        with self._door.lock:
            registry = self._door.world.registry
            return registry.add_app(client_id, client_secret, redirect_uris, name or client_id)

    def add_user(
        self,
        email: str,
        name: str | None = None,
        email_verified: bool = True,
        sub: str | None = None,
    ) -> User:
        """Declare a user, or replace what is known of one; the same e-mail keeps its `sub`."""
        with self._door.lock:
            return self._door.world.registry.add_user(email, name, email_verified, sub)

    def add_company(
        self,
        realm_id: str,
        name: str | None = None,
        admins: Iterable[User | str] = (),
        country: str = "FR",
        subscription_status: str = "SUBSCRIBED",
    ) -> Company:
        """
        Declare a company with a few invented customers.

        Args:
            admins: Users, their e-mails or their `sub`; only they can connect apps.

        Raises:
            LookupError: An admin is not a declared user.

            ValueError: The realm id or the subscription status cannot exist.
        """
        with self._door.lock:
            return self._door.world.registry.add_company(
                Company(
                    realm_id=realm_id,
                    name=name or f"Company {realm_id}",
                    admins=self._subs(admins),
                    country=country,
                    subscription_status=subscription_status,
                    customers=books.invent_customers(realm_id),
                )
            )

    def set_admins(self, realm_id: str, admins: Iterable[User | str]) -> None:
        """Replace the admins of a company; the tokens of those who go begin to fail with 120."""
        with self._door.lock:
            self._door.world.registry.company(realm_id).admins = self._subs(admins)

    def remove_admin(self, realm_id: str, user: User | str) -> None:
        """Take one user's admin role in a company away."""
        with self._door.lock:
            self._door.world.registry.company(realm_id).admins -= self._subs([user])

    def set_subscription(self, realm_id: str, status: str) -> None:
        """Change a company's subscription; only TRIAL, TRIALOPTIN and SUBSCRIBED allow writes."""
        with self._door.lock:
            self._door.world.registry.company(realm_id).subscription_status = check_status(status)

    def add_account(
        self,
        realm_id: str,
        name: str,
        *,
        number: str | None = None,
        kind: str = "Bank",
        parent: str | None = None,
        active: bool = True,
        currency: str = "EUR",
    ) -> str:
        """
        Add an account to a company's chart and return its id.

        Args:
            number: What the Accounting API calls `AcctNum`.

            kind: Its `AccountType`.

            parent: Full name of the account it is a part of.
        """
        with self._door.lock:
            chart = self._door.world.registry.company(realm_id).accounts
            said = {"number": number, "kind": kind, "parent": parent, "active": active, "currency": currency}
            chart.append(books.account(str(len(chart) + 1), name, **said))
            return str(len(chart))

    def enter(self, realm_id: str, entity: str, body: Mapping[str, Any], *, cleared: str = "") -> str:
        """
        Enter a transaction into a company's books, as a person at its screen would, and return its id.

        Args:
            entity: `Purchase`, `Deposit`, `JournalEntry`, …

            body: What the Accounting API shows of it; `TxnDate` is needed, the id is given.

            cleared: `C` for cleared, `R` for reconciled.

        Raises:
            ValueError: There is no such entity or mark, or it has no date.
        """
        with self._door.lock:
            entered = self._door.world.registry.company(realm_id).transactions
            entered.append(transactions.make(entity, str(len(entered) + 1), body, cleared))
            return str(len(entered))

    @property
    def users(self) -> tuple[User, ...]:
        """Every user."""
        with self._door.lock:
            return tuple(self._door.world.registry.users.values())

    @property
    def apps(self) -> tuple[App, ...]:
        """Every app."""
        with self._door.lock:
            return tuple(self._door.world.registry.apps.values())

    @property
    def companies(self) -> tuple[Company, ...]:
        """Every company."""
        with self._door.lock:
            return tuple(self._door.world.registry.companies.values())

    def user(self, who: User | str) -> User:
        """Find a user by e-mail or `sub`."""
        with self._door.lock:
            return self._door.world.registry.user(who)

    def _subs(self, users: Iterable[User | str]) -> frozenset[str]:
        if isinstance(users, str):
            raise TypeError("admins is a list of users, not one text")
        return frozenset(self._door.world.registry.user(who).sub for who in users)
