"""The Accounting API: whom it lets in, in which words it refuses, and what it reads."""

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

NAMESPACE = "{http://schema.intuit.com/finance/v3}"


def test_company_info_answers_for_the_realm_of_the_token(app):
    info = app.company_info(app.connect()["access_token"]).json()["CompanyInfo"]
    assert info["CompanyName"] == "Boulangerie Martin"
    assert (info["Country"], info["SubscriptionStatus"]) == ("FR", "SUBSCRIBED")


@pytest.mark.parametrize("token", [None, "", "made-up"])
def test_an_unknown_token_is_refused_with_3200_in_lower_case(app, token):
    reply = app.company_info(token)
    fault = reply.json()["fault"]
    assert reply.status == 401
    assert fault["type"] == "AUTHENTICATION"
    assert fault["error"][0]["code"] == "3200"
    assert "errorCode=003200" in fault["error"][0]["message"]


def test_a_refresh_token_does_not_open_the_api(app):
    assert app.company_info(app.connect()["refresh_token"]).status == 401


def test_an_expired_token_says_so(app):
    pair = app.connect()
    app.intuit.advance(timedelta(hours=1))
    assert app.company_info(pair["access_token"]).json()["fault"]["error"][0]["detail"] == "Token expired"


def test_a_token_of_another_company_is_refused_with_3100(app):
    reply = app.company_info(app.connect()["access_token"], realm=app.other_realm)
    assert reply.status == 403
    assert reply.json()["Fault"]["Error"][0]["code"] == "3100"


def test_a_token_without_the_accounting_scope_is_refused_with_3100(app):
    answer = app.connect(scope="com.intuit.quickbooks.payment openid")
    assert app.company_info(answer["access_token"]).status == 403


def test_an_owner_who_is_no_longer_admin_is_refused_with_120_until_it_is_given_back(app):
    pair = app.connect("jean")
    app.intuit.remove_admin(app.realm, "jean@durand.example")
    reply = app.company_info(pair["access_token"])
    error = reply.json()["Fault"]
    assert (reply.status, error["type"], error["Error"][0]["code"]) == (401, "AuthorizationFault", "120")
    assert "-11014-You do not have access" in error["Error"][0]["Detail"]
    app.intuit.set_admins(app.realm, ["jean@durand.example"])
    assert app.company_info(pair["access_token"]).status == 200


def test_an_owner_who_is_no_longer_admin_can_still_refresh(app):
    pair = app.connect("jean")
    app.intuit.remove_admin(app.realm, "jean@durand.example")
    assert app.refresh(pair["refresh_token"]).status == 200


def test_who_does_not_ask_for_json_gets_xml(app):
    pair = app.connect()
    good = ET.fromstring(app.company_info(pair["access_token"], accept="*/*").body)  # noqa: S314 - our own
    assert good.findtext(f"{NAMESPACE}CompanyInfo/{NAMESPACE}CompanyName") == "Boulangerie Martin"
    bad = app.company_info("x", accept="application/xml")
    fault = ET.fromstring(bad.body).find(f"{NAMESPACE}Fault")  # noqa: S314 - our own
    assert (bad.status, fault.get("type")) == (401, "AuthenticationFault")


@pytest.mark.parametrize("status", ["EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELLED"])
def test_a_lapsed_subscription_reads_but_does_not_write(app, status):
    token = app.connect()["access_token"]
    assert create(app, token, "Client neuf").status == 200
    app.intuit.set_subscription(app.realm, status)
    assert app.company_info(token).json()["CompanyInfo"]["SubscriptionStatus"] == status
    assert app.query(token, "select * from Customer").status == 200
    reply = create(app, token, "Client de trop")
    assert (reply.status, reply.json()["Fault"]["Error"][0]["code"]) == (400, "6190")


def test_a_subscription_that_does_not_exist_is_refused(app):
    with pytest.raises(ValueError, match="no subscription status 'GONE'"):
        app.intuit.set_subscription(app.realm, "GONE")


def create(app, token, name):
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    body = json.dumps({"DisplayName": name})
    return app.intuit.handle("POST", f"/v3/company/{app.realm}/customer", headers, body)


def test_a_customer_can_be_created_once_and_read_back(app):
    token = app.connect()["access_token"]
    made = create(app, token, "Hôtel d'Aval").json()["Customer"]
    read = app.get(f"/v3/company/{app.realm}/customer/{made['Id']}", token)
    assert read.json()["Customer"]["DisplayName"] == "Hôtel d'Aval"
    assert create(app, token, "Hôtel d'Aval").json()["Fault"]["Error"][0]["code"] == "6240"
    assert create(app, token, "").json()["Fault"]["Error"][0]["code"] == "2020"
    missing = app.get(f"/v3/company/{app.realm}/customer/999", token)
    assert missing.json()["Fault"]["Error"][0]["code"] == "610"
    assert app.intuit.requests[-1].operation == "company"
    assert [r.operation for r in app.intuit.requests].count("write") == 3


def names(reply):
    return [row["DisplayName"] for row in reply.json()["QueryResponse"].get("Customer", [])]


def test_customers_are_paged_counted_ordered_and_filtered(app):
    token = app.connect()["access_token"]
    every = names(app.query(token, "select * from Customer"))
    assert len(every) >= 3
    count = app.query(token, "SELECT COUNT(*) FROM Customer").json()["QueryResponse"]["totalCount"]
    assert count == len(every)
    paged = app.query(token, "select * from Customer STARTPOSITION 2 MAXRESULTS 1").json()
    assert paged["QueryResponse"]["startPosition"] == 2
    assert [row["DisplayName"] for row in paged["QueryResponse"]["Customer"]] == every[1:2]
    ordered = names(app.query(token, "select * from Customer ORDERBY DisplayName DESC"))
    assert ordered == sorted(every, reverse=True)
    every_customer = "select Id, DisplayName from Customer"
    quoted = every[0].replace("'", "\\'")
    assert names(app.query(token, f"{every_customer} where DisplayName = '{quoted}'")) == every[:1]
    like = f"{every_customer} where DisplayName like '{quoted[:4]}%' and Active = true"
    assert names(app.query(token, like)) == every[:1]
    assert names(app.query(token, "select * from Customer where Id in ('1', '3')")) == [every[0], every[2]]
    assert names(app.query(token, "select * from Customer where Balance < 0")) == []
    assert names(app.query(token, "select * from Customer where Active = false")) == []


def test_company_info_can_be_queried(app):
    token = app.connect()["access_token"]
    rows = app.query(token, "select * from CompanyInfo").json()["QueryResponse"]["CompanyInfo"]
    assert [row["CompanyName"] for row in rows] == ["Boulangerie Martin"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drop table Customer",
        "select * from Wizard",
        "select * from Customer where Balance ~ 3",
        "select * from Customer maxresults 1001",
    ],
)
def test_a_query_that_makes_no_sense_is_a_validation_fault(app, text):
    reply = app.query(app.connect()["access_token"], text)
    assert reply.status == 400
    assert reply.json()["Fault"]["Error"][0]["code"] == "4000"


def test_a_query_may_be_posted_as_text(app):
    headers = {
        "Authorization": f"Bearer {app.connect()['access_token']}",
        "Content-Type": "application/text",
        "Accept": "application/json",
    }
    path = f"/v3/company/{app.realm}/query?minorversion=75"
    reply = app.intuit.handle("POST", path, headers, "select * from Customer maxresults 2")
    assert len(reply.json()["QueryResponse"]["Customer"]) == 2


def test_what_the_api_does_not_have_is_refused(app):
    token = app.connect()["access_token"]
    assert app.get(f"/v3/company/{app.realm}/reports/Ledger", token).status == 400
    assert app.get("/v3/other", token).status == 404
    assert app.intuit.handle("PUT", f"/v3/company/{app.realm}/customer").status == 405
    assert app.intuit.handle("GET", "/oauth2/v1/tokens/bearer").status == 405


def test_limits_throttle_only_when_enforced(playing):
    app = playing(enforce_limits=True)
    token, elsewhere = app.connect()["access_token"], app.connect(realm=app.other_realm)["access_token"]
    answers = [app.company_info(token).status for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert app.company_info(elsewhere, realm=app.other_realm).status == 200
    app.intuit.advance(timedelta(seconds=1))
    reply = app.company_info(token)
    assert reply.status == 200
    free = playing()
    token = free.connect()["access_token"]
    assert {free.company_info(token).status for _ in range(30)} == {200}


def test_a_company_is_throttled_after_500_requests_in_a_minute(playing):
    app = playing(enforce_limits=True)
    token = app.connect()["access_token"]
    for _ in range(50):
        assert all(app.company_info(token).status == 200 for _ in range(10))
        app.intuit.advance(timedelta(seconds=1))
    reply = app.company_info(token)
    assert (reply.status, reply.json()["Fault"]["Error"][0]["code"]) == (429, "3001")
    app.intuit.advance(timedelta(seconds=11))
    assert app.company_info(app.connect()["access_token"]).status == 200
