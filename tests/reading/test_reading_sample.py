"""A firm's real-looking file is read wholly: 67 lines, of which four are wrong and one is said twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qbapps.domain.parties import Level, Role
from qbapps.domain.states import ConnectionState
from qbapps.language import words
from qbapps.reading.inventory import Reading, read_inventory

SAMPLE = Path(__file__).parents[1] / "data" / "inventaire-cabinet.csv"


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_inventory(SAMPLE.read_bytes())


def test_every_line_is_taken_refused_or_repeated(reading: Reading) -> None:
    taken = [row.line for row in reading.rows]
    refused = {refusal.line for refusal in reading.refused}
    repeated = [repeat.line for repeat in reading.repeated]

    assert sorted([*taken, *refused, *repeated]) == list(range(2, 69))
    assert (len(taken), len(refused), len(repeated)) == (62, 4, 1)
    assert reading.encoding == "cp1252"
    assert reading.delimiter == ";"
    assert reading.ignored == ()


def test_a_row_says_what_the_line_says(reading: Reading) -> None:
    row = reading.rows[0]

    assert row.line == 2
    assert row.level is Level.CLIENT
    assert row.company_name == "SCI Les Tilleuls"
    assert row.realm_id == "9130350000000103"
    assert row.app_name == "Dext"
    assert row.developer_contact == "vieprivee@dext.example"
    assert row.owner_email == "l.faure@durand.example"
    assert row.role is Role.TEAM_MEMBER
    assert row.connected_on == date(2023, 3, 1)
    assert row.last_used_on == date(2023, 7, 24)
    assert row.state is ConnectionState.CONNECTED


def test_french_letters_and_windows_letters_arrive_whole(reading: Reading) -> None:
    names = {row.company_name for row in reading.rows}

    assert {"Atelier Ÿvan", "Librairie L'Œuvre", "École de danse Ballet+", "Garage de l'Étoile"} <= names


def test_a_letter_the_file_has_lost_is_not_invented(reading: Reading) -> None:
    assert "Plomberie Nguy?n" in {row.company_name for row in reading.rows}


def test_the_wrong_rows_are_refused_with_every_wrong_column(reading: Reading) -> None:
    found = [(refusal.line, refusal.column, refusal.reason, refusal.value_shown) for refusal in reading.refused]

    assert found == [
        (12, "Application", "the app is missing", ""),
        (13, "Propriétaire", "not an e-mail address", "pas-une-adresse"),
        (13, "Connectée le", "there is no such date; dates are read day/month/year", "31/02/2023"),
        (66, "Niveau", "unknown level; it is Cabinet or Client (Firm or Client)", "Filiale"),
        (67, "N° d'entreprise", "a company number has digits only, 20 at most", "91303A"),
    ]


def test_the_reasons_can_be_said_in_french(reading: Reading) -> None:
    french = [words("fr").say(refusal.reason) for refusal in reading.refused]

    assert french[0] == "l’application manque"
    assert french[2] == "cette date n’existe pas\u00a0; les dates se lisent jour/mois/année"


def test_the_row_said_twice_points_to_the_first(reading: Reading) -> None:
    (repeat,) = reading.repeated

    assert (repeat.line, repeat.first_line, repeat.differs) == (68, 34, ())


def test_a_last_use_before_the_connection_is_kept(reading: Reading) -> None:
    odd = [row for row in reading.rows if row.connected_on and row.last_used_on and row.last_used_on < row.connected_on]

    assert len(odd) > 10


def test_the_firm_has_its_own_rows(reading: Reading) -> None:
    firm = [row for row in reading.rows if row.level is Level.FIRM]

    assert {row.company_name for row in firm} == {"Cabinet Durand & Associés"}
    assert {row.realm_id for row in firm} == {"9130350000000001"}


def test_the_missing_contacts_and_uses_are_none_not_empty(reading: Reading) -> None:
    assert any(row.developer_contact is None for row in reading.rows)
    assert any(row.last_used_on is None for row in reading.rows)
    assert not any(row.developer_contact == "" for row in reading.rows)
