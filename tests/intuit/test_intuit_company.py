"""What CompanyInfo says, and what its refusals mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import intuit_wire as wire
import pytest

from qbapps.domain.parties import CompanyFacts, Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.transport import Transport
from qbapps.simulator import Fault, Intuit
from qbapps.testing import FakeClock
from qbapps.values import Secret

APP = wire.credentials(api_url="https://api.example")


class TestCompanyInfo:
    def test_it_says_what_intuit_says(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant
    ) -> None:
        facts = companies.company_info(app, wire.REALM, grant.access_token)

        assert facts == CompanyFacts(
            realm_id=wire.REALM,
            name="Boulangerie Martin",
            country="FR",
            subscription_status="SUBSCRIBED",
            intuit_tid=intuit.requests[-1].intuit_tid,
        )
        assert intuit.requests[-1].query["minorversion"] == "75"

    @pytest.mark.parametrize("kind", ["reset", "unavailable", "server_error", "drop_after", "html", "api_fault"])
    def test_it_is_read_again_while_intuit_is_unavailable(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant, kind: str
    ) -> None:
        intuit.inject(Fault("company", kind, times=2))

        assert companies.company_info(app, wire.REALM, grant.access_token).name == "Boulangerie Martin"
        assert [record.operation for record in intuit.requests].count("company") == 3

    def test_a_throttle_is_told_with_the_documented_pause_when_intuit_names_none(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
    ) -> None:
        for is_xml in (False, True):
            intuit.inject(Fault("company", "throttled", xml=is_xml))
            with pytest.raises(IntuitUnavailable) as throttled:
                companies.company_info(app, wire.REALM, grant.access_token)
            assert throttled.value.retry_after == timedelta(seconds=60)
            assert (throttled.value.status, throttled.value.error) == (429, "3001")
        assert clock.slept == []

    @pytest.mark.parametrize("is_xml", [False, True])
    def test_a_refused_token_is_3200_and_not_a_dead_connection(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant, is_xml: bool
    ) -> None:
        intuit.inject(Fault("company", "unauthorized", xml=is_xml))

        with pytest.raises(IntuitRejected) as refused:
            companies.company_info(app, wire.REALM, grant.access_token)

        assert refused.value.error in ("3200", "100")
        assert (refused.value.status, refused.value.realm_id) == (401, wire.REALM)
        assert refused.value.intuit_tid == intuit.requests[-1].intuit_tid
        assert wire.spilled(refused.value, grant.access_token.reveal()) == []

    def test_an_owner_who_lost_access_is_120(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant
    ) -> None:
        intuit.remove_admin(wire.REALM, wire.JEAN)

        with pytest.raises(IntuitRejected) as refused:
            companies.company_info(app, wire.REALM, grant.access_token)

        assert refused.value.error == "120"
        assert "Transfer" in refused.value.hint

    @pytest.mark.parametrize("lower", [False, True])
    def test_a_token_for_another_company_is_3100(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant, lower: bool
    ) -> None:
        intuit.inject(Fault("company", "forbidden", lower_case=lower))
        with pytest.raises(IntuitRejected) as refused:
            companies.company_info(app, wire.REALM, grant.access_token)
        assert (refused.value.error, refused.value.status) == ("3100", 403)

        with pytest.raises(IntuitRejected) as refused:
            companies.company_info(app, "9130350000009999", grant.access_token)
        assert (refused.value.error, refused.value.realm_id) == ("3100", "9130350000009999")

    @pytest.mark.parametrize("code", [6190, 610, 4000])
    def test_a_business_fault_is_a_rejection_with_its_number(
        self, companies: IntuitCompanies, intuit: Intuit, app: Credentials, grant: TokenGrant, code: int
    ) -> None:
        intuit.inject(Fault("company", "api_fault", status=400, code=str(code), type="ValidationFault"))

        with pytest.raises(IntuitRejected) as refused:
            companies.company_info(app, wire.REALM, grant.access_token)

        assert refused.value.error == str(code)
        assert refused.value.intuit_tid == intuit.requests[-1].intuit_tid
        assert wire.spilled(refused.value, grant.access_token.reveal()) == []

    @pytest.mark.parametrize("body", [{}, {"CompanyInfo": None}, {"CompanyInfo": [7]}, {"CompanyInfo": {"Email": 7}}])
    def test_an_answer_without_a_company_is_not_understood(self, body: Any) -> None:
        adapter = wire.Scripted(lambda _: wire.as_json(200, body))
        companies = IntuitCompanies(wire.FakeClock(), transport=Transport(adapter=adapter))

        with pytest.raises(IntuitProtocolError) as garbled:
            companies.company_info(APP, wire.REALM, Secret("canary-token"))

        assert wire.spilled(garbled.value, "canary") == []

    def test_a_realm_id_that_is_none_never_gets_into_a_url(self) -> None:
        adapter = wire.Scripted(lambda _: wire.as_json(200, {}))
        companies = IntuitCompanies(wire.FakeClock(), transport=Transport(adapter=adapter))

        with pytest.raises(ConfigurationError):
            companies.company_info(APP, "1/../../2", Secret("canary-token"))

        assert adapter.sent == []


def test_an_answer_that_names_no_company_proves_none() -> None:
    answer = wire.as_json(200, {"CompanyInfo": {}})
    companies = IntuitCompanies(FakeClock(), transport=Transport(adapter=wire.Scripted(lambda _: answer)))
    with pytest.raises(IntuitProtocolError):
        companies.company_info(APP, wire.REALM, Secret("token"))
