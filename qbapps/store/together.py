"""Reads that take what belongs together in one statement, so that it is all of one instant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, String, bindparam, select

from qbapps.domain.tokens import SealedTokens
from qbapps.ports import Glance, Standing
from qbapps.store import rows, schema
from qbapps.store.ready import Ready

_connections, _tokens, _apps, _secrets = schema.connections, schema.tokens, schema.apps, schema.app_secrets
_wanted: Final[BindParameter[str]] = bindparam("connection_id", type_=String())

GLANCE: Final = Ready(
    select(_connections.c.state, _connections.c.reach, *_tokens.c)
    .select_from(_connections.outerjoin(_tokens, _tokens.c.connection_id == _connections.c.id))
    .where(_connections.c.id == _wanted)
)

STANDING: Final = Ready(
    select(*_connections.c, *_tokens.c, *_apps.c, _secrets.c.sealed)
    .select_from(
        _connections.join(_apps, _apps.c.id == _connections.c.app_id)
        .outerjoin(_tokens, _tokens.c.connection_id == _connections.c.id)
        .outerjoin(_secrets, _secrets.c.app_id == _connections.c.app_id)
    )
    .where(_connections.c.id == _wanted)
)

_PAIR: Final = len(_connections.c)
_APP: Final = _PAIR + len(_tokens.c)


def glance(row: Sequence[Any]) -> Glance:
    """Return the state and the pair of a connection."""
    return Glance(state=row[0], reach=row[1], tokens=_pair(row[2:]))


def standing(row: Sequence[Any]) -> Standing:
    """Return all that a refresh of a connection needs."""
    return Standing(
        connection=rows.CONNECTIONS.read(row[:_PAIR]),
        tokens=_pair(row[_PAIR:_APP]),
        app=rows.APPS.read(row[_APP:-1]),
        client_secret=row[-1],
    )


def _pair(values: Sequence[Any]) -> SealedTokens | None:
    return None if values[0] is None else rows.TOKENS.read(values)
