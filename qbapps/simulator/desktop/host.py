"""What QuickBooks says of itself, of the company and of its preferences."""

from xml.etree.ElementTree import Element

from qbapps.simulator.desktop import rows, writing
from qbapps.simulator.desktop.certificates import Access
from qbapps.simulator.desktop.entries import Value
from qbapps.simulator.desktop.setting import Answer, Setting


def host_query(setting: Setting, request: Element) -> Answer:
    """Answer HostQuery: product, versions, mode, and whether QuickBooks was opened for the app."""
    host = setting.host
    return _answer(
        request,
        "HostRet",
        {
            "ProductName": host.product,
            "MajorVersion": host.major,
            "MinorVersion": host.minor,
            "Country": host.country,
            "SupportedQBXMLVersion": list(host.versions),
            "IsAutomaticLogin": _yes(setting.is_unattended),
            "QBFileMode": str(setting.company.file_mode),
        },
    )


def company_query(setting: Setting, request: Element) -> Answer:
    """Answer CompanyQuery; what an app stamped into the file comes only when its OwnerID is asked for."""
    name = setting.company.name
    stamps: list[Value] = [
        {"OwnerID": owner, "DataExtName": label, "DataExtType": "STR255TYPE", "DataExtValue": text}
        for wanted in rows.texts(request, "OwnerID")
        for owner, label, text in setting.company.stamps.of(wanted)
    ]
    return _answer(
        request,
        "CompanyRet",
        {
            "IsSampleCompany": "false",
            "CompanyName": name,
            "LegalCompanyName": name,
            "FirstMonthFiscalYear": "January",
            "FirstMonthIncomeTaxYear": "January",
            "CompanyType": "Other",
            "DataExtRet": stamps,
        },
    )


def preferences_query(setting: Setting, request: Element) -> Answer:
    """Answer PreferencesQuery: first day of the week, classes, and what this app may do."""
    company, certificate = setting.company, setting.certificate
    preferences: dict[str, Value] = {
        "AccountingPreferences": {
            "IsUsingAccountNumbers": "false",
            "IsRequiringAccounts": "true",
            "IsUsingClassTracking": _yes(company.class_tracking),
        }
    }
    if company.time_tracking:
        preferences["TimeTrackingPreferences"] = {"FirstDayOfWeek": company.first_day_of_week}
    is_allowed = certificate.access == Access.ALWAYS
    rights: dict[str, Value] = {"IsAutomaticLoginAllowed": _yes(is_allowed)}
    if is_allowed:
        rights["AutomaticLoginUserName"] = certificate.login_user
    rights["IsPersonalDataAccessAllowed"] = _yes(certificate.personal_data)
    return _answer(request, "PreferencesRet", {**preferences, "CurrentAppAccessRights": rights})


def _answer(request: Element, name: str, fields: dict[str, Value]) -> Answer:
    wanted = rows.texts(request, "IncludeRetElement")
    kept = {field: value for field, value in fields.items() if not wanted or field in wanted}
    return Answer(body=writing.aggregate(name, kept), count=1)


def _yes(is_so: bool) -> str:
    return "true" if is_so else "false"
