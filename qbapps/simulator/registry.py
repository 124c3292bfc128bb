"""Who exists at Intuit: developers' apps, users and companies."""

import uuid
from collections.abc import Iterable
from typing import Any

import attrs

from qbapps.simulator.transactions import Transaction

_SUBJECTS = uuid.UUID("6b1f0f0e-6f2b-4d0e-9c80-51a3c1a77e11")

READ_WRITE_STATUSES = frozenset({"TRIAL", "TRIALOPTIN", "SUBSCRIBED"})
READ_ONLY_STATUSES = frozenset({"EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELLED"})


@attrs.frozen(kw_only=True)
class App:
    """One app of the developer portal, with one set of keys."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    name: str


@attrs.frozen(kw_only=True)
class User:
    """One Intuit account; `sub` is what OpenID calls it, the e-mail may change hands."""

    sub: str
    email: str
    name: str
    email_verified: bool = True

    @property
    def given_name(self) -> str:
        """Tell the first name."""
        return self.name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        """Tell the last name."""
        return self.name.partition(" ")[2]


@attrs.define(kw_only=True)
class Company:
    """One QuickBooks company, its admins (by `sub`) and a few invented books."""

    realm_id: str
    name: str
    admins: frozenset[str]
    country: str = "FR"
    subscription_status: str = "SUBSCRIBED"
    customers: list[dict[str, Any]] = attrs.field(factory=list, repr=False)
    accounts: list[dict[str, Any]] = attrs.field(factory=list, repr=False)
    transactions: list[Transaction] = attrs.field(factory=list, repr=False)

    @property
    def writable(self) -> bool:
        """Tell whether the subscription still allows writes."""
        return self.subscription_status in READ_WRITE_STATUSES


class Registry:
    """Everything that was declared to the simulator, looked up by the names people use."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}
        self.users: dict[str, User] = {}
        self.companies: dict[str, Company] = {}
        self._by_email: dict[str, str] = {}

    def add_app(self, client_id: str, secret: str, uris: Iterable[str], name: str) -> App:
        """Declare an app, or replace it: that is how its secret is rotated."""
        if isinstance(uris, str):
            raise TypeError("redirect_uris is a list of addresses, not one text")
        app = App(client_id=client_id, client_secret=secret, redirect_uris=tuple(uris), name=name)
        self.apps[client_id] = app
        return app

    def add_user(self, email: str, name: str | None, verified: bool, sub: str | None) -> User:
        """Declare a user, or replace what is known of one; the `sub` stays."""
        known = self.users.get(self._by_email.get(email.casefold(), ""))
        default = known.sub if known else str(uuid.uuid5(_SUBJECTS, email.casefold()))
        user = User(
            sub=sub or default,
            email=email,
            name=name or email.partition("@")[0],
            email_verified=verified,
        )
        self.users[user.sub] = user
        self._by_email[email.casefold()] = user.sub
        return user

    def add_company(self, company: Company) -> Company:
        """Declare a company, or replace it."""
        if not (company.realm_id.isascii() and company.realm_id.isdigit()):
            raise ValueError(f"a realm id is made of digits, not {company.realm_id!r}")
        check_status(company.subscription_status)
        self.companies[company.realm_id] = company
        return company

    def user(self, who: User | str) -> User:
        """Find a user by e-mail, by `sub`, or by a `User`."""
        if isinstance(who, User):
            who = who.sub
        found = self.users.get(who) or self.users.get(self._by_email.get(who.casefold(), ""))
        if found is None:
            raise LookupError(f"the simulator has no user {who!r}; {_known(self._by_email)}")
        return found

    def company(self, realm_id: str) -> Company:
        """Find a company by its realm id."""
        found = self.companies.get(realm_id)
        if found is None:
            raise LookupError(f"the simulator has no company {realm_id!r}; {_known(self.companies)}")
        return found

    def app(self, client_id: str) -> App:
        """Find an app by its client id."""
        found = self.apps.get(client_id)
        if found is None:
            raise LookupError(f"the simulator has no app {client_id!r}; {_known(self.apps)}")
        return found

    def administered_by(self, user: User) -> list[Company]:
        """List the companies of which *user* is an admin."""
        return [company for company in self.companies.values() if user.sub in company.admins]


def check_status(status: str) -> str:
    """Return *status* if QuickBooks knows such a subscription, or say which exist."""
    known = READ_WRITE_STATUSES | READ_ONLY_STATUSES
    if status not in known:
        raise ValueError(f"no subscription status {status!r}; there are: {', '.join(sorted(known))}")
    return status


def _known(names: Iterable[str]) -> str:
    some = list(names)
    return f"it knows {', '.join(some[:5])}{' …' if len(some) > 5 else ''}" if some else "it has none"
