"""intuit-oauth for load: as its documentation has it, and used as well as it can be."""

from __future__ import annotations

import itertools
import ssl
from typing import Any

import peers
import requests
from intuitlib.client import AuthClient
from requests.adapters import HTTPAdapter
from server import refresh_token
from standin import StandIn

FAMILIES = itertools.count()


def fresh_token() -> str:
    """Return the refresh token of a family that nobody has used."""
    return refresh_token(f"vendor{next(FAMILIES)}")


class Documented:
    """A new client for each call, which makes two connections and reads the trust store for each."""

    def __init__(self, intuit: StandIn, *, tls: bool) -> None:
        self.discovery = intuit.discovery(tls=tls)

    def _client(self) -> AuthClient:
        return AuthClient(peers.CLIENT_ID, peers.CLIENT_SECRET, peers.REDIRECT_URI, self.discovery)

    def refresh(self, token: str) -> None:
        """Refresh once."""
        self._client().refresh(refresh_token=token)

    def revoke(self, token: str) -> None:
        """Revoke once."""
        self._client().revoke(token=token)


class WellUsed(Documented):
    """A new client for each call over one pool, with one trust store and one discovery document for all."""

    def __init__(self, intuit: StandIn, *, tls: bool, pool_size: int) -> None:
        super().__init__(intuit, tls=tls)
        self.pool = _OneContext(intuit, pool_size)
        self.document = requests.get(self.discovery, verify=str(intuit.ca_file), timeout=30)

    def _client(self) -> AuthClient:
        return _Pooled(self)


class _Pooled(AuthClient):  # type: ignore[misc]  # intuit-oauth has no types
    def __init__(self, shared: WellUsed) -> None:
        self.of = shared
        super().__init__(peers.CLIENT_ID, peers.CLIENT_SECRET, peers.REDIRECT_URI, shared.discovery)
        self.trust_env = False

    def mount(self, prefix: str, adapter: Any) -> None: ...

    def get_adapter(self, url: str) -> Any:  # noqa: ARG002  # requests' signature
        return self.of.pool

    def get(self, url: str, **kwargs: Any) -> Any:
        return self.of.document if url == self.of.discovery else super().get(url, **kwargs)


class _OneContext(HTTPAdapter):
    def __init__(self, intuit: StandIn, pool_size: int) -> None:
        self.context = ssl.create_default_context(cafile=str(intuit.ca_file))
        super().__init__(pool_maxsize=pool_size, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None: ...  # the context verifies
