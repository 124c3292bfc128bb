"""Every disconnect and every transfer leaves a receipt, a notice, and a letter to the app's developer."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from lifecycle_house import BAKERY, FIRM_REALM, GARAGE, JEAN, MARIE, House
from lifecycle_inventory import inventory

from qbapps.domain.disconnection import Disconnection
from qbapps.domain.transfer import Transfer
from qbapps.errors import NotFoundError, TransitionError


def transferred(house: House) -> Transfer:
    connection = house.connect()
    house.qb.complete(house.agree(house.qb.begin_transfer(connection.id, to=MARIE, by=JEAN), MARIE))
    (transfer,) = house.qb.transfers()
    return transfer


@pytest.mark.parametrize(("lang", "expected"), [("fr", "continuer à les traiter"), ("en", "go on processing them")])
def test_a_transfer_yields_a_notice_and_a_letter_too(house: House, lang: str, expected: str) -> None:
    told = house.qb.notice(transferred(house), lang=lang)

    assert expected in told.text
    assert JEAN in told.text
    assert MARIE in told.text
    assert told.addressee == "privacy@dext.example"
    assert JEAN in told.letter


def test_a_transfer_that_is_not_completed_has_no_notice(house: House) -> None:
    transfer = house.qb.begin_transfer(house.connect().id, to=MARIE)

    with pytest.raises(TransitionError):
        house.qb.notice(transfer)


def test_what_was_done_by_hand_says_whose_word_it_is(house: House) -> None:
    house.qb.add_firm("durand", name="Cabinet Durand")
    rows = inventory(f"Client;Boulangerie;{BAKERY};Zapier;{JEAN}", f"Client;Garage;{GARAGE};Zapier;{JEAN}")
    ended, passed = house.qb.import_inventory(rows, firm="durand").taken
    house.qb.disconnect(ended.id)
    house.qb.begin_transfer(passed.id, to=MARIE)
    for task in house.qb.worklist():
        house.qb.confirm_task(task.id, by="Sophie")

    for receipt in house.qb.receipts(firm="durand"):
        assert "nothing by Intuit. Sophie states that" in house.qb.notice(receipt, lang="en").text


def test_receipts_are_those_of_a_firm_and_since_a_day(house: House) -> None:
    house.qb.add_firm("durand", name="Cabinet Durand", realm_id=FIRM_REALM)
    house.qb.add_client("durand", realm_id=GARAGE, name="Garage")
    outside, inside = house.connect(realm_id=BAKERY), house.connect(realm_id=GARAGE)
    house.qb.disconnect(outside.id)
    house.clock.advance(timedelta(days=3))
    receipt = house.qb.disconnect(inside.id)

    assert [one.connection_id for one in house.qb.receipts()] == [outside.id, inside.id]
    assert house.qb.receipts(firm="durand") == (receipt,)
    assert house.qb.receipts(since=house.clock.now().date()) == (receipt,)
    assert house.qb.receipts(since=date(2100, 1, 1)) == ()
    with pytest.raises(NotFoundError):
        house.qb.receipts(firm="nobody")


def test_neither_an_undone_disconnect_nor_a_pending_transfer_is_a_receipt(house: House) -> None:
    connection = house.connect()
    undone = house.qb.disconnect(connection.id, after=timedelta(days=1))
    house.qb.undo_disconnect(undone.id)
    house.qb.begin_transfer(connection.id, to=MARIE)

    assert house.qb.receipts() == ()


def test_one_file_holds_every_receipt_with_its_letter(house: House, tmp_path: Path) -> None:
    transfer = transferred(house)
    receipt = house.qb.disconnect(transfer.connection_id, by="Sophie")

    html = house.qb.write_receipts(tmp_path / "all.html", lang="fr").read_text(encoding="utf-8")

    assert html.count("<article") == 2
    for expected in (receipt.id, str(receipt.intuit_tid), transfer.id, "Lettre à l’éditeur", "privacy@dext.example"):
        assert expected in html


def test_a_file_can_be_made_of_chosen_receipts_only(house: House, tmp_path: Path) -> None:
    transfer = transferred(house)
    receipt = house.qb.disconnect(transfer.connection_id)
    chosen: list[Disconnection] = [receipt]

    html = house.qb.write_receipts(tmp_path / "one.html", disconnections=iter(chosen)).read_text(encoding="utf-8")

    assert html.count("<article") == 1
    assert receipt.id in html
    assert transfer.id not in html


def test_what_has_no_receipt_leaves_the_file_as_it_was(house: House, tmp_path: Path) -> None:
    path = tmp_path / "kept.html"
    path.write_text("before")
    pending = house.qb.begin_transfer(house.connect().id, to=MARIE)

    with pytest.raises(TransitionError):
        house.qb.write_receipts(path, transfers=[pending])

    assert path.read_text() == "before"
