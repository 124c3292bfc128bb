"""
The part of qbXML that is understood here: which elements may stand where, and in which order.

A sequence is written as `Name Email? OwnerID*`; `( a | b )` is a choice.

Source: Intuit, Desktop SDK, Onscreen Reference.
"""

import re
from xml.etree.ElementTree import Element

_FILTERS = "MaxReturned? ActiveStatus? FromModifiedDate? ToModifiedDate? ( NameFilter? | NameRangeFilter? )"
_LIST = f"( ListID* | FullName* | {_FILTERS} )"
_PEOPLE = f"( ListID* | FullName* | {_FILTERS} TotalBalanceFilter? CurrencyFilter? ClassFilter? )"
_RETURN = "IncludeRetElement* OwnerID*"
_CONTACT = "Phone? Mobile? Pager? AltPhone? Fax? Email? Cc? Contact? AltContact?"
_PERSON = "CompanyName? Salutation? FirstName? MiddleName? LastName? JobTitle?"
_CUSTOMER = (
    f"IsActive? ClassRef? ParentRef? {_PERSON} BillAddress? ShipAddress? PrintAs? {_CONTACT} "
    "CustomerTypeRef? TermsRef? SalesRepRef? OpenBalance? OpenBalanceDate? SalesTaxCodeRef? ItemSalesTaxRef? "
    "ResaleNumber? AccountNumber? CreditLimit? PreferredPaymentMethodRef? JobStatus? JobStartDate? "
    "JobProjectedEndDate? JobEndDate? JobDesc? JobTypeRef? Notes? PriceLevelRef? ExternalGUID? CurrencyRef?"
)
_VENDOR = (
    f"IsActive? ClassRef? {_PERSON} VendorAddress? ShipAddress? {_CONTACT} NameOnCheck? AccountNumber? Notes? "
    "VendorTypeRef? TermsRef? CreditLimit? VendorTaxIdent? IsVendorEligibleFor1099? OpenBalance? OpenBalanceDate? "
    "BillingRateRef? ExternalGUID? CurrencyRef?"
)
_TIME = "ClassRef? PayrollItemWageRef? Notes? ( BillableStatus? | IsBillable? )"

ITERABLE = frozenset(
    {"CustomerQuery", "VendorQuery", "OtherNameQuery", "ItemQuery", "ItemServiceQuery", "TimeTrackingQuery"}
)
WRITES = frozenset(
    {"CustomerAdd", "CustomerMod", "VendorAdd", "TimeTrackingAdd", "TimeTrackingMod", "ListDel", "TxnDel"}
)

_SEQUENCES = {
    "HostQueryRq": "IncludeRetElement*",
    "CompanyQueryRq": _RETURN,
    "PreferencesQueryRq": "IncludeRetElement*",
    "CustomerQueryRq": f"{_PEOPLE} {_RETURN}",
    "VendorQueryRq": f"{_PEOPLE} {_RETURN}",
    "OtherNameQueryRq": f"{_LIST} {_RETURN}",
    "EmployeeQueryRq": f"{_LIST} {_RETURN}",
    "ItemQueryRq": f"{_LIST} {_RETURN}",
    "ItemServiceQueryRq": f"{_LIST} {_RETURN}",
    "ClassQueryRq": f"{_LIST} IncludeRetElement*",
    "PayrollItemWageQueryRq": f"{_LIST} IncludeRetElement*",
    "AccountQueryRq": f"( ListID* | FullName* | {_FILTERS} AccountType* CurrencyFilter? ) {_RETURN}",
    "TimeTrackingQueryRq": (
        "( TxnID* | MaxReturned? ( ModifiedDateRangeFilter? | TxnDateRangeFilter? ) TimeTrackingEntityFilter? ) "
        "IncludeRetElement*"
    ),
    "TimeTrackingAddRq": "TimeTrackingAdd IncludeRetElement*",
    "TimeTrackingModRq": "TimeTrackingMod IncludeRetElement*",
    "CustomerAddRq": "CustomerAdd IncludeRetElement*",
    "CustomerModRq": "CustomerMod IncludeRetElement*",
    "VendorAddRq": "VendorAdd IncludeRetElement*",
    "ListDelRq": "ListDelType ListID",
    "TxnDelRq": "TxnDelType TxnID",
    "TimeTrackingAdd": (f"TxnDate? EntityRef CustomerRef? ItemServiceRef? Rate? Duration {_TIME} ExternalGUID?"),
    "TimeTrackingMod": (f"TxnID EditSequence TxnDate? EntityRef? CustomerRef? ItemServiceRef? Rate? Duration? {_TIME}"),
    "CustomerAdd": f"Name {_CUSTOMER}",
    "CustomerMod": f"ListID EditSequence Name? {_CUSTOMER}",
    "VendorAdd": f"Name {_VENDOR}",
    "ModifiedDateRangeFilter": "FromModifiedDate? ToModifiedDate?",
    "TxnDateRangeFilter": "( FromTxnDate? ToTxnDate? | DateMacro? )",
    "TimeTrackingEntityFilter": "( ListID* | FullName* )",
    "NameFilter": "MatchCriterion Name",
    "NameRangeFilter": "FromName? ToName?",
    "Ref": "ListID? FullName?",
    "Address": "Addr1? Addr2? Addr3? Addr4? Addr5? City? State? PostalCode? Country? Note?",
}

_LISTS = {"Customer", "Vendor", "Employee", "OtherName", "ItemService", "Class", "PayrollItemWage", "Account"}
_ENUMS = {
    "ActiveStatus": {"ActiveOnly", "InactiveOnly", "All"},
    "BillableStatus": {"Billable", "NotBillable", "HasBeenBilled"},
    "MatchCriterion": {"StartsWith", "Contains", "EndsWith"},
    "ListDelType": _LISTS,
    "TxnDelType": {"TimeTracking"},
}


def _pattern(sequence: str) -> re.Pattern[str]:
    words = re.sub(r"[A-Za-z]\w*", lambda name: f"(?:{name[0]},)", sequence.replace("(", "(?:"))
    return re.compile(words.replace(" ", ""))


_PATTERNS = {name: _pattern(sequence) for name, sequence in _SEQUENCES.items()}


def is_request(name: str) -> bool:
    """Tell whether *name* is a request that is understood here."""
    return name.endswith("Rq") and name in _PATTERNS


def follows(element: Element) -> bool:
    """Tell whether *element* and everything in it is known and in order."""
    name = str(element.tag)
    pattern = _PATTERNS.get(name) or _PATTERNS.get(_family(name))
    children = list(element)
    if pattern is None:
        known = _ENUMS.get(name)
        return not children and (known is None or (element.text or "") in known)
    if (element.text or "").strip() or any((child.tail or "").strip() for child in children):
        return False
    names = "".join(f"{child.tag}," for child in children)
    return pattern.fullmatch(names) is not None and all(follows(child) for child in children)


def _family(name: str) -> str:
    return "Ref" if name.endswith("Ref") else "Address" if name.endswith("Address") else name
