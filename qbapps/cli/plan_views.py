"""How a plan looks in a terminal: what, whose, how many, and what it may reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from qbapps.cli import plan_words, views
from qbapps.cli.session import Session
from qbapps.domain.connection import Kind
from qbapps.domain.disconnection import Reason
from qbapps.domain.parties import Reach
from qbapps.domain.plan import Outcome, PlanAction, PlanItem
from qbapps.domain.whole_plan import Plan
from qbapps.export.arrangement import alphabetical
from qbapps.language import Words, labels

COMPANIES: Final = 12
"""Companies that are listed one by one."""

FEW: Final = 3
"""Names, owners and reasons that are shown of many."""


def show(session: Session, plan: Plan) -> None:
    """Show what a plan does, to whom, and what it comes to."""
    _ = session.words
    names = {app.id: app.name for app in session.qb.apps()}
    desktop = _desktop(session, plan)
    numbers = {item.number for item in desktop}
    online = [item for item in plan.items if item.number not in numbers]
    _head(session, plan, online)
    if plan.items:
        _apps(session, plan, names)
        _companies(session, plan, names)
    _skipped(session, plan)
    if plan.items:
        session.tell("")
        for told in (plan_words.by_hand(online, _), plan_words.of_desktop(desktop, _)):
            if told is not None:
                session.tell(told, "magenta")
        reached(session, plan, names)
        for sentence in plan_words.estimate(plan, _):
            session.tell(sentence, "bold" if plan.estimate.fits else "bold yellow")


def _desktop(session: Session, plan: Plan) -> tuple[PlanItem, ...]:
    """Return the rows that are connections to QuickBooks Desktop: their companies have no number."""
    unnumbered = [item for item in plan.items if item.realm_id is None and item.reach is Reach.HAND]
    if not unnumbered or plan.action is PlanAction.TRANSFER:
        return ()
    known = {one.id for one in session.qb.connections(kind=Kind.DESKTOP)}
    return tuple(item for item in unnumbered if item.connection_id in known)


def _head(session: Session, plan: Plan, owned: Iterable[PlanItem]) -> None:
    _ = session.words
    head = plan.head
    made = _.date(head.created_at)
    views.facts(
        session.people,
        (
            (_("Plan"), head.id),
            (_("What"), labels.label(head.action, _.language)),
            (_("New owner"), head.to),
            (_("Reason"), reason(plan, _)),
            (_("Note"), head.comment),
            (_("Chosen"), ", ".join(f"{name}={value}" for name, value in head.chosen.items())),
            (_("Owners"), _owners(owned, _)),
            (_("Made on"), made if head.by is None else _("{when}, by {who}", when=made, who=head.by)),
            (_("Deadline"), None if head.deadline is None else plan_words.instant(head.deadline, _)),
            (_("Approval"), _approval(plan, _)),
        ),
    )


def reason(plan: Plan, _: Words) -> str | None:
    """Return what people call the reason of a plan that disconnects."""
    return None if plan.head.reason is None else labels.label(Reason(plan.head.reason), _.language)


def _approval(plan: Plan, _: Words) -> str | None:
    head = plan.head
    if head.approved_by is not None and head.approved_at is not None:
        return _("given by {who}, {when}", who=head.approved_by, when=_.date(head.approved_at))
    return _("needed, of somebody else than {who}", who=head.by or "—") if head.needs_approval else None


def _owners(items: Iterable[PlanItem], _: Words) -> str:
    counted = Counter(views.owner_of(item) for item in items).most_common()
    unknown = _("not known")
    shown = [f"{who or unknown} ({_.number(count)})" for who, count in counted[:FEW]]
    if len(counted) > FEW:
        shown.append(_.plural("{n} other", "{n} others", len(counted) - FEW))
    return ", ".join(shown)


def _apps(session: Session, plan: Plan, names: dict[str, str]) -> None:
    _ = session.words
    counted = Counter(item.app_id for item in plan.items)
    hand = Counter(item.app_id for item in plan.items if item.reach is Reach.HAND)
    rows = [
        (names.get(app_id, app_id), _.number(count), _.number(hand[app_id]) if hand[app_id] else "")
        for app_id, count in sorted(counted.items(), key=lambda one: alphabetical(names.get(one[0], one[0]), None))
    ]
    session.people.print()
    headings = (_("App"), _("Connections"), _("By hand"))
    session.people.print(views.table(headings, rows, right=(1, 2)))


def _companies(session: Session, plan: Plan, names: dict[str, str]) -> None:
    _ = session.words
    grouped: dict[tuple[str | None, str | None], Counter[str]] = {}
    for item in plan.items:
        company = item.realm_id, None if item.realm_id else item.company_name
        grouped.setdefault(company, Counter())[names.get(item.app_id, item.app_id)] += 1
    called = {item.realm_id: item.company_name for item in plan.items}
    rows = [(called[realm_id] if realm_id else name, realm_id, apps) for (realm_id, name), apps in grouped.items()]
    rows.sort(key=lambda one: alphabetical(one[0], one[1]))
    shown = [
        (name or _("Company without a name"), realm_id, ", ".join(sorted(apps)), _.number(apps.total()))
        for name, realm_id, apps in rows[:COMPANIES]
    ]
    session.people.print()
    headings = (_("Company"), _("Company no."), _("Apps"), _("Connections"))
    session.people.print(views.table(headings, shown, right=(3,)))
    if len(rows) > COMPANIES:
        session.tell(_.plural("and {n} other company", "and {n} other companies", len(rows) - COMPANIES), "dim")


def _skipped(session: Session, plan: Plan) -> None:
    _ = session.words
    if not plan.skipped:
        return
    session.tell("")
    session.tell(_.plural("{n} connection is left out:", "{n} connections are left out:", len(plan.skipped)), "yellow")
    counted_reasons(session, plan.skipped)


def counted_reasons(session: Session, items: Iterable[PlanItem]) -> None:
    """Show why rows stand where they do, and how many for each reason."""
    _ = session.words
    counted = plan_words.reasons(items, _)
    for why, count in counted[: 2 * FEW]:
        views.indented(session.people, f"{_.number(count)} × {why}", mark="•")
    rest = sum(count for _why, count in counted[2 * FEW :])
    if rest:
        views.indented(session.people, _.plural("{n} for another reason", "{n} for other reasons", rest), mark="•")


def reached(session: Session, plan: Plan, names: dict[str, str]) -> None:
    """Show which connections that the plan leaves alone its revokes may reach, a few of them by name."""
    _ = session.words
    risky = [item for item in plan.at_risk if item.outcome is not Outcome.DONE]
    if not risky or plan.action is not PlanAction.DISCONNECT:
        return
    session.tell(
        _.plural(
            "{n} row may reach connections that the plan leaves alone, of the same app and the same owner:",
            "{n} rows may reach connections that the plan leaves alone, of the same app and the same owner:",
            len(risky),
        ),
        "yellow",
    )
    firsts: dict[tuple[str, str | None], PlanItem] = {}
    for item in risky:
        firsts.setdefault((item.app_id, views.owner_of(item)), item)
    for (app_id, owner), item in list(firsts.items())[:FEW]:
        whose = f"{names.get(app_id, app_id)} · {owner or views.UNKNOWN}"
        others = _.plural("{n} other", "{n} others", item.siblings)
        views.indented(session.people, f"{whose}: {others} ({_outside(session, plan, item)})", mark="•")
    if len(firsts) > FEW:
        rest = _.plural("and {n} other owner", "and {n} other owners", len(firsts) - FEW)
        views.indented(session.people, rest, mark="•")


def _outside(session: Session, plan: Plan, item: PlanItem) -> str:
    planned = {one.connection_id for one in plan.items}
    found = [one for one in session.qb.siblings(item.connection_id) if one.id not in planned]
    return named(tuple(one.company_name or one.realm_id or one.id for one in found))


def named(companies: tuple[str, ...]) -> str:
    """Return the first few of *companies*."""
    few = ", ".join(sorted(companies)[:FEW])
    return f"{few}…" if len(companies) > FEW else few
