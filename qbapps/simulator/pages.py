"""The few HTML pages a person may see; everything shown is escaped."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

from qbapps.simulator.registry import App, Company, User

_STYLE = """
:root { color-scheme: light dark; --line: #d5dade; --ink: #1c2b33; --soft: #5b6b75; --go: #2ca01c;
        --ground: #f4f5f8; --card: #fff; --warn: #fff4d6; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a464e; --ink: #e9eef1; --soft: #a3b1ba; --ground: #14191c; --card: #1f272c;
          --warn: #4a3d12; } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; background: var(--ground); color: var(--ink);
       margin: 0; padding: 2rem 1rem }
main { max-width: 34rem; margin: auto; background: var(--card); border: 1px solid var(--line);
       border-radius: 12px; padding: 1.5rem 2rem }
main.wide { max-width: 64rem }
h1 { font-size: 1.35rem; margin: .2rem 0 1rem } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
p.soft, small, td.soft { color: var(--soft) }
select, button, a.button { font: inherit; padding: .55rem .9rem; border-radius: 8px;
       border: 1px solid var(--line); background: var(--card); color: var(--ink); max-width: 100% }
select { width: 100% } a.button { display: block; text-decoration: none; margin: .4rem 0 }
button { cursor: pointer; min-width: 8rem }
button.go { background: var(--go); border-color: var(--go); color: #fff; font-weight: 600 }
.row { display: flex; gap: .8rem; margin-top: 1.2rem; flex-wrap: wrap }
.notice { background: var(--warn); border-radius: 8px; padding: .7rem 1rem; margin: 1rem 0 }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line) }
code { font-size: .92em; overflow-wrap: anywhere }
"""

_SCOPES = {
    "com.intuit.quickbooks.accounting": "Read and change this company's accounting data",
    "com.intuit.quickbooks.payment": "Take payments for this company",
    "openid": "Know which Intuit account you use",
    "email": "See your e-mail address",
    "profile": "See your name",
    "phone": "See your phone number",
    "address": "See your postal address",
}
_OWN = frozenset({"user", "as_user", "realm_id", "decision", "confirm"})
_ACTION = "/connect/oauth2"


def page(title: str, body: str, *, wide: bool = False) -> str:
    """Wrap *body*, which is HTML already, into a whole page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main{' class=wide' if wide else ''}>"
        f"<small>Intuit simulator: nothing here is real</small><h1>{escape(title)}</h1>{body}"
        "</main></body></html>"
    )


def error() -> str:
    """Show the one error page Intuit has, whatever the cause."""
    return page(
        "Sorry, we couldn't connect this app",
        "<p>Something went wrong. Please close this page and try again, or contact the app's developer.</p>",
    )


def not_an_admin(user: User, company: Company) -> str:
    """Tell a user who is not an admin that only admins connect apps."""
    return page(
        "You can't connect apps to this company",
        f"<p><b>{escape(user.name)}</b> is not an admin of <b>{escape(company.name)}</b>. "
        "Ask one of its admins to connect the app.</p>",
    )


def choose_user(app: App, users: Iterable[User], params: Mapping[str, str]) -> str:
    """Ask who is at the keyboard; stands for Intuit's sign-in."""
    links = "".join(
        f'<a class="button" href="{escape(_link(params, user=user.sub))}">'
        f"{escape(user.name)} <small>{escape(user.email)}</small></a>"
        for user in users
    )
    nobody = '<p class="notice">The simulator has no users yet.</p>'
    return page(f"Sign in to connect {app.name}", f"<p>Who are you?</p>{links or nobody}")


def consent(
    app: App,
    user: User,
    choices: Iterable[tuple[Company, User | None]],
    scopes: Iterable[str],
    params: Mapping[str, str],
    *,
    needs_company: bool,
) -> str:
    """Ask a signed-in user to choose a company and to connect or cancel."""
    choices = list(choices)
    wants = "".join(f"<li>{escape(_SCOPES.get(scope, scope))}</li>" for scope in scopes)
    body = f"<p>Signed in as <b>{escape(user.name)}</b> ({escape(user.email)}).</p>"
    if needs_company and not choices:
        body += '<p class="notice">You are not an admin of any company.</p>'
    elif needs_company:
        options = "".join(_option(company, holder) for company, holder in choices)
        body += (
            '<label for="realm">Company to connect</label>'
            f'<select id="realm" name="realm_id" required>{options}</select>'
        )
        if any(holder for _, holder in choices):
            body += (
                '<p class="notice"><b>Change admin.</b> Where another admin already connected '
                "this app, connecting makes you its admin in their place.</p>"
            )
    body += f"<p>{escape(app.name)} wants to:</p><ul>{wants}</ul>"
    ready = bool(choices) or not needs_company
    return page(f"Connect {app.name} to QuickBooks", _form(params, user, body, "Connect", ready=ready))


def change_admin(app: App, company: Company, user: User, owner: User, params: Mapping[str, str]) -> str:
    """Warn that another admin holds the connection and would lose it."""
    body = (
        f'<p class="notice"><b>{escape(app.name)}</b> is already connected to '
        f"<b>{escape(company.name)}</b> by <b>{escape(owner.name)}</b>. If you go on, you become "
        "the admin of this connection in their place.</p>"
        f'<input type="hidden" name="realm_id" value="{escape(company.realm_id)}">'
        '<input type="hidden" name="confirm" value="change_admin">'
    )
    return page("Change admin?", _form(params, user, body, "Change admin", ready=True))


def _form(params: Mapping[str, str], user: User, body: str, go: str, *, ready: bool) -> str:
    hidden = {**{k: v for k, v in params.items() if k not in _OWN}, "user": user.sub}
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    allow = f'<button class="go" name="decision" value="allow">{escape(go)}</button>' if ready else ""
    return (
        f'<form method="post" action="{_ACTION}">{fields}{body}<div class="row">{allow}'
        '<button name="decision" value="deny" formnovalidate>Cancel</button></div></form>'
        f'<p><a href="{escape(_link(params))}">Use another account</a></p>'
    )


def _option(company: Company, holder: User | None) -> str:
    held = f" · connected by {holder.name} (Change admin)" if holder else ""
    label = f"{company.name} · {company.realm_id}{held}"
    return f'<option value="{escape(company.realm_id)}">{escape(label)}</option>'


def _link(params: Mapping[str, str], **more: str) -> str:
    kept = {name: value for name, value in params.items() if name not in _OWN}
    return f"{_ACTION}?{urlencode({**kept, **more})}"
