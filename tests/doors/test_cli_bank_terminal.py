"""``qbapps bank repair`` at a terminal: prompts, Ctrl+C, and the end of what is typed."""

from __future__ import annotations

import os
import re
import select
import shlex
import subprocess
import sys
from collections.abc import Sequence

import pytest
from cli_people import Terminal

pty = pytest.importorskip("pty")

PATIENCE = 60
PROMPT = b"> "
STYLE = re.compile(r"\x1b\[[0-9;]*m")

# Ctrl+C comes from the terminal that a session has: the pseudo-terminal has to become it first. What a shell started in
# the background ignores it, and so does all that is started from there.
BEGIN = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "qbapps", *sys.argv[1:]])
"""
OPTIONS = ("--bank", "LCL", "--regime", "EEA", "--cause", "disconnected", "--stopped", "2022-03-10")
BACK = ("--backfill", "24 months", "--today", "2022-06-11")


def at_terminal(terminal: Terminal, *words: str, keys: Sequence[bytes]) -> tuple[int, str]:
    """
    Run ``qbapps bank`` at a pseudo-terminal and press *keys*, one after each prompt.

    Returns:
        The exit code, and what the terminal showed.
    """
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN, "bank", *words],
        cwd=terminal.folder,
        env={**terminal.environ, "COLUMNS": "80", "TERM": "xterm"},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    shown, left = b"", list(keys)
    try:
        while True:
            assert select.select([outer], [], [], PATIENCE)[0], f"nothing comes after {shown.decode('utf-8')!r}"
            try:
                shown += os.read(outer, 65536)
            except OSError:
                break
            if left and shown.endswith(PROMPT):
                os.write(outer, left.pop(0))
        return process.wait(PATIENCE), STYLE.sub("", shown.decode("utf-8")).replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(outer)


def test_typed_answers_lead_to_the_dates_to_type(terminal: Terminal) -> None:
    keys = [b"512000\n", b"4 March 2022\n", b"2022-03-05\n", b"\n"]

    code, shown = at_terminal(terminal, "repair", *OPTIONS, *BACK, keys=keys)

    assert code == 0
    last = [line.split() for line in shown.splitlines() if line.strip()][-1]
    assert last == ["512000", "5", "March", "2022"]


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["ctrl-c", "ctrl-d"])
def test_stopped_it_says_how_to_go_on_and_nothing_typed_is_lost(terminal: Terminal, key: bytes) -> None:
    code, shown = at_terminal(terminal, "repair", *OPTIONS, *BACK, keys=[b"512000\n", b"4 March 2022\n", key])

    assert code == 1
    assert "Stopped. Nothing was changed." in shown
    assert "Traceback" not in shown
    (command,) = [line.strip() for line in shown.splitlines() if line.strip().startswith("qbapps bank repair")]
    _program, _group, *again = shlex.split(command)
    code, shown = at_terminal(terminal, *again, keys=[b"2022-03-05\n", b"\n"])
    assert code == 0, shown
    assert "4 March 2022" in shown
