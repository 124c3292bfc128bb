"""Who takes part: apps, companies as a firm sees them, firms, clients, people and owners."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.values import DEFAULT_SCOPES, OPENID, Environment, Secret, fold_email


class Role(StrEnum):
    """What a person may do in a QuickBooks company, as far as we know."""

    PRIMARY_ADMIN = "primary_admin"
    ADMIN = "admin"
    TEAM_MEMBER = "team_member"
    STANDARD = "standard"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where a fact comes from: Intuit's own answer, or a list that somebody keeps."""

    INTUIT = "intuit"
    INVENTORY = "inventory"


class Level(StrEnum):
    """How a firm sees a company: its own books, a client's, or no firm at all."""

    FIRM = "firm"
    CLIENT = "client"
    COMPANY = "company"


class Reach(StrEnum):
    """Whether we can act on a connection ourselves, or only a person in QuickBooks can."""

    API = "api"
    HAND = "hand"


@attrs.frozen(kw_only=True)
class App:
    """
    A third-party app that connects to QuickBooks companies.

    An app without ``client_id`` is one whose credentials we do not hold: its connections are
    kept by hand.

    Attributes:
        category: What it is for, in the user's own words: "Receipts", "Notes de frais".
        is_bank: Whether it is no app but a bank; its connections are of kind ``bank``.
    """

    id: str = attrs.field(validator=checks.not_empty)
    name: str = attrs.field(validator=checks.not_empty)
    environment: Environment
    client_id: str | None = None
    redirect_uri: str | None = None
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    discovery_url: str | None = None
    api_url: str | None = None
    developer_contact: str | None = None
    registered_at: datetime = attrs.field(validator=checks.aware)
    category: str | None = None
    is_bank: bool = False
    version: int = 1

    @property
    def reach(self) -> Reach:
        """How its connections are acted on."""
        return Reach.HAND if self.client_id is None else Reach.API

    @property
    def asks_identity(self) -> bool:
        """Whether its consents tell who gave them."""
        return OPENID in self.scopes


@attrs.frozen(kw_only=True)
class Credentials:
    """What a call to Intuit on behalf of an app needs; its secret is open, so it is never kept."""

    app_id: str
    client_id: str
    client_secret: Secret
    redirect_uri: str
    environment: Environment
    scopes: tuple[str, ...]
    discovery_url: str | None = None
    api_url: str | None = None


@attrs.frozen(kw_only=True)
class Firm:
    """An accounting firm; ``realm_id`` is that of its own books."""

    id: str = attrs.field(validator=checks.not_empty)
    name: str = attrs.field(validator=checks.not_empty)
    realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    version: int = 1


@attrs.frozen(kw_only=True)
class Client:
    """A company whose books a firm keeps."""

    firm_id: str
    realm_id: str = attrs.field(validator=checks.realm)
    name: str = attrs.field(validator=checks.not_empty)
    version: int = 1


@attrs.frozen(kw_only=True)
class Person:
    """
    Somebody who works for a firm, or in one company.

    Attributes:
        left_on: First day on which the person is gone, if known.
    """

    id: str
    email: str = attrs.field(converter=fold_email)
    name: str | None = None
    role: Role = Role.UNKNOWN
    firm_id: str | None = None
    realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    left_on: date | None = None
    version: int = 1

    def is_gone(self, on: date) -> bool:
        """Tell whether the person has left by *on*."""
        return self.left_on is not None and self.left_on <= on


@attrs.frozen(kw_only=True)
class Owner:
    """
    Who a connection belongs to.

    Attributes:
        sub: OpenID subject: the identity itself. None when only a list says who it is.
        email: As verified by Intuit, or as typed in an inventory.
    """

    sub: str | None = None
    email: str | None = None
    name: str | None = None
    role: Role = Role.UNKNOWN


@attrs.frozen(kw_only=True)
class Identity:
    """
    Who gave a consent, as Intuit's OpenID answers say.

    Attributes:
        email: None unless Intuit says it is verified.
        realm_id: The company named in the id_token, when it names one.
    """

    sub: str = attrs.field(validator=checks.not_empty)
    email: str | None = None
    name: str | None = None
    realm_id: str | None = None


@attrs.frozen(kw_only=True)
class KnownIdentity:
    """The OpenID subject that an app has seen for a verified e-mail address."""

    app_id: str
    email: str = attrs.field(converter=fold_email)
    sub: str
    name: str | None = None
    seen_at: datetime = attrs.field(validator=checks.aware)


@attrs.frozen(kw_only=True)
class CompanyFacts:
    """What CompanyInfo said about a company."""

    realm_id: str = attrs.field(validator=checks.realm)
    name: str | None = None
    country: str | None = None
    subscription_status: str | None = None
    intuit_tid: str | None = None


@attrs.frozen(kw_only=True)
class KnownCompany:
    """
    The latest that is known of a company itself.

    Attributes:
        country: ISO 3166-1 alpha-2, upper case, when it was said.
        subscription_status: Of its QuickBooks subscription, in Intuit's word.
        seen_at: When it was said.
        source: Who said it. What Intuit said is never replaced by what a list says.
    """

    environment: Environment
    realm_id: str = attrs.field(validator=checks.realm)
    country: str | None = None
    subscription_status: str | None = None
    seen_at: datetime = attrs.field(validator=checks.aware)
    source: Source
