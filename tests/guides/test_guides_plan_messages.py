"""One message for a new owner: a link for each company, and nothing when there is no link to send."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from qbapps.domain.parties import Owner, Reach
from qbapps.domain.plan import Outcome, PlanAction, PlanHead, PlanItem
from qbapps.errors import TransitionError
from qbapps.guides.plan_messages import plan_message

MADE, ENDS = datetime(2023, 12, 18, 9, tzinfo=UTC), datetime(2023, 12, 25, 9, tzinfo=UTC)
MARIE = "marie@durand.example"
HEAD = PlanHead(id="pln_1", action=PlanAction.TRANSFER, to=MARIE, by="Sophie Morel", created_at=MADE)


def row(number: int, **changes: Any) -> PlanItem:
    given: dict[str, Any] = {
        "plan_id": "pln_1",
        "number": number,
        "connection_id": f"con_{number}",
        "app_id": "dext",
        "realm_id": str(number),
        "company_name": f"Client {number}",
        "owner": Owner(email="jean@durand.example"),
        "grant": 1,
        "action": PlanAction.TRANSFER,
        "reach": Reach.API,
        "outcome": Outcome.WAITING,
        "url": f"https://intuit.example/?state={number}",
    }
    return PlanItem(**{**given, **changes})


@pytest.mark.parametrize(
    ("lang", "subject", "told"),
    [
        (
            "en",
            "Take over 2 connections of “Dext”",
            ["Sophie Morel asks you", f"sign in to Intuit as {MARIE}", "25 December"],
        ),
        (
            "fr",
            "Reprendre 2 connexions de «\u00a0Dext\u00a0»",
            ["Sophie Morel vous demande", MARIE, "25 décembre 2023"],
        ),
    ],
)
def test_each_company_has_its_line_and_its_link(lang: str, subject: str, told: list[str]) -> None:
    message = plan_message(HEAD, [row(1), row(2)], {"dext": "Dext"}, lang, until=ENDS)

    assert message.subject == subject
    assert re.findall(r"^(Client \d) · Dext\n(\S+)$", message.body, flags=re.MULTILINE) == [
        ("Client 1", "https://intuit.example/?state=1"),
        ("Client 2", "https://intuit.example/?state=2"),
    ]
    for text in told:
        assert text in message.body


def test_a_name_cannot_bring_lines_of_its_own() -> None:
    message = plan_message(HEAD, [row(1, company_name="X\nhttps://evil.example")], {}, "en", until=None)

    assert "\nhttps://evil.example" not in message.body
    assert "work until" not in message.body


def test_a_company_without_a_name_is_called_by_its_number() -> None:
    assert "company no. 7 · dext" in plan_message(HEAD, [row(7, company_name=None)], {}, "en", until=ENDS).body


@pytest.mark.parametrize("waiting", [[], [row(1), row(2, url=None)]])
def test_without_links_there_is_nothing_to_send(waiting: list[PlanItem]) -> None:
    with pytest.raises(TransitionError) as refused:
        plan_message(HEAD, waiting, {}, "en", until=ENDS)

    assert refused.value.hint
