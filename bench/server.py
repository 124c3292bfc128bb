"""
A load stand-in for Intuit: one process, one thread, few CPU a request, plain HTTP and TLS.

It knows just enough: a discovery document, a token endpoint that rotates strictly (an old refresh
token is refused with ``invalid_grant``), revoke, CompanyInfo, and a resource for any bearer.
What Intuit does in all its moods is the simulator's business (``qbapps.simulator``); this only
carries load.

A refresh token names its family and its number: ``RT-<family>-<number>-…``. Number 0 of every
family exists from the start, so no consent is needed.

Answers are late on purpose: by one round trip and the service time for each request, and by the
round trips of its opening for the first one on a connection (one for TCP, one more for TLS 1.3).
"""

from __future__ import annotations

import argparse
import base64
import heapq
import json
import re
import selectors
import socket
import ssl
import sys
import time
from collections.abc import Callable
from typing import Any, Final

TOKEN: Final = re.compile(rb"(?:^|&)refresh_token=RT-([0-9A-Za-z]+)-(\d+)-")
REVOKED: Final = re.compile(rb'"token": ?"RT-([0-9A-Za-z]+)-(\d+)-')
LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
REALM: Final = re.compile(r"/company/(\d+)/")
ACCESS_PAD: Final = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0." + "x" * 800
"""Intuit's access tokens are encrypted JWTs of some 900 characters."""

EARLY: Final = 0.0005
"""The wait for sockets has a grain of 1 ms; half a grain early on average nobody is late."""


class Side:
    """What is told apart: the token families, the counters, the delays in seconds."""

    def __init__(self) -> None:
        self.round_trip = 0.0
        self.service = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget the families and start to count again."""
        self.latest: dict[bytes, int] = {}
        self.gone: set[bytes] = set()
        self.start_counting()

    def start_counting(self) -> None:
        """Set the counters to 0."""
        self.counts = {"posts": 0, "refused": 0, "revokes": 0, "documents": 0, "other": 0, "connections": 0}


class Peer:
    """One connection."""

    __slots__ = ("buffer", "is_new", "is_ready", "is_tls", "sock")

    def __init__(self, sock: socket.socket, *, is_tls: bool) -> None:
        self.sock = sock
        self.is_tls = is_tls
        self.is_ready = not is_tls
        self.is_new = True
        self.buffer = b""


class Server:
    """The loop: sockets that can be read, and answers that have become due."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.side = Side()
        self.selector = selectors.DefaultSelector()
        self.due: list[tuple[float, int, Peer, bytes]] = []
        self.number = 0
        self.ports = {tls: self._listen(tls=tls) for tls in (False, True)}
        self.routes: dict[tuple[bytes, bytes], Callable[[bytes], bytes]] = {
            (b"POST", b"/oauth2/token"): self._token,
            (b"POST", b"/oauth2/revoke"): self._revoke,
        }

    def run(self) -> None:
        """Serve until the process is ended."""
        select, due, now = self.selector.select, self.due, time.monotonic
        while True:
            wait = None if not due else max(0.0, due[0][0] - now())
            for key, _ in select(wait):
                if isinstance(key.data, Peer):
                    self._read(key.data)
                else:
                    self._accept(key.fileobj, is_tls=key.data)  # type: ignore[arg-type]
            until = now() + EARLY
            while due and due[0][0] <= until:
                _, _, peer, answer = heapq.heappop(due)
                self._send(peer, answer)

    def _listen(self, *, tls: bool) -> int:
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, tls)
        return int(listener.getsockname()[1])

    def _accept(self, listener: socket.socket, *, is_tls: bool) -> None:
        try:
            sock, _ = listener.accept()
        except BlockingIOError:
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if is_tls:
            sock = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self.selector.register(sock, selectors.EVENT_READ, Peer(sock, is_tls=is_tls))
        self.side.counts["connections"] += 1

    def _read(self, peer: Peer) -> None:
        try:
            if not peer.is_ready:
                peer.sock.do_handshake()  # type: ignore[attr-defined]
                peer.is_ready = True
            data = peer.sock.recv(65536)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            data = b""
        if not data:
            self._forget(peer)
            return
        peer.buffer = peer.buffer + data if peer.buffer else data
        head = peer.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = LENGTH.search(peer.buffer, 0, head)
        end = head + 4 + (int(length[1]) if length else 0)
        if len(peer.buffer) >= end:
            request, peer.buffer = peer.buffer[:end], peer.buffer[end:]
            self._answer(peer, request, head + 4)

    def _answer(self, peer: Peer, request: bytes, body_at: int) -> None:
        method, target, _ = request.split(b" ", 2)
        route = self.routes.get((method, target))
        delay = self.side.round_trip + self.side.service
        if route is not None:
            answer = route(request[body_at:])
        elif target.startswith(b"/bench/"):
            answer, delay = self._control(target, request[body_at:]), 0.0
        else:
            answer = self._document(target.decode(), "https" if peer.is_tls else "http")
        if peer.is_new:
            peer.is_new = False
            delay += self.side.round_trip * (2 if peer.is_tls else 1)
        if delay <= 0:
            self._send(peer, answer)
        else:
            self.number += 1
            heapq.heappush(self.due, (time.monotonic() + delay, self.number, peer, answer))

    def _send(self, peer: Peer, answer: bytes) -> None:
        try:
            sent = peer.sock.send(answer)
            if sent < len(answer):
                peer.sock.setblocking(True)
                peer.sock.sendall(answer[sent:])
                peer.sock.setblocking(False)
        except OSError:
            self._forget(peer)

    def _forget(self, peer: Peer) -> None:
        if peer.sock.fileno() >= 0:
            self.selector.unregister(peer.sock)
            peer.sock.close()

    def _token(self, body: bytes) -> bytes:
        side = self.side
        side.counts["posts"] += 1
        found = TOKEN.search(body)
        family, number = (found[1], int(found[2])) if found else (b"", -1)
        if number != side.latest.get(family, 0) or family in side.gone:
            side.counts["refused"] += 1
            return reply({"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}, 400)
        side.latest[family] = number + 1
        name = family.decode()
        answer = {
            "token_type": "bearer",
            "access_token": f"{ACCESS_PAD}{name}.{number + 1}",
            "expires_in": 3600,
            "refresh_token": refresh_token(name, number + 1),
            "x_refresh_token_expires_in": 8726400,
        }
        if b"client_id=bench-msal" in body:
            answer["id_token"] = id_token(self.ports[True], "bench-msal")
        return reply(answer)

    def _revoke(self, body: bytes) -> bytes:
        self.side.counts["revokes"] += 1
        found = REVOKED.search(body)
        if found is None or found[1] in self.side.gone:
            return reply({"error": "invalid_grant"}, 400)
        self.side.gone.add(found[1])
        return reply({})

    def _document(self, path: str, scheme: str) -> bytes:
        root = f"{scheme}://127.0.0.1:{self.ports[scheme == 'https']}"
        if "/.well-known/" in path:
            self.side.counts["documents"] += 1
            return reply(
                {
                    "issuer": root,
                    "authorization_endpoint": f"{root}/connect",
                    "token_endpoint": f"{root}/oauth2/token",
                    "revocation_endpoint": f"{root}/oauth2/revoke",
                    "userinfo_endpoint": f"{root}/userinfo",
                    "jwks_uri": f"{root}/jwks",
                    "response_types_supported": ["code"],
                }
            )
        self.side.counts["other"] += 1
        if "/companyinfo/" in path:
            realm = REALM.search(path)
            name = f"Company {realm[1]}" if realm else "Company"
            return reply({"CompanyInfo": {"CompanyName": name, "Country": "FR", "domain": "QBO", "Id": "1"}})
        return reply({"sub": "somebody", "keys": []})

    def _control(self, target: bytes, body: bytes) -> bytes:
        side = self.side
        if target == b"/bench/set":
            asked = json.loads(body)
            side.round_trip, side.service = asked["round_trip"], asked["service"]
            side.start_counting()
        elif target == b"/bench/reset":
            side.reset()
        return reply({**side.counts, "cpu": time.process_time()})


def refresh_token(family: str, number: int = 0) -> str:
    """Return a refresh token of *family*; as long as Intuit's."""
    return f"RT-{family}-{number}-".ljust(50, "x")


def id_token(port: int, client_id: str) -> str:
    """Return an id_token for msal, which reads its claims and does not check its signature."""
    now = int(time.time())  # noqa: TID251  # a load server has no ports
    claims = {
        "iss": f"https://127.0.0.1:{port}",
        "aud": client_id,
        "sub": "somebody",
        "preferred_username": "somebody",
        "iat": now,
        "exp": now + 3600,
    }
    return ".".join(_part(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims, {}))


def reply(document: dict[str, Any], status: int = 200) -> bytes:
    """Return a whole HTTP answer with the headers that Intuit sends."""
    body = json.dumps(document).encode()
    reason = "OK" if status == 200 else "Bad Request"
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json;charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\nDate: Mon, 05 Jan 2026 09:00:00 GMT\r\nConnection: keep-alive\r\n"
        "intuit_tid: 1-67a1b2c3-0123456789abcdef01234567\r\nCache-Control: no-cache, no-store\r\n"
        "Strict-Transport-Security: max-age=15552000\r\nServer: nginx\r\n\r\n"
    )
    return head.encode() + body


def _part(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def main() -> None:
    """Serve with the certificate given, and print the two ports first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate", required=True, help="PEM file: key and chain")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(parser.parse_args().certificate)
    server = Server(context)
    print(json.dumps({"http": server.ports[False], "https": server.ports[True]}), flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
