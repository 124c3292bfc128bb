"""What to tell people after a transfer: that the app may keep data, and a letter to its developer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from qbapps.domain.parties import App
from qbapps.domain.tasks import Task
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import TransitionError
from qbapps.guides.notices import Notice, attested, company_of, contact_of, letterhead, whom_to_ask
from qbapps.guides.steps import one_line
from qbapps.language import N_, Words, words

_CONSENTED: Final = N_(
    "What is proven: {to} consented at Intuit for this company, and Intuit confirmed their identity."
)
_BY_HAND: Final = N_("What is proven: nothing by Intuit. The transfer was recorded by hand.")
_NOT_KNOWN: Final = N_(
    "What is not proven: what the app does with the data it received under the former connection. It may keep them and "
    "go on processing them; a transfer does not delete them."
)


def transfer_notice(
    transfer: Transfer, app: App, lang: str | None, at: datetime, *, task: Task | None = None
) -> Notice:
    """
    Return the notice and the letter for a completed *transfer*.

    Args:
        at: Date of the letter.

        task: What a person did in QuickBooks, where the app's credentials are not held.

    Raises:
        TransitionError: The transfer is not completed.

    Source: Intuit help, "Transfer app ownership or disconnect apps": apps may keep processing data after a transfer too
    """
    if transfer.state is not TransferState.COMPLETED:
        raise TransitionError(
            f"{transfer.id} is {transfer.state}: the connection has not passed to {transfer.to}.",
            hint="Ask again once the transfer is completed.",
            state=transfer.state,
            action="notice",
            connection_id=transfer.connection_id,
            realm_id=transfer.realm_id,
        )
    _ = words(lang)
    text = (
        _passed(transfer, app, _),
        _known(transfer, task, _),
        _(_NOT_KNOWN),
        whom_to_ask(app, _),
        _reference(transfer, _),
    )
    return Notice(
        text="\n\n".join(text) + "\n",
        letter=_letter(transfer, app, _, at),
        addressee=contact_of(app),
    )


def _known(transfer: Transfer, task: Task | None, _: Words) -> str:
    if transfer.task_id is None:
        return _(_CONSENTED, to=one_line(transfer.to))
    return attested(task, _) or _(_BY_HAND)


def _letter(transfer: Transfer, app: App, _: Words, at: datetime) -> str:
    parts = (
        letterhead(app, _, at),
        _(
            "Subject: change of the person who manages the connection of {app}, and the data of {company}",
            app=_.quoted(one_line(app.name)),
            company=_company(transfer, _),
        ),
        _("Dear Sir or Madam,"),
        _passed(transfer, app, _),
        _("The connection goes on. For what you received before this change, we ask you:"),
        "\n".join(
            (
                _(
                    "1. to tell us which data you keep about this company and about the person who managed the "
                    "connection until then, why and for how long;"
                ),
                _(
                    "2. to erase those that your service no longer needs, in particular that person's data and access, "
                    "including what others hold for you;"
                ),
                _(
                    "3. to confirm in writing what was done and when, within the time limit set by the law that "
                    "applies."
                ),
            )
        ),
        _reference(transfer, _),
        _("Yours faithfully,"),
        _("[Name, position, company]"),
    )
    return "\n\n".join(parts) + "\n"


def _passed(transfer: Transfer, app: App, _: Words) -> str:
    values = {
        "app": _.quoted(one_line(app.name)),
        "company": _company(transfer, _),
        "to": one_line(transfer.to),
        "date": _.day(transfer.ended_at or transfer.created_at),
    }
    if transfer.from_owner:
        return _(
            "The connection of the app {app} to {company} in QuickBooks passed from {owner} to {to} on {date}.",
            owner=one_line(transfer.from_owner),
            **values,
        )
    return _("The connection of the app {app} to {company} in QuickBooks passed to {to} on {date}.", **values)


def _company(transfer: Transfer, _: Words) -> str:
    return company_of(transfer.company_name, transfer.realm_id, _)


def _reference(transfer: Transfer, _: Words) -> str:
    return _("Our reference: {id}", id=transfer.id)
