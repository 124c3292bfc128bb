"""Sealing of secrets at rest: AES-256-GCM under a ring of keys, bound to the row they belong to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qbapps.errors import ConfigurationError, SealBroken, UnknownKey
from qbapps.values import Secret

KEY_BYTES: Final = 32

_VERSION: Final = b"\x01"
_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = len(_VERSION) + _ID_BYTES
_TEXT: Final = ("utf-8", "surrogatepass")
"""How texts become bytes: half characters from broken input too, for an encoding error would carry the text."""


class _Key:
    """One key, its name and what is derived from it."""

    __slots__ = ("id", "seal", "sign")

    def __init__(self, key: bytes) -> None:
        self.id: Final = hashlib.sha256(b"qbapps key id v1\x00" + key).digest()[:_ID_BYTES]
        self.seal: Final = AESGCM(key)
        self.sign: Final = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"qbapps signature v1").derive(key)

    def __repr__(self) -> str:
        return f"<key {self.id.hex()}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key cannot be pickled or copied to another process")


class KeyRing:
    """
    The keys that open what was sealed; the first one seals.

    To change keys, put the new one first and keep the old ones until everything is sealed again.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        """
        Read the keys.

        Args:
            keys: Each 32 bytes in base64url, as ``new_key`` makes them.

        Raises:
            ConfigurationError: There is none, or one cannot be read; it says which, not what.
        """
        if not keys:
            raise ConfigurationError("No key was given.", hint="Make one with: qbapps key new")
        self.keys: Final = tuple(_read(key, place, len(keys)) for place, key in enumerate(keys, start=1))

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self.keys)}>"

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the keys, which tell nothing about them; the first one seals."""
        return tuple(key.id.hex() for key in self.keys)


class Vault:
    """Seals secrets and opens them; see ``ports.Vault``. Safe to share between threads."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._first = ring.keys[0]
        self._by_id = {key.id: key for key in ring.keys}

    def __repr__(self) -> str:
        return f"<Vault with {self._ring!r}>"

    def seal(self, secret: Secret, binding: str) -> bytes:
        """Return *secret* sealed with the first key; it opens only with the same *binding*."""
        header = _VERSION + self._first.id
        nonce = os.urandom(_NONCE_BYTES)
        text = secret.reveal().encode(*_TEXT)
        return header + nonce + self._first.seal.encrypt(nonce, text, header + binding.encode(*_TEXT))

    def open(self, sealed: bytes, binding: str) -> Secret:
        """
        Return the secret.

        Raises:
            UnknownKey: It was sealed with a key that is not in the ring.
            SealBroken: It was altered, or *binding* is not the one it was sealed with.
        """
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        if self.key_id(sealed) is None:
            raise _broken(binding)
        key = self._by_id.get(header[1:])
        if key is None:
            wanted, given = header[1:].hex(), ", ".join(self.key_ids())
            raise UnknownKey(
                f"The secret of {binding} was sealed with the key {wanted}, which was not given; given: {given}.",
                hint=f"Add the key {wanted} after the others, in QBAPPS_KEY or key=; qbapps key list names them.",
            )
        try:
            opened = key.seal.decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], header + binding.encode(*_TEXT))
        except InvalidTag:
            raise _broken(binding) from None
        return Secret(opened.decode(*_TEXT))

    def key_ids(self) -> tuple[str, ...]:
        """Return the names of the keys it has; the first one seals."""
        return self._ring.ids

    def key_id(self, sealed: bytes) -> str | None:
        """Return the name of the key that *sealed* names; None for bytes that were never sealed."""
        if len(sealed) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
            return None
        return sealed[1:_HEADER_BYTES].hex()

    def needs_rotation(self, sealed: bytes) -> bool:
        """Tell whether *sealed* was not sealed with the first key."""
        return sealed[:_HEADER_BYTES] != _VERSION + self._first.id

    def rotate(self, sealed: bytes, binding: str) -> bytes:
        """
        Return *sealed* as the first key seals it; itself when it is so already.

        Raises:
            UnknownKey: As for ``open``.
            SealBroken: As for ``open``.
        """
        return self.seal(self.open(sealed, binding), binding) if self.needs_rotation(sealed) else sealed

    def sign(self, data: bytes) -> str:
        """Return a signature of *data* under the first key."""
        return f"v1.{self._first.id.hex()}.{_mac(self._first, data)}"

    def verify(self, data: bytes, signature: str) -> bool:
        """Tell whether *signature* was made from *data* under any key of the ring."""
        given = signature.encode()
        expected = [f"v1.{key.id.hex()}.{_mac(key, data)}".encode() for key in self._ring.keys]
        return any([hmac.compare_digest(given, one) for one in expected])  # noqa: C419 - each is compared, whichever fits


def new_key() -> Secret:
    """Return a new random key, in base64url."""
    return Secret(base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode())


def parse_keys(text: str) -> KeyRing:
    """
    Read keys separated by commas; the first one seals.

    Raises:
        ConfigurationError: There is none, or one cannot be read; it says which, not what.
    """
    return KeyRing([Secret(part.strip()) for part in text.split(",") if part.strip()])


def _read(key: Secret, place: int, count: int) -> _Key:
    text = key.reveal().strip().rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        name = "The key" if count == 1 else f"Key {place} of {count}"
        raise ConfigurationError(
            f"{name} is not {KEY_BYTES} bytes in base64url.",
            hint="Make one with: qbapps key new",
        )
    return _Key(raw)


def _mac(key: _Key, data: bytes) -> str:
    return hmac.new(key.sign, data, hashlib.sha256).hexdigest()


def _broken(binding: str) -> SealBroken:
    return SealBroken(
        f"The sealed secret of {binding} was altered, or moved from another row.",
        hint="Restore the row from a backup, or connect again; find out who writes to the database.",
    )
