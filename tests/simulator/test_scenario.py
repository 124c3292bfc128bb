"""Scenario files, the built-in firm, and the control door."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
import requests

from qbapps.simulator import Behaviour, Fault, Intuit, ScenarioError, scenario

TOML = """
seed = 3
[behaviour]
takeover = "stays"
[[apps]]
client_id = "a"
client_secret = "s"
redirect_uris = ["http://localhost:8400/callback"]
[[users]]
email = "u@x.example"
email_verified = false
[[companies]]
realm_id = "77"
name = "Élan"
admins = ["u@x.example"]
subscription_status = "TRIAL"
[[faults]]
operation = "refresh"
kind = "throttled"
retry_after = 5
"""


def test_the_built_in_firm_has_its_books_its_clients_its_people_and_its_apps():
    intuit = Intuit.from_scenario()
    assert [company.name for company in intuit.companies[:3]] == [
        "Cabinet Durand & Associés",
        "Boulangerie Martin",
        "Garage de l'Étoile",
    ]
    realms = [company.realm_id for company in intuit.companies]
    assert realms == ["9130350000000001", *(str(9130350000000100 + n) for n in range(24))]
    assert [user.name for user in intuit.users] == ["Jean Durand", "Sophie Morel", "Karim Benali", "Lucie Faure"]
    assert [app.client_id for app in intuit.apps] == [
        f"sim-{name}" for name in ("dext", "zapier", "time", "a2x", "expensya")
    ]
    assert all(len(company.admins) == 4 for company in intuit.companies)
    assert intuit.companies[11].name == "Plomberie Nguyễn"


def test_the_firm_may_have_thousands_of_clients_with_names_of_their_own():
    companies = Intuit.from_scenario("cabinet-durand", clients=3000).companies
    assert len({company.name for company in companies}) == len(companies) == 3001
    assert len(Intuit.from_scenario(clients=0).companies) == 1


def test_a_scenario_is_read_from_toml(tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text(TOML, encoding="utf-8")
    intuit = Intuit.from_scenario(path, clock=None)
    assert intuit.behaviour == Behaviour(takeover="stays")
    assert intuit.faults == (Fault("refresh", "throttled", retry_after=5),)
    assert [company.name for company in intuit.companies] == ["Élan"]
    assert not intuit.user("u@x.example").email_verified


def test_a_scenario_survives_being_written_down_and_read_again(tmp_path):
    first = Intuit.from_scenario(clients=3, behaviour=Behaviour(replay="kills_chain"))
    first.inject(Fault("company", "unavailable", times=None, realm_id="9130350000000100", status=502))
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(scenario.dump(first)), encoding="utf-8")
    again = Intuit.from_scenario(str(path))
    assert scenario.dump(again) == scenario.dump(first)
    assert (again.behaviour, again.faults, again.users) == (first.behaviour, first.faults, first.users)


def test_options_win_over_the_scenario():
    described = {"behaviour": {"takeover": "stays"}, "seed": 1}
    ours = Behaviour(takeover="dies_at_once")
    assert Intuit.from_scenario(described, behaviour=ours).behaviour is ours
    assert Intuit.from_scenario(described, port=4711).url == "http://127.0.0.1:4711"


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ({"user": []}, r"the scenario has no key 'user'; it has: apps, behaviour"),
        ({"users": [{"mail": "x"}]}, r"users\[0\] has no key 'mail'"),
        ({"users": [{"name": "x"}]}, r"users\[0\] lacks 'email'"),
        ({"users": {"email": "x"}}, "users is a list"),
        ({"users": ["x"]}, r"users\[0\] is an object, not 'x'"),
        ({"companies": [{"realm_id": "abc"}]}, r"companies\[0\]: a realm id is made of digits"),
        ({"companies": [{"realm_id": "1", "admins": ["who"]}]}, r"companies\[0\]: .*no user 'who'"),
        ({"companies": [{"realm_id": "1", "admins": "who"}]}, r"companies\[0\]: admins is a list"),
        ({"behaviour": {"luck": 1}}, "behaviour has no key 'luck'"),
        ({"behaviour": {"takeover": "maybe"}}, "behaviour: Takeover cannot be 'maybe'"),
        ({"faults": [{"operation": "refresh", "kind": "boom"}]}, r"faults\[0\]: .*'boom'"),
        ({"faults": [{"kind": "reset"}]}, r"faults\[0\]: .*operation"),
        ({"apps": [{"client_id": "a", "client_secret": "b", "redirect_uris": "c"}]}, r"apps\[0\]: redirect_uris is a"),
        ("no-such-scenario", r"no scenario 'no-such-scenario' .*built in: cabinet-durand"),
    ],
)
def test_a_wrong_scenario_says_where_it_is_wrong(described, why):
    with pytest.raises(ScenarioError, match=why):
        Intuit.from_scenario(described)


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"broken\.json"):
        Intuit.from_scenario(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ScenarioError, match="is an object"):
        Intuit.from_scenario(path)
    with pytest.raises(ScenarioError, match="clients only counts"):
        Intuit.from_scenario(path, clients=3)


def control(app, action, body=None):
    url = f"{app.intuit.url}/simulator/{action}"
    if body is None:
        return requests.get(url, timeout=10)
    return requests.post(url, json=body, timeout=10)


def test_another_process_drives_the_simulator_through_its_control_door(online):
    intuit = online.intuit
    before = intuit.now
    assert control(online, "advance", {"hours": 25}).status_code == 200
    assert intuit.now - before >= timedelta(hours=25)
    assert control(online, "time", {"at": "2030-01-01T00:00:00+00:00"}).json()["now"].startswith("2030-01-01")
    fault = {"operation": "refresh", "kind": "throttled", "retry_after": 9}
    assert control(online, "inject", fault).json() == {"armed": 1}
    assert intuit.faults[0].details["retry_after"] == 9
    assert control(online, "clear-faults", {}).ok
    assert intuit.faults == ()
    assert control(online, "behaviour", {"takeover": "stays"}).json()["takeover"] == "stays"
    consent = {"url": online.authorize_url(), "user": "jean@durand.example", "realm_id": online.realm}
    back = control(online, "consent", consent).json()["callback_url"]
    assert "code=" in back
    pair = online.connect()
    state = control(online, "state").json()
    assert state["connections"][0]["owner"] == "jean@durand.example"
    assert control(online, "subscription", {"realm_id": online.realm, "status": "SUSPENDED"}).ok
    assert control(online, "admins", {"realm_id": online.realm, "admins": []}).ok
    assert online.company_info(pair["access_token"]).status == 401
    assert control(online, "disconnect", {"client_id": "dext", "realm_id": online.realm}).ok
    assert not intuit.is_alive(pair["refresh_token"])
    listed = control(online, "requests").json()
    assert [record["operation"] for record in listed] == ["authorize", "authorize", "exchange", "company"]
    assert control(online, "clear-requests", {}).ok
    assert intuit.requests == ()


@pytest.mark.parametrize(
    ("action", "body", "status", "why"),
    [
        ("dance", {}, 404, "there are: advance"),
        ("disconnect", {"client_id": "dext"}, 400, "needs 'realm_id'"),
        ("disconnect", {"client_id": "x", "realm_id": "1"}, 400, "no app 'x'"),
        ("inject", {"operation": "refresh", "kind": "boom"}, 400, "boom"),
        ("advance", {"centuries": 1}, 400, "centuries"),
        ("time", {"at": "2030-01-01T00:00:00"}, 400, "aware"),
        ("consent", {"url": "/connect/oauth2", "user": "jean@durand.example"}, 400, "no app with client id"),
        ("subscription", {"realm_id": "9130350000000002", "status": "GONE"}, 400, "GONE"),
    ],
)
def test_the_control_door_says_what_is_wrong(app, action, body, status, why):
    headers = {"Content-Type": "application/json"}
    reply = app.intuit.handle("POST", f"/simulator/{action}", headers, json.dumps(body))
    assert reply.status == status
    assert why in reply.json()["error"]


def test_the_control_door_opens_only_to_this_machine_and_only_to_json(app):
    def ask(headers, peer):
        return app.intuit.handle("POST", "/simulator/advance", headers, '{"hours": 1}', peer=peer).status

    json_type = {"Content-Type": "application/json"}
    assert ask(json_type, "127.0.0.1") == ask(json_type, "::1") == ask(json_type, None) == 200
    assert ask(json_type, "192.0.2.7") == 403
    assert ask({"Content-Type": "text/plain"}, None) == 415
    assert app.intuit.handle("POST", "/simulator/advance", json_type, "[]").status == 400
    assert app.intuit.handle("GET", "/simulator/nothing").status == 404


def run_alone(code):
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_simulator_imports_nothing_else_of_qbapps():
    code = (
        "import sys, qbapps; before = set(sys.modules)\n"
        "import qbapps.simulator, qbapps.simulator.server\n"
        "print(*(set(sys.modules) - before))"
    )
    ours = [name for name in run_alone(code).split() if name.startswith("qbapps.")]
    assert [name for name in ours if not name.startswith("qbapps.simulator")] == []


def test_a_simulator_in_memory_opens_no_socket_makes_no_key_and_needs_no_web_server():
    code = (
        "import sys, socket\n"
        "from cryptography.hazmat.primitives.asymmetric import rsa\n"
        "def refuse(*a, **k): raise AssertionError('not in memory')\n"
        "rsa.generate_private_key = refuse; socket.socket.bind = refuse\n"
        "from qbapps.simulator import Intuit\n"
        "intuit = Intuit.from_scenario()\n"
        "assert intuit.handle('GET', intuit.discovery_url).status == 200\n"
        "assert 'uvicorn' not in sys.modules and 'starlette' not in sys.modules\n"
    )
    run_alone(code)


def test_serving_forever_ends_with_an_interrupt():
    code = (
        "import signal, threading, requests\n"
        "from qbapps.simulator import Intuit\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "intuit = Intuit()\n"
        "intuit.start()\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        "signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))\n"
        "intuit.serve_forever()\n"
        "print('stopped')\n"
    )
    assert run_alone(code) == "stopped\n"
