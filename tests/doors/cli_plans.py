"""A firm whose clients have an app, for tests of ``plan`` and ``apply``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
from click.testing import CliRunner, Result

import qbapps
from qbapps.cli.program import cli
from qbapps.simulator import Intuit

JEAN, MARIE = "jean@durand.example", "marie@durand.example"
BY_HAND = "9130350000000900"


def realm(number: int) -> str:
    """Return the company of a client."""
    return str(9130350000000100 + number)


def flat(result: Result) -> str:
    """Return what a command printed on stdout, each run of white space as one space."""
    return re.sub(r"[ \n]+", " ", result.stdout)


@attrs.define
class Cabinet:
    """
    A firm, its store, and the command line on it.

    Attributes:
        connections: Of the clients, all of them Jean's.
    """

    folder: Path
    url: str
    intuit: Intuit
    connections: tuple[str, ...] = ()

    def run(self, *arguments: str, text: str | None = None) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(cli, list(arguments), input=text)

    def json(self, *arguments: str) -> Any:
        """Run a command with ``--json`` and return its document."""
        return json.loads(self.run("--json", *arguments).stdout)

    def planned(self, *filters: str, name: str = "plan.json") -> str:
        """Make a plan that disconnects, of everything by default; return its file."""
        path = str(self.folder / name)
        self.run("plan", "disconnect", *(filters or ("--app", "dext")), "-o", path)
        return path

    def connect(self, realm_id: str, user: str = JEAN) -> str:
        """Connect the app to a company; return the connection's id."""
        with qbapps.open(self.url) as qb:
            asked = qb.begin_connect("dext")
            return qb.complete(self.intuit.consent(asked.url, user=user, realm_id=realm_id)).id


def built(folder: Path, intuit: Intuit, clients: int = 3) -> Cabinet:
    """Return a cabinet with that many clients."""
    url = f"sqlite:///{folder}/qbapps.db"
    intuit.add_app("cid", "sec", redirect_uris=["http://localhost:8400/callback"])
    for person in (JEAN, MARIE):
        intuit.add_user(person)
    cabinet = Cabinet(folder, url, intuit)
    with qbapps.open(url) as qb:
        qb.register_app(
            "dext",
            name="Dext",
            client_id="cid",
            client_secret="sec",
            redirect_uri="http://localhost:8400/callback",
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        qb.add_firm("durand", name="Cabinet Durand")
        for number in range(clients):
            intuit.add_company(realm(number), name=f"Client {number}", admins=[JEAN, MARIE])
            qb.add_client("durand", realm_id=realm(number), name=f"Client {number}")
    cabinet.connections = tuple(cabinet.connect(realm(number)) for number in range(clients))
    return cabinet


def with_hand(cabinet: Cabinet) -> None:
    """Give the firm a client whose app only people can reach."""
    inventory = cabinet.folder / "inventory.csv"
    inventory.write_text(
        f"Level,Company,Realm ID,App,Owner,Status\nClient,Boulangerie,{BY_HAND},Zapier,{JEAN},Connected\n", "utf-8"
    )
    with qbapps.open(cabinet.url) as qb:
        qb.import_inventory(inventory, firm="durand")
