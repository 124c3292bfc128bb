"""The consent page: where a user lets an app into a company, or does not."""

from collections.abc import Mapping
from urllib.parse import urlencode

import attrs

from qbapps.simulator import pages
from qbapps.simulator.behaviour import TakeoverMoment
from qbapps.simulator.ledger import CODE_LIFETIME, Code, Grant
from qbapps.simulator.messages import Reply, html_reply
from qbapps.simulator.registry import App, Company, User
from qbapps.simulator.world import Call, World

DATA_SCOPES = frozenset(
    {
        "com.intuit.quickbooks.accounting",
        "com.intuit.quickbooks.payment",
        "com.intuit.quickbooks.payroll",
        "com.intuit.quickbooks.payroll.timetracking",
        "com.intuit.quickbooks.payroll.benefits",
        "com.intuit.quickbooks.payroll.payslip.read",
        "payroll.compensation.read",
        "project-management.project",
        "time-tracking.time-entry",
        "indirect-tax.tax-calculation.quickbooks",
        "app-foundations.custom-dimensions.read",
        "app-foundations.custom-field-definitions",
        "app-foundations.custom-field-definitions.read",
    }
)
PERSON_SCOPES = frozenset({"openid", "email", "profile", "phone", "address", "intuit_name"})


@attrs.frozen(kw_only=True)
class _Asked:
    """A request for consent that is well formed."""

    app: App
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    params: Mapping[str, str]

    @property
    def needs_company(self) -> bool:
        return bool(DATA_SCOPES.intersection(self.scopes))


class _Unfit(Exception):
    """The request is refused on Intuit's own page, which never says why."""


def authorize(world: World, call: Call) -> Reply:
    """
    Show the consent page, or act on what was chosen there.

    A script passes `as_user`, `realm_id` and `decision` (`allow`, `deny`) and gets the 302 a
    person would get.

    Source: Intuit, "Set up OAuth 2.0" and "Authorization FAQ": state is mandatory, the redirect
    address must match exactly. That the error page is the same for every cause is a third
    party's report.
    """
    params = {**call.request.query, **call.request.form}
    try:
        asked = _asked(world, params)
    except _Unfit as unfit:
        return html_reply(400, pages.error(), str(unfit))
    unknown = set(asked.scopes) - DATA_SCOPES - PERSON_SCOPES
    if unknown or not asked.scopes:
        return _back(asked, {"error": "invalid_scope"}, f"unknown scopes: {sorted(unknown)}")
    return _ask_or_act(world, asked, params.get("decision", "allow" if "as_user" in params else ""))


def _ask_or_act(world: World, asked: _Asked, decision: str) -> Reply:
    params = asked.params
    if decision == "deny":
        return _back(asked, {"error": "access_denied"}, "the user declined")
    try:
        user = world.registry.user(params.get("as_user") or params.get("user") or "")
    except LookupError as unknown_user:
        if "as_user" in params:
            return html_reply(400, pages.error(), str(unknown_user))
        users = list(world.registry.users.values())
        return html_reply(200, pages.choose_user(asked.app, users, params))
    if decision != "allow":
        return _company_page(world, asked, user)
    return _allow(world, asked, user, confirmed="as_user" in params or "confirm" in params)


def _asked(world: World, params: Mapping[str, str]) -> _Asked:
    app = world.registry.apps.get(params.get("client_id", ""))
    if app is None:
        raise _Unfit(f"no app with client id {params.get('client_id')!r}")
    redirect_uri = params.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        known = ", ".join(app.redirect_uris)
        raise _Unfit(f"redirect address {redirect_uri!r} is not one of the app's: {known}")
    if params.get("response_type") != "code":
        raise _Unfit(f"response_type is {params.get('response_type')!r}, not 'code'")
    if not params.get("state"):
        raise _Unfit("state is missing")
    return _Asked(
        app=app,
        redirect_uri=redirect_uri,
        state=params["state"],
        scopes=tuple(dict.fromkeys(params.get("scope", "").split())),
        params=params,
    )


def _allow(world: World, asked: _Asked, user: User, *, confirmed: bool) -> Reply:
    company = None
    if asked.needs_company:
        companies = world.registry.administered_by(user)
        realm_id = asked.params.get("realm_id") or ""
        if not realm_id and len(companies) == 1:
            realm_id = companies[0].realm_id
        company = world.registry.companies.get(realm_id)
        if company is None:
            note = f"no company {realm_id!r}" if realm_id else "no company was chosen"
            return html_reply(400, pages.error(), note)
        if user.sub not in company.admins:
            note = f"{user.email} is not an admin of company {realm_id}"
            return html_reply(403, pages.not_an_admin(user, company), note)
        holder = _other_holder(world, asked.app, company, user)
        if holder is not None:
            owner = world.registry.users[holder.sub]
            if world.behaviour.takeover_refused:
                note = f"{owner.email} already holds this connection"
                return _back(asked, {"error": "app_already_purchased"}, note)
            if not confirmed:
                page = pages.change_admin(asked.app, company, user, owner, asked.params)
                return html_reply(200, page)
    return _back(asked, _new_code(world, asked, user, company), "the user agreed")


def _new_code(world: World, asked: _Asked, user: User, company: Company | None) -> dict[str, str]:
    now = world.clock.now()
    code = Code(
        value=world.mint.code(),
        client_id=asked.app.client_id,
        redirect_uri=asked.redirect_uri,
        sub=user.sub,
        realm_id=company.realm_id if company else None,
        scopes=asked.scopes,
        nonce=asked.params.get("nonce"),
        issued_at=now,
        expires_at=now + CODE_LIFETIME,
    )
    world.ledger.add_code(code)
    if world.behaviour.takeover_moment is TakeoverMoment.CONSENT:
        world.ledger.displace(code, world.behaviour)
    return {"code": code.value} | ({"realmId": company.realm_id} if company else {})


def _company_page(world: World, asked: _Asked, user: User) -> Reply:
    choices = []
    if asked.needs_company:
        for company in world.registry.administered_by(user):
            holder = _other_holder(world, asked.app, company, user)
            choices.append((company, world.registry.users[holder.sub] if holder else None))
    needs = asked.needs_company
    page = pages.consent(asked.app, user, choices, asked.scopes, asked.params, needs_company=needs)
    return html_reply(200, page)


def _other_holder(world: World, app: App, company: Company, user: User) -> Grant | None:
    now, behaviour = world.clock.now(), world.behaviour
    holder = world.ledger.holder(app.client_id, company.realm_id, now, behaviour)
    return holder if holder is not None and holder.sub != user.sub else None


def _back(asked: _Asked, answer: dict[str, str], note: str) -> Reply:
    realm = {"realmId": answer.pop("realmId")} if "realmId" in answer else {}
    answer = {**answer, "state": asked.state, **realm}
    joint = "&" if "?" in asked.redirect_uri else "?"
    location = asked.redirect_uri + joint + urlencode(answer)
    return Reply(302, {"Location": location, "Cache-Control": "no-cache, no-store"}, note=note)
