"""Every member of every closed set that people see has a label in both languages."""

from __future__ import annotations

from enum import StrEnum

import pytest

from qbapps.domain.disconnection import DisconnectionState, Reason
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskState
from qbapps.domain.transfer import TransferState
from qbapps.language.labels import LABELS, label

MEMBERS = [member for kind in LABELS for member in kind]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.name}")
def test_every_member_has_a_label_in_both_languages(member: StrEnum) -> None:
    assert label(member, "en")
    assert label(member, "fr")


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_two_members_of_a_set_are_never_called_the_same(kind: type[StrEnum], lang: str) -> None:
    names = [label(member, lang) for member in kind]

    assert len(set(names)) == len(names)


def test_labels_agree_with_the_gender_of_what_they_are_said_of() -> None:
    assert label(ConnectionState.CONNECTED, "fr") == "Connectée"
    assert label(TransferState.CANCELLED, "fr") == "Annulé"
    assert label(TaskState.CANCELLED, "fr") == "Annulée"
    assert label(DisconnectionState.DONE, "fr") == "Faite"
    assert label(Reason.SERVICE_ENDING, "fr") == "Arrêt du service"
