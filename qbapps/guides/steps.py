"""Which steps a task asks of a person, in their language and with its names filled in."""

from __future__ import annotations

from typing import Final

from qbapps.domain.disconnection import Reason
from qbapps.domain.parties import Level
from qbapps.domain.tasks import TaskKind
from qbapps.guides import checking, disconnecting, transferring
from qbapps.guides.guide import SURVEY, SURVEY_WITHOUT_REASON, Guide
from qbapps.language import Words, labels, words

_GUIDES: Final[dict[TaskKind, dict[Level, Guide]]] = {
    TaskKind.DISCONNECT: disconnecting.GUIDES,
    TaskKind.TRANSFER: transferring.GUIDES,
    TaskKind.CHECK_GONE: checking.GUIDES,
}


def guide(kind: TaskKind, level: Level) -> Guide:
    """Return the guide of a task: its steps as keys, how old its labels are, where it comes from."""
    return _GUIDES[kind][level]


def steps(
    kind: TaskKind,
    level: Level,
    lang: str | None,
    *,
    app: str,
    company: str | None,
    person: str | None,
    reason: Reason | None = None,
) -> tuple[str, ...]:
    """
    Return what to do by hand: who does it, the steps, the checks.

    Args:
        app: The app's name; like the other names it is put in as it is, on one line.

        person: Who the connection belongs to; for a transfer, its new owner.

        reason: Why it is disconnected; suggests an answer to QuickBooks' questionnaire.

    Source: Intuit help, "Transfer app ownership or disconnect apps" and "Disconnect an app"; see each guide
    """
    _ = words(lang)
    chosen = guide(kind, level)
    names = {
        "app": _.quoted(one_line(app)),
        "company": _company(level, company, _),
        "person": one_line(person) if person else _nobody(kind, _),
    }
    if reason is not None:
        names["answer"] = _.quoted(labels.label(reason, lang))
    told = (chosen.who, *chosen.steps, *chosen.checks)
    return tuple(_(SURVEY_WITHOUT_REASON if step == SURVEY and reason is None else step, **names) for step in told)


def labels_as_of(kind: TaskKind, level: Level, lang: str | None) -> str:
    """Return the sentence that says how old the names of menus in the steps are."""
    _ = words(lang)
    return _(
        "QuickBooks moves its menus: the names in these steps are those of {day}.",
        day=_.day(guide(kind, level).valid_as_of),
    )


def one_line(name: str) -> str:
    """Return *name* without line breaks or other control characters: a name cannot add a step, or a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _company(level: Level, company: str | None, _: Words) -> str:
    if company:
        return _.quoted(one_line(company))
    return _("your firm") if level is Level.FIRM else _("the company")


def _nobody(kind: TaskKind, _: Words) -> str:
    return _("the person chosen") if kind is TaskKind.TRANSFER else _("nobody")
