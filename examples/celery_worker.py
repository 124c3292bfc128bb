"""
A Celery worker that keeps connections alive and reads companies.

    pip install qbapps celery
    qbapps simulate --port 8300 --clients 6            # in one terminal
    export QBAPPS_STORE=sqlite:///examples.db          # in two others
    python examples/sample_store.py                    # connections to work on
    celery -A examples.celery_worker worker --beat     # from the folder above examples
    python examples/celery_worker.py                   # asks it for the customers of every company

Each process of the worker opens the store for itself, after the fork: connections to a database
cannot be shared across one. That is all the coordination there is to do: a token that several
processes want refreshed is refreshed once. Here messages lie in the folder broker/, so nothing
else has to run; give a BROKER_URL and a RESULT_BACKEND of your own instead.
"""

from __future__ import annotations

import os
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init, worker_process_shutdown
from celery.utils.time import get_exponential_backoff_interval
from quickbooks.objects.customer import Customer

import qbapps

FOLDER = Path(os.environ.get("BROKER_FOLDER", "broker")).absolute()
KEEP_ALIVE = "qbapps.keep_alive"


class PatientTask(Task[Any, Any]):
    """A task that is tried again later where the error says that this may help."""

    max_retries = 8

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except qbapps.QBAppsError as error:
            if not error.retryable:
                raise
            asked = getattr(error, "retry_after", None)  # how long Intuit asked to wait, if it did
            backoff = get_exponential_backoff_interval(2, self.request.retries, maximum=600, full_jitter=True)
            raise self.retry(exc=error, countdown=asked.total_seconds() if asked else backoff) from error


app = Celery("examples.celery_worker", task_cls=PatientTask)
app.conf.update(
    broker_url=os.environ.get("BROKER_URL", "filesystem://"),
    broker_transport_options={
        "data_folder_in": str(FOLDER / "messages"),
        "data_folder_out": str(FOLDER / "messages"),
        "control_folder": str(FOLDER / "control"),
        "processed_folder": str(FOLDER / "processed"),
    },
    result_backend=os.environ.get("RESULT_BACKEND", f"file://{FOLDER / 'results'}"),
    beat_schedule={
        "keepalive": {
            "task": KEEP_ALIVE,
            "schedule": timedelta(seconds=float(os.environ.get("KEEP_ALIVE_EVERY", "86400"))),
        }
    },
    beat_schedule_filename=str(FOLDER / "schedule"),
    task_acks_late=True,  # a task whose worker was killed is given to another; here all may run twice
    worker_prefetch_multiplier=1,
)
if app.conf.broker_url == "filesystem://":
    for name in ("messages", "control", "processed", "results"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)


@lru_cache(maxsize=1)
def store() -> qbapps.QBApps:
    """Return the store of this process, opened once; its threads may share it."""
    return qbapps.open()


@worker_process_init.connect
def begin(**_: Any) -> None:
    """Open the store in this process, whatever the one that it was forked from had."""
    store.cache_clear()
    store()


@worker_process_shutdown.connect
def end(**_: Any) -> None:
    """Close it."""
    store().close()


@app.task(name=KEEP_ALIVE)
def keep_alive(within_days: int = 30) -> dict[str, Any]:
    """Refresh what would end within *within_days*; return what came of it, and who has to reconnect."""
    store().recover()
    report = store().refresh_due(within=timedelta(days=within_days))
    waiting = [one.id for one in store().connections(state="needs_reconnect")]
    return {"refreshed": report.refreshed, "failed": report.failed, "needs_reconnect": waiting}


@app.task(name="qbapps.customers")
def customers(connection_id: str) -> list[str]:
    """Return the names of a company's customers."""
    return [one.DisplayName for one in Customer.all(qb=store().quickbooks(connection_id))]


if __name__ == "__main__":
    with qbapps.open() as qb:
        asked = [(one, customers.delay(one.id)) for one in qb.connections(state="connected")]
        for connection, answer in asked:
            print(f"{connection.company_name} ({connection.app_id}): {', '.join(answer.get(timeout=60))}")
