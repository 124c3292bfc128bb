"""No token, code, state or secret is found anywhere but at Intuit's side, whatever was done and whatever failed."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import (
    BAKERY,
    CLIENT_ID,
    CLIENT_SECRET,
    GARAGE,
    JEAN,
    MARIE,
    PAUL,
    House,
    altered,
    down,
    parameter,
    read_company,
)

from qbapps.errors import QBAppsError
from qbapps.simulator import Behaviour, Fault


class Witness:
    """Keeps what every call returned or raised."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.returned: list[object] = []
        self.raised: list[BaseException] = []
        self.links: list[str] = []

    def ask(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make a call, and keep its outcome; a failure is handed back."""
        try:
            result = call(*args, **kwargs)
        except QBAppsError as error:
            self.raised.append(error)
            return error
        self.returned.append(result)
        url = getattr(result, "url", None)
        if url:
            self.links.append(url)
        return result

    def secrets(self) -> set[str]:
        """Return all that must not be seen: as the witness on the other side saw it."""
        found = {CLIENT_SECRET}
        for record in self.house.intuit.requests:
            form = record.form
            found |= {form[name] for name in ("code", "refresh_token") if name in form}
            bearer = record.headers.get("authorization", "")
            if bearer:
                found.add(bearer.partition(" ")[2])
            if record.operation == "revoke":
                found.add(json.loads(record.body)["token"])
        for connection in self.house.intuit.connections:
            for consent in connection.consents:
                found |= {*consent.access_tokens, *consent.refresh_tokens}
        found |= {parameter(link, "state") for link in self.links}
        return {secret for secret in found if len(secret) > 8}


def play_everything(witness: Witness) -> None:
    """Run the flows one after the other, those that end well and those that do not."""
    house, ask = witness.house, witness.ask
    qb, intuit, agree = house.qb, house.intuit, house.agree
    link = ask(qb.begin_connect, "dext", bind="cookie-canary-value", reference="tenant-42")
    callback = agree(link)
    ask(qb.complete, callback)
    ask(qb.complete, altered(callback, state="guessed-state-canary"), bind="cookie-canary-value")
    connection = ask(qb.complete, callback, bind="cookie-canary-value")
    ask(qb.complete, callback, bind="cookie-canary-value")
    ask(qb.complete, altered(agree(ask(qb.begin_connect, "dext")), code="refused-code-canary"))
    ask(qb.complete, f"{agree(ask(qb.begin_connect, 'dext'))}&code=twice")
    ask(qb.access_token, connection.id)
    ask(qb.quickbooks, connection.id)
    ask(read_company, qb, connection)
    ask(qb.probe, connection.id)
    intuit.inject(Fault("company", "unauthorized", times=2))
    ask(read_company, qb, connection)
    intuit.clear_faults()
    for kind in ("drop_after", "truncated", "invalid_client", "html", "unavailable", "no_refresh_token"):
        house.clock.advance(timedelta(hours=30))
        intuit.inject(Fault("refresh", kind))
        ask(qb.access_token, connection.id)
        intuit.clear_faults()
        ask(qb.access_token, connection.id)
    garage = ask(qb.complete, agree(ask(qb.begin_connect, "dext"), JEAN, GARAGE))
    transfer = ask(qb.begin_transfer, connection.id, to=MARIE)
    ask(qb.message, transfer)
    transfer = ask(qb.renew_link, transfer.id)
    intuit.inject(*down("company"))
    ask(qb.complete, agree(transfer, MARIE))
    intuit.clear_faults()
    for grant in ask(qb.unverified_grants):
        ask(qb.adopt, grant.id)
    for kind in ("drop_after", "truncated", "bad_id_token", "unavailable", "invalid_request"):
        intuit.inject(Fault("exchange", kind))
        ask(qb.complete, agree(ask(qb.reconnect, connection.id), JEAN))
        intuit.clear_faults()
    ask(qb.complete, agree(ask(qb.reconnect, connection.id), MARIE))
    wrong = ask(qb.begin_transfer, connection.id, to=JEAN)
    ask(qb.complete, agree(wrong, PAUL))
    intuit.remove_admin(GARAGE, JEAN)
    ask(read_company, qb, garage)
    ask(qb.probe, garage.id)
    intuit.inject(Fault("revoke", "html", status=200), Fault("refresh", "truncated"))
    ask(qb.disconnect, garage.id)
    ask(qb.disconnect, garage.id)
    ask(qb.refresh_due, within=timedelta(days=400))
    intuit.disconnect(CLIENT_ID, BAKERY)
    receipt = ask(qb.note_disconnect, BAKERY, app="dext")
    ask(qb.notice, receipt)
    ask(qb.import_tokens, "dext", realm_id=BAKERY, refresh_token="imported-token-canary")
    ask(qb.rotate_keys)
    for listing in (qb.apps, qb.connections, qb.transfers, qb.unverified_grants, qb.disconnections, qb.worklist):
        witness.returned.extend(ask(listing))


MADE_UP = ("guessed-state-canary", "refused-code-canary", "imported-token-canary", "cookie-canary-value")


@pytest.fixture
def witness(filed: House, caplog: pytest.LogCaptureFixture) -> Witness:
    caplog.set_level(logging.DEBUG)
    filed.intuit.behaviour = Behaviour(same_user_again="stay", takeover="stays")
    watched = Witness(filed)
    play_everything(watched)
    return watched


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk an error and all that hangs on it."""
    while error is not None:
        yield error
        if error.__context__ is not error.__cause__:
            yield from chain(error.__context__)
        error = error.__cause__


def seen(texts: Iterator[str], secrets: set[str]) -> list[str]:
    """Return the texts in which a secret shows."""
    return [text[:300] for text in texts if any(secret in text for secret in secrets)]


def test_no_secret_is_seen_in_anything_that_was_said_or_kept(
    witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    house = witness.house
    secrets = witness.secrets() | set(MADE_UP)
    # The flows must really have gone everywhere, or this proves nothing.
    assert len(secrets) > 30
    assert len(witness.raised) >= 12
    assert {"exchange", "refresh", "revoke", "company", "userinfo"} <= {r.operation for r in house.intuit.requests}
    codes = {type(error).__name__ for error in witness.raised}
    assert {"StateMismatch", "WrongOwner", "IntuitUnavailable", "IntuitRejected", "GrantUnverified"} <= codes

    errors = [link for error in witness.raised for link in chain(error)]
    assert seen((str(error) for error in errors), secrets) == []
    assert seen((repr(error) for error in errors), secrets) == []
    assert seen((repr(vars(error)) for error in errors), secrets) == []
    assert seen(("".join(traceback.format_exception(error)) for error in witness.raised), secrets) == []

    records = [*caplog.get_records("setup"), *caplog.records]
    assert records
    assert seen((record.getMessage() + repr(vars(record)) for record in records), secrets) == []

    assert seen((repr(event) for event in house.qb.events()), secrets) == []
    assert house.qb.verify_events() == ()

    assert seen((repr(result) for result in witness.returned), secrets - set(witness.links)) == []

    raw = house.raw_bytes()
    assert [secret for secret in secrets if secret.encode() in raw] == []


def test_the_search_would_find_a_secret(witness: Witness) -> None:
    house = witness.house
    secret = max(witness.secrets(), key=len)
    house.sql("update apps set developer_contact = ?", secret)

    assert secret.encode() in house.raw_bytes()
    assert seen(iter([f"a {secret} b"]), witness.secrets())


def test_no_error_drags_the_vendors_request_along(witness: Witness) -> None:
    vendors = ("requests", "urllib3", "intuitlib", "quickbooks", "jwt")
    hanging = [
        type(link).__module__
        for error in witness.raised
        for link in chain(error)
        if type(link).__module__.partition(".")[0] in vendors
    ]

    assert hanging == []
