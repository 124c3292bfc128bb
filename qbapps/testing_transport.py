"""A requests adapter that asks the simulator in this process instead of going over the network."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from qbapps.simulator import Intuit
from qbapps.simulator.messages import Dropped, TimedOut


class InProcess(BaseAdapter):
    """Carries each request to ``Intuit.handle`` and its reply back."""

    def __init__(self, intuit: Intuit) -> None:
        super().__init__()
        self._intuit = intuit

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Return the simulator's answer, or raise what requests raises when there is none."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        try:
            reply = self._intuit.handle(request.method or "GET", request.url or "", dict(request.headers), body)
        except TimedOut:
            raise requests.ReadTimeout(request=request) from None
        except Dropped:
            raise requests.ConnectionError(request=request) from None
        response = requests.Response()
        response.status_code = reply.status
        response.headers.update(reply.headers)
        response.raw = HTTPResponse(BytesIO(reply.body), preload_content=False)
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Close nothing: there is no connection."""
