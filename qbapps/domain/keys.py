"""Keys that seal secrets at rest: which are in use, and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs


class SealedKind(StrEnum):
    """What a row that holds sealed secrets is."""

    PAIR = "pair"
    GRANT = "grant"
    CLIENT_SECRET = "client_secret"  # noqa: S105 - a name


@attrs.frozen(kw_only=True)
class SealedRow:
    """
    All that one row of the store keeps sealed.

    Attributes:
        id: Of the connection, the grant or the app.
        generation: Which pair of the connection it is; None for what is no pair.
        values: The sealed bytes by name, such as ``access``.
    """

    kind: SealedKind
    id: str
    generation: int | None
    values: Mapping[str, bytes] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class KeyUse:
    """
    How much one key seals, and signed.

    Attributes:
        key_id: The key's name, which tells nothing about it; None for bytes that no key has sealed.
        given: Whether the key is among those this store was opened with.
        seals: Whether it is the first of them: what is saved now is sealed with it.
        pairs: Token pairs of connections.
        grants: Unverified grants.
        client_secrets: Client secrets of apps.
        plans: Plans that it signed: without it they are taken for altered ones.
    """

    key_id: str | None
    given: bool
    seals: bool
    pairs: int = 0
    grants: int = 0
    client_secrets: int = 0
    plans: int = 0

    @property
    def count(self) -> int:
        """Count all of it."""
        return self.pairs + self.grants + self.client_secrets + self.plans


def signing_key(signature: str) -> str | None:
    """Return the name of the key that a signature of the vault names; None for what is no signature."""
    parts = signature.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == "v1" else None
