"""What the demonstration plays on: a folder, a simulator, a store, and who takes part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

import qbapps
from qbapps.simulator import Intuit
from qbapps.vault import new_key

if TYPE_CHECKING:
    from qbapps.manager import QBApps

FIRM: Final = "durand"
LEAVER: Final = "k.benali@durand.example"
SUCCESSOR: Final = "s.morel@durand.example"
STOPPED_APP: Final = "zapier"
PRINCIPAL: Final = "j.durand@durand.example"
ROLES: Final = {
    PRINCIPAL: "admin",
    # Intuit hands the apps of a firm and of its clients to nobody else.
    SUCCESSOR: "primary_admin",
    LEAVER: "admin",
    "l.faure@durand.example": "team_member",
}
_INVENTORY: Final = "inventaire-cabinet.csv"


@attrs.frozen(kw_only=True)
class Stage:
    """Everything the story needs."""

    folder: Path
    intuit: Intuit
    qb: QBApps
    inventory: Path

    @property
    def report(self) -> Path:
        """Where the report goes."""
        return self.folder / "report.html"


def fresh_folder(parent: Path) -> Path:
    """Make a folder that was not there before."""
    number = 1
    while True:
        folder = parent / ("qbapps-demo" if number == 1 else f"qbapps-demo-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder


@contextmanager
def opened(folder: Path, clients: int) -> Iterator[Stage]:
    """Start the simulator, and open a store under a key of its own that is kept nowhere."""
    inventory = folder / _INVENTORY
    inventory.write_bytes((resources.files("qbapps.demo") / "data" / _INVENTORY).read_bytes())
    store = f"sqlite:///{(folder / 'qbapps.db').as_posix()}"
    with Intuit.from_scenario("cabinet-durand", clients=clients) as intuit, qbapps.open(store, key=new_key()) as qb:
        stage = Stage(folder=folder, intuit=intuit, qb=qb, inventory=inventory)
        _populate(stage)
        yield stage


def _populate(stage: Stage) -> None:
    qb, intuit = stage.qb, stage.intuit
    for app in intuit.apps:
        key = app.client_id.removeprefix("sim-")
        qb.register_app(
            key,
            name=app.name,
            client_id=app.client_id,
            client_secret=app.client_secret,
            redirect_uri=app.redirect_uris[0],
            environment="sandbox",
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
            developer_contact=f"privacy@{key}.example",
        )
    firm, *clients = intuit.companies
    qb.add_firm(FIRM, name=firm.name, realm_id=firm.realm_id)
    for client in clients:
        qb.add_client(FIRM, realm_id=client.realm_id, name=client.name)
    for user in intuit.users:
        qb.add_person(user.email, name=user.name, role=ROLES[user.email], firm=FIRM)
