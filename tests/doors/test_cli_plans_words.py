"""What a plan comes to, in sentences, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from qbapps.cli import plan_words
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.estimate import Estimate
from qbapps.domain.parties import Level, Owner, Reach
from qbapps.domain.plan import Outcome, PlanAction, PlanHead, PlanItem, bind, drift, why_skipped
from qbapps.domain.states import ConnectionState
from qbapps.domain.whole_plan import Plan
from qbapps.language import plan_notes, words
from qbapps.values import Environment

BEGUN = datetime(2023, 12, 29, 14, 2, tzinfo=UTC)
ENDED = datetime(2023, 12, 29, 14, 7, tzinfo=UTC)
EVENING = datetime(2023, 12, 29, 18, tzinfo=UTC)


def item(number: int, **changes: Any) -> PlanItem:
    given: dict[str, Any] = {"reach": Reach.API, "level": Level.CLIENT, "action": PlanAction.DISCONNECT, **changes}
    return PlanItem(
        plan_id="pln_1",
        number=number,
        connection_id=f"con_{number}",
        app_id="dext",
        realm_id=f"913035000000{number:04}",
        company_name=None,
        owner=None,
        grant=1,
        **given,
    )


def plan(
    count: int,
    *,
    deadline: datetime | None = None,
    late: int = 0,
    finishes_at: datetime = ENDED,
    action: PlanAction = PlanAction.DISCONNECT,
) -> Plan:
    transfers = action is PlanAction.TRANSFER
    return Plan(
        head=PlanHead(
            id="pln_1",
            action=action,
            to="marie@durand.example" if transfers else None,
            deadline=deadline,
            created_at=BEGUN,
        ),
        items=tuple(item(number, action=action) for number in range(1, count + 1)),
        estimate=Estimate(
            starts_at=BEGUN,
            takes=finishes_at - BEGUN,
            finishes_at=finishes_at,
            deadline=deadline,
            late=late,
            by_hand=0,
            primary_admin=31 if transfers else 0,
            consents=count if transfers else 0,
        ),
    )


@pytest.mark.parametrize(
    ("made", "lang", "said"),
    [
        (
            plan(1240, deadline=EVENING),
            "en",
            ["1,240 connections: begun now, it ends on Friday 29 December 2023 at 14:07 UTC, before the deadline."],
        ),
        (
            plan(1240, deadline=EVENING),
            "fr",
            [
                (
                    "1\u202f240 connexions\u00a0: commencé maintenant, c’est terminé le vendredi 29 décembre 2023 à "
                    "14\u00a0h\u00a007 UTC, avant l’échéance."
                )
            ],
        ),
        (plan(1), "en", ["1 connection: begun now, it ends on Friday 29 December 2023 at 14:07 UTC."]),
        (
            plan(400, deadline=BEGUN, late=312),
            "en",
            [
                "400 connections: begun now, it ends on Friday 29 December 2023 at 14:07 UTC, after the deadline.",
                "312 connections will not have begun by the deadline, Friday 29 December 2023 at 14:02 UTC.",
            ],
        ),
        (
            plan(2, action=PlanAction.TRANSFER),
            "en",
            [
                "2 connections: begun now, the last link is made on Friday 29 December 2023 at 14:07 UTC.",
                "31 connections need the firm's primary admin.",
                "2 connections then wait for the consent of marie@durand.example.",
            ],
        ),
        (plan(0), "en", []),
    ],
)
def test_an_estimate_is_said_in_words(made: Plan, lang: str, said: list[str]) -> None:
    assert list(plan_words.estimate(made, words(lang))) == said


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ([], None),
        ([Level.COMPANY], "1 connection is done by hand in QuickBooks, by an admin of the company."),
        ([Level.CLIENT] * 2, "2 connections are done by hand in QuickBooks, by the firm's primary admin only."),
        (
            [Level.CLIENT, Level.FIRM, Level.COMPANY],
            "3 connections are done by hand in QuickBooks, 1 of them by the firm's primary admin only.",
        ),
    ],
)
def test_who_has_to_do_what_is_done_by_hand_is_said(levels: list[Level], said: str | None) -> None:
    rows = [item(number, reach=Reach.HAND, level=level) for number, level in enumerate(levels, start=1)]
    over = item(9, reach=Reach.HAND, outcome=Outcome.DONE)

    assert plan_words.by_hand([*rows, item(8), over], words("en")) == said


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (None, None),
        ("It is disconnected already.", "Elle est déjà déconnectée."),
        ("It is marie@durand.example's already.", "Elle appartient déjà à marie@durand.example."),
        (
            "A transfer to paul@x.example is pending (trf_1).",
            "Un transfert à paul@x.example est en cours (trf_1).",
        ),
        (
            "A new consent came in: it was grant 1 and is grant 2.",
            "Un nouveau consentement est arrivé\u00a0: c’était le consentement n°\u00a01, c’est le n°\u00a02.",
        ),
        (
            "It was jean@durand.example's and is nobody known's.",
            "Elle appartenait à jean@durand.example et appartient à personne de connu.",
        ),
        ("Intuit said {something} else.", "Intuit said {something} else."),
    ],
)
def test_the_notes_of_rows_are_said_in_the_users_language(note: str | None, said: str | None) -> None:
    assert plan_notes.said(note, words("fr")) == said
    assert plan_notes.said(note, words("en")) == note


def _made(reach: Reach = Reach.API) -> Connection:
    return Connection(
        id="con_1",
        app_id="dext",
        environment=Environment.SANDBOX,
        realm_id="9130350000000001",
        owner=Owner(email="jean@durand.example"),
        state=ConnectionState.CONNECTED,
        reach=reach,
        grant=1,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": Kind.BANK},
        {"kind": Kind.DESKTOP},
        {"state": ConnectionState.DISCONNECTED},
        {"owner": Owner(email="marie@durand.example")},
    ],
)
def test_why_a_row_is_left_out_is_said_in_french(changes: dict[str, Any]) -> None:
    head = plan(1, action=PlanAction.TRANSFER).head

    note = why_skipped(attrs.evolve(_made(), **changes), head, None)

    assert note is not None
    assert plan_notes.said(note, words("fr")) != note


@pytest.mark.parametrize(
    "changes",
    [
        {"grant": 7},
        {"app_id": "pennylane"},
        {"owner": Owner(email="marie@durand.example")},
        {"owner": None},
        {"reach": Reach.HAND},
        {"reach": Reach.API},
    ],
)
def test_what_changed_since_a_plan_is_said_in_french(changes: dict[str, Any]) -> None:
    before = Reach.API if changes.get("reach") is Reach.HAND else Reach.HAND
    made = _made(reach=before)

    note = drift(bind(made, plan(1).head, number=1, level=Level.CLIENT), attrs.evolve(made, **changes))

    assert note is not None
    assert plan_notes.said(note, words("fr")) != note


def test_the_day_of_the_week_is_that_in_utc() -> None:
    late = datetime(2023, 12, 30, 0, 30, tzinfo=UTC) + timedelta(0)
    assert plan_words.instant(late, words("en")).startswith("Saturday 30 December")
