"""The Accounting API: who may read which company, and a little to read."""

from collections.abc import Callable
from functools import partial
from typing import Any

from qbapps.simulator import books, formats, query
from qbapps.simulator.general_ledger import general_ledger
from qbapps.simulator.ledger import AccessToken
from qbapps.simulator.messages import Reply, json_reply
from qbapps.simulator.registry import Company
from qbapps.simulator.transactions import KEYS
from qbapps.simulator.world import Call, World

_ACCOUNTING = "com.intuit.quickbooks.accounting"

_QUERYABLE = frozenset({"Id", "TxnDate", "DocNumber", "TotalAmt", "MetaData.CreateTime", "MetaData.LastUpdatedTime"})
"""
By which properties transactions can be queried: none of them is an account.

Source: ruckus/quickbooks-ruby issue 405; laf-rge/quickbooks-mcp, docs/quickbooks-api-limitations.md
"""

_ACCOUNT_QUERYABLE = frozenset(
    {"Id", "Name", "FullyQualifiedName", "AccountType", "AccountSubType", "Classification", "SubAccount", "Active"}
)
"""Source: intuit/QuickBooks-V3-DotNET-SDK issue 163, by which `AcctNum` is not one of them"""

Read = Callable[[World, Call, Company], Reply]


def company_info(world: World, call: Call) -> Reply:
    """Answer with the CompanyInfo of the realm, whose id stands twice in the path."""
    return _for_company(world, call, _read_company_info)


def run_query(world: World, call: Call) -> Reply:
    """Run a query given in the URL (GET) or as `application/text` (POST)."""
    return _for_company(world, call, _run_query)


def read_general_ledger(world: World, call: Call) -> Reply:
    """Answer with the report GeneralLedger."""
    return _for_company(world, call, _read_general_ledger)


def read_customer(world: World, call: Call) -> Reply:
    """Answer with one customer."""
    return _for_company(world, call, _read_customer)


def create_customer(world: World, call: Call) -> Reply:
    """
    Create a customer; refused with 6190 when the subscription has lapsed.

    Source: Intuit, "Error codes" (6190) and "Subscription states".
    """
    return _for_company(world, call, _create_customer)


def unknown(world: World, call: Call) -> Reply:
    """Refuse a resource the simulator does not have."""
    return _for_company(
        world,
        call,
        lambda *_: formats.fault(call.request, 400, "Unsupported Operation", "500", "ValidationFault"),
    )


def _for_company(world: World, call: Call, read: Read) -> Reply:
    """
    Let a request through to *read* only if its token opens that company.

    Source: Intuit, "Fix common errors" (120 when the user has lost admin), and what third
    parties show of 3200 and 3100.
    """
    request, realm_id = call.request, call.parts["realm_id"]
    token = world.ledger.access_tokens.get(request.bearer or "")
    if token is None:
        return formats.unauthorized(request, "Malformed bearer token", "no such access token")
    now = world.clock.now()
    why = world.ledger.fate(token, now, world.behaviour)
    if why is not None:
        return formats.unauthorized(request, "Token expired", f"access token {why}")
    company = world.registry.companies.get(realm_id)
    if _foreign(token, realm_id) or company is None:
        return formats.forbidden(request, f"the token is for realm {token.grant.realm_id}")
    if token.grant.sub not in company.admins:
        return formats.lost_admin(request)
    limited = world.behaviour.enforce_limits
    if limited and not world.limits.admit(token.grant.client_id, realm_id, now):
        return formats.throttled(request)
    world.ledger.note_use(token.partner, world.behaviour)
    return read(world, call, company)


def _foreign(token: AccessToken, realm_id: str) -> bool:
    return token.grant.realm_id != realm_id or _ACCOUNTING not in token.grant.scopes


def _read_company_info(world: World, call: Call, company: Company) -> Reply:
    body = {"CompanyInfo": books.company_info(company)}
    return formats.document(call.request, body, world.clock.now())


def _run_query(world: World, call: Call, company: Company) -> Reply:
    request = call.request
    text = request.query.get("query", "") if request.method == "GET" else request.text
    try:
        key, rows, count, start = query.run(text, partial(_table, company))
    except query.QueryError as error:
        detail = f"{error.kind}: {error}"
        return formats.fault(request, 400, error.title, error.code, "ValidationFault", detail=detail)
    answer: dict[str, Any] = {}
    if count is not None:
        answer = {"totalCount": count}
    elif rows:
        answer = {key: rows, "startPosition": start, "maxResults": len(rows)}
    return formats.document(request, {"QueryResponse": answer}, world.clock.now())


def _table(company: Company, name: str) -> query.Table | None:
    match name:
        case "companyinfo":
            return query.Table("CompanyInfo", [books.company_info(company)])
        case "customer":
            return query.Table("Customer", company.customers)
        case "account":
            return query.Table("Account", company.accounts, _ACCOUNT_QUERYABLE, hides_inactive=True)
    entity = next((each for each in KEYS if each.lower() == name), None)
    if entity is None:
        return None
    rows = [each.row for each in company.transactions if each.entity == entity]
    return query.Table(KEYS[entity], rows, _QUERYABLE | {"PaymentType"} if entity == "Purchase" else _QUERYABLE)


def _read_general_ledger(world: World, call: Call, company: Company) -> Reply:
    now = world.clock.now()
    try:
        return json_reply(200, general_ledger(company, call.request, now))
    except ValueError as error:
        title = "Request has invalid or unsupported property"
        return formats.fault(call.request, 400, title, "2010", "ValidationFault", detail=str(error))


def _read_customer(world: World, call: Call, company: Company) -> Reply:
    wanted = call.parts["entity_id"]
    for row in company.customers:
        if row["Id"] == wanted:
            return formats.document(call.request, {"Customer": row}, world.clock.now())
    return formats.fault(call.request, 400, "Object Not Found", "610", "ValidationFault", detail=f"Customer {wanted}")


def _create_customer(world: World, call: Call, company: Company) -> Reply:
    request = call.request
    if not company.writable:
        detail = f"subscription {company.subscription_status}"
        return formats.fault(request, 400, "Invalid Company Status", "6190", "ValidationFault", detail=detail)
    body = request.json()
    name = body.get("DisplayName") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        return formats.fault(request, 400, "Required param missing", "2020", "ValidationFault", detail="DisplayName")
    if any(row["DisplayName"] == name for row in company.customers):
        return formats.fault(request, 400, "Duplicate Name Exists Error", "6240", "ValidationFault")
    row = books.customer(str(len(company.customers) + 1), name)
    company.customers.append(row)
    return formats.document(request, {"Customer": row}, world.clock.now())
