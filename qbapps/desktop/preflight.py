"""
Which company is open, and whether all that can be checked is right: asked before any work, in every session.

The path that the connector names is never enough: a file can be copied or restored. The stamp in the file is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qbapps.desktop import codes, finishing, qbxml
from qbapps.desktop.beat import Beat
from qbapps.desktop.qbxml import questions
from qbapps.desktop.qbxml.several import together
from qbapps.domain.desktop import destruction, evidence, kept, sessions, time_evidence
from qbapps.domain.desktop import facts as fact
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.checklist import CONNECTOR, TIME, CheckState, Finding, Item, found, merge
from qbapps.domain.desktop.facts import QuickBooksFacts
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession, Ending, Phase
from qbapps.domain.desktop.states import DesktopState, Move, may
from qbapps.domain.desktop.troubles import Reaction, Trouble
from qbapps.errors import NotFoundError
from qbapps.language import words
from qbapps.ports import Ports

WRONG_COMPANY: Final = "wrong_company"
NOT_STAMPED: Final = "not_stamped"
CHECKS_FAILED: Final = "checks_failed"
EDITION: Final = "edition"
OTHER_COMPUTER: Final = "other_computer"
FAILED: Final = -1

_OF_PAYROLL: Final = frozenset(TIME) - frozenset(CONNECTOR)
_PASSING: Final = frozenset({WRONG_COMPANY, NOT_STAMPED, CHECKS_FAILED, EDITION})


def request(ports: Ports, link: DesktopLink) -> str:
    """Return the request for what has to be known before any work."""
    app = app_of(ports, link)
    asked = {
        "company": questions.ask_company(app.owner_id),
        "host": questions.ask_host(),
        "preferences": questions.ask_preferences(),
    }
    if _OF_PAYROLL & {Item(name) for name in app.requires}:
        asked |= {
            "payroll_items": questions.ask_payroll_items(),
            "employees": questions.ask_employees(),
            "vendors": questions.ask_vendors(page=None),
        }
    return together(asked, version=version(ports, link))


def version(ports: Ports, link: DesktopLink) -> str:
    """Return the version of qbXML that both sides speak."""
    return qbxml.newest_common(fact.restored(link.facts).qbxml_versions, wanted=app_of(ports, link).qbxml)


def app_of(ports: Ports, link: DesktopLink) -> DesktopApp:
    """Return the app of a connection."""
    app = ports.desktop.app(link.app_id)
    if app is None:
        raise NotFoundError(f"There is no Desktop app {link.app_id!r}.", hint="Register it with desktop.register_app.")
    return app


def facts(beat: Beat, document: str, company_path: str | None = None) -> QuickBooksFacts:
    """
    Return what QuickBooks says of itself.

    Raises:
        NotQbxml: It cannot be read.
    """
    return qbxml.read_facts(document, app_of(beat.ports, beat.link).owner_id, company_path=company_path)


def remember(beat: Beat, told: QuickBooksFacts) -> None:
    """Keep what QuickBooks said, and what it shows of the checklist; what it did not say this time stays."""
    before = fact.restored(beat.link.facts)
    if is_right_file(beat, told):
        path = told.company_path or beat.link.path
        beat.change(facts={**beat.link.facts, **fact.kept(told)}, path=path)
    _note(beat, _shown(beat, told, before))


def is_right_file(beat: Beat, told: QuickBooksFacts) -> bool:
    """Tell whether the open company file has this connection's stamp."""
    return fact.same_guid(told.file_id, beat.link.file_id)


def wrong_file(beat: Beat, session: DesktopSession, told: QuickBooksFacts) -> int:
    """End the session: another company file is open, or one that this connection's .qwc was never added to."""
    trouble = codes.ours(NOT_STAMPED if told.file_id is None else WRONG_COMPANY)
    beat.attend(trouble.code, told.company_name)
    return refuse(beat, session, trouble)


def refuse(beat: Beat, session: DesktopSession, trouble: Trouble) -> int:
    """End the session with what its connector is to show."""
    _ = words(beat.link.lang)
    told = f"{_.text(trouble.what)} {_.text(trouble.do)}"
    beat.session = sessions.over(session, Ending.FAILED, beat.at, told=told)
    return FAILED


def is_back(beat: Beat) -> None:
    """Note that QuickBooks lets us in, with the right company open."""
    attention = beat.link.attention
    if attention is not None and (attention.startswith("0x") or attention in _PASSING):
        beat.at_ease()


def settle(beat: Beat, session: DesktopSession, response: str) -> int:
    """Take the answer to ``request``: go on with the right company and all checks good, or end the session."""
    try:
        told = facts(beat, response, beat.link.path)
        people = tuple(questions.read_employees((response,)))
        vendors = tuple(questions.read_vendors((response,)))
        payroll = tuple(questions.read_payroll_items((response,)))
        answers = {one.request_id: one.status_code for one in qbxml.head(response).responses}
    except qbxml.NotQbxml:
        return refuse(beat, session, codes.ours("unreadable"))
    if may(beat.link.state, Move.ADMIT):
        beat.move(Move.ADMIT)
    remember(beat, told)
    if not is_right_file(beat, told):
        return wrong_file(beat, session, told)
    is_back(beat)
    app = app_of(beat.ports, beat.link)
    beat.change(payable=tuple(one.name for one in people if one.payroll_items))
    known = [*(one.name for one in people), *(one.name for one in vendors)]
    _note(
        beat,
        {
            Item.PAYROLL_ON: time_evidence.payroll_on(len(payroll), answers.get("payroll_items")),
            Item.TIME_DATA: time_evidence.time_data(people),
            Item.PAYROLL_ITEMS: time_evidence.payroll_items(people, beat.link.mapped),
            Item.PEOPLE_EXIST: time_evidence.people_exist(beat.link.users, known) if known else None,
        }
        if "employees" in answers
        else {},
    )
    if beat.link.state is DesktopState.VERIFYING and not _verified(beat, session, app, told):
        return FAILED
    beat.session = sessions.waits(session, Phase.READY, beat.at)
    return finishing.advance(beat)


def _verified(beat: Beat, session: DesktopSession, app: DesktopApp, told: QuickBooksFacts) -> bool:
    """Move on when nothing that the app needs is known to be wrong."""
    edition = evidence.edition(told, app.editions)
    if edition is not None and edition[0] is CheckState.FAILED:
        beat.attend(EDITION, told.product)
        refuse(beat, session, codes.ours(EDITION))
        return False
    wrong = sorted(_wrong(beat, app))
    if wrong:
        beat.attend(CHECKS_FAILED, ", ".join(wrong))
        refuse(beat, session, codes.ours(CHECKS_FAILED))
        return False
    if beat.link.synced_at is not None:
        beat.move(Move.GO_ON)
    elif app.deletes_first and beat.link.confirmed is None and beat.link.preview != destruction.NOTHING:
        beat.move(Move.HOLD)
    else:
        beat.move(Move.VERIFY)
    return True


def _wrong(beat: Beat, app: DesktopApp) -> Iterator[str]:
    """Yield what the app requires and evidence shows to be wrong."""
    checks = {one.item: one.state for one in beat.checks()}
    for name in app.requires:
        if checks.get(name) == CheckState.FAILED:
            yield name


def trouble(beat: Beat, met: Trouble) -> None:
    """Note that QuickBooks could not be reached, or did not let us in, and have somebody look at it."""
    _note(beat, evidence.refused(met.code))
    if met.reaction is Reaction.REAUTHORISE and may(beat.link.state, Move.REFUSE):
        beat.move(Move.REFUSE)
    if met.needs_person:
        beat.attend(met.code)


def _shown(beat: Beat, told: QuickBooksFacts, before: QuickBooksFacts) -> dict[Item, Finding | None]:
    app = app_of(beat.ports, beat.link)
    shown: dict[Item, Finding | None] = {
        **evidence.called(),
        **evidence.admitted(),
        Item.EDITION: evidence.edition(told, app.editions),
        Item.RIGHT_COMPANY: evidence.right_company(told, beat.link.file_id),
        Item.ALWAYS_ALLOW: evidence.always_allow(told),
        Item.AUTOMATIC_LOGIN: evidence.automatic_login(told, beat.link.path),
        Item.ONE_COMPUTER: evidence.one_computer(told, before.app_lock),
        Item.WEEK_START: time_evidence.week_start(told, app.week_start),
    }
    if beat.link.synced_at is None:
        shown[Item.SINGLE_USER] = evidence.single_user(told)
    return shown


def _note(beat: Beat, shown: dict[Item, Finding | None] | dict[Item, Finding]) -> None:
    """Keep what was shown, where it says more than what is known."""
    known = {one.item: kept.checked(one) for one in beat.checks()}
    for item, finding in shown.items():
        if finding is None:
            continue
        new = found(item, finding, beat.at)
        old = known.get(item)
        best = new if old is None else merge(old, new)
        if old is None or (best.state, best.evidence, best.by) != (old.state, old.evidence, old.by):
            beat.check(kept.keep(beat.link.connection_id, best))
