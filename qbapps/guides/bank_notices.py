"""What to tell people after a bank was disconnected: what stays in QuickBooks, and a letter to the bank."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from qbapps.domain.disconnection import Disconnection
from qbapps.domain.parties import App
from qbapps.domain.tasks import Task, TaskState
from qbapps.guides.notices import Notice, check_not_undone, company_of, contact_of, references
from qbapps.guides.steps import one_line
from qbapps.language import N_, Words, words

_STATED: Final = N_("What is known: {by} states that the bank was disconnected in QuickBooks (recorded on {date}).")
_ASKED: Final = N_(
    "What is known: a person was asked on {date} to disconnect it in QuickBooks; nobody has said so yet."
)
_STAYS: Final = N_(
    "What stays: the accounts and the validated operations, in QuickBooks. What QuickBooks has received it may keep; "
    "it deletes the operations that still wait for review when the bank is disconnected."
)
_DONE: Final = N_("We have ended the access to our accounts at your bank that was given to Intuit QuickBooks.")
_UNDER_WAY: Final = N_("We are ending the access to our accounts at your bank that was given to Intuit QuickBooks.")
_AT_THE_BANK: Final = N_(
    "Whoever gave the consent can withdraw it at the bank as well: on its site, under the access given to others."
)


def bank_notice(
    disconnection: Disconnection, bank: App, lang: str | None, at: datetime, *, task: Task | None
) -> Notice:
    """
    Return the notice for the company and the letter to the bank after *disconnection*.

    Args:
        at: Date of the letter.

        task: What a person had to do; once confirmed, the notice says who stated it.

    Raises:
        TransitionError: The disconnection was undone.

    Source: Intuit help, "Disconnect a bank or credit card account in QuickBooks Online" (United Kingdom)
    """
    check_not_undone(disconnection)
    _ = words(lang)
    text = (_ended(disconnection, bank, _), _known(disconnection, task, _), _(_STAYS), _(_AT_THE_BANK))
    return Notice(
        text="\n\n".join((*text, references(disconnection, _))) + "\n",
        letter=_letter(disconnection, bank, _, at, task),
        addressee=contact_of(bank),
    )


def _ended(disconnection: Disconnection, bank: App, _: Words) -> str:
    return _(
        "The end of the connection of {company} in QuickBooks to its bank {bank} was asked for on {date}.",
        company=company_of(disconnection.company_name, disconnection.realm_id, _),
        bank=_.quoted(one_line(bank.name)),
        date=_.day(disconnection.requested_at),
    )


def _known(disconnection: Disconnection, task: Task | None, _: Words) -> str:
    if task is not None and task.state is TaskState.DONE:
        day = _.day(task.ended_at or task.created_at)
        return _(_STATED, by=one_line(task.confirmed_by or "?"), date=day)
    return _(_ASKED, date=_.day(disconnection.requested_at))


def _letter(disconnection: Disconnection, bank: App, _: Words, at: datetime, task: Task | None) -> str:
    name, contact = _.quoted(one_line(bank.name)), contact_of(bank)
    company = company_of(disconnection.company_name, disconnection.realm_id, _)
    to = (
        _("To: {bank}, {contact}", bank=name, contact=contact)
        if contact
        else _("To: {bank} (contact unknown: please complete)", bank=name)
    )
    parts = (
        "\n".join((to, _("Date: {date}", date=_.day(at)))),
        _("Subject: end of the access of QuickBooks to the accounts of {company}", company=company),
        _("Dear Sir or Madam,"),
        _(_DONE if task is not None and task.state is TaskState.DONE else _UNDER_WAY),
        _("We ask you to close that access on your side too, and to confirm in writing when this was done."),
        references(disconnection, _),
        _("Yours faithfully,"),
        _("[Name, position, company]"),
    )
    return "\n\n".join(parts) + "\n"
