"""What somebody's known role forbids, at the command line: exit code 5, and what to do first."""

from __future__ import annotations

import json

from cli_people import CLIENT_REALM, JEAN, SOPHIE, Terminal, agree


def test_who_may_not_is_refused_with_5_and_told_whom_to_ask(firm: Terminal) -> None:
    asked = firm.run("connect", "dext", "--realm", CLIENT_REALM, "--owner", JEAN)
    done = firm.run("--json", "complete", agree(asked.out.strip(), user=JEAN, realm_id=CLIENT_REALM))
    connection = done.document["id"]
    assert firm.run("person", "add", SOPHIE, "--role", "admin", "--firm", "durand").code == 0
    assert firm.run("person", "add", JEAN, "--role", "primary_admin", "--firm", "durand").code == 0

    disconnect = firm.run("--json", "disconnect", connection, "--reason", "other", "--by", SOPHIE)
    transfer = firm.run("--json", "transfer", connection, "--to", SOPHIE)

    for refused, verb in ((disconnect, "Ask"), (transfer, "Name")):
        assert (refused.code, refused.out) == (5, "")
        found = json.loads(refused.err)
        assert found["code"] == "not_permitted"
        assert found["hint"].startswith(f"{verb} {JEAN}, the firm's primary admin, or make {SOPHIE} primary admin")
    assert firm.run("disconnect", connection, "--reason", "other", "--by", JEAN).code == 0
