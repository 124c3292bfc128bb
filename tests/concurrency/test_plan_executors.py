"""Plans on other processes: any executor will do, and a worker that is killed loses and doubles nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import attrs
import pytest
from databases import Server

import qbapps
from qbapps.domain.limits import UNLIMITED
from qbapps.errors import NotFoundError, PlanIncomplete
from qbapps.manager import QBApps
from qbapps.simulator import Intuit
from qbapps.vault import new_key

distributed = pytest.importorskip("distributed")

JEAN = "jean@durand.example"
CALLBACK = "http://localhost:8400/callback"
COUNT = 40


@attrs.frozen
class Firm:
    qb: QBApps
    intuit: Intuit
    url: str


@contextmanager
def firm(url: str, monkeypatch: pytest.MonkeyPatch, count: int = COUNT) -> Iterator[Firm]:
    """A firm whose clients have the app, over real HTTP, by the system's own clock."""
    key = new_key().reveal()
    monkeypatch.setenv("QBAPPS_STORE", url)
    monkeypatch.setenv("QBAPPS_KEY", key)
    with Intuit() as intuit, qbapps.open() as qb:
        intuit.add_user(JEAN)
        intuit.add_app("cid", "secret", redirect_uris=[CALLBACK])
        qb.register_app(
            "dext",
            client_id="cid",
            client_secret="secret",
            redirect_uri=CALLBACK,
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        for number in range(count):
            realm_id = str(9130350000002000 + number)
            intuit.add_company(realm_id, name=f"Client {number}", admins=[JEAN])
            qb.complete(intuit.consent(qb.begin_connect("dext").url or "", user=JEAN, realm_id=realm_id))
        yield Firm(qb, intuit, url)


def check(there: Firm, plan_id: str) -> None:
    report = there.qb.plan_report(plan_id)
    assert report.is_complete, report.counts
    assert len(report.done) == COUNT
    receipts = there.qb.disconnections()
    assert len(receipts) == COUNT, "one each"
    assert {receipt.proof for receipt in receipts} <= {"refused_after_revoke", "already_gone"}
    assert there.qb.verify_events() == ()


@contextmanager
def cluster(workers: int = 2) -> Iterator[distributed.Client]:
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=2, processes=True, dashboard_address=None
        ) as made,
        distributed.Client(made) as client,
    ):
        yield client


def test_a_plan_is_applied_by_the_workers_of_a_dask_cluster(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with firm(postgresql_server.migrated(), monkeypatch) as there, cluster() as client:
        plan = there.qb.plan_disconnect(app="dext")

        there.qb.apply(plan.id, executor=client.get_executor(), workers=4, limits=UNLIMITED)

        check(there, plan.id)
        assert len(there.intuit.requests) > 0
        revokes = [record for record in there.intuit.requests if record.operation == "revoke"]
        assert len(revokes) == COUNT


def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with firm(postgresql_server.migrated(), monkeypatch) as there, cluster() as client:
        plan = there.qb.plan_disconnect(app="dext")
        pids = list(client.run(os.getpid).values())

        with there.intuit.hold("revoke", "after") as gate:
            applying = threading.Thread(
                target=there.qb.apply,
                args=(plan.id,),
                kwargs={"executor": client.get_executor(), "workers": 2, "limits": UNLIMITED},
            )
            applying.start()
            gate.wait_arrived()
            os.kill(pids[0], signal.SIGKILL)
        applying.join(timeout=240)

        assert not applying.is_alive()
        if not there.qb.plan_report(plan.id).is_complete:
            # What the dead worker had begun is left to its lease, and to the next run.
            there.qb.apply(plan.id, limits=UNLIMITED)
        check(there, plan.id)


def test_a_pool_of_processes_will_do_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with firm(f"sqlite:///{tmp_path}/firm.db", monkeypatch) as there:
        plan = there.qb.plan_disconnect(app="dext")
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            there.qb.apply(plan.id, executor=pool, workers=2, limits=UNLIMITED)
        check(there, plan.id)


def test_threads_of_the_caller_use_the_callers_own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with firm(f"sqlite:///{tmp_path}/firm.db", monkeypatch) as there:
        plan = there.qb.plan_disconnect(app="dext")
        monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path}/other.db")
        with ThreadPoolExecutor(3) as pool:
            there.qb.apply(plan.id, executor=pool, workers=3, limits=UNLIMITED)
        check(there, plan.id)


def test_workers_whose_environment_names_another_store_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with firm(f"sqlite:///{tmp_path}/firm.db", monkeypatch, count=2) as there:
        plan = there.qb.plan_disconnect(app="dext")
        monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path}/other.db")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, pytest.raises(NotFoundError):
            there.qb.apply(plan.id, executor=pool, limits=UNLIMITED, canary=False)
        assert len(there.qb.plan_report(plan.id).remaining) == 2


class Lost(Executor):
    """Loses what it is given."""

    def submit(self, *_: object, **__: object) -> Future[object]:  # type: ignore[override]
        future: Future[object] = Future()
        future.set_exception(RuntimeError("the worker was lost"))
        return future


def test_an_executor_that_fails_leaves_the_rows_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with firm(f"sqlite:///{tmp_path}/firm.db", monkeypatch, count=2) as there:
        plan = there.qb.plan_disconnect(app="dext")

        with pytest.raises(PlanIncomplete, match="RuntimeError") as stopped:
            there.qb.apply(plan.id, executor=Lost(), limits=UNLIMITED, canary=False)

        assert stopped.value.report.stopped == "executor"
        assert len(stopped.value.report.remaining) == 2
