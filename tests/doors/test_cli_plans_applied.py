"""``apply``: asked for, carried out, reported, and gone on with."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_people import ROOT
from cli_plans import JEAN, MARIE, Cabinet, built, flat, realm, with_hand

import qbapps
from qbapps.simulator import Behaviour, Fault, Intuit
from qbapps.vault import new_key

SOPHIE = "sophie@durand.example"


@pytest.fixture
def cabinet(tmp_path: Path, intuit: Intuit, monkeypatch: pytest.MonkeyPatch) -> Cabinet:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path}/qbapps.db")
    monkeypatch.setenv("QBAPPS_LANG", "en")
    return built(tmp_path, intuit)


def states(cabinet: Cabinet) -> list[str]:
    with qbapps.open(cabinet.url) as qb:
        return [str(one.state) for one in qb.connections()]


def revokes(cabinet: Cabinet) -> int:
    return sum(record.operation == "revoke" for record in cabinet.intuit.requests)


def test_a_plan_is_carried_out_and_then_there_is_nothing_left(cabinet: Cabinet) -> None:
    path = cabinet.planned()

    first = cabinet.run("apply", path, "--yes")
    again = cabinet.json("apply", path, "--yes")

    assert first.exit_code == 0
    assert "3  Done" in first.stdout
    assert "All rows are done." in first.stdout
    assert (again["counts"], again["complete"]) == ({"done": 3}, True)
    assert states(cabinet) == ["disconnected"] * 3
    assert revokes(cabinet) == 3


def test_without_a_terminal_somebody_has_to_say_yes_beforehand(cabinet: Cabinet) -> None:
    path = cabinet.planned()

    done = cabinet.run("apply", path)
    told = cabinet.run("--json", "apply", path)

    assert done.exit_code == told.exit_code == 2
    assert "3 connections: begun now" in done.stdout
    assert "add --yes" in done.stderr
    assert (told.stdout, json.loads(told.stderr.splitlines()[-1])["code"]) == ("", "not_confirmed")
    assert states(cabinet) == ["connected"] * 3


def test_a_row_that_drifted_is_shown_with_what_changed_and_exits_with_3(cabinet: Cabinet) -> None:
    path = cabinet.planned()
    cabinet.connect(realm(1), MARIE)

    done = cabinet.run("apply", path, "--yes")

    assert done.exit_code == 3
    assert "Changed meanwhile (1)" in done.stdout
    assert "Client 1 · Dext" in done.stdout
    assert "A new consent came in: it was grant 1 and is grant 2." in flat(done)
    assert "Make a new plan" in flat(done)
    assert "qbapps apply" not in done.stdout, "applying it again changes nothing"


def test_a_row_that_failed_is_tried_again_by_the_command_that_is_shown(cabinet: Cabinet) -> None:
    path = cabinet.planned("--realm", realm(0))
    cabinet.intuit.inject(Fault("revoke", "unavailable", times=None))

    failed = cabinet.json("apply", path, "--yes", "--no-canary")
    french = cabinet.run("--lang", "fr", "apply", path, "--yes", "--no-canary")
    cabinet.intuit.clear_faults()

    assert failed["counts"] == {"failed": 1}
    assert "is not known" in failed["failed"][0]["note"]
    assert french.exit_code == 3
    assert "on ne sait pas si Intuit l’a révoqué" in flat(french)
    assert f"qbapps apply {path}" in french.stdout
    assert cabinet.run("apply", path, "--yes").exit_code == 0


def test_rows_by_hand_lead_to_the_worklist(cabinet: Cabinet) -> None:
    with_hand(cabinet)
    path = cabinet.planned("--firm", "durand")

    done = cabinet.run("apply", path, "--yes")

    assert done.exit_code == 3
    assert "To do by hand (1)" in done.stdout
    assert "qbapps worklist --firm durand" in done.stdout
    (task,) = [json.loads(line) for line in cabinet.run("--json", "worklist", "--firm", "durand").stdout.splitlines()]
    assert cabinet.run("confirm", task["task"]["id"], "--by", JEAN).exit_code == 0
    assert cabinet.run("apply", path, "--yes").exit_code == 0


def test_a_plan_that_needs_approval_is_refused_until_somebody_else_gives_it(cabinet: Cabinet) -> None:
    path = cabinet.planned("--realm", realm(0), "--by", SOPHIE, "--needs-approval")

    assert "needed, of somebody else than" in cabinet.run("plan", "show", path).stdout
    assert cabinet.run("apply", path).exit_code == 5
    assert cabinet.run("apply", path, "--yes", "--approved-by", SOPHIE).exit_code == 5
    assert states(cabinet) == ["connected"] * 3
    assert cabinet.run("apply", path, "--yes", "--approved-by", JEAN).exit_code == 0


def test_the_canary_stops_the_run_and_says_which_connections_died(cabinet: Cabinet) -> None:
    path = cabinet.planned("--realm", realm(0))
    cabinet.intuit.behaviour = Behaviour(revoke_reach="user_app")

    done = cabinet.json("apply", path, "--yes")
    shown = cabinet.run("apply", path, "--yes")

    assert done["stopped"] == "canary"
    assert all(connection in done["why"] for connection in cabinet.connections[1:])
    assert shown.exit_code == 0, "the only row was the canary, and it is done"


def test_a_run_that_the_canary_stopped_goes_on_without_it(cabinet: Cabinet) -> None:
    cabinet.connect(realm(2), MARIE)
    cabinet.intuit.add_company(realm(7), name="Client 7", admins=[JEAN, MARIE])
    cabinet.connect(realm(7))
    path = cabinet.planned("--firm", "durand", "--owner", JEAN)
    cabinet.intuit.behaviour = Behaviour(revoke_reach="user_app")

    stopped = cabinet.run("apply", path, "--yes")

    assert stopped.exit_code == 3
    assert "add --no-canary" in flat(stopped)
    assert "1  Not begun" in stopped.stdout
    assert cabinet.run("apply", path, "--yes", "--no-canary").exit_code == 0


def transferring(cabinet: Cabinet) -> str:
    path = str(cabinet.folder / "transfer.json")
    assert cabinet.run("plan", "transfer", "--owner", JEAN, "--to", MARIE, "--by", SOPHIE, "-o", path).exit_code == 0
    return path


def test_transfers_wait_with_a_fresh_link_each_until_the_new_owner_consents(cabinet: Cabinet) -> None:
    path = transferring(cabinet)

    first = cabinet.run("apply", path, "--yes")
    waiting = cabinet.json("apply", path, "--yes")["waiting"]

    assert first.exit_code == 3
    assert "Waiting (3)" in first.stdout
    links = re.findall(r"^http\S+$", first.stdout, flags=re.MULTILINE)
    assert len(links) == 3
    assert "the older ones stop working" in flat(first)
    assert not {item["url"] for item in waiting} & set(links)
    with qbapps.open(cabinet.url) as qb:
        for item in waiting:
            qb.complete(cabinet.intuit.consent(item["url"], user=MARIE, realm_id=item["realm_id"]))
    assert cabinet.run("apply", path, "--yes").exit_code == 0


@pytest.mark.parametrize(("lang", "hello"), [("en", "Hello,"), ("fr", "Bonjour,")])
def test_the_new_owner_gets_one_message_with_a_link_for_each_company(cabinet: Cabinet, lang: str, hello: str) -> None:
    path, folder = transferring(cabinet), cabinet.folder / "messages" / "new"

    done = cabinet.run("--lang", lang, "apply", path, "--yes", "--messages", str(folder))

    (file,) = folder.iterdir()
    text = file.read_text("utf-8")
    assert done.exit_code == 3
    assert str(file) in done.stderr.replace("\n", "")
    assert "http" not in done.stdout, "the links are in the message"
    assert file.name == f"{MARIE}.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert hello in text
    assert SOPHIE in text
    urls = re.findall(r"^Client \d · Dext\n(http\S+)$", text, flags=re.MULTILINE)
    assert len(urls) == 3
    with qbapps.open(cabinet.url) as qb:
        qb.complete(cabinet.intuit.consent(urls[0], user=MARIE, realm_id=realm(0)))


@pytest.mark.parametrize("suffix", ["json", "csv", "html"])
def test_the_report_of_a_run_is_a_file_without_links(cabinet: Cabinet, suffix: str) -> None:
    path, report = transferring(cabinet), cabinet.folder / f"report.{suffix}"

    done = cabinet.run("apply", path, "--yes", "--report", str(report))

    text = report.read_text("utf-8-sig")
    assert done.exit_code == 3
    assert str(report) in done.stderr.replace("\n", "")
    assert all(f"Client {number}" in text for number in range(3))
    assert "state=" not in text


@pytest.mark.parametrize("name", ["report.pdf", "report", "nowhere/report.html"])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(cabinet: Cabinet, name: str) -> None:
    path = cabinet.planned()

    assert cabinet.run("apply", path, "--yes", "--report", str(cabinet.folder / name)).exit_code == 2
    assert states(cabinet) == ["connected"] * 3


# At a terminal


class Screen:
    """A command at a terminal of its own."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self._terminal = terminal
        self.shown = ""

    def until(self, pattern: str) -> None:
        """Read until the screen shows *pattern*."""
        while not re.search(pattern, self.shown):
            ready, _, _ = select.select([self._terminal], [], [], 60)
            assert ready, self.shown
            self.shown += self._read()

    def type(self, text: str) -> None:
        """Type *text*."""
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Read until the command has ended, and return its exit code."""
        while self.process.poll() is None:
            if select.select([self._terminal], [], [], 0.05)[0]:
                self.shown += self._read()
        while select.select([self._terminal], [], [], 0)[0] and (more := self._read()):
            self.shown += more
        return self.process.returncode

    def _read(self) -> str:
        try:
            return os.read(self._terminal, 65536).decode(errors="replace")
        except OSError:
            return ""


AT_A_TERMINAL = (
    "import runpy, signal; "
    # Where the tests run in the background it is ignored, and a child would go on ignoring it.
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('qbapps', run_name='__main__', alter_sys=True)"
)


@contextmanager
def terminal(cabinet: Cabinet, *arguments: str) -> Iterator[Screen]:
    """Run a command where a person could sit."""
    pty = pytest.importorskip("pty", reason="a terminal is a thing of POSIX")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", "PYTHONUTF8": "1"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Screen(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.parametrize(
    ("lang", "answer", "code", "told", "state"),
    [
        ("en", "", 1, "Nothing was done.", "connected"),
        ("en", "n", 1, "Nothing was done.", "connected"),
        ("en", "y", 0, "All rows are done.", "disconnected"),
        ("fr", "oui", 0, "Toutes les lignes sont faites.", "disconnected"),
    ],
)
def test_at_a_terminal_it_is_asked_first(
    cabinet: Cabinet, lang: str, answer: str, code: int, told: str, state: str
) -> None:
    path = cabinet.planned()
    question = {"en": r"Disconnect 3 connections\? \[y/N\]", "fr": r"Déconnecter 3 connexions\s\? \[o/N\]"}[lang]

    with terminal(cabinet, "--lang", lang, "apply", path) as screen:
        screen.until(question)
        screen.type(f"{answer}\n")
        assert screen.end() == code, screen.shown

    assert told in screen.shown
    assert states(cabinet) == [state] * 3


def test_ctrl_c_ends_the_run_with_its_report_and_the_next_one_goes_on(
    tmp_path: Path, intuit: Intuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path}/qbapps.db")
    monkeypatch.setenv("QBAPPS_LANG", "en")
    cabinet = built(tmp_path, intuit, clients=25)
    path = cabinet.planned()

    with terminal(cabinet, "apply", path, "--yes", "--workers", "1") as screen:
        screen.until(r"[1-9]/25")
        screen.process.send_signal(signal.SIGINT)
        code = screen.end()

    assert code == 3, screen.shown
    assert "It was interrupted; what was in flight has ended." in screen.shown
    assert "Not begun" in screen.shown
    assert "Carrying out" in screen.shown
    counts = cabinet.json("plan", "show", path)["counts"]
    assert set(counts) == {"done", "planned"}
    assert revokes(cabinet) == counts["done"]
    assert cabinet.json("apply", path, "--yes")["counts"] == {"done": 25}
    assert revokes(cabinet) == 25


def test_the_receipts_of_a_plan_come_in_one_file(cabinet: Cabinet) -> None:
    path = cabinet.planned("--realm", realm(0))
    cabinet.run("apply", path, "--yes", "--no-canary")
    cabinet.run("disconnect", cabinet.connections[1], "--reason", "other")
    page = cabinet.folder / "receipts.html"

    told = cabinet.run("receipts", "--plan", path, "-o", str(page))

    assert told.exit_code == 0, told.output
    assert page.read_text("utf-8").count('class="receipt card"') == 1
    assert len(cabinet.run("--json", "receipts").stdout.splitlines()) == 2
