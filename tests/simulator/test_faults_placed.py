"""Each fault on each endpoint, before the request takes effect and after it."""

import pytest

from qbapps.simulator import Dropped, Fault, FaultKind, TimedOut

# The same trouble before and after processing; a dropped answer is a reset that comes too late.
PLACED = [
    ("reset", "drop_after", {}),
    ("timeout", "timeout_after", {}),
    ("unavailable", "unavailable_after", {}),
    ("unavailable", "unavailable_after", {"status": 502}),
    ("unavailable", "unavailable_after", {"status": 500, "retry_after": 3}),
    ("server_error", "server_error_after", {}),
    ("throttled", "throttled_after", {}),
    ("throttled", "throttled_after", {"retry_after": 7}),
    ("throttled", "throttled_after", {"xml": True}),
    ("html", "html_after", {}),
    ("html", "html_after", {"status": 503}),
    ("invalid_grant", "invalid_grant_after", {}),
    ("invalid_client", "invalid_client_after", {}),
]
OPERATIONS = ["exchange", "refresh", "revoke", "write"]
NOT_OF_THE_API = {"invalid_grant", "invalid_client"}
CASES = [
    (operation, before, after, details)
    for before, after, details in PLACED
    for operation in OPERATIONS
    if not (operation == "write" and before in NOT_OF_THE_API)
]


class Endpoint:
    """One endpoint, with a request ready to be sent and a look at whether it took effect."""

    def __init__(self, app, operation):
        self.app, self.operation = app, operation
        self.code = app.consent()["code"] if operation == "exchange" else ""
        self.pair = {} if operation == "exchange" else app.connect()

    def send(self):
        try:
            return getattr(self, "_" + self.operation)()
        except (Dropped, TimedOut) as silence:
            return type(silence)

    @property
    def done(self):
        connection = self.app.intuit.connection("dext", self.app.realm)
        match self.operation:
            case "exchange":
                return connection.connected
            case "refresh":
                return len(connection.access_tokens) == 2
            case "revoke":
                return not connection.connected
            case _:
                return any(row["DisplayName"] == "Mme Petit" for row in self.customers())

    def customers(self):
        found = self.app.query(self.pair["access_token"], "select * from Customer")
        return found.json()["QueryResponse"]["Customer"]

    def _exchange(self):
        return self.app.exchange(self.code)

    def _refresh(self):
        return self.app.refresh(self.pair["refresh_token"])

    def _revoke(self):
        return self.app.revoke(self.pair["refresh_token"])

    def _write(self):
        headers = {
            "Authorization": f"Bearer {self.pair['access_token']}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        path = f"/v3/company/{self.app.realm}/customer"
        return self.app.intuit.handle("POST", path, headers, '{"DisplayName": "Mme Petit"}')


def shape(reply):
    """What a caller sees of an answer, or of its absence."""
    if isinstance(reply, type):
        return reply
    headers = {name: value for name, value in reply.headers.items() if name != "intuit_tid"}
    return reply.status, headers, reply.body


@pytest.mark.parametrize(("operation", "before", "after", "details"), CASES)
def test_a_fault_looks_the_same_before_and_after_and_only_then_it_was_done(app, operation, before, after, details):
    endpoint = Endpoint(app, operation)
    app.intuit.inject(Fault(operation, before, **details), Fault(operation, after, **details))

    first = endpoint.send()
    seen = app.intuit.requests[-1]
    assert (seen.fault, seen.processed) == (before, False)
    assert not endpoint.done

    second = endpoint.send()
    seen = next(record for record in reversed(app.intuit.requests) if record.operation == operation)
    assert (seen.fault, seen.processed) == (after, True)
    assert endpoint.done
    assert shape(second) == shape(first)


def test_every_fault_before_has_its_twin_after():
    names = {str(kind) for kind in FaultKind}
    twins = {name: f"{name}_after" for name in names if f"{name}_after" in names}
    assert {before: after for before, after, _ in PLACED} == {**twins, "reset": "drop_after"}


@pytest.mark.parametrize("kind", ["throttled", "throttled_after"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_throttling_says_when_to_come_back_only_if_told(app, operation, kind):
    endpoint = Endpoint(app, operation)
    app.intuit.inject(Fault(operation, kind), Fault(operation, kind, retry_after=7))
    assert [endpoint.send().headers.get("Retry-After") for _ in range(2)] == [None, "7"]


def test_the_answer_is_recorded_as_it_was_sent(app):
    pair = app.connect()
    app.intuit.inject(Fault("refresh", "truncated"), Fault("refresh", "drop_after"))
    cut = app.refresh(pair["refresh_token"])
    assert app.intuit.requests[-1].answer == cut.text
    with pytest.raises(Dropped):
        app.refresh(pair["refresh_token"])
    assert app.intuit.requests[-1].answer == ""


def test_a_witness_may_ask_whose_a_token_is(playing):
    app = playing(rotation="each_refresh")
    first = app.connect("jean")
    second = app.renew(first["refresh_token"])
    old, new = app.intuit.whose(first["refresh_token"]), app.intuit.whose(second["access_token"])
    assert (old.kind, old.realm_id, old.owner.name, old.newest) == ("refresh", app.realm, "Jean Durand", False)
    assert old.why_dead == "replaced"
    assert (new.kind, new.client_id, new.newest, new.why_dead) == ("access", "dext", True, None)
    assert app.intuit.whose("made-up") is None
