"""After a transfer too, a notice says what is proven and what is not, and a letter asks what is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qbapps.domain.parties import App
from qbapps.domain.tasks import Task, TaskKind, TaskState
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import TransitionError
from qbapps.guides.handovers import transfer_notice
from qbapps.values import Environment

AT = datetime(2023, 12, 20, 9, tzinfo=UTC)


def app(contact: str | None = "privacy@dext.example") -> App:
    return App(id="dext", name="Dext", environment=Environment.PRODUCTION, developer_contact=contact, registered_at=AT)


def transfer(**changes: Any) -> Transfer:
    given: dict[str, Any] = {
        "id": "trf_1",
        "connection_id": "con_1",
        "app_id": "dext",
        "realm_id": "9130350000000002",
        "company_name": "Boulangerie Martin",
        "to": "marie@durand.example",
        "from_owner": "jean@durand.example",
        "state": TransferState.COMPLETED,
        "created_at": AT,
        "expires_at": AT,
        "ended_at": datetime(2023, 12, 18, 9, tzinfo=UTC),
    }
    return Transfer(**{**given, **changes})


def done(by: str = "Sophie") -> Task:
    return Task(
        id="tsk_1",
        kind=TaskKind.TRANSFER,
        connection_id="con_1",
        app_id="dext",
        app_name="Dext",
        state=TaskState.DONE,
        confirmed_by=by,
        created_at=AT,
        ended_at=AT,
    )


def test_the_notice_says_who_passed_it_to_whom_and_that_the_app_may_keep_data() -> None:
    text = transfer_notice(transfer(), app(), "fr", AT).text

    for expected in (
        "est passée de jean@durand.example à marie@durand.example le 18 décembre 2023",
        "marie@durand.example a donné son accord chez Intuit",
        "Elle peut les conserver et continuer à les traiter",
        "privacy@dext.example",
        "trf_1",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("lang", "kept", "erased"),
    [("fr", "quelles données vous conservez", "d’effacer celles"), ("en", "which data you keep", "to erase those")],
)
def test_the_letter_asks_what_is_kept_and_its_erasure(lang: str, kept: str, erased: str) -> None:
    letter = transfer_notice(transfer(), app(), lang, AT).letter

    for expected in (kept, erased, "privacy@dext.example", "Boulangerie Martin", "9130350000000002", "trf_1"):
        assert expected in letter


def test_what_was_done_by_hand_is_somebody_s_word() -> None:
    by_hand = transfer(task_id="tsk_1")

    assert "Sophie states that the transfer was done" in transfer_notice(by_hand, app(), "en", AT, task=done()).text
    assert "nothing by Intuit" in transfer_notice(by_hand, app(), "en", AT).text


def test_without_a_former_owner_or_a_contact_nothing_is_made_up() -> None:
    made = transfer_notice(transfer(from_owner=None), app(None), "en", AT)

    assert made.addressee is None
    assert "passed to marie@durand.example on" in made.text
    assert "None" not in made.text + made.letter
    assert "contact unknown: please complete" in made.letter


@pytest.mark.parametrize("state", [state for state in TransferState if state is not TransferState.COMPLETED])
def test_a_transfer_that_did_not_complete_has_no_notice(state: TransferState) -> None:
    with pytest.raises(TransitionError):
        transfer_notice(transfer(state=state), app(), "en", AT)


def test_a_name_cannot_add_lines_to_a_letter() -> None:
    plain = transfer_notice(transfer(), app(), "en", AT)
    broken = transfer_notice(transfer(company_name="a\nb", from_owner="c\nd"), app("x\ny"), "en", AT)

    assert broken.letter.count("\n") == plain.letter.count("\n")
    assert broken.text.count("\n") == plain.text.count("\n")
