"""How Desktop connections stand: status, checklist, attestations."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from qbapps.desktop import checklist_words, codes, preflight, registering
from qbapps.desktop.beat import Beat, load
from qbapps.domain.desktop import evidence, kept, windows
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.checklist import ONLY_SHOWN, Check, CheckState, Item, attest, found, items, merge
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.states import OVER, SETTING_UP
from qbapps.domain.desktop.status import Attention, ChecklistItem, DesktopStatus, SessionState
from qbapps.domain.events import EventKind
from qbapps.errors import ConfigurationError, TransitionError
from qbapps.guides import desktop_setup
from qbapps.language import words
from qbapps.lifecycle import lookup
from qbapps.lifecycle.people import check_name
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports

SILENT: Final = "silent"


def status(ports: Ports, connection_id: str, lang: str | None) -> DesktopStatus:
    """Return how a connection stands, as far as its connector has told; no network."""
    told = load(ports, connection_id)
    app = registering.app(ports, told.link.app_id)
    link, at = told.link, told.at
    silent = is_silent(link, app, at)
    session = None
    if told.session is not None:
        session = SessionState.STALE if told.session.is_lost(at) else SessionState.LIVE
    return DesktopStatus(
        connection_id=connection_id,
        state=link.state,
        mode=link.mode,
        is_paused=links.is_paused(told.connection, link, at),
        paused_until=links.paused_until(told.connection, link),
        window=link.window,
        is_in_window=link.window is None or windows.read(link.window).is_open(at),
        attention=attention(link, lang, silent=silent),
        session=session,
        last_seen_at=link.seen_at,
        last_login_at=link.login_at,
        last_ok_at=link.ok_at,
        is_silent=silent,
        every=app.every,
        username=link.username,
        jobs={state.value: count for state, count in ports.desktop.job_counts(connection_id).items()},
        unmapped=links.unmapped(link),
        facts=dict(link.facts),
        next_step=next_step(ports, told, lang),
    )


def next_step(ports: Ports, told: Beat, lang: str | None) -> str:
    """Return what comes next, and who does it."""
    app = lookup.app(ports.store, told.link.app_id)
    return desktop_setup.said_next(told.link.state, lang, app=app.name, company=told.connection.company_name)


def is_silent(link: DesktopLink, app: DesktopApp, at: datetime) -> bool:
    """Tell whether a connector that should call has missed several runs; a pause does not keep it from calling."""
    if link.state in SETTING_UP or link.state in OVER:
        return False
    finding = evidence.connector_alive(link.seen_at, at, app.every)
    return finding is not None and finding[0] is CheckState.FAILED


def attention(link: DesktopLink, lang: str | None, *, silent: bool) -> Attention | None:
    """Return what somebody has to look at, in words; what was met comes before silence."""
    _ = words(lang)
    code, since, note = link.attention, link.attention_at, link.attention_note
    if code is None and silent and link.seen_at is not None:
        code, since, note = SILENT, link.seen_at, None
    if code is None or since is None:
        return None
    trouble = codes.trouble(code)
    return Attention(
        code=trouble.code,
        category=trouble.category,
        what=_.text(trouble.what),
        do=_.text(trouble.do),
        fixer=trouble.fixer,
        since=since,
        note=note,
    )


def checklist(ports: Ports, connection_id: str, lang: str | None) -> tuple[ChecklistItem, ...]:
    """Return what has to be right, and how each stands, in words."""
    told = load(ports, connection_id)
    app = registering.app(ports, told.link.app_id)
    known = _checks(told, app)
    return tuple(_line(known.get(item, Check(item=item)), lang) for item in items(app.requires))


def attested(ports: Ports, connection_id: str, item: str, *, by: str, note: str | None) -> None:
    """
    Keep somebody's word for one item of the checklist.

    Raises:
        ConfigurationError: There is no such item, or *by* is empty.
        TransitionError: Nobody's word is enough for it, or somebody else has given theirs.
    """
    check_name("by", by)

    def beat() -> None:
        told = load(ports, connection_id)
        app = registering.app(ports, told.link.app_id)
        wanted = _item(item, app)
        before = {one.item: one for one in map(kept.checked, told.checks())}.get(wanted, Check(item=wanted))
        after = attest(before, by=by, at=told.at, note=note)
        if after == before and before.state is CheckState.FAILED:
            raise TransitionError(
                f"{wanted} of {connection_id} was shown to be wrong: nobody's word changes that.",
                hint="Put it right in QuickBooks, and run an update: what it shows then counts.",
                state=before.state,
                action="attest",
                connection_id=connection_id,
            )
        if after == before:
            return
        told.check(kept.keep(connection_id, after))
        if wanted is Item.ONE_COMPUTER:
            told.at_ease(preflight.OTHER_COMPUTER)
        told.tell(EventKind.DESKTOP_ATTESTED, by=by, item=wanted, note=note)
        told.save()

    retry_stale(beat)


def _item(name: str, app: DesktopApp) -> Item:
    known = items(app.requires)
    try:
        wanted = Item(name)
    except ValueError:
        wanted = None
    if wanted is None or wanted not in known:
        raise ConfigurationError(
            f"The checklist has no item {name!r}.", hint=f"Use one of: {', '.join(one for one in known)}."
        )
    return wanted


def _checks(told: Beat, app: DesktopApp) -> dict[Item, Check]:
    known = {one.item: one for one in map(kept.checked, told.checks())}
    alive = evidence.connector_alive(told.link.seen_at, told.at, app.every)
    if alive is not None and told.link.state not in OVER:
        now = found(Item.CONNECTOR_ALIVE, alive, told.at)
        old = known.get(Item.CONNECTOR_ALIVE)
        known[Item.CONNECTOR_ALIVE] = now if old is None else merge(old, now)
    return known


def _line(check: Check, lang: str | None) -> ChecklistItem:
    return ChecklistItem(
        item=check.item,
        question=checklist_words.question(check.item, lang),
        state=check.state,
        by=check.by,
        at=check.at,
        evidence=None if check.evidence is None else checklist_words.said(check.evidence, lang),
        note=check.note,
        how=checklist_words.how(check.item, lang),
        can_attest=check.item not in ONLY_SHOWN,
    )


def steps(ports: Ports, connection_id: str, lang: str | None) -> tuple[str, ...]:
    """Return what people have to do where the connection stands, step by step."""
    told = load(ports, connection_id)
    app = lookup.app(ports.store, told.link.app_id)
    return desktop_setup.steps(told.link.state, lang, app=app.name, company=told.connection.company_name)
