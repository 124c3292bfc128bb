"""Consents over real HTTP, as a browser gives them, and who gives which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Final
from urllib.parse import urlencode

import attrs
import requests

from qbapps.demo.stage import ROLES, STOPPED_APP, Stage
from qbapps.domain.connection import Connection
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import Transfer
from qbapps.errors import IntuitProtocolError, IntuitUnavailable
from qbapps.reading.inventory import read_inventory

_TIMEOUT: Final = 30.0
_GAPS: Final = 7
"""Every company has most apps; one in so many is missing, as in life."""


@attrs.frozen(kw_only=True)
class Wanted:
    """A connection to make: which app, for which company, agreed to by whom."""

    app_id: str
    realm_id: str
    owner: str


class Browser:
    """Opens consent pages and agrees there; stops at the address it is sent back to."""

    def __init__(self) -> None:
        self._http = requests.Session()
        # A proxy has no business between two ends of one machine.
        self._http.trust_env = False
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def agree(self, url: str, *, user: str, realm_id: str | None) -> str:
        """
        Agree as *user* for the company *realm_id* and return the callback URL.

        Raises:
            IntuitProtocolError: The page did not send the browser back.
        """
        choice = {"as_user": user, "realm_id": realm_id or "", "decision": "allow"}
        answer = self._http.get(f"{url}&{urlencode(choice)}", timeout=_TIMEOUT, allow_redirects=False)
        if "Location" not in answer.headers:
            raise IntuitProtocolError(
                f"The simulator's consent page did not send {user} back.",
                hint="Run the demonstration again, and report it if it stays so.",
                status=answer.status_code,
            )
        return answer.headers["Location"]

    def connect(self, stage: Stage, wanted: Wanted) -> Connection:
        """Make one connection, from the link to the checked tokens."""

        def link() -> str:
            return stage.qb.begin_connect(wanted.app_id, realm_id=wanted.realm_id, owner=wanted.owner).url

        return self._consent(stage, link(), link, user=wanted.owner, realm_id=wanted.realm_id)

    def accept(self, stage: Stage, transfer: Transfer, *, user: str) -> Connection:
        """Accept a transfer as *user*."""

        def link() -> str:
            return stage.qb.renew_link(transfer.id).url or ""

        return self._consent(stage, transfer.url or link(), link, user=user, realm_id=transfer.realm_id)

    def _consent(
        self, stage: Stage, url: str, again: Callable[[], str], *, user: str, realm_id: str | None
    ) -> Connection:
        try:
            return stage.qb.complete(self.agree(url, user=user, realm_id=realm_id))
        except IntuitUnavailable:
            # A code is never sent twice: whoever lost the answer asks for a fresh link, as here.
            return stage.qb.complete(self.agree(again(), user=user, realm_id=realm_id))

    def close(self) -> None:
        """Close its connections."""
        self._http.close()


def choose(stage: Stage) -> Iterator[Wanted]:
    """Yield the connections to make: most apps in most companies, by those the inventory names."""
    names = {app.name: app.id for app in stage.qb.apps()}
    owners = tuple(ROLES)
    told: dict[tuple[str, str], str | None] = {}
    for row in read_inventory(stage.inventory.read_bytes()).rows:
        if row.realm_id is not None and row.app_name in names:
            ours = row.owner_email in ROLES and row.state is ConnectionState.CONNECTED
            told[names[row.app_name], row.realm_id] = row.owner_email if ours else None
    for place, company in enumerate(stage.intuit.companies):
        for number, app_id in enumerate(names.values()):
            key = (app_id, company.realm_id)
            if app_id == STOPPED_APP and place % 5 == 0:
                # A few were connected outside of us: the list knows some of them, nobody the others.
                owner = None
            elif key in told:
                # What the list says is over, or somebody else's, stays as the list says.
                owner = told[key]
            else:
                missing = (place + 3 * number) % _GAPS == 0
                owner = None if missing else owners[(2 * place + number) % len(owners)]
            if owner is not None:
                yield Wanted(app_id=app_id, realm_id=company.realm_id, owner=owner)
