"""The pool: one trust store, verification on, limits passed, nothing shared across a fork."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import intuit_wire as wire
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qbapps.domain import policies
from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import ConfigurationError, IntuitUnavailable
from qbapps.intuit import documents, mapping, retrying, transport
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.mapping import Meaning
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.transport import WATCHDOG, PooledAdapter, Transport
from qbapps.simulator import Intuit
from qbapps.values import Secret

CA_KEY = ec.generate_private_key(ec.SECP256R1())
CA_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test authority")])
TLS = Callable[..., AbstractContextManager[str]]


def certificate(key: ec.EllipticCurvePrivateKey, *, name: str | None) -> x509.Certificate:
    """Sign a certificate for *name* (or 127.0.0.1), or the authority's own when it is None."""
    now = datetime.now(UTC)  # noqa: TID251  # OpenSSL goes by the real clock
    subject = CA_NAME if name is None else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(CA_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(CA_KEY.public_key()), critical=False)
    )
    if name is not None:
        known = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        builder = builder.add_extension(x509.SubjectAlternativeName([known]), critical=False)
    else:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # noqa: FBT003, RUF100
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(CA_KEY, hashes.SHA256())


def write_pem(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    own = certificate(CA_KEY, name=None)
    return write_pem(tmp_path / "ca.pem", own.public_bytes(serialization.Encoding.PEM))


class Discovery(BaseHTTPRequestHandler):
    """Answers each GET with a discovery document that points back here, each POST with a refusal."""

    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: bytes) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:  # http.server's name
        root = f"https://127.0.0.1:{self.server.server_address[1]}"
        self.answer(200, wire.as_json(200, {**dict.fromkeys(wire.DISCOVERY, f"{root}/x"), "issuer": "i"})[2])

    def do_POST(self) -> None:  # http.server's name
        self.answer(400, b'{"error": "invalid_grant"}')

    def log_message(self, *_: object) -> None: ...


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None: ...


@pytest.fixture
def tls(tmp_path: Path) -> TLS:
    """Serve over real TLS with a certificate for *name*, and give the discovery URL."""

    @contextmanager
    def serve(name: str) -> Iterator[str]:
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = certificate(key, name=name).public_bytes(serialization.Encoding.PEM)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(write_pem(tmp_path / f"{name}.pem", private, chain))
        with Quiet(("127.0.0.1", 0), Discovery) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield f"https://127.0.0.1:{server.server_address[1]}/discovery"
            server.shutdown()

    return serve


def post(tls_url: str, **options: Any) -> requests.Response:
    carrier = Transport(**options)
    try:
        return carrier.session(timedelta(seconds=5)).post(tls_url, data="canary")
    finally:
        carrier.close()


def test_a_certificate_of_a_trusted_authority_is_accepted(tls: TLS, ca_file: Path) -> None:
    with tls("127.0.0.1") as url:
        assert post(url, ca_file=ca_file).status_code == 400


def test_an_untrusted_authority_and_a_wrong_host_are_refused(tls: TLS, ca_file: Path) -> None:
    with tls("127.0.0.1") as url, pytest.raises(requests.exceptions.SSLError):
        post(url)
    with tls("another.example") as url, pytest.raises(requests.exceptions.SSLError):
        post(url, ca_file=ca_file)


def test_a_session_that_is_told_not_to_verify_verifies(tls: TLS) -> None:
    with tls("127.0.0.1") as url:
        carrier = Transport()
        session = carrier.session(timedelta(seconds=5))
        session.verify = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(url, verify=False)
        carrier.close()


def test_no_adapter_is_ever_told_not_to_verify_or_to_follow() -> None:
    adapter = wire.Scripted(lambda _: (302, {"Location": "https://evil.example/"}, b""))
    session = Transport(adapter=adapter).session(timedelta(seconds=5))
    session.verify = False

    session.get("https://auth.example/", verify=False, allow_redirects=True, timeout=None)

    assert [(sent.url, sent.verify, sent.timeout) for sent in adapter.sent] == [("https://auth.example/", True, 5.0)]


def test_an_untrusted_certificate_sends_nothing_is_said_and_is_not_tried_again(tls: TLS, clock: wire.FakeClock) -> None:
    with tls("127.0.0.1") as url:
        carrier = Transport()
        companies = IntuitCompanies(clock, transport=carrier)
        app = wire.credentials(discovery_url=url, api_url=url.removesuffix("/discovery"))

        with pytest.raises(IntuitUnavailable, match="certificate") as refused:
            companies.company_info(app, wire.REALM, Secret("canary-token"))
        carrier.close()

    assert refused.value.processed is False
    assert refused.value.retryable is False
    assert clock.slept == []
    assert wire.spilled(refused.value, "canary") == []


def test_everything_goes_over_the_one_trust_store(tls: TLS, ca_file: Path, clock: wire.FakeClock) -> None:
    with tls("127.0.0.1") as url:
        carrier = Transport(ca_file=ca_file)
        oauth = IntuitOAuth(clock, transport=carrier)
        with ThreadPoolExecutor(4) as threads:
            for _ in range(8):
                threads.submit(oauth.refresh, wire.credentials(discovery_url=url), Secret("token"))
        assert isinstance(carrier.adapter, PooledAdapter)
        pools = [carrier.adapter.poolmanager.pools[key] for key in carrier.adapter.poolmanager.pools.keys()]  # noqa: SIM118
        assert len(pools) == 1
        assert pools[0].conn_kw["ssl_context"] is carrier.adapter._context
        assert pools[0].ca_certs is None
        assert pools[0].cert_reqs == "CERT_REQUIRED"
        assert pools[0].num_connections <= 5
        carrier.close()


def test_a_handshake_that_fails_is_known_to_have_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(1)
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(requests.ConnectionError) as failed:
            post(f"https://127.0.0.1:{server.getsockname()[1]}/token")

    assert mapping.meaning(failed.value) is Meaning.NOT_SENT


def test_the_timeout_reaches_the_adapter_on_every_call(intuit: Intuit, app: Credentials, clock: wire.FakeClock) -> None:
    adapter = wire.in_memory(intuit)
    carrier = Transport(adapter=adapter)
    oauth = IntuitOAuth(clock, timedelta(seconds=7), carrier)
    companies = IntuitCompanies(clock, timedelta(seconds=7), carrier)

    grant = wire.granted(oauth, intuit, app)
    oauth.identify(app, grant.access_token, grant.id_token, clock.now())
    companies.company_info(app, wire.REALM, grant.access_token)
    companies.client(app, wire.REALM, "con_1", lambda: grant.access_token, lambda _: grant.access_token).query(
        "select * from Customer"
    )
    oauth.revoke(app, grant.refresh_token)
    carrier.close()

    waits = {sent.url.rsplit("/", 1)[-1].partition("?")[0]: sent.timeout for sent in adapter.sent}
    assert waits.pop("openid_sandbox_configuration") == waits.pop("jwks") == 5
    assert set(waits) == {"bearer", "userinfo", wire.REALM, "query", "revoke"}
    assert set(waits.values()) == {7.0}
    assert adapter.closed


def test_a_server_that_does_not_answer_is_given_up(
    intuit: Intuit, app: Credentials, grant: TokenGrant, transport: Transport, clock: wire.FakeClock
) -> None:
    oauth = IntuitOAuth(clock, timedelta(seconds=0.2), transport)

    with intuit.hold("refresh"), pytest.raises(IntuitUnavailable) as silent:
        oauth.refresh(app, grant.refresh_token)

    assert silent.value.processed is None
    assert [record.operation for record in intuit.requests].count("refresh") == 1


def test_a_full_pool_makes_a_call_wait_but_not_for_ever(
    intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "POOL_WAIT", timedelta(seconds=0.02))
    carrier = Transport(pool_size=1)
    oauth = IntuitOAuth(clock, timedelta(seconds=5), carrier)
    oauth.authorization_url(app, Secret("state"))
    with intuit.hold("refresh") as gate, ThreadPoolExecutor(1) as threads:
        first = threads.submit(oauth.refresh, app, grant.refresh_token)
        gate.wait_arrived(1)
        with pytest.raises(IntuitUnavailable) as waited:
            oauth.refresh(app, Secret("canary-token"))
        gate.release()
        assert intuit.is_alive(first.result().refresh_token.reveal())
    carrier.close()

    assert waited.value.processed is False
    assert wire.spilled(waited.value, "canary") == []


def test_a_child_process_does_not_use_its_parents_connections() -> None:
    carrier = Transport()
    assert isinstance(carrier.adapter, PooledAdapter)
    inherited = carrier.adapter.poolmanager
    carrier.adapter._process = -1

    with pytest.raises(requests.ConnectionError):
        carrier.session(timedelta(seconds=1)).get("http://127.0.0.1:1/")

    assert carrier.adapter.poolmanager is not inherited
    carrier.close()


def test_no_cookie_is_kept_from_one_call_to_the_next() -> None:
    came: list[str | None] = []

    class Baker(Discovery):
        def do_GET(self) -> None:
            came.append(self.headers.get("Cookie"))
            self.send_response(204)
            self.send_header("Set-Cookie", "who=canary; Path=/")
            self.end_headers()

    with Quiet(("127.0.0.1", 0), Baker) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        carrier = Transport()
        session = carrier.session(timedelta(seconds=5))
        for _ in range(2):
            session.get(f"http://127.0.0.1:{server.server_address[1]}/")
        carrier.close()
        server.shutdown()

    assert came == [None, None]


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_ca_file_that_cannot_be_read_is_said_at_once(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError) as refused:
        Transport(ca_file=path)

    assert str(path) in refused.value.message
    assert wire.spilled(refused.value) == []


def test_closing_leaves_a_shared_pool_open(clock: wire.FakeClock) -> None:
    adapter = wire.Scripted(lambda _: (200, {}, b""))
    carrier = Transport(adapter=adapter)
    IntuitOAuth(clock, transport=carrier).close()
    IntuitCompanies(clock, transport=carrier).close()
    assert not adapter.closed

    IntuitOAuth(clock).close()
    IntuitCompanies(clock).close()


def test_a_lease_outlives_all_that_surrounds_one_refresh() -> None:
    surrounding = documents.TIMEOUT + retrying.ONCE_TOTAL + transport.POOL_WAIT

    assert surrounding < policies.LEASE_SLACK


class EndedBy(requests.adapters.BaseAdapter):
    """Waits for an answer until somebody shuts the socket, and takes that for a lost connection."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            WATCHDOG.met(ours)
            assert ours.recv(1) == b""
        raise requests.ConnectionError("closed", request=request)

    def close(self) -> None:
        """Nothing is open."""


def test_an_exchange_that_the_watchdog_ended_ran_out_of_time_whatever_it_looked_like() -> None:
    session = transport.Session(EndedBy(), timedelta(milliseconds=50))

    with pytest.raises(requests.ReadTimeout, match="given up"):
        session.get("http://127.0.0.1/")
