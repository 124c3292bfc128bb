"""``qbapps desktop serve``: a whole walk, with a Web Connector that is played over real HTTP."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trustme
from cli_people import Terminal

from qbapps.simulator.desktop import CompanyFile, FakeQuickBooks, FakeWebConnector, Outcome, OverHttp

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what has to be refused without https


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def register(terminal: Terminal, base: str, *options: str) -> None:
    added = terminal.run(
        *("desktop", "app", "time", "--name", "QuickBooks Time", "--base-url", f"{base}/qbwc"),
        *("--support-url", f"{base}/support", "--description", "Hours", *options),
    )
    assert added.code == 0, added.err


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def stopped(process: subprocess.Popen[str], number: int = signal.SIGINT) -> str:
    """Tell the server to stop, and return what it wrote to stderr; it is to end well."""
    process.send_signal(number)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return err


def test_a_company_is_connected_asked_paused_and_removed(terminal: Terminal) -> None:
    base = f"http://localhost:{free_port()}"
    register(terminal, base, "--requires", "payroll_on")
    made = terminal.run("--json", "desktop", "connect", "time", "--company", "Menuiserie Petit", "-o", "petit.qwc")
    connection, password = made.document["connection"]["id"], made.document["password"]
    query = terminal.run("--json", "desktop", "enqueue", connection, "query", "Customer", "--page", "2").document["id"]
    hours = (
        *("--json", "desktop", "enqueue", connection, "add", "TimeTracking", "--key", "shift-1"),
        *("--field", "TxnDate=2026-01-05", "--field", "EntityRef=Jean Durand", "--field", "Duration=PT8H30M"),
    )
    written = terminal.run(*hours).document["id"]
    company = CompanyFile.sample("Menuiserie Petit")
    wire = OverHttp()
    connector = FakeWebConnector(FakeQuickBooks(open_company=company), wire.post, wire.get)
    before = len(company.times)

    port = base.rpartition(":")[2]
    with terminal.running("--json", "desktop", "serve", "--host", "localhost", "--port", port, "--verbose") as server:
        assert ready(server) == {"url": base, "apps": [{"id": "time", "base_url": f"{base}/qbwc"}]}
        connector.add((terminal.folder / "petit.qwc").read_bytes())
        connector.set_password("wrong")
        assert connector.update_selected().updates[0].outcome == Outcome.BAD_LOGIN
        looked = terminal.run("--json", "desktop", "list", "--attention").lines
        assert [one["attention"]["code"] for one in looked] == ["QBWC1040"]
        connector.set_password(password)
        assert connector.update_selected().updates[0].outcome == Outcome.DONE

        assert terminal.run(*hours).document["id"] == written, "the same key again: nothing more is sent"
        paused = terminal.run("--json", "desktop", "pause", connection, "--for", "2h", "--by", "Marie").document
        assert (paused["is_paused"], paused["state"]) == (True, "active")
        assert connector.update_selected().updates[0].outcome == Outcome.NO_WORK
        assert terminal.run("--json", "desktop", "resume", connection).document["is_paused"] is False
        assert terminal.run("desktop", "remove", connection).code == 3
        assert connector.update_selected().updates[0].outcome == Outcome.NO_WORK
        told = stopped(server)

    assert len(company.times) == before + 1
    status = terminal.run("--json", "desktop", "status", connection).document
    assert (status["state"], status["jobs"], status["attention"]["code"]) == ("removing", {"done": 2}, "still_calls")
    checked = terminal.run("--json", "desktop", "checklist", connection).lines
    assert {one["state"] for one in checked if one["item"] != "connector_alive"} == {"verified"}
    records = terminal.run("--json", "desktop", "results", query).lines
    assert len(records) == len({one["id"] for one in records}) == 6, "the customers and jobs of the sample"
    assert records[0]["kind"] == "Customer"
    table = terminal.run("desktop", "results", query, "--column", "FullName").out.splitlines()
    assert [line.split("  ")[0] for line in table] == ["Id", *(one["id"] for one in records)]
    written_to = terminal.run("desktop", "results", query, "-o", "customers.jsonl")
    assert written_to.code == 0
    lines = (terminal.folder / "customers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == records

    assert f" authenticate /qbwc/{connection} 200 " in told
    assert told.splitlines()[-1] == "Stopped."
    for private in (password, "wrong", "Jean Durand", "CustomerRet", "<"):
        assert private not in told, "never bodies or passwords"


def test_https_is_served_with_a_certificate_and_ends_at_a_signal_of_the_system(
    terminal: Terminal, tmp_path: Path
) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    certificate.write_bytes(b"".join(one.bytes() for one in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    context = ssl.create_default_context()
    authority.configure_trust(context)
    port = free_port()
    register(terminal, f"https://localhost:{port}")
    words = ("--json", "desktop", "connect", "time", "--company", "Menuiserie Petit", "-o", "petit.qwc")
    password = terminal.run(*words).document["password"]

    with terminal.running(
        *("--json", "desktop", "serve", "--host", "localhost", "--port", str(port)),
        *("--certificate", str(certificate), "--key", str(key)),
    ) as server:
        assert ready(server)["url"] == f"https://localhost:{port}"
        wire = OverHttp(context)
        quickbooks = FakeQuickBooks(open_company=CompanyFile.sample("Menuiserie Petit"))
        connector = FakeWebConnector(quickbooks, wire.post, wire.get)
        connector.add((terminal.folder / "petit.qwc").read_bytes())
        connector.set_password(password)
        (update,) = connector.update_selected().updates
        assert (update.outcome, update.codes) == (Outcome.DONE, [])
        assert wire.get(f"https://localhost:{port}/qbwc?wsdl")[1].count(b"<definitions") <= 1
        assert stopped(server, signal.SIGTERM).splitlines()[-1] == "Stopped."


def test_plain_http_is_for_this_machine_or_behind_a_proxy(terminal: Terminal, tmp_path: Path) -> None:
    refused = terminal.run("--json", "desktop", "serve", "--host", EVERYWHERE, "--port", "0")
    assert (refused.code, refused.out) == (2, "")
    assert "--behind-proxy" in json.loads(refused.err)["message"]

    with terminal.running(
        "--json", "desktop", "serve", "--host", EVERYWHERE, "--port", "0", "--behind-proxy"
    ) as server:
        port = int(ready(server)["url"].rpartition(":")[2])
        status, page = OverHttp().get(f"http://127.0.0.1:{port}/anything")
        assert (status, b"Web Connector" in page) == (200, True)
        taken = terminal.run("--json", "desktop", "serve", "--port", str(port))
        assert (taken.code, json.loads(taken.err)["code"]) == (2, "configuration_error")
        stopped(server)


@pytest.mark.parametrize("content", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_certificate_that_is_none_is_bad_input(terminal: Terminal, tmp_path: Path, content: str) -> None:
    file = tmp_path / "server.pem"
    file.write_text(content, encoding="ascii")

    refused = terminal.run("--json", "desktop", "serve", "--port", "0", "--certificate", str(file))

    assert (refused.code, refused.out) == (2, "")
    assert "certificate" in json.loads(refused.err)["message"]
    assert terminal.run("desktop", "serve", "--port", "0", "--key", str(file)).code == 2


def test_a_path_cannot_write_a_line_of_its_own_into_the_log(terminal: Terminal) -> None:
    with terminal.running("--json", "desktop", "serve", "--port", "0", "--verbose") as server:
        url = ready(server)["url"]
        OverHttp().get(f"{url}/a%0A2026-01-01%2000:00:00%20authenticate%1b%5b2J")
        OverHttp().post(f"{url}/x", b"<x/>", {"SOAPAction": '"http://developer.intuit.com/authenticate"'})
        OverHttp().post(f"{url}/y", b"<x/>", {"SOAPAction": "secret-text"})
        told = stopped(server)

    lines = [line for line in told.splitlines() if " 127.0.0.1 " in line]
    assert len(lines) == 3
    assert " GET /a 2026-01-01 00:00:00 authenticate [2J 404 " in lines[0]
    assert " authenticate /x 400 " in lines[1]
    assert " POST /y 400 " in lines[2]
