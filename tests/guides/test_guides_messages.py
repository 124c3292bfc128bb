"""The message for a new owner says what is asked, how, until when, and what happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qbapps.domain.parties import Level
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import TransitionError
from qbapps.guides.messages import transfer_message

URL = "https://appcenter.intuit.example/connect/oauth2?client_id=a&state=s3cret"


def transfer(**changes: Any) -> Transfer:
    given: dict[str, Any] = {
        "id": "trf_1",
        "connection_id": "con_1",
        "app_id": "dext",
        "realm_id": "9130350000000002",
        "company_name": "Boulangerie Martin",
        "to": "marie@durand.example",
        "from_owner": "jean@durand.example",
        "by": "Sophie Morel",
        "state": TransferState.PENDING,
        "created_at": datetime(2023, 12, 18, tzinfo=UTC),
        "expires_at": datetime(2023, 12, 29, 18, tzinfo=UTC),
        "url": URL,
    }
    return Transfer(**{**given, **changes})


def test_the_message_has_all_that_the_new_owner_needs_in_french() -> None:
    message = transfer_message(transfer(), "Dext", "fr")

    assert message.subject == "Prendre la gestion de l’appli «\u00a0Dext\u00a0» pour «\u00a0Boulangerie Martin\u00a0»"
    assert "Sophie Morel vous demande" in message.body
    assert URL in message.body
    assert "marie@durand.example" in message.body
    assert "29 décembre 2023 à 18\u00a0h\u00a000 UTC" in message.body
    assert "Choisissez «\u00a0Boulangerie Martin\u00a0», et aucune autre entreprise" in message.body
    assert "Rien n’est perdu" in message.body
    assert "à la place de jean@durand.example" in message.body


def test_the_message_has_all_that_the_new_owner_needs_in_english() -> None:
    body = transfer_message(transfer(), "Dext", "en").body

    for text in (
        "Sophie Morel asks you",
        URL,
        "marie@durand.example",
        "29 December 2023 at 18:00 UTC",
        "keeps working",
    ):
        assert text in body


def test_the_link_stands_alone_at_the_end_of_its_line() -> None:
    lines = transfer_message(transfer(), "Dext", "fr").body.splitlines()

    assert any(line.endswith(" " + URL) for line in lines)


def test_what_is_not_known_is_left_out() -> None:
    body = transfer_message(transfer(by=None, from_owner=None, company_name=None), "Dext", "en").body

    assert "None" not in body
    assert "company no. 9130350000000002" in body
    assert "You are asked to take over" in body


def test_where_it_is_done_by_hand_the_steps_replace_the_link() -> None:
    by_hand = transfer(state=TransferState.AWAITING_HAND, url=None)
    body = transfer_message(by_hand, "Dext", "fr", level=Level.CLIENT).body

    assert "http" not in body
    assert "1. Connectez-vous à QuickBooks Expert-Comptable en tant que marie@durand.example." in body
    assert "Choisissez le client «\u00a0Boulangerie Martin\u00a0»" in body
    assert "ceux du 12 février 2024" in body, "menus move: the steps say how old they are"


def test_without_the_link_there_is_no_message_but_the_way_to_a_fresh_one() -> None:
    with pytest.raises(TransitionError, match="renew_link"):
        transfer_message(transfer(url=None), "Dext", "fr")


@pytest.mark.parametrize("state", sorted(set(TransferState) - {TransferState.PENDING, TransferState.AWAITING_HAND}))
def test_a_transfer_that_is_over_has_no_message(state: TransferState) -> None:
    with pytest.raises(TransitionError, match="nothing to ask"):
        transfer_message(transfer(state=state), "Dext", "fr")


def test_a_name_cannot_add_a_header_or_a_line() -> None:
    hostile = "Dext\r\nBcc: everybody@evil.example"
    message = transfer_message(transfer(by=hostile, company_name=hostile), hostile, "en")

    assert len(message.subject.splitlines()) == 1
    assert not any(line.startswith("Bcc:") for line in message.body.splitlines())


def test_the_link_is_not_shown_by_a_repr() -> None:
    assert "s3cret" not in repr(transfer_message(transfer(), "Dext", "fr"))
