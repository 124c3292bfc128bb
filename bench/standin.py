"""Starting the load server in a process of its own, telling it how late to be, asking what it counted."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import certifi
import trustme

HERE = Path(__file__).parent


@attrs.frozen
class StandIn:
    """
    A running load server.

    Attributes:
        ca_file: PEM file of the authorities to trust: certifi's, and the one that signed its certificate.

        authority_file: PEM file of the last one alone.
    """

    http: str
    https: str
    ca_file: Path
    authority_file: Path

    def root(self, *, tls: bool) -> str:
        """Return its root, with TLS or without."""
        return self.https if tls else self.http

    def discovery(self, *, tls: bool) -> str:
        """Return the URL of its discovery document."""
        return f"{self.root(tls=tls)}/.well-known/openid-configuration"

    def delay(self, *, round_trip: float = 0.0, service: float = 0.0) -> None:
        """Answer that late from now on, in seconds, and start to count again."""
        self._ask("set", {"round_trip": round_trip, "service": service})

    def reset(self) -> None:
        """Forget every token."""
        self._ask("reset")

    def counts(self) -> dict[str, Any]:
        """Return what was counted since the last ``delay``; ``cpu`` is the process's, in seconds."""
        return self._ask("counts")

    def _ask(self, what: str, body: dict[str, float] | None = None) -> dict[str, Any]:
        data = json.dumps(body or {}).encode()
        with urllib.request.urlopen(f"{self.http}/bench/{what}", data) as answer:  # noqa: S310  # loopback
            found: dict[str, Any] = json.load(answer)
            return found


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[StandIn]:
    """Run a load server; its certificate and the authority's are written to *folder*."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    ca_file, authority_file, certificate = folder / "ca.pem", folder / "authority.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(authority_file)
    # As large as what production trusts: reading it is part of what a new client costs.
    ca_file.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    issued.private_key_and_cert_chain_pem.write_to_path(certificate)
    process = subprocess.Popen(  # noqa: S603  # our own file
        [sys.executable, str(HERE / "server.py"), "--certificate", str(certificate)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        ports = json.loads(process.stdout.readline())
        http, https = (f"{scheme}://127.0.0.1:{ports[scheme]}" for scheme in ("http", "https"))
        yield StandIn(http, https, ca_file, authority_file)
    finally:
        process.terminate()
        process.wait()
