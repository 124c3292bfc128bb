"""``qbapps desktop``: apps, connections, their files and passwords, and how they stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_desktop import BASE, PETIT, Shell

from qbapps.cli import desktop_views, desktop_words
from qbapps.cli.desktop import desktop
from qbapps.domain.desktop.checklist import CheckState
from qbapps.domain.desktop.states import DesktopState
from qbapps.language import words
from qbapps.vault import new_key


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path / 'qbapps.db'}")
    monkeypatch.setenv("QBAPPS_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Shell()


def test_a_new_app_needs_its_addresses_and_they_are_all_named(shell: Shell) -> None:
    error = shell.refused("app", "time", "--name", "QuickBooks Time", code=2)

    assert error["message"] == "a new app needs --base-url, --support-url, --description"
    assert shell.run("apps").exit_code == 4
    assert shell.refused("app", "time", code=2)["code"] == "not_found"


def test_what_is_given_of_a_known_app_changes_and_the_rest_stays(shell: Shell) -> None:
    made = shell.app("--requires", "payroll_on", "--requires", "week_start", "--week-start", "monday", "--every", "1h")
    changed = shell.done("app", "time", "--every", "30m", "--deletes-first")

    assert (made["every"], changed["every"]) == (3600, 1800)
    assert (made["deletes_first"], changed["deletes_first"]) == (False, True)
    for kept in ("owner_id", "name", "base_url", "description", "requires", "week_start", "registered_at"):
        assert changed[kept] == made[kept], kept
    emptied = shell.done("app", "time", "--requires", "none", "--week-start", "any", "--keeps-first")
    assert (emptied["requires"], emptied["week_start"], emptied["deletes_first"]) == ([], None, False)
    assert shell.done("app", "time") == emptied, "without an option it is shown, and nothing changes"
    assert shell.lines("apps") == [emptied]
    assert "QuickBooks Time" in shell.any("app", "list").stdout


def test_a_connection_is_made_with_its_file_and_its_password_is_shown_once(shell: Shell, tmp_path: Path) -> None:
    shell.app()
    made = shell.done("connect", "time", "--company", PETIT, "-o", "petit.qwc", "--once", "--reference", "t-42")
    connection, password = made["connection"]["id"], made["password"]

    file = (tmp_path / "petit.qwc").read_text(encoding="ascii")
    assert f"<AppURL>{BASE}/{connection}</AppURL>" in file
    assert f"<UserName>{made['username']}</UserName>" in file
    assert (made["file"], made["state"]) == ("petit.qwc", "config_issued")
    assert len(made["steps"]) > 5
    assert made["connection"]["reference"] == "t-42"
    later = [shell.run("status"), shell.run("status", connection), shell.run("--help"), shell.any("events")]
    later += [shell.run("status", "--json"), shell.any("list", "--json"), shell.any("events", "--json")]
    assert password not in "".join(one.output for one in later) + file
    assert password.encode() not in b"".join(one.read_bytes() for one in tmp_path.glob("qbapps.db*"))


def test_the_password_stands_out_and_what_to_do_with_it_follows(shell: Shell) -> None:
    shell.app()
    shown = shell.run("connect", "time", "--company", PETIT).stdout

    box = shown[shown.index("┏━ Password") : shown.index("┛")]
    (line,) = [one.strip("┃ ") for one in box.splitlines() if "-" in one]
    assert shown.count(line) == 1
    assert "This is the only time that it is shown." in shown
    assert "qbapps desktop qwc con_" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_file_that_is_there_is_not_replaced_and_no_connection_is_made(shell: Shell, tmp_path: Path) -> None:
    shell.app()
    (tmp_path / "petit.qwc").write_text("mine", encoding="utf-8")
    words = ("connect", "time", "--company", PETIT, "-o")

    assert shell.refused(*words, "petit.qwc", code=2)["hint"].endswith("--force.")
    assert shell.run(*words, "nowhere/petit.qwc").exit_code == 2
    assert shell.run(*words, "-").exit_code == 2
    assert shell.run("list").exit_code == 4
    assert (tmp_path / "petit.qwc").read_text(encoding="utf-8") == "mine"
    assert shell.done(*words, "petit.qwc", "--force")["file"] == "petit.qwc"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that nobody can write to")
def test_a_password_is_shown_even_when_the_file_cannot_be_written(shell: Shell) -> None:
    shell.app()
    result = shell.run("connect", "time", "--company", PETIT, "-o", "/proc/petit.qwc", "--json")

    assert result.exit_code == 2
    assert "cannot be written" in json.loads(result.stderr)["message"]
    made = json.loads(result.stdout)
    assert (made["file"], len(made["password"]) > 10) == (None, True)
    assert [one["connection_id"] for one in shell.lines("list")] == [made["connection"]["id"]]


def test_a_new_password_replaces_the_old_one(shell: Shell) -> None:
    shell.app()
    first = shell.done("connect", "time", "--company", PETIT)
    second = shell.done("password", first["connection"]["id"], "--by", "Marie")

    assert second["password"] != first["password"]
    assert (second["username"], second["connection_id"]) == (first["username"], first["connection"]["id"])
    assert "Marie" in shell.any("events").stdout
    assert shell.refused("password", "con_nobody", code=2)["code"] == "not_found"


def test_a_qwc_file_is_named_after_app_and_company_and_never_overwritten(shell: Shell, tmp_path: Path) -> None:
    shell.app()
    connection = shell.connected("Café Gagnon / Québec")

    assert shell.done("qwc", connection) == {"connection_id": connection, "file": "time-cafe-gagnon-quebec.qwc"}
    content = (tmp_path / "time-cafe-gagnon-quebec.qwc").read_bytes()
    assert shell.run("qwc", connection).exit_code == 2
    assert shell.run("qwc", connection, "--force").exit_code == 0
    printed = shell.run("qwc", connection, "-o", "-")
    assert printed.stdout_bytes == content
    assert shell.done("qwc", connection, "-o", "-")["qwc"] == content.decode("ascii")
    assert len(list(tmp_path.glob("*.qwc"))) == 1


def test_the_list_has_desktop_connections_only_and_its_filters_combine(shell: Shell) -> None:
    shell.app()
    assert shell.run("list").exit_code == 4
    shell.any("firm", "add", "durand", "--name", "Cabinet Durand")
    one = shell.connected(PETIT, "--firm", "durand", "--reference", "a")
    two = shell.connected("Boulangerie Martin", "-o", "martin.qwc")
    shell.any("app", "add", "hand", "--name", "By hand")

    def ids(*words: str) -> list[str]:
        return [found["connection_id"] for found in shell.lines("list", *words)]

    assert set(ids()) == {one, two} == {found["connection_id"] for found in shell.lines("status")}
    assert ids("--firm", "durand") == ids("--state", "draft") == ids("--reference", "a") == [one]
    assert ids("--state", "config_issued", "--app", "time") == [two]
    assert shell.run("list", "--attention").exit_code == 4
    shown = shell.run("list").stdout
    assert shown.index("Boulangerie Martin") < shown.index(PETIT), "by company"
    assert "2 connections (1 being prepared, 1 file made)" in shown


def test_status_of_one_says_what_is_known_and_what_comes_next(shell: Shell) -> None:
    shell.app()
    connection = shell.connected(PETIT, "-o", "petit.qwc")

    found = shell.done("status", connection)
    assert (found["app_id"], found["company_name"], found["state"]) == ("time", PETIT, "config_issued")
    assert (found["attention"], found["last_seen_at"], found["every"]) == (None, None, 900)
    shown = shell.run("status", connection).stdout
    assert "Next: The QuickBooks Admin" in shown
    assert f"qbapps desktop steps {connection}" in shown
    steps = shell.done("steps", connection)
    assert (steps["state"], len(steps["steps"]) > 5) == ("config_issued", True)
    assert shell.refused("status", "con_nobody", code=2)["code"] == "not_found"


def test_answers_are_kept_and_what_only_a_session_shows_is_refused(shell: Shell) -> None:
    shell.app("--requires", "time_data_company")
    connection = shell.connected()

    done = shell.run("attest", connection, "windows", "always_allow", "--by", "Marie", "--note", "seen", "--json")
    assert done.exit_code == 3, "what is good is kept, what is not is said"
    assert json.loads(done.stderr)["code"] == "transition_refused"
    known = {one["item"]: one for one in shell.lines("checklist", connection)}
    assert (known["windows"]["state"], known["windows"]["by"], known["windows"]["note"]) == (
        "attested",
        "Marie",
        "seen",
    )
    assert known["always_allow"]["state"] == "open"
    assert "time_data_company" in known
    assert shell.refused("attest", connection, "windows", "wings", "--by", "Jean", code=2)["message"].endswith(
        "'wings'."
    )
    shell.run("attest", connection, "right_company", "--by", "Jean")
    assert shell.run("attest", connection, "right_company", "--by", "Jean").exit_code == 5
    shown = shell.run("checklist", connection).stdout
    assert "✔ Windows 10" in shown
    assert "Attested by Marie on" in shown
    assert "☐ QuickBooks Desktop for Windows" in shown
    assert f"qbapps desktop attest {connection}" in shown


def test_a_connection_rests_and_goes_on(shell: Shell) -> None:
    shell.app()
    connection = shell.connected()

    hours = shell.done("window", connection, "19:00-07:00", "--zone", "Europe/Paris")
    assert hours["window"] == "19:00-07:00 Europe/Paris"
    assert shell.done("window", connection, "--always")["window"] is None
    for wrong in (["19:00-07:00"], ["1900", "--zone", "Europe/Paris"], [], ["--always", "--zone", "Europe/Paris"]):
        assert shell.run("window", connection, *wrong).exit_code == 2, wrong
    assert shell.run("window", connection, "19:00-07:00", "--zone", "Mars/Base").exit_code == 2
    assert shell.run("pause", connection, "--until", "2099-01-01", "--for", "2h").exit_code == 2
    assert shell.run("pause", connection, "--until", "someday").exit_code == 2
    assert shell.run("pause", connection).exit_code == 5, "it is not connected yet"


def test_a_first_update_that_deletes_is_shown_and_confirmed_by_its_word(shell: Shell, tmp_path: Path) -> None:
    shell.app("--deletes-first")
    connection = shell.connected()
    doomed = tmp_path / "doomed.json"
    doomed.write_text(json.dumps({"projects": ["17", "18"], "customers": ["4"]}), encoding="utf-8")

    shown = shell.done("preview", connection, str(doomed))
    assert (shown["counts"], shown["total"]) == ({"customers": 1, "projects": 2}, 3)
    words = ("confirm", connection, "--by", "Marie", "--digest")
    assert shell.refused(*words, shown["digest"], code=2)["code"] == "not_confirmed", "nobody sits at a terminal"
    assert shell.run(*words, shown["digest"], "--phrase", "yes").exit_code == 2
    assert shell.refused(*words, "0" * 64, "--phrase", "delete", code=5)["code"] == "plan_altered"
    assert shell.done(*words, shown["digest"], "--phrase", "supprimer")["connection_id"] == connection
    assert "confirm" in shell.run("preview", connection, str(doomed)).stdout
    for wrong in ("[]", '{"projects": "17"}', '{"projects": [17]}', "nonsense"):
        assert shell.run("preview", connection, "-", stdin=wrong).exit_code == 2, wrong


def test_people_without_a_payroll_item_are_named(shell: Shell) -> None:
    shell.app("--needs-mapping")
    connection = shell.connected()

    words = ("people", connection, "--user", "Jean Durand", "--user", "Marie Lavoie", "--mapped", "Marie Lavoie")
    assert shell.done(*words, code=3)["unmapped"] == ["Jean Durand"]
    assert shell.done("status", connection)["unmapped"] == ["Jean Durand"]
    assert shell.run(*words, "--mapped", "Jean Durand").exit_code == 0


def test_a_removal_leaves_a_task_with_its_steps_until_somebody_has_done_it(shell: Shell) -> None:
    shell.app()
    connection = shell.connected()

    removed = shell.done("remove", connection, "--reason", "switching_app", "--by", "Marie", code=3)
    assert (removed["state"], len(removed["steps"]) > 5) == ("removing", True)
    (task,) = removed["task_ids"]
    assert shell.done("remove", connection, code=3)["task_ids"] == [task], "asked twice, it is the same task"
    shown = shell.run("remove", connection)
    assert f"qbapps confirm {task} --by WHO" in shown.stdout
    assert shell.done("steps", connection)["steps"] == removed["steps"]
    assert shell.any("confirm", task, "--by", "Marie").exit_code == 0
    assert shell.done("remove", connection, code=4)["state"] == "removed"
    assert shell.run("enqueue", connection, "query", "Customer").exit_code == 5


def test_a_connection_is_ended_here_without_asking_anybody_to_remove_it(shell: Shell) -> None:
    shell.app()
    connection = shell.connected()

    assert shell.done("deauthorize", connection, "--by", "Marie")["state"] == "deauthorized"
    assert shell.any("worklist").exit_code == 4
    assert shell.run("qwc", connection).exit_code == 5
    assert shell.done("password", connection)["state"] == "awaiting_login", "a new password begins it anew"


@pytest.mark.parametrize(
    ("typed", "code", "fixer"),
    [
        (["0x80040408"], "0x80040408", "user"),
        (["3140"], "3140", "developer"),
        (["QBWC1012"], "QBWC1012", "developer"),
        (["it", "says", "error", "80040418", "here"], "0x80040418", "admin"),
        (["It says QBWC1048: no certificate"], "QBWC1048", "developer"),
    ],
)
def test_a_code_is_explained_without_a_store(
    shell: Shell, tmp_path: Path, typed: list[str], code: str, fixer: str
) -> None:
    found = shell.done("code", *typed)

    assert (found["code"], found["fixer"]) == (code, fixer)
    assert found["what"]
    assert found["do"] in " ".join(shell.run("code", *typed).stdout.split())
    assert not (tmp_path / "qbapps.db").exists()


def test_french_is_spoken(shell: Shell) -> None:
    shell.app()
    made = shell.run("connect", "time", "--company", PETIT, "--lang", "fr").stdout
    connection = shell.lines("list")[0]["connection_id"]

    assert "┏━ Mot de passe" in made
    assert f"Vérifications\u00a0: qbapps desktop checklist {connection}" in made
    assert "En préparation · jamais d’appel" in shell.run("list", "--lang", "fr").stdout
    assert "Introuvable dans QuickBooks" in shell.run("code", "3140", "--lang", "fr").stdout
    assert {desktop_words.label(one, words("fr")) for one in DesktopState} & {
        desktop_words.label(one, words("en")) for one in DesktopState
    } == {"Active"}


def test_every_state_has_a_name_of_its_own() -> None:
    for kind, named in desktop_words.LABELS.items():
        assert set(named) == set(kind)
        assert len({desktop_words.label(one, words("en")) for one in named}) == len(named)
    assert set(desktop_views.MARKS) == set(CheckState)


@pytest.mark.parametrize("name", sorted(desktop.commands))
def test_every_command_has_help_of_its_own(shell: Shell, name: str) -> None:
    told = shell.run(name, "--help")

    assert told.exit_code == 0
    assert told.stdout.startswith(f"Usage: qbapps desktop {name}")
    assert max(map(len, told.stdout.splitlines())) <= 100
