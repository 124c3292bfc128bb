"""Invented books: the CompanyInfo of a company, a few customers, and accounts."""

import zlib
from typing import Any

from qbapps.simulator.registry import Company

_NAMES = (
    "Aubert & Fils",
    "Brasserie du Pont",
    "Cordonnerie Vasseur",
    "Duval Électricité",
    "École Sainte-Anne",
    "Ferme des Trois Chênes",
    "Galerie Ménard",
    "Hôtel de la Gare",
    "Imprimerie Roux",
    "L'Heure Bleue",
)
_CREATED = "2024-01-15T09:00:00-08:00"


def invent_customers(realm_id: str) -> list[dict[str, Any]]:
    """Invent three to six customers, always the same for the same company."""
    number = zlib.crc32(realm_id.encode())
    return [
        customer(str(n + 1), _NAMES[(number + n) % len(_NAMES)], balance=((number >> n) % 900) + 0.5)
        for n in range(3 + number % 4)
    ]


def customer(identity: str, name: str, balance: float = 0.0) -> dict[str, Any]:
    """Write down one customer as the Accounting API shows it."""
    return {
        "Id": identity,
        "SyncToken": "0",
        "DisplayName": name,
        "CompanyName": name,
        "Active": True,
        "Balance": balance,
        "CurrencyRef": {"value": "EUR", "name": "Euro"},
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"CreateTime": _CREATED, "LastUpdatedTime": _CREATED},
    }


def account(identity: str, name: str, **said: Any) -> dict[str, Any]:
    """
    Write down one account of the chart as the Accounting API shows it.

    Args:
        said: `number`, `kind`, `parent` (its full name), `active`, `currency`.
    """
    parent, number = said.get("parent"), said.get("number")
    return {
        "Id": identity,
        "SyncToken": "0",
        "Name": name,
        "FullyQualifiedName": f"{parent}:{name}" if parent else name,
        "SubAccount": parent is not None,
        **({"AcctNum": number} if number is not None else {}),
        "AccountType": said.get("kind", "Bank"),
        "Active": said.get("active", True),
        "CurrencyRef": {"value": said.get("currency", "EUR")},
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"CreateTime": _CREATED, "LastUpdatedTime": _CREATED},
    }


def company_info(company: Company) -> dict[str, Any]:
    """Write down the CompanyInfo of *company*."""
    return {
        "Id": "1",
        "SyncToken": "4",
        "CompanyName": company.name,
        "LegalName": company.name,
        "CompanyAddr": {"Id": "1", "City": "Paris", "Country": company.country},
        "Country": company.country,
        "FiscalYearStartMonth": "January",
        "SupportedLanguages": "en,fr",
        "SubscriptionStatus": company.subscription_status,
        "NameValue": [
            {"Name": "SubscriptionStatus", "Value": company.subscription_status},
            {"Name": "IndustryType", "Value": "Services"},
        ],
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"CreateTime": _CREATED, "LastUpdatedTime": _CREATED},
    }
