"""The main job by hand, through the command line and over real HTTP."""

from __future__ import annotations

import json
import socket

import requests
from cli_people import CLIENT_REALM, JEAN, SOPHIE, Terminal, agree


def connected(terminal: Terminal) -> str:
    asked = terminal.run("connect", "dext", "--realm", CLIENT_REALM, "--owner", JEAN)
    assert asked.code == 0, asked.err
    done = terminal.run("--json", "complete", agree(asked.out.strip(), user=JEAN, realm_id=CLIENT_REALM))
    assert done.code == 0, done.err
    return str(done.document["id"])


def test_a_connection_is_made_listed_transferred_and_disconnected(firm: Terminal) -> None:
    connection = connected(firm)

    listed = firm.run("list", "--firm", "durand", "--level", "client", "--json")
    assert [(one["id"], one["owner"]["email"], one["state"]) for one in listed.lines] == [
        (connection, JEAN, "connected")
    ]

    asked = firm.run("--json", "transfer", connection, "--to", SOPHIE, "--by", JEAN)
    assert asked.code == 0
    url = asked.document["transfer"]["url"]
    assert url in asked.document["message"]["body"]
    done = firm.run("complete", "-", "--json", stdin=agree(url, user=SOPHIE, realm_id=CLIENT_REALM))
    assert (done.document["id"], done.document["owner"]["email"]) == (connection, SOPHIE)

    ended = firm.run("--json", "disconnect", connection, "--reason", "switching_app", "--comment", "bye")
    assert ended.code == 0
    assert ended.document["receipt"]["proof"] == "refused_after_revoke"
    assert ended.document["notice"]["addressee"] == "privacy@dext.example"

    kinds = [event["kind"] for event in firm.run("--json", "events", connection).lines]
    assert kinds[-1] == "connection.disconnect_proven"
    assert firm.run("--json", "events", "--verify").document == {"whole": True, "breaks": []}


def test_what_is_kept_by_hand_becomes_tasks_that_somebody_confirms(firm: Terminal) -> None:
    inventory = firm.folder / "inventory.csv"
    inventory.write_text(
        f"Niveau;Société;N° d'entreprise;Application;Propriétaire;Statut\n"
        f"Client;Boulangerie Martin;{CLIENT_REALM};PayFit;{JEAN};Connectée\n"
        f"Client;Boulangerie Martin;{CLIENT_REALM};;{JEAN};Connectée\n",
        encoding="utf-8",
    )
    imported = firm.run("--json", "import", str(inventory), "--firm", "durand")
    assert imported.code == 3, "a refused row leaves something to do"
    (taken,) = imported.document["taken"]
    assert firm.run("import", str(inventory), "--firm", "durand").code == 3

    seen = firm.run("--json", "confirm", taken["id"], "--by", JEAN, "--note", "seen in the Apps menu")
    assert (seen.code, seen.document["id"], seen.document["state"]) == (0, taken["id"], "connected")
    said = firm.run("--lang", "fr", "confirm", taken["id"], "--by", JEAN).out
    assert f"Vue dans QuickBooks par {JEAN}" in " ".join(said.split())
    assert [one["kind"] for one in firm.run("--json", "events", taken["id"]).lines][1:] == ["connection.confirmed"] * 2

    ended = firm.run("--json", "disconnect", taken["id"], "--reason", "other")
    assert (ended.code, ended.document["receipt"]["state"]) == (3, "awaiting_hand")

    page = firm.folder / "work.html"
    (item,) = firm.run("--json", "worklist", "--firm", "durand", "--html", str(page)).lines
    assert item["steps"]
    assert "PayFit" in page.read_text(encoding="utf-8")

    assert firm.run("confirm", item["task"]["id"], "--by", JEAN, "--note", "seen").code == 0
    assert firm.run("confirm", item["task"]["id"], "--by", JEAN).code == 5
    assert firm.run("worklist").code == 4


def test_transfers_are_listed_cancelled_and_renewed(firm: Terminal) -> None:
    connection = connected(firm)
    assert firm.run("transfer", "list").code == 4

    begun = firm.run("transfer", connection, "--to", SOPHIE)
    assert begun.code == 0
    assert "Sign in to Intuit as " + SOPHIE in begun.out
    (pending,) = firm.run("transfer", "list", "--json").lines
    assert pending["url"] is None, "the link is not kept"
    assert firm.run("transfer", connection, "--to", SOPHIE).code == 5

    assert firm.run("transfer", "cancel", pending["id"]).code == 0
    assert firm.run("transfer", "cancel", pending["id"]).code == 5
    assert firm.run("transfer", "renew", pending["id"]).code == 5


def test_a_token_is_printed_only_on_purpose_and_never_while_paused(firm: Terminal) -> None:
    connection = connected(firm)

    refused = firm.run("token", connection)
    assert (refused.code, refused.out) == (2, "")
    revealed = firm.run("token", connection, "--reveal")
    assert revealed.code == 0
    assert len(revealed.out.split()) == 1

    assert firm.run("pause", connection).code == 0
    assert firm.run("token", connection, "--reveal").code == 5
    assert firm.run("resume", connection).code == 0
    everything = firm.run("list").out + firm.run("events").out + firm.run("--json", "list").out
    assert revealed.out.strip() not in everything


def test_a_callback_works_once(firm: Terminal) -> None:
    url = firm.run("connect", "dext").out.strip()
    callback = agree(url, user=JEAN, realm_id=CLIENT_REALM)

    assert firm.run("complete", callback).code == 0
    again = firm.run("--json", "complete", callback)
    assert again.code == 5
    assert json.loads(again.err)["code"] == "state_mismatch"


def test_a_refusal_on_the_consent_page_is_told_as_one(firm: Terminal) -> None:
    url = firm.run("connect", "dext").out.strip()
    callback = agree(url, user=JEAN, realm_id=CLIENT_REALM, decision="deny")

    refused = firm.run("--json", "complete", callback)

    assert (refused.code, refused.out) == (5, "")
    assert json.loads(refused.err)["code"] == "consent_denied"


def test_keep_alive_refreshes_what_is_due_and_says_when_nothing_is(firm: Terminal) -> None:
    connection = connected(firm)

    assert firm.run("keepalive").code == 4
    done = firm.run("--json", "keepalive", "--within", "30w")
    assert (done.code, done.document["refreshed"]) == (0, [connection])


def test_doctor_is_content_here_and_not_when_intuit_is_away(firm: Terminal) -> None:
    healthy = firm.run("--json", "doctor")
    assert (healthy.code, healthy.document["good"]) == (0, True), healthy.out

    firm.run(
        *("app", "add", "dext", "--client-id", "sim-dext", "--discovery-url", "http://127.0.0.1:9/nobody"),
        *("--redirect-uri", "http://localhost:8400/callback"),
    )
    ill = firm.run("--json", "doctor")
    assert (ill.code, ill.document["good"]) == (1, False)


def test_connect_waits_on_the_redirect_uri_and_clears_the_code_from_the_address_bar(
    terminal: Terminal, simulated: dict[str, object]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    scenario = terminal.folder / "one.json"
    redirect_uri = f"http://127.0.0.1:{port}/callback"
    scenario.write_text(
        json.dumps(
            {
                "apps": [{"client_id": "cid", "client_secret": "shh", "redirect_uris": [redirect_uri]}],
                "users": [{"email": JEAN}],
                "companies": [{"realm_id": CLIENT_REALM, "admins": [JEAN]}],
            }
        ),
        encoding="utf-8",
    )
    with terminal.running("--json", "simulate", "--scenario", str(scenario)) as intuit:
        assert intuit.stdout is not None
        described = json.loads(intuit.stdout.readline())
        added = terminal.run(
            *("app", "add", "mine", "--client-id", "cid", "--client-secret", "-", "--redirect-uri", redirect_uri),
            *("--discovery-url", described["discovery_url"], "--api-url", described["api_url"]),
            stdin="shh",
        )
        assert added.code == 0, added.err
        with terminal.running("connect", "mine", "--wait") as waiting:
            assert waiting.stdout is not None
            callback = agree(waiting.stdout.readline().strip(), user=JEAN, realm_id=CLIENT_REALM)
            stray = requests.get(f"{redirect_uri}?code=x&state=not-ours&realmId=1", timeout=20)
            assert stray.status_code == 400, "somebody else's callback does not end the waiting"
            answer = requests.get(callback, timeout=20, allow_redirects=False)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/qbapps/result")
            page = requests.get(f"http://127.0.0.1:{port}/qbapps/result", timeout=20)
            assert "code=" not in page.text
            assert waiting.wait(timeout=20) == 0
    assert [one["state"] for one in terminal.run("--json", "list").lines] == ["connected"]
