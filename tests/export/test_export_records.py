"""Whatever the library returns, as a frame."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import polars as pl
import pytest

import qbapps
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Owner, Person, Reach, Role
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import AccessToken
from qbapps.values import Environment, Secret

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEPT = Connection(
    id="con_1",
    app_id="dext",
    environment=Environment.SANDBOX,
    realm_id="9130350000000100",
    owner=Owner(email="jean@durand.example", role=Role.ADMIN),
    state=ConnectionState.CONNECTED,
    reach=Reach.API,
    scopes=("openid", "email"),
    connected_at=AT,
    last_used_on=date(2026, 2, 28),
)


def test_a_record_is_a_row_and_a_record_within_it_columns() -> None:
    frame = qbapps.frame([KEPT, attrs.evolve(KEPT, id="con_2", owner=None, connected_at=None)])

    assert frame["id"].to_list() == ["con_1", "con_2"]
    assert frame["owner_email"].to_list() == ["jean@durand.example", None]
    assert frame["state"].to_list() == ["connected"] * 2
    assert frame["state"].dtype == pl.String
    assert frame["scopes"].to_list() == [["openid", "email"]] * 2
    assert frame["connected_at"].to_list() == [AT, None]
    assert frame["connected_at"].dtype == pl.Datetime("us", "UTC")
    assert frame["last_used_on"].dtype == pl.Date


def test_instants_of_other_zones_are_the_same_instants() -> None:
    there = datetime.fromisoformat("2026-03-01T14:00:00+02:00")

    assert qbapps.frame([attrs.evolve(KEPT, connected_at=there)])["connected_at"].to_list() == [AT]


def test_details_are_json_and_kinds_may_be_mixed() -> None:
    event = Event(stream="con_1", kind=EventKind.CONNECTED, at=AT, details={"grant": 1, "owner": "é"})

    frame = qbapps.frame([event, Person(id="per_1", email="jean@durand.example")])

    assert frame["details"].to_list() == ['{"grant": 1, "owner": "é"}', None]
    assert frame["email"].to_list() == [None, "jean@durand.example"]


def test_a_secret_is_not_in_it() -> None:
    token = AccessToken(value=Secret("canary-token"), expires_at=AT + timedelta(hours=1), generation=1)

    assert "canary" not in str(qbapps.frame([token]).to_dicts())


def test_nothing_gives_an_empty_frame_and_what_is_no_record_is_refused() -> None:
    assert qbapps.frame([]).shape == (0, 0)
    with pytest.raises(qbapps.ConfigurationError, match="str is no record"):
        qbapps.frame(["con_1"])
