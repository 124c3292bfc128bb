"""A notice claims what is proven, says what is not, and whom to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof, Reason
from qbapps.domain.parties import App
from qbapps.domain.tasks import Task, TaskKind, TaskState
from qbapps.errors import TransitionError
from qbapps.guides.notices import notice
from qbapps.values import Environment

AT = datetime(2023, 12, 20, 9, tzinfo=UTC)


def app(contact: str | None = "privacy@dext.example") -> App:
    return App(id="dext", name="Dext", environment=Environment.PRODUCTION, developer_contact=contact, registered_at=AT)


def disconnection(**changes: Any) -> Disconnection:
    given: dict[str, Any] = {
        "id": "dis_1",
        "connection_id": "con_1",
        "app_id": "dext",
        "realm_id": "9130350000000002",
        "company_name": "Boulangerie Martin",
        "grant": 1,
        "reason": Reason.SERVICE_ENDING,
        "state": DisconnectionState.DONE,
        "proof": Proof.REFUSED_AFTER_REVOKE,
        "intuit_tid": "1-657f-3a7b",
        "requested_at": datetime(2023, 12, 17, 9, tzinfo=UTC),
        "ended_at": datetime(2023, 12, 18, 9, tzinfo=UTC),
    }
    return Disconnection(**{**given, **changes})


def test_the_notice_says_what_is_proven_what_is_not_and_whom_to_ask() -> None:
    text = notice(disconnection(), app(), "fr", AT).text

    assert "a pris fin le 18 décembre 2023" in text
    assert "Intuit a accepté le retrait de l’accès" in text
    assert "continuer à les traiter" in text
    assert "privacy@dext.example" in text
    assert "dis_1" in text


def test_the_letter_has_all_that_the_developer_needs_to_act() -> None:
    made = notice(disconnection(), app(), "fr", AT)

    assert made.addressee == "privacy@dext.example"
    for text in (
        "«\u00a0Boulangerie Martin\u00a0» (entreprise n°\u00a09130350000000002)",
        "dis_1",
        "1-657f-3a7b",
        "20 décembre 2023",
        "de cesser de collecter et de traiter",
        "de nous restituer ou de supprimer",
        "confirmer par écrit",
    ):
        assert text in made.letter


def test_the_letter_exists_in_english() -> None:
    letter = notice(disconnection(), app(), "en", AT).letter

    assert "ended on 18 December 2023" in letter
    assert "to return to us or to delete" in letter


def test_without_a_contact_there_is_no_addressee_and_both_texts_say_so() -> None:
    made = notice(disconnection(), app(contact=None), "en", AT)

    assert made.addressee is None
    assert "No contact is on record" in made.text
    assert "contact unknown: please complete" in made.letter


def test_a_dead_token_is_not_presented_as_our_doing() -> None:
    made = notice(disconnection(proof=Proof.ALREADY_GONE), app(), "en", AT)

    assert "Nothing shows who ended it" in made.text
    assert "was found on 18 December 2023 to have ended before" in made.letter
    assert "accepted" not in made.text


@pytest.mark.parametrize(
    ("state", "proof"),
    [
        (DisconnectionState.UNPROVEN, Proof.NONE),
        (DisconnectionState.REVOKING, None),
        (DisconnectionState.AWAITING_HAND, None),
        (DisconnectionState.DONE, None),
    ],
)
def test_what_is_not_proven_is_never_said_to_have_ended(state: DisconnectionState, proof: Proof | None) -> None:
    made = notice(disconnection(state=state, proof=proof, ended_at=None), app(), "en", AT)

    assert "What is proven: nothing yet" in made.text
    assert "was asked for on 17 December 2023" in made.letter
    assert "ended on" not in made.text + made.letter


def test_a_scheduled_disconnect_is_said_to_be_in_the_future() -> None:
    due = disconnection(
        state=DisconnectionState.SCHEDULED, proof=None, ended_at=None, due_at=datetime(2023, 12, 24, tzinfo=UTC)
    )

    assert "is to end on 24 December 2023" in notice(due, app(), "en", AT).letter


def test_an_undone_disconnect_has_no_notice() -> None:
    with pytest.raises(TransitionError, match="was undone"):
        notice(disconnection(state=DisconnectionState.UNDONE), app(), "fr", AT)


def test_unknown_names_leave_no_gap() -> None:
    made = notice(disconnection(company_name=None, realm_id=None, intuit_tid=None, owner=None), app(), "fr", AT)

    assert "None" not in made.text + made.letter
    assert "l’entreprise" in made.letter


def task(kind: TaskKind, **changes: Any) -> Task:
    given: dict[str, Any] = {
        "id": "tsk_1",
        "kind": kind,
        "connection_id": "con_1",
        "app_id": "dext",
        "app_name": "Dext",
        "state": TaskState.DONE,
        "confirmed_by": "Sophie\nMorel",
        "created_at": AT,
        "ended_at": AT,
    }
    return Task(**{**given, **changes})


@pytest.mark.parametrize("kind", [TaskKind.DISCONNECT, TaskKind.CHECK_GONE])
def test_what_a_person_states_is_said_as_their_word(kind: TaskKind) -> None:
    unproven = disconnection(proof=Proof.NONE, intuit_tid=None)
    text = notice(unproven, app(), "fr", AT, task=task(kind)).text

    assert "rien de la part d’Intuit. Sophie Morel atteste que l’appli" in text
    assert "(enregistré le 20 décembre 2023)" in text
    assert "rien pour l’instant" not in text


def test_a_task_that_nobody_has_done_attests_nothing() -> None:
    unproven = disconnection(proof=Proof.NONE, state=DisconnectionState.AWAITING_HAND, intuit_tid=None)
    opened = task(TaskKind.DISCONNECT, state=TaskState.OPEN, confirmed_by=None, ended_at=None)

    assert notice(unproven, app(), "fr", AT, task=opened).text == notice(unproven, app(), "fr", AT).text


def test_a_proof_of_intuit_is_not_replaced_by_somebody_s_word() -> None:
    text = notice(disconnection(), app(), "fr", AT, task=task(TaskKind.CHECK_GONE)).text

    assert "Intuit a accepté le retrait de l’accès" in text
