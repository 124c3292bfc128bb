"""Faults, gates and the record of requests, in memory."""

import threading

import pytest

from qbapps.simulator import Dropped, Fault, TimedOut
from qbapps.simulator.faults import FaultKind, Operation


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("login", "reset"), r"Operation cannot be 'login'.*discovery, exchange, refresh"),
        (("refresh", "explode"), r"FaultKind cannot be 'explode'.*reset, timeout"),
        (("company", "invalid_grant"), "cannot happen on company; it can on: any, exchange, refresh"),
        (("refresh", "reset", 0), "at least once"),
        (("refresh", "reset", 1, -1), "after counts"),
    ],
)
def test_a_fault_that_cannot_happen_is_refused_with_what_can(arguments, why):
    with pytest.raises(ValueError, match=why):
        Fault(*arguments)


def test_a_detail_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="reset has no detail 'hold'; it takes none"):
        Fault("refresh", "reset", hold=3)
    with pytest.raises(ValueError, match="timeout has no detail 'holds'; it takes: hold"):
        Fault("refresh", "timeout", holds=3)
    with pytest.raises(ValueError, match="wrong is one of"):
        Fault("exchange", "bad_id_token", wrong="everything")


def test_every_kind_can_happen_somewhere():
    for kind in FaultKind:
        assert any(possible(operation, kind) for operation in Operation), kind


def possible(operation, kind):
    try:
        Fault(operation, kind)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", ["reset", "timeout"])
def test_silence_before_leaves_everything_as_it_was(app, kind):
    code = app.consent()["code"]
    app.intuit.inject(Fault("exchange", kind))
    with pytest.raises((Dropped, TimedOut)) as caught:
        app.exchange(code)
    assert not caught.value.processed
    assert app.exchange(code).status == 200
    lost = app.intuit.requests[-2]
    assert (lost.status, lost.processed, lost.fault) == (None, False, kind)


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after"])
def test_silence_after_has_spent_the_code(app, kind):
    code = app.consent()["code"]
    app.intuit.inject(Fault("exchange", kind))
    with pytest.raises((Dropped, TimedOut)) as caught:
        app.exchange(code)
    assert caught.value.processed
    assert app.intuit.connection("dext", app.realm).connected
    assert app.exchange(code).status == 400


def test_drop_after_rotation_rotates_even_a_young_token(app):
    pair = app.connect()
    app.intuit.inject(Fault("refresh", "drop_after_rotation", times=1))
    with pytest.raises(Dropped):
        app.refresh(pair["refresh_token"])
    assert not app.intuit.is_alive(pair["refresh_token"])
    assert app.intuit.connection("dext", app.realm).connected


def test_drop_after_leaves_a_young_token_usable(app):
    pair = app.connect()
    app.intuit.inject(Fault("refresh", "drop_after"))
    with pytest.raises(Dropped):
        app.refresh(pair["refresh_token"])
    assert app.renew(pair["refresh_token"])["refresh_token"] == pair["refresh_token"]


@pytest.mark.parametrize(
    ("kind", "details", "status"),
    [
        ("unavailable", {}, 503),
        ("unavailable", {"status": 502}, 502),
        ("unavailable", {"status": 500}, 500),
        ("server_error", {}, 500),
        ("throttled", {}, 429),
        ("html", {}, 200),
        ("html", {"status": 503}, 503),
        ("invalid_grant", {}, 400),
        ("invalid_client", {}, 401),
        ("invalid_request", {}, 400),
    ],
)
def test_an_outage_answers_wrongly_and_changes_nothing(app, kind, details, status):
    pair = app.connect()
    app.intuit.inject(Fault("refresh", kind, **details))
    assert app.refresh(pair["refresh_token"]).status == status
    record = app.intuit.requests[-1]
    assert (record.fault, record.processed, record.note) == (kind, False, f"fault: {kind}")
    assert app.refresh(pair["refresh_token"]).status == 200


def test_an_outage_says_when_to_come_back_only_if_told(app):
    app.intuit.inject(
        Fault("company", "throttled"),
        Fault("company", "throttled", retry_after=60),
        Fault("company", "unavailable", retry_after=7),
    )
    token = app.connect()["access_token"]
    waits = [app.company_info(token).headers.get("Retry-After") for _ in range(3)]
    assert waits == [None, "60", "7"]


def test_api_errors_come_in_all_their_shapes(app):
    token = app.connect()["access_token"]
    app.intuit.inject(
        Fault("company", "throttled", xml=True),
        Fault("company", "unauthorized", xml=True),
        Fault("company", "unauthorized"),
        Fault("company", "forbidden"),
        Fault("company", "forbidden", lower_case=True),
        Fault("company", "api_fault", code="120", type="AuthorizatonFault"),
        Fault("company", "api_fault", status=400, code="6190", message="Invalid Company Status"),
    )
    replies = [app.company_info(token) for _ in range(7)]
    assert [reply.status for reply in replies] == [429, 401, 401, 403, 403, 200, 400]
    assert [b"<Fault type=" in reply.body for reply in replies] == [True, True] + [False] * 5
    assert replies[2].json()["fault"]["error"][0]["code"] == "3200"
    assert replies[3].json()["Fault"]["Error"][0]["code"] == "3100"
    assert replies[4].json()["fault"]["error"][0]["code"] == "3100"
    assert replies[5].json()["Fault"]["type"] == "AuthorizatonFault"
    assert replies[6].json()["Fault"]["Error"][0]["Message"] == "Invalid Company Status"


@pytest.mark.parametrize("kind", ["unavailable_after", "html_after", "truncated"])
def test_a_spoilt_answer_hides_an_effect_that_took_place(app, kind):
    pair = app.connect()
    app.intuit.inject(Fault("revoke", kind))
    reply = app.revoke(pair["refresh_token"])
    assert app.intuit.requests[-1].processed
    assert not app.intuit.is_alive(pair["refresh_token"])
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        reply.json()


def test_a_truncated_answer_still_says_200_and_json(app):
    code = app.consent()["code"]
    app.intuit.inject(Fault("exchange", "truncated"))
    reply = app.exchange(code)
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json;charset=UTF-8")
    assert reply.body.startswith(b'{"token_type"')
    assert not reply.body.endswith(b"}")


def test_a_token_answer_may_lack_the_refresh_token_or_the_id_token(app):
    app.intuit.inject(Fault("exchange", "no_refresh_token"), Fault("exchange", "no_id_token"))
    assert "refresh_token" not in app.connect()
    second = app.connect()
    assert "refresh_token" in second
    assert "id_token" not in second


def test_a_fault_happens_as_often_as_told_and_not_before_its_turn(app):
    token = app.connect()["access_token"]
    app.intuit.inject(Fault("company", "unavailable", times=2, after=1))
    assert [app.company_info(token).status for _ in range(4)] == [200, 503, 503, 200]
    assert app.intuit.faults == ()


def test_a_fault_without_end_lasts_until_cleared(app):
    token = app.connect()["access_token"]
    app.intuit.inject(Fault("any", "unavailable", times=None))
    assert {app.company_info(token).status for _ in range(5)} == {503}
    assert app.intuit.handle("GET", "/op/v1/jwks").status == 503
    assert app.intuit.handle("GET", "/").status == 200
    app.intuit.clear_faults()
    assert app.company_info(token).status == 200


def test_a_fault_may_be_meant_for_one_company_or_one_app(app, zapier):
    here, there = app.connect()["access_token"], app.connect(realm=app.other_realm)["access_token"]
    other = zapier.connect()["access_token"]
    app.intuit.inject(
        Fault("company", "unavailable", times=None, realm_id=app.other_realm),
        Fault("company", "server_error", times=None, client_id="zapier"),
    )
    assert app.company_info(here).status == 200
    assert app.company_info(there, realm=app.other_realm).status == 503
    assert zapier.company_info(other).status == 500


def test_faults_of_one_operation_leave_the_others_alone(app):
    app.intuit.inject(Fault("query", "unavailable"), Fault("write", "unavailable"))
    token = app.connect()["access_token"]
    assert app.company_info(token).status == 200
    assert app.query(token, "select * from Customer").status == 503


def test_a_fault_on_anything_waits_for_a_request_it_fits(app):
    app.intuit.inject(Fault("any", "invalid_grant"))
    assert app.intuit.handle("GET", "/op/v1/jwks").status == 200
    assert app.exchange("x").json()["error"] == "invalid_grant"
    assert app.intuit.requests[-1].fault == "invalid_grant"


def test_requests_are_recorded_in_order_with_what_became_of_them(app):
    pair = app.connect()
    app.renew(pair["refresh_token"])
    app.company_info(pair["access_token"])
    app.revoke(pair["refresh_token"])
    app.get("/nothing/here", None)
    records = app.intuit.requests
    operations = ["authorize", "exchange", "refresh", "company", "revoke", "unknown"]
    assert [record.operation for record in records] == operations
    assert [record.number for record in records] == [0, 1, 2, 3, 4, 5]
    assert [record.status for record in records] == [302, 200, 200, 200, 200, 404]
    assert {record.outcome for record in records} == {"answered"}
    assert {record.client_id for record in records[:5]} == {"dext"}
    assert {record.realm_id for record in records[:5]} == {app.realm}
    refresh = records[2]
    assert refresh.form["refresh_token"] == pair["refresh_token"]
    assert refresh.headers["authorization"] == app.basic
    assert refresh.at == app.noon
    with pytest.raises(AttributeError):
        refresh.status = 500
    with pytest.raises(TypeError):
        refresh.headers["x"] = "y"


def test_cleared_requests_are_forgotten_but_the_numbers_go_on(app):
    app.connect()
    app.intuit.clear_requests()
    assert app.intuit.requests == ()
    app.connect()
    assert [record.number for record in app.intuit.requests] == [2, 3]


def test_a_request_in_flight_while_the_record_is_cleared_stays_forgotten(app):
    pair = app.connect()
    results = []
    with app.intuit.hold("refresh") as gate:
        thread = in_thread(results, lambda: app.refresh(pair["refresh_token"]))
        gate.wait_arrived()
        app.intuit.clear_requests()
        app.company_info("made-up")
    thread.join()
    assert results[0].status == 200
    assert [(record.operation, record.status) for record in app.intuit.requests] == [("company", 401)]


def in_thread(results, ask):
    thread = threading.Thread(target=lambda: results.append(ask()))
    thread.start()
    return thread


def test_a_gate_holds_a_request_before_it_takes_effect(app):
    pair = app.connect()
    results = []
    with app.intuit.hold("refresh") as gate:
        thread = in_thread(results, lambda: app.refresh(pair["refresh_token"]))
        gate.wait_arrived()
        assert gate.waiting == 1
        assert app.intuit.requests[-1].outcome == "waiting"
        app.intuit.disconnect("dext", app.realm)
        gate.release()
        thread.join()
    assert results[0].status == 400


def test_a_gate_after_holds_only_the_answer(app):
    pair = app.connect()
    results = []
    with app.intuit.hold("revoke", "after") as gate:
        thread = in_thread(results, lambda: app.revoke(pair["refresh_token"]))
        gate.wait_arrived()
        assert not app.intuit.is_alive(pair["refresh_token"])
        assert results == []
    thread.join()
    assert results[0].status == 200


def test_a_gate_holds_only_its_operation_and_company(app):
    token, other = app.connect()["access_token"], app.connect(realm=app.other_realm)["access_token"]
    results = []
    with app.intuit.hold("company", realm_id=app.realm) as gate:
        assert app.company_info(other, realm=app.other_realm).status == 200
        assert app.query(token, "select * from Customer").status == 200
        thread = in_thread(results, lambda: app.company_info(token))
        gate.wait_arrived()
    thread.join()
    assert results[0].status == 200


def test_a_gate_nobody_comes_to_says_so(app):
    with app.intuit.hold("jwks") as gate, pytest.raises(TimeoutError, match="0 of 1 jwks requests"):
        gate.wait_arrived(timeout=0.01)


def test_a_gate_must_stand_somewhere_real(app):
    with pytest.raises(ValueError, match="Operation cannot be 'login'"):
        app.intuit.hold("login").__enter__()
    with pytest.raises(ValueError, match="before or after"):
        app.intuit.hold("jwks", "during").__enter__()


def test_many_threads_refresh_one_token_and_each_is_decided(playing):
    app = playing(rotation="each_refresh", replay="kills_chain")
    pair = app.connect()
    results = []
    with app.intuit.hold("refresh") as gate:
        threads = [in_thread(results, lambda: app.refresh(pair["refresh_token"])) for _ in range(8)]
        gate.wait_arrived(8)
    for thread in threads:
        thread.join()
    assert sorted(reply.status for reply in results) == [200] + [400] * 7
    assert not app.intuit.connection("dext", app.realm).connected
