"""The commands that pages show work line by line, with the browser played where a person is asked."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pages
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

import qbapps
from qbapps.simulator import Intuit, scenario
from qbapps.vault import new_key

PEOPLE = {"Jean Durand": "j.durand@durand.example", "Sophie Morel": "s.morel@durand.example"}
COMPANY = "9130350000000100"
SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def commands(text: str) -> list[str]:
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


class Terminal:
    """
    A shell as its reader uses it: variables stay, ``&`` runs on, and a comment is something to do.

    Each command is one ``bash -c`` with what was exported and set before.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.said = ""
        self.intuit: Intuit | None = None
        self.behind: list[subprocess.Popen[str]] = []

    def start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def type(self, line: str) -> str:
        command, _, comment = line.partition("  # ")
        assigned = re.fullmatch(r"(\w+)=(\$\(.*\))", command)
        if command == "kill %1":
            self.close()
        elif command.endswith("&"):
            self._start_behind(command.rstrip("& "))
        elif command.startswith("export "):
            names = re.findall(r"(\w+)=", command)
            shown = " ".join(f'"${name}"' for name in names)
            values = self._run(f"{command}; printf '%s\\0' {shown}")
            self.environment.update(zip(names, values.split("\0"), strict=False))
        elif assigned:
            self.environment[assigned[1]] = self._run(f"printf %s {assigned[2]}")
            assert self.environment[assigned[1]], line
        elif "--wait" in command:
            return self._wait(command, comment)
        else:
            answer = self._agree(comment) if comment else ""
            self.said = self._run(command, answer)
        return self.said

    def close(self) -> None:
        for running in self.behind:
            os.killpg(running.pid, signal.SIGTERM)  # as kill does; SIGINT is ignored where tests run in the background
            running.communicate(timeout=SECONDS)
        self.behind.clear()

    def _start_behind(self, command: str) -> None:
        self.behind.append(self.start(command))
        port = re.findall(r"--port (\d+)", command)[0]
        # A person is slower than a program starts; this waits as long as it takes.
        http = requests.Session()
        http.mount("http://", HTTPAdapter(max_retries=Retry(connect=40, backoff_factor=0.05, backoff_max=0.5)))
        http.get(f"http://127.0.0.1:{port}/", timeout=SECONDS)

    def _run(self, command: str, answer: str = "") -> str:
        running = self.start(command)
        said, complaint = running.communicate(answer, timeout=SECONDS)
        assert running.returncode == 0, f"{command}\n{said}\n{complaint}"
        return said

    def _wait(self, command: str, comment: str) -> str:
        running = self.start(command)
        assert running.stdout is not None
        self.said = running.stdout.readline()
        requests.get(self._agree(comment), timeout=SECONDS)
        self.said, complaint = running.communicate(timeout=SECONDS)
        assert running.returncode == 0, f"{command}\n{self.said}\n{complaint}"
        return self.said

    def _agree(self, comment: str) -> str:
        """Open the link that was printed last, agree there, and return the address one ends on."""
        person = next(email for name, email in PEOPLE.items() if name in comment)
        link = re.findall(r"http://\S+state=\S+", self.said)[-1]
        chosen = urlencode({"as_user": person, "realm_id": COMPANY})
        return requests.get(f"{link}&{chosen}", allow_redirects=False, timeout=SECONDS).headers["Location"]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    program = tmp_path / ".venv" / "bin" / "qbapps"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qbapps "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    opened = Terminal(
        tmp_path, {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(pages.ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    )
    yield opened
    opened.close()


def test_the_walk_by_hand_works_line_by_line(terminal: Terminal) -> None:
    walk = next(block.text for block in pages.blocks(pages.ROOT / "README.md") if block.language == "sh")
    assert walk.count("\n") < 30
    # The ports of the page may be taken on this machine; what is played behind them stays the same.
    simulator, callback = str(free_port()), str(free_port())
    described = scenario.load("cabinet-durand")
    for app in described["apps"]:
        app["redirect_uris"] = [uri.replace("8400", callback) for uri in app["redirect_uris"]]
    (terminal.folder / "scenario.json").write_text(json.dumps(described), encoding="utf-8")
    walk = walk.replace("simulate --port 8300", "simulate --port 8300 --scenario scenario.json")
    walk = walk.replace("8300", simulator).replace("8400", callback)

    said = {line: terminal.type(line) for line in commands(walk)}

    def of(beginning: str) -> str:
        return next(text for line, text in said.items() if line.startswith(beginning))

    assert "Boulangerie Martin" in of("qbapps list --firm")
    assert "j.durand@durand.example" in of("qbapps list --firm")
    assert "Boulangerie Martin" in of("qbapps list --owner s.morel")
    assert "connection.transferred" in of('qbapps events "$CONNECTION"')
    assert "whole" in of("qbapps events --verify")
    assert not terminal.behind


@pytest.fixture
def firm(terminal: Terminal) -> Iterator[Terminal]:
    """Yield a terminal in the folder of a firm: a client, an app that is connected, a task that is left."""
    key = new_key().reveal()
    terminal.environment |= {
        "PATH": f"{terminal.folder / '.venv' / 'bin'}:{terminal.environment['PATH']}",
        "QBAPPS_STORE": "sqlite:///firm.db",
        "QBAPPS_KEY": key,
    }
    inventory = terminal.folder / "inventory.csv"
    inventory.write_text(
        f"Level,Company,Realm ID,App,Owner,Status\nClient,Boulangerie Martin,{COMPANY},Expensya,,Connected\n",
        encoding="utf-8",
    )
    with (
        Intuit.from_scenario("cabinet-durand", clients=1) as intuit,
        qbapps.open(f"sqlite:///{terminal.folder / 'firm.db'}", key=key) as qb,
    ):
        qb.add_firm("durand", name="Cabinet Durand")
        qb.add_client("durand", realm_id=COMPANY, name="Boulangerie Martin")
        qb.register_app(
            "dext",
            client_id="sim-dext",
            client_secret="sim-dext-secret",
            redirect_uri="http://localhost:8400/callback",
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        qb.complete(intuit.consent(qb.begin_connect("dext").url, user=PEOPLE["Jean Durand"], realm_id=COMPANY))
        terminal.intuit = intuit
        (kept,) = qb.import_inventory(inventory, firm="durand").taken
        qb.disconnect(kept.id)
        yield terminal


def shown(page: str) -> list[str]:
    (block,) = (block for block in pages.blocks(pages.DOCS / "how-to" / page) if block.language == "sh")
    return commands(block.text)


def test_the_commands_for_firms_take_a_worklist_out_and_back_in(firm: Terminal) -> None:
    out, back = shown("firms.md")
    work = firm.folder / "work.csv"

    firm.type(out)
    work.write_text(tick(work.read_text(encoding="utf-8-sig")), encoding="utf-8")
    said = firm.type(back)

    assert "1  tasks recorded as done" in said
    assert "Sophie Morel" in firm.type("qbapps events")


def tick(text: str) -> str:
    """Write that the one task of a worklist is done, as somebody would in a spreadsheet."""
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 1
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerow({**rows[0], "Done?": "done"})
    return out.getvalue()


def test_the_commands_for_plans_disconnect_and_report(firm: Terminal) -> None:
    make, show, apply = shown("plans.md")

    firm.type(make)
    said = firm.type(show)
    firm.type(f"{apply} --yes")  # who sits at a terminal is asked instead

    assert "Boulangerie Martin" in said
    assert "Boulangerie Martin" in (firm.folder / "report.html").read_text(encoding="utf-8")
    assert "disconnected" in firm.type("qbapps --json list --app dext")


def test_the_commands_for_banks_work_line_by_line(firm: Terminal) -> None:
    page = pages.DOCS / "how-to" / "banks.md"
    (listed,) = (block.text for block in pages.blocks(page) if block.text.startswith("Société;"))
    for name, text in {
        "banques.csv": listed,
        "releve.csv": "Date;Libellé;Montant\n03/02/2022;CAFE;-2,50\n04/02/2022;CAFE;-2,50\n",
        "connues.csv": "Date;Libellé;Montant\n03/02/2022;CAFE;-2,50\n",
    }.items():
        (firm.folder / name).write_text(text, encoding="utf-8")
    assert firm.intuit is not None
    firm.intuit.add_account(COMPANY, "Banque", number="512000")
    said: dict[str, str] = {}

    for block in (block for block in pages.blocks(page) if block.language == "sh"):
        for line in commands(block.text):
            said[line] = firm._run(line, "\n" * 8) if "bank repair" in line else firm.type(line)
        if block.output is not None:
            assert [line.rstrip() for line in firm.said.splitlines()] == block.output.splitlines()

    def of(beginning: str) -> str:
        return next(text for line, text in said.items() if line.startswith(beginning))

    assert "take “Crédit Agricole”" in of("qbapps bank find")
    assert "10 March 2022" in of("qbapps bank plan --stopped")
    assert [path.suffix for path in (firm.folder / "upload").iterdir()] == [".csv"]
    assert "Ends soon" in of("qbapps bank status")
    assert "BEGIN:VALARM" in (firm.folder / "banks.ics").read_text(encoding="utf-8")
    assert "512000 Banque" in of("qbapps bank hints")
    assert "Hints from the books" in of('qbapps bank plan "$BANK" --hints')
    assert "Dates to type" in of("qbapps bank repair")
