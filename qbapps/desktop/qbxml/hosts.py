"""What QuickBooks says of itself with the first call of a session."""

from __future__ import annotations

import re
from typing import Final

from qbapps.desktop.qbxml.records import Record, records
from qbapps.domain.desktop.facts import QuickBooksFacts, same_guid

_LOCK: Final = re.compile(r"LOCKED:(.+):[0-9]+")
_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


def read_facts(hcp: str, owner_id: str, *, company_path: str | None = None) -> QuickBooksFacts:
    """
    Return what the connector's first call tells: the answers to a host, a company and a preferences query.

    What is missing there stays None; so does what an answer with an error does not hold.

    Args:
        hcp: The document, ``strHCPResponse``.

        owner_id: Ours: only what is stamped under it counts.

        company_path: What the same call says of the open file, ``strCompanyFileName``.

    Raises:
        NotQbxml: It is not qbXML.

    Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), "sendRequestXML"; qbXML 13.0; captured answers
    for the stamps ``FileID`` and ``AppLock``
    """
    found = {record.kind: record for record in records((hcp,))}
    host = found.get("Host", Record(kind="Host", fields={}))
    company = found.get("Company", Record(kind="Company", fields={}))
    preferences = found.get("Preferences", Record(kind="Preferences", fields={}))
    stamps = _stamps(company, owner_id)
    lock = _LOCK.fullmatch(stamps.get("applock", ""))
    rights = "CurrentAppAccessRights"
    return QuickBooksFacts(
        product=_said(host, "ProductName"),
        major=_said(host, "MajorVersion"),
        minor=_said(host, "MinorVersion"),
        country=_said(host, "Country"),
        qbxml_versions=tuple(
            text.strip() for text in host.each("SupportedQBXMLVersion") if isinstance(text, str) and text.strip()
        ),
        is_automatic_login=truth(host.text("IsAutomaticLogin")),
        file_mode=_said(host, "QBFileMode"),
        company_name=_said(company, "CompanyName"),
        company_path=company_path or None,
        file_id=stamps.get("fileid") or None,
        app_lock=lock[1] if lock is not None else None,
        first_day_of_week=_said(preferences, "TimeTrackingPreferences", "FirstDayOfWeek"),
        time_tracking_on=True if preferences.each("TimeTrackingPreferences") else None,
        automatic_login_allowed=truth(preferences.text(rights, "IsAutomaticLoginAllowed")),
        automatic_login_user=_said(preferences, rights, "AutomaticLoginUserName"),
        personal_data_allowed=truth(preferences.text(rights, "IsPersonalDataAccessAllowed")),
    )


def truth(text: str | None) -> bool | None:
    """Return what ``true``, ``false``, ``1`` or ``0`` means; None for anything else."""
    return _TRUTHS.get((text or "").strip().lower())


def _said(record: Record, *path: str) -> str | None:
    return (record.text(*path) or "").strip() or None


def _stamps(company: Record, owner_id: str) -> dict[str, str]:
    """Return the data extensions of that owner, by their names in small letters; the first of each name."""
    stamps: dict[str, str] = {}
    for extension in company.each("DataExtRet"):
        one = Record(kind="DataExt", fields=extension if isinstance(extension, dict) else {})
        if same_guid(one.text("OwnerID"), owner_id):
            stamps.setdefault((_said(one, "DataExtName") or "").lower(), _said(one, "DataExtValue") or "")
    return stamps
