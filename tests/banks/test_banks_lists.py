"""Bank connections among the others: worklists, receipts, plans, transfers and inventories."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from banks_house import A_DAY, ACCOUNTS, BEGIN, END, FIRM, JEAN, MARIE, WORKSHOP, Banks

from qbapps import banks
from qbapps.domain.disconnection import DisconnectionState
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskState
from qbapps.errors import TransitionError

S, E = banks.BankState, banks.BankEvent
ENDED = ConnectionState.DISCONNECTED


def test_a_disconnect_is_a_task_and_ends_it_when_somebody_has_done_it(house: Banks) -> None:
    made = house.connect()

    receipt = house.qb.disconnect(made.id, reason="other", by=MARIE)

    assert receipt.state is DisconnectionState.AWAITING_HAND
    assert house.qb.connection(made.id).state is ConnectionState.CONNECTED
    (task,) = house.qb.worklist(firm=FIRM)
    assert any("clear the tab “For review” first" in step for step in house.qb.steps(task))
    assert house.qb.steps(task, lang="fr")[0].startswith("À faire par la personne qui gère les banques")
    house.go_to(BEGIN + 3 * A_DAY)
    house.qb.confirm_task(task.id, by=MARIE)
    assert house.qb.connection(made.id).state is ENDED
    status = house.qb.banks.status(made.id)
    assert (status.state, status.stopped_on, status.consent and status.consent.ended_on) == (
        S.DISCONNECTED,
        BEGIN + 3 * A_DAY,
        BEGIN + 3 * A_DAY,
    )
    assert house.told(made.id, "bank.recorded")[-1].by == MARIE
    assert house.qb.receipts()[0].state is DisconnectionState.DONE
    assert house.qb.verify_events() == ()


def test_the_notice_says_what_stays_and_the_letter_is_to_the_bank(house: Banks) -> None:
    made = house.connect()
    receipt = house.qb.disconnect(made.id, reason="other")

    before = house.qb.notice(receipt)
    house.qb.confirm_task(house.qb.worklist()[0].id, by=MARIE)
    after = house.qb.notice(house.qb.receipts()[0], lang="fr")

    assert "nobody has said so yet" in before.text
    assert f"{MARIE} déclare que la banque a été déconnectée" in after.text
    assert "opérations validées" in after.text
    assert after.letter.startswith("À\N{NO-BREAK SPACE}: «\N{NO-BREAK SPACE}Crédit Agricole")
    assert "traiter des données" not in after.letter


def test_one_that_is_connected_anew_calls_its_disconnect_off(house: Banks) -> None:
    made = house.connect()
    house.qb.banks.record(made.id, E.REVOKED, on=BEGIN)
    house.qb.disconnect(made.id, reason="other")

    back = house.qb.banks.record(made.id, E.RECONNECTED, on=BEGIN)

    assert back.state is ConnectionState.CONNECTED
    assert house.qb.worklist() == ()
    assert house.qb.receipts() == ()
    assert house.told(made.id, "task.cancelled")
    assert house.told(made.id, "connection.disconnect_undone")


def test_what_a_task_asked_for_is_done_once_it_is_recorded(house: Banks) -> None:
    made = house.connect()
    house.qb.disconnect(made.id, reason="other")
    task = house.qb.worklist()[0]

    house.qb.banks.record(made.id, E.DISCONNECTED, on=BEGIN, in_review=2, accept_loss=True, by=MARIE)

    assert house.qb.worklist() == ()
    assert (house.qb.task(task.id).state, house.qb.task(task.id).confirmed_by) == (TaskState.DONE, MARIE)
    assert house.qb.receipts()[0].state is DisconnectionState.DONE
    assert "Nous avons mis fin" in house.qb.notice(house.qb.receipts()[0], lang="fr").letter
    assert len([one for one in house.told(made.id, "bank.recorded") if one.details["what"] == "disconnected"]) == 1
    assert len(house.told(made.id, "connection.disconnected")) == 1
    other = house.connect(bank="LCL", accounts={"512200": "1"})
    house.qb.disconnect(other.id, reason="other")
    house.qb.banks.record(other.id, E.DISCONNECTED, on=BEGIN, in_review=0)
    assert house.told(other.id, "task.cancelled")


def test_a_person_who_cut_it_by_the_steps_has_accepted_no_loss(house: Banks) -> None:
    made = house.connect()
    receipt = house.qb.disconnect(made.id, reason="other")
    assert "We are ending the access" in house.qb.notice(receipt).letter

    house.qb.confirm_task(house.qb.worklist()[0].id, by=MARIE)

    details = house.told(made.id, "bank.recorded")[-1].details
    assert (details["accept_loss"], details["in_review"]) == (None, None)


def test_a_consent_cannot_be_taken_over_but_given_by_somebody_else(house: Banks) -> None:
    house.qb.add_person(MARIE, name="Marie", role="primary_admin", firm=FIRM)
    made = house.connect()

    with pytest.raises(TransitionError, match="rests on the consent") as refusal:
        house.qb.begin_transfer(made.id, to=MARIE)
    assert "banks.record" in (refusal.value.hint or "")
    house.go_to(END)
    owner = house.qb.banks.record(made.id, E.BANK_AUTHENTICATED, on=END, owner=MARIE).owner
    assert owner is not None
    assert (owner.email, owner.name) == (MARIE, "Marie")


def test_plans_disconnect_them_by_hand_and_leave_them_out_of_transfers(house: Banks) -> None:
    made = house.connect()

    plan = house.qb.plan_disconnect(firm=FIRM, reason="other")
    moving = house.qb.plan_transfer(owner=JEAN, to=MARIE, firm=FIRM)

    assert [(row.connection_id, row.reach) for row in plan.items] == [(made.id, "hand")]
    assert moving.items == ()
    report = house.qb.apply(plan.id)
    assert len(house.qb.worklist(firm=FIRM)) == 1
    assert [row.connection_id for row in report.by_hand] == [made.id]


def test_a_token_is_refused_with_what_to_do_instead(house: Banks) -> None:
    made = house.connect()

    with pytest.raises(TransitionError, match="it has no token") as refusal:
        house.qb.access_token(made.id)
    assert "banks.status" in (refusal.value.hint or "")


def test_an_inventory_of_apps_leaves_a_bank_of_the_same_name_alone(house: Banks, tmp_path: Path) -> None:
    bank = house.connect(bank="Qonto")
    listed = tmp_path / "apps.csv"
    listed.write_text(
        "Niveau;Société;N° d'entreprise;Application;Propriétaire;Rôle\n"
        f"Client;Menuiserie Petit;{WORKSHOP};Qonto;{MARIE};Admin\n"
        f"Client;Menuiserie Petit;{WORKSHOP};Bank Qonto;{MARIE};Admin\n",
        encoding="utf-8",
    )

    report = house.qb.import_inventory(listed, firm=FIRM)

    assert len(report.taken) == 2
    assert not report.conflicts
    assert house.qb.connection(bank.id) == bank
    apps = {one.id: one.is_bank for one in house.qb.apps()}
    assert apps == {"bank-qonto": True, "qonto": False, "bank-qonto-2": False}


def test_why_it_does_not_work_is_said_in_the_users_language(house: Banks) -> None:
    made = house.connect(stated=date(2022, 3, 1))
    house.qb.banks.record(made.id, E.SYNCED, on=BEGIN)
    house.go_to(date(2022, 3, 2))

    found = house.qb.explain(made.id, lang="fr")

    assert found.cause == "consent_ended"
    assert "Son dernier jour valable est le 1er mars 2022, tel qu’il a été indiqué." in found.evidence
    assert "Les dernières opérations sont arrivées le 10 décembre 2021." in found.evidence
    assert found.next_step == "Son consentement a pris fin\N{NO-BREAK SPACE}; le plan de réparation indique quoi faire."


def test_one_that_is_confirmed_in_quickbooks_counts_as_known(house: Banks) -> None:
    made = house.connect()

    assert house.qb.confirm_connection(made.id, by=MARIE) == made
    assert house.told(made.id, "connection.confirmed")[0].by == MARIE
    assert ACCOUNTS.keys() == house.qb.banks.status(made.id).accounts.keys()
