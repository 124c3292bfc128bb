"""A line that is typed at a terminal, and the Ctrl+C that ends the typing."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


def typed_line(mark: str) -> str:
    """
    Show *mark*, and return the next line that is typed, with its end; "" when the terminal says that there is no more.

    Python looks for a Ctrl+C before it waits for a line, and while it waits: one that comes in between goes unseen
    until the next key. So a pipe is waited for too, into which every signal is written.

    Raises:
        KeyboardInterrupt: Somebody pressed Ctrl+C.
    """
    if sys.platform == "win32":  # select takes sockets alone there, and the console tells of Ctrl+C itself
        return f"{input(mark)}\n"
    with _signals() as told:
        click.echo(mark, nl=False, err=True)
        ready: list[int] = []
        while sys.stdin.fileno() not in ready:
            ready = select.select([sys.stdin.fileno(), told], [], [])[0]
            if told in ready:
                os.read(told, 64)
        return sys.stdin.readline()


@contextmanager
def _signals() -> Iterator[int]:
    """Give what can be read as soon as a signal has come."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    before = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    try:
        yield told
    finally:
        signal.set_wakeup_fd(before)
        os.close(tell)
        os.close(told)
