"""What the store says of a bank connection, as a plan or a guided repair takes it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import attrs
import click

from qbapps.cli import bank_hints
from qbapps.cli.bank_known import RECORDED, Known
from qbapps.cli.session import Session
from qbapps.domain.banks import spans
from qbapps.domain.banks.status import BankStatus

if TYPE_CHECKING:
    from qbapps.banks import Hints, Repair

_WORKS: Final = frozenset({"active", "expiring"})


def refuse_recorded(known: Known) -> None:
    """
    Refuse what is typed although the store has it.

    Raises:
        UsageError: It is recorded, not typed.
    """
    for name in RECORDED:
        if getattr(known, name) is not None:
            option = name.replace("_", "-")
            raise click.UsageError(f"--{option} does not go with CONNECTION: it is recorded, with qbapps bank record")


def hints_of(session: Session, connection_id: str, known: Known) -> Hints | None:
    """Return what the books say of the accounts, where they are asked. Does network then."""
    if known.asked is None:
        return None
    return bank_hints.read(session, connection_id, known.asked, known.today)


def planned(session: Session, connection_id: str, known: Known) -> tuple[Repair, Hints | None]:
    """
    Return what to do about a stored connection, from what is recorded and what is typed of its accounts.

    What the books say, where they are asked, stands in for the newest booked days that were not typed; it is returned
    beside.

    Raises:
        UsageError: Something is typed that is recorded.
    """
    refuse_recorded(known)
    status = session.qb.banks.status(connection_id, known.today)
    history = None if status.history is None else spans.read(status.history)
    heard = hints_of(session, connection_id, known)
    wanted = attrs.evolve(known, regime=status.regime.upper(), backfill=known.backfill or history, hints=heard)
    found = session.qb.banks.repair(
        connection_id, known.today, accounts=wanted.evidence() or None, policy=wanted.policy(), cause=known.cause
    )
    return found, heard


def prefilled(session: Session, connection_id: str, known: Known) -> tuple[Known, BankStatus]:
    """
    Return what is known of a stored connection before anything is asked, and how it stands.

    One that works as far as is recorded has no cause: somebody who repairs it knows more than the store.

    Raises:
        TransitionError: It was never set up.
        UsageError: Something is typed that is recorded.
    """
    refuse_recorded(known)
    status = session.qb.banks.status(connection_id, known.today)
    planned_ = session.qb.banks.repair(connection_id, known.today, cause=known.cause)
    consent, cause = status.consent, known.cause
    if cause is None and status.state not in _WORKS:
        cause = planned_.cause.value
    stated = None if consent is None else consent.stated_end
    if consent is not None and consent.confirmed_on is not None:
        # Its days count from a day that a plan does not ask for.
        stated = consent.consent_end
    by_consent, was_cut = cause in {"expired", "expiring"}, cause == "disconnected"
    noted = seen(status) if was_cut else {}
    return (
        attrs.evolve(
            known,
            connection=connection_id,
            bank=status.bank,
            regime=status.regime.upper(),
            cause=cause,
            stopped=None if cause is None or by_consent else planned_.stopped_on,
            authenticated=None if consent is None else consent.authenticated_on,
            stated=stated,
            accounts={
                name: {**noted.get(name, {}), **known.accounts.get(name, {})}
                for name in (*status.accounts, *known.accounts)
            },
            in_review=status.in_review if was_cut else None,
            backfill=known.backfill or (None if status.history is None else spans.read(status.history)),
        ),
        status,
    )


def seen(status: BankStatus) -> dict[str, dict[str, tuple[date, ...]]]:
    """Return the days that were seen as it was disconnected; a tab without any may not have been looked at."""
    return {account: {tab: days for tab, days in tabs.items() if days} for account, tabs in status.snapshot.items()}
