"""Which endpoint answers which request, and what a request is about."""

import re
from collections.abc import Mapping

import attrs

from qbapps.simulator import accounting, tokens
from qbapps.simulator.authorize import authorize
from qbapps.simulator.home import home
from qbapps.simulator.messages import Reply, Request
from qbapps.simulator.openid import discovery, jwks, userinfo
from qbapps.simulator.world import Call, Endpoint, World


@attrs.frozen
class Route:
    """Where a request goes, and under which name it is recorded."""

    operation: str
    endpoint: Endpoint
    parts: Mapping[str, str] = attrs.field(factory=dict)


_FIXED: dict[tuple[str, str], tuple[str, Endpoint]] = {
    ("GET", "/"): ("home", home),
    ("GET", "/.well-known/openid_sandbox_configuration"): ("discovery", discovery),
    ("GET", "/.well-known/openid_configuration"): ("discovery", discovery),
    ("GET", "/connect/oauth2"): ("authorize", authorize),
    ("POST", "/connect/oauth2"): ("authorize", authorize),
    ("POST", "/oauth2/v1/tokens/bearer"): ("token", tokens.token),
    ("POST", "/v2/oauth2/tokens/revoke"): ("revoke", tokens.revoke),
    ("GET", "/v1/openid_connect/userinfo"): ("userinfo", userinfo),
    ("GET", "/op/v1/jwks"): ("jwks", jwks),
}
_COMPANY: list[tuple[str, re.Pattern[str], str, Endpoint]] = [
    ("GET", re.compile(r"companyinfo/[^/]+"), "company", accounting.company_info),
    ("GET", re.compile(r"query"), "query", accounting.run_query),
    ("POST", re.compile(r"query"), "query", accounting.run_query),
    ("GET", re.compile(r"reports/GeneralLedger"), "company", accounting.read_general_ledger),
    ("GET", re.compile(r"customer/(?P<entity_id>[^/]+)"), "company", accounting.read_customer),
    ("POST", re.compile(r"customer"), "write", accounting.create_customer),
    ("GET", re.compile(r".+"), "company", accounting.unknown),
    ("POST", re.compile(r".+"), "write", accounting.unknown),
]
_IN_COMPANY = re.compile(r"/v3/company/(?P<realm_id>[^/]+)/(?P<rest>.+)")


def find(request: Request) -> Route:
    """Find the route of *request*; what Intuit does not have is answered 404 or 405."""
    method = "GET" if request.method == "HEAD" else request.method
    fixed = _FIXED.get((method, request.path))
    if fixed is not None:
        operation, endpoint = fixed
        if operation == "token":
            refreshing = request.form.get("grant_type") == "refresh_token"
            operation = "refresh" if refreshing else "exchange"
        return Route(operation, endpoint)
    inside = _IN_COMPANY.fullmatch(request.path)
    if inside is not None:
        for wanted, pattern, operation, endpoint in _COMPANY:
            found = pattern.fullmatch(inside["rest"])
            if found is not None and wanted == method:
                parts = {"realm_id": inside["realm_id"], **found.groupdict()}
                return Route(operation, endpoint, parts)
    known = inside is not None or any(path == request.path for _, path in _FIXED)
    return Route("unknown", _method_not_allowed if known else _not_found)


def about(world: World, request: Request, route: Route) -> tuple[str | None, str | None]:
    """Tell which app and which company a request is about, as far as it can be told."""
    form = request.form
    basic = request.basic
    client_id = basic[0] if basic else form.get("client_id") or request.query.get("client_id")
    realm_id = route.parts.get("realm_id") or request.query.get("realm_id") or form.get("realm_id")
    value = request.bearer or form.get("refresh_token")
    if route.operation == "revoke":
        body = request.json()
        value = body.get("token") if isinstance(body, dict) else None
    if isinstance(value, str):
        token = tokens.find(world, value)
        if token is not None:
            client_id = client_id or token.grant.client_id
            realm_id = realm_id or token.grant.realm_id
    code = world.ledger.codes.get(form.get("code", ""))
    if code is not None:
        realm_id = realm_id or code.realm_id
    return client_id, realm_id


def _not_found(_world: World, _call: Call) -> Reply:
    return Reply(404, {"Content-Type": "text/plain"}, b"Not Found", "no such path")


def _method_not_allowed(_world: World, _call: Call) -> Reply:
    return Reply(405, {"Content-Type": "text/plain"}, b"Method Not Allowed", "no such method")
