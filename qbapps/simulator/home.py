"""The simulator's own front page."""

from collections.abc import Sequence
from html import escape

from qbapps.simulator import pages
from qbapps.simulator.messages import Reply, html_reply
from qbapps.simulator.world import Call, World

_MOST = 200


def home(world: World, _: Call) -> Reply:
    """Tell a person what this is, who exists in it, and what is connected."""
    registry = world.registry
    users = [(user.name, user.email, user.sub) for user in registry.users.values()]
    apps = [(app.name, app.client_id, ", ".join(app.redirect_uris)) for app in registry.apps.values()]
    companies = [
        (
            company.name,
            company.realm_id,
            company.subscription_status,
            f"{len(company.admins)} admins",
        )
        for company in registry.companies.values()
    ]
    body = (
        "<p>Intuit's side of QuickBooks Online, played on this machine: consent, tokens, revoke, "
        "OpenID and a little of the Accounting API. Names, books and tokens are invented.</p>"
        f"<p>Its clock says <b>{world.clock.now():%Y-%m-%d %H:%M:%S} UTC</b>.</p>"
        f"<p>Discovery: <code>{escape(world.url)}/.well-known/openid_sandbox_configuration</code>"
        f"<br>Accounting API: <code>{escape(world.url)}/v3</code></p>"
        + _table("Connections", ("App", "Company", "Owner", "State"), _connections(world))
        + _table("Apps", ("Name", "Client id", "Redirect addresses"), apps)
        + _table("Users", ("Name", "E-mail", "sub"), users)
        + _table("Companies", ("Name", "Realm id", "Subscription", "Admins"), companies)
    )
    return html_reply(200, pages.page("Intuit, simulated", body, wide=True))


def _connections(world: World) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for client_id, realm_id in world.ledger.slots():
        newest = world.ledger.grants(client_id, realm_id)[-1]
        holder = world.ledger.holder(client_id, realm_id, world.clock.now(), world.behaviour)
        owner = world.registry.users[(holder or newest).sub]
        state = "connected" if holder else f"not connected ({newest.ended or 'no live token'})"
        app = world.registry.apps[client_id].name
        company = world.registry.companies[realm_id].name
        rows.append((app, f"{company} · {realm_id}", owner.name, state))
    return rows


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return f"<h2>{escape(title)}</h2><p class=soft>None.</p>"
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows[:_MOST])
    more = f"<p class=soft>and {len(rows) - _MOST} more</p>" if len(rows) > _MOST else ""
    return (
        f'<h2>{escape(title)} ({len(rows)})</h2><div class="scroll"><table><tr>{head}</tr>{lines}</table></div>{more}'
    )
