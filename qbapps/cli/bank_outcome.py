"""Recording what came of a guided repair of a stored connection."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs

from qbapps.cli import bank_answers
from qbapps.cli.bank_answers import maybe
from qbapps.cli.bank_asking import Asker, Stopped
from qbapps.cli.session import Session
from qbapps.domain.banks.states import BankEvent, BankState, allowed
from qbapps.language import N_

if TYPE_CHECKING:
    from qbapps.banks import Repair

_E = BankEvent

_DONE: Final = {
    "update": _E.BANK_AUTHENTICATED,
    "reconfirm": _E.RECONFIRMED,
    "reconnect": _E.RECONNECTED,
    "edit_credentials": _E.BANK_AUTHENTICATED,
}
_HAPPENED: Final[dict[str, tuple[BankEvent, dict[str, Any]]]] = {
    "update_failed": (_E.SYNC_FAILED, {"update_failed": True}),
    # QuickBooks has deleted what waited by then.
    "disconnected": (_E.DISCONNECTED, {"accept_loss": True}),
    "credentials": (_E.CREDENTIALS_CHANGED, {}),
    "action_needed": (_E.ACTION_NEEDED, {}),
    "revoked": (_E.REVOKED, {}),
}
_ANSWERS: Final = {
    "done": N_("It is done, and it worked"),
    "failed": N_("It was tried, and did not work"),
    "later": N_("Not now"),
}


@attrs.frozen
class Entry:
    """One thing to record."""

    event: BankEvent
    facts: dict[str, Any]


def entries(found: Repair, state: BankState, *, worked: bool, stated: date | None = None) -> list[Entry]:
    """
    Return what to record, in order: first what had happened, where the store does not know it yet.

    Args:
        state: Where the connection stands as far as is recorded.
        worked: Whether what was to be done has worked.
        stated: The last good day of the new consent, where it was shown.
    """
    if not worked:
        return [Entry(_E.SYNC_FAILED, {"update_failed": True})]
    done = _DONE[found.action]
    last = Entry(done, {} if stated is None else {"stated": stated})
    return [last] if done in allowed(state) else [Entry(*_HAPPENED.get(found.cause, (_E.SYNC_FAILED, {}))), last]


def offer(session: Session, connection_id: str, found: Repair, state: BankState) -> None:
    """Ask what came of a repair, and record it; nothing is recorded where nobody answers."""
    _, asker, keys = session.words, Asker(session), tuple(_ANSWERS)
    if found.action == "nothing":
        return
    if found.action == "reconnect":
        # A reconnect that did not work has changed nothing: it is tried again.
        keys = ("done", "later")
    try:
        answer = asker.ask(
            _("When you have done it, what came of it? Enter is “Not now”."),
            lambda text: bank_answers.choice(text.strip() or "later", keys, _),
            choices=[_.text(_ANSWERS[key]) for key in keys],
        )
        if answer == "later":
            return
        stated = _stated(asker, session, found.today) if answer == "done" else None
    except Stopped:
        return
    for one in entries(found, state, worked=answer == "done", stated=stated):
        session.qb.banks.record(connection_id, one.event, on=found.today, **one.facts)
    status = session.qb.banks.status(connection_id, found.today, lang=session.language)
    session.say(_("Recorded. Next: {step}", step=status.next_step))
    if answer == "failed":
        session.say(_("To plan it again: {command}", command=f"qbapps bank repair {connection_id}"))


def _stated(asker: Asker, session: Session, today: date) -> date | None:
    _ = session.words
    return asker.ask(
        _("Until which day was the consent given, as QuickBooks or the bank shows it?"),
        maybe(lambda text: bank_answers.day(text, _, today, may_come=True)),
        _("If you do not know, press Enter."),
    )
