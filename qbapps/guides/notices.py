"""What to tell people after a disconnect: that the app may keep data, and a letter to its developer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from qbapps.domain.connection import Kind
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof
from qbapps.domain.parties import App
from qbapps.domain.tasks import Task, TaskKind, TaskState
from qbapps.errors import TransitionError
from qbapps.guides.steps import one_line
from qbapps.language import N_, Words, words


@attrs.frozen(kw_only=True)
class Notice:
    """
    What follows from a disconnect, or a transfer, for the data that the app has.

    Attributes:
        text: For the company: what is proven, what is not, whom to ask.
        letter: To the app's developer; to be completed by hand when ``addressee`` is None.
        addressee: The developer's contact, as registered.
    """

    text: str
    letter: str
    addressee: str | None = None


_KNOWN: Final[dict[Proof, str]] = {
    Proof.REFUSED_AFTER_REVOKE: N_(
        "What is proven: Intuit accepted the withdrawal of the access, and has refused that access since."
    ),
    Proof.ALREADY_GONE: N_("What is proven: our access was already dead. Nothing shows who ended it, or when."),
    Proof.NONE: N_("What is proven: nothing yet. Somebody has to look in QuickBooks that the app is gone."),
}
_NOT_KNOWN: Final = N_(
    "What is not proven: what the app does with the data it has already received. It may keep them and go on "
    "processing them; disconnecting does not delete them."
)
_ATTESTED: Final[dict[TaskKind, str]] = {
    TaskKind.DISCONNECT: N_(
        "What is proven: nothing by Intuit. {by} states that the app was disconnected in QuickBooks (recorded on "
        "{date})."
    ),
    TaskKind.TRANSFER: N_(
        "What is proven: nothing by Intuit. {by} states that the transfer was done in QuickBooks (recorded on {date})."
    ),
    TaskKind.CHECK_GONE: N_(
        "What is proven: nothing by Intuit. {by} states that the app is no longer in QuickBooks (recorded on {date})."
    ),
}


_STAYS: Final = N_(
    "What is not removed by that: the app's entry in the Web Connector and its permission in the company file, under "
    "“Edit”, “Preferences”, “Integrated Applications”. Somebody has to remove them on the computer."
)
_REFUSED_HERE: Final = N_(
    "What is known: since {date} the app takes nothing more from its Web Connector. What is proven: nothing by Intuit, "
    "which is not told of connections to QuickBooks Desktop."
)
_REMOVED: Final = N_(
    "What is proven: nothing by Intuit, which is not told of connections to QuickBooks Desktop. {by} states that the "
    "app was removed from the Web Connector and from the company file (recorded on {date})."
)


def notice(
    disconnection: Disconnection,
    app: App,
    lang: str | None,
    at: datetime,
    *,
    task: Task | None = None,
    kind: Kind = Kind.ONLINE,
) -> Notice:
    """
    Return the notice and the letter for *disconnection*.

    Args:
        at: Date of the letter.

        task: What a person had to do or to look at; once confirmed, the notice says who stated it.

        kind: Of the connection. One to QuickBooks Desktop ends where its connector is refused, and is removed by
            hand; Intuit has no part in it.

    Raises:
        TransitionError: The disconnection was undone.

    Source: Intuit help, "Transfer app ownership or disconnect apps": apps may keep processing data afterwards
    """
    check_not_undone(disconnection)
    _ = words(lang)
    name = _.quoted(one_line(app.name))
    if kind is Kind.DESKTOP:
        ended, known = _ended_in_desktop(disconnection, name, _), _known_of_desktop(disconnection, task, _)
    else:
        ended, known = _ended(disconnection, name, _), (_known(disconnection, task, _),)
    text = (ended, *known, _(_NOT_KNOWN), whom_to_ask(app, _), references(disconnection, _))
    return Notice(
        text="\n\n".join(text) + "\n",
        letter=_letter(disconnection, app, ended, _, at),
        addressee=contact_of(app),
    )


def check_not_undone(disconnection: Disconnection) -> None:
    """
    Refuse a disconnect that was undone.

    Raises:
        TransitionError: It was.
    """
    if disconnection.state is DisconnectionState.UNDONE:
        raise TransitionError(
            f"{disconnection.id} was undone: there is nothing to notify.",
            hint="Look at the connection: it is in use again.",
            state=disconnection.state,
            action="notice",
            connection_id=disconnection.connection_id,
            realm_id=disconnection.realm_id,
        )


def _known(disconnection: Disconnection, task: Task | None, _: Words) -> str:
    said = attested(task, _) if disconnection.proof is Proof.NONE else None
    return said or _(_KNOWN[disconnection.proof or Proof.NONE])


def _known_of_desktop(disconnection: Disconnection, task: Task | None, _: Words) -> tuple[str, ...]:
    if task is not None and task.state is TaskState.DONE:
        day = _.day(task.ended_at or task.created_at)
        return (_(_REMOVED, by=one_line(task.confirmed_by or "?"), date=day),)
    return _(_REFUSED_HERE, date=_.day(disconnection.requested_at)), _(_STAYS)


def _ended_in_desktop(disconnection: Disconnection, name: str, _: Words) -> str:
    return _(
        "The connection of the app {app} to the QuickBooks Desktop company file of {company} ended on {date}.",
        app=name,
        company=_company(disconnection, _),
        date=_.day(disconnection.requested_at),
    )


def contact_of(app: App) -> str | None:
    """Return the developer's contact, on one line."""
    return one_line(app.developer_contact) if app.developer_contact else None


def attested(task: Task | None, _: Words) -> str | None:
    """Return who stated that *task* was done, None while nobody has."""
    if task is None or task.state is not TaskState.DONE:
        return None
    return _(_ATTESTED[task.kind], by=one_line(task.confirmed_by or "?"), date=_.day(task.ended_at or task.created_at))


def whom_to_ask(app: App, _: Words) -> str:
    """Return whom to ask about the data that *app* has."""
    name, contact = _.quoted(one_line(app.name)), contact_of(app)
    if contact:
        return _(
            "For your rights over these data, contact the developer of {app}: {contact}.", app=name, contact=contact
        )
    return _(
        "For your rights over these data, contact the developer of {app}. No contact is on record: look for one in "
        "the app's privacy policy.",
        app=name,
    )


def letterhead(app: App, _: Words, at: datetime) -> str:
    """Return whom a letter is for, and its date."""
    name, contact = _.quoted(one_line(app.name)), contact_of(app)
    if contact:
        to = _("To: the developer of {app}, {contact}", app=name, contact=contact)
    else:
        to = _("To: the developer of {app} (contact unknown: please complete)", app=name)
    return "\n".join((to, _("Date: {date}", date=_.day(at))))


def company_of(name: str | None, realm_id: str | None, _: Words) -> str:
    """Return the company as texts name it."""
    if name and realm_id:
        return _("{company} (company no. {realm_id})", company=_.quoted(one_line(name)), realm_id=realm_id)
    if name:
        return _.quoted(one_line(name))
    return _("company no. {realm_id}", realm_id=realm_id) if realm_id else _("the company")


def _letter(disconnection: Disconnection, app: App, ended: str, _: Words, at: datetime) -> str:
    name = _.quoted(one_line(app.name))
    parts = (
        letterhead(app, _, at),
        _(
            "Subject: end of the connection of {app}, and the data of {company}",
            app=name,
            company=_company(disconnection, _),
        ),
        _("Dear Sir or Madam,"),
        ended,
        _("We ask you, as from the end of this connection:"),
        "\n".join(
            (
                _("1. to stop collecting and processing data of this company;"),
                _(
                    "2. to return to us or to delete the data you hold about it, including those held for you by "
                    "others; where you are bound to keep some of them, to say which, why and for how long;"
                ),
                _(
                    "3. to confirm in writing what was done and when, within the time limit set by the law that "
                    "applies."
                ),
            )
        ),
        references(disconnection, _),
        _("Yours faithfully,"),
        _("[Name, position, company]"),
    )
    return "\n\n".join(parts) + "\n"


def _ended(disconnection: Disconnection, name: str, _: Words) -> str:
    company = _company(disconnection, _)
    match disconnection.state:
        case DisconnectionState.SCHEDULED:
            return _(
                "The connection of the app {app} to {company} in QuickBooks is to end on {date}.",
                app=name,
                company=company,
                date=_.day(disconnection.due_at or disconnection.requested_at),
            )
        case DisconnectionState.DONE if disconnection.proof is Proof.ALREADY_GONE:
            return _(
                "The connection of the app {app} to {company} in QuickBooks was found on {date} to have ended before.",
                app=name,
                company=company,
                date=_.day(disconnection.ended_at or disconnection.requested_at),
            )
        case DisconnectionState.DONE if disconnection.proof is Proof.REFUSED_AFTER_REVOKE:
            return _(
                "The connection of the app {app} to {company} in QuickBooks ended on {date}.",
                app=name,
                company=company,
                date=_.day(disconnection.ended_at or disconnection.requested_at),
            )
        case _:
            return _(
                "The end of the connection of the app {app} to {company} in QuickBooks was asked for on {date}.",
                app=name,
                company=company,
                date=_.day(disconnection.requested_at),
            )


def _company(disconnection: Disconnection, _: Words) -> str:
    return company_of(disconnection.company_name, disconnection.realm_id, _)


def references(disconnection: Disconnection, _: Words) -> str:
    """Return the numbers under which a disconnect is known."""
    lines = [_("Our reference: {id}", id=disconnection.id)]
    if disconnection.intuit_tid:
        lines.append(_("Intuit's reference: {id}", id=one_line(disconnection.intuit_tid)))
    return "\n".join(lines)
