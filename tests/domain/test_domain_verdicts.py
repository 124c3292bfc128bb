"""The table of what Intuit's answers mean: whole, reached in every row, and in step with our errors."""

from __future__ import annotations

import pytest

from qbapps.domain.signals import Bearing, Reaction, Signal, Where
from qbapps.domain.verdicts import TABLE, Verdict, verdict
from qbapps.errors import IntuitError, IntuitProtocolError, IntuitRejected, IntuitUnavailable


def rejected(error: str | None, status: int = 400) -> IntuitRejected:
    return IntuitRejected("", hint="", error=error, status=status)


def unavailable(status: int | None = None, *, processed: bool | None = None, error: str | None = None) -> IntuitError:
    return IntuitUnavailable("", hint="", status=status, processed=processed, error=error)


def garbled(status: int = 200) -> IntuitProtocolError:
    return IntuitProtocolError("", hint="", status=status)


TOKEN: list[tuple[IntuitError, Signal]] = [
    (rejected("invalid_grant"), Signal.INVALID_GRANT),
    (rejected("invalid_client", 401), Signal.INVALID_CLIENT),
    (rejected("invalid_request"), Signal.BAD_REQUEST),
    (rejected("invalid_scope"), Signal.BAD_REQUEST),
    (rejected("unknown", 403), Signal.BAD_REQUEST),
    (unavailable(429, processed=False), Signal.THROTTLED),
    (unavailable(408), Signal.FAILED),
    (unavailable(500), Signal.FAILED),
    (unavailable(503), Signal.FAILED),
    (garbled(), Signal.GARBLED),
    (garbled(302), Signal.GARBLED),
    (garbled(404), Signal.GARBLED),
    (unavailable(processed=False), Signal.NOT_SENT),
    (unavailable(), Signal.NO_ANSWER),
]
REVOKE: list[tuple[IntuitError, Signal]] = [
    (rejected(None), Signal.ALREADY_DEAD),
    (rejected("invalid_grant"), Signal.ALREADY_DEAD),
    (rejected("invalid_client", 401), Signal.INVALID_CLIENT),
    (rejected("unknown", 403), Signal.GARBLED),
    (unavailable(429, processed=False), Signal.THROTTLED),
    (unavailable(500), Signal.FAILED),
    (garbled(), Signal.GARBLED),
    (unavailable(processed=False), Signal.NOT_SENT),
    (unavailable(), Signal.NO_ANSWER),
]
API: list[tuple[IntuitError, Signal]] = [
    (rejected("3200", 401), Signal.TOKEN_REFUSED),
    (rejected("100", 401), Signal.TOKEN_REFUSED),
    (rejected("120", 401), Signal.OWNER_LOST_ACCESS),
    (rejected("3100", 403), Signal.NOT_AUTHORIZED),
    (rejected("6190"), Signal.COMPANY_INACTIVE),
    (rejected("610"), Signal.BUSINESS),
    (rejected("5010"), Signal.BUSINESS),
    (rejected(None), Signal.GARBLED),
    (unavailable(429, processed=False, error="3001"), Signal.THROTTLED),
    (unavailable(403, processed=False, error="3001"), Signal.THROTTLED),
    (unavailable(500, error="10000"), Signal.FAILED),
    (unavailable(200, error="10000"), Signal.FAILED),
    (unavailable(error="10000"), Signal.FAILED),
    (unavailable(503), Signal.FAILED),
    (unavailable(200), Signal.PAGE),
    (garbled(), Signal.GARBLED),
    (unavailable(processed=False), Signal.NOT_SENT),
    (unavailable(), Signal.NO_ANSWER),
]
AGAIN: list[tuple[Where, IntuitError, Signal]] = [
    (Where.TOKEN, rejected("invalid_grant"), Signal.INVALID_GRANT_AGAIN),
    (Where.API, rejected("3200", 401), Signal.TOKEN_REFUSED_AGAIN),
]
FIRST = [(Where.TOKEN, TOKEN), (Where.REVOKE, REVOKE), (Where.API, API)]
CASES = [
    *((where, error, False, signal) for where, found in FIRST for error, signal in found),
    *((where, error, True, signal) for where, error, signal in AGAIN),
]


@pytest.mark.parametrize(("where", "error", "again", "signal"), CASES)
def test_an_error_has_its_row(where: Where, error: IntuitError, again: bool, signal: Signal) -> None:
    found = verdict(where, error, again=again)

    assert (found.where, found.signal) == (where, signal)
    if isinstance(error, IntuitUnavailable):
        assert found.processed is error.processed


def test_every_row_is_reached_by_an_error() -> None:
    assert {(where, signal) for where, _, _, signal in CASES} == set(TABLE)


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: f"{row.where}-{row.signal}")
def test_a_row_says_what_comes_what_it_means_what_is_done_and_how_that_is_known(row: Verdict) -> None:
    assert all((row.looks, row.meaning, row.does, row.source))


@pytest.mark.parametrize("row", [one for one in TABLE.values() if one.where is Where.TOKEN], ids=lambda row: row.signal)
def test_a_refresh_that_may_have_been_carried_out_is_journalled_and_no_other(row: Verdict) -> None:
    assert (row.reaction is Reaction.JOURNAL) == (row.processed is None)


def test_outages_throttling_and_our_own_keys_say_nothing_against_a_connection() -> None:
    innocent = {
        Signal.INVALID_CLIENT, Signal.BAD_REQUEST, Signal.THROTTLED, Signal.FAILED, Signal.PAGE, Signal.GARBLED,
        Signal.NOT_SENT, Signal.NO_ANSWER,
    }  # fmt: skip

    assert {row.connection for row in TABLE.values() if row.signal in innocent} == {Bearing.UNSAID}


def test_only_a_lost_admin_asks_for_a_transfer() -> None:
    asking = [row.signal for row in TABLE.values() if row.reaction is Reaction.TRANSFER]

    assert asking == [row.signal for row in TABLE.values() if row.connection is Bearing.OWNER_LOST]
    assert asking == [Signal.OWNER_LOST_ACCESS]
