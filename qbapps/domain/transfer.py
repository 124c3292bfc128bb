"""A transfer: a link by which a new owner takes a connection over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise
from qbapps.domain.states import Action
from qbapps.errors import NotPermitted, TransitionError
from qbapps.values import fold_email


class TransferState(StrEnum):
    """Where a transfer stands."""

    PENDING = "pending"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    WRONG_COMPANY = "wrong_company"
    WRONG_OWNER = "wrong_owner"
    AWAITING_HAND = "awaiting_hand"


OPEN = (TransferState.PENDING, TransferState.AWAITING_HAND)


@attrs.frozen(kw_only=True)
class Transfer:
    """
    A connection on its way to another owner.

    At Intuit a transfer is a claim: the new owner consents for the same company, and the
    connection is theirs from then on. Nothing is ever revoked.

    Attributes:
        to: E-mail address of the new owner.
        from_owner: E-mail address of the owner before, when known.
        by: Who asked for it.
        url: The link for the new owner; only on what ``begin_transfer`` and ``renew_link`` return.
        task_id: The human task, when the app's credentials are not held.

    Source: Intuit help, "Transfer app ownership or disconnect apps"
    """

    id: str
    connection_id: str
    app_id: str
    realm_id: str | None
    company_name: str | None = None
    to: str = attrs.field(converter=fold_email)
    from_owner: str | None = None
    by: str | None = None
    state: TransferState
    created_at: datetime = attrs.field(validator=checks.aware)
    expires_at: datetime = attrs.field(validator=checks.aware)
    ended_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    task_id: str | None = None
    url: str | None = attrs.field(default=None, repr=False, eq=False)
    version: int = 1


def start(
    connection: Connection,
    *,
    id: str,  # noqa: A002 - the field's own name
    to: str,
    by: str | None,
    pending: Transfer | None,
    at: datetime,
    expires_at: datetime,
) -> Transfer:
    """
    Return the transfer of *connection* to *to*.

    Raises:
        TransitionError: The connection's state does not allow it, or one is already pending.
        NotPermitted: The connection is theirs already.
    """
    connection.may(Action.BEGIN_TRANSFER)
    if connection.kind is Kind.DESKTOP:
        raise TransitionError(
            f"{connection.id} belongs to a company file of QuickBooks Desktop, not to a person: nobody has to take it "
            "over.",
            hint="For another computer or another person, give its connector a new password with desktop.reissue.",
            state=connection.state,
            action=Action.BEGIN_TRANSFER,
            connection_id=connection.id,
        )
    if connection.kind is Kind.BANK:
        raise TransitionError(
            f"{connection.id} rests on the consent of whoever signed in at the bank: nobody can take that over.",
            hint="Have the new person renew or reconnect it with a login of their own, and record that with "
            "banks.record(..., owner=...).",
            state=connection.state,
            action=Action.BEGIN_TRANSFER,
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )
    if pending is not None and not is_over(pending, at):
        raise already_pending(connection, pending, action="begin_transfer")
    owner = connection.owner
    if owner is not None and owner.email is not None and fold_email(owner.email) == fold_email(to):
        raise NotPermitted(
            f"{connection.id} already belongs to {fold_email(to)}.",
            hint="Name another person, or send a reconnect link if the connection is broken.",
            role=owner.role,
            needed=(),
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )
    by_hand = connection.reach is Reach.HAND
    return Transfer(
        id=id,
        connection_id=connection.id,
        app_id=connection.app_id,
        realm_id=connection.realm_id,
        company_name=connection.company_name,
        to=to,
        from_owner=None if owner is None else owner.email,
        by=by,
        state=TransferState.AWAITING_HAND if by_hand else TransferState.PENDING,
        created_at=at,
        expires_at=expires_at,
    )


def already_pending(connection: Connection, pending: Transfer, *, action: str) -> TransitionError:
    """Return the refusal of a second transfer while *pending* waits."""
    return TransitionError(
        f"{connection.id} already has a pending transfer, {pending.id}, to {pending.to}.",
        hint="Send its link again with renew_link, or cancel it first.",
        state=pending.state,
        action=action,
        allowed=("renew_link", "cancel_transfer"),
        connection_id=connection.id,
        realm_id=connection.realm_id,
    )


def is_over(transfer: Transfer, at: datetime) -> bool:
    """Tell whether *transfer* can no longer complete at *at*."""
    if transfer.state is TransferState.AWAITING_HAND:
        return False
    return transfer.state is not TransferState.PENDING or at >= transfer.expires_at


def seen(transfer: Transfer, at: datetime) -> Transfer:
    """Return *transfer* as it is to be shown at *at*: a pending one past its end is expired."""
    if transfer.state is TransferState.PENDING and at >= transfer.expires_at:
        return attrs.evolve(transfer, state=TransferState.EXPIRED, ended_at=transfer.expires_at)
    return transfer


def end(transfer: Transfer, state: TransferState, at: datetime) -> Transfer:
    """
    Return *transfer* ended in *state*.

    Raises:
        TransitionError: It has ended before.
    """
    if transfer.state not in OPEN:
        raise TransitionError(
            f"{transfer.id} has ended: it is {transfer.state}.",
            hint="Begin another transfer if one is still wanted.",
            state=transfer.state,
            action=state,
            connection_id=transfer.connection_id,
            realm_id=transfer.realm_id,
        )
    return revise(transfer, state=state, ended_at=at)


def renewed(transfer: Transfer, *, expires_at: datetime) -> Transfer:
    """
    Return *transfer* waiting again until *expires_at*.

    Raises:
        TransitionError: It completed, was cancelled or is done by hand.
    """
    again = (
        TransferState.PENDING,
        TransferState.EXPIRED,
        TransferState.DECLINED,
        TransferState.WRONG_COMPANY,
    )
    if transfer.state not in again:
        raise TransitionError(
            f"{transfer.id} is {transfer.state}: it has no link to renew.",
            hint="Begin another transfer if one is still wanted.",
            state=transfer.state,
            action="renew_link",
            connection_id=transfer.connection_id,
            realm_id=transfer.realm_id,
        )
    return revise(transfer, state=TransferState.PENDING, ended_at=None, expires_at=expires_at)
