"""The message that asks a new owner to take a connection over."""

from __future__ import annotations

import attrs

from qbapps.domain.parties import Level
from qbapps.domain.tasks import TaskKind
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import TransitionError
from qbapps.guides.steps import labels_as_of, one_line, steps
from qbapps.language import Words, words


@attrs.frozen(kw_only=True)
class Message:
    """
    Plain text to send to a person.

    Attributes:
        subject: One line.
        body: Holds the transfer's link, when there is one: send it to the new owner only.
    """

    subject: str
    body: str = attrs.field(repr=False)


def transfer_message(
    transfer: Transfer,
    app_name: str,
    lang: str | None,
    *,
    level: Level = Level.COMPANY,
) -> Message:
    """
    Return the message for the new owner of *transfer*: a link, or the steps where it is done by hand.

    Args:
        level: How the firm sees the company; only a transfer by hand depends on it.

    Raises:
        TransitionError: The transfer is over, or its link is not known here: it is only on what
            ``begin_transfer`` and ``renew_link`` return.
    """
    _ = words(lang)
    app = _.quoted(one_line(app_name))
    company = _company(transfer, _)
    if transfer.state is TransferState.AWAITING_HAND:
        middle = _by_hand(transfer, app_name, lang, level, _)
    else:
        middle = _by_link(transfer, _url(transfer), company, _)
    parts = (
        _("Hello,"),
        _asked(transfer, app, company, _),
        *middle,
        _what_happens(transfer, app, _),
        _not_expected(transfer, _),
    )
    return Message(
        subject=_("Take over the app {app} for {company}", app=app, company=company),
        body="\n\n".join(parts) + "\n",
    )


def _company(transfer: Transfer, _: Words) -> str:
    if transfer.company_name:
        return _.quoted(one_line(transfer.company_name))
    if transfer.realm_id:
        return _("company no. {realm_id}", realm_id=transfer.realm_id)
    return _("the company")


def _url(transfer: Transfer) -> str:
    if transfer.state is not TransferState.PENDING or transfer.url is None:
        over = transfer.state is not TransferState.PENDING
        raise TransitionError(
            f"{transfer.id} is {transfer.state}: there is nothing to ask of {transfer.to}."
            if over
            else f"The link of {transfer.id} is not kept: only its hash is.",
            hint="Begin another transfer if one is still wanted." if over else "Make a fresh link with renew_link.",
            state=transfer.state,
            action="message",
            allowed=() if over else ("renew_link",),
            connection_id=transfer.connection_id,
            realm_id=transfer.realm_id,
        )
    return transfer.url


def _asked(transfer: Transfer, app: str, company: str, _: Words) -> str:
    if transfer.by:
        return _(
            "{by} asks you to take over the connection of the app {app} to {company} in QuickBooks.",
            by=one_line(transfer.by),
            app=app,
            company=company,
        )
    return _(
        "You are asked to take over the connection of the app {app} to {company} in QuickBooks.",
        app=app,
        company=company,
    )


def _by_link(transfer: Transfer, url: str, company: str, _: Words) -> tuple[str, ...]:
    return (
        _("1. Open this link: {url}", url=url),
        _("2. Sign in to Intuit as {to}.", to=transfer.to),
        _("3. Choose {company}, and no other company, then select “Connect”.", company=company),
        _(
            "If QuickBooks says that another admin has already connected the app, accept to replace them: that is "
            "the transfer."
        ),
        _(
            "The link works until {end}. It is meant for you alone: please do not forward it.",
            end=_.date(transfer.expires_at),
        ),
    )


def _by_hand(transfer: Transfer, app_name: str, lang: str | None, level: Level, _: Words) -> tuple[str, ...]:
    who, *told = steps(TaskKind.TRANSFER, level, lang, app=app_name, company=transfer.company_name, person=transfer.to)
    return (
        _("This is done in QuickBooks, step by step:"),
        who,
        "\n".join(f"{number}. {step}" for number, step in enumerate(told, start=1)),
        labels_as_of(TaskKind.TRANSFER, level, lang),
        _("Please say when it is done, so that it can be ticked off."),
    )


def _what_happens(transfer: Transfer, app: str, _: Words) -> str:
    if transfer.from_owner:
        owner = _("From then on the connection is yours instead of {owner}'s.", owner=one_line(transfer.from_owner))
    else:
        owner = _("From then on the connection is yours.")
    return " ".join((_("Nothing is lost: {app} keeps working, with the same data.", app=app), owner))


def _not_expected(transfer: Transfer, _: Words) -> str:
    if transfer.by:
        return _("If you did not expect this message, ask {by} before doing anything.", by=one_line(transfer.by))
    return _("If you did not expect this message, do nothing and ask the person in charge of QuickBooks.")
