"""Keeping alive: from cron, and by a Celery worker that is really running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from celery import Celery

import qbapps
from qbapps.simulator import Fault, Intuit

FIRST_CLIENT = "9130350000000100"
REFRESHES = 14  # two apps in the firm's books and its six clients'


def refreshed(simulated: Intuit) -> int:
    return sum(one.operation == "refresh" and one.status == 200 for one in simulated.requests)


def test_from_cron_it_is_silent_when_nobody_has_to_act(run, simulated: Intuit, tmp_path: Path) -> None:
    run("sample_store.py")

    idle = run("cron_keepalive.py", "--log", "keepalive.log")
    assert (idle.stdout, idle.stderr) == ("", "")
    busy = run("cron_keepalive.py", "--within-days", "150", "--log", "keepalive.log")
    assert (busy.stdout, busy.stderr) == ("", "")

    assert refreshed(simulated) == REFRESHES
    log = (tmp_path / "keepalive.log").read_text(encoding="utf-8").splitlines()
    assert "INFO 0 refreshed, 0 left" in log[0]
    assert f"INFO {REFRESHES} refreshed, 0 left" in log[-1]


def test_from_cron_it_prints_what_a_person_has_to_do(run, simulated: Intuit) -> None:
    run("sample_store.py")
    simulated.disconnect("sim-zapier", FIRST_CLIENT)

    told = run("cron_keepalive.py", "--within-days", "150", code=3).stdout.splitlines()

    assert len(told) == 1
    assert told[0].startswith("Boulangerie Martin (zapier, con_")
    assert run("cron_keepalive.py", code=3).stdout.splitlines() == told, "until it is mended"


def test_from_cron_it_fails_loudly_without_a_key(run, environment: dict[str, str], tmp_path: Path) -> None:
    environment["QBAPPS_KEY"] = "nonsense"

    failed = run("cron_keepalive.py", "--log", "keepalive.log", code=1)

    assert (failed.stdout, "QBAPPS_KEY" in failed.stderr or "key" in failed.stderr) == ("", True)
    assert "nonsense" not in failed.stderr + (tmp_path / "keepalive.log").read_text(encoding="utf-8")


@pytest.fixture
def worker(
    run,
    running: Callable[..., AbstractContextManager[Popen[str]]],
    environment: dict[str, str],
    tmp_path: Path,
) -> Iterator[Celery]:
    """A client of the worker of the example, which runs in processes of its own on a broker of folders."""
    run("sample_store.py")
    environment["KEEP_ALIVE_EVERY"] = "2"
    folder = tmp_path / "broker"
    for name in ("messages", "results"):
        (folder / name).mkdir(parents=True)
    command = ("-m", "celery", "-A", "examples.celery_worker", "worker", "--beat", "--loglevel", "INFO")
    with running(*command, "--concurrency", "2"):
        client = Celery(broker="filesystem://", backend=f"file://{folder / 'results'}")
        messages = str(folder / "messages")
        client.conf.broker_transport_options = {"data_folder_in": messages, "data_folder_out": messages}
        yield client
        client.close()


def asked(worker: Celery, name: str, *arguments: Any) -> Any:
    return worker.send_task(f"qbapps.{name}", arguments).get(timeout=90)


def test_a_worker_reads_companies_and_keeps_them_alive(worker: Celery, run, simulated: Intuit) -> None:
    printed = run("celery_worker.py").stdout.splitlines()
    assert len(printed) == REFRESHES
    assert printed[0].endswith(": " + ", ".join(sorted(printed[0].split(": ")[1].split(", "))))

    simulated.disconnect("sim-zapier", FIRST_CLIENT)
    report = asked(worker, "keep_alive", 150)

    assert len(report["refreshed"]) == REFRESHES - 1
    with qbapps.open() as qb:
        (left,) = qb.connections(state="needs_reconnect")
    assert report["needs_reconnect"] == [left.id]
    assert refreshed(simulated) == REFRESHES - 1


def test_a_worker_tries_again_what_may_work_later_and_nothing_else(
    worker: Celery, simulated: Intuit, tmp_path: Path
) -> None:
    with qbapps.open() as qb:
        connection = next(qb.connections(app="dext", realm_id=FIRST_CLIENT))
    simulated.inject(Fault("query", "unavailable", times=5, retry_after=1))

    assert asked(worker, "customers", connection.id)
    assert not simulated.faults
    log = tmp_path / "program.log"
    assert "Retry in " in log.read_text(encoding="utf-8")
    retries = log.read_text(encoding="utf-8").count("Retry in ")

    with pytest.raises(Exception, match="con_nobody"):
        asked(worker, "customers", "con_nobody")
    assert log.read_text(encoding="utf-8").count("Retry in ") == retries


def test_the_worker_is_told_by_the_beat_to_keep_alive(worker: Celery, tmp_path: Path) -> None:
    log = tmp_path / "program.log"
    asked(worker, "keep_alive")  # it is up
    for _ in range(20):
        # Each answer takes its while, so this waits for the beat without sleeping.
        asked(worker, "keep_alive")
        if "Sending due task keepalive" in log.read_text(encoding="utf-8"):
            return
    pytest.fail(log.read_text(encoding="utf-8"))
