"""
What queries can be asked, and which of them give their answers in pages.

Source: Intuit, the description of qbXML 13.0 that comes with the QuickBooks SDK: 102 queries, 46 with iterators
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LIST: Final = "ListID FullName MaxReturned ActiveStatus FromModifiedDate ToModifiedDate NameFilter NameRangeFilter"
_SENT: Final = "MaxReturned ModifiedDateRangeFilter TxnDateRangeFilter"
_NUMBERED: Final = f"TxnID RefNumber RefNumberCaseSensitive {_SENT}"
_ENTITY: Final = "EntityFilter AccountFilter"
_NUMBERS: Final = "RefNumberFilter RefNumberRangeFilter"
_LINES: Final = "IncludeLineItems IncludeLinkedTxns"
_RET: Final = "IncludeRetElement"
_OWN: Final = "IncludeRetElement OwnerID"

_BY_FILTERS: Final = {
    f"{_LIST} {_RET}": (
        "Class Currency CustomerMsg CustomerType DateDrivenTerms Entity JobType PayrollItemNonWage PayrollItemWage "
        "SalesRep SalesTaxCode ShipMethod StandardTerms Terms UnitOfMeasureSet Vehicle VendorType"
    ),
    f"{_LIST} {_OWN}": "Employee Item ItemGroup ItemSalesTaxGroup ItemSubtotal OtherName",
    f"{_LIST} ClassFilter {_OWN}": (
        "ItemDiscount ItemFixedAsset ItemInventory ItemInventoryAssembly ItemNonInventory ItemOtherCharge ItemPayment "
        "ItemSalesTax ItemService"
    ),
    f"{_LIST} TotalBalanceFilter CurrencyFilter ClassFilter {_OWN}": "Customer Vendor",
    f"{_LIST} AccountType CurrencyFilter {_OWN}": "Account",
    f"{_LIST} PaymentMethodType {_RET}": "PaymentMethod",
    f"{_LIST} ItemRef CurrencyFilter {_RET}": "PriceLevel",
    f"{_LIST} FromEffectiveDate ToEffectiveDate {_RET}": "WorkersCompCode",
    f"ListID FullName MaxReturned FromModifiedDate ToModifiedDate NameFilter NameRangeFilter ItemRef {_RET}": (
        "BillingRate"
    ),
    f"ListID FullName ActiveStatus FromModifiedDate ToModifiedDate NameFilter NameRangeFilter {_RET}": "InventorySite",
    f"ListID Name MaxReturned FromModifiedDate ToModifiedDate NameFilter NameRangeFilter {_RET}": "Lead",
    f"ListID MaxReturned ActiveStatus FromModifiedDate ToModifiedDate NameFilter NameRangeFilter DoneStatus {_RET}": (
        "ToDo"
    ),
    f"ListID ItemTypeFilter ItemSiteFilter MaxReturned ActiveStatus {_RET}": "ItemSites",
    f"{_NUMBERED} {_ENTITY} {_NUMBERS} CurrencyFilter IncludeLineItems {_OWN}": (
        "ARRefundCreditCard BillPaymentCheck BillPaymentCreditCard CreditCardCharge CreditCardCredit JournalEntry "
        "ReceivePayment SalesReceipt"
    ),
    f"{_NUMBERED} {_ENTITY} {_NUMBERS} CurrencyFilter {_LINES} {_OWN}": (
        "Check CreditMemo Estimate ItemReceipt PurchaseOrder VendorCredit"
    ),
    f"{_NUMBERED} {_ENTITY} {_NUMBERS} CurrencyFilter PaidStatus {_LINES} {_OWN}": "Bill Invoice",
    f"{_NUMBERED} {_ENTITY} {_NUMBERS} PaidStatus IncludeLinkedTxns {_OWN}": "Charge",
    f"{_NUMBERED} EntityFilter {_NUMBERS} CurrencyFilter {_LINES} {_OWN}": "SalesOrder",
    f"{_NUMBERED} {_ENTITY} ItemFilter {_NUMBERS} IncludeLineItems {_OWN}": "InventoryAdjustment SalesTaxPaymentCheck",
    f"{_NUMBERED} {_ENTITY} {_NUMBERS} SiteFilter IncludeLineItems {_RET}": "TransferInventory",
    f"{_NUMBERED} ItemFilter {_NUMBERS} PendingStatus IncludeComponentLineItems {_OWN}": "BuildAssembly",
    f"TxnID {_SENT} {_ENTITY} CurrencyFilter IncludeLineItems {_OWN}": "Deposit",
    f"TxnID {_SENT} TimeTrackingEntityFilter {_RET}": "TimeTracking",
    f"TxnID {_SENT} {_RET}": "Transfer VehicleMileage",
    f"TxnID MaxReturned RefNumber RefNumberCaseSensitive {_NUMBERS} TransactionModifiedDateRangeFilter "
    "TransactionDateRangeFilter TransactionEntityFilter TransactionAccountFilter TransactionItemFilter "
    "TransactionClassFilter TransactionTypeFilter TransactionDetailLevelFilter TransactionPostingStatusFilter "
    f"TransactionPaidStatusFilter CurrencyFilter {_RET}": "Transaction",
    f"TxnDelType DeletedDateRangeFilter {_RET}": "TxnDeleted",
    f"ListDelType DeletedDateRangeFilter {_RET}": "ListDeleted",
    f"PayeeEntityRef APAccountRef DueDate CurrencyFilter {_RET}": "BillToPay",
    f"OwnerID AssignToObject {_RET}": "DataExtDef",
    f"IncludeListMetaData {_RET}": "Host",
    f"AsOfDate {_RET}": "SalesTaxPayable",
    "BarCodeValue": "BarCode",
    "ItemInventoryAssemblyRef TxnDate": "ItemAssembliesCanBuild",
    "MappingCategory": "Form1099CategoryAccountMapping",
    "TaxAgencyVendorRef": "SalesTaxReturnLine",
    _OWN: "Company",
    _RET: "CompanyActivity Preferences ReceivePaymentToDeposit Template",
    "": "AccountTaxLineInfo PayrollLastPeriod SalesTaxReturn",
}

FILTERS: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(filters.split()) for filters, kinds in _BY_FILTERS.items() for kind in kinds.split()
}
"""What each query can hold, in its order. Reports are not here: they are written in the order given."""

_REPORTS: Final = (
    "AgingReport BudgetSummaryReport CustomDetailReport CustomSummaryReport GeneralDetailReport "
    "GeneralSummaryReport JobReport PayrollDetailReport PayrollSummaryReport TimeReport"
)
REPORTS: Final = frozenset(_REPORTS.split())

_IN_PAGES: Final = (
    "ARRefundCreditCard BarCode Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check "
    "CreditCardCharge CreditCardCredit CreditMemo Customer Deposit Entity Estimate InventoryAdjustment Invoice "
    "Item ItemDiscount ItemFixedAsset ItemGroup ItemInventory ItemInventoryAssembly ItemNonInventory "
    "ItemOtherCharge ItemPayment ItemReceipt ItemSalesTax ItemSalesTaxGroup ItemService ItemSites ItemSubtotal "
    "JournalEntry Lead PurchaseOrder ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck TimeTracking "
    "Transaction Transfer TransferInventory VehicleMileage Vendor VendorCredit"
)
IN_PAGES: Final = frozenset(_IN_PAGES.split())
"""Queries with iterators."""


def is_never_in_pages(kind: str) -> bool:
    """Tell whether that query is known to have no iterator. Queries of later versions are not known."""
    return kind in REPORTS or (kind in FILTERS and kind not in IN_PAGES)
