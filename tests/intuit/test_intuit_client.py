"""The python-quickbooks client that never goes stale."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import intuit_wire as wire
import pytest
import requests
from quickbooks.client import QuickBooks
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    UnsupportedException,
    ValidationException,
)
from quickbooks.objects.attachable import Attachable
from quickbooks.objects.customer import Customer

from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected, IntuitUnavailable, ReconnectRequired
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.transport import Transport
from qbapps.simulator import Intuit
from qbapps.values import Environment, Secret

APP = wire.credentials(api_url="https://api.example")


class Holder:
    """Stands for the use case that keeps a connection's token fresh."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.renewed: list[int] = []

    def current(self) -> Secret:
        return Secret(self.tokens[0])

    def renew(self, status: int) -> Secret:
        self.renewed.append(status)
        if len(self.tokens) > 1:
            del self.tokens[0]
        return self.current()


def scripted(
    answer: Callable[[wire.Sent], wire.Reply | Exception], *tokens: str
) -> tuple[QuickBooks, wire.Scripted, Holder]:
    adapter, holder = wire.Scripted(answer), Holder(*(tokens or ("canary-token",)))
    companies = IntuitCompanies(wire.FakeClock(), transport=Transport(adapter=adapter))
    return companies.client(APP, wire.REALM, "con_1", holder.current, holder.renew), adapter, holder


def lower_case(code: object) -> Any:
    return {"fault": {"error": [{"message": "m", "detail": None, "code": code}], "type": "T"}, "warnings": None}


def upper_case(code: object) -> Any:
    return {"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": code}], "type": "T"}}


def xml(code: object) -> bytes:
    return (
        f'<?xml version="1.0"?><IntuitResponse xmlns="x"><Fault type="T"><Error code="{code}">'
        f"<Message>a &amp; m</Message><Detail>d</Detail></Error></Fault></IntuitResponse>"
    ).encode()


def shapes(status: int, code: object) -> list[wire.Reply]:
    bodies = [json.dumps(lower_case(code)).encode(), json.dumps(upper_case(code)).encode(), xml(code)]
    return [(status, {"intuit_tid": "tid-3"}, body) for body in bodies]


class TestClient:
    @pytest.fixture
    def holder(self, oauth: IntuitOAuth, app: Credentials, grant: TokenGrant) -> Holder:
        holder = Holder(grant.access_token.reveal())

        def renew(status: int) -> Secret:
            holder.renewed.append(status)
            holder.tokens = [oauth.refresh(app, grant.refresh_token).access_token.reveal()]
            return holder.current()

        holder.renew = renew  # type: ignore[method-assign]
        return holder

    @pytest.fixture
    def client(self, companies: IntuitCompanies, app: Credentials, holder: Holder) -> QuickBooks:
        client = companies.client(app, wire.REALM, "con_1", holder.current, holder.renew)
        assert isinstance(client, QuickBooks)
        return client

    def test_it_works_for_longer_than_a_token_lives(self, client: QuickBooks, intuit: Intuit, holder: Holder) -> None:
        for _ in range(3):
            assert Customer.all(qb=client)
            intuit.advance(timedelta(minutes=61))
            assert Customer.get("1", qb=client).DisplayName

        assert holder.renewed == [401] * 3

    def test_it_is_made_without_a_request_for_the_right_world(self) -> None:
        for environment, is_sandbox in ((Environment.SANDBOX, True), (Environment.PRODUCTION, False)):
            adapter = wire.Scripted(lambda _: ConnectionError())
            companies = IntuitCompanies(wire.FakeClock(), transport=Transport(adapter=adapter))
            app = attrs.evolve(APP, environment=environment, api_url=None)
            client = companies.client(app, wire.REALM, "con_1", lambda: Secret("t"), lambda _: Secret("t"))

            assert client.sandbox is is_sandbox
            assert ("sandbox" in client.api_url) is is_sandbox
            assert (client.company_id, client.connection_id, client.minorversion) == (wire.REALM, "con_1", 75)
            assert adapter.sent == []

    @pytest.mark.parametrize("reply", [*shapes(401, "3200"), *shapes(401, "100"), (401, {}, b""), (401, {}, b"no")])
    def test_a_refused_token_is_renewed_once_and_the_request_repeated(self, reply: wire.Reply) -> None:
        client, adapter, holder = scripted(
            lambda sent: reply if sent.headers["Authorization"] == "Bearer old" else wire.as_json(200, {"ok": 1}),
            "old",
            "new",
        )

        assert client.post(f"{client.api_url}/company/1/customer", '{"DisplayName": "Ève"}') == {"ok": 1}

        assert [sent.headers["Authorization"] for sent in adapter.sent] == ["Bearer old", "Bearer new"]
        assert adapter.sent[0].body == adapter.sent[1].body == '{"DisplayName": "Ève"}'
        assert holder.renewed == [401]

    @pytest.mark.parametrize("reply", shapes(401, "3200"))
    def test_a_token_that_is_refused_again_is_a_rejection(self, reply: wire.Reply) -> None:
        client, adapter, holder = scripted(lambda _: reply, "canary-old", "canary-new")

        with pytest.raises(IntuitRejected) as refused:
            client.query("select * from Customer")

        assert (refused.value.error, refused.value.status, refused.value.intuit_tid) == ("3200", 401, "tid-3")
        assert (refused.value.connection_id, refused.value.realm_id) == ("con_1", wire.REALM)
        assert len(adapter.sent) == 2
        assert holder.renewed == [401]
        assert wire.spilled(refused.value, "canary") == []

    def test_what_renewing_raises_reaches_the_caller(self) -> None:
        client, _, holder = scripted(lambda _: (401, {}, b""))

        def renew(_: int) -> Secret:
            raise ReconnectRequired("dead", hint="reconnect")

        client.session._renew = renew

        with pytest.raises(ReconnectRequired):
            client.query("select * from Customer")
        assert holder.renewed == []

    @pytest.mark.parametrize(
        ("status", "code"), [(401, "120"), (403, "120"), (400, 120), (403, "3100"), (401, "3100"), (200, "3100")]
    )
    def test_lost_access_is_told_by_its_number_and_never_renewed(self, status: int, code: object) -> None:
        for reply in shapes(status, code):
            client, adapter, holder = scripted(lambda _, reply=reply: reply)
            with pytest.raises(IntuitRejected) as refused:
                client.query("select * from Customer")
            assert (refused.value.error, refused.value.status) == (str(code), status)
            assert (len(adapter.sent), holder.renewed) == (1, [])
            assert wire.spilled(refused.value, "canary") == []

    @pytest.mark.parametrize("reply", [*shapes(429, "3001"), *shapes(403, "003001"), (429, {}, b""), (429, {}, b"no")])
    def test_a_throttle_is_unavailability_with_a_pause(self, reply: wire.Reply) -> None:
        for headers, pause in (({}, 60), ({"Retry-After": "7"}, 7)):
            client, adapter, _ = scripted(lambda _, headers=headers: (reply[0], {**reply[1], **headers}, reply[2]))
            with pytest.raises(IntuitUnavailable) as throttled:
                client.query("select * from Customer")
            assert throttled.value.retry_after == timedelta(seconds=pause)
            assert throttled.value.processed is False
            assert throttled.value.error == "3001"
            assert len(adapter.sent) == 1

    @pytest.mark.parametrize(
        "reply",
        [
            *shapes(500, "10000"),
            *shapes(503, "3200"),
            (503, {}, b"Service Unavailable"),
            (502, {}, b"<html>"),
            (504, {}, b""),
            (500, {}, b"Internal fault"),
            (408, {}, b""),
            (200, {}, b"<html>We'll be right back</html>"),
            (200, {}, b""),
            wire.as_json(200, {"Fault": {"Error": [{"Message": "m", "code": "10000"}], "type": "SystemFault"}}),
        ],
    )
    def test_a_failure_of_intuits_is_unavailability(self, reply: wire.Reply) -> None:
        client, adapter, _ = scripted(lambda _: reply)

        with pytest.raises(IntuitUnavailable) as failed:
            client.query("select * from Customer")

        assert failed.value.status == reply[0]
        assert failed.value.processed is None
        assert len(adapter.sent) == 1

    @pytest.mark.parametrize(
        "reply",
        [
            *shapes(400, "ABC"),
            *shapes(400, ""),
            *shapes(200, "1e3"),
            wire.as_json(400, upper_case(None)),
            wire.as_json(400, {"Fault": {"Error": []}}),
            wire.as_json(200, {"Fault": None, "fault": None}) and wire.as_json(200, {"Fault": {}}),
            wire.as_json(400, {"Fault": {"Error": [{}]}}),
            wire.as_json(400, {"Fault": "no"}),
            wire.as_json(404, {}),
            (404, {}, b"<html>"),
            (302, {"Location": "https://evil.example/"}, b""),
            (200, {}, b'{"QueryResponse": {"Cust'),
            (200, {}, b"[]"),
        ],
    )
    def test_what_cannot_be_understood_is_said_so(self, reply: wire.Reply) -> None:
        client, adapter, _ = scripted(lambda _: reply)

        with pytest.raises(IntuitProtocolError) as garbled:
            client.query("select * from Customer")

        assert garbled.value.status == reply[0]
        assert len(adapter.sent) == 1
        assert wire.spilled(garbled.value, "canary") == []

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("99", AuthorizationException),
            ("500", UnsupportedException),
            ("610", ObjectNotFoundException),
            ("2020", ValidationException),
            ("5010", QuickbooksException),
            ("6190", QuickbooksException),
            ("6240", QuickbooksException),
            ("20000", SevereException),
        ],
    )
    def test_an_ordinary_fault_is_python_quickbooks_own_whatever_its_shape(
        self, code: str, kind: type[QuickbooksException]
    ) -> None:
        for reply in (*shapes(400, code), *shapes(200, code)):
            client, _, _ = scripted(lambda _, reply=reply: reply)
            with pytest.raises(QuickbooksException) as business:
                client.query("select * from Customer")
            assert type(business.value) is kind
            assert business.value.error_code == int(code)
            assert business.value.intuit_tid == "tid-3"

    def test_the_parts_of_a_batch_are_left_to_python_quickbooks(self) -> None:
        batch = {"BatchItemResponse": [{"bId": "1", **upper_case("610")}]}
        client, _, _ = scripted(lambda _: wire.as_json(200, batch))

        assert client.batch_operation("{}") == batch

    def test_the_simulators_business_faults_come_through(self, client: QuickBooks, intuit: Intuit) -> None:
        with pytest.raises(ObjectNotFoundException):
            Customer.get("404", qb=client)
        customer = Customer()
        customer.DisplayName = "Ève & fils"
        assert customer.save(qb=client).DisplayName == "Ève & fils"
        customer.Id = None
        with pytest.raises(QuickbooksException, match="6240"):
            customer.save(qb=client)
        intuit.set_subscription(wire.REALM, "EXPIRED")
        with pytest.raises(QuickbooksException, match="6190"):
            customer.save(qb=client)

    def test_a_write_that_may_have_been_done_is_not_repeated(self) -> None:
        client, adapter, _ = scripted(lambda _: requests.ConnectionError("canary"))

        with pytest.raises(IntuitUnavailable) as lost:
            client.create_object("Customer", "{}")

        assert lost.value.processed is None
        assert (lost.value.connection_id, lost.value.realm_id) == ("con_1", wire.REALM)
        assert len(adapter.sent) == 1
        assert wire.spilled(lost.value, "canary") == []

    def test_a_pdf_comes_through_the_same_door(self) -> None:
        replies = [(401, {}, b""), (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7 \xff\x00")]
        client, adapter, holder = scripted(lambda _: replies.pop(0))

        assert client.download_pdf("Invoice", 7).startswith(b"%PDF")

        assert holder.renewed == [401]
        assert adapter.sent[0].headers["Accept"].startswith("application/pdf")
        for reply, kind in (
            (wire.as_json(400, upper_case("610")), ObjectNotFoundException),
            (wire.as_json(200, upper_case("610")), ObjectNotFoundException),
            (wire.as_json(400, {"error": "odd"}), IntuitProtocolError),
            ((429, {}, b""), IntuitUnavailable),
        ):
            replies.append(reply)
            with pytest.raises(kind):
                client.download_pdf("Invoice", 7)

    def test_an_upload_comes_through_the_same_door(self, tmp_path: Path) -> None:
        path = tmp_path / "reçu.txt"
        path.write_bytes(b"1234")
        replies = [(401, {}, b""), wire.as_json(200, {"AttachableResponse": [{"Attachable": {"Id": "5"}}]})]
        client, adapter, holder = scripted(lambda _: replies.pop(0))
        file = Attachable()
        file.FileName, file._FilePath, file.ContentType = "reçu.txt", str(path), "text/plain"

        file.save(qb=client)

        assert file.Id == "5"
        assert holder.renewed == [401]
        assert adapter.sent[1].url.startswith(f"https://api.example/v3/company/{wire.REALM}/upload")
        assert "MTIzNA==" in adapter.sent[1].body
        assert adapter.sent[0].body == adapter.sent[1].body

    @pytest.mark.parametrize("url", ["https://evil.example/v3/company/1/x", "http://api.example/v3/x", "/v3/x"])
    def test_the_token_goes_to_the_accounting_api_only(self, url: str) -> None:
        client, adapter, _ = scripted(lambda _: wire.as_json(200, {}))

        with pytest.raises(ConfigurationError):
            client.get(url)
        with pytest.raises(ConfigurationError):
            client.get_current_user()

        assert adapter.sent == []

    def test_an_api_url_that_is_not_secure_makes_no_client(self) -> None:
        companies = IntuitCompanies(wire.FakeClock(), transport=Transport(adapter=wire.Scripted(lambda _: OSError())))

        with pytest.raises(ConfigurationError, match="api_url"):
            companies.client(
                attrs.evolve(APP, api_url="http://api.example"),
                wire.REALM,
                "c",
                lambda: Secret("t"),
                lambda _: Secret("t"),
            )

    def test_threads_may_share_it(self, client: QuickBooks, holder: Holder) -> None:
        expected = len(Customer.all(qb=client))

        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(lambda _: len(Customer.all(qb=client)), range(64)))

        assert found == [expected] * 64
        assert holder.renewed == []
