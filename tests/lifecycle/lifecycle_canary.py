"""A witness who knows every secret that was ever at Intuit's side, and a walk through all that can be done."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import attrs
from lifecycle_house import (
    BAKERY,
    CALLBACK,
    CLIENT_ID,
    CLIENT_SECRET,
    FIRM_REALM,
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
from qbapps.simulator import Fault
from qbapps.simulator.faults import FaultKind, Operation
from qbapps.values import Secret

GUESSED_STATE = "guessed-state-canary"
REFUSED_CODE = "refused-code-canary"
REFUSED_TOKEN = "refused-token-canary"
COOKIE = "cookie-canary-value"
NEXT_SECRET = "next-client-secret-canary"
GIVEN = (GUESSED_STATE, REFUSED_CODE, REFUSED_TOKEN, COOKIE)

ANSWERED = ("access_token", "refresh_token", "id_token")


@attrs.define
class Witness:
    """
    Keeps what every call returned or raised.

    Attributes:
        links: Where people were sent; the caller has them, nobody else.
        said: What the command line printed.
    """

    house: House
    returned: list[object] = attrs.field(factory=list)
    raised: list[BaseException] = attrs.field(factory=list)
    links: list[str] = attrs.field(factory=list)
    said: list[str] = attrs.field(factory=list)

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

    def tokens(self) -> set[str]:
        """Return every token, id_token and client secret that was sent or answered, and the keys."""
        found = {CLIENT_SECRET, NEXT_SECRET, *self.house.keys}
        for record in self.house.intuit.requests:
            found |= {value for name, value in record.form.items() if name == "refresh_token"}
            credentials = record.headers.get("authorization", "").partition(" ")[2]
            found |= {credentials, *_token_of(record.body), *_token_of(record.answer)}
        for connection in self.house.intuit.connections:
            for consent in connection.consents:
                found |= {*consent.access_tokens, *consent.refresh_tokens}
        return {secret for secret in found if len(secret) > 8} - {REFUSED_TOKEN}

    def one_time(self) -> set[str]:
        """Return every code and state, and what a caller gave in plain text."""
        codes = {record.form["code"] for record in self.house.intuit.requests if "code" in record.form}
        return {*codes, *(parameter(link, "state") for link in self.links), *GIVEN}

    def errors(self) -> Iterator[BaseException]:
        """Walk every error that was raised, and all that hangs on it."""
        for error in self.raised:
            yield from chain(error)


def _token_of(body: str) -> set[str]:
    try:
        document = json.loads(body)
    except ValueError:
        return set()
    if not isinstance(document, dict):
        return set()
    return {document[name] for name in ("token", *ANSWERED) if isinstance(document.get(name), str)}


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk an error and all that hangs on it."""
    while error is not None:
        yield error
        if error.__context__ is not error.__cause__:
            yield from chain(error.__context__)
        error = error.__cause__


def forms(secret: str) -> set[bytes]:
    """Return how a secret may look: as it is, in a URL, in base64, in hexadecimal, in two-byte text."""
    raw = secret.encode()
    return {raw, quote(secret, safe="").encode(), base64.b64encode(raw), raw.hex().encode(), secret.encode("utf-16-le")}


def seen(texts: Iterable[str | bytes], secrets: set[str]) -> list[str | bytes]:
    """Return the texts in which a secret shows, from a little before it, in whatever form it does."""
    found = [text.encode(errors="surrogatepass") if isinstance(text, str) else text for text in set(texts)]
    everything = b"\x00".join(found)
    shown = [form for secret in secrets for form in forms(secret) if form in everything]
    return [text[max(0, text.index(form) - 300) :][:600] for text in found for form in shown if form in text]


def with_locals(error: BaseException) -> str:
    """Return a traceback as error trackers send it, with the values of every frame but the test's own."""
    frames = error.__traceback__
    if frames is not None and frames.tb_frame.f_globals is globals():
        frames = frames.tb_next
    told = traceback.TracebackException(type(error), error, frames, capture_locals=True)
    # What hangs on it is looked at by itself.
    told.__cause__ = told.__context__ = None
    return "".join(told.format())


def play_consents(witness: Witness) -> str:
    """Connect, with every mistake a browser can make; return the connection's id."""
    house, ask = witness.house, witness.ask
    qb, agree = house.qb, house.agree
    link = ask(qb.begin_connect, "dext", bind=COOKIE, reference="tenant-42")
    callback = agree(link)
    ask(qb.complete, callback)
    ask(qb.complete, altered(callback, state=GUESSED_STATE), bind=COOKIE)
    connection = ask(qb.complete, callback, bind=COOKIE)
    ask(qb.complete, callback, bind=COOKIE)
    ask(qb.complete, altered(agree(ask(qb.begin_connect, "dext")), code=REFUSED_CODE))
    ask(qb.complete, f"{agree(ask(qb.begin_connect, 'dext'))}&code=twice")
    ask(qb.complete, agree(ask(qb.begin_connect, "dext"), JEAN, GARAGE, decision="deny"))
    ask(qb.complete, "not a callback at all?state=" + GUESSED_STATE)
    return str(connection.id)


def play_tokens(witness: Witness, connection_id: str) -> None:
    """Use and refresh a connection, with everything that can go wrong on the way."""
    house, ask = witness.house, witness.ask
    qb, intuit = house.qb, house.intuit
    connection = qb.connection(connection_id)
    for call in (qb.access_token, qb.quickbooks, qb.probe):
        ask(call, connection_id)
    ask(read_company, qb, connection)
    for fault in faults("company"):
        intuit.inject(fault)
        ask(read_company, qb, connection)
        intuit.clear_faults()
    for fault in faults("refresh"):
        house.clock.advance(timedelta(hours=30))
        intuit.inject(fault)
        ask(qb.access_token, connection_id)
        intuit.clear_faults()
        if isinstance(ask(qb.access_token, connection_id), QBAppsError):
            ask(qb.complete, house.agree(ask(qb.reconnect, connection_id)))
    for act in (qb.pause, qb.access_token, qb.resume):
        ask(act, connection_id)


def faults(operation: str) -> Iterator[Fault]:
    """Give every fault that can be played on an operation, each for long enough to be believed."""
    for kind in FaultKind:
        slow = kind in (FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER)
        try:
            yield Fault(operation, kind, times=8, **({"hold": 0.05} if slow else {}))
        except ValueError:
            continue


def play_grants(witness: Witness, connection_id: str) -> None:
    """Transfer, adopt and discard, with every fault of an exchange and of the checks after it."""
    house, ask = witness.house, witness.ask
    qb, intuit, agree = house.qb, house.intuit, house.agree
    transfer = ask(qb.begin_transfer, connection_id, to=MARIE)
    ask(qb.message, transfer, lang="fr")
    transfer = ask(qb.renew_link, transfer.id)
    intuit.inject(*down("company"))
    ask(qb.complete, agree(transfer, MARIE))
    intuit.clear_faults()
    for grant in ask(qb.unverified_grants):
        ask(qb.adopt, grant.id)
    for operation in (Operation.EXCHANGE, Operation.USERINFO, Operation.JWKS):
        for fault in faults(operation):
            intuit.inject(fault)
            ask(qb.complete, agree(ask(qb.reconnect, connection_id), JEAN))
            intuit.clear_faults()
    for grant in ask(qb.unverified_grants)[1::2]:
        ask(qb.discard, grant.id)
    ask(qb.complete, agree(ask(qb.reconnect, connection_id), MARIE))
    wrong = ask(qb.begin_transfer, connection_id, to=JEAN)
    ask(qb.complete, agree(wrong, PAUL))
    ask(qb.cancel_transfer, wrong.id)


def play_imports(witness: Witness) -> None:
    """Move in with pairs that another program holds: one that works, one that does not, one for another company."""
    house, ask = witness.house, witness.ask
    house.intuit.add_company("9130350000000077", name="Moved in", admins=[JEAN])
    link = ask(house.qb.begin_connect, "dext")
    code = parameter(house.agree(link, JEAN, "9130350000000077"), "code")
    keys = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    answer = house.intuit.handle(
        "POST",
        house.intuit.discovery_url.partition("/.well-known")[0] + "/oauth2/v1/tokens/bearer",
        {"Authorization": f"Basic {keys}", "Content-Type": "application/x-www-form-urlencoded"},
        f"grant_type=authorization_code&code={code}&redirect_uri={quote(CALLBACK, safe='')}",
    )
    theirs = json.loads(answer.body)["refresh_token"]
    ask(house.qb.import_tokens, "dext", realm_id=BAKERY, refresh_token=REFUSED_TOKEN)
    ask(house.qb.import_tokens, "dext", realm_id=FIRM_REALM, refresh_token=REFUSED_TOKEN)
    ask(house.qb.import_tokens, "dext", realm_id="9130350000000077", refresh_token=Secret(theirs))


def play_ends(witness: Witness, connection_id: str) -> None:
    """Disconnect in every way, and let the rumours come in."""
    house, ask = witness.house, witness.ask
    qb, intuit = house.qb, house.intuit
    for fault in faults("revoke"):
        garage = ask(qb.complete, house.agree(ask(qb.begin_connect, "dext"), JEAN, GARAGE))
        intuit.inject(fault, Fault("refresh", "truncated"))
        receipt = ask(qb.disconnect, garage.id, reason="security")
        intuit.clear_faults()
        ask(qb.disconnect, garage.id)
        ask(qb.notice, receipt, lang="fr")
    later = ask(qb.complete, house.agree(ask(qb.begin_connect, "dext"), JEAN, GARAGE))
    ask(qb.undo_disconnect, ask(qb.disconnect, later.id, after=timedelta(days=3)).id)
    ask(qb.refresh_due, within=timedelta(days=400))
    intuit.disconnect(CLIENT_ID, BAKERY)
    ask(qb.note_disconnect, BAKERY, app="dext")
    ask(qb.access_token, connection_id)
    ask(qb.run_due)


def play_keys(witness: Witness) -> None:
    """Give the app a new secret and the store a new key; spoil a seal."""
    house, ask = witness.house, witness.ask
    ask(house.register, "spare", "spare-client", NEXT_SECRET)
    ask(house.qb.rotate_keys)
    ask(house.qb.key_usage)
    house.intuit.add_company("9130350000000078", name="Spoilt", admins=[JEAN])
    spoilt = ask(house.qb.complete, house.agree(ask(house.qb.begin_connect, "dext"), JEAN, "9130350000000078"))
    row = next(row for row in house.ports.store.sealed() if row.id == spoilt.id)
    house.ports.store.reseal([(row, dict.fromkeys(row.values, b"spoilt" * 20))])
    house.ports.memory.forget(spoilt.id)
    ask(house.qb.access_token, spoilt.id)
    ask(house.qb.rotate_keys)


def play_everything(witness: Witness) -> None:
    """Run the flows one after the other, those that end well and those that do not."""
    ask, qb = witness.ask, witness.house.qb
    connection_id = play_consents(witness)
    play_tokens(witness, connection_id)
    play_grants(witness, connection_id)
    play_imports(witness)
    play_ends(witness, connection_id)
    play_keys(witness)
    for connection in ask(lambda: tuple(qb.connections())):
        ask(qb.explain, connection.id, lang="fr")
    for listing in (qb.apps, qb.transfers, qb.unverified_grants, qb.disconnections, qb.worklist):
        witness.returned.extend(ask(listing))
