"""
The order of elements in the requests most used, since qbXML is a sequence: what is out of order does not parse.

Of each edition's elements the order is that of the whole; QuickBooks itself refuses what its edition lacks. Types that
are not here are written in the order in which their fields are given.

Source: Intuit, the description of qbXML 13.0 that comes with the QuickBooks SDK
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

_PERSON: Final = "Salutation FirstName MiddleName LastName Suffix JobTitle"
_PHONES: Final = "Phone Mobile Pager AltPhone Fax Email Cc Contact AltContact AdditionalContactRef"
_HOURS: Final = (
    "TxnDate EntityRef CustomerRef ItemServiceRef Rate Duration ClassRef PayrollItemWageRef Notes BillableStatus"
)
_SOLD_TO: Final = "BillAddress ShipAddress ShipToAddress PrintAs"
_SOLD_AS: Final = (
    "SalesTaxCodeRef ItemSalesTaxRef SalesTaxCountry ResaleNumber AccountNumber CreditLimit PreferredPaymentMethodRef "
    "CreditCardInfo JobStatus JobStartDate JobProjectedEndDate JobEndDate JobDesc JobTypeRef Notes"
)
_SENT_BY: Final = "IsStatementWithParent DeliveryMethod PreferredDeliveryMethod PriceLevelRef"
_BOUGHT_AS: Final = "VendorTypeRef TermsRef CreditLimit VendorTaxIdent IsVendorEligibleFor1099"
_TAXED_AS: Final = (
    "SalesTaxCodeRef SalesTaxCountry IsSalesTaxAgency SalesTaxReturnRef TaxRegistrationNumber ReportingPeriod "
    "IsTaxTrackedOnPurchases TaxOnPurchasesAccountRef IsTaxTrackedOnSales TaxOnSalesAccountRef IsTaxOnTax "
    "PrefillAccountRef CurrencyRef"
)
_ADDRESS: Final = "Addr1 Addr2 Addr3 Addr4 Addr5 City State PostalCode Country Note"
_KEPT: Final = "ListID EditSequence"


@attrs.frozen
class Body:
    """
    What an add or a mod can hold.

    Attributes:
        order: Its elements, in their order.
        required: Those without which QuickBooks refuses it.
    """

    order: tuple[str, ...]
    required: tuple[str, ...]


def _body(required: str, *parts: str) -> Body:
    return Body(tuple(" ".join(parts).split()), tuple(required.split()))


BODIES: Final[Mapping[str, Body]] = {
    "TimeTrackingAdd": _body("EntityRef Duration", _HOURS, "ExternalGUID"),
    "TimeTrackingMod": _body("TxnID EditSequence EntityRef Duration", "TxnID EditSequence", _HOURS),
    "CustomerAdd": _body(
        "Name",
        "Name IsActive ClassRef ParentRef CompanyName",
        _PERSON,
        _SOLD_TO,
        _PHONES,
        "Contacts CustomerTypeRef TermsRef SalesRepRef OpenBalance OpenBalanceDate",
        _SOLD_AS,
        "AdditionalNotes",
        _SENT_BY,
        "ExternalGUID TaxRegistrationNumber CurrencyRef",
    ),
    "CustomerMod": _body(
        _KEPT,
        _KEPT,
        "Name IsActive ClassRef ParentRef CompanyName",
        _PERSON,
        _SOLD_TO,
        _PHONES,
        "ContactsMod CustomerTypeRef TermsRef SalesRepRef",
        _SOLD_AS,
        "AdditionalNotesMod",
        _SENT_BY,
        "TaxRegistrationNumber CurrencyRef",
    ),
    "VendorAdd": _body(
        "Name",
        "Name IsActive ClassRef CompanyName",
        _PERSON,
        "VendorAddress ShipAddress",
        _PHONES,
        "Contacts NameOnCheck AccountNumber Notes AdditionalNotes",
        _BOUGHT_AS,
        "OpenBalance OpenBalanceDate BillingRateRef ExternalGUID",
        _TAXED_AS,
    ),
    "VendorMod": _body(
        _KEPT,
        _KEPT,
        "Name IsActive ClassRef CompanyName",
        _PERSON,
        "VendorAddress ShipAddress",
        _PHONES,
        "ContactsMod NameOnCheck AccountNumber Notes AdditionalNotesMod",
        _BOUGHT_AS,
        "BillingRateRef",
        _TAXED_AS,
    ),
    "ItemServiceAdd": _body(
        "Name",
        "Name BarCode IsActive ClassRef ParentRef UnitOfMeasureSetRef IsTaxIncluded SalesTaxCodeRef",
        "SalesOrPurchase SalesAndPurchase ExternalGUID",
    ),
    "ItemServiceMod": _body(
        _KEPT,
        _KEPT,
        "Name BarCode IsActive ClassRef ParentRef UnitOfMeasureSetRef ForceUOMChange IsTaxIncluded SalesTaxCodeRef",
        "SalesOrPurchaseMod SalesAndPurchaseMod",
    ),
    "ClassAdd": _body("Name", "Name IsActive ParentRef"),
    "ClassMod": _body(_KEPT, _KEPT, "Name IsActive ParentRef"),
}
"""By the name of the request."""

NESTED: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(order.split())
    for name, order in {
        "BillAddress": _ADDRESS,
        "ShipAddress": _ADDRESS,
        "VendorAddress": _ADDRESS,
        "ShipToAddress": f"Name {_ADDRESS} DefaultShipTo",
        "AdditionalContactRef": "ContactName ContactValue",
        "Contacts": "Salutation FirstName MiddleName LastName JobTitle AdditionalContactRef",
        "ContactsMod": f"{_KEPT} Salutation FirstName MiddleName LastName JobTitle AdditionalContactRef",
        "AdditionalNotes": "Note",
        "AdditionalNotesMod": "NoteID Note",
        "CreditCardInfo": (
            "CreditCardNumber ExpirationMonth ExpirationYear NameOnCard CreditCardAddress CreditCardPostalCode"
        ),
        "BarCode": "BarCodeValue AssignEvenIfUsed AllowOverride",
        "SalesOrPurchase": "Desc Price PricePercent AccountRef",
        "SalesOrPurchaseMod": "Desc Price PricePercent AccountRef ApplyAccountRefToExistingTxns",
        "SalesAndPurchase": (
            "SalesDesc SalesPrice IncomeAccountRef PurchaseDesc PurchaseCost PurchaseTaxCodeRef ExpenseAccountRef "
            "PrefVendorRef"
        ),
        "SalesAndPurchaseMod": (
            "SalesDesc SalesPrice IncomeAccountRef ApplyIncomeAccountRefToExistingTxns PurchaseDesc PurchaseCost "
            "PurchaseTaxCodeRef ExpenseAccountRef ApplyExpenseAccountRefToExistingTxns PrefVendorRef"
        ),
    }.items()
}
"""What elements within those hold, in their order."""

NOT_BY_ADD: Final = frozenset({"ListDisplay", "TxnDisplay"})
"""Adds that are built otherwise than the others."""

NOT_BY_MOD: Final = frozenset(
    {"ClearedStatus", "DataExt", "DataExtDef", "Form1099CategoryAccountMapping", "ListDisplay", "TxnDisplay"}
)
"""Mods that take no EditSequence, or are built otherwise than the others."""

_LISTS: Final = (
    "Account BillingRate Class Currency Customer CustomerMsg CustomerType DateDrivenTerms Employee InventorySite "
    "ItemDiscount ItemFixedAsset ItemGroup ItemInventory ItemInventoryAssembly ItemNonInventory ItemOtherCharge "
    "ItemPayment ItemSalesTax ItemSalesTaxGroup ItemService ItemSubtotal JobType OtherName PaymentMethod "
    "PayrollItemNonWage PayrollItemWage PriceLevel SalesRep SalesTaxCode ShipMethod StandardTerms ToDo "
    "UnitOfMeasureSet Vehicle Vendor VendorType WorkersCompCode"
)
LISTS: Final = tuple(_LISTS.split())
"""What is deleted by its ListID."""

_TRANSACTIONS: Final = (
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check CreditCardCharge "
    "CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment Invoice ItemReceipt JournalEntry "
    "PurchaseOrder ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck TimeTracking TransferInventory "
    "VehicleMileage VendorCredit"
)
TRANSACTIONS: Final = tuple(_TRANSACTIONS.split())
"""What is deleted by its TxnID."""

_VOIDABLE: Final = (
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard Charge Check CreditCardCharge "
    "CreditCardCredit CreditMemo Deposit InventoryAdjustment Invoice ItemReceipt JournalEntry SalesReceipt "
    "VendorCredit"
)
VOIDABLE: Final = tuple(_VOIDABLE.split())
"""What can be voided: it stays in the books, with all amounts at zero."""
