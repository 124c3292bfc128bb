"""The machine and this process: time, chance, sealing, threads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from qbapps.domain.limits import Limits
from qbapps.domain.tokens import AccessToken
from qbapps.values import Secret

T = TypeVar("T")


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Randomness(Protocol):
    """Where ids and one-time states come from."""

    def new_id(self, prefix: str) -> str:
        """Return an id that was never used, such as ``con_…``; later ids sort after earlier ones."""

    def new_state(self) -> Secret:
        """Return a one-time state that nobody can guess."""


class Pace(Protocol):
    """How soon the next row of a long run may begin; all processes and hosts on one store share it."""

    def take(self, app_id: str, realm_id: str | None, limits: Limits, is_off: Callable[[], bool]) -> bool:
        """Wait until a row of that app and company may begin, and count it; False as soon as it is called off."""


class Vault(Protocol):
    """Sealing of secrets at rest, bound to the row they belong to."""

    def seal(self, secret: Secret, binding: str) -> bytes:
        """Return *secret* sealed; it opens only with the same *binding*."""

    def open(self, sealed: bytes, binding: str) -> Secret:
        """
        Return the secret.

        Raises:
            UnknownKey: It was sealed with a key that is not in the ring.
            SealBroken: It was altered, or *binding* is not the one it was sealed with.
        """

    def sign(self, data: bytes) -> str:
        """Return a signature of *data*."""

    def verify(self, data: bytes, signature: str) -> bool:
        """Tell whether *signature* was made from *data* under any key of the ring."""

    def key_ids(self) -> tuple[str, ...]:
        """Return the names of the keys it has; the first one seals."""

    def key_id(self, sealed: bytes) -> str | None:
        """Return the name of the key that *sealed* names; None for bytes that were never sealed."""


class Flight(Protocol):
    """Single flight between the threads of this process."""

    def join(self, name: str, lead: Callable[[], T]) -> T:
        """Run *lead*, or wait for the thread that is running it for *name* and share its outcome."""


class Memory(Protocol):
    """Tokens that were looked up a moment ago."""

    def recall(self, connection_id: str) -> AccessToken | None:
        """Return the token if it may still be handed out without a look at the store."""

    def ticket(self, connection_id: str) -> object:
        """Return what ``remember`` wants; to be taken before the store is read."""

    def remember(self, connection_id: str, token: AccessToken, *, ticket: object, fresh_for: timedelta) -> None:
        """Keep *token*, unless the connection has been forgotten since *ticket* was taken."""

    def forget(self, connection_id: str) -> None:
        """Let the next call look at the store: the connection or its pair has changed."""
