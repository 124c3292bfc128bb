"""Connectors' passwords: hashed with scrypt, compared in constant time, and never kept."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from typing import Final

from qbapps.domain.desktop import passwords
from qbapps.ports import Randomness
from qbapps.values import Secret

_N: Final = 2**14
_R: Final = 8
_P: Final = 1
_BYTES: Final = 32
_MOST_MEMORY: Final = 64 * 1024 * 1024
_REMEMBERED: Final = 10_000
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 4
_PATIENCE: Final = 2.0
"""Seconds that a password waits for its turn; whoever floods us with logins does not keep the threads of others."""


def new(randomness: Randomness) -> Secret:
    """Return a new password; it is shown once, to whoever sets the connector up."""
    return Secret(passwords.spell(randomness.new_state().digest()))


def hashed(password: Secret, randomness: Randomness) -> str:
    """Return what is kept of *password*: scrypt's parameters, its salt and the hash."""
    salt = randomness.new_state().digest()[:32]
    return f"scrypt${_N}${_R}${_P}${salt}${_scrypt(password.reveal(), bytes.fromhex(salt), _N, _R, _P).hex()}"


class Verifier:
    """
    Tells right passwords from wrong ones.

    scrypt is slow on purpose, and a connector logs in every few minutes with the same password: what was found
    right is remembered for as long as the process lives, under a key that only it has. Who tries many passwords
    pays scrypt's price for each, a few at a time, and no more of them wait than for a moment. Safe to share between
    threads.
    """

    def __init__(self, randomness: Randomness) -> None:
        self._key = bytes.fromhex(randomness.new_state().digest())
        self._right: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._waiting = 0
        self._nobodys = f"scrypt${_N}${_R}${_P}${self._key.hex()[:32]}${'00' * _BYTES}"

    def remembers(self, password: str, kept: str) -> bool:
        """Tell whether *password* was found right before, by this process; quick."""
        with self._lock:
            known = self._right.get(kept)
        return known is not None and hmac.compare_digest(known, self._tag(password))

    def is_right(self, password: str, kept: str) -> bool | None:
        """Tell whether *password* is the one of which *kept* is the hash; None when too many others wait to know."""
        if self.remembers(password, kept):
            return True
        tag = self._tag(password)
        if not self._take_turn():
            return None
        try:
            right = _matches(password, kept)
        finally:
            self._turns.release()
        if right:
            with self._lock:
                self._right[kept] = tag
                while len(self._right) > _REMEMBERED:
                    self._right.popitem(last=False)
        return right

    def refuse(self, password: str) -> bool:
        """Take as long as for a user that there is; False when too many others wait."""
        if not self._take_turn():
            return False
        try:
            _matches(password, self._nobodys)
        finally:
            self._turns.release()
        return True

    def _take_turn(self) -> bool:
        """Wait for a turn, if not too many do already: each of them holds a thread that others need."""
        with self._lock:
            if self._waiting >= _MOST_WAITING:
                return False
            self._waiting += 1
        try:
            return self._turns.acquire(timeout=_PATIENCE)
        finally:
            with self._lock:
                self._waiting -= 1

    def _tag(self, password: str) -> bytes:
        return hmac.new(self._key, password.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _matches(password: str, kept: str) -> bool:
    _, n, r, p, salt, expected = kept.split("$")
    found = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    text = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_BYTES)
