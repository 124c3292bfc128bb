"""
Which company is open, and whether all that can be checked is right: asked before any work, in every session.

The path that the connector names is never enough: a file can be copied or restored. The stamp in the file is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from qbapps.desktop import codes, finishing, qbxml
from qbapps.desktop.beat import UNREADABLE, Beat
from qbapps.desktop.qbxml import questions
from qbapps.desktop.qbxml.several import together
from qbapps.domain.desktop import destruction, evidence, kept, sessions, time_evidence
from qbapps.domain.desktop import facts as fact
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.checklist import CONNECTOR, TIME, Check, CheckState, Finding, Item, found, merge
from qbapps.domain.desktop.facts import Employee, PayrollItem, QuickBooksFacts, Vendor
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession, Ending, Phase
from qbapps.domain.desktop.states import DesktopState, Move, may
from qbapps.domain.desktop.troubles import Fixer, Reaction, Trouble
from qbapps.domain.events import Detail
from qbapps.errors import NotFoundError
from qbapps.language import words
from qbapps.ports import Ports

WRONG_COMPANY: Final = "wrong_company"
NOT_STAMPED: Final = "not_stamped"
CHECKS_FAILED: Final = "checks_failed"
EDITION: Final = "edition"
OTHER_COMPUTER: Final = "other_computer"
FAILED: Final = -1

COMPANY: Final = "company"
NAMES: Final = frozenset({COMPANY, "host", "preferences", "payroll_items", "employees", "vendors"})
"""What the requests are called by which a session begins."""

LONGEST_PATH: Final = 4096

LONGEST: Final = 300
"""Characters that are kept of what QuickBooks says of itself: it is read at every call."""

MOST_SAID: Final = 20_000_000
"""Characters that the first answer of a session may have. Our choice."""

_OF_PAYROLL: Final = frozenset(TIME) - frozenset(CONNECTOR)
_PASSING: Final = frozenset({WRONG_COMPANY, NOT_STAMPED, CHECKS_FAILED, EDITION, UNREADABLE})


def request(ports: Ports, link: DesktopLink, spoken: str | None = None) -> str:
    """Return the request for what has to be known before any work, in a version of qbXML that is *spoken* there."""
    app = app_of(ports, link)
    asked = {
        COMPANY: questions.ask_company(app.owner_id),
        "host": questions.ask_host(),
        "preferences": questions.ask_preferences(),
    }
    if app.needs_mapping or _OF_PAYROLL & {Item(name) for name in app.requires}:
        asked |= {
            "payroll_items": questions.ask_payroll_items(),
            "employees": questions.ask_employees(),
            "vendors": questions.ask_vendors(page=None),
        }
    return together(asked, version=version(ports, link, spoken))


def version(ports: Ports, link: DesktopLink, spoken: str | None = None) -> str:
    """Return the version of qbXML that both sides speak."""
    offered = fact.restored(link.facts).qbxml_versions or (() if spoken is None else (spoken,))
    return qbxml.newest_common(offered, wanted=app_of(ports, link).qbxml)


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
    if not is_right_file(beat, told):
        # What another company's file shows is no evidence for this one.
        _note(beat, {**evidence.called(), Item.RIGHT_COMPANY: evidence.right_company(told, beat.link.file_id)})
        return
    before = fact.restored(beat.link.facts)
    said = {name: _short(value) for name, value in fact.kept(told).items() if name != "company_path"}
    place = told.company_path
    if place is not None and len(place) <= LONGEST_PATH:
        beat.change(path=place)
        said["company_path"] = place
    beat.change(facts={**beat.link.facts, **said})
    _note(beat, _shown(beat, told, before))
    if before.app_lock and told.app_lock and before.app_lock.casefold() != told.app_lock.casefold():
        beat.attend(OTHER_COMPUTER, told.app_lock)


def _short(value: Detail) -> Detail:
    return value[:LONGEST] if isinstance(value, str) else value


def is_right_file(beat: Beat, told: QuickBooksFacts) -> bool:
    """Tell whether the open company file has this connection's stamp."""
    return fact.same_guid(told.file_id, beat.link.file_id)


def wrong_file(beat: Beat, session: DesktopSession, told: QuickBooksFacts) -> int:
    """End the session: another company file is open, or one that this connection's .qwc was never added to."""
    trouble = codes.ours(NOT_STAMPED if told.file_id is None else WRONG_COMPANY)
    beat.attend(trouble.code, None if told.company_name is None else told.company_name[:LONGEST])
    return refuse(beat, session, trouble)


def refuse(beat: Beat, session: DesktopSession, trouble: Trouble) -> int:
    """End the session with what its connector is to show."""
    beat.session = sessions.over(session, Ending.FAILED, beat.at, told=said(beat, trouble))
    return FAILED


def said(beat: Beat, trouble: Trouble) -> str:
    """Return what happened and what to do, in the language of whoever looks at the connector."""
    _ = words(beat.link.lang)
    return f"{_.text(trouble.what)} {_.text(trouble.do)}"


def is_back(beat: Beat) -> None:
    """Note that QuickBooks lets us in, with the right company open."""
    attention = beat.link.attention
    if attention is not None and (attention.startswith("0x") or attention in _PASSING):
        beat.at_ease()


def settle(beat: Beat, session: DesktopSession, response: str) -> int:
    """Take the answer to ``request``: go on with the right company and all checks good, or end the session."""
    try:
        first = _read(beat, response)
    except qbxml.NotQbxml:
        beat.attend(UNREADABLE)
        return refuse(beat, session, codes.ours(UNREADABLE))
    refused = codes.status(first.answers[COMPANY])
    if not refused.is_success:
        beat.attend(refused.code)
        return refuse(beat, session, refused)
    if may(beat.link.state, Move.ADMIT):
        beat.move(Move.ADMIT)
    remember(beat, first.told)
    if not is_right_file(beat, first.told):
        return wrong_file(beat, session, first.told)
    is_back(beat)
    app = app_of(beat.ports, beat.link)
    if "employees" in first.answers:
        _note_people(beat, first)
    if beat.link.state is DesktopState.VERIFYING and not _verified(beat, session, app, first.told):
        return FAILED
    if beat.link.state is DesktopState.MAPPING_REQUIRED and not finishing.lacks_mapping(beat, app):
        beat.move(Move.MAP)
    beat.session = sessions.waits(session, Phase.READY, beat.at)
    return finishing.advance(beat)


@attrs.frozen(kw_only=True)
class _First:
    """The answer to ``request``: *answers* has the statusCode of each part."""

    told: QuickBooksFacts
    people: tuple[Employee, ...]
    vendors: tuple[Vendor, ...]
    payroll: tuple[PayrollItem, ...]
    answers: dict[str | None, int]


def _read(beat: Beat, response: str) -> _First:
    """
    Read the answer to ``request``.

    Raises:
        NotQbxml: It cannot be read, is too long, or says nothing of the company.
    """
    if len(response) > MOST_SAID:
        raise qbxml.NotQbxml("It is too long.")
    answers = {one.request_id: one.status_code for one in qbxml.head(response).responses}
    if COMPANY not in answers:
        raise qbxml.NotQbxml("It does not answer what was asked first.")
    pieces = (response,)
    return _First(
        told=facts(beat, response, beat.link.path),
        people=tuple(questions.read_employees(pieces)),
        vendors=tuple(questions.read_vendors(pieces)),
        payroll=tuple(questions.read_payroll_items(pieces)),
        answers=answers,
    )


def _note_people(beat: Beat, first: _First) -> None:
    """Keep what the answers show of employees, vendors and payroll."""
    beat.change(payable=tuple(one.name for one in first.people if one.payroll_items))
    known = [*(one.name for one in first.people), *(one.name for one in first.vendors)]
    _note(
        beat,
        {
            Item.PAYROLL_ON: time_evidence.payroll_on(len(first.payroll), first.answers.get("payroll_items")),
            Item.TIME_DATA: time_evidence.time_data(first.people),
            Item.PAYROLL_ITEMS: time_evidence.payroll_items(first.people, beat.link.mapped),
            Item.PEOPLE_EXIST: time_evidence.people_exist(beat.link.users, known) if known else None,
        },
    )


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
        if finishing.lacks_mapping(beat, app):
            beat.move(Move.LACK_MAPPING)
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
    # What may pass, but not without anybody's doing for long, is shown until it has passed.
    if met.needs_person or (met.is_retryable and met.fixer is not Fixer.NOBODY):
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
            _reopen(beat, known.get(item))
            continue
        new = found(item, finding, beat.at)
        old = known.get(item)
        best = new if old is None else merge(old, new)
        if old is None or (best.state, best.evidence, best.by) != (old.state, old.evidence, old.by):
            beat.check(kept.keep(beat.link.connection_id, best))


def _reopen(beat: Beat, known: Check | None) -> None:
    """Let go of what was shown to be wrong and is not to be seen any more: nobody could ever put it right."""
    if known is not None and known.state is CheckState.FAILED and known.item in _OF_PAYROLL:
        beat.check(kept.reopened(beat.link.connection_id, known.item, beat.at))
