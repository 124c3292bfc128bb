"""What a crash left in the middle, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks


class InterruptedKind(StrEnum):
    """What was cut off."""

    EXCHANGE = "exchange"
    GRANT = "grant"
    DISCONNECT = "disconnect"
    REFRESH = "refresh"


@attrs.frozen(kw_only=True)
class Interrupted:
    """
    Something that was begun, and that nobody is carrying on.

    It is older than any call may take, so work under way in another process is not meant.

    Attributes:
        id: The authorization's, the grant's, the disconnection's or the connection's id.
        connection_id: The connection it is about, as far as that is known.
        transfer_id: The transfer that waits for it, if one does.
        since: When it was begun.
        what: What was cut off, as a sentence.
        next_step: What will become of it, or what to do, as a sentence.
    """

    kind: InterruptedKind
    id: str
    app_id: str
    connection_id: str | None = None
    realm_id: str | None = None
    transfer_id: str | None = None
    since: datetime = attrs.field(validator=checks.aware)
    what: str = ""
    next_step: str = ""


@attrs.frozen(kw_only=True)
class RecoveryReport:
    """
    What a recovery did.

    Attributes:
        settled: What is no longer in the middle: carried out, or ended under its name.
        failed: Id and what went wrong, one entry each; what can be tried again is, next time.
    """

    settled: tuple[Interrupted, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
