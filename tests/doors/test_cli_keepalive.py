"""``keepalive`` and ``explain`` where something is wrong."""

from __future__ import annotations

from typing import Any

from cli_people import CLIENT_REALM, JEAN, Terminal, agree


def test_wrong_keys_fail_the_run_and_are_explained_in_the_users_language(
    firm: Terminal, simulated: dict[str, Any]
) -> None:
    asked = firm.run("connect", "dext", "--realm", CLIENT_REALM, "--owner", JEAN)
    done = firm.run("--json", "complete", agree(asked.out.strip(), user=JEAN, realm_id=CLIENT_REALM))
    connection, app = done.document["id"], simulated["apps"][0]
    register = (
        *("app", "add", "dext", "--client-id", app["client_id"], "--client-secret", "-"),
        *("--redirect-uri", app["redirect_uris"][0]),
        *("--discovery-url", simulated["discovery_url"], "--api-url", simulated["api_url"]),
    )
    assert firm.run(*register, stdin="not the secret\n").code == 0

    failed = firm.run("keepalive", "--within", "30w")

    assert failed.code == 1
    assert "dext: Intuit refuses its keys." in failed.out
    assert connection in failed.out
    report = firm.run("--json", "keepalive", "--within", "30w")
    assert (report.code, report.document["stopped"]) == (1, [["dext", "wrong_keys"]])
    told = firm.run("--lang", "fr", "explain", connection)
    assert told.code == 0
    assert "Intuit refuse les clés de l’appli" in told.out
    assert firm.run("--json", "explain", connection).document["cause"] == "wrong_keys"

    assert firm.run(*register, stdin=app["client_secret"] + "\n").code == 0
    assert firm.run("keepalive", "--within", "30w").code == 0
    assert firm.run("--json", "explain", connection).document["cause"] == "working"
