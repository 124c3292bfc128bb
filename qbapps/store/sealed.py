"""All that is kept sealed, wherever it lies: reading it, and putting the same sealed anew in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
from sqlalchemy import Connection, Table, and_, or_, select, update

from qbapps.domain.keys import SealedKind, SealedRow
from qbapps.store import schema


@attrs.frozen
class Place:
    """
    A table that keeps sealed secrets.

    Attributes:
        columns: Its sealed columns, each with the name by which the secret in it is bound to its row.
    """

    kind: SealedKind
    table: Table
    key: str
    columns: dict[str, str]


PLACES: Final = (
    Place(SealedKind.CLIENT_SECRET, schema.app_secrets, "app_id", {"sealed": "client_secret"}),
    Place(SealedKind.PAIR, schema.tokens, "connection_id", {"access": "access", "refresh": "refresh"}),
    Place(
        SealedKind.GRANT,
        schema.grants,
        "id",
        {"access": "access", "refresh": "refresh", "id_token": "id_token"},
    ),
)

_BY_KIND: Final = {place.kind: place for place in PLACES}


def page(connection: Connection, place: Place, *, after: str, size: int) -> list[SealedRow]:
    """Return the next *size* rows of *place* that hold something sealed, in the order of their ids."""
    table, key = place.table.c, place.table.c[place.key]
    generation = [table.generation] if place.kind is SealedKind.PAIR else []
    found = connection.execute(
        select(key, *(table[name] for name in place.columns), *generation)
        .where(key > after, or_(*(table[name].is_not(None) for name in place.columns)))
        .order_by(key)
        .limit(size)
    )
    return [
        SealedRow(
            kind=place.kind,
            id=row[0],
            generation=row[-1] if generation else None,
            values={
                which: value for which, value in zip(place.columns.values(), row[1:], strict=False) if value is not None
            },
        )
        for row in found
    ]


def replace(connection: Connection, row: SealedRow, values: Mapping[str, bytes]) -> bool:
    """Put *values* into *row*; False, and nothing is done, when it is no longer what was read."""
    place = _BY_KIND[row.kind]
    table = place.table.c
    column = {which: table[name] for name, which in place.columns.items()}
    same = [column[which] == value for which, value in row.values.items()]
    if row.generation is not None:
        same.append(table.generation == row.generation)
    found = and_(table[place.key] == row.id, *same)
    new = {column[which].name: value for which, value in values.items()}
    return connection.execute(update(place.table).where(found).values(new)).rowcount == 1
