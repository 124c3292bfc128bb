"""``qbapps bank connect``, ``record`` and ``status``, and repairs of connections that the store has."""

from __future__ import annotations

import shlex
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from cli_bank import Shell
from cli_people import CLIENT_REALM, FIRM_REALM, JEAN

from qbapps.cli import bank_options, bank_words, cli
from qbapps.cli.bank_known import Known
from qbapps.domain.banks.happening import TAKES
from qbapps.domain.banks.states import BankEvent, BankState
from qbapps.language import words
from qbapps.vault import new_key

TODAY = bank_options.today()
BEGUN = TODAY - timedelta(days=100)
said = words("en").day
FED = ("--account", "512000=FR76 4821", "--account", "512100=4822")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path / 'qbapps.db'}")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def connected(shell: Shell, *options: str, bank: str = "LCL", begun: date = BEGUN, realm: str = CLIENT_REALM) -> str:
    made = shell.done("connect", bank, "--realm", realm, "--authenticated", f"{begun}", *options)
    found: str = made["connection_id"]
    return found


def test_a_connection_is_noted_and_shown_with_the_end_of_its_consent(shell: Shell) -> None:
    made = shell.done(
        *("connect", "Crédit Agricole", "--realm", CLIENT_REALM, "--company", "Menuiserie Petit", "--owner", JEAN),
        *("--authenticated", f"{BEGUN}", *FED, "--history", "24 months", "--reference", "t-42", "--by", "Marie"),
    )

    assert (made["state"], made["bank"], made["granted_by"]) == ("active", "Crédit Agricole", JEAN)
    assert made["accounts"] == {"512000": "FR764821", "512100": "4822"}
    assert (made["consent_end"], made["days_left"]) == (f"{BEGUN + timedelta(days=180)}", 80)
    assert (made["basis"], made["history"]) == ("table", "24 months")
    again = shell.refused("connect", "Crédit Agricole", "--realm", CLIENT_REALM)
    assert (again["code"], again["connection_id"]) == ("configuration_error", made["connection_id"])
    trail = shell.runner.invoke(cli, ["events"], env={"QBAPPS_LANG": "en"})
    assert "Marie" in trail.output


@pytest.mark.parametrize(
    "options", [("--account", "512000"), ("--account", "=1"), ("--account", "512000=1", "--account", "512000=2")]
)
def test_accounts_are_named_in_pairs_and_once(shell: Shell, options: tuple[str, ...]) -> None:
    connect = ("connect", "LCL", "--realm", CLIENT_REALM, "--authenticated", f"{BEGUN}")

    assert shell.refused(*connect, *options)["code"] == "bad_usage"
    assert shell.refused(*connect, "--level", "firm")["message"] == "--level needs --firm"
    assert shell.run("status").exit_code == 4


def test_what_happens_is_recorded_and_what_cannot_have_happened_is_refused(shell: Shell) -> None:
    connection = connected(shell, *FED)

    failed = shell.done("record", connection, "credentials_changed", "--note", "by mail", "--by", "Paul")
    stated = shell.done("record", connection, "bank_authenticated", "--stated", f"{TODAY + timedelta(days=9)}")

    assert (failed["state"], failed["note"]) == ("needs_login", "by mail")
    assert "Paul" in shell.runner.invoke(cli, ["events", connection], env={"QBAPPS_LANG": "en"}).output
    assert (stated["state"], stated["basis"], stated["days_left"]) == ("expiring", "stated", 9)
    assert shell.refused("record", connection, "consent_asked", code=5)["code"] == "transition_refused"
    assert shell.refused("record", connection, "synced", "--on", f"{BEGUN}")["code"] == "configuration_error"
    assert shell.refused("record", connection, "synced", "--stated", f"{TODAY}")["code"] == "configuration_error"
    assert shell.refused("record", connection, "nonsense")["code"] == "bad_usage"
    assert shell.refused("record", "con_nobody", "synced")["code"] == "not_found"


def test_a_disconnect_needs_to_know_what_it_deletes(shell: Shell) -> None:
    connection = connected(shell, *FED)

    assert shell.refused("record", connection, "disconnected", code=5)["code"] == "transition_refused"
    assert shell.refused("record", connection, "disconnected", "--in-review", "3", code=5)["code"]
    assert (
        shell.done("record", connection, "disconnected", "--in-review", "0", "--on", f"{TODAY}")["state"]
        == "disconnected"
    )
    assert f"ended on {said(TODAY)}" in shell.run("status", connection).stdout


def test_what_was_seen_as_it_was_disconnected_is_what_a_repair_goes_by(shell: Shell) -> None:
    connection = connected(shell, *FED, "--history", "24 months")
    newest, waited = TODAY - timedelta(days=9), TODAY - timedelta(days=4)
    seen = ("--booked", f"512000={newest}", "--review", f"512000={waited}", "--booked", f"512100={newest}")

    assert shell.refused("record", connection, "disconnected", *seen, code=5)["code"] == "transition_refused"
    shell.done("record", connection, "disconnected", *seen, "--accept-loss")

    found = shell.done("plan", connection)["accounts"]
    assert found["512000"]["start"] <= f"{waited}"
    assert "review_rows_deleted" in found["512000"]["codes"]
    assert found["512100"]["start"] == f"{newest + timedelta(days=1)}"
    assert shell.refused("record", connection, "reconnected", *seen)["code"] == "configuration_error"


def test_a_guided_repair_does_not_ask_what_was_seen_as_it_was_disconnected(shell: Shell) -> None:
    connection = connected(shell, *FED, "--history", "24 months")
    newest, waited = TODAY - timedelta(days=9), TODAY - timedelta(days=4)
    tabs = ("--booked", f"512000={newest}", "--review", f"512000={waited},{TODAY}", "--booked", f"512100={newest}")
    shell.done("record", connection, "disconnected", *tabs, "--accept-loss")

    # Only what was not seen then: “Excluded” of the first account; what waited and “Excluded” of the second.
    asked = " ".join(repaired(shell, connection, "", "", "").split())

    guided = shell.done("repair", connection, stdin="\n\n\n")
    typed = shell.run("repair", connection, "--booked", f"512000={TODAY}", stdin="\n\n\n")
    assert f"the oldest in “For review” is of {said(waited)}" in asked
    assert "512000: of which day is the oldest that still waited" not in asked
    assert "512100: of which day is the oldest that still waited" in asked
    assert guided["accounts"] == shell.done("plan", connection)["accounts"]
    assert "512000, as recorded when it was disconnected: the newest in “Categorised”" in asked
    assert "512000, as recorded when it was disconnected: the newest" not in " ".join(typed.stderr.split())


def test_a_guided_repair_knows_that_nothing_waited_as_it_was_disconnected(shell: Shell) -> None:
    connection = connected(shell, "--account", "512000=4821", "--history", "24 months")
    shell.done("record", connection, "disconnected", "--in-review", "0")
    newest = TODAY - timedelta(days=9)

    guided = shell.done("repair", connection, stdin=f"{newest}\n\n")
    unknown = shell.done("plan", *shlex.split(guided["command"].replace("--in-review 0 ", ""))[3:])

    assert guided["codes"] == shell.done("plan", *shlex.split(guided["command"])[3:])["codes"]
    assert guided["codes"] == shell.done("plan", connection, "--booked", f"512000={newest}")["codes"]
    assert set(unknown["codes"]) - set(guided["codes"]) == {"review_rows_gone"}
    assert shell.refused("plan", connection, "--in-review", "0")["code"] == "bad_usage"


def test_all_connections_are_listed_those_first_that_end_first(shell: Shell) -> None:
    late = connected(shell)
    soon = connected(shell, "--stated", f"{TODAY + timedelta(days=3)}", bank="BRED", realm=FIRM_REALM)

    shown = shell.run("status")
    lines = shell.run("status", "--json").stdout.splitlines()

    assert shown.exit_code == 0
    assert shown.stdout.index(soon) < shown.stdout.index(late)
    assert "2 connections" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert len(lines) == 2
    assert shell.run("status", "--state", "suspended").exit_code == 4
    assert late not in shell.run("status", "--state", "expiring").stdout
    assert shell.run("status", late, "--firm", "durand").exit_code == 2


def test_one_connection_is_shown_with_what_comes_next(shell: Shell) -> None:
    connection = connected(shell, *FED, "--history", "90 days")

    shown = shell.run("status", connection, "--today", f"{TODAY + timedelta(days=100)}")

    assert "Next: " in shown.stdout
    assert f"qbapps bank repair {connection}" in shown.stdout
    assert "512000 ← FR764821, 512100 ← 4822" in shown.stdout
    assert shell.run("status", "con_nobody").exit_code == 2


def test_a_stored_connection_is_planned_from_what_is_recorded(shell: Shell) -> None:
    connection = connected(shell, *FED, "--history", "90 days", begun=TODAY - timedelta(days=300))
    last = TODAY - timedelta(days=125)

    found = shell.done("plan", connection, "--booked", f"512000={last}", code=3)
    longer = shell.done("plan", connection, "--booked", f"512000={last}", "--backfill", "24 months")

    assert (found["action"], found["bank"], found["cause"]) == ("reconnect", "LCL", "expired")
    assert found["accounts"]["512000"]["gap"] == [f"{last + timedelta(days=1)}", f"{TODAY - timedelta(days=91)}"]
    assert longer["accounts"]["512000"]["start"] == f"{last + timedelta(days=1)}"
    assert shell.done("plan", connection, "--limit", "6 months")["action"] == "update"
    credentials = ("plan", connection, "--cause", "credentials")
    assert shell.done(*credentials)["action"] == "reconnect"
    assert shell.done(*credentials, "--limit", "6 months")["action"] == "edit_credentials"
    assert "does not go with CONNECTION" in shell.refused("plan", connection, "--stopped", f"{TODAY}")["message"]
    assert shell.refused("plan", connection, "--booked", f"411000={last}")["code"] == "configuration_error"
    assert shell.refused("plan", "con_nobody")["code"] == "not_found"


def repaired(shell: Shell, connection: str, *answers: str, code: int = 0) -> str:
    result = shell.run("repair", connection, stdin="".join(f"{one}\n" for one in answers))
    assert result.exit_code == code, result.output
    return result.stderr


def test_a_repair_does_not_ask_what_is_recorded_and_records_what_came_of_it(shell: Shell) -> None:
    connection = connected(
        shell, "--account", "512000=4821", "--history", "24 months", begun=TODAY - timedelta(days=200)
    )
    end = TODAY + timedelta(days=50)

    asked = repaired(shell, connection, "n", f"{TODAY - timedelta(days=30)}", "", "", "1", f"{end}")

    assert "Which bank" not in asked
    assert "Where is the account held" not in asked
    assert "Since when" not in asked
    assert "How far back" not in asked
    status = shell.done("status", connection)
    assert (status["state"], status["consent_end"]) == ("active", f"{end}")


def test_an_update_in_vain_is_recorded_and_the_next_repair_is_another(shell: Shell) -> None:
    connection = connected(shell, "--account", "512000=4821", begun=TODAY - timedelta(days=200))

    told = repaired(shell, connection, "n", "", "", "", "24 months", "2")

    assert f"qbapps bank repair {connection}" in told
    assert shell.done("plan", connection)["action"] == "reconnect"
    repaired(shell, connection, f"{TODAY - timedelta(days=30)}", "", "", "24 months", "1", "")
    assert shell.done("status", connection)["generation"] == 2


def test_what_the_store_did_not_know_is_recorded_before_what_was_done(shell: Shell) -> None:
    connection = connected(shell, "--account", "512000=4821")

    repaired(shell, connection, "4", "", "", "", "", "24 months", "1", "")

    status = shell.done("status", connection)
    assert (status["state"], status["generation"]) == ("active", 2)


def test_nothing_is_recorded_when_nobody_says_what_came_of_it(shell: Shell) -> None:
    connection = connected(shell, "--account", "512000=4821", begun=TODAY - timedelta(days=200))
    before = shell.done("status", connection)

    for last in ([], [""], ["3"]):
        repaired(shell, connection, "n", "", "", "", "24 months", *last)

    in_json = shell.run("repair", connection, "--json", stdin="n\n\n\n\n24 months\n1\n\n")

    assert shell.done("status", connection) == before
    assert "what came of it" not in in_json.stderr


def test_a_consent_that_is_good_is_not_what_stopped_it(shell: Shell) -> None:
    connection = connected(shell, "--account", "512000=4821")

    result = shell.done("repair", connection, stdin=f"1\nn\n{TODAY - timedelta(days=2)}\n\n\n\n\n")

    unknown = shell.done("repair", connection, stdin="1\nn\n\n\n\n\n\n")

    assert (result["action"], result["stopped_on"]) == ("update", f"{TODAY - timedelta(days=2)}")
    assert (unknown["action"], unknown["codes"][0]) == ("update", "stop_day_unknown")


def test_the_days_that_are_recorded_are_not_asked(shell: Shell) -> None:
    login = connected(shell, "--account", "512000=4821")
    shell.done("record", login, "credentials_changed", "--on", f"{TODAY - timedelta(days=5)}")
    ended = connected(shell, "--account", "512000=4821", begun=TODAY - timedelta(days=200), realm=FIRM_REALM)
    rows = ("--review", "512000=", "--booked", "512000=", "--excluded", "512000=", "--backfill", "90 days")

    assert shell.done("repair", login, stdin="")["stopped_on"] == f"{TODAY - timedelta(days=5)}"
    tried = shell.done("repair", ended, *rows, stdin="y\n")
    told = shell.done("repair", ended, *rows, "--cause", "expired", stdin="")
    assert (tried["cause"], tried["stopped_on"]) == ("update_failed", f"{TODAY - timedelta(days=20)}")
    assert (told["cause"], told["stopped_on"]) == ("expired", f"{TODAY - timedelta(days=20)}")


def test_a_consent_that_was_reconfirmed_counts_from_then(shell: Shell) -> None:
    connection = connected(shell, "--account", "512000=4821", "--regime", "UK", begun=TODAY - timedelta(days=160))
    shell.done("record", connection, "reconfirmed", "--on", f"{TODAY - timedelta(days=80)}")

    found = shell.done("repair", connection, stdin="2\n")

    assert (found["action"], found["act_by"]) == ("reconfirm", f"{TODAY + timedelta(days=10)}")


def test_to_go_on_with_a_stored_connection_its_id_is_enough() -> None:
    known = Known(today=TODAY, connection="con_1", bank="LCL", regime="EEA", authenticated=BEGUN, cause="revoked")

    assert known.command("repair") == f"qbapps bank repair con_1 --cause revoked --today {TODAY}"
    assert known.command("plan").startswith("qbapps bank plan --bank LCL --regime EEA --cause revoked --authenticated ")


def test_one_that_was_never_set_up_is_not_repaired(shell: Shell) -> None:
    draft = shell.done("connect", "LCL", "--realm", CLIENT_REALM)["connection_id"]

    assert shell.refused("repair", draft, code=5, stdin="1\n")["code"] == "transition_refused"
    assert shell.refused("repair", draft, "--bank", "LCL")["code"] == "bad_usage"


def test_reminders_of_the_store_are_those_of_its_consents(shell: Shell) -> None:
    nothing = shell.run("remind")
    connection = connected(shell, *FED)
    shell.done("connect", "BRED", "--realm", CLIENT_REALM)
    ended = connected(shell, bank="CIC")
    shell.done("record", ended, "disconnected", "--accept-loss")
    gone = connected(shell, "--regime", "OTHER", bank="Chase")
    shell.done("record", gone, "disconnected", "--accept-loss")

    shown = shell.run("remind")
    found: dict[str, Any] = shell.done("remind")

    assert (nothing.exit_code, nothing.stdout) == (4, "")
    assert shown.exit_code == 0
    assert {one["id"] for one in found["consents"]} == {connection, ended, gone}
    events = icalendar.Calendar.from_ical(shown.stdout_bytes).walk("VEVENT")
    assert sorted({f"{one['STATUS']}" for one in events}) == ["CANCELLED", "CONFIRMED"]
    assert shell.run("remind", "--firm", "nobody").exit_code == 2


def test_help_names_every_state_and_every_event_with_what_it_takes(shell: Shell) -> None:
    states, events = shell.run("status", "--help").output, shell.run("record", "--help").output

    assert all(f"  {one.value}" in states for one in BankState)
    assert all(f"  {one.value}" in events for one in BankEvent)
    assert set(bank_words.STATES) == set(BankState)
    taken = {fact for facts in TAKES.values() for fact in facts} - {"accounts", "snapshot"}
    assert all(f"--{fact.replace('_', '-')}" in events for fact in taken)
