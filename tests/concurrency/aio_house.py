"""Companies connected over real HTTP, for programs that ask for their tokens from asyncio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import attrs

import qbapps
from qbapps import aio
from qbapps.simulator import Intuit
from qbapps.testing import FakeClock
from qbapps.vault import new_key

JEAN = "jean@durand.example"
CALLBACK = "http://localhost:8400/callback"


@attrs.frozen
class Backend:
    """
    A store with connections in it, and Intuit's side.

    Attributes:
        ids: The connections.
    """

    intuit: Intuit
    clock: FakeClock
    url: str
    key: str
    ids: tuple[str, ...]

    def open(self) -> aio.AsyncQBApps:
        """Open the store from asyncio."""
        return aio.open(self.url, key=self.key, clock=self.clock)

    def stale(self) -> None:
        """Let every access token run out."""
        self.clock.advance(timedelta(hours=2))

    def refreshes(self) -> list[str]:
        """Return the refresh token of each refresh that was sent."""
        return [record.form["refresh_token"] for record in self.intuit.requests if record.operation == "refresh"]


@contextmanager
def backend(folder: Path, companies: int) -> Iterator[Backend]:
    """Yield a backend whose tokens have all run out."""
    clock, key, url = FakeClock(), new_key().reveal(), f"sqlite:///{folder / 'backend.db'}"
    with Intuit(clock=clock) as intuit, qbapps.open(url, key=key, clock=clock) as qb:
        intuit.add_app("cid", "sec", redirect_uris=[CALLBACK])
        intuit.add_user(JEAN)
        qb.register_app(
            "dext",
            client_id="cid",
            client_secret="sec",
            redirect_uri=CALLBACK,
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        ids = []
        for number in range(companies):
            realm = str(9130350000000100 + number)
            intuit.add_company(realm, name=f"Company {number}", admins=[JEAN])
            asked = qb.begin_connect("dext")
            ids.append(qb.complete(intuit.consent(asked.url, user=JEAN, realm_id=realm)).id)
        made = Backend(intuit, clock, url, key, tuple(ids))
        made.stale()
        yield made
