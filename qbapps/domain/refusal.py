"""A pair that Intuit refuses: when that is an outage's doing, and when the pair is tried again."""

from __future__ import annotations

from datetime import datetime

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import TRIED_AGAIN
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import Freshness, SealedTokens, freshness


def suspects_outage(first: datetime, at: datetime, *, others: int) -> bool:
    """
    Tell whether a refusal that nothing explains looks like an outage.

    Args:
        first: When this pair was refused for the first time.

        others: How many other connections of the app were refused within half an hour before or
            after, with none refreshed since.

    Source: Intuit, "Authorization FAQ": outages can produce ``invalid_grant``
    """
    return others + 1 >= policies.OUTAGE_LEAST and at < believed_at(first)


def believed_at(first: datetime) -> datetime:
    """Return when a refusal is believed although it looks like an outage."""
    return first + policies.OUTAGE_LONGEST


def next_try_in_doubt(first: datetime, last: datetime) -> datetime:
    """Return when a connection in what looks like an outage may be tried again: at the latest when it is believed."""
    return min(next_try(first, last) or last, max(believed_at(first), last))


def next_try(first: datetime, last: datetime) -> datetime | None:
    """
    Return when a pair that was refused for no known reason may be tried again; None when it is given up.

    The pauses grow with the time since the first refusal.
    """
    reached = first
    for pause in policies.REFUSED_PAUSES:
        reached += pause
        if last < reached:
            return last + pause
    following = last + policies.REFUSED_LAST_PAUSE
    return following if following < first + policies.REFUSED_GIVEN_UP else None


def may_try_again(connection: Connection, tokens: SealedTokens | None, last: datetime | None, at: datetime) -> bool:
    """
    Tell whether a connection that was marked because Intuit refused its pair may be tried once more at *at*.

    Args:
        last: The latest refusal on record; None for the first one.
    """
    if connection.state is not ConnectionState.NEEDS_RECONNECT or connection.cause not in TRIED_AGAIN:
        return False
    if tokens is None or tokens.refused_at is None or freshness(tokens, at) is not Freshness.STALE:
        # Run out for good; or its access token still looks good, and must not be handed out for that.
        return False
    following = next_try(tokens.refused_at, max(last or tokens.refused_at, tokens.refused_at))
    return following is not None and at >= following
