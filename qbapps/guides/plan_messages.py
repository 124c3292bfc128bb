"""The message that asks a new owner to take many connections over at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from qbapps.domain.plan import PlanHead, PlanItem
from qbapps.errors import TransitionError
from qbapps.guides.messages import Message
from qbapps.guides.steps import one_line
from qbapps.language import Words, words


def plan_message(
    head: PlanHead,
    waiting: Sequence[PlanItem],
    app_names: Mapping[str, str],
    lang: str | None,
    *,
    until: datetime | None,
) -> Message:
    """
    Return one message with a link for each company whose transfer waits for the new owner.

    Args:
        until: When the first of the links ends.

    Raises:
        TransitionError: Nothing waits for them, or the links are not known here: they are only on what ``apply``
            returns.
    """
    _ = words(lang)
    to = head.to or ""
    if not waiting or any(item.url is None for item in waiting):
        raise _nothing_to_send(head, waiting)
    apps = ", ".join(_.quoted(one_line(name)) for name in _names(waiting, app_names))
    asked = (
        _("{by} asks you to take over these connections in QuickBooks:", by=one_line(head.by))
        if head.by
        else _("You are asked to take over these connections in QuickBooks:")
    )
    parts = [
        _("Hello,"),
        asked,
        "\n\n".join(_line(item, app_names, _) for item in waiting),
        _(
            "For each of them: open its link, sign in to Intuit as {to}, choose the company that is named above it, "
            "and no other company, then select “Connect”.",
            to=to,
        ),
        _(
            "If QuickBooks says that another admin has already connected the app, accept to replace them: that is "
            "the transfer."
        ),
    ]
    if until is not None:
        parts.append(
            _(
                "The links work until {end}. They are meant for you alone: please do not forward them.",
                end=_.date(until),
            )
        )
    parts.append(_("Nothing is lost: the apps keep working, with the same data."))
    parts.append(
        _("If you did not expect this message, ask {by} before doing anything.", by=one_line(head.by))
        if head.by
        else _("If you did not expect this message, do nothing and ask the person in charge of QuickBooks.")
    )
    subject = _.plural(
        "Take over {n} connection of {apps}", "Take over {n} connections of {apps}", len(waiting), apps=apps
    )
    return Message(subject=subject, body="\n\n".join(parts) + "\n")


def _names(waiting: Iterable[PlanItem], app_names: Mapping[str, str]) -> list[str]:
    return sorted({app_names.get(item.app_id, item.app_id) for item in waiting})


def _line(item: PlanItem, app_names: Mapping[str, str], _: Words) -> str:
    company = item.company_name or (
        _("company no. {realm_id}", realm_id=item.realm_id) if item.realm_id else _("the company")
    )
    return f"{one_line(company)} · {one_line(app_names.get(item.app_id, item.app_id))}\n{item.url}"


def _nothing_to_send(head: PlanHead, waiting: Sequence[PlanItem]) -> TransitionError:
    if not waiting:
        return TransitionError(
            f"No row of {head.id} waits for the consent of a new owner.",
            hint="Apply a plan that transfers, and give what that returns.",
            state="none_waiting",
            action="plan_message",
        )
    return TransitionError(
        f"The links of {head.id} are not kept: only their hashes are.",
        hint="Apply the plan again, which makes fresh links, and give what that returns.",
        state="waiting",
        action="plan_message",
        allowed=("apply",),
    )
