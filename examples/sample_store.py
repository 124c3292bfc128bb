"""
Fill a store from a running simulator, so that the other examples have something to work on.

    qbapps simulate --port 8300 --clients 6            # in one terminal
    export QBAPPS_STORE=sqlite:///examples.db          # in another
    python examples/sample_store.py
"""

from __future__ import annotations

import os

import requests

import qbapps

SIMULATOR = os.environ.get("SIMULATOR", "http://127.0.0.1:8300")
FIRM_REALM = "9130350000000001"
JEAN, SOPHIE = "j.durand@durand.example", "s.morel@durand.example"


def register(qb: qbapps.QBApps, app_id: str, name: str) -> None:
    """Register one of the simulator's apps."""
    qb.register_app(
        app_id,
        name=name,
        client_id=f"sim-{app_id}",
        client_secret=f"sim-{app_id}-secret",
        redirect_uri="http://localhost:8400/callback",
        discovery_url=f"{SIMULATOR}/.well-known/openid_sandbox_configuration",
        api_url=f"{SIMULATOR}/v3",
    )


def connect(qb: qbapps.QBApps, app_id: str, realm_id: str, person: str) -> qbapps.Connection:
    """Connect an app to a company; what *person* does in a browser, the simulator takes as parameters."""
    request = qb.begin_connect(app_id, realm_id=realm_id)
    chosen = {"as_user": person, "realm_id": realm_id}
    answer = requests.get(request.url, params=chosen, allow_redirects=False, timeout=10)
    return qb.complete(answer.headers["Location"])


def fill(qb: qbapps.QBApps) -> None:
    """Register two apps and a firm, and connect both apps to all its clients."""
    register(qb, "dext", "Dext")
    register(qb, "zapier", "Zapier")
    qb.add_firm("durand", name="Cabinet Durand", realm_id=FIRM_REALM)
    qb.add_person(JEAN, name="Jean Durand", role="primary_admin", firm="durand")
    qb.add_person(SOPHIE, name="Sophie Morel", role="admin", firm="durand")
    companies = requests.get(f"{SIMULATOR}/simulator/state", timeout=10).json()["companies"]
    for number, company in enumerate(companies):
        if company["realm_id"] != FIRM_REALM:
            qb.add_client("durand", realm_id=company["realm_id"], name=company["name"])
        connect(qb, "dext", company["realm_id"], JEAN)
        connect(qb, "zapier", company["realm_id"], SOPHIE if number % 2 else JEAN)
        print(f"{company['name']}: Dext and Zapier are connected")


if __name__ == "__main__":
    with qbapps.open() as opened:
        fill(opened)
