"""Loading what must exist: the record, or a NotFoundError that says where to look."""

from __future__ import annotations

from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.parties import App, Firm
from qbapps.domain.plan import PlanHead, PlanItem
from qbapps.domain.tasks import Task
from qbapps.domain.transfer import Transfer
from qbapps.errors import NotFoundError
from qbapps.ports import Standing, Store


def app(store: Store, app_id: str) -> App:
    """Return the app *app_id*."""
    found = store.app(app_id)
    if found is None:
        raise NotFoundError(f"There is no app {app_id!r}.", hint="Register it with register_app, or look at apps().")
    return found


def firm(store: Store, firm_id: str) -> Firm:
    """Return the firm *firm_id*."""
    found = store.firm(firm_id)
    if found is None:
        raise NotFoundError(f"There is no firm {firm_id!r}.", hint="Add it with add_firm.")
    return found


def connection(store: Store, connection_id: str) -> Connection:
    """Return the connection *connection_id*."""
    found = store.connection(connection_id)
    if found is None:
        raise _no_connection(connection_id)
    return found


def standing(store: Store, connection_id: str) -> Standing:
    """Return what a refresh of *connection_id* needs."""
    found = store.standing(connection_id)
    if found is None:
        raise _no_connection(connection_id)
    return found


def transfer(store: Store, transfer_id: str) -> Transfer:
    """Return the transfer *transfer_id*."""
    found = store.transfer(transfer_id)
    if found is None:
        raise NotFoundError(f"There is no transfer {transfer_id!r}.", hint="Look for its id in transfers().")
    return found


def grant(store: Store, grant_id: str) -> UnverifiedGrant:
    """Return the grant *grant_id*."""
    found = store.grant(grant_id)
    if found is None:
        raise NotFoundError(f"There is no grant {grant_id!r}.", hint="Look for its id in unverified_grants().")
    return found


def disconnection(store: Store, disconnection_id: str) -> Disconnection:
    """Return the disconnection *disconnection_id*."""
    found = store.disconnection(disconnection_id)
    if found is None:
        raise NotFoundError(
            f"There is no disconnection {disconnection_id!r}.", hint="Use the id on the receipt of disconnect."
        )
    return found


def plan(store: Store, plan_id: str) -> PlanHead:
    """Return what the plan *plan_id* is, without its rows."""
    found = store.plan(plan_id)
    if found is None:
        raise NotFoundError(
            f"There is no plan {plan_id!r} in this store.", hint="Look at plans(), or open the store it was made in."
        )
    return found


def plan_item(store: Store, plan_id: str, number: int) -> PlanItem:
    """Return one row of a plan."""
    found = store.plan_item(plan_id, number)
    if found is None:
        raise NotFoundError(f"{plan_id} has no row {number}.", hint="Look at the plan's items.")
    return found


def task(store: Store, task_id: str) -> Task:
    """Return the task *task_id*."""
    found = store.task(task_id)
    if found is None:
        raise NotFoundError(f"There is no task {task_id!r}.", hint="Look for its id in worklist().")
    return found


def _no_connection(connection_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no connection {connection_id!r}.",
        hint="Look for its id in connections().",
        connection_id=connection_id,
    )
