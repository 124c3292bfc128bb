"""Exit codes, errors on one line, JSON and nothing else on stdout, languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_people import Terminal
from click.testing import CliRunner

from qbapps import errors
from qbapps.cli import cli, headlines
from qbapps.cli.exits import Exit, code_of
from qbapps.errors import QBAppsError
from qbapps.language import words

EXPECTED = {
    "QBAppsError": 1,
    "ConfigurationError": 2,
    "NotFoundError": 2,
    "TransitionError": 5,
    "NotPermitted": 5,
    "AuthorizationError": 5,
    "ConsentDenied": 5,
    "StateMismatch": 5,
    "StateExpired": 5,
    "WrongCompany": 5,
    "WrongOwner": 5,
    "GrantUnverified": 5,
    "ReconnectRequired": 5,
    "IntuitError": 1,
    "IntuitUnavailable": 1,
    "IntuitRejected": 1,
    "IntuitProtocolError": 1,
    "StoreError": 1,
    "StaleVersion": 1,
    "LeaseTimeout": 1,
    "MigrationNeeded": 1,
    "DeadlineExceeded": 1,
    "VaultError": 1,
    "UnknownKey": 1,
    "SealBroken": 1,
    "PlanError": 1,
    "PlanAltered": 5,
    "PlanIncomplete": 3,
}


def every_error() -> list[type[errors.QBAppsError]]:
    found = [errors.QBAppsError]
    for kind in found:
        found += [one for one in kind.__subclasses__() if one.__module__ == "qbapps.errors"]
    return found


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("QBAPPS_KEY", "QBAPPS_DEBUG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QBAPPS_LANG", "en")
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path / 'qbapps.db'}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return CliRunner()


def test_every_error_has_an_exit_code_that_somebody_chose() -> None:
    assert {kind.__name__ for kind in every_error()} == set(EXPECTED)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_each_error_exits_with_its_code(kind: type[errors.QBAppsError]) -> None:
    needed: dict[type, dict[str, Any]] = {
        errors.TransitionError: {"state": "paused", "action": "use"},
        errors.NotPermitted: {"role": "standard", "needed": ("admin",)},
    }
    error = kind("It did not work.", hint="Try something else.", **needed.get(kind, {}))

    assert code_of(error) == EXPECTED[kind.__name__]


@pytest.mark.parametrize("arguments", [["nope"], ["list", "--state", "x"], ["list", "--level", "firm"], ["confirm"]])
def test_bad_usage_exits_with_2_in_one_line_and_a_hint(runner: CliRunner, arguments: list[str]) -> None:
    result = runner.invoke(cli, arguments)

    assert result.exit_code == Exit.BAD_INPUT
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert "→ See: " in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("place", ["before", "after"])
def test_an_error_is_a_json_object_on_stderr_wherever_json_stands(runner: CliRunner, place: str) -> None:
    words = ["explain", "con_nobody"]

    result = runner.invoke(cli, ["--json", *words] if place == "before" else [*words, "--json"])

    assert (result.exit_code, result.stdout) == (Exit.BAD_INPUT, "")
    found = json.loads(result.stderr.splitlines()[-1])
    assert set(found) == {"code", "message", "hint", "retryable", "connection_id"}
    assert (found["code"], found["connection_id"]) == ("not_found", "con_nobody")


def test_an_empty_list_exits_with_4_and_prints_nothing_on_stdout(runner: CliRunner) -> None:
    for command in (["list"], ["worklist"], ["transfer", "list"], ["app", "list"], ["events"]):
        result = runner.invoke(cli, ["--json", *command])

        assert (result.exit_code, result.stdout) == (Exit.NOTHING, ""), command


def test_a_secret_is_refused_as_an_argument_without_being_repeated(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["app", "add", "x", "--client-id", "cid", "--client-secret", "hunter2"])

    assert result.exit_code == Exit.BAD_INPUT
    assert "hunter2" not in result.output


def test_a_new_key_is_all_that_stdout_holds_and_opens_a_store(runner: CliRunner) -> None:
    made = runner.invoke(cli, ["key", "new"])
    key = made.stdout.strip()

    assert len(made.stdout.split()) == 1
    assert runner.invoke(cli, ["app", "list"], env={"QBAPPS_KEY": key}).exit_code == Exit.NOTHING
    assert runner.invoke(cli, ["app", "list"], env={"QBAPPS_KEY": "short"}).exit_code == Exit.BAD_INPUT


def test_instants_in_json_keep_their_hour_and_their_zone(runner: CliRunner) -> None:
    assert runner.invoke(cli, ["app", "add", "hand", "--name", "By hand"]).exit_code == Exit.DONE

    (line,) = runner.invoke(cli, ["--json", "app", "list"]).stdout.splitlines()

    registered_at = json.loads(line)["registered_at"]
    assert "T" in registered_at
    assert registered_at.endswith("+00:00")


def test_french_is_spoken_when_it_is_asked_for_before_or_after_the_command(runner: CliRunner) -> None:
    for arguments in (["--lang", "fr", "list"], ["list", "--lang", "fr"]):
        assert "Aucune connexion ne correspond." in runner.invoke(cli, arguments).stderr


def test_a_language_that_is_not_spoken_is_bad_input_said_in_english(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["list"], env={"QBAPPS_LANG": "tlh"})

    assert result.exit_code == Exit.BAD_INPUT
    assert "tlh" in result.stderr


def test_names_cannot_bring_control_characters_to_the_terminal(runner: CliRunner) -> None:
    runner.invoke(cli, ["app", "add", "hand", "--name", "By\x1b[2Jhand [red]x"])

    shown = runner.invoke(cli, ["app", "list"]).stdout

    assert "\x1b" not in shown
    assert "[red]x" in shown


def test_the_demonstration_tells_the_whole_story_and_ends_with_its_report(tmp_path: Path) -> None:
    told = Terminal(tmp_path).run("--lang", "en", "demo", "--clients", "4")

    assert told.code == 0, told.err
    report = Path(told.out.splitlines()[-1])
    assert "Cabinet Durand" in report.read_text(encoding="utf-8")
    audit = report.with_name("audit.html")
    assert "An audit of what is connected now:" in told.out
    assert "Cabinet Durand" in audit.read_text(encoding="utf-8")
    assert "\x1b" not in told.out + told.err
    assert len(told.out.splitlines()) <= 150
    assert not (tmp_path / "nobody").exists(), "nothing is written to the user's home"


def test_the_demonstration_in_json_is_one_document(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, lang="fr")
    told = terminal.run("--json", "demo", "--clients", "2")

    assert told.code == 0, told.err
    assert told.document["events_whole"] is True
    assert told.document["connected"] > 5
    assert told.document["transferred"] > 0
    assert "Quelqu’un s’en va" in told.err
    assert terminal.run("--json", "demo", "--clients", "1").document["folder"].endswith("qbapps-demo-2")


def test_every_kind_of_error_has_a_sentence_of_its_own_in_french() -> None:
    def kinds(top: type[QBAppsError]) -> set[type[QBAppsError]]:
        return {top}.union(*(kinds(kind) for kind in top.__subclasses__()))

    assert set(headlines.HEADLINES) == {kind.code for kind in kinds(QBAppsError)}
    _ = words("fr")
    said = {_(text) for text in headlines.HEADLINES.values()}
    assert len(said) == len(headlines.HEADLINES)
    assert not said & set(headlines.HEADLINES.values())


def test_an_error_is_said_in_french_before_its_details(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["--lang", "fr", "explain", "con_nobody"])

    assert result.exit_code == Exit.BAD_INPUT
    assert "Rien ne porte ce nom." in result.stderr
    assert "con_nobody" in result.stderr
